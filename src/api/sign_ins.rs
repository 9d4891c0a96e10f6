//! One's sign-ins, of browsers and of apps, and the tokens one made by hand.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::asker::Asker;
use super::body::Named;
use super::problem::Problem;
use crate::accounts::policy::Oneself;
use crate::error::AppError;
use crate::id::SignInId;
use crate::sessions::device;
use crate::sessions::policy::RecentlyProven;
use crate::sessions::store::SignInRow;
use crate::tokens::store::PersonalRow;
use crate::ui::when;

/// A browser or an app that can act for somebody.
#[derive(Serialize, ToSchema)]
pub struct ASignIn {
    /// Names it.
    id: String,
    /// `browser`, or how an app came to act: `api`, `device`, `personal`.
    kind: String,
    /// What it is called: by its person, by itself, or in words ("Firefox on Linux").
    name: String,
    /// What an app may do; none for a browser, which may do everything.
    scope: Option<String>,
    /// Last seen from there.
    address: String,
    /// When it began.
    created_at: String,
    /// When it was last used, to a minute.
    last_seen_at: String,
    /// When it ends unless it is used before.
    idle_ends_at: String,
    /// When it ends in any case.
    ends_at: String,
    /// It is the one that asks.
    is_this: bool,
}

fn shown(row: SignInRow, here: SignInId) -> ASignIn {
    let name = device::called(row.name.as_deref(), row.client.as_deref(), &row.user_agent);
    ASignIn {
        is_this: row.id == here,
        id: row.id.to_string(),
        kind: row.kind,
        name,
        scope: row.scopes,
        address: row.address,
        created_at: when::machine(row.created_at),
        last_seen_at: when::machine(row.last_seen_at),
        idle_ends_at: when::machine(row.idle_ends_at),
        ends_at: when::machine(row.absolute_ends_at),
    }
}

/// Where one is signed in
///
/// Every browser and app that can act for one, the last used first.
#[utoipa::path(get, path = "/sign-ins", tag = "Oneself",
    responses((status = 200, description = "The sign-ins", body = [ASignIn])))]
pub async fn list_sign_ins(asker: Asker) -> Result<Json<Vec<ASignIn>>, Problem> {
    let mut read = asker.read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let here = oneself.person().sign_in;
    let rows = oneself.list_sign_ins().await?.live;
    Ok(Json(rows.into_iter().map(|row| shown(row, here)).collect()))
}

/// End a sign-in
///
/// The next request of that browser or app is refused. Asks for somebody who has signed in within ten minutes, unless it is the one
/// that asks.
#[utoipa::path(delete, path = "/sign-ins/{id}", tag = "Oneself",
    params(("id" = String, Path, description = "As the list has it", pattern = "^[0-9]{1,19}$")),
    responses((status = 204, description = "It has ended")))]
pub async fn end_sign_in(asker: Asker, Named(id): Named<i64>) -> Result<StatusCode, Problem> {
    let mut write = asker.begin_write().await?;
    let oneself = Oneself::claim(&mut write).await?;
    if oneself.person().sign_in == SignInId(id) {
        crate::sessions::policy::Departing::claim(&mut write)?.sign_out().await?;
    } else {
        let ended = RecentlyProven::of(oneself)?.end_sign_in(SignInId(id)).await?;
        ended.ok_or(AppError::NotFound)?;
    }
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token that one made by hand, without the token.
#[derive(Serialize, ToSchema)]
pub struct PersonalToken {
    /// Names it.
    id: String,
    /// As one calls it.
    name: String,
    /// What it is for.
    scope: String,
    /// When it was made.
    created_at: String,
    /// When it was last used, to a minute; none if never.
    last_used_at: Option<String>,
    /// When it ends.
    ends_at: String,
}

fn token(row: PersonalRow) -> PersonalToken {
    PersonalToken {
        id: row.id.to_string(),
        name: row.name,
        scope: row.scopes,
        last_used_at: (row.last_seen_at > row.created_at).then(|| when::machine(row.last_seen_at)),
        created_at: when::machine(row.created_at),
        ends_at: when::machine(row.absolute_ends_at),
    }
}

/// One’s tokens
///
/// Those made by hand at `/account/tokens`, the newest first. None is ever shown again.
#[utoipa::path(get, path = "/tokens", tag = "Oneself",
    responses((status = 200, description = "The tokens", body = [PersonalToken])))]
pub async fn list_tokens(asker: Asker) -> Result<Json<Vec<PersonalToken>>, Problem> {
    let mut read = asker.read().await?;
    let rows = Oneself::claim(&mut read).await?.list_personal_tokens().await?;
    Ok(Json(rows.into_iter().map(token).collect()))
}

/// Revoke a token
#[utoipa::path(delete, path = "/tokens/{id}", tag = "Oneself",
    params(("id" = String, Path, description = "As the list has it", pattern = "^[0-9]{1,19}$")),
    responses((status = 204, description = "It is good for nothing any more")))]
pub async fn revoke_token(asker: Asker, Named(id): Named<i64>) -> Result<StatusCode, Problem> {
    let mut write = asker.begin_write().await?;
    RecentlyProven::of(Oneself::claim(&mut write).await?)?.revoke_personal_token(SignInId(id)).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
