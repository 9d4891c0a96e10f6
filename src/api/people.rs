//! The people of a course, for its staff.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::{OfCourse, OfMember};
use super::asker::Asker;
use super::body::{AskedFor, Named, Sent};
use super::cursor::{self, Page};
use super::idempotency::{Answer, Begun, Once};
use super::problem::Problem;
use super::version::Versioned;
use crate::accounts::model::Email;
use crate::courses::policy::{CourseManager, CourseStaff};
use crate::db::Write;
use crate::enrolments::machine::Stays;
use crate::enrolments::model::CourseRole;
use crate::enrolments::model::PlaceState;
use crate::enrolments::store::{Added, How, PersonRow, stays_in_words};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::policy::RecentlyProven;
use crate::ui::when;

/// Somebody in a course.
#[derive(Serialize, ToSchema)]
pub struct Member {
    /// Of the account.
    id: i64,
    /// As they write it.
    name: String,
    /// As typed.
    email: String,
    /// What they are in this course.
    role: CourseRole,
    /// When they came in.
    joined_at: String,
    /// Published lessons they have read.
    read: i64,
}

fn member(row: PersonRow) -> Member {
    Member {
        id: row.id.0,
        name: row.name,
        email: row.email,
        role: row.role,
        joined_at: when::machine(row.joined_at),
        read: row.read,
    }
}

/// What the roster is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterQuery {
    /// Looked for in names and addresses; of its first 100 letters.
    q: Option<String>,
    /// Only those who are this.
    #[param(inline)]
    role: Option<CourseRole>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The people of a course
///
/// By name, for its staff.
#[utoipa::path(get, path = "/courses/{slug}/people", tag = "People", 
    params(OfCourse, RosterQuery),
    responses((status = 200, description = "A page of people", body = Page<Member>)))]
pub async fn list_people(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    AskedFor(asked): AskedFor<RosterQuery>,
) -> Result<Json<Page<Member>>, Problem> {
    let mut read = asker.read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let search: String = asked.q.unwrap_or_default().chars().take(100).collect();
    let limit = cursor::limit(asked.limit)?;
    let list = format!("people\n{}\n{}\n{search}", staff.course().id, asked.role.map_or("", CourseRole::key));
    let after = cursor::read(&asker, &list, asked.cursor.as_deref())?;
    let rows = staff.list_people_after(&search, asked.role, after, limit + 1).await?;
    let page = cursor::page(&asker, &list, limit, rows, |row| (row.name.clone(), row.id.0), member)?;
    Ok(Json(page))
}

/// Somebody in a course
#[utoipa::path(get, path = "/courses/{slug}/people/{id}", tag = "People",
    params(OfMember),
    responses((status = 200, description = "The person", body = Member)))]
pub async fn read_member(
    asker: Asker,
    Named(OfMember { slug, id }): Named<OfMember>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut read = asker.read().await?;
    let row = CourseStaff::claim_by_slug(&mut read, &slug).await?.find_person(UserId(id)).await?;
    version(&member(row.ok_or(AppError::NotFound)?))?.answer(&headers)
}

/// Who is put into a course.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    /// Of an account.
    #[schema(max_length = 254, format = Email, example = "student02@lectern.example")]
    email: String,
    /// What they are to be.
    role: CourseRole,
}

/// Add somebody
///
/// Who has an account. Only owners and admins make owners.
#[utoipa::path(post, path = "/courses/{slug}/people", tag = "People", request_body = AddMember,
    params(OfCourse),
    responses((status = 201, description = "In the course", body = Member,
        headers(("Location" = String, description = "Where they are")),
        links(("read" = (operation_id = "read_member", parameters(("slug" = "$request.path.slug"), ("id" = "$response.body#/id"))))))))]
