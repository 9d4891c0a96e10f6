//! All SQL about set-up links.

use super::policy::LinkHolder;
use crate::accounts::model::{Email, PersonName, SiteRole};
use crate::accounts::policy::Admin;
use crate::accounts::store::{NewAccount, insert, vouch};
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::DAY;
use crate::credentials::mail_link::store::withdraw_links;
use crate::credentials::ways::store::forget_a_strangers;
use crate::db::{Connection, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::Site;
use crate::id::UserId;
use crate::notices::{self, Notice};
use crate::random;
use crate::sessions::policy::Arriving;

/// How long a link is good, in milliseconds: it is read off a terminal and used the same day.
pub const GOOD_FOR: i64 = DAY;

/// A link that is good.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LinkRow {
    /// SHA-256 of what stands in the link, which itself is stored nowhere.
    pub token_digest: String,
    /// The account it is for; none: it makes the first admin.
    pub user_id: Option<UserId>,
    /// The account's; none, like the two below, where there is no account yet.
    pub name: Option<String>,
    /// The account's, as typed.
    pub email: Option<String>,
    /// The account's on the whole site; says how long the sign-in lasts.
    pub role: Option<SiteRole>,
}

/// The good link with this digest.
pub async fn public_find_link(on: &mut impl Connection, digest: &str) -> Result<Option<LinkRow>, Failure> {
    let now = on.now();
    query(
        "select l.token_digest, l.user_id, u.name, u.email, u.role
         from set_up_links l left join users u on u.id = l.user_id
         where l.token_digest = $1 and l.used_at is null and l.expires_at > $2 and u.disabled_at is null
           and (l.user_id is not null or not exists
                (select 1 from users a where a.role = 'admin' and a.disabled_at is null and a.password_hash is not null))",
    )
    .bind(digest)
    .bind(now)
    .optional(on)
    .await
}

impl Admin<'_, Write> {
    /// Makes a link for `user`, or for the first admin, and answers what stands in it. Earlier links for the same end.
    pub async fn make_set_up_link(&mut self, user: Option<UserId>) -> Result<String, Failure> {
        let token = random::token();
        let write = self.connection();
        let now = write.now();
        query("delete from set_up_links where used_at is null and user_id is not distinct from $1")
            .bind(user)
            .execute(write)
            .await?;
        query("insert into set_up_links (token_digest, user_id, expires_at) values ($1, $2, $3)")
            .bind(random::digest(&token))
            .bind(user)
            .bind(now + GOOD_FOR)
            .execute(write)
            .await?;
        let event = Event::of(What::LinkMade).after(if user.is_some() {
            "to set a password"
        } else {
            "to make the first admin"
        });
        note(write, Event { about: user, ..event }).await?;
        Ok(token)
    }
}

impl<'w> LinkHolder<'w, Write> {
    /// Sets the password of the account the link is for, tells its person where it was in use before, and goes on to signing in.
    pub async fn set_password(self, site: &Site, hash: String) -> Result<Arriving<'w>, Failure> {
        let (write, link) = self.into_parts();
        let user = link.user_id.ok_or(AppError::NotFound)?;
        use_up(write, &link).await?;
        let now = write.now();
        // Whoever made the link says whose account it is, whatever was set up in it before.
        forget_a_strangers(write, user, site.config.second_step).await?;
        vouch(write, user).await?;
        let (was_in_use,): (bool,) =
            query("select exists (select 1 from sign_ins where user_id = $1)").bind(user).one(write).await?;
        query(
            "update users set password_hash = $2, epoch = epoch + 1, changed_at = $3, frozen_at = null where id = $1",
        )
        .bind(user)
        .bind(hash)
        .bind(now)
        .execute(write)
        .await?;
        note(write, Event::of(What::PasswordChanged).by(user).about(user).after("with a one-time link")).await?;
        if was_in_use {
            notices::tell(write, site, user, Notice::PasswordSet).await?;
        }
        let mut arriving = Arriving::proven(write, user);
        arriving.end_what_was_before().await?;
        Ok(arriving)
    }

    /// Makes the first admin, and goes on to signing in.
    pub async fn make_first_admin(
        self,
        email: &Email,
        name: &PersonName,
        hash: String,
    ) -> Result<Arriving<'w>, Failure> {
        let (write, link) = self.into_parts();
        if link.user_id.is_some() {
            return Err(AppError::NotFound.into());
        }
        use_up(write, &link).await?;
        let account = NewAccount { email, name, role: SiteRole::Admin, password_hash: Some(hash) };
        let user = insert(write, account).await?;
        vouch(write, user).await?;
        Ok(Arriving::proven(write, user))
    }
}

async fn use_up(write: &mut Write, link: &LinkRow) -> Result<(), Failure> {
    let now = write.now();
    let used = query("update set_up_links set used_at = $2 where token_digest = $1 and used_at is null")
        .bind(&link.token_digest)
        .bind(now)
        .execute(write)
        .await?;
    if used != 1 {
        return Err(AppError::NotFound.into());
    }
    match link.user_id {
        // What else waits for this person leads nowhere now.
        Some(user) => withdraw_links(write, user).await,
        None => Ok(()),
    }
}
