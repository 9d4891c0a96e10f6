//! All SQL about addresses.

use crate::accounts::model::Email;
use crate::accounts::policy::Oneself;
use crate::accounts::store::public_is_surely_theirs;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::credentials::mail_link::policy::{Confirm, Held, NewAddress};
use crate::credentials::mail_link::store::{Does, MailLink, NewLink, make, withdraw_links};
use crate::db::{Connection, Read, Write, query};
use crate::enrolments::store::{keep_mark, public_give_awaited};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::Site;
use crate::mail::letter::{Kind, Letter, Part};
use crate::mail::store::{public_post, withdraw};
use crate::sessions::policy::RecentlyProven;

/// What is known of the account's address.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Address {
    /// When it was confirmed.
    pub verified_at: Option<Millis>,
    /// The address that a link was sent to and that is not the account's yet.
    pub new: Option<String>,
}

impl Oneself<'_, Read> {
    /// Whether the address is confirmed, and whether another waits to be.
    pub async fn find_address(&mut self) -> Result<Address, Failure> {
        let user = self.person().id;
        let now = self.connection().now();
        query(
            "select u.email_verified_at as verified_at,
                    (select max(l.email) from mail_links l where l.user_id = u.id and l.kind = 'new_address' and l.used_at is null and l.expires_at > $2) as new
             from users u where u.id = $1",
        )
        .bind(user)
        .bind(now)
        .one(self.connection())
        .await
    }
}

/// An address that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// As typed.
    pub old: String,
    /// As typed.
    pub new: String,
    /// The old one was confirmed or vouched for: else whoever reads there may be somebody else, whose address was typed by mistake.
    pub was_confirmed: bool,
}

/// Refuses a link that is for somebody else's account.
fn is_own(link: &MailLink, oneself: &Oneself<'_, Write>) -> Result<(), Failure> {
    if link.user_id == Some(oneself.person().id) { Ok(()) } else { Err(AppError::NotFound.into()) }
}

