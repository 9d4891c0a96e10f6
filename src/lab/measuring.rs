//! What a check costs, measured on this server: of a session with its store, of tokens with each algorithm, and of a token as the API
//! checks it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tower_sessions::SessionStore;

use super::store::{public_any_sign_in, public_bytes_of_sign_in};
use super::taking_back::{audience, claims, make_record};
use crate::clock::{Begun, Clock, Millis, SECOND};
use crate::db::counted;
use crate::failure::{Broken, Failure};
use crate::http::Site;
use crate::id::{SignInId, UserId};
use crate::network::PerMinute;
use crate::sessions::app::Bearer;
use crate::sessions::caller::Caller;
use crate::sessions::store::public_find_caller;
use crate::tokens::access::{self, Claims};
use crate::tokens::algorithm::Algorithm;
use crate::tokens::keys::Key;
use crate::tokens::scope::Scopes;

/// Bytes of a refresh token's row: three digests of 43 letters at the most, and two numbers.
const OF_REFRESH: i64 = 3 * 43 + 2 * 8;
/// And of a name on the denylist: 22 letters and a number.
const OF_DENYLIST: i64 = 30;

/// How often each is checked; the one in the middle is shown.
pub const CHECKS: usize = 200;
/// So long what was measured is shown to whoever presses next, rather than measured again.
const FRESH: Millis = 5 * SECOND;
/// How often the lab is used in a minute, of all and of one place: each press costs some tens of milliseconds.
const OF_ALL: u32 = 120;
const OF_ONE: u32 = 30;

/// What the lab keeps, in this process.
#[derive(Debug)]
pub struct Lab {
    /// How often it is used.
    pub turns: PerMinute,
    measured: Mutex<Option<Arc<Measured>>>,
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl Default for Lab {
    fn default() -> Self {
        Self {
            turns: PerMinute::new(OF_ALL, OF_ONE),
            measured: Mutex::default(),
            one_at_a_time: tokio::sync::Mutex::default(),
        }
    }
}

impl Lab {
    /// What was measured last, since this server began.
    pub fn last(&self) -> Option<Arc<Measured>> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// When.
    pub at: Millis,
    /// The session first, then the token as the API checks it, then signatures alone.
    pub lines: Vec<Line>,
}

/// One way to know who asks.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is called.
    pub name: String,
    /// It is a session.
    pub is_session: bool,
    /// The middle of [`CHECKS`] checks.
    pub check: Duration,
    /// Bytes of the header that a request carries it in.
    pub sent: usize,
    /// Bytes kept on the server for each; none that is not known.
    pub kept: Option<i64>,
    /// Questions to the database and the session store, for one check.
    pub questions: u32,
}

/// Measures, unless that was just done.
pub async fn measure(site: &Site) -> Result<Arc<Measured>, Failure> {
    let _alone = site.lab.one_at_a_time.lock().await;
    let now = site.db.clock().now();
    if let Some(last) = site.lab.last().filter(|last| (0..FRESH).contains(&(now - last.at))) {
        return Ok(last);
    }
    let keys = lab_keys().await?;
    let mut read = site.db.read(Arc::new(Caller::of_the_system())).await?;
    let nobody = (SignInId(-1), 0);
    let (about, _) = public_any_sign_in(&mut read, false).await?.unwrap_or(nobody);
    // With the key that signs and the epoch of the account: the database answers all that the API asks it.
    let family = public_any_sign_in(&mut read, true).await?.unwrap_or(nobody);
    let signer = site.keys.signer(&mut read, &site.key).await?;
    let row = public_bytes_of_sign_in(&mut read).await?;
    drop(read);
    let mut lines = vec![session(site, about, row).await?, as_the_api(site, family, &signer, row).await?];
    for key in keys.iter().filter(|key| key.algorithm != Algorithm::Rs256 || site.config.tokens.allows_rs256) {
        lines.push(alone(site, key).await?);
    }
    let measured = Arc::new(Measured { at: now, lines });
    *site.lab.measured.lock().unwrap_or_else(PoisonError::into_inner) = Some(measured.clone());
    Ok(measured)
}

/// A key for each algorithm, of the lab alone; made once, off the threads that answer others: an RSA key takes seconds.
async fn lab_keys() -> Result<&'static [Key], Failure> {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    if let Some(keys) = KEYS.get() {
        return Ok(keys);
    }
    let made = tokio::task::spawn_blocking(|| {
        Algorithm::ALL.into_iter().map(|algorithm| Ok(Key::make(algorithm)?.0)).collect::<Result<Vec<_>, Failure>>()
    });
    let made = made.await.broken("make the lab's keys")??;
    Ok(KEYS.get_or_init(|| made))
}

