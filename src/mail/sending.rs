//! Sends what is due, beside the site's other work.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::letter::message;
use super::smtp::{CONNECTIONS, Sent};
use super::store::{Channel, Due, public_is_due, public_note_sent, public_take_due};
use crate::failure::Failure;
use crate::http::Site;
use crate::metrics;
use crate::sessions::caller::Caller;

/// How often the outbox is looked at: somebody waits for a code.
const EVERY: Duration = Duration::from_secs(1);

/// Sends for as long as it is let; does nothing without a mail server. An error now is tried again later.
pub async fn run(site: Arc<Site>) {
    if site.mailer.is_none() && site.gateway.is_none() {
        return;
    }
    // Each by itself: a gateway that does not answer holds up no mail, nor the other way round.
    tokio::join!(run_one(&site, Channel::Mail), run_one(&site, Channel::Text));
}

async fn run_one(site: &Site, channel: Channel) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match send_one(site, channel).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(failure) => {
                    tracing::warn!(%failure, "could not look into the outbox");
                    break;
                }
            }
        }
    }
}

/// Sends the letters that are due, some of each channel at once, and says how many were tried.
pub async fn send_due(site: &Site) -> Result<usize, Failure> {
    if site.mailer.is_none() && site.gateway.is_none() {
        return Ok(0);
    }
    let (mail, text) = tokio::join!(send_one(site, Channel::Mail), send_one(site, Channel::Text));
    Ok(mail? + text?)
}

async fn send_one(site: &Site, channel: Channel) -> Result<usize, Failure> {
    let system = Arc::new(Caller::of_the_system());
    if !public_is_due(&mut site.db.read(system.clone()).await?, channel).await? {
        return Ok(0);
    }
    let mut write = site.db.begin_write(system.clone()).await?;
    let due = public_take_due(&mut write, channel).await?;
    write.commit().await?;
    // Nothing is written while a mail server is waited for.
    let sending = due.into_iter().map(|letter| send(site, letter));
    let outcomes: Vec<(Due, Sent)> = stream::iter(sending).buffer_unordered(CONNECTIONS as usize).collect().await;
    let tried = outcomes.len();
    let mut write = site.db.begin_write(system).await?;
    public_note_sent(&mut write, outcomes).await?;
    write.commit().await?;
    Ok(tried)
}

async fn send(site: &Site, letter: Due) -> (Due, Sent) {
    let sent = match (letter.parts(&site.key), &site.gateway, &site.mailer) {
        (None, ..) => Sent::Never("it was sealed with another key".to_owned()),
        (Some(parts), Some(gateway), _) if letter.is_text() => gateway.send(&letter.address, &message(&parts)).await,
        (Some(parts), _, Some(mailer)) if !letter.is_text() => {
            mailer.send(&letter.message_id, &letter.address, &letter.subject, &parts, letter.goes_to_many()).await
        }
        _ => Sent::Later("no server for it is set".to_owned()),
    };
    match &sent {
        Sent::Yes => tracing::info!(letter = letter.id, "a letter was sent"),
        Sent::Later(words) => tracing::warn!(letter = letter.id, words, "a letter could not be sent now"),
        Sent::Never(words) => tracing::warn!(letter = letter.id, words, "a letter cannot be sent"),
    }
    metrics::mail(&sent);
    (letter, sent)
}
