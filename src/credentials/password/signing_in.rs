//! Showing a password to be signed in: the same for a browser and for an app that asks by itself.

use super::model::Password;
use super::policy::PasswordShown;
use super::store;
use crate::accounts::model::{Email, SiteRole};
use crate::credentials::guessing::Guess;
use crate::db::Write;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::metrics::{self, Outcome};
use crate::notices::Arrival;
use crate::sessions::policy::Arriving;
use crate::sessions::store::{How, public_is_known_place};

/// The right password was shown, and how often wrong ones were before is still to be forgotten.
pub struct Shown {
    password: PasswordShown,
    guess: Guess,
    is_known: bool,
}

/// Somebody about to be signed in, and what is known of the place they come from.
pub struct Come<'w> {
    /// Signs them in. Says itself whether wrong tries came before.
    pub arriving: Arriving<'w>,
    /// Whose account it is.
    pub user: UserId,
    /// As it is now: says how long the sign-in lasts.
    pub role: SiteRole,
    /// Tells them, when it surprises.
    pub arrival: Arrival,
    /// Wrong tries came before.
    pub were_wrong: bool,
}

/// Compares a password with the account's, after its turn and as often as one may try. A wrong one, an unknown address and a
/// disabled account are refused alike, at `email`.
pub async fn show(email: &Email, password: Password) -> Result<Shown, AppError> {
    let wait = |_: &Failure| metrics::signing_in(How::Password, Outcome::Wait);
    let turn = request::hashing_turn().inspect_err(wait)?;
    let stored = store::public_find_stored(&mut request::read().await?, email).await?;
    let about = stored.as_ref().map(|stored| stored.user);
    let from = request::current()?.caller.address;
    // Asked for an account that is not there as well: the answer must take no less time.
    let is_known = public_is_known_place(&mut request::read().await?, about.unwrap_or(UserId(-1)), from).await?;
    let guess = Guess::at_password(email.key(), from, is_known);
    guess.take(about).await.inspect_err(wait)?;
    match PasswordShown::at_sign_in(&turn, stored, password).await {
        Ok(password) => Ok(Shown { password, guess, is_known }),
        Err(refused) => {
            metrics::signing_in(How::Password, Outcome::Wrong);
            tracing::warn!(event = "authn_login_fail", "a sign-in was refused");
            Err(guess.was_wrong(refused, about).await.into())
        }
    }
}

impl Shown {
    /// Goes on to signing in.
    pub async fn arrive(self, write: &mut Write) -> Result<Come<'_>, Failure> {
        let were_wrong = self.guess.was_right(write).await?;
        let user = self.password.user();
        let arrival = Arrival::of(write, user, self.is_known).await?;
        let (arriving, role) = self.password.arrive(write).await?;
        Ok(Come { arriving: arriving.after_wrong(were_wrong), user, role, arrival, were_wrong })
    }
}
