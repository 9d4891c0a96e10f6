//! Lessons: the plan of a course, and each with its text.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::address::{OfCourse, OfLesson};
use super::asker::Asker;
use super::body::Named;
use super::problem::Problem;
use super::version::Versioned;
use crate::courses::policy::{CourseReader, CourseVisitor};
use crate::lessons::model::LessonState;
use crate::lessons::store::Group;
use crate::ui::when;

/// A lesson in the plan of a course.
#[derive(Serialize, ToSchema)]
pub struct LessonInPlan {
    /// Names it in its course.
    slug: String,
    /// One line.
    title: String,
    /// One line; may be empty.
    summary: String,
    /// The title of the module it stands in, where there is one.
    module: Option<String>,
    /// A draft only where the asker sees drafts.
    state: LessonState,
    /// From when on students can read it; none for a draft.
    releases_at: Option<String>,
    /// When the asker marked it as read.
    read_at: Option<String>,
}

/// The plan of a course
///
/// Its lessons in order, without their text.
#[utoipa::path(get, path = "/courses/{slug}/lessons", tag = "Courses", security((), ("token" = ["courses:read"]), ("session" = [])),
    params(OfCourse),
    responses((status = 200, description = "The lessons", body = [LessonInPlan])))]
pub async fn list_lessons(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
) -> Result<Json<Vec<LessonInPlan>>, Problem> {
    let mut read = asker.read().await?;
    let plan = CourseVisitor::claim_by_slug(&mut read, &slug).await?.list_plan().await?;
    let mut lessons = Vec::with_capacity(plan.lessons.len());
    for Group { module, lessons: rows } in plan.groups() {
        lessons.extend(rows.into_iter().map(|(_, row)| LessonInPlan {
            slug: row.slug.clone(),
            title: row.title.clone(),
            summary: row.summary.clone(),
            module: module.map(|module| module.title.clone()),
            state: row.state,
            releases_at: row.releases_at.map(when::machine),
            read_at: row.read_at.map(when::machine),
        }));
    }
    Ok(Json(lessons))
}

/// A lesson with its text.
#[derive(Serialize, ToSchema)]
pub struct Lesson {
    /// Names it in its course.
    slug: String,
    /// One line.
    title: String,
    /// One line; may be empty.
    summary: String,
    /// Markdown.
    body: String,
    /// A draft only where the asker sees drafts.
    state: LessonState,
    /// From when on students can read it; none for a draft.
    releases_at: Option<String>,
    /// When its text last changed.
    changed_at: String,
}

/// Read a lesson
#[utoipa::path(get, path = "/courses/{slug}/lessons/{lesson}", tag = "Courses",
    params(OfLesson),
    responses((status = 200, description = "The lesson", body = Lesson)))]
pub async fn read_lesson(
    asker: Asker,
    Named(OfLesson { slug, lesson }): Named<OfLesson>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut read = asker.read().await?;
    let row = CourseReader::claim_by_slug(&mut read, &slug).await?.find_lesson(&lesson).await?;
    let lesson = Lesson {
        slug: row.slug,
        title: row.title,
        summary: row.summary,
        body: row.body,
        state: row.state,
        releases_at: row.releases_at.map(when::machine),
        changed_at: when::machine(row.changed_at),
    };
    Versioned::of(&lesson)?.answer(&headers)
}
