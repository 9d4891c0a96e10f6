//! Apps without a keyboard, or without a browser, that wait for their person to let them in (RFC 8628).

use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::{MINUTE, Millis, SECOND};
use crate::credentials::guessing::{Few, public_take_one};
use crate::db::{Connection, Write, query};
use crate::failure::Failure;
use crate::id::SignInId;
use crate::random;
use crate::sessions::app::{APP_ABSOLUTE, App, AppKind};
use crate::sessions::policy::RecentlyProven;
use crate::sessions::store::{Lasts, Whence};
use crate::site_key::SiteKey;
use crate::tokens::device::UserCode;
use crate::tokens::scope::Scopes;

/// How long an app waits (ours: time to find the telephone and sign in; the code is short).
pub const WAITS: Millis = 10 * MINUTE;
/// How often it may ask (RFC 8628, 3.2 and 3.5: 5 s unless said otherwise, and 5 s more whenever it asks too often).
pub const POLL_EVERY: Millis = 5 * SECOND;

/// What an app holds that has asked.
pub struct Asked {
    /// 256 random bits, for the app alone.
    pub device_code: String,
    /// What its person types.
    pub user_code: UserCode,
}

/// An app that waits, as its person sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Waiting {
    /// What it calls itself.
    pub client: String,
    /// What it wants to do.
    pub scopes: String,
    /// From where it asked.
    pub address: String,
    /// Its words about itself.
    pub user_agent: String,
}

/// Writes down that an app asks.
pub async fn public_ask_device(
    write: &mut Write,
    key: &SiteKey,
    client: &str,
    scopes: Scopes,
) -> Result<Asked, Failure> {
    let now = write.now();
    let (address, user_agent) = (write.caller().address.to_string(), write.caller().user_agent.clone());
    let device_code = random::token();
    loop {
        let user_code = UserCode::make();
        // Of 25,600,000,000 codes, two alike within ten minutes.
        let made = query(
            "insert into device_codes (device_digest, code_digest, client, scopes, address, user_agent, poll_every, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (code_digest) do nothing",
        )
        .bind(random::digest(&device_code))
        .bind(user_code.kept(key))
        .bind(client)
        .bind(scopes.to_string())
        .bind(&address)
        .bind(&user_agent)
        .bind(POLL_EVERY)
        .bind(now + WAITS)
        .execute(write)
        .await?;
        if made == 1 {
            return Ok(Asked { device_code, user_code });
        }
    }
}

/// An app that waits, and the code that was typed for it. Nobody has one but by [`Oneself::try_user_code`].
pub struct Typed {
    code: UserCode,
    waiting: Waiting,
}

impl Typed {
    /// As the app shows it.
    pub fn code(&self) -> &UserCode {
        &self.code
    }

    /// The app.
    pub fn waiting(&self) -> &Waiting {
        &self.waiting
    }
}

impl Oneself<'_, Write> {
    /// The app that waits with what was typed; none when there is none, or it was answered already. Each try counts, right or wrong,
    /// and one too many is refused with `TooMany` before anything is looked up: commit it, whatever came of it.
    pub async fn try_user_code(&mut self, key: &SiteKey, typed: &str) -> Result<Option<Typed>, Failure> {
        let user = self.person().id;
        let write = self.connection();
        public_take_one(write, Few::DeviceCodesTyped, &user.to_string()).await?;
        let Some(code) = UserCode::parse(typed) else { return Ok(None) };
        let now = write.now();
        let waiting: Option<Waiting> = query(
            "select client, scopes, address, user_agent from device_codes where code_digest = $1 and expires_at > $2 and answer is null",
        )
        .bind(code.kept(key))
        .bind(now)
        .optional(write)
        .await?;
        Ok(waiting.map(|waiting| Typed { code, waiting }))
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Lets the app in that waits. Answers what it calls itself.
    pub async fn let_waiting_app_in(&mut self, key: &SiteKey, typed: Typed) -> Result<String, Failure> {
        let Typed { code, waiting } = typed;
        let app = App {
            kind: AppKind::Device,
            scopes: Scopes::stored(&waiting.scopes),
            client: waiting.client.clone(),
            name: None,
        };
        let whence = Whence { address: waiting.address, user_agent: waiting.user_agent };
        // Until the app has come for its tokens, no longer than it waits.
        let lasts = Lasts { idle: WAITS, absolute: APP_ABSOLUTE, is_remembered: false };
        let sign_in = self.let_app_in(&app, whence, lasts).await?;
        query("update device_codes set answer = 'approved', sign_in_id = $2 where code_digest = $1")
            .bind(code.kept(key))
            .bind(sign_in)
            .execute(self.inner().connection())
            .await?;
        Ok(waiting.client)
    }
}

