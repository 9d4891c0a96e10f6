//! All SQL about forgotten passwords.

use crate::accounts::model::Email;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::config::SecondStepFor;
use crate::credentials::mail_link::policy::{Held, Reset};
use crate::credentials::mail_link::store::{Does, NewLink, make, withdraw_links};
use crate::credentials::ways::store::forget_a_strangers;
use crate::db::{Connection, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::Site;
use crate::id::UserId;
use crate::mail::letter::{Kind, Letter, Part};
use crate::mail::store::{public_post, withdraw};
use crate::sessions::policy::Arriving;

/// An account that may get a link.
#[derive(Debug, sqlx::FromRow)]
pub struct Forgetful {
    /// Whose.
    pub id: UserId,
    /// Where the link goes, as typed.
    pub email: String,
}

/// The account with this address, when its person may sign in, or could but for having said "this was not me".
pub async fn public_find_for_reset(write: &mut Write, email: &Email) -> Result<Option<Forgetful>, Failure> {
    query("select id, email from users where email_key = $1 and disabled_at is null")
        .bind(email.key())
        .optional(write)
        .await
}

/// Writes the letter with the link. Open to everybody: what it opens goes to the account's own address.
pub async fn public_send_reset(write: &mut Write, site: &Site, account: &Forgetful) -> Result<(), Failure> {
    withdraw(write, account.id, Kind::Reset).await?;
    let link = NewLink {
        does: Does::Reset,
        user: Some(account.id),
        email: None,
        detail: None,
        sent_to: None,
        of_insider: false,
    };
    let token = make(write, link).await?;
    let parts = vec![
        Part::Words("Somebody, we hope you, asked for a new password for your account.".to_owned()),
        Part::Link {
            words: "Set a new password, within 30 minutes".to_owned(),
            address: Does::Reset.address(&site.config.public_url.origin, &token),
        },
        Part::Words("If you did not ask, there is nothing to do: without this link nothing changes.".to_owned()),
    ];
    let letter = Letter {
        kind: Kind::Reset,
        user: Some(account.id),
        address: account.email.clone(),
        subject: "Set a new password".into(),
        parts,
        good_for: Does::Reset.good_for(),
    };
    public_post(write, site, letter).await?;
    note(write, Event::of(What::LinkMade).about(account.id).after("to set a new password, by mail")).await
}

impl Held<Reset> {
    /// Sets the password, opens an account again that was closed by "this was not me", and ends every sign-in. Answers whose
    /// account it is, and whether it was closed.
    pub async fn reset_password(
        self,
        write: &mut Write,
        hash: String,
        needs_second_step: SecondStepFor,
    ) -> Result<(UserId, bool), Failure> {
        let link = self.spend(write).await?;
        let user = link.user_id.ok_or(AppError::NotFound)?;
        let now = write.now();
        let (verified_at, was_frozen): (Option<Millis>, bool) =
            query("select email_verified_at, frozen_at is not null from users where id = $1")
                .bind(user)
                .one(write)
                .await?;
        forget_a_strangers(write, user, needs_second_step).await?;
        query(
            "update users set password_hash = $2, epoch = epoch + 1, changed_at = $3, frozen_at = null,
                    email_verified_at = coalesce(email_verified_at, $3) where id = $1 and disabled_at is null",
        )
        .bind(user)
        .bind(hash)
        .bind(now)
        .execute(write)
        .await?;
        withdraw_links(write, user).await?;
        let how = if verified_at.is_some() {
            "with a link by mail"
        } else {
            "with a link by mail, which confirmed the address"
        };
        note(write, Event::of(What::PasswordChanged).by(user).about(user).after(how)).await?;
        let mut arriving = Arriving::proven(write, user);
        arriving.end_what_was_before().await?;
        Ok((user, was_frozen))
    }
}
