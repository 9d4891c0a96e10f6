//! All SQL that looks at more than one way in.

use crate::accounts::policy::{Admin, Oneself, PersonKeeper};
use crate::accounts::store::{public_is_admins, public_is_surely_theirs, public_role_of, vouch};
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::config::SecondStepFor;
use crate::credentials::recovery_codes::store::forget_codes;
use crate::db::{Connection, Read, Write, query};
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::policy::{Everywhere, RecentlyProven};

/// The account `$of` has a way in that stays: a password, a passkey that was not stopped, or an account elsewhere. Codes by mail or text message
/// are none: they are there by a setting.
macro_rules! has_a_way_in {
    ($of:literal) => {
        concat!(
            "(",
            $of,
            ".password_hash is not null
              or exists (select 1 from passkeys wp where wp.user_id = ",
            $of,
            ".id and wp.suspect_at is null)
              or exists (select 1 from provider_accounts wa where wa.user_id = ",
            $of,
            ".id))"
        )
    };
}

pub(crate) use has_a_way_in;

/// Which ways in an account has, for an admin.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Ways {
    /// A password is set.
    pub has_password: bool,
    /// Since when the address is confirmed.
    pub email_verified_at: Option<Millis>,
    /// Since when a code app is in use.
    pub app_since: Option<Millis>,
    /// Recovery codes that were not used yet.
    pub recovery_codes: i64,
    /// Passkeys, those that were stopped among them.
    pub passkeys: i64,
    /// Accounts at providers.
    pub providers: i64,
    /// A confirmed telephone number.
    pub phone: Option<String>,
    /// Since when it is closed by "this was not me".
    pub frozen_at: Option<Millis>,
}

impl Ways {
    /// Whether a reset would take anything away.
    pub fn has_any_to_reset(&self) -> bool {
        self.app_since.is_some()
            || self.recovery_codes > 0
            || self.passkeys > 0
            || self.providers > 0
            || self.phone.is_some()
    }
}

impl PersonKeeper<'_, Read> {
    /// The ways into this person's account.
    pub async fn find_ways(&mut self) -> Result<Ways, Failure> {
        let (read, user) = self.connection();
        query(
            "select u.password_hash is not null as has_password, u.email_verified_at, u.frozen_at,
                    (select c.confirmed_at from code_apps c where c.user_id = u.id) as app_since,
                    (select count(*) from recovery_codes r where r.user_id = u.id and r.used_at is null) as recovery_codes,
                    (select count(*) from passkeys p where p.user_id = u.id) as passkeys,
                    (select count(*) from provider_accounts a where a.user_id = u.id) as providers,
                    (select p.number from phones p where p.user_id = u.id and p.confirmed_at is not null) as phone
             from users u where u.id = $1",
        )
        .bind(user)
        .optional(read)
        .await?
        .ok_or(Failure::Refused(AppError::NotFound))
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Refuses with `Denied::LastWay` when nothing is left that signs this person in; said after what takes a way in away.
    pub async fn keep_a_way_in(&mut self) -> Result<(), Failure> {
        let user = self.inner().person().id;
        let (has_one,): (bool,) = query(concat!("select ", has_a_way_in!("u"), " from users u where u.id = $1"))
            .bind(user)
            .one(self.inner().connection())
            .await?;
        if has_one { Ok(()) } else { Err(AppError::Forbidden(Denied::LastWay).into()) }
    }

    /// Whether this person has a second step: a code app, or a passkey. Recovery codes without either have nothing to stand in for,
    /// and go.
    pub async fn has_second_step(&mut self) -> Result<bool, Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let (has,): (bool,) = query(
            "select exists (select 1 from code_apps where user_id = $1 and confirmed_at is not null)
                 or exists (select 1 from passkeys where user_id = $1 and suspect_at is null)",
        )
        .bind(user)
        .one(write)
        .await?;
        if !has {
            forget_codes(write, user).await?;
        }
        Ok(has)
    }
}

