//! The refresh tokens of apps: for each, the one in force and the one before it.

use crate::audit::event::{Event, Object, What};
use crate::audit::store::public_note;
use crate::clock::{Millis, SECOND};
use crate::db::{Connection, Write, query};
use crate::failure::Failure;
use crate::id::{SignInId, UserId};
use crate::sessions::app::APP_IDLE;
use crate::site_key::{Purpose, SiteKey};
use crate::tokens::access::About;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::scope::Scopes;

/// So long a token that was used gives the one that took its place, to the same program in the same place: requests of one page run
/// side by side, and an answer can get lost (security.md: 10 to 30 s).
const SUCCESSOR_FOR: Millis = 20 * SECOND;

#[derive(sqlx::FromRow)]
struct AboutRow {
    user: UserId,
    client: Option<String>,
    scopes: Option<String>,
    epoch: i64,
    created_at: Millis,
}

/// What the tokens of a live family of an app are about; none for a browser, or when it is over.
pub async fn public_about(on: &mut impl Connection, sign_in: SignInId) -> Result<Option<About>, Failure> {
    let now = on.now();
    let row: Option<AboutRow> = query(
        "select s.user_id as user, s.client, s.scopes, u.epoch, s.created_at from sign_ins s join users u on u.id = s.user_id and u.epoch = s.epoch
         where s.id = $1 and s.kind <> 'browser' and s.ended_at is null and s.idle_ends_at > $2 and s.absolute_ends_at > $2
           and u.disabled_at is null and u.frozen_at is null",
    )
    .bind(sign_in)
    .bind(now)
    .optional(on)
    .await?;
    Ok(row.map(|row| About {
        user: row.user,
        sign_in,
        client: row.client.unwrap_or_default(),
        scopes: Scopes::stored(row.scopes.as_deref().unwrap_or_default()),
        epoch: row.epoch,
        signed_in_at: row.created_at,
    }))
}

/// Gives a family that has just begun its first refresh token, and the time that families have from their last use.
pub async fn public_begin_family(write: &mut Write, key: &SiteKey, sign_in: SignInId) -> Result<RefreshToken, Failure> {
    let token = RefreshToken::make(key, sign_in);
    let (now, from) = (write.now(), write.caller().whereabouts());
    query("insert into refresh_tokens (sign_in_id, token_digest, rotated_at, rotated_from_digest) values ($1, $2, $3, $4)")
        .bind(sign_in)
        .bind(token.digest())
        .bind(now)
        .bind(from)
        .execute(write)
        .await?;
    touch(write, sign_in).await?;
    Ok(token)
}

async fn touch(write: &mut Write, sign_in: SignInId) -> Result<(), Failure> {
    let now = write.now();
    let address = write.caller().address.to_string();
    query(
        "update sign_ins set last_seen_at = $2, address = $4,
                idle_ends_at = case when $3 < absolute_ends_at then $3 else absolute_ends_at end where id = $1",
    )
    .bind(sign_in)
    .bind(now)
    .bind(now + APP_IDLE)
    .bind(address)
    .execute(write)
    .await
    .map(drop)
}

/// A refresh token of ours, and what there is of its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// In force.
    Current(SignInId),
    /// Used before.
    Earlier(SignInId),
    /// Its family is gone.
    Gone,
}

/// What a refresh token that we made is worth now.
pub async fn public_find_held(on: &mut impl Connection, token: &RefreshToken) -> Result<Held, Failure> {
    let row: Option<(String,)> = query("select token_digest from refresh_tokens where sign_in_id = $1")
        .bind(token.sign_in())
        .optional(on)
        .await?;
    Ok(match row {
        Some((digest,)) if digest == token.digest() => Held::Current(token.sign_in()),
        Some(_) => Held::Earlier(token.sign_in()),
        None => Held::Gone,
    })
}

/// What came of showing a refresh token.
#[derive(Debug)]
pub enum Rotated {
    /// The next one, and what its access token is about.
    Next(RefreshToken, About),
    /// It had been used: somebody else has a copy. The family is ended.
    Reused(UserId),
    /// Its family is over.
    Over,
}

#[derive(sqlx::FromRow)]
struct FamilyRow {
    token_digest: String,
    previous_digest: Option<String>,
    successor: Option<String>,
    rotated_at: Millis,
    rotated_from_digest: String,
}

/// Takes a refresh token that we made, and gives the next one. One that was used a moment ago, from the same place and program, gives
/// the one that took its place; any other that was used ends the family.
pub async fn public_rotate(write: &mut Write, key: &SiteKey, token: &RefreshToken) -> Result<Rotated, Failure> {
    let sign_in = token.sign_in();
    let Some(about) = public_about(write, sign_in).await? else { return Ok(Rotated::Over) };
    let row: Option<FamilyRow> = query(
        "select token_digest, previous_digest, successor, rotated_at, rotated_from_digest from refresh_tokens where sign_in_id = $1",
    )
    .bind(sign_in)
    .optional(write)
    .await?;
    let Some(row) = row else { return Ok(Rotated::Over) };
    let (now, from) = (write.now(), write.caller().whereabouts());
    if row.token_digest != token.digest() {
        let is_race = row.previous_digest.as_deref() == Some(token.digest().as_str())
            && (0..SUCCESSOR_FOR).contains(&(now - row.rotated_at))
            && row.rotated_from_digest == from;
        let successor = row.successor.and_then(|sealed| key.open(Purpose::Token, &sealed));
        let successor = successor.and_then(|plain| RefreshToken::parse(key, std::str::from_utf8(&plain).ok()?));
        return match successor.filter(|_| is_race) {
            Some(successor) => Ok(Rotated::Next(successor, about)),
            None => {
                public_end_family(write, sign_in, "token_reused").await?;
                Ok(Rotated::Reused(about.user))
            }
        };
    }
    let next = RefreshToken::make(key, sign_in);
    query(
        "update refresh_tokens set token_digest = $2, previous_digest = $3, successor = $4, rotated_at = $5, rotated_from_digest = $6
         where sign_in_id = $1",
    )
    .bind(sign_in)
    .bind(next.digest())
    .bind(token.digest())
    .bind(key.seal(Purpose::Token, next.as_str().as_bytes())?)
    .bind(now)
    .bind(from)
    .execute(write)
    .await?;
    touch(write, sign_in).await?;
    Ok(Rotated::Next(next, about))
}

/// Ends a family for whoever holds one of its tokens; `why` is one of the reasons that are shown. One that is over is no error.
pub async fn public_end_family(write: &mut Write, sign_in: SignInId, why: &'static str) -> Result<(), Failure> {
    let now = write.now();
    let user: Option<(UserId,)> = query(
        "update sign_ins set ended_at = $2, ended_why = $3
         where id = $1 and kind <> 'browser' and ended_at is null and idle_ends_at > $2 and absolute_ends_at > $2 returning user_id",
    )
    .bind(sign_in)
    .bind(now)
    .bind(why)
    .optional(write)
    .await?;
    let Some((user,)) = user else { return Ok(()) };
    let what = if why == "token_reused" { What::TokenReused } else { What::SignInEnded };
    public_note(write, Event::of(what).about(user).on(Object::SignIn(sign_in)).after(why)).await
}
