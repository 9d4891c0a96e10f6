//! All SQL about passkeys and ceremonies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PasskeyRegistration, Uuid};

use super::relying_party::{Answer, RelyingParty};
use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::{MINUTE, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::error::{AppError, FieldErrors};
use crate::failure::{Broken, Failure};
use crate::field;
use crate::id::UserId;
use crate::random;
use crate::sessions::policy::RecentlyProven;

/// How long a challenge is good (WebAuthn, 5.4: five minutes are recommended).
const GOOD_FOR: Millis = 5 * MINUTE;
/// So many keys has a person at most.
const MOST: i64 = 20;
/// Characters of a key's name.
pub const NAME_MAX: usize = 60;

/// A key as its person sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PasskeyRow {
    /// Of the row.
    pub id: i64,
    /// As its person calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Millis,
    /// When somebody signed in with it last.
    pub last_used_at: Option<Millis>,
    /// There may be a copy of it.
    pub suspect_at: Option<Millis>,
}

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// To add a key to an account.
    Registering,
    /// To sign in.
    SigningIn,
    /// To prove once more who one is.
    Proving,
}

impl For {
    fn key(self) -> &'static str {
        match self {
            Self::Registering => "register",
            Self::SigningIn => "sign_in",
            Self::Proving => "prove",
        }
    }
}

/// Keeps a challenge, bound to `browser`, and answers what the page needs: `ceremony`, which names it, and `options`.
async fn keep(
    write: &mut Write,
    what: For,
    browser: &str,
    user: Option<UserId>,
    (options, state): (Value, impl Serialize),
) -> Result<String, Failure> {
    let token = random::token();
    let now = write.now();
    query("delete from ceremonies where token_digest in (select token_digest from ceremonies where expires_at <= $1 limit 50)")
        .bind(now)
        .execute(write)
        .await?;
    query(
        "insert into ceremonies (token_digest, kind, browser_digest, user_id, state, expires_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(random::digest(&token))
    .bind(what.key())
    .bind(random::digest(browser))
    .bind(user)
    .bind(serde_json::to_string(&state).broken("keep a challenge")?)
    .bind(now + GOOD_FOR)
    .execute(write)
    .await?;
    Ok(json!({ "ceremony": token, "options": options }).to_string())
}

/// Takes a challenge out: it is answered at most once, rightly or not.
async fn take<T: DeserializeOwned>(
    write: &mut Write,
    what: For,
    browser: &str,
    user: Option<UserId>,
    token: &str,
) -> Result<Option<T>, Failure> {
    let now = write.now();
    let row: Option<(String,)> = query(
        "delete from ceremonies where token_digest = $1 and kind = $2 and browser_digest = $3 and user_id is not distinct from $4
           and expires_at > $5 returning state",
    )
    .bind(random::digest(token))
    .bind(what.key())
    .bind(random::digest(browser))
    .bind(user)
    .bind(now)
    .optional(write)
    .await?;
    row.map(|(state,)| serde_json::from_str(&state).broken("read a challenge")).transpose()
}

/// A challenge to sign in with, for the browser that has `browser`. Open to everybody.
pub async fn public_begin_signing_in(write: &mut Write, site: &RelyingParty, browser: &str) -> Result<String, Failure> {
    keep(write, For::SigningIn, browser, None, site.begin_asking()?).await
}

/// Whose passkey answered a challenge.
#[derive(Debug)]
pub enum Answered {
    /// This account's person, with two proofs.
    By(UserId),
    /// The account's key may have been copied, and signs nobody in from now on.
    Copied(UserId),
    /// Nobody's.
    Nobody,
}

/// Checks the answer to a challenge that was handed to this browser; `user` for one of somebody who is signed in. The challenge
/// is used up.
pub async fn public_answer(
    write: &mut Write,
    site: &RelyingParty,
    (what, browser, user): (For, &str, Option<UserId>),
    ceremony: &str,
    credential: &str,
) -> Result<Answered, Failure> {
    let state: Option<DiscoverableAuthentication> = take(write, what, browser, user, ceremony).await?;
    let (Some(state), Some((answer, handle, id))) = (state, site.claimed(credential)) else {
        return Ok(Answered::Nobody);
    };
    let row: Option<(i64, UserId, String)> = query(
        "select p.id, p.user_id, p.credential from passkeys p join users u on u.id = p.user_id
         where p.credential_id = $1 and u.passkey_handle = $2 and p.suspect_at is null and ($3 is null or u.id = $3)",
    )
    .bind(URL_SAFE_NO_PAD.encode(&id))
    .bind(handle.to_string())
    .bind(user)
    .optional(write)
    .await?;
    let Some((key, owner, stored)) = row else { return Ok(Answered::Nobody) };
    let stored: Passkey = serde_json::from_str(&stored).broken("read a passkey")?;
    let now = write.now();
    match site.finish_asking(&answer, state, stored) {
        Answer::Right(passkey) => {
            query("update passkeys set credential = $2, last_used_at = $3 where id = $1")
                .bind(key)
                .bind(serde_json::to_string(&passkey).broken("write a passkey")?)
                .bind(now)
                .execute(write)
                .await?;
            Ok(Answered::By(owner))
        }
        Answer::Copied => {
            query("update passkeys set suspect_at = $2 where id = $1").bind(key).bind(now).execute(write).await?;
            note(write, Event::of(What::FactorRemoved).about(owner).before("a passkey of which there may be a copy"))
                .await?;
            Ok(Answered::Copied(owner))
        }
        Answer::Wrong => Ok(Answered::Nobody),
    }
}

impl Oneself<'_, Read> {
    /// The keys of this person, the newest first.
    pub async fn list_passkeys(&mut self) -> Result<Vec<PasskeyRow>, Failure> {
        let user = self.person().id;
        query("select id, name, created_at, last_used_at, suspect_at from passkeys where user_id = $1 order by id desc")
            .bind(user)
            .all(self.connection())
            .await
    }
}