impl RecentlyProven<Admin<'_, Write>> {
    /// Takes every second step and every account elsewhere of somebody away, who cannot show them any more, or did not set them up.
    /// `reason` is how the admin made sure who asks; it stands in the log and in the mail to that person. Their sign-ins end, and
    /// the password stays. Answers what they need then. Another admin's are for whoever runs the server: two people look at it.
    pub async fn reset_ways(&mut self, user: UserId, reason: &str) -> Result<Reset, Failure> {
        let asker = self.inner().person().map(|person| person.id);
        if asker == Some(user) {
            let words = "This is your own account. Remove what you do not want under “How you sign in”.";
            return Err(AppError::Conflict(words.to_owned()).into());
        }
        let write = self.inner().connection();
        let row: Option<Reset> = query(
            "select name, email, password_hash is not null as has_password from users where id = $1 and deleted_at is null",
        )
        .bind(user)
        .optional(write)
        .await?;
        let reset = row.ok_or(AppError::NotFound)?;
        if asker.is_some() && public_is_admins(write, user).await? {
            return Err(AppError::Forbidden(Denied::AnotherAdmin).into());
        }
        forget_all(write, user).await?;
        vouch(write, user).await?;
        let now = write.now();
        query("update users set epoch = epoch + 1, changed_at = $2 where id = $1")
            .bind(user)
            .bind(now)
            .execute(write)
            .await?;
        note(
            write,
            Event::of(What::FactorRemoved).about(user).before("every second step and account elsewhere").after(reason),
        )
        .await?;
        Everywhere::of(self, user).end_for("factors_reset").await?;
        Ok(reset)
    }
}

/// An account whose second step was reset.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reset {
    /// As its person writes it.
    pub name: String,
    /// As typed.
    pub email: String,
    /// Without one nothing signs its person in now, and a link has to.
    pub has_password: bool,
}

/// Takes every second step of an account away, and what else somebody may have set up to come back by: code app, recovery codes,
/// passkeys, accounts at providers, the telephone number, and what is half way.
pub(crate) async fn forget_all(write: &mut Write, user: UserId) -> Result<(), Failure> {
    forget_since(write, user, 0).await
}

/// The same where whoever made the account may be somebody else than has it from now on: nobody confirmed its address or vouched for
/// it. Where much hangs on the role, the second step stays: an admin, or whoever runs the server, resets it. Asked before the new
/// password is written down. Says whether it was.
pub(in crate::credentials) async fn forget_a_strangers(
    write: &mut Write,
    user: UserId,
    needs_second_step: SecondStepFor,
) -> Result<bool, Failure> {
    let is_a_strangers = !public_is_surely_theirs(write, user).await?;
    let is_one = is_a_strangers && !needs_second_step.of(public_role_of(write, user).await?);
    if is_one {
        forget_all(write, user).await?;
    }
    Ok(is_one)
}

/// The same for what was set up at `since` or later, in milliseconds; what is half way goes in any case.
pub(in crate::credentials) async fn forget_since(
    write: &mut Write,
    user: UserId,
    since: Millis,
) -> Result<(), Failure> {
    for statement in [
        "delete from code_apps where user_id = $1 and coalesce(confirmed_at, created_at) >= $2",
        "delete from recovery_codes where user_id = $1 and created_at >= $2",
        "delete from passkeys where user_id = $1 and created_at >= $2",
        "delete from provider_accounts where user_id = $1 and created_at >= $2",
        "delete from phones where user_id = $1 and (confirmed_at is null or confirmed_at >= $2)",
    ] {
        query(statement).bind(user).bind(since).execute(write).await?;
    }
    for statement in [
        "delete from fresh_codes where user_id = $1",
        "delete from ceremonies where user_id = $1",
        "delete from provider_visits where user_id = $1",
        "delete from one_time_codes where user_id = $1",
        "delete from half_sign_ins where user_id = $1",
    ] {
        query(statement).bind(user).execute(write).await?;
    }
    Ok(())
}
