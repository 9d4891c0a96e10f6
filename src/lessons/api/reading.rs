//! The marks of who has read a lesson.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::{CourseId, LessonId};

#[cfg(feature = "ssr")]
use {crate::courses::policy::CourseReader, crate::http::request, crate::ui::flash::Flash};

/// Marks a lesson as read and goes on to the next.
#[server(prefix = "/fn", endpoint = "mark_read")]
pub async fn mark_read(
    /// Of a course whose lessons the asker may read.
    course: CourseId,
    /// `NotFound` when it is not in this course, or is a draft and the asker does not see drafts; `OpensLater` for one that is still to come.
    lesson: LessonId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut reader = CourseReader::claim(&mut write, course).await?;
    let next = reader.mark(lesson, true).await?;
    let slug = reader.course().slug.clone();
    write.commit().await?;
    match next {
        Some(next) => request::go_on(&format!("/courses/{slug}/lessons/{next}"), Flash::None),
        None => request::go_on(&format!("/courses/{slug}"), Flash::said("That was the last lesson that is open.")),
    }
}

/// Takes the mark off again.
#[server(prefix = "/fn", endpoint = "mark_unread")]
pub async fn mark_unread(
    /// Of a course whose lessons the asker may read.
    course: CourseId,
    /// `NotFound` as for marking. One that carries no mark is no error.
    lesson: LessonId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    CourseReader::claim(&mut write, course).await?.mark(lesson, false).await?;
    write.commit().await?;
    request::go_back(Flash::said("Marked as not read."))
}