impl Oneself<'_, Write> {
    /// Writes the letter with a link that confirms the address.
    pub async fn send_confirmation(&mut self, site: &Site) -> Result<(), Failure> {
        let (user, email) = (self.person().id, self.person().email.clone());
        let write = self.connection();
        withdraw(write, user, Kind::Confirm).await?;
        let link = NewLink {
            does: Does::Confirm,
            user: Some(user),
            email: Some(email.clone()),
            detail: None,
            sent_to: None,
            of_insider: false,
        };
        let token = make(write, link).await?;
        let parts = vec![
            Part::Words("An account uses this address. If it is yours, confirm it: then a forgotten password can be set anew by mail.".to_owned()),
            Part::Link {
                words: "Confirm the address, within a day. You sign in first".to_owned(),
                address: Does::Confirm.address(&site.config.public_url.origin, &token),
            },
            Part::Words("If you have no account here, somebody mistyped their address. Nothing happens unless this link is opened.".to_owned()),
        ];
        let letter = Letter {
            kind: Kind::Confirm,
            user: Some(user),
            address: email,
            subject: "Confirm your email address".into(),
            parts,
            good_for: Does::Confirm.good_for(),
        };
        public_post(write, site, letter).await
    }

    /// The address is this person's: they are signed in, and have read what was sent to it.
    pub async fn confirm_address(&mut self, held: Held<Confirm>) -> Result<(), Failure> {
        is_own(held.link(), self)?;
        let user = self.person().id;
        let write = self.connection();
        let link = held.spend(write).await?;
        let sent_to = Email::parse(link.email.as_deref().unwrap_or_default())?;
        let now = write.now();
        let confirmed = query(
            "update users set email_verified_at = coalesce(email_verified_at, $3), changed_at = $3 where id = $1 and email_key = $2",
        )
        .bind(user)
        .bind(sent_to.key())
        .bind(now)
        .execute(write)
        .await?;
        if confirmed != 1 {
            let words = "This link was sent to an address that is not your account’s any more.";
            return Err(AppError::Conflict(words.to_owned()).into());
        }
        public_give_awaited(write, user).await?;
        note(write, Event::of(What::AddressChanged).about(user).after(format!("{} confirmed", sent_to.as_typed())))
            .await
    }

    /// The address that the link was sent to becomes the account's, and is confirmed by that. Answers what changed.
    pub async fn take_address(&mut self, held: Held<NewAddress>) -> Result<Changed, Failure> {
        is_own(held.link(), self)?;
        let (user, old) = (self.person().id, self.person().email.clone());
        let write = self.connection();
        let link = held.spend(write).await?;
        // Only what the link was sent to: an address that is asked for now is another link's.
        let new = Email::parse(link.email.as_deref().unwrap_or_default())?;
        let now = write.now();
        let was_confirmed = public_is_surely_theirs(write, user).await?;
        keep_mark(write, user).await?;
        let taken = query(
            "update users set email = $2, email_key = $3, email_verified_at = $4, changed_at = $4
             where id = $1 and not exists (select 1 from users where email_key = $3 and id <> $1)",
        )
        .bind(user)
        .bind(new.as_typed())
        .bind(new.key())
        .bind(now)
        .execute(write)
        .await?;
        if taken != 1 {
            let words = "There is another account with this address by now, so yours keeps the one it has.";
            return Err(AppError::Conflict(words.to_owned()).into());
        }
        // What went to the old address is over.
        withdraw_links(write, user).await?;
        public_give_awaited(write, user).await?;
        note(write, Event::of(What::AddressChanged).about(user).before(old.clone()).after(new.as_typed())).await?;
        Ok(Changed { old, new: new.as_typed().to_owned(), was_confirmed })
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Writes the letter with a link that makes `email` the account's address; when it is another account's, that is told
    /// its reader instead.
    pub async fn send_to_new_address(&mut self, site: &Site, email: &Email) -> Result<(), Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let taken: Option<(i64,)> =
            query("select id from users where email_key = $1").bind(email.key()).optional(write).await?;
        withdraw(write, user, Kind::NewAddress).await?;
        let link = NewLink {
            does: Does::NewAddress,
            user: Some(user),
            email: Some(email.as_typed().to_owned()),
            detail: None,
            sent_to: None,
            of_insider: false,
        };
        let token = make(write, link).await?;
        if taken.is_some() {
            let letter = has_account(email, "Somebody wants to use this address for another account.");
            return public_post(write, site, letter).await;
        }
        let parts = vec![
            Part::Words("Somebody, we hope you, wants to use this address for their account.".to_owned()),
            Part::Link {
                words: "Use this address, within a day. You sign in first".to_owned(),
                address: Does::NewAddress.address(&site.config.public_url.origin, &token),
            },
            Part::Words("If that was not you, there is nothing to do: without this link nothing changes.".to_owned()),
        ];
        let letter = Letter {
            kind: Kind::NewAddress,
            user: Some(user),
            address: email.as_typed().to_owned(),
            subject: "Confirm your new email address".into(),
            parts,
            good_for: Does::NewAddress.good_for(),
        };
        public_post(write, site, letter).await
    }
}

/// What the owner of an address reads when somebody else wanted to use it: `what` says how.
pub(crate) fn has_account(email: &Email, what: &str) -> Letter {
    let parts = vec![
        Part::Words(what.to_owned()),
        Part::Words(
            "There is an account with it already, which nobody was told. If it was you, sign in with it; if you have forgotten your password, set a new one at the sign-in page. If it was not you, there is nothing to do."
                .to_owned(),
        ),
    ];
    Letter {
        kind: Kind::HasAccount,
        user: None,
        address: email.as_typed().to_owned(),
        subject: "You have an account already".into(),
        parts,
        good_for: Does::Confirm.good_for(),
    }
}
