//! All SQL about passwords.

use super::policy::PasswordShown;
use crate::accounts::model::{Email, SiteRole};
use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::credentials::mail_link::store::withdraw_links;
use crate::db::{Connection, Read, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::store::Renewed;

/// What an account's password is compared with. Never leaves the server: it derives nothing that could carry it off.
#[derive(sqlx::FromRow)]
pub struct Stored {
    /// Whose password it is.
    pub user: UserId,
    /// In PHC form. None until a set-up link was used: no password is right before.
    pub hash: Option<String>,
    /// None while the account's person may sign in.
    pub disabled_at: Option<Millis>,
}

/// The account with this address, for comparing. What it holds tells nobody anything before it was compared.
pub async fn public_find_stored(read: &mut Read, email: &Email) -> Result<Option<Stored>, Failure> {
    query("select id as user, password_hash as hash, disabled_at from users where email_key = $1")
        .bind(email.key())
        .optional(read)
        .await
}

impl Oneself<'_, Read> {
    /// What one's own password is compared with.
    pub async fn find_stored(&mut self) -> Result<Stored, Failure> {
        let user = self.person().id;
        query("select id as user, password_hash as hash, disabled_at from users where id = $1")
            .bind(user)
            .optional(self.connection())
            .await?
            .ok_or(Failure::Refused(AppError::SignInRequired))
    }
}

impl PasswordShown {
    /// Refuses when the account was disabled or got another password since the comparison; keeps a dearer hash. Answers
    /// the account's role.
    pub(super) async fn still_true(&self, write: &mut Write) -> Result<SiteRole, Failure> {
        let unchanged: Option<(SiteRole,)> = query(
            "update users set password_hash = coalesce($3, password_hash)
             where id = $1 and password_hash = $2 and disabled_at is null returning role",
        )
        .bind(self.stored.user)
        .bind(self.stored.hash.clone())
        .bind(self.rehash.clone())
        .optional(write)
        .await?;
        unchanged.map(|(role,)| role).ok_or_else(|| self.changed())
    }
}

impl Oneself<'_, Write> {
    /// Notes that this person has just shown their password once more.
    pub async fn prove_again(&mut self, shown: PasswordShown) -> Result<(), Failure> {
        if !shown.is_of(self.person()) {
            return Err(shown.changed());
        }
        shown.still_true(self.connection()).await?;
        self.note_proven().await
    }

    /// Sets a new password, raises the epoch, and ends every other sign-in. Says how many ended. `ProveAgain` where there is a second
    /// step, until both were shown lately.
    pub async fn change_password(&mut self, shown: PasswordShown, new_hash: String) -> Result<u64, Failure> {
        if !shown.is_of(self.person()) {
            return Err(shown.changed());
        }
        let user = self.person().id;
        let now = self.connection().now();
        // Asked before the hashing as well, which takes its time: the password is one of two by now, or the proof is over.
        if self.person().has_second() && !self.person().is_fully_proven(now) {
            return Err(AppError::ProveAgain.into());
        }
        let write = self.connection();
        shown.still_true(write).await?;
        query("update users set password_hash = $2, changed_at = $3 where id = $1")
            .bind(user)
            .bind(new_hash)
            .bind(now)
            .execute(write)
            .await?;
        // A link that was waiting would undo the change.
        withdraw_links(write, user).await?;
        note(write, Event::of(What::PasswordChanged).about(user)).await?;
        if !self.person().has_second() {
            // The password is all that the account can show, and it was shown just now.
            self.note_proven().await?;
        }
        self.end_elsewhere(Renewed::Password).await
    }
}
