//! All SQL about signing keys.

use super::{Key, PUBLISHED_BEFORE, SIGNS_FOR, SKEW};
use crate::accounts::policy::Admin;
use crate::audit::event::{Event, What};
use crate::audit::store::{note, public_note};
use crate::clock::Millis;
use crate::db::{Connection, Read, Write, query};
use crate::failure::{Broken, Failure};
use crate::tokens::access::LASTS;
use crate::tokens::algorithm::Algorithm;

/// A key as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyRow {
    /// Its name.
    pub kid: String,
    /// `Algorithm::name`.
    pub algorithm: String,
    /// Sealed.
    pub secret: String,
    /// The public half, as JSON; none for an HMAC.
    pub jwk: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// Published before, signs from then on.
    pub signs_from: Millis,
    /// What it signed is refused from then on.
    pub ends_at: Option<Millis>,
}

macro_rules! key_rows {
    () => {
        "select kid, algorithm, secret, jwk, created_at, signs_from, ends_at from signing_keys "
    };
}

/// The key that signs now: of those for this algorithm whose time has come, the last. One that is about to end signs nothing that
/// would outlive it, unless there is no other.
pub async fn public_find_signer(on: &mut impl Connection, algorithm: Algorithm) -> Result<Option<KeyRow>, Failure> {
    let now = on.now();
    query(concat!(
        key_rows!(),
        "where algorithm = $1 and signs_from <= $2 and (ends_at is null or ends_at > $2) order by signs_from desc, kid limit 1"
    ))
    .bind(algorithm.name())
    .bind(now)
    .optional(on)
    .await
}

/// The key with this name, good or not.
pub async fn public_find_key(read: &mut Read, kid: &str) -> Result<Option<KeyRow>, Failure> {
    query(concat!(key_rows!(), "where kid = $1")).bind(kid).optional(read).await
}

/// The keys that have a public half and have not ended, the newest first.
pub async fn public_list_published(read: &mut Read) -> Result<Vec<KeyRow>, Failure> {
    let now = read.now();
    query(concat!(
        key_rows!(),
        "where jwk is not null and (ends_at is null or ends_at > $1) order by created_at desc, kid"
    ))
    .bind(now)
    .all(read)
    .await
}

/// Keeps a new key, which signs from `signs_from`.
pub async fn public_keep_key(write: &mut Write, key: &Key, sealed: &str, signs_from: Millis) -> Result<(), Failure> {
    let now = write.now();
    let jwk = key.jwk.as_ref().map(serde_json::to_string).transpose().broken("write down a public key")?;
    query("insert into signing_keys (kid, algorithm, secret, jwk, created_at, signs_from) values ($1, $2, $3, $4, $5, $6)")
        .bind(&key.kid)
        .bind(key.algorithm.name())
        .bind(sealed)
        .bind(jwk)
        .bind(now)
        .bind(signs_from)
        .execute(write)
        .await?;
    public_note(write, Event::of(What::KeyMade).after(format!("{} {}", key.algorithm.name(), key.kid))).await
}

/// Has `next` follow on the keys there are: it is published at once and signs in ten minutes, and they stay good until the last
/// token they signed has ended.
pub async fn public_follow(write: &mut Write, next: &Key, sealed: &str) -> Result<(), Failure> {
    let signs_from = write.now() + PUBLISHED_BEFORE;
    query("update signing_keys set ends_at = $1 where ends_at is null or ends_at > $1")
        .bind(signs_from + LASTS + SKEW)
        .execute(write)
        .await?;
    public_keep_key(write, next, sealed, signs_from).await
}

/// Whether the key that signs is older than keys should become, and none follows.
pub async fn public_is_rotation_due(on: &mut impl Connection, algorithm: Algorithm) -> Result<bool, Failure> {
    let now = on.now();
    let (due,): (bool,) = query(
        "select coalesce(max(signs_from), 0) <= $2 from signing_keys where algorithm = $1 and (ends_at is null or ends_at > $3)",
    )
    .bind(algorithm.name())
    .bind(now - SIGNS_FOR)
    .bind(now)
    .one(on)
    .await?;
    Ok(due)
}

/// Forgets keys that ended so long ago that nothing they signed is asked about any more.
pub async fn public_delete_over(write: &mut Write, kept: Millis) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from signing_keys where ends_at < $1").bind(now - kept).execute(write).await
}

impl Admin<'_, Read> {
    /// Every key there is, the newest first.
    pub async fn list_keys(&mut self) -> Result<Vec<KeyRow>, Failure> {
        query(concat!(key_rows!(), "order by created_at desc, kid")).all(self.connection()).await
    }
}

impl Admin<'_, Write> {
    /// Has a new key follow.
    pub async fn rotate_keys(&mut self, next: &Key, sealed: &str) -> Result<(), Failure> {
        public_follow(self.connection(), next, sealed).await
    }

    /// Ends a key at once, with every token it signed. Where it was the last that signs, `next` signs from now on. False: there is
    /// none of this name, or it has ended.
    pub async fn retire_key(&mut self, kid: &str, next: Option<(&Key, &str)>) -> Result<bool, Failure> {
        let write = self.connection();
        let now = write.now();
        let ended = query("update signing_keys set ends_at = $2 where kid = $1 and (ends_at is null or ends_at > $2)")
            .bind(kid)
            .bind(now)
            .execute(write)
            .await?;
        if ended == 0 {
            return Ok(false);
        }
        if let Some((key, sealed)) = next
            && public_find_signer(write, key.algorithm).await?.is_none()
        {
            public_keep_key(write, key, sealed, now).await?;
        }
        note(write, Event::of(What::KeyRetired).before(kid)).await?;
        Ok(true)
    }
}
