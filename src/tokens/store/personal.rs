//! Tokens that people make by hand.

use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::{MINUTE, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::error::AppError;
use crate::failure::{Broken, Failure};
use crate::id::SignInId;
use crate::random;
use crate::sessions::app::{App, AppKind};
use crate::sessions::policy::RecentlyProven;
use crate::sessions::store::{Lasts, PERSONAL, Whence};
use crate::site_key::{Purpose, SiteKey};
use crate::tokens::scope::Scopes;

/// How long a new one waits to be shown.
const WAIT: Millis = 10 * MINUTE;

/// How one begins, so that it is found where it does not belong.
pub const PREFIX: &str = "lectern_pat_";

/// A token somebody made, without the token.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PersonalRow {
    /// Its sign-in.
    pub id: SignInId,
    /// As its person calls it.
    pub name: String,
    /// What it may do, in words with spaces between them.
    pub scopes: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, to a minute; when it was made, if never.
    pub last_seen_at: Millis,
    /// From where.
    pub address: String,
    /// When it ends.
    pub absolute_ends_at: Millis,
}

/// The sign-in that a token made by hand belongs to.
pub async fn public_find_personal(on: &mut impl Connection, token: &str) -> Result<Option<SignInId>, Failure> {
    let row: Option<(SignInId,)> = query("select sign_in_id from personal_tokens where token_digest = $1")
        .bind(random::digest(token))
        .optional(on)
        .await?;
    Ok(row.map(|(id,)| id))
}

impl<C: crate::accounts::policy::Asked> Oneself<'_, C> {
    /// This person's tokens that have not ended, the newest first.
    pub async fn list_personal_tokens(&mut self) -> Result<Vec<PersonalRow>, Failure> {
        let user = self.person().id;
        let on = self.connection();
        let now = on.now();
        query(
            "select s.id, coalesce(s.name, '') as name, coalesce(s.scopes, '') as scopes, s.created_at, s.last_seen_at, s.address, s.absolute_ends_at
             from sign_ins s join users u on u.id = s.user_id and u.epoch = s.epoch
             where s.user_id = $1 and s.kind = 'personal' and s.ended_at is null and s.idle_ends_at > $2 and s.absolute_ends_at > $2
             order by s.created_at desc, s.id",
        )
        .bind(user)
        .bind(now)
        .all(on)
        .await
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Makes a token with a name, for these scopes, until `ends_at`. It waits, sealed, to be shown to the browser that made it.
    /// Refused with `Conflict` when there are as many as one person has.
    pub async fn make_personal_token(
        &mut self,
        key: &SiteKey,
        name: &str,
        scopes: Scopes,
        ends_at: Millis,
    ) -> Result<SignInId, Failure> {
        let (here, count) = (self.inner().person().sign_in, self.inner().list_personal_tokens().await?.len());
        if i64::try_from(count).unwrap_or(i64::MAX) >= PERSONAL {
            let words = format!("You have {PERSONAL} tokens, which is as many as one person has. Revoke one first.");
            return Err(AppError::Conflict(words).into());
        }
        let now = self.inner().connection().now();
        let lasts = Lasts { idle: ends_at - now, absolute: ends_at - now, is_remembered: false };
        let app =
            App { kind: AppKind::Personal, scopes, client: "a personal token".to_owned(), name: Some(name.to_owned()) };
        let whence = Whence { address: String::new(), user_agent: String::new() };
        let sign_in = self.let_app_in(&app, whence, lasts).await?;
        let token = format!("{PREFIX}{}", random::token());
        let write = self.inner().connection();
        query(
            "insert into personal_tokens (token_digest, sign_in_id, fresh, fresh_for, fresh_until) values ($1, $2, $3, $4, $5)",
        )
        .bind(random::digest(&token))
        .bind(sign_in)
        .bind(key.seal(Purpose::Token, token.as_bytes())?)
        .bind(here)
        .bind(now + WAIT)
        .execute(write)
        .await?;
        Ok(sign_in)
    }

    /// The token that was made last in this sign-in, once, and before it its name.
    pub async fn take_fresh_token(&mut self, key: &SiteKey) -> Result<Option<(String, String)>, Failure> {
        let here = self.inner().person().sign_in;
        let write = self.inner().connection();
        let now = write.now();
        let row: Option<(SignInId, Option<String>, String)> = query(
            "select p.sign_in_id, s.name, p.fresh from personal_tokens p join sign_ins s on s.id = p.sign_in_id
             where p.fresh_for = $1 and p.fresh_until > $2 and p.fresh is not null order by p.fresh_until desc limit 1",
        )
        .bind(here)
        .bind(now)
        .optional(write)
        .await?;
        let Some((id, name, sealed)) = row else { return Ok(None) };
        query("update personal_tokens set fresh = null, fresh_for = null, fresh_until = null where sign_in_id = $1")
            .bind(id)
            .execute(write)
            .await?;
        let Some(plain) = key.open(Purpose::Token, &sealed) else { return Ok(None) };
        Ok(Some((name.unwrap_or_default(), String::from_utf8(plain).broken("read a token")?)))
    }

    /// Takes one of this person's tokens back. Somebody else's, or one that has ended, is `NotFound`. Answers its name.
    pub async fn revoke_personal_token(&mut self, id: SignInId) -> Result<String, Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let now = write.now();
        let row: Option<(Option<String>,)> = query(
            "update sign_ins set ended_at = $3, ended_why = 'ended_by_person'
             where id = $1 and user_id = $2 and kind = 'personal' and ended_at is null and absolute_ends_at > $3 returning name",
        )
        .bind(id)
        .bind(user)
        .bind(now)
        .optional(write)
        .await?;
        let (name,) = row.ok_or(AppError::NotFound)?;
        let name = name.unwrap_or_default();
        note(
            write,
            Event::of(What::SignInEnded)
                .about(user)
                .on(Object::SignIn(id))
                .before(name.as_str())
                .after("ended_by_person"),
        )
        .await?;
        Ok(name)
    }
}

impl Oneself<'_, Read> {
    /// Whether a new token waits to be shown in this sign-in.
    pub async fn has_fresh_token(&mut self) -> Result<bool, Failure> {
        let here = self.person().sign_in;
        let read = self.connection();
        let now = read.now();
        let (has,): (bool,) = query(
            "select exists (select 1 from personal_tokens where fresh_for = $1 and fresh_until > $2 and fresh is not null)",
        )
        .bind(here)
        .bind(now)
        .one(read)
        .await?;
        Ok(has)
    }
}

/// Forgets tokens that nobody looked at in time, and successors that nobody came for: what was sealed is gone then.
pub async fn public_delete_fresh(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    let unseen =
        query("update personal_tokens set fresh = null, fresh_for = null, fresh_until = null where fresh_until <= $1")
            .bind(now)
            .execute(write)
            .await?;
    let successors =
        query("update refresh_tokens set successor = null where successor is not null and rotated_at <= $1")
            .bind(now - MINUTE)
            .execute(write)
            .await?;
    Ok(unseen + successors)
}
