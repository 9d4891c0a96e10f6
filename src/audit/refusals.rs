//! Refusals are written down too, but not without a bound: what anybody can cause must not fill the log.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::event::{Event, What};
use super::store::public_note;
use crate::clock::{MINUTE, Millis};
use crate::http::Site;
use crate::network::place_of;
use crate::sessions::caller::Caller;

/// So many of one place in a minute; in the place of the last an event says that there were more.
const OF_ONE_PLACE: u32 = 20;
/// And of all places together, for those who have many.
const OF_ALL: u32 = 200;
/// How long an answer waits for its refusal to be written.
const PATIENCE: Duration = Duration::from_millis(250);

/// How many refusals were written in this minute, on this node.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<Minute>);

#[derive(Debug, Default)]
struct Minute {
    begun: Millis,
    all: u32,
    places: HashMap<String, u32>,
}

/// What becomes of one more refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It is written.
    Written,
    /// In its place an event says that this minute's others are not.
    Last,
    /// It is not.
    Dropped,
}

impl Refusals {
    fn turn(&self, from: IpAddr, now: Millis) -> Turn {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back begins a new minute as well.
        if !(0..MINUTE).contains(&(now - minute.begun)) {
            *minute = Minute { begun: now, ..Minute::default() };
        }
        if minute.all >= OF_ALL {
            return Turn::Dropped;
        }
        let count = minute.places.entry(place_of(from)).or_default();
        *count += 1;
        let count = *count;
        if count > OF_ONE_PLACE {
            return Turn::Dropped;
        }
        minute.all += 1;
        if count == OF_ONE_PLACE || minute.all == OF_ALL { Turn::Last } else { Turn::Written }
    }
}

/// Writes a refusal down, unless there were too many. What cannot be written now stays in the server's log alone: a refusal is
/// a refusal all the same.
pub async fn note(site: &Arc<Site>, caller: Arc<Caller>, event: Event) {
    let event = match site.refusals.turn(caller.address, site.db.clock().now()) {
        Turn::Written => event,
        Turn::Last => Event::of(What::TooMuch).after("more refusals in this minute are not written"),
        Turn::Dropped => return,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_writes_twenty_in_a_minute_and_all_together_two_hundred() {
        let refusals = Refusals::default();
        let from = |last: u8| IpAddr::from([192, 0, 2, last]);
        for _ in 0..19 {
            assert_eq!(refusals.turn(from(1), 0), Turn::Written);
        }
        assert_eq!([refusals.turn(from(1), 0), refusals.turn(from(1), 0)], [Turn::Last, Turn::Dropped]);
        assert_eq!(refusals.turn(from(2), 0), Turn::Written);
        let written = (3..=255).filter(|last| refusals.turn(from(*last), 1) != Turn::Dropped).count();
        assert_eq!(written, 179);
        assert_eq!(refusals.turn(from(1), MINUTE), Turn::Written);
        assert_eq!(refusals.turn(from(1), -1), Turn::Written, "a clock that was set back");
    }
}