impl Oneself<'_, Write> {
    /// A challenge to prove with one of one's own keys, in this sign-in.
    pub async fn begin_proving(&mut self, site: &RelyingParty) -> Result<String, Failure> {
        let (user, sign_in) = (self.person().id, self.person().sign_in);
        keep(self.connection(), For::Proving, &sign_in.to_string(), Some(user), site.begin_asking()?).await
    }

    /// Gives one of one's own keys another name. `NotFound` for somebody else's.
    pub async fn rename_passkey(&mut self, key: i64, name: &str) -> Result<(), Failure> {
        let user = self.person().id;
        let renamed = query("update passkeys set name = $3 where id = $1 and user_id = $2")
            .bind(key)
            .bind(user)
            .bind(name)
            .execute(self.connection())
            .await?;
        if renamed == 1 { Ok(()) } else { Err(AppError::NotFound.into()) }
    }
}

/// A key's name: one line. Refused at `passkey_name`.
pub fn name(raw: &str) -> Result<String, FieldErrors> {
    field::line("passkey_name", "Name of the passkey", raw, NAME_MAX)
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// A challenge to make a key for this person, in this sign-in. Refused with `Conflict` beyond [`MOST`].
    pub async fn begin_registering(&mut self, site: &RelyingParty) -> Result<String, Failure> {
        let person = self.inner().person().clone();
        let write = self.inner().connection();
        let stored: Vec<(String,)> =
            query("select credential from passkeys where user_id = $1").bind(person.id).all(write).await?;
        if i64::try_from(stored.len()).unwrap_or(MOST) >= MOST {
            let words = format!("You have {MOST} passkeys already. Remove one that you do not use any more.");
            return Err(AppError::Conflict(words).into());
        }
        let known: Vec<Passkey> =
            stored.iter().map(|(key,)| serde_json::from_str(key).broken("read a passkey")).collect::<Result<_, _>>()?;
        query("update users set passkey_handle = $2 where id = $1 and passkey_handle is null")
            .bind(person.id)
            .bind(Uuid::from_bytes(random::salt()).to_string())
            .execute(write)
            .await?;
        let (handle,): (String,) =
            query("select passkey_handle from users where id = $1").bind(person.id).one(write).await?;
        let handle = Uuid::parse_str(&handle).broken("read a passkey handle")?;
        let begun = site.begin_registering(handle, &person.email, &person.name, &known)?;
        keep(write, For::Registering, &person.sign_in.to_string(), Some(person.id), begun).await
    }

    /// Keeps the key that answered. Refused at `passkey_name` when the answer is none to this sign-in's challenge, or the key is
    /// known already.
    pub async fn add_passkey(
        &mut self,
        site: &RelyingParty,
        ceremony: &str,
        credential: &str,
        name: &str,
    ) -> Result<(), Failure> {
        let (user, sign_in) = (self.inner().person().id, self.inner().person().sign_in);
        let write = self.inner().connection();
        let state: Option<PasskeyRegistration> =
            take(write, For::Registering, &sign_in.to_string(), Some(user), ceremony).await?;
        let Some(key) = state.and_then(|state| site.finish_registering(credential, &state)) else {
            let words = "Your device’s answer came too late, or was not for us. Press the button once more";
            return Err(FieldErrors::one("passkey_name", words).into());
        };
        let now = write.now();
        let added = query(
            "insert into passkeys (user_id, credential_id, credential, name, created_at) values ($1, $2, $3, $4, $5)
             on conflict (credential_id) do nothing",
        )
        .bind(user)
        .bind(URL_SAFE_NO_PAD.encode(key.cred_id()))
        .bind(serde_json::to_string(&key).broken("write a passkey")?)
        .bind(name)
        .bind(now)
        .execute(write)
        .await?;
        if added != 1 {
            return Err(FieldErrors::one("passkey_name", "This passkey is in use already").into());
        }
        note(write, Event::of(What::FactorAdded).about(user).after("a passkey")).await
    }

    /// Takes a key away, and answers its name. `NotFound` for somebody else's.
    pub async fn remove_passkey(&mut self, key: i64) -> Result<String, Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let row: Option<(String,)> = query("delete from passkeys where id = $1 and user_id = $2 returning name")
            .bind(key)
            .bind(user)
            .optional(write)
            .await?;
        let (name,) = row.ok_or(AppError::NotFound)?;
        note(write, Event::of(What::FactorRemoved).about(user).before("a passkey")).await?;
        Ok(name)
    }
}

/// Forgets challenges nobody answered.
pub async fn public_delete_over(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from ceremonies where token_digest in (select token_digest from ceremonies where expires_at <= $1 limit 100)")
        .bind(now)
        .execute(write)
        .await
}
