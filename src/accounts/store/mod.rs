//! All SQL about accounts.

pub mod leaving;
mod trust;

pub(crate) use trust::{is_admins, vouch};
pub use trust::{public_is_admins, public_is_surely_theirs, still_an_admins_since};

use super::model::{AccountRow, Email, PersonName, SiteRole};
use super::policy::{Admin, Asked, Oneself, PersonKeeper};
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::credentials::mail_link::store::withdraw_links;
use crate::db::{Connection, Read, Write, like, like_folded, query};
use crate::enrolments::store::states::is_in;
use crate::error::{AppError, Denied, FieldErrors};
use crate::failure::Failure;
use crate::folded::folded;
use crate::id::UserId;
use crate::sessions::policy::RecentlyProven;

/// What is needed to make an account.
pub struct NewAccount<'a> {
    /// Refused at the field `email` when another account has its key.
    pub email: &'a Email,
    /// For showing; two people may have the same.
    pub name: &'a PersonName,
    /// On the whole site.
    pub role: SiteRole,
    /// In PHC form; none until a set-up link is used.
    pub password_hash: Option<String>,
}

/// Makes an account. For the ways to make one, each of which has its own proof.
pub(crate) async fn insert(write: &mut Write, account: NewAccount<'_>) -> Result<UserId, Failure> {
    let now = write.now();
    let row: Option<(UserId,)> = query(
        "insert into users (email, email_key, name, role, password_hash, created_at, changed_at, name_folded)
         values ($1, $2, $3, $4, $5, $6, $6, $7) on conflict (email_key) do nothing returning id",
    )
    .bind(account.email.as_typed())
    .bind(account.email.key())
    .bind(account.name.as_str())
    .bind(account.role.key())
    .bind(account.password_hash)
    .bind(now)
    .bind(folded(account.name.as_str()))
    .optional(write)
    .await?;
    let (id,) = row.ok_or_else(|| {
        FieldErrors::one(
            "email",
            "There is an account with this email already. Sign in with it, or use another address",
        )
    })?;
    let event = Event::of(What::UserCreated).about(id).after(account.role.key());
    // Whoever is nobody yet has just become this person.
    let is_own = write.caller().person.is_none() && !write.caller().is_system;
    note(write, if is_own { event.by(id) } else { event }).await?;
    Ok(id)
}

/// Makes a student's account for whoever signs up. Open to everybody, which is why it takes no role.
pub async fn public_sign_up(
    write: &mut Write,
    email: &Email,
    name: &PersonName,
    password_hash: String,
) -> Result<UserId, Failure> {
    let account = NewAccount { email, name, role: SiteRole::Student, password_hash: Some(password_hash) };
    insert(write, account).await
}

/// Where a person is written to; none for an account that is not there, or was deleted.
pub async fn public_find_addressee(on: &mut impl Connection, user: UserId) -> Result<Option<String>, Failure> {
    let row: Option<(String,)> =
        query("select email from users where id = $1 and deleted_at is null").bind(user).optional(on).await?;
    Ok(row.map(|(email,)| email))
}

/// Whether a password was ever set.
pub async fn public_has_password(on: &mut impl Connection, user: UserId) -> Result<bool, Failure> {
    let row: Option<(bool,)> =
        query("select password_hash is not null from users where id = $1").bind(user).optional(on).await?;
    Ok(row.is_some_and(|(has,)| has))
}

/// What an account is on the whole site. `NotFound` when there is none.
pub async fn public_role_of(on: &mut impl Connection, user: UserId) -> Result<SiteRole, Failure> {
    let row: Option<(SiteRole,)> = query("select role from users where id = $1").bind(user).optional(on).await?;
    Ok(row.ok_or(AppError::NotFound)?.0)
}

/// Whether anybody could sign in as an admin. Asked at start, to offer the first admin's link.
pub async fn public_has_admin(on: &mut impl Connection) -> Result<bool, Failure> {
    let (admins,): (i64,) =
        query("select count(*) from users where role = 'admin' and disabled_at is null and password_hash is not null")
            .one(on)
            .await?;
    Ok(admins > 0)
}

/// Whether one of the demo's people, whose passwords are public, can sign in. All of them are at lectern.example, which is
/// nobody's: RFC 2606 keeps names that end in .example for examples.
pub async fn public_has_demo(on: &mut impl Connection) -> Result<bool, Failure> {
    let (people,): (i64,) = query(
        "select count(*) from users where disabled_at is null and password_hash is not null and email_key like '%@lectern.example'",
    )
    .one(on)
    .await?;
    Ok(people > 0)
}

/// Whether there is any account at all.
pub async fn public_is_empty(on: &mut impl Connection) -> Result<bool, Failure> {
    let (accounts,): (i64,) = query("select count(*) from (select id from users limit 1) as first").one(on).await?;
    Ok(accounts == 0)
}

