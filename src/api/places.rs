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
use crate::enrolments::model::CourseRole;
use crate::error::{AppError, Denied};
use crate::failure::{Broken, Failure};

/// What one is in a course.
#[derive(Serialize, ToSchema)]
pub struct Place {
    /// Of the course.
    slug: String,
    /// None: not in it.
    your_role: Option<CourseRole>,
}

fn place(slug: &str, role: Option<CourseRole>) -> Result<Answer, Failure> {
    let text = serde_json::to_string(&Place { slug: slug.to_owned(), your_role: role }).broken("write down a place")?;
    Ok(Answer { status: StatusCode::OK, location: None, tag: None, text })
}

/// Join a course
///
/// As a student. Who is one already stays one.
#[utoipa::path(post, path = "/courses/{slug}/join", tag = "Courses",
    params(OfCourse),
    responses((status = 200, description = "In the course", body = Place)))]
pub async fn join_course(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
    _: Empty,
) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    // A second request, as a second press of the button: what was wanted is so.
    let is_in = match Joiner::claim_by_slug(&mut write, &slug).await {
        Err(Failure::Refused(AppError::Forbidden(Denied::AlreadyIn(_)))) => true,
        claimed => claimed.map(|_| false)?,
    };
    let once = match Once::begin(&mut write, &asker, &headers, "").await? {
        Begun::Before(answer) => return Ok(answer),
        Begun::Now(once) => once,
    };
    if !is_in {
        Joiner::claim_by_slug(&mut write, &slug).await?.join().await?;
    }
    once.answer(write, place(&slug, Some(CourseRole::Student))?).await
}

/// Leave a course
///
/// What one has read is kept. The last owner stays.
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
    Leaver::claim_by_slug(&mut write, &slug).await?.leave().await?;
    once.answer(write, place(&slug, None)?).await
}
