//! The proof that somebody knows an account's password, and what is to be proven once more.

use super::hashing::Turn;
use super::model::{MAX_BYTES, Password};
use super::store::Stored;
use crate::accounts::model::SiteRole;
use crate::clock::Millis;
use crate::db::Write;
use crate::error::FieldErrors;
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::caller::Person;
use crate::sessions::policy::{Arriving, PROOF_LASTS};

/// One message for every cause: which of the two was wrong is nobody's business.
const WRONG_PAIR: &str = "That email and password do not belong together. Check both";

/// What somebody who is signed in has to show once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asks {
    /// The password: none was shown here within ten minutes, or all was, and it is asked for once more.
    pub password: bool,
    /// The second step, where the account has one.
    pub code: bool,
}

impl Asks {
    /// Who has shown the password a moment ago, and not the second step, is asked for that alone. Who needs nothing is asked for all
    /// the same, since they came to show something: one of two keeps no proof recent that needs both.
    pub fn of(person: &Person, now: Millis) -> Self {
        let is_recent = |at: Millis| (0..PROOF_LASTS).contains(&(now - at));
        let lacks_second_alone = !is_recent(person.fully_proven_at()) && is_recent(person.proven_at);
        let code = person.has_second();
        Self { password: person.has_password && !(code && lacks_second_alone), code }
    }

    /// The same in words: "your password".
    pub fn words(self, person: &Person) -> &'static str {
        match (self.password, self.code) {
            (true, true) if person.has_app && person.has_passkey => "your password and a code, or a passkey",
            (true, true) if person.has_app => "your password and a code",
            (true, true) => "your passkey, or your password and a recovery code",
            (false, true) if person.has_app && person.has_passkey => "a code of your app, or a passkey",
            (false, true) if person.has_app => "a code of your app",
            (false, true) => "your passkey, or a recovery code",
            (true, false) => "your password",
            // No password: a passkey, or an account elsewhere.
            (false, false) => "the way you sign in",
        }
    }
}

/// Somebody showed the right password a moment ago, outside of any transaction, since comparing takes its time.
pub struct PasswordShown {
    pub(super) stored: Stored,
    pub(super) rehash: Option<String>,
    /// What to say when the account is not as it was any more: at a field of the form the password was typed into.
    changed: (&'static str, &'static str),
}

impl PasswordShown {
    /// Compares what was typed at the sign-in form. `stored` is the account with that address, where there is one.
    pub async fn at_sign_in(turn: &Turn, stored: Option<Stored>, password: Password) -> Result<Self, Failure> {
        // Nobody has a longer one; compared with nobody's, it takes no longer than any other.
        let fits = password.as_typed().len() <= MAX_BYTES;
        let password = if fits { password } else { Password::default() };
        let usable = stored.filter(|account| fits && account.disabled_at.is_none() && account.hash.is_some());
        let hash = usable.as_ref().and_then(|account| account.hash.clone());
        let compared = turn.compare(password, hash).await?;
        match usable {
            Some(stored) if compared.is_right => {
                Ok(Self { stored, rehash: compared.rehash, changed: ("email", WRONG_PAIR) })
            }
            _ => Err(FieldErrors::one("email", WRONG_PAIR).into()),
        }
    }

    /// Compares what somebody who is signed in typed at `field` as their password.
    pub async fn by_oneself(
        turn: &Turn,
        stored: Stored,
        password: Password,
        field: &'static str,
    ) -> Result<Self, Failure> {
        let compared = turn.compare(password, stored.hash.clone()).await?;
        if !compared.is_right {
            return Err(FieldErrors::one(field, "This is not your current password").into());
        }
        let changed = (field, "Your password was changed in another place. Enter the new one");
        Ok(Self { stored, rehash: compared.rehash, changed })
    }

    /// Goes on to signing in, when the account is still what the password was compared with. Answers its role as it is now,
    /// which says how long the sign-in lasts.
    pub async fn arrive(self, write: &mut Write) -> Result<(Arriving<'_>, SiteRole), Failure> {
        let user = self.stored.user;
        let role = self.still_true(write).await?;
        Ok((Arriving::proven(write, user), role))
    }

    /// Whose password it is.
    pub fn user(&self) -> UserId {
        self.stored.user
    }

    /// Whether this is `person`'s own password.
    pub fn is_of(&self, person: &Person) -> bool {
        self.stored.user == person.id
    }

    /// The refusal for an account that changed in the meantime.
    pub(super) fn changed(&self) -> Failure {
        let (field, words) = self.changed;
        FieldErrors::one(field, words).into()
    }
}