/// The middle of many checks, and how many questions one asks.
async fn middle<F>(check: impl Fn() -> F) -> Result<(Duration, u32), Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    let mut took = Vec::with_capacity(CHECKS);
    let mut questions = 0;
    for _ in 0..CHECKS {
        let begun = Begun::now();
        let (done, asked) = counted(check()).await;
        took.push(begun.took());
        done?;
        questions = asked;
    }
    took.sort_unstable();
    Ok((took[CHECKS / 2], questions))
}

async fn session(site: &Site, about: SignInId, row: Option<i64>) -> Result<Line, Failure> {
    let record = make_record(site, about).await?;
    let id = record.id;
    let measured = middle(|| async move {
        site.records.load(&id).await.broken("read a spare session")?;
        let mut read = site.db.read(Arc::new(Caller::of_the_system())).await?;
        public_find_caller(&mut read, about).await.map(drop)
    })
    .await;
    site.records.delete(&id).await.broken("remove a spare session")?;
    let (check, questions) = measured?;
    let size = rmp_serde::to_vec(&record).broken("weigh a spare session")?.len();
    let cookie = format!("Cookie: {}={id}", site.config.public_url.cookie_name());
    Ok(Line {
        name: format!("Session, in {}", site.config.session_store),
        is_session: true,
        check,
        sent: cookie.len(),
        kept: row.map(|row| row + i64::try_from(size).unwrap_or(0)),
        questions,
    })
}

/// A lab's token, and what is checked of it without asking anybody.
fn token(site: &Site, key: &Key, sign_in: SignInId) -> Result<(String, Claims), Failure> {
    // The system's clock: a test's may stand still, and nothing here lasts.
    let claims = claims(site, sign_in, UserId(0), Clock::system().now());
    Ok((access::sign(key, &claims)?, claims))
}

fn check(site: &Site, key: &Key, token: &str) -> Result<(), Failure> {
    let origin = &site.config.public_url.origin;
    let (_, algorithm) =
        access::named(token).map_err(|why| Failure::Broken(anyhow::anyhow!("a lab's token: {}", why.key())))?;
    access::check(token, key, algorithm, origin, &audience(origin), Clock::system().now())
        .map(drop)
        .map_err(|why| Failure::Broken(anyhow::anyhow!("a lab's token: {}", why.key())))
}

fn header(token: &str) -> usize {
    format!("Authorization: Bearer {token}").len()
}

/// Signature and claims, then the one question about family, epoch, key and denylist.
async fn as_the_api(
    site: &Site,
    (about, epoch): (SignInId, i64),
    key: &Key,
    row: Option<i64>,
) -> Result<Line, Failure> {
    let (token, claims) = token(site, key, about)?;
    let bearer = Bearer {
        jti: Some(claims.jti.clone()),
        kid: Some(key.kid.clone()),
        epoch: Some(epoch),
        scopes: Scopes::stored(&claims.scope),
    };
    let caller = Arc::new(Caller { bearer: Some(bearer), ..Caller::of_the_system() });
    let (check, questions) = middle(|| async {
        check(site, key, &token)?;
        let mut read = site.db.read(caller.clone()).await?;
        public_find_caller(&mut read, about).await.map(drop)
    })
    .await?;
    Ok(Line {
        name: format!("Token, {}, as this server’s API checks it", key.algorithm.name()),
        is_session: false,
        check,
        sent: header(&token),
        kept: row.map(|row| row + OF_REFRESH + OF_DENYLIST),
        questions,
    })
}

/// The signature and the claims alone. Others have their turn between two.
async fn alone(site: &Site, key: &Key) -> Result<Line, Failure> {
    let (token, _) = token(site, key, SignInId(0))?;
    let mut took = Vec::with_capacity(CHECKS);
    for _ in 0..CHECKS {
        let begun = Begun::now();
        check(site, key, &token)?;
        took.push(begun.took());
        tokio::task::yield_now().await;
    }
    took.sort_unstable();
    Ok(Line {
        name: format!("Token, {}, its signature alone", key.algorithm.name()),
        is_session: false,
        check: took[CHECKS / 2],
        sent: header(&token),
        kept: Some(0),
        questions: 0,
    })
}
