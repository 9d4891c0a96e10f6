//! All SQL about accounts at providers and visits there.

use serde::{Deserialize, Serialize};

use super::list::Provider;
use crate::accounts::model::{Email, PersonName, SiteRole};
use crate::accounts::policy::Oneself;
use crate::accounts::store::{NewAccount, insert, public_role_of};
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::{MINUTE, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::error::AppError;
use crate::failure::{Broken, Failure};
use crate::id::{SignInId, UserId};
use crate::notices::Arrival;
use crate::random;
use crate::sessions::policy::{Arriving, RecentlyProven};
use crate::sessions::store::public_is_known_place;
use crate::site_key::{Purpose, SiteKey};

/// How long somebody may stay at the provider.
const GOOD_FOR: Millis = 10 * MINUTE;

/// What only we and the provider know of a visit.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secrets {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Shown when the code is handed in (PKCE).
    pub verifier: String,
}

/// Who the provider says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who vouches.
    pub issuer: String,
    /// For whom: never somebody else.
    pub subject: String,
    /// Their address there; today's.
    pub email: Option<String>,
    /// The provider has made sure that it is theirs.
    pub is_verified: bool,
    /// As they write it there.
    pub name: Option<String>,
    /// What their account there is called.
    pub label: Option<String>,
}

/// What a visit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To sign in, or to make an account.
    SigningIn,
    /// To add the account there to this one, from this sign-in.
    Adding(UserId, SignInId),
    /// To prove once more who one is, in this sign-in.
    Proving(UserId, SignInId),
}

/// A visit that came back.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Visit {
    secrets: String,
    kind: String,
    user_id: Option<UserId>,
    sign_in_id: Option<i64>,
    /// It was asked to last longer.
    pub remembered: bool,
    /// Where to go then.
    pub next: String,
}

impl Visit {
    /// What it was for.
    pub fn errand(&self) -> Errand {
        match (self.kind.as_str(), self.user_id, self.sign_in_id) {
            ("add", Some(user), Some(sign_in)) => Errand::Adding(user, SignInId(sign_in)),
            ("prove", Some(user), Some(sign_in)) => Errand::Proving(user, SignInId(sign_in)),
            _ => Errand::SigningIn,
        }
    }

    /// What was kept; none when it was sealed with another key.
    pub fn secrets(&self, key: &SiteKey) -> Option<Secrets> {
        serde_json::from_slice(&key.open(Purpose::Visit, &self.secrets)?).ok()
    }
}

/// Writes a visit down, bound to what only this browser has. Open to everybody.
pub async fn public_begin_visit(
    write: &mut Write,
    key: &SiteKey,
    provider: &str,
    browser: &str,
    errand: Errand,
    (remembered, next): (bool, &str),
) -> Result<Secrets, Failure> {
    let secrets = Secrets { state: random::token(), nonce: random::token(), verifier: random::token() };
    let sealed = key.seal(Purpose::Visit, &serde_json::to_vec(&secrets).broken("keep a visit")?)?;
    let (kind, user, sign_in) = match errand {
        Errand::SigningIn => ("sign_in", None, None),
        Errand::Adding(user, sign_in) => ("add", Some(user), Some(sign_in.0)),
        Errand::Proving(user, sign_in) => ("prove", Some(user), Some(sign_in.0)),
    };
    let now = write.now();
    query("delete from provider_visits where state_digest in (select state_digest from provider_visits where expires_at <= $1 limit 50)")
        .bind(now)
        .execute(write)
        .await?;
    query(
        "insert into provider_visits (state_digest, provider, browser_digest, secrets, kind, user_id, sign_in_id, remembered, next, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(random::digest(&secrets.state))
    .bind(provider)
    .bind(random::digest(browser))
    .bind(sealed)
    .bind(kind)
    .bind(user)
    .bind(sign_in)
    .bind(remembered)
    .bind(next)
    .bind(now + GOOD_FOR)
    .execute(write)
    .await?;
    Ok(secrets)
}

/// Takes the visit out that this browser made to this provider: it comes back at most once.
pub async fn public_take_visit(
    write: &mut Write,
    provider: &str,
    browser: &str,
    state: &str,
) -> Result<Option<Visit>, Failure> {
    let now = write.now();
    query(
        "delete from provider_visits where state_digest = $1 and provider = $2 and browser_digest = $3 and expires_at > $4
         returning secrets, kind, user_id, sign_in_id, remembered, next",
    )
    .bind(random::digest(state))
    .bind(provider)
    .bind(random::digest(browser))
    .bind(now)
    .optional(write)
    .await
}

/// Whose account here somebody's account there is.
pub enum Known<'w> {
    /// This person's; how much of a surprise it is that they come was asked before they are in.
    Person(Arriving<'w>, UserId, SiteRole, Arrival),
    /// A new person's, whose account was just made.
    Made(Arriving<'w>, UserId),
    /// Nobody's: there is an account here with that address already.
    AddressTaken,
    /// Nobody's: the provider has not confirmed the address, or tells none.
    NotConfirmed,
}

/// Finds the account here, by who vouches and for whom, or makes one.
pub async fn public_arrive<'w>(
    write: &'w mut Write,
    provider: &Provider,
    who: &Identity,
) -> Result<Known<'w>, Failure> {
    let now = write.now();
    let found: Option<(UserId,)> =
        query("update provider_accounts set last_used_at = $3, label = $4 where issuer = $1 and subject = $2 returning user_id")
            .bind(&who.issuer)
            .bind(&who.subject)
            .bind(now)
            .bind(who.label.clone().unwrap_or_default())
            .optional(write)
            .await?;
    if let Some((user,)) = found {
        let role = public_role_of(write, user).await?;
        let from = write.caller().address;
        let is_known = public_is_known_place(write, user, from).await?;
        let arrival = Arrival::of(write, user, is_known).await?;
        return Ok(Known::Person(Arriving::proven(write, user), user, role, arrival));
    }
    let email = who.email.as_deref().filter(|_| who.is_verified).and_then(|email| Email::parse(email).ok());
    let Some(email) = email else { return Ok(Known::NotConfirmed) };
    let name = who.name.as_deref().and_then(|name| PersonName::parse(name).ok());
    let name = match name {
        Some(name) => name,
        None => PersonName::parse(email.local_part())?,
    };
    let account = NewAccount { email: &email, name: &name, role: SiteRole::Student, password_hash: None };
    let user = match insert(write, account).await {
        Ok(user) => user,
        Err(Failure::Refused(_)) => return Ok(Known::AddressTaken),
        Err(broken) => return Err(broken),
    };
    query("update users set email_verified_at = $2 where id = $1").bind(user).bind(now).execute(write).await?;
    add(write, user, provider, who).await?;
    Ok(Known::Made(Arriving::proven(write, user), user))
}

