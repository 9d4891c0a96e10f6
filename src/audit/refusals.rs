//! Refusals are written down too, but not without a bound: what anybody can cause must not fill the log.

use std::sync::Arc;
use std::time::Duration;

use super::event::{Event, What};
use super::store::public_note;
use crate::http::Site;
use crate::network::{PerMinute, Turn};
use crate::sessions::caller::Caller;

/// So many of one place, or of one person who is signed in, in a minute; in the place of the last an event says that there were
/// more.
const OF_ONE_PLACE: u32 = 20;
/// And of all places together, and of all people.
const OF_ALL: u32 = 200;
/// How long an answer waits for its refusal to be written.
const PATIENCE: Duration = Duration::from_millis(250);

/// How many refusals are written in a minute, on this node.
pub fn bound() -> PerMinute {
    PerMinute::new(OF_ALL, OF_ONE_PLACE)
}

/// Writes a refusal down, unless there were too many. What cannot be written now stays in the server's log alone: a refusal is
/// a refusal all the same.
pub async fn note(site: &Arc<Site>, caller: Arc<Caller>, event: Event) {
    let now = site.db.clock().now();
    let turn = match &caller.person {
        Some(person) => site.refusals_of_people.turn_of(person.id.to_string(), now),
        None => site.refusals.turn(caller.address, now),
    };
    let event = match turn {
        Turn::Free => event,
        Turn::Last => Event::of(What::TooMuch).after("more refusals in this minute are not written"),
        Turn::Over => return,
    };
    let written = async {
        let mut write = site.db.begin_write(caller).await?;
        public_note(&mut write, event).await?;
        write.commit().await
    };
    match tokio::time::timeout(PATIENCE, written).await {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => tracing::warn!(%failure, "a refusal is not in the audit log"),
        Err(_) => tracing::warn!("others write; a refusal is not in the audit log"),
    }
}
