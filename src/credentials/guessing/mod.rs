//! Guessing slows down the guesser, and nobody else.
//!
//! Five counts, each in the database, the same on every node:
//!
//! - **An account and a place together.** Five tries are free, then each failed one doubles the wait, from a second to a quarter
//!   of an hour. A try is counted before the password is compared, so that a hundred at once are a hundred, and after it has
//!   its turn to be compared, so that a busy server counts against nobody. A try that comes too early is refused without a
//!   comparison, and counts for nothing. Being right clears this count alone.
//! - **A place**, at whatever accounts: one password tried on many accounts is as much guessing as many on one. Twenty wrong
//!   ones in a minute, then the place waits for the minute to end. Counted after the comparison, so that a class that signs in at
//!   once does not stand in its own way.
//! - **An account**, from wherever: a hundred tries are free (NIST), then one in half a minute, and at its codes, which have a
//!   million values and are asked of who has proven something already, the waits above. Places from which its person has signed in
//!   before are neither counted nor made to wait, so that nobody can lock somebody out of where they are.
//! - **The site.** With three hundred wrong ones in a minute, a place that is not known for the account has one try in it.
//! - **A sign-in**, for who guesses the password of somebody whose session they have: twenty tries from wherever are free, then
//!   the waits above.
//!
//! Accounts that are made are counted for a place as well: five hundred in an hour, more than any class.

#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
mod store;

use std::net::IpAddr;

use crate::audit::event::{Event, What};
use crate::audit::store::public_note;
use crate::clock::{DAY, HOUR, MINUTE, Millis, SECOND};
use crate::db::{Connection, Write};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::{SignInId, UserId};
use crate::network::place_of;
use crate::random;

/// Tries that cost nothing (security.md: 5 free, then 1 s doubling to 15 min).
const FREE: i64 = 5;
/// Wrong ones of one place in [`PLACE_WINDOW`], at all accounts together (security.md: 20 a minute for an address or /64).
const OF_ONE_PLACE: i64 = 20;
/// Wrong ones of all places that are not known in the same minute (ours: five times what a class of sixty mistypes).
const OF_ALL: i64 = 300;
const WINDOW: Millis = MINUTE;
/// Tries at one account from places that are not known (NIST SP 800-63B-4, 3.2.2: 100 consecutive ones at most).
const FREE_ELSEWHERE: i64 = 100;
/// And the longest of their waits: strangers share it with the account's person, who may be at a new place.
const LONGEST_ELSEWHERE: Millis = 30 * SECOND;
/// Tries inside one sign-in, from wherever.
const FREE_INSIDE: i64 = 20;
const FIRST_WAIT: Millis = SECOND;
const LONGEST_WAIT: Millis = 15 * MINUTE;
/// A count that rests so long is forgotten.
const FORGOTTEN: Millis = DAY;

/// What is guessed at, and from where.
#[derive(Clone, Debug)]
pub struct Guess {
    /// What the log says was wrong.
    what: &'static str,
    /// Digest of the account and the place.
    at: String,
    /// Digest of the place alone, where wrong ones count for it.
    place: Option<String>,
    from: From,
}

/// Whose place it is.
#[derive(Clone, Debug)]
enum From {
    /// The account's person has signed in from there before.
    Known,
    /// Nobody's that is known. Digest of the account alone, and the longest of its waits.
    Unknown(String, Millis),
    /// Somebody with the account's own session. Digest of the sign-in.
    Inside(String),
}

/// What there is to guess, as the log names it.
const PASSWORD: &str = "password";
const CODE: &str = "code of the second step";
const SENT_CODE: &str = "code that was sent";

/// All wrong ones together.
const SITE: &str = "site";

impl Guess {
    /// The password of the account with this address, whether there is one or not. `is_known`: its person has signed in from
    /// there before.
    pub fn at_password(email_key: &str, from: IpAddr, is_known: bool) -> Self {
        let account = || From::Unknown(random::digest(&format!("account\n{email_key}")), LONGEST_ELSEWHERE);
        Self::at(PASSWORD, email_key, from, if is_known { From::Known } else { account() })
    }

    /// The password of somebody's own account, by who has their session.
    pub fn at_own_password(email_key: &str, from: IpAddr, sign_in: SignInId) -> Self {
        Self::at(PASSWORD, email_key, from, From::Inside(random::digest(&format!("sign-in\n{sign_in}"))))
    }

    fn at(what: &'static str, key: &str, address: IpAddr, from: From) -> Self {
        let place = place_of(address);
        Self {
            what,
            at: random::digest(&format!("password\n{key}\n{place}")),
            place: Some(random::digest(&format!("place\n{place}"))),
            from,
        }
    }

    /// The code of an account's second step, by who knows its password.
    pub fn at_code(user: UserId, from: IpAddr, is_known: bool) -> Self {
        let key = format!("code\n{user}");
        let whose = if is_known { From::Known } else { From::Unknown(random::digest(&key), LONGEST_WAIT) };
        Self::at(CODE, &key, from, whose)
    }