impl Oneself<'_, Write> {
    /// Changes their name, which pages show from the next request on.
    pub async fn rename(&mut self, name: &PersonName) -> Result<(), Failure> {
        let (user, before) = (self.person().id, self.person().name.clone());
        if before == name.as_str() {
            return Ok(());
        }
        let write = self.connection();
        let now = write.now();
        query("update users set name = $2, changed_at = $3, name_folded = $4 where id = $1")
            .bind(user)
            .bind(name.as_str())
            .bind(now)
            .bind(folded(name.as_str()))
            .execute(write)
            .await?;
        note(write, Event::of(What::UserUpdated).about(user).before(before).after(name.as_str())).await
    }
}

/// The rows of `AccountRow`, from `users u`: `$1` is now, `$2` since when who was an admin still counts as one.
macro_rules! account_rows {
    () => {
        concat!(
            "select u.id, u.name, u.email, u.role, u.created_at, u.disabled_at, u.deleted_at is not null as is_deleted,
                    exists (select 1 from code_apps c where c.user_id = u.id and c.confirmed_at is not null) as has_app,
                    exists (select 1 from passkeys p where p.user_id = u.id and p.suspect_at is null) as has_passkey,
                    u.password_hash is null and not exists (select 1 from passkeys p where p.user_id = u.id and p.suspect_at is null)
                      and not exists (select 1 from provider_accounts a where a.user_id = u.id) as is_invited, ",
            is_admins!("$2"),
            " as is_admins,
                    (select count(*) from sign_ins s where s.user_id = u.id and s.ended_at is null and s.epoch = u.epoch
                       and s.idle_ends_at > $1 and s.absolute_ends_at > $1) as sign_ins,
                    (select count(*) from enrolments e where e.user_id = u.id and ",
            is_in!("e"),
            ") as courses
             from users u "
        )
    };
}

/// A page of the admin's list.
pub struct AccountPage {
    /// By name, at most as many as were asked for.
    pub rows: Vec<AccountRow>,
    /// How many match in all.
    pub total: i64,
}

impl Admin<'_, Read> {
    /// Accounts whose name or e-mail holds `search` (empty: all), by name, `most` of them from the `skip`th on.
    pub async fn list_accounts(
        &mut self,
        search: &str,
        role: Option<SiteRole>,
        most: i64,
        skip: i64,
    ) -> Result<AccountPage, Failure> {
        let read = self.connection();
        let now = read.now();
        let (pattern, role) = (like(search), role.map(|role| role.key().to_owned()));
        let (total,): (i64,) = query(
            "select count(*) from users u
             where u.deleted_at is null
               and (u.name_folded like $3 escape '\\' or lower(u.email) like lower($1) escape '\\') and ($2 is null or u.role = $2)",
        )
        .bind(pattern.clone())
        .bind(role.clone())
        .bind(like_folded(search))
        .one(read)
        .await?;
        let rows = query(
            concat!(account_rows!(),
             "where u.deleted_at is null
               and (u.name_folded like $7 escape '\\' or lower(u.email) like lower($3) escape '\\') and ($4 is null or u.role = $4)
             order by u.name_folded, u.id limit $5 offset $6"),
        )
        .bind(now)
        .bind(still_an_admins_since(now))
        .bind(pattern)
        .bind(role)
        .bind(most)
        .bind(skip)
        .bind(like_folded(search))
        .all(read)
        .await?;
        Ok(AccountPage { rows, total })
    }

    /// The same as a list that goes on, by name: at most `most` accounts after the one whose name and id these are.
    pub async fn list_accounts_after(
        &mut self,
        search: &str,
        role: Option<SiteRole>,
        after: Option<(String, i64)>,
        most: i64,
    ) -> Result<Vec<AccountRow>, Failure> {
        let read = self.connection();
        let now = read.now();
        let (name, id) = after.unzip();
        query(concat!(
            account_rows!(),
            "where u.deleted_at is null
               and (u.name_folded like $8 escape '\\' or lower(u.email) like lower($3) escape '\\') and ($4 is null or u.role = $4)
               and ($5 is null or u.name_folded > $5 or (u.name_folded = $5 and u.id > $6))
             order by u.name_folded, u.id limit $7"
        ))
        .bind(now)
        .bind(still_an_admins_since(now))
        .bind(like(search))
        .bind(role.map(|role| role.key().to_owned()))
        .bind(name.map(|name| folded(&name)))
        .bind(id)
        .bind(most)
        .bind(like_folded(search))
        .all(read)
        .await
    }
}

impl<C: Asked> PersonKeeper<'_, C> {
    /// The account, where there is one.
    pub async fn find_account(&mut self) -> Result<Option<AccountRow>, Failure> {
        let (read, user) = self.connection();
        let now = read.now();
        query(concat!(account_rows!(), "where u.id = $3"))
            .bind(now)
            .bind(still_an_admins_since(now))
            .bind(user)
            .optional(read)
            .await
    }
}

/// What stays of an account after a change, for the sentence that says so.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Changed {
    /// Of the account that was changed.
    pub id: UserId,
    /// As its person writes it.
    pub name: String,
    /// The role before the change.
    pub was: SiteRole,
}

