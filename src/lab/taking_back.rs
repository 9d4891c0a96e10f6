//! The stopwatches: a spare session and spare tokens are taken back, and asked about until each is refused.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};

use super::model::Timed;
use super::store::{public_end, public_is_good, public_make_spare, public_raise_epoch, public_take_away};
use crate::clock::{Begun, Clock, MINUTE, Millis, SECOND};
use crate::db::{Connection, Read, Write};
use crate::failure::{Broken, Failure};
use crate::http::Site;
use crate::id::{SignInId, UserId};
use crate::random;
use crate::sessions::caller::Caller;
use crate::site_key::Purpose;
use crate::tokens::access::{self, About, Claims};
use crate::tokens::keys::Key;
use crate::tokens::scope::Scopes;
use crate::tokens::store::public_revoke;

/// How often each is asked about.
const EVERY: Duration = Duration::from_millis(10);
/// After so many questions something is wrong, and says so: two seconds.
const MOST: u32 = 200;

/// For whom spare tokens are: not for the API, which refuses them (ASVS 5.0, 9.2.4).
pub fn audience(origin: &str) -> String {
    format!("{origin}/lab")
}

/// What a spare token says.
pub fn claims(site: &Site, sign_in: SignInId, user: UserId, now: Millis) -> Claims {
    let scopes = Scopes::parse("courses:read").unwrap_or(Scopes::NONE);
    let about = About { user, sign_in, client: "the lab".to_owned(), scopes, epoch: 0, signed_in_at: now };
    let origin = &site.config.public_url.origin;
    Claims { aud: audience(origin), ..access::claims(about, origin, now) }
}

/// Makes a record in the session store, as a sign-in does. By the system's clock, as stores count.
pub async fn make_record(site: &Site, sign_in: SignInId) -> Result<Record, Failure> {
    let data = HashMap::from([(SPARE.to_owned(), serde_json::json!(sign_in))]);
    let now = OffsetDateTime::from_unix_timestamp(Clock::system().now() / SECOND).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut record = Record { id: Id(random::id128()), data, expiry_date: now + time::Duration::milliseconds(MINUTE) };
    site.records.create(&mut record).await.broken("make a spare session")?;
    Ok(record)
}

/// A spare session: its record in the store, and the sign-in it points at.
struct Session<'s> {
    site: &'s Site,
    id: Id,
}

/// Where a spare session's record keeps which spare it belongs to. Not where real ones do: it opens nothing.
const SPARE: &str = "lab_sign_in";

impl<'s> Session<'s> {
    async fn make(site: &'s Site, sign_in: SignInId) -> Result<Self, Failure> {
        Ok(Self { site, id: make_record(site, sign_in).await?.id })
    }

    /// As a request with its cookie would find out.
    async fn is_good(&self) -> Result<bool, Failure> {
        let record = self.site.records.load(&self.id).await.broken("read a spare session")?;
        let Some(sign_in) = record.and_then(|mut record| serde_json::from_value(record.data.remove(SPARE)?).ok())
        else {
            return Ok(false);
        };
        public_is_good(&mut read(self.site).await?, sign_in, 0, None).await
    }

    async fn forget(self) -> Result<(), Failure> {
        self.site.records.delete(&self.id).await.broken("remove a spare session")
    }
}

/// A spare token, and the key it is checked with.
struct Token<'s> {
    site: &'s Site,
    key: Arc<Key>,
    text: String,
    claims: Claims,
    sign_in: SignInId,
}

impl<'s> Token<'s> {
    fn make(site: &'s Site, key: Arc<Key>, sign_in: SignInId) -> Result<Self, Failure> {
        let claims = claims(site, sign_in, UserId(0), site.db.clock().now());
        let text = access::sign(&key, &claims)?;
        Ok(Self { site, key, text, claims, sign_in })
    }

    /// By its signature and its claims, and nothing else.
    fn is_sound(&self) -> bool {
        let origin = &self.site.config.public_url.origin;
        let now = self.site.db.clock().now();
        access::named(&self.text)
            .and_then(|(_, algorithm)| access::check(&self.text, &self.key, algorithm, origin, &audience(origin), now))
            .is_ok()
    }

