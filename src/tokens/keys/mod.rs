//! What access tokens are signed with: made at the first start, kept sealed in the database, the same on every node.
//!
//! A new key is published before it signs, so that nobody meets a token whose key they have not heard of; the one before goes on
//! being good until its last token has ended. A key that is retired is good for nothing at the next request.

#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey};

use self::store::{
    KeyRow, public_find_key, public_find_lack, public_find_signer, public_follow, public_is_rotation_due,
    public_list_published,
};
use super::algorithm::Algorithm;
use crate::clock::{DAY, MINUTE, Millis, SECOND};
use crate::db::{Connection, Db, Read};
use crate::failure::{Broken, Failure};
use crate::random;
use crate::sessions::caller::Caller;
use crate::site_key::{Purpose, SiteKey};

/// How long a new key is published before it signs: twice as long as others may keep the list ([`KEPT_BY_OTHERS`]).
pub const PUBLISHED_BEFORE: Millis = 10 * MINUTE;
/// How long others may keep the list of keys.
pub const KEPT_BY_OTHERS: Millis = 5 * MINUTE;
/// After so long another key follows by itself (security.md: 30 to 90 days).
pub const SIGNS_FOR: Millis = 60 * DAY;
/// How far the clocks of two nodes may be apart (security.md: 30 s at most).
pub const SKEW: Millis = 30 * SECOND;

/// With what new tokens are signed, and whether the padding of PKCS #1 v1.5 is good for anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signing {
    /// Of new tokens. Keys of other algorithms stay good until they end.
    pub algorithm: Algorithm,
    /// `LECTERN_ALLOW_RS256`: without it, a key for RS256 is none.
    pub allows_rs256: bool,
}

/// A key, ready to sign and to check.
pub struct Key {
    /// Its name: 22 random letters.
    pub kid: String,
    /// A token that names the key must name this too.
    pub algorithm: Algorithm,
    /// Signs.
    pub signing: EncodingKey,
    /// Checks.
    pub checking: DecodingKey,
    /// The public half; none for an HMAC.
    pub jwk: Option<Jwk>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {})", self.kid, self.algorithm.name())
    }
}

impl Key {
    /// A new one that is kept nowhere: of the lab and of measurements, besides what is about to be kept.
    pub fn make(algorithm: Algorithm) -> Result<(Self, Vec<u8>), Failure> {
        let made = algorithm.make()?;
        let key = Self {
            kid: random::nonce(),
            algorithm,
            signing: algorithm.signing(&made.secret)?,
            checking: algorithm.checking(&made.secret, made.jwk.as_ref())?,
            jwk: made.jwk,
        };
        Ok((key, made.secret))
    }

    fn open(row: KeyRow, site_key: &SiteKey) -> Result<Option<Self>, Failure> {
        let Some(algorithm) = Algorithm::of_name(&row.algorithm) else { return Ok(None) };
        let Some(secret) = site_key.open(Purpose::SigningKey, &row.secret) else { return Ok(None) };
        let jwk = row.jwk.as_deref().map(serde_json::from_str::<Jwk>).transpose().broken("read a public key")?;
        let (signing, checking) = (algorithm.signing(&secret)?, algorithm.checking(&secret, jwk.as_ref())?);
        Ok(Some(Self { kid: row.kid, algorithm, signing, checking, jwk }))
    }
}

/// The keys of the site. What was opened once is remembered; whether it is still good, the database says at each request.
#[derive(Debug)]
pub struct Keys {
    signing: Signing,
    opened: RwLock<HashMap<String, Arc<Key>>>,
}

impl Keys {
    /// None opened yet.
    pub fn new(signing: Signing) -> Self {
        Self { signing, opened: RwLock::default() }
    }

    /// Whether keys for it are good here.
    fn is_trusted(&self, algorithm: Algorithm) -> bool {
        algorithm != Algorithm::Rs256 || self.signing.allows_rs256
    }

