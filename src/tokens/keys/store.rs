//! All SQL about signing keys.

use super::{Key, PUBLISHED_BEFORE, SIGNS_FOR, SKEW, Signing};
use crate::accounts::policy::Admin;
use crate::audit::event::{Event, What};
use crate::audit::store::{note, public_note};
use crate::clock::Millis;
use crate::db::{Connection, Read, Write, query};
use crate::failure::{Broken, Failure};
use crate::tokens::access::LASTS;

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

/// The key that signs now: of those whose time has come, the last that outlives what it would sign; only where there is none, one
/// that is about to end. Whatever its algorithm: after another was set, the key before signs until the next is known to everybody.
pub async fn public_find_signer(on: &mut impl Connection, signing: Signing) -> Result<Option<KeyRow>, Failure> {
    let now = on.now();
    query(concat!(
        key_rows!(),
        "where signs_from <= $1 and (ends_at is null or ends_at > $1) and (algorithm <> 'RS256' or $3)
         order by case when ends_at is null or ends_at >= $2 then 0 else 1 end, signs_from desc, kid limit 1"
    ))
    .bind(now)
    .bind(now + LASTS + SKEW)
    .bind(signing.allows_rs256)
    .optional(on)
    .await
}

/// From when another key must sign; none where one of this algorithm goes on by itself. Where none signs now that is at once, and else
/// when everybody has heard of it, but in time for the last token of the one that ends.
pub(super) async fn public_find_lack(on: &mut impl Connection, signing: Signing) -> Result<Option<Millis>, Failure> {
    let now = on.now();
    let Some(signer) = public_find_signer(on, signing).await? else { return Ok(Some(now)) };
    let (goes_on,): (bool,) =
        query("select exists (select 1 from signing_keys where algorithm = $1 and ends_at is null)")
            .bind(signing.algorithm.name())
            .one(on)
            .await?;
    let in_time = signer.ends_at.map_or(Millis::MAX, |at| (at - LASTS - SKEW).max(now));
    Ok((!goes_on).then(|| in_time.min(now + PUBLISHED_BEFORE)))
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

/// Has `next` follow on the keys there are: it is published at once and signs from then on, and they stay good until the last token
/// they may have signed by then has ended.
pub(super) async fn public_follow(
    write: &mut Write,
    next: &Key,
    sealed: &str,
    signs_from: Millis,
) -> Result<(), Failure> {
    query("update signing_keys set ends_at = $1 where ends_at is null or ends_at > $1")
        .bind(signs_from + LASTS + SKEW)
        .execute(write)
        .await?;
    let now = write.now();
    let jwk = next.jwk.as_ref().map(serde_json::to_string).transpose().broken("write down a public key")?;
    query("insert into signing_keys (kid, algorithm, secret, jwk, created_at, signs_from) values ($1, $2, $3, $4, $5, $6)")
        .bind(&next.kid)
        .bind(next.algorithm.name())
        .bind(sealed)
        .bind(jwk)
        .bind(now)
        .bind(signs_from)
        .execute(write)
        .await?;
    public_note(write, Event::of(What::KeyMade).after(format!("{} {}", next.algorithm.name(), next.kid))).await
}

/// Whether the key that goes on by itself is older than keys should become, or there is none.
pub(super) async fn public_is_rotation_due(on: &mut impl Connection) -> Result<bool, Failure> {
    let now = on.now();
    let (due,): (bool,) = query("select coalesce(max(signs_from), 0) <= $1 from signing_keys where ends_at is null")
        .bind(now - SIGNS_FOR)
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
        let write = self.connection();
        let signs_from = write.now() + PUBLISHED_BEFORE;
        public_follow(write, next, sealed, signs_from).await
    }

    /// Ends a key at once, with every token it signed. Where none is left that goes on by itself, `next` follows: at once, where none
    /// is left that signs. False: there is none of this name, or it has ended.
    pub async fn retire_key(&mut self, kid: &str, signing: Signing, next: (&Key, &str)) -> Result<bool, Failure> {
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
        if let Some(signs_from) = public_find_lack(write, signing).await? {
            public_follow(write, next.0, next.1, signs_from).await?;
        }
        note(write, Event::of(What::KeyRetired).before(kid)).await?;
        Ok(true)
    }
}
