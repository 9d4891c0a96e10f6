//! All SQL about accounts that are being made.

use serde::{Deserialize, Serialize};

use crate::accounts::address::store::has_account;
use crate::accounts::model::{Email, PersonName, SiteRole};
use crate::accounts::store::{NewAccount, insert};
use crate::credentials::mail_link::policy::{Held, SignUp};
use crate::credentials::mail_link::store::{Does, NewLink, make};
use crate::db::{Connection, Write, query};
use crate::error::AppError;
use crate::failure::{Broken, Failure};
use crate::http::Site;
use crate::mail::letter::{Kind, Letter, Part};
use crate::mail::store::public_post;
use crate::sessions::policy::Arriving;

/// What was typed into the form, kept until the link is opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begun {
    /// As they want to be called.
    pub name: String,
    /// In PHC form.
    pub password_hash: String,
    /// Digest of what the browser that began brings along; none for one that was shown no page.
    pub visit_digest: Option<String>,
    /// Where to go then; a path of ours.
    pub next: String,
}

/// Sends the link that makes the account; to an address that has one, that it has. Open to everybody.
pub async fn public_begin_sign_up(write: &mut Write, site: &Site, email: &Email, begun: &Begun) -> Result<(), Failure> {
    let taken: Option<(i64,)> =
        query("select id from users where email_key = $1").bind(email.key()).optional(write).await?;
    let detail = serde_json::to_string(begun).broken("keep what was typed")?;
    let link = NewLink {
        does: Does::SignUp,
        user: None,
        email: Some(email.as_typed().to_owned()),
        detail: Some(detail),
        sent_to: None,
        of_insider: false,
    };
    let token = make(write, link).await?;
    let letter = if taken.is_some() {
        has_account(email, "Somebody wanted to make an account with this address.")
    } else {
        let parts = vec![
            Part::Words("Somebody, we hope you, is making an account with this address.".to_owned()),
            Part::Link {
                words: "Open your account, within an hour".to_owned(),
                address: Does::SignUp.address(&site.config.public_url.origin, &token),
            },
            Part::Words(
                "If that was not you, there is nothing to do: without this link there is no account.".to_owned(),
            ),
        ];
        Letter {
            kind: Kind::SignUp,
            user: None,
            address: email.as_typed().to_owned(),
            subject: "Open your account".into(),
            parts,
            good_for: Does::SignUp.good_for(),
        }
    };
    public_post(write, site, letter).await
}

impl Held<SignUp> {
    /// What was typed when it began.
    pub fn begun(&self) -> Result<Begun, Failure> {
        serde_json::from_str(self.link().detail.as_deref().unwrap_or_default()).broken("read what was typed")
    }

    /// Makes the account, with its address confirmed, and goes on to signing in. Refused with `NotFound` when the address has an
    /// account by now.
    pub async fn make_account(self, write: &mut Write) -> Result<Arriving<'_>, Failure> {
        let begun = self.begun()?;
        let link = self.spend(write).await?;
        let email = Email::parse(link.email.as_deref().unwrap_or_default())?;
        let name = PersonName::parse(&begun.name)?;
        let account = NewAccount {
            email: &email,
            name: &name,
            role: SiteRole::Student,
            password_hash: Some(begun.password_hash),
        };
        let user = match insert(write, account).await {
            Ok(user) => user,
            Err(Failure::Refused(_)) => return Err(AppError::NotFound.into()),
            Err(broken) => return Err(broken),
        };
        let now = write.now();
        query("update users set email_verified_at = $2 where id = $1").bind(user).bind(now).execute(write).await?;
        // Others that were sent to this address would find it taken.
        query("delete from mail_links where kind = 'sign_up' and email = $1 and used_at is null")
            .bind(email.as_typed())
            .execute(write)
            .await?;
        Ok(Arriving::proven(write, user))
    }
}
