//! Oneself: who a token acts for, and their courses.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asker::Asker;
use super::body::Sent;
use super::problem::Problem;
use super::version::Versioned;
use crate::accounts::model::{PersonName, SiteRole};
use crate::accounts::policy::{Oneself, SignedIn};
use crate::courses::model::CourseState;
use crate::enrolments::model::CourseRole;
use crate::sessions::caller::Person;
use crate::ui::when;

/// The person a token acts for.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Of the account.
    id: i64,
    /// As they write it.
    name: String,
    /// As typed.
    email: String,
    /// On the whole site.
    role: SiteRole,
    /// What this token is for; all scopes for a browser’s session.
    scope: String,
    /// Whether a second step was shown for it.
    second_step: bool,
    /// Of what asks, among the sign-ins.
    sign_in: String,
}

impl Me {
    fn of(person: &Person) -> Self {
        Self {
            id: person.id.0,
            name: person.name.clone(),
            email: person.email.clone(),
            role: person.role,
            scope: person.scopes.to_string(),
            second_step: person.level >= 2,
            sign_in: person.sign_in.to_string(),
        }
    }
}

/// What changes about oneself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMe {
    /// As they write it.
    #[schema(min_length = 1, max_length = 100, example = "Amara Nwosu")]
    name: String,
}

/// Who this is
#[utoipa::path(get, path = "/me", tag = "Oneself",
    responses((status = 200, description = "The person", body = Me)))]
pub async fn read_me(asker: Asker, headers: HeaderMap) -> Result<Response, Problem> {
    let mut read = asker.read().await?;
    let oneself = Oneself::claim(&mut read).await?;
    Versioned::of(&Me::of(oneself.person()))?.answer(&headers)
}

/// Change the name
#[utoipa::path(patch, path = "/me", tag = "Oneself", request_body = ChangeMe,
    responses((status = 200, description = "The person as they are now", body = Me)))]
pub async fn change_me(asker: Asker, headers: HeaderMap, sent: Sent<ChangeMe>) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    let mut oneself = Oneself::claim(&mut write).await?;
    Versioned::of(&Me::of(oneself.person()))?.require(&headers)?;
    let name = PersonName::parse(&sent.value.name)?;
    oneself.rename(&name).await?;
    let changed = Person { name: name.as_str().to_owned(), ..oneself.person().clone() };
    write.commit().await?;
    Ok(Versioned::of(&Me::of(&changed))?.answer_with(StatusCode::OK))
}

/// A course that one is in.
#[derive(Serialize, ToSchema)]
pub struct MyCourse {
    /// Its address is `/courses/{slug}`.
    slug: String,
    /// One line.
    title: String,
    /// Where it is in its life.
    state: CourseState,
    /// What one is in it.
    role: CourseRole,
    /// Published lessons.
    lessons: i64,
    /// Of those, how many one has read.
    read: i64,
    /// When one last did something in it.
    touched_at: String,
}

/// One’s courses
///
/// Every course one is in, the last touched first.
#[utoipa::path(get, path = "/me/courses", tag = "Oneself",
    responses((status = 200, description = "The courses", body = [MyCourse])))]
pub async fn list_my_courses(asker: Asker) -> Result<Json<Vec<MyCourse>>, Problem> {
    let rows = SignedIn::claim(&mut asker.read().await?).await?.list_my_courses().await?;
    let courses = rows.into_iter().map(|row| MyCourse {
        slug: row.slug,
        title: row.title,
        state: row.state,
        role: row.role,
        lessons: row.lessons,
        read: row.read,
        touched_at: when::machine(row.touched_at),
    });
    Ok(Json(courses.collect()))
}