async fn add(write: &mut Write, user: UserId, provider: &Provider, who: &Identity) -> Result<bool, Failure> {
    let now = write.now();
    let added = query(
        "insert into provider_accounts (user_id, provider, issuer, subject, label, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (issuer, subject) do nothing",
    )
    .bind(user)
    .bind(&provider.name)
    .bind(&who.issuer)
    .bind(&who.subject)
    .bind(who.label.clone().unwrap_or_default())
    .bind(now)
    .execute(write)
    .await?;
    if added == 1 {
        note(write, Event::of(What::FactorAdded).by(user).about(user).after(format!("{} account", provider.label)))
            .await?;
    }
    Ok(added == 1)
}

/// An account elsewhere, as its person sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ProviderRow {
    /// Of the row.
    pub id: i64,
    /// The setting's name for the provider.
    pub provider: String,
    /// What the account is called there.
    pub label: String,
    /// When it was added.
    pub created_at: Millis,
    /// When somebody signed in with it last.
    pub last_used_at: Option<Millis>,
}

impl Oneself<'_, Read> {
    /// The accounts elsewhere that sign this person in.
    pub async fn list_provider_accounts(&mut self) -> Result<Vec<ProviderRow>, Failure> {
        let user = self.person().id;
        query("select id, provider, label, created_at, last_used_at from provider_accounts where user_id = $1 order by id")
            .bind(user)
            .all(self.connection())
            .await
    }
}

impl Oneself<'_, Write> {
    /// Whether this is one of this person's own accounts elsewhere.
    pub async fn has_provider_account(&mut self, who: &Identity) -> Result<bool, Failure> {
        let user = self.person().id;
        let (has,): (bool,) = query(
            "select exists (select 1 from provider_accounts where user_id = $1 and issuer = $2 and subject = $3)",
        )
        .bind(user)
        .bind(&who.issuer)
        .bind(&who.subject)
        .one(self.connection())
        .await?;
        Ok(has)
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Adds an account elsewhere to this one. Refused with `Conflict` when it is somebody's already.
    pub async fn add_provider_account(&mut self, provider: &Provider, who: &Identity) -> Result<(), Failure> {
        let user = self.inner().person().id;
        if add(self.inner().connection(), user, provider, who).await? {
            return Ok(());
        }
        let words =
            format!("That {} account belongs to an account here already. One cannot sign in to two.", provider.label);
        Err(AppError::Conflict(words).into())
    }

    /// Takes an account elsewhere away, and answers the provider's name. `NotFound` for somebody else's.
    pub async fn remove_provider_account(&mut self, id: i64) -> Result<String, Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let row: Option<(String,)> =
            query("delete from provider_accounts where id = $1 and user_id = $2 returning provider")
                .bind(id)
                .bind(user)
                .optional(write)
                .await?;
        let (provider,) = row.ok_or(AppError::NotFound)?;
        note(write, Event::of(What::FactorRemoved).about(user).before(format!("{provider} account"))).await?;
        Ok(provider)
    }
}

/// Forgets visits nobody came back from.
pub async fn public_delete_over(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from provider_visits where state_digest in (select state_digest from provider_visits where expires_at <= $1 limit 100)")
        .bind(now)
        .execute(write)
        .await
}