    /// A code that was sent to an account; `about` is the digest of what it was asked for.
    pub fn at_one_time_code(about: &str, from: IpAddr, is_known: bool) -> Self {
        let key = format!("one-time code\n{about}");
        let whose = if is_known { From::Known } else { From::Unknown(random::digest(&key), LONGEST_WAIT) };
        Self::at(SENT_CODE, &key, from, whose)
    }

    /// The same by who has their session.
    pub fn at_code_inside(user: UserId, from: IpAddr, sign_in: SignInId) -> Self {
        Self::at(
            CODE,
            &format!("code\n{user}"),
            from,
            From::Inside(random::digest(&format!("code in sign-in\n{sign_in}"))),
        )
    }

    /// Which addresses have an account, by signing up with them. Only those that were taken are counted, so that a class
    /// behind one address can sign up; that the answer is "wait" tells as much as "taken".
    pub fn at_accounts(from: IpAddr) -> Self {
        Self { what: "", at: random::digest(&format!("accounts\n{}", place_of(from))), place: None, from: From::Known }
    }

    /// Counts one more try. Refused with the wait that is left when it comes too early, for this account from this place or
    /// for the place as a whole.
    pub async fn count(&self, write: &mut Write) -> Result<(), Failure> {
        if let Some(place) = &self.place {
            let is_full = matches!(self.from, From::Unknown(..))
                && store::public_check_window(write, SITE, OF_ALL)
                    .await
                    .is_err_and(|failure| matches!(failure, Failure::Refused(_)));
            store::public_check_window(write, place, if is_full { 1 } else { OF_ONE_PLACE }).await?;
        }
        let elsewhere = match &self.from {
            From::Known => None,
            From::Unknown(account, longest) => Some((account, FREE_ELSEWHERE, *longest)),
            From::Inside(sign_in) => Some((sign_in, FREE_INSIDE, LONGEST_WAIT)),
        };
        if let Some((key, free, longest)) = elsewhere {
            store::public_check(write, &self.at).await?;
            store::public_count(write, key, free, longest).await?;
        }
        store::public_count(write, &self.at, FREE, LONGEST_WAIT).await
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
        if !matches!(refused, Failure::Refused(_)) {
            return refused;
        }
        let counted = async {
            let mut write = request::begin_write().await?;
            self.count_wrong(&mut write).await?;
            public_note(&mut write, Event { about, ..Event::of(What::WrongPassword).after(self.what) }).await?;
            write.commit().await
        };
        counted.await.err().unwrap_or(refused)
    }

    /// Counts a wrong one for the place it came from, and for the site when the place is not known.
    pub async fn count_wrong(&self, write: &mut Write) -> Result<(), Failure> {
        if let Some(place) = &self.place {
            store::public_count_in_window(write, place, WINDOW).await?;
        }
        if matches!(self.from, From::Unknown(..)) {
            store::public_count_in_window(write, SITE, WINDOW).await?;
        }
        Ok(())
    }

    /// Clears the count of the account from this place, and of the account from places that are not known when this was one: the
    /// guess was none. Says whether there had been wrong ones.
    pub async fn was_right(&self, write: &mut Write) -> Result<bool, Failure> {
        let mut were_wrong = store::public_clear(write, &self.at).await?;
        if let From::Unknown(key, _) | From::Inside(key) = &self.from {
            were_wrong |= store::public_clear(write, key).await?;
        }
        Ok(were_wrong)
    }
}

/// What is done only so often in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Few {
    /// Accounts made from one place (ours: a course of 500 behind one address signs up in its first lesson).
    Accounts,
    /// Letters that one place asks for, to whomever: links to set a password, to change an address, codes (ours: a class). Those that
    /// open accounts are counted with [`Few::Accounts`].
    LettersForPlace,
    /// Such letters to one address (security.md: a minute between two).
    LettersForAddress,
    /// Letters that open an account, to addresses of one mailbox with something after a plus (ours: a family's children; a sign-up form
    /// must not fill somebody's mail). The mailbox's own address has its minute alone: nobody keeps somebody from signing up.
    SignUpsForMailbox,
    /// Codes to sign in to one account with, of five tries each (ours: fifty tries at a million codes in a day).
    CodesForAccount,
    /// Challenges for passkeys that one place asks for; each is a row for five minutes (ours: a class, and its reloads).
    Ceremonies,
    /// Apps that one place has ask to be let in (ours: a class, twice).
    DevicesAsking,
    /// Codes of such apps that one person types and that are none (ours; of 25,600,000,000 codes).
    DeviceCodesTyped,
    /// Times that one person writes to people of their courses (ours: each is a letter to as many as they pick).
    LettersOfStaff,
    /// Announcements of one course that go out by mail (ours: each is a letter to everybody in it).
    MailedAnnouncements,
    /// Join codes that one account types and that open no course (ours; of 25,600,000,000 codes).
    JoinCodesTyped,
    /// The same from one place, by whomever (ours: a class that mistypes what is on the board).
    JoinCodesOfPlace,
    /// Text messages to one number; each costs money, and somebody may earn by it (security.md: caps).
    TextsToNumber,
    /// Numbers that one account has codes sent to (ours: mistyped, and another; the site's messages are everybody's).
    NumbersOfAccount,
    /// Text messages that one place asks for.
    TextsForPlace,
    /// Text messages of the whole site.
    TextsInAll,
}