    /// As a request with it would find out.
    async fn is_good(&self) -> Result<bool, Failure> {
        if !self.is_sound() {
            return Ok(false);
        }
        let (epoch, jti) = (self.claims.epoch, self.claims.jti.as_str());
        public_is_good(&mut read(self.site).await?, self.sign_in, epoch, Some(jti)).await
    }
}

async fn read(site: &Site) -> Result<Read, Failure> {
    site.db.read(Arc::new(Caller::of_the_system())).await
}

async fn write(site: &Site) -> Result<Write, Failure> {
    site.db.begin_write(Arc::new(Caller::of_the_system())).await
}

/// Makes spares, takes them back one after the other, and says how long each went on working.
pub async fn time_all(site: &Site) -> Result<Timed, Failure> {
    let ids: [SignInId; 3] = std::array::from_fn(|_| SignInId(random::id63()));
    let mut making = write(site).await?;
    let at = making.now();
    for id in ids {
        public_make_spare(&mut making, id).await?;
    }
    let key = site.keys.signer(&mut making, &site.key).await?;
    making.commit().await?;
    let listed = Token::make(site, key.clone(), ids[1])?;
    let timed = time_each(site, ids, &listed, key, at).await;
    // Whatever came of it.
    let mut taking = write(site).await?;
    public_take_away(&mut taking, &ids, &listed.claims.jti).await?;
    taking.commit().await?;
    timed
}

async fn time_each(
    site: &Site,
    ids: [SignInId; 3],
    listed: &Token<'_>,
    key: Arc<Key>,
    at: Millis,
) -> Result<Timed, Failure> {
    let session = Session::make(site, ids[0]).await?;
    let of_epoch = Token::make(site, key.clone(), ids[2])?;
    let alone = Token::make(site, key, ids[2])?;
    if !(session.is_good().await? && listed.is_good().await? && of_epoch.is_good().await?) {
        return Err(Failure::Broken(anyhow::anyhow!("a spare was not good before it was taken back")));
    }

    let mut ending = write(site).await?;
    public_end(&mut ending, ids[0]).await?;
    ending.commit().await?;
    let begun = Begun::now();
    let session_took = until_refused(begun, || session.is_good()).await;
    session.forget().await?;
    let session_took = session_took?;

    let mut listing = write(site).await?;
    public_revoke(&mut listing, &listed.claims.jti, listed.claims.exp * SECOND).await?;
    listing.commit().await?;
    let begun = Begun::now();
    let denylist = until_refused(begun, || listed.is_good()).await?;

    let mut raising = write(site).await?;
    public_raise_epoch(&mut raising, ids[2]).await?;
    raising.commit().await?;
    let begun = Begun::now();
    let epoch = until_refused(begun, || of_epoch.is_good()).await?;

    // Its sign-in is over, and nobody asks: it goes on until it ends.
    let left = if alone.is_sound() { alone.claims.exp - site.db.clock().now() / SECOND } else { 0 };
    Ok(Timed { session: session_took, denylist, epoch, alone: u32::try_from(left).unwrap_or(0), at })
}

/// Microseconds from the moment something was taken back to its first refusal.
async fn until_refused<F>(begun: Begun, is_good: impl Fn() -> F) -> Result<u32, Failure>
where
    F: Future<Output = Result<bool, Failure>>,
{
    for _ in 0..MOST {
        if !is_good().await? {
            return Ok(u32::try_from(begun.took().as_micros()).unwrap_or(u32::MAX));
        }
        tokio::time::sleep(EVERY).await;
    }
    Err(Failure::Broken(anyhow::anyhow!("a spare that was taken back goes on working")))
}

/// What the stopwatches showed, for the address of the page that shows it: nobody makes up another.
pub fn sealed(site: &Site, timed: Timed) -> String {
    let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&timed).unwrap_or_default());
    let mac = site.key.mac(Purpose::Lab, &body);
    format!("{body}.{mac}")
}

/// The same read back; none for what is not ours.
pub fn unsealed(site: &Site, text: &str) -> Option<Timed> {
    let (body, mac) = text.split_once('.')?;
    if !site.key.is_mac(Purpose::Lab, body, mac) {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
}
