//! All accounts, for admins.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::OfAccount;
use super::asker::Asker;
use super::body::{AskedFor, Named, Sent};
use super::cursor::{self, Page};
use super::problem::Problem;
use super::version::Versioned;
use crate::accounts::model::{AccountRow, SiteRole};
use crate::accounts::policy::{Admin, Asked, PersonKeeper};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::policy::{Everywhere, RecentlyProven};
use crate::ui::when;

/// An account.
#[derive(Serialize, ToSchema)]
pub struct User {
    /// Of the account.
    id: i64,
    /// As its person writes it.
    name: String,
    /// As typed.
    email: String,
    /// On the whole site.
    role: SiteRole,
    /// When it was made.
    created_at: String,
    /// Its person cannot sign in.
    disabled: bool,
    /// Live sign-ins, of browsers and apps.
    sign_ins: i64,
    /// Courses they are in, as anything.
    courses: i64,
}

fn user(row: AccountRow) -> User {
    User {
        id: row.id.0,
        name: row.name,
        email: row.email,
        role: row.role,
        created_at: when::machine(row.created_at),
        disabled: row.disabled_at.is_some(),
        sign_ins: row.sign_ins,
        courses: row.courses,
    }
}

/// What changes with each of its sign-ins is no part of an account's version.
#[derive(Serialize)]
struct Settled<'u> {
    id: i64,
    name: &'u str,
    email: &'u str,
    role: SiteRole,
    disabled: bool,
}

/// What the list is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// Looked for in names and addresses; of its first 100 letters.
    q: Option<String>,
    /// Only those who are this.
    #[param(inline)]
    role: Option<SiteRole>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// All accounts
///
/// By name. For admins; for everybody else there is no such list.
#[utoipa::path(get, path = "/users", tag = "Users", params(UsersQuery),
    responses((status = 200, description = "A page of accounts", body = Page<User>)))]
pub async fn list_users(asker: Asker, AskedFor(asked): AskedFor<UsersQuery>) -> Result<Json<Page<User>>, Problem> {
    let mut read = asker.read().await?;
    let mut admin = Admin::claim(&mut read).await?;
    let search: String = asked.q.unwrap_or_default().chars().take(100).collect();
    let limit = cursor::limit(asked.limit)?;
    let list = format!("users\n{}\n{search}", asked.role.map_or("", SiteRole::key));
    let after = cursor::read(&asker, &list, asked.cursor.as_deref())?;
    let rows = admin.list_accounts_after(&search, asked.role, after, limit + 1).await?;
    Ok(Json(cursor::page(&asker, &list, limit, rows, |row| (row.name.clone(), row.id.0), user)?))
}

async fn find<C: Asked>(on: &mut C, id: i64) -> Result<User, Failure> {
    let found = PersonKeeper::claim(on, UserId(id)).await?.find_account().await?;
    let row = found.filter(|row| !row.is_deleted).ok_or(AppError::NotFound)?;
    Ok(user(row))
}

fn version(user: &User) -> Result<Versioned, Failure> {
    let User { id, name, email, role, disabled, .. } = user;
    Versioned::of_part(user, &Settled { id: *id, name, email, role: *role, disabled: *disabled })
}

/// An account
#[utoipa::path(get, path = "/users/{id}", tag = "Users",
    params(OfAccount),
    responses((status = 200, description = "The account", body = User)))]
pub async fn read_user(
    asker: Asker,
    Named(OfAccount { id }): Named<OfAccount>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    version(&find(&mut asker.read().await?, id).await?)?.answer(&headers)
}

/// What changes about an account. What is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// On the whole site.
    #[schema(example = "instructor")]
    role: Option<SiteRole>,
    /// Closes it for its person and ends their sign-ins, or opens it again.
    disabled: Option<bool>,
}

/// Change an account
///
/// Asks for an admin who has signed in within ten minutes. The last admin stays one.
#[utoipa::path(patch, path = "/users/{id}", tag = "Users", request_body = ChangeUser,
    params(OfAccount),
    responses((status = 200, description = "The account as it is now", body = User)))]
pub async fn change_user(
    asker: Asker,
    Named(OfAccount { id }): Named<OfAccount>,
    headers: HeaderMap,
    sent: Sent<ChangeUser>,
) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    let before = find(&mut write, id).await?;
    version(&before)?.require(&headers)?;
    let mut admin = RecentlyProven::of(Admin::claim(&mut write).await?)?;
    let person = UserId(id);
    let mut after = User { ..before };
    if let Some(role) = sent.value.role {
        let changed = admin.change_role(person, role).await?;
        if changed.was != role {
            Everywhere::of(&mut admin, person).tighten(asker.site().config.lasts(role)).await?;
            tracing::info!(event = "authz_change", person = id, role = role.key(), "role changed");
        }
        after.role = role;
    }
    if let Some(disabled) = sent.value.disabled {
        if disabled {
            admin.disable(person).await?;
            Everywhere::of(&mut admin, person).end_for_disabling().await?;
            tracing::info!(event = "user_disabled", person = id, "account disabled");
            after.sign_ins = 0;
        } else {
            admin.enable(person).await?;
            tracing::info!(event = "user_enabled", person = id, "account enabled");
        }
        after.disabled = disabled;
    }
    // Who has taken their own powers away may not see the account any more.
    let after = match find(&mut write, id).await {
        Err(Failure::Refused(_)) => after,
        found => found?,
    };
    write.commit().await?;
    Ok(version(&after)?.answer_with(StatusCode::OK))
}