impl Few {
    /// In the order of the documents.
    pub const ALL: [Self; 16] = [
        Self::Accounts,
        Self::CodesForAccount,
        Self::TextsToNumber,
        Self::NumbersOfAccount,
        Self::TextsForPlace,
        Self::TextsInAll,
        Self::Ceremonies,
        Self::DevicesAsking,
        Self::DeviceCodesTyped,
        Self::JoinCodesTyped,
        Self::JoinCodesOfPlace,
        Self::LettersOfStaff,
        Self::MailedAnnouncements,
        Self::LettersForPlace,
        Self::LettersForAddress,
        Self::SignUpsForMailbox,
    ];

    /// So many in such a time, in milliseconds.
    pub fn bound(self) -> (i64, Millis) {
        match self {
            Self::Accounts => (500, HOUR),
            Self::LettersForPlace => (60, HOUR),
            Self::LettersForAddress => (1, MINUTE),
            Self::SignUpsForMailbox => (10, HOUR),
            Self::CodesForAccount => (10, DAY),
            Self::Ceremonies => (2_000, HOUR),
            Self::DevicesAsking => (300, HOUR),
            Self::DeviceCodesTyped => (30, HOUR),
            Self::JoinCodesTyped => (30, HOUR),
            Self::JoinCodesOfPlace => (300, HOUR),
            Self::LettersOfStaff => (60, HOUR),
            Self::MailedAnnouncements => (10, DAY),
            Self::TextsToNumber => (5, DAY),
            Self::NumbersOfAccount => (5, DAY),
            Self::TextsForPlace => (20, DAY),
            Self::TextsInAll => (500, DAY),
        }
    }

    /// What is counted under, for whatever `of` tells apart.
    fn digest(self, of: &str) -> String {
        random::digest(&format!("{}\n{of}", self.key()))
    }

    fn key(self) -> &'static str {
        match self {
            Self::Accounts => "made",
            Self::LettersForPlace => "letters of a place",
            Self::LettersForAddress => "letters to an address",
            Self::SignUpsForMailbox => "sign-ups of a mailbox",
            Self::CodesForAccount => "codes for an account",
            Self::Ceremonies => "ceremonies of a place",
            Self::DevicesAsking => "devices of a place",
            Self::DeviceCodesTyped => "device codes of an account",
            Self::JoinCodesTyped => "join codes of an account",
            Self::JoinCodesOfPlace => "join codes of a place",
            Self::LettersOfStaff => "letters of staff",
            Self::MailedAnnouncements => "mailed announcements",
            Self::TextsToNumber => "texts to a number",
            Self::NumbersOfAccount => "numbers of an account",
            Self::TextsForPlace => "texts for a place",
            Self::TextsInAll => "texts in all",
        }
    }
}

/// Counts one more, for whatever `of` tells apart. Refused with the wait that is left when there were too many.
pub async fn public_take_one(write: &mut Write, few: Few, of: &str) -> Result<(), Failure> {
    public_take_all(write, &[(few, of)]).await
}

/// Refuses when there were too many already, and counts nothing.
pub async fn public_check_one(on: &mut impl Connection, few: Few, of: &str) -> Result<(), Failure> {
    store::public_check_window(on, &few.digest(of), few.bound().0).await
}

/// The same for several, of which none is counted when one is refused.
pub async fn public_take_all(write: &mut Write, all: &[(Few, &str)]) -> Result<(), Failure> {
    for (few, of) in all {
        store::public_check_window(write, &few.digest(of), few.bound().0).await?;
    }
    for (few, of) in all {
        store::public_count_in_window(write, &few.digest(of), few.bound().1).await?;
    }
    Ok(())
}

/// How long the next try waits after `failures` tries of which `free` cost nothing.
fn wait(failures: i64, free: i64) -> Millis {
    let over = failures - free - 1;
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
        let waits: Vec<Millis> = (1..=8).map(|failures| wait(failures, FREE) / SECOND).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4]);
        assert_eq!(wait(15, FREE), 512 * SECOND);
        assert_eq!([wait(100, FREE_ELSEWHERE), wait(102, FREE_ELSEWHERE)], [0, 2 * SECOND]);
        assert_eq!([wait(16, FREE), wait(100, FREE), wait(i64::MAX, FREE)], [LONGEST_WAIT; 3]);
    }

    /// A code has a million values, and whoever guesses at it has proven something already.
    #[test]
    fn strangers_wait_longer_at_codes_than_at_passwords() {
        let from = IpAddr::from([203, 0, 113, 9]);
        let longest = |guess: Guess| match guess.from {
            From::Unknown(_, longest) => longest,
            other => panic!("{other:?}"),
        };
        assert_eq!(longest(Guess::at_password("sam@uni.example", from, false)), LONGEST_ELSEWHERE);
        assert_eq!(longest(Guess::at_code(UserId(1), from, false)), LONGEST_WAIT);
        assert_eq!(longest(Guess::at_one_time_code("digest", from, false)), LONGEST_WAIT);
    }
}
