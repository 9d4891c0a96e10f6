//! `lectern keys ...`: what tokens are signed with.

use super::{KeysCommand, open_existing, system};
use crate::accounts::policy::SystemTask;
use crate::clock::{Clock, MINUTE};
use crate::config::Config;
use crate::error::FieldErrors;
use crate::failure::Failure;
use crate::site_key::{Purpose, SiteKey};
use crate::tokens::keys::store::{KeyRow, public_find_signer};
use crate::tokens::keys::{Key, PUBLISHED_BEFORE};
use crate::ui::when;

pub async fn run(config: Config, task: SystemTask, command: KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::List => list(config, task).await,
        KeysCommand::Rotate => rotate(config, task).await,
        KeysCommand::Retire { kid } => retire(config, task, &kid).await,
    }
}

async fn list(config: Config, task: SystemTask) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    let mut read = db.read(system()).await?;
    let signer = public_find_signer(&mut read, config.tokens).await?;
    let rows = task.admin(&mut read).list_keys().await?;
    drop(read);
    db.close().await;
    if rows.is_empty() {
        println!("There is no key yet; the first start makes one.");
    }
    let now = Clock::system().now();
    for row in rows {
        let is_signer = signer.as_ref().is_some_and(|signer| signer.kid == row.kid);
        println!(
            "{}  {:<6} made {}, {}",
            row.kid,
            row.algorithm,
            when::machine(row.created_at),
            state(&row, is_signer, now)
        );
    }
    Ok(())
}

fn state(row: &KeyRow, is_signer: bool, now: i64) -> String {
    let signs = if is_signer { "signs, " } else { "" };
    match row.ends_at {
        Some(at) if at <= now => format!("ended {}", when::machine(at)),
        Some(at) => format!("{signs}good until {}", when::machine(at)),
        None if row.signs_from > now => format!("signs from {}", when::machine(row.signs_from)),
        None if is_signer => "signs".to_owned(),
        None => "good".to_owned(),
    }
}

/// A new key, and the same sealed.
fn make(config: &Config) -> Result<(Key, String), Failure> {
    let site_key = SiteKey::open_existing(&config.key_file())?.ok_or_else(|| {
        Failure::Broken(anyhow::anyhow!(
            "there is no site key at {}: LECTERN_KEY_FILE says where it is",
            config.key_file().display()
        ))
    })?;
    let (key, secret) = Key::make(config.tokens.algorithm)?;
    let sealed = site_key.seal(Purpose::SigningKey, &secret)?;
    Ok((key, sealed))
}

async fn rotate(config: Config, task: SystemTask) -> Result<(), Failure> {
    let (key, sealed) = make(&config)?;
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    task.admin(&mut write).rotate_keys(&key, &sealed).await?;
    write.commit().await?;
    db.close().await;
    println!("{} is published now and signs in {} minutes.", key.kid, PUBLISHED_BEFORE / MINUTE);
    println!("The ones before stay good until the last token they sign has ended. Nothing need be restarted.");
    Ok(())
}

async fn retire(config: Config, task: SystemTask, kid: &str) -> Result<(), Failure> {
    let (key, sealed) = make(&config)?;
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    let is_retired = task.admin(&mut write).retire_key(kid, config.tokens, (&key, &sealed)).await?;
    if !is_retired {
        return Err(FieldErrors::one("kid", "there is no key of this name that is good: lectern keys list").into());
    }
    write.commit().await?;
    db.close().await;
    println!(
        "{kid} is good for nothing any more, and neither is any token it signed. Apps get new ones by themselves."
    );
    println!("Which keys there are now: lectern keys list");
    Ok(())
}
