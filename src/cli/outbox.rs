//! `lectern outbox`: mail that waits or could not be sent, with its links, for who runs the server.

use super::{open_existing, system};
use crate::accounts::policy::SystemTask;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::FieldErrors;
use crate::failure::Failure;
use crate::mail::letter;
use crate::mail::store::{Counts, public_count_letters};
use crate::sessions::policy::RecentlyProven;
use crate::site_key::SiteKey;
use crate::ui::when;

/// So many letters of a state are printed.
const MOST: i64 = 200;

/// Prints what waits and what could not be sent, each letter with its words.
pub async fn list(config: Config, task: SystemTask) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    let key = SiteKey::open_existing(&config.key_file())?;
    let mut read = db.read(system()).await?;
    let Counts { waiting, dead, sent } = public_count_letters(&mut read).await?;
    let mut rows = task.admin(&mut read).list_letters("waiting", 0, MOST).await?;
    rows.extend(task.admin(&mut read).list_letters("dead", 0, MOST).await?);
    drop(read);
    match &config.mail {
        Some(place) => {
            println!("Mail leaves by {place}. Waiting: {waiting}. Not sent: {dead}. Sent in the last 30 days: {sent}.")
        }
        None => println!("No mail is sent (LECTERN_SMTP_URL is not set). To be handed over: {waiting}."),
    }
    let now = Clock::system().now();
    for row in rows.into_iter().filter(|row| row.has_words() && row.expires_at > now) {
        println!("\n{} {} to {}, until {}", row.id, row.what(), row.address, when::machine(row.expires_at));
        if let Some(words) = &row.last_error {
            println!("Why: {words}");
        }
        let Some(key) = &key else { continue };
        let mut write = db.begin_write(system()).await?;
        let opened = RecentlyProven::of(task.admin(&mut write))?.open_letter(row.id, key).await?;
        write.commit().await?;
        match opened.parts {
            Some(parts) => println!("{}", letter::text(&parts, &config.public_url.origin).trim_end()),
            None => println!("It was sealed with another key, and nobody can read it."),
        }
    }
    db.close().await;
    Ok(())
}

/// Has a letter tried again.
pub async fn retry(config: Config, task: SystemTask, id: i64) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    task.admin(&mut write).retry_letter(id).await.map_err(|failure| unknown(failure, id))?;
    write.commit().await?;
    db.close().await;
    println!("Letter {id} is tried again by the next server that runs.");
    Ok(())
}

/// Deletes a letter.
pub async fn delete(config: Config, task: SystemTask, id: i64) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    RecentlyProven::of(task.admin(&mut write))?.delete_letter(id).await.map_err(|failure| unknown(failure, id))?;
    write.commit().await?;
    db.close().await;
    println!("Letter {id} is deleted.");
    Ok(())
}

/// Gives up what an earlier key sealed, so that a start with the key there is now goes on.
pub async fn forget_key(config: Config, task: SystemTask) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    let lost = task.admin(&mut write).forget_key().await?;
    write.commit().await?;
    db.close().await;
    println!("Given up: {lost}. The next start takes the key at {}.", config.key_file().display());
    Ok(())
}

fn unknown(failure: Failure, id: i64) -> Failure {
    match failure {
        Failure::Refused(_) => FieldErrors::one(
            "id",
            format!("there is no letter {id} that waits or could not be sent, with its link still good"),
        )
        .into(),
        broken => broken,
    }
}
