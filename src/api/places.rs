//! One's place in a course: join and leave.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::address::OfCourse;
use super::asker::Asker;
use super::body::{Empty, Named};
use super::idempotency::{Answer, Begun, Once};
use super::problem::Problem;
use crate::courses::policy::{Joiner, Leaver};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::error::{AppError, Denied};
use crate::failure::{Broken, Failure};

/// What one is in a course.
#[derive(Serialize, ToSchema)]
pub struct Place {
    /// Of the course.
    slug: String,
    /// Where one’s place in it is: only who is active is in the course.
    state: PlaceState,
    /// None: not in it.
    your_role: Option<CourseRole>,
}

fn place(slug: &str, state: PlaceState) -> Result<Answer, Failure> {
    // Nobody becomes anything else here.
    let your_role = (state == PlaceState::Active).then_some(CourseRole::Student);
    let text =
        serde_json::to_string(&Place { slug: slug.to_owned(), state, your_role }).broken("write down a place")?;
    Ok(Answer { status: StatusCode::OK, location: None, tag: None, text })
}

/// Join a course
///
/// As a student. When all seats are taken one waits in line, and where staff let people in one has asked. Who is in it, in line or has
/// asked already stays so.
#[utoipa::path(post, path = "/courses/{slug}/join", tag = "Courses",
    params(OfCourse),
    responses((status = 200, description = "In the course, in line, or asked", body = Place)))]
pub async fn join_course(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
    _: Empty,
) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    // A second request, as a second press of the button: what was wanted is so.
    let already = match Joiner::claim_by_slug(&mut write, &slug).await {
        Err(Failure::Refused(AppError::Forbidden(Denied::AlreadyIn(_)))) => Some(PlaceState::Active),
        Err(Failure::Refused(AppError::Forbidden(Denied::InLine(_)))) => Some(PlaceState::Waitlisted),
        Err(Failure::Refused(AppError::Forbidden(Denied::Asked(_)))) => Some(PlaceState::Requested),
        claimed => claimed.map(|_| None)?,
    };
    let once = match Once::begin(&mut write, &asker, &headers, "").await? {
        Begun::Before(answer) => return Ok(answer),
        Begun::Now(once) => once,
    };
    let state = match already {
        Some(state) => state,
        None => {
            let moved = Joiner::claim_by_slug(&mut write, &slug).await?.join("").await?;
            moved.tell(&mut write, &asker.0.site).await?
        }
    };
    once.answer(write, place(&slug, state)?).await
}

/// Leave a course
///
/// Also a place in line, a request, or an invitation. What one has read is kept. The last owner stays.
#[utoipa::path(post, path = "/courses/{slug}/leave", tag = "Courses",
    params(OfCourse),
    responses((status = 200, description = "Not in the course any more", body = Place)))]
pub async fn leave_course(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
    _: Empty,
) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    let once = match Once::begin(&mut write, &asker, &headers, "").await? {
        Begun::Before(answer) => return Ok(answer),
        Begun::Now(once) => once,
    };
    let moved = Leaver::claim_by_slug(&mut write, &slug).await?.leave().await?;
    let state = moved.tell(&mut write, &asker.0.site).await?;
    once.answer(write, place(&slug, state)?).await
}
