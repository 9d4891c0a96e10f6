//! All SQL about code apps.

use super::seed::Seed;
use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::{HOUR, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::caller::Person;
use crate::sessions::policy::RecentlyProven;
use crate::site_key::SiteKey;

/// How long a seed that was shown waits for its first code.
const SHOWN_FOR: Millis = HOUR;

#[derive(sqlx::FromRow)]
struct AppRow {
    seed: String,
    email: String,
    last_step: i64,
}

/// An account's code app, as its page shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CodeApp {
    /// When its first code was entered.
    pub confirmed_at: Millis,
    /// When one was last.
    pub last_used_at: Option<Millis>,
}

/// Takes a code of the account's app, where it has one: true when it is right and none of its step was taken before.
pub(in crate::credentials) async fn take_code(
    write: &mut Write,
    key: &SiteKey,
    user: UserId,
    typed: &str,
) -> Result<bool, Failure> {
    let now = write.now();
    let row: Option<AppRow> = query(
        "select c.seed, c.last_step, u.email from code_apps c join users u on u.id = c.user_id
         where c.user_id = $1 and c.confirmed_at is not null",
    )
    .bind(user)
    .optional(write)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let Some(seed) = Seed::open(key, &row.seed, &row.email)? else { return Ok(false) };
    let Some(step) = seed.step_of(typed, now).filter(|step| *step > row.last_step) else { return Ok(false) };
    // Of two who bring the same code at once, one is right.
    let taken = query("update code_apps set last_step = $2, last_used_at = $3 where user_id = $1 and last_step < $2")
        .bind(user)
        .bind(step)
        .bind(now)
        .execute(write)
        .await?;
    Ok(taken == 1)
}

impl Oneself<'_, Read> {
    /// The app that is in use, where there is one.
    pub async fn find_code_app(&mut self) -> Result<Option<CodeApp>, Failure> {
        let user = self.person().id;
        query("select confirmed_at, last_used_at from code_apps where user_id = $1 and confirmed_at is not null")
            .bind(user)
            .optional(self.connection())
            .await
    }
}

impl RecentlyProven<Oneself<'_, Read>> {
    /// The seed that was made a moment ago in this sign-in and waits for its first code; `NotFound` when there is none.
    pub async fn find_new_seed(&mut self, key: &SiteKey) -> Result<Seed, Failure> {
        let person = self.inner().person().clone();
        Ok(waiting_seed(self.inner().connection(), key, &person).await?.ok_or(AppError::NotFound)?)
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Makes a seed that waits for its first code, in place of one that waited. It is this sign-in's alone: somebody else who is in
    /// the account must not read along while its person sets up what is to keep them out. Refused with `Conflict` when an app is in use.
    pub async fn begin_code_app(&mut self, key: &SiteKey) -> Result<(), Failure> {
        let (user, sign_in) = (self.inner().person().id, self.inner().person().sign_in);
        let email = self.inner().person().email.clone();
        let seed = Seed::make(&email)?.seal(key)?;
        let write = self.inner().connection();
        let now = write.now();
        let made = query(
            "insert into code_apps (user_id, seed, created_at, last_step, sign_in_id) values ($1, $2, $3, 0, $4)
             on conflict (user_id) do update set seed = excluded.seed, created_at = excluded.created_at, last_step = 0,
                                                 sign_in_id = excluded.sign_in_id
             where code_apps.confirmed_at is null",
        )
        .bind(user)
        .bind(seed)
        .bind(now)
        .bind(sign_in)
        .execute(write)
        .await?;
        if made == 1 { Ok(()) } else { Err(in_use()) }
    }

    /// Takes the first code: from now on the app is asked for at every sign-in. Refused at `code` when it is none of its.
    pub async fn confirm_code_app(&mut self, key: &SiteKey, typed: &str) -> Result<(), Failure> {
        let person = self.inner().person().clone();
        let user = person.id;
        let write = self.inner().connection();
        let now = write.now();
        let seed = waiting_seed(write, key, &person).await?.ok_or(AppError::NotFound)?;
        let step = seed.step_of(typed, now).ok_or_else(|| {
            FieldErrors::one("code", "This is not the code the app shows now. Check that the telephone’s clock is right, and enter the next one")
        })?;
        let confirmed = query(
            "update code_apps set confirmed_at = $2, last_step = $3, last_used_at = $2, sign_in_id = null where user_id = $1 and confirmed_at is null",
        )
        .bind(user)
        .bind(now)
        .bind(step)
        .execute(write)
        .await?;
        if confirmed != 1 {
            return Err(in_use());
        }
        note(write, Event::of(What::FactorAdded).about(user).after("a code app")).await
    }

    /// Takes the app away. `NotFound` when there is none.
    pub async fn remove_code_app(&mut self) -> Result<(), Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let removed = query("delete from code_apps where user_id = $1 and confirmed_at is not null")
            .bind(user)
            .execute(write)
            .await?;
        if removed != 1 {
            return Err(AppError::NotFound.into());
        }
        note(write, Event::of(What::FactorRemoved).about(user).before("a code app")).await
    }
}

/// The seed that waits for its first code in this person's own sign-in.
async fn waiting_seed(on: &mut impl Connection, key: &SiteKey, person: &Person) -> Result<Option<Seed>, Failure> {
    let now = on.now();
    let row: Option<(String,)> = query(
        "select seed from code_apps where user_id = $1 and sign_in_id = $2 and confirmed_at is null and created_at > $3",
    )
    .bind(person.id)
    .bind(person.sign_in)
    .bind(now - SHOWN_FOR)
    .optional(on)
    .await?;
    match row {
        Some((sealed,)) => Seed::open(key, &sealed, &person.email),
        None => Ok(None),
    }
}

fn in_use() -> Failure {
    AppError::Conflict("There is a code app already. Remove it before you set up another.".to_owned()).into()
}