impl Oneself<'_, Write> {
    /// Turns the app away that waits. Answers what it calls itself.
    pub async fn turn_waiting_app_away(&mut self, key: &SiteKey, typed: Typed) -> Result<String, Failure> {
        let Typed { code, waiting } = typed;
        let user = self.person().id;
        let write = self.connection();
        query("update device_codes set answer = 'refused' where code_digest = $1")
            .bind(code.kept(key))
            .execute(write)
            .await?;
        note(write, Event::of(What::AppTurnedAway).about(user).after(waiting.client.clone())).await?;
        Ok(waiting.client)
    }
}

/// What an app hears that asks whether it was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Nobody has answered.
    Pending,
    /// It asks too often.
    SlowDown,
    /// It was turned away.
    Refused,
    /// There is no such code, for this app, any more.
    Over,
    /// It was let in; the code is used up.
    In(SignInId),
}

#[derive(sqlx::FromRow)]
struct DeviceRow {
    client: String,
    polled_at: Option<Millis>,
    poll_every: Millis,
    answer: Option<String>,
    sign_in_id: Option<SignInId>,
}

/// Whether an app holds a code that is not over. Only looks.
pub async fn public_is_waiting(on: &mut impl Connection, device_code: &str) -> Result<bool, Failure> {
    let now = on.now();
    let (is,): (bool,) =
        query("select exists (select 1 from device_codes where device_digest = $1 and expires_at > $2)")
            .bind(random::digest(device_code))
            .bind(now)
            .one(on)
            .await?;
    Ok(is)
}

/// Answers an app that asks with what it holds.
pub async fn public_poll(write: &mut Write, device_code: &str, client: &str) -> Result<Polled, Failure> {
    let now = write.now();
    let digest = random::digest(device_code);
    let row: Option<DeviceRow> = query(
        "select client, polled_at, poll_every, answer, sign_in_id from device_codes where device_digest = $1 and expires_at > $2",
    )
    .bind(&digest)
    .bind(now)
    .optional(write)
    .await?;
    let Some(row) = row.filter(|row| row.client == client) else { return Ok(Polled::Over) };
    let is_too_soon = row.polled_at.is_some_and(|at| (0..row.poll_every).contains(&(now - at)));
    let every = if is_too_soon { row.poll_every + POLL_EVERY } else { row.poll_every };
    query("update device_codes set polled_at = $2, poll_every = $3 where device_digest = $1")
        .bind(&digest)
        .bind(now)
        .bind(every)
        .execute(write)
        .await?;
    if is_too_soon {
        return Ok(Polled::SlowDown);
    }
    let polled = match (row.answer.as_deref(), row.sign_in_id) {
        (None, _) => return Ok(Polled::Pending),
        (Some("approved"), Some(sign_in)) => Polled::In(sign_in),
        (Some(_), _) => Polled::Refused,
    };
    query("delete from device_codes where device_digest = $1").bind(&digest).execute(write).await?;
    Ok(polled)
}

/// Forgets those that nobody answered in time.
pub async fn public_delete_over_devices(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from device_codes where device_digest in (select device_digest from device_codes where expires_at <= $1 order by expires_at limit 500)")
        .bind(now)
        .execute(write)
        .await
}
