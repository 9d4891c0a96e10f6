//! Guessing slows down the guesser, and nobody else.
//!
//! Tries are counted for each account *and* place together: the right person signs in from elsewhere unhindered, and so
//! do others behind the guesser's address. Five tries are free, then each failed one doubles the wait, from a second to
//! a quarter of an hour. A try is counted before the password is compared, so that a hundred at once are a hundred,
//! and after it has its turn to be compared, so that a busy server counts against nobody. A
//! try that comes too early is refused without a comparison, and counts for nothing. Being right clears the count of this
//! account from this place alone.
//!
//! Wrong ones are counted for each place besides, at whatever accounts: one password tried on many accounts is as much
//! guessing as many on one. Twenty in a minute, then the place waits for the minute to end. These are counted after the
//! comparison, so that a class that signs in at once does not stand in its own way, and being right clears none of them.
//!
//! Counts are kept in the database, the same on every node.

#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
mod store;

use std::net::IpAddr;

use crate::audit::event::{Event, What};
use crate::audit::store::public_note;
use crate::clock::{DAY, MINUTE, Millis, SECOND};
use crate::db::Write;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::network::place_of;
use crate::random;

/// Tries that cost nothing (security.md: 5 free, then 1 s doubling to 15 min).
const FREE: i64 = 5;
/// Wrong ones of one place in [`PLACE_WINDOW`], at all accounts together (security.md: 20 a minute for an address or /64).
const OF_ONE_PLACE: i64 = 20;
const PLACE_WINDOW: Millis = MINUTE;
const FIRST_WAIT: Millis = SECOND;
const LONGEST_WAIT: Millis = 15 * MINUTE;
/// A count that rests so long is forgotten.
const FORGOTTEN: Millis = DAY;

/// What is guessed at, and from where.
#[derive(Clone, Debug)]
pub struct Guess {
    /// Digest of the account and the place.
    at: String,
    /// Digest of the place alone, where wrong ones count for it.
    place: Option<String>,
}

impl Guess {
    /// The password of the account with this address, whether there is one or not.
    pub fn at_password(email_key: &str, from: IpAddr) -> Self {
        let place = place_of(from);
        Self {
            at: random::digest(&format!("password\n{email_key}\n{place}")),
            place: Some(random::digest(&format!("place\n{place}"))),
        }
    }

    /// Which addresses have an account, by signing up with them. Only those that were taken are counted, so that a class
    /// behind one address can sign up; that the answer is "wait" tells as much as "taken".
    pub fn at_accounts(from: IpAddr) -> Self {
        Self { at: random::digest(&format!("accounts\n{}", place_of(from))), place: None }
    }

    /// Counts one more try. Refused with the wait that is left when it comes too early, for this account from this place or
    /// for the place as a whole.
    pub async fn count(&self, write: &mut Write) -> Result<(), Failure> {
        if let Some(place) = &self.place {
            store::public_check_place(write, place).await?;
        }
        store::public_count(write, &self.at).await
    }

    /// The same in a transaction of its own. `about` is the account that is guessed at, where there is one.
    pub async fn take(&self, about: Option<UserId>) -> Result<(), Failure> {
        let mut write = request::begin_write().await?;
        match self.count(&mut write).await {
            Ok(()) => write.commit().await,
            Err(failure) => {
                drop(write);
                if matches!(failure, Failure::Refused(_)) {
                    tracing::warn!(event = "authn_login_lock", "a guesser has to wait");
                    request::note_refusal(Event { about, ..Event::of(What::MustWait) }).await?;
                }
                Err(failure)
            }
        }
    }

    /// Counts a wrong one for the place it came from, in a transaction of its own, and answers what the person is told. What
    /// broke on our side is no guess.
    pub async fn was_wrong(&self, refused: Failure, about: Option<UserId>) -> Failure {
        let (Some(place), Failure::Refused(_)) = (&self.place, &refused) else { return refused };
        let counted = async {
            let mut write = request::begin_write().await?;
            store::public_count_place(&mut write, place).await?;
            public_note(&mut write, Event { about, ..Event::of(What::WrongPassword) }).await?;
            write.commit().await
        };
        counted.await.err().unwrap_or(refused)
    }

    /// Clears the count of the account from this place: the guess was none. Says whether there had been wrong ones.
    pub async fn was_right(&self, write: &mut Write) -> Result<bool, Failure> {
        store::public_clear(write, &self.at).await
    }
}

/// How long the next try waits after `failures` tries.
fn wait(failures: i64) -> Millis {
    let over = failures - FREE - 1;
    if over < 0 {
        return 0;
    }
    // Twenty doublings of a second are days: far beyond the longest wait, and far from overflowing.
    (FIRST_WAIT << over.min(20)).min(LONGEST_WAIT)
}

fn too_many(left: Millis) -> Failure {
    AppError::TooMany { retry_after: u32::try_from((left + SECOND - 1) / SECOND).unwrap_or(u32::MAX).max(1) }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_are_free_then_the_wait_doubles_to_a_quarter_of_an_hour() {
        let waits: Vec<Millis> = (1..=8).map(|failures| wait(failures) / SECOND).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4]);
        assert_eq!(wait(15), 512 * SECOND);
        assert_eq!([wait(16), wait(100), wait(i64::MAX)], [LONGEST_WAIT; 3]);
    }
}