impl Admin<'_, Write> {
    /// Makes an account that somebody else asked for: with any role, and with no password yet.
    pub async fn add_account(&mut self, account: NewAccount<'_>) -> Result<UserId, Failure> {
        let user = insert(self.connection(), account).await?;
        vouch(self.connection(), user).await?;
        Ok(user)
    }

    /// The account with this address.
    pub async fn find_by_email(&mut self, email: &Email) -> Result<Option<UserId>, Failure> {
        let row: Option<(UserId,)> =
            query("select id from users where email_key = $1").bind(email.key()).optional(self.connection()).await?;
        Ok(row.map(|(id,)| id))
    }

    /// Whether the account is closed for its person.
    pub async fn is_disabled(&mut self, user: UserId) -> Result<bool, Failure> {
        let row: Option<(Option<Millis>,)> =
            query("select disabled_at from users where id = $1").bind(user).optional(self.connection()).await?;
        Ok(row.is_some_and(|(disabled_at,)| disabled_at.is_some()))
    }
}

impl RecentlyProven<Admin<'_, Write>> {
    /// The person's name, as they write it. `NotFound` when there is no such account.
    pub async fn name_of(&mut self, user: UserId) -> Result<String, Failure> {
        let row: Option<(String,)> =
            query("select name from users where id = $1").bind(user).optional(self.inner().connection()).await?;
        row.map(|(name,)| name).ok_or(Failure::Refused(AppError::NotFound))
    }

    /// Gives somebody a site role. It holds at their next request.
    pub async fn change_role(&mut self, user: UserId, role: SiteRole) -> Result<Changed, Failure> {
        if role != SiteRole::Admin {
            self.keep_an_admin_besides(user).await?;
        }
        let now = self.inner().connection().now();
        let was: Option<(SiteRole,)> = query("select role from users where id = $1 and deleted_at is null")
            .bind(user)
            .optional(self.inner().connection())
            .await?;
        let (was,) = was.ok_or(Failure::Refused(AppError::NotFound))?;
        let row: (UserId, String) =
            query("update users set role = $2, changed_at = $3, admin_until = coalesce($4, admin_until) where id = $1 returning id, name")
                .bind(user)
                .bind(role.key())
                .bind(now)
                .bind((was == SiteRole::Admin && role != SiteRole::Admin).then_some(now))
                .one(self.inner().connection())
                .await?;
        if was != role {
            let write = self.inner().connection();
            if role != SiteRole::Student {
                // Whoever is given a role was looked at first.
                vouch(write, user).await?;
            }
            if [was, role].contains(&SiteRole::Admin) {
                // Others may open what waits for an admin than what waits for somebody else.
                withdraw_links(write, user).await?;
            }
            note(write, Event::of(What::RoleChanged).about(user).before(was.key()).after(role.key())).await?;
        }
        Ok(Changed { id: row.0, name: row.1, was })
    }

    /// Closes an account for its person. Its sign-ins are dead at once: the epoch they were made in has passed.
    pub async fn disable(&mut self, user: UserId) -> Result<Changed, Failure> {
        self.keep_an_admin_besides(user).await?;
        let now = self.inner().connection().now();
        let changed = self.set_disabled(user, Some(now)).await?;
        withdraw_links(self.inner().connection(), user).await?;
        note(self.inner().connection(), Event::of(What::UserArchived).about(user)).await?;
        Ok(changed)
    }

    /// Opens it again. Its person signs in anew.
    pub async fn enable(&mut self, user: UserId) -> Result<Changed, Failure> {
        let changed = self.set_disabled(user, None).await?;
        note(self.inner().connection(), Event::of(What::UserUpdated).about(user).after("can sign in again")).await?;
        Ok(changed)
    }

    /// Doing it twice ends nothing the second time: a stale page must not sign anybody out.
    async fn set_disabled(&mut self, user: UserId, at: Option<Millis>) -> Result<Changed, Failure> {
        let now = self.inner().connection().now();
        query(
            "update users set epoch = epoch + case when (disabled_at is null) = ($2 is null) then 0 else 1 end,
                    disabled_at = case when disabled_at is null or $2 is null then $2 else disabled_at end, changed_at = $3
             where id = $1 and deleted_at is null returning id, name, role as was",
        )
        .bind(user)
        .bind(at)
        .bind(now)
        .optional(self.inner().connection())
        .await?
        .ok_or(Failure::Refused(AppError::NotFound))
    }

    /// Refuses to let `user` stop being an admin when nobody else is one who can sign in.
    async fn keep_an_admin_besides(&mut self, user: UserId) -> Result<(), Failure> {
        let row: Option<(bool, i64)> = query(
            "select u.role = 'admin' and u.disabled_at is null and u.password_hash is not null,
                    (select count(*) from users o where o.role = 'admin' and o.disabled_at is null and o.password_hash is not null
                       and o.id <> u.id)
             from users u where u.id = $1",
        )
        .bind(user)
        .optional(self.inner().connection())
        .await?;
        match row {
            None => Err(AppError::NotFound.into()),
            Some((true, 0)) => Err(AppError::Forbidden(Denied::LastAdmin).into()),
            Some(_) => Ok(()),
        }
    }
}