pub async fn add_member(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
    sent: Sent<AddMember>,
) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    let mut manager = CourseManager::claim_by_slug(&mut write, &slug).await?;
    let once = match Once::begin(manager.connection().0, &asker, &headers, &sent.digest).await? {
        Begun::Before(answer) => return Ok(answer),
        Begun::Now(once) => once,
    };
    let email = Email::parse(&sent.value.email)?;
    let id = match manager.add_person(&email, sent.value.role, How::WithAccount).await? {
        Added::Moved(_, moved) if moved.state == PlaceState::Active => {
            let id = manager.find_member(&email).await?;
            moved.tell(manager.connection().0, &asker.0.site).await?;
            id
        }
        // Nothing of it is kept: who is added is in, or is not.
        Added::Moved(name, _) => {
            return Err(AppError::Conflict(stays_in_words(&name, sent.value.role, Stays::NoRoom)).into());
        }
        Added::Stays(name, role, stays) => return Err(AppError::Conflict(stays_in_words(&name, role, stays)).into()),
        Added::NoAccount | Added::Awaited(_) => {
            return Err(Problem::field("email", "There is no account with this email yet"));
        }
    };
    let (text, tag) = version(&now(&mut write, &slug, id).await?)?.into_parts();
    let location = Some(format!("/api/v1/courses/{slug}/people/{id}"));
    once.answer(write, Answer { status: StatusCode::CREATED, location, tag: Some(tag), text }).await
}

/// What they have read and call themselves changes by itself, and collides with nothing.
fn version(member: &Member) -> Result<Versioned, Failure> {
    Versioned::of_part(member, &(member.id, member.role))
}

/// Somebody as they are now in a course, for who may have just changed that.
async fn now(write: &mut Write, slug: &str, id: UserId) -> Result<Member, Failure> {
    let row = CourseStaff::claim_by_slug(write, slug).await?.find_person(id).await?;
    Ok(member(row.ok_or(AppError::NotFound)?))
}

/// What changes about somebody in a course.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    /// What they are to be.
    role: CourseRole,
}

/// Change somebody’s role
///
/// Asks for somebody who has signed in within ten minutes. The last owner stays one.
#[utoipa::path(patch, path = "/courses/{slug}/people/{id}", tag = "People", request_body = ChangeMember,
    params(OfMember),
    responses((status = 200, description = "The person as they are now", body = Member)))]
pub async fn change_member(
    asker: Asker,
    Named(OfMember { slug, id }): Named<OfMember>,
    headers: HeaderMap,
    sent: Sent<ChangeMember>,
) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    let mut manager = CourseManager::claim_by_slug(&mut write, &slug).await?;
    let is_oneself = manager.standing().is_oneself(UserId(id));
    let before = now(manager.connection().0, &slug, UserId(id)).await?;
    version(&before)?.require(&headers)?;
    let (_, moved) = RecentlyProven::of(manager)?.change_role(UserId(id), sent.value.role).await?;
    moved.tell(&mut write, &asker.0.site).await?;
    // Who has taken their own role away may not see the roster any more.
    let after = match is_oneself {
        true => Member { role: sent.value.role, ..before },
        false => now(&mut write, &slug, UserId(id)).await?,
    };
    write.commit().await?;
    Ok(version(&after)?.answer_with(StatusCode::OK))
}

/// Remove somebody
///
/// What they have read is kept. The last owner stays.
#[utoipa::path(delete, path = "/courses/{slug}/people/{id}", tag = "People",
    params(OfMember),
    responses((status = 204, description = "Not in the course any more")))]
pub async fn remove_member(
    asker: Asker,
    Named(OfMember { slug, id }): Named<OfMember>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let mut write = asker.begin_write().await?;
    let mut manager = CourseManager::claim_by_slug(&mut write, &slug).await?;
    let before = now(manager.connection().0, &slug, UserId(id)).await?;
    version(&before)?.check(&headers)?;
    let (_, moved) = manager.remove(UserId(id)).await?;
    moved.tell(&mut write, &asker.0.site).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