    /// Makes a key where none goes on by itself: there was none yet, or another algorithm was set. Not inside a transaction others wait
    /// for: an RSA key takes seconds.
    pub async fn make_first(&self, db: &Db, site_key: &SiteKey) -> Result<(), Failure> {
        let caller = Arc::new(Caller::of_the_system());
        if public_find_lack(&mut db.read(caller.clone()).await?, self.signing).await?.is_none() {
            return Ok(());
        }
        let (key, secret) = Key::make(self.signing.algorithm)?;
        let mut write = db.begin_write(caller).await?;
        // Another node may have been quicker.
        if let Some(signs_from) = public_find_lack(&mut write, self.signing).await? {
            public_follow(&mut write, &key, &site_key.seal(Purpose::SigningKey, &secret)?, signs_from).await?;
            tracing::info!(kid = key.kid, algorithm = key.algorithm.name(), "made a key to sign tokens with");
        }
        write.commit().await
    }

    /// Has a new key follow on one that has signed for [`SIGNS_FOR`]. Says whether it did.
    pub async fn rotate_when_due(&self, db: &Db, site_key: &SiteKey) -> Result<bool, Failure> {
        let caller = Arc::new(Caller::of_the_system());
        let algorithm = self.signing.algorithm;
        if !public_is_rotation_due(&mut db.read(caller.clone()).await?).await? {
            return Ok(false);
        }
        let made = tokio::task::spawn_blocking(move || Key::make(algorithm)).await;
        let (key, secret) = made.broken("make a key to sign tokens with")??;
        let mut write = db.begin_write(caller).await?;
        // Another node may have been quicker.
        let is_due = public_is_rotation_due(&mut write).await?;
        if is_due {
            let signs_from = write.now() + PUBLISHED_BEFORE;
            public_follow(&mut write, &key, &site_key.seal(Purpose::SigningKey, &secret)?, signs_from).await?;
            tracing::info!(kid = key.kid, algorithm = algorithm.name(), "a new key follows; it signs in ten minutes");
        }
        write.commit().await?;
        Ok(is_due)
    }

    /// The key that signs now.
    pub async fn signer(&self, on: &mut impl Connection, site_key: &SiteKey) -> Result<Arc<Key>, Failure> {
        let row = public_find_signer(on, self.signing).await?;
        let row = row.ok_or_else(|| {
            Failure::Broken(anyhow::anyhow!("there is no key to sign tokens with: lectern keys rotate"))
        })?;
        let opened = self.remembered(row, site_key)?;
        opened.ok_or_else(|| {
            Failure::Broken(anyhow::anyhow!("the key that signs tokens does not open with the site's key"))
        })
    }

    /// The key with this name, from our own and nowhere else. Whether it has ended is asked with the rest of the request.
    pub async fn find(&self, read: &mut Read, kid: &str, site_key: &SiteKey) -> Result<Option<Arc<Key>>, Failure> {
        if let Some(key) = self.opened.read().unwrap_or_else(PoisonError::into_inner).get(kid) {
            return Ok(Some(key.clone()));
        }
        let Some(row) = public_find_key(read, kid).await? else { return Ok(None) };
        self.remembered(row, site_key)
    }

    fn remembered(&self, row: KeyRow, site_key: &SiteKey) -> Result<Option<Arc<Key>>, Failure> {
        if let Some(key) = self.opened.read().unwrap_or_else(PoisonError::into_inner).get(&row.kid) {
            return Ok(Some(key.clone()));
        }
        let Some(key) = Key::open(row, site_key)?.filter(|key| self.is_trusted(key.algorithm)) else { return Ok(None) };
        let key = Arc::new(key);
        self.opened.write().unwrap_or_else(PoisonError::into_inner).insert(key.kid.clone(), key.clone());
        Ok(Some(key))
    }

    /// The public halves of the keys that are good, and of those that will sign soon (RFC 7517, 5).
    pub async fn published(&self, read: &mut Read) -> Result<serde_json::Value, Failure> {
        let mut keys = Vec::new();
        for row in public_list_published(read).await? {
            let trusted = Algorithm::of_name(&row.algorithm).is_some_and(|algorithm| self.is_trusted(algorithm));
            let Some(jwk) = row.jwk.filter(|_| trusted) else { continue };
            let mut jwk: serde_json::Value = serde_json::from_str(&jwk).broken("read a public key")?;
            if let Some(fields) = jwk.as_object_mut() {
                fields.insert("kid".to_owned(), row.kid.into());
                fields.insert("use".to_owned(), "sig".into());
                fields.insert("alg".to_owned(), row.algorithm.into());
            }
            keys.push(jwk);
        }
        Ok(serde_json::json!({ "keys": keys }))
    }
}
