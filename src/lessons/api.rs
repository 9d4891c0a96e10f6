//! What a browser can ask for about lessons.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::{CourseId, LessonId, VersionId};

#[cfg(feature = "ssr")]
use {
    super::markdown,
    super::model::{self, Body, LessonState},
    super::store::LessonText,
    crate::courses::model::OVERTAKEN,
    crate::courses::policy::{CourseReader, CourseWriter},
    crate::error::FieldErrors,
    crate::http::request,
    crate::ui::flash::Flash,
};

/// Adds a lesson at the end of a course.
#[server(prefix = "/fn", endpoint = "add_lesson")]
pub async fn add_lesson(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// One line of at most 120 characters. The lesson's address is made from it, once.
    title: String,
    /// At most 300 characters; may be empty, and may be missing. Line ends become spaces.
    #[server(default)]
    summary: String,
    /// Markdown of at most 200,000 characters; may be empty.
    body: String,
    /// Sent, with whatever value, when the box is ticked: students can read it. Else it is a draft.
    published: Option<String>,
) -> Result<(), AppError> {
    CourseWriter::claim(&mut request::read().await?, course).await?;
    let (title, summary, body) = model::parse_lesson(&title, &summary, &body)?;
    let state = LessonState::of_switch(published.as_deref());
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let lesson = writer.add_lesson(LessonText { title, summary, body, state }).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    let said = match state {
        LessonState::Draft => "The lesson is added as a draft that only staff see.",
        LessonState::Published => "The lesson is added.",
    };
    request::go_on(&format!("/courses/{slug}/lessons/{lesson}"), Flash::said(said))
}

/// Changes a lesson. `seen` is when the text that was edited had last changed.
#[server(prefix = "/fn", endpoint = "save_lesson")]
pub async fn save_lesson(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    lesson: LessonId,
    /// One line of at most 120 characters. The address stays as it is.
    title: String,
    /// At most 300 characters; may be empty, and may be missing. Line ends become spaces.
    #[server(default)]
    summary: String,
    /// Markdown of at most 200,000 characters; may be empty.
    body: String,
    /// Sent when the box is ticked: students can read it. Else it is, or becomes, a draft.
    published: Option<String>,
    /// In milliseconds since 1970. When the lesson has changed since, nothing is saved: refused at `body`.
    seen: i64,
) -> Result<(), AppError> {
    CourseWriter::claim(&mut request::read().await?, course).await?;
    let (title, summary, body) = model::parse_lesson(&title, &summary, &body)?;
    let state = LessonState::of_switch(published.as_deref());
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let saved = writer.save_lesson(lesson, LessonText { title, summary, body, state }, seen).await?;
    let Some(lesson) = saved else {
        return Err(FieldErrors::one("body", OVERTAKEN).into());
    };
    let slug = writer.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}/lessons/{lesson}"), Flash::said("Changes saved."))
}

/// Shows how a text will look, and changes nothing. A script gets HTML; a browser comes back to its form, with the text below it.
#[server(prefix = "/fn", endpoint = "preview_lesson")]
pub async fn preview_lesson(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// Markdown of at most 200,000 characters; may be empty.
    body: String,
) -> Result<String, AppError> {
    CourseWriter::claim(&mut request::read().await?, course).await?;
    let body = Body::parse(&body)?;
    request::show_again()?;
    Ok(markdown::render_for_page(body.as_str()).await?.as_str().to_owned())
}

/// Brings an earlier text of a lesson back. What stands there now stays one of its versions.
#[server(prefix = "/fn", endpoint = "restore_version")]
pub async fn restore_version(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    lesson: LessonId,
    /// `NotFound` when it is none of this lesson's, or not kept any more.
    version: VersionId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let lesson = writer.restore_version(lesson, version).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}/lessons/{lesson}"), Flash::said("The earlier text is back."))
}

/// Moves a lesson one place up or down.
#[server(prefix = "/fn", endpoint = "move_lesson")]
pub async fn move_lesson(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    lesson: LessonId,
    /// Below 0: up; above 0: down. One place, however large.
    by: i64,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let (title, moved) = writer.move_lesson(lesson, by).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    let said = match (moved, by < 0) {
        (true, true) => format!("{title} moved up."),
        (true, false) => format!("{title} moved down."),
        (false, true) => format!("{title} is the first already."),
        (false, false) => format!("{title} is the last already."),
    };
    request::go_on(&format!("/courses/{slug}/lessons#lesson-{lesson}"), Flash::said(said))
}

/// Deletes a lesson.
#[server(prefix = "/fn", endpoint = "delete_lesson")]
pub async fn delete_lesson(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course. The marks of who read it go with it.
    lesson: LessonId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let title = writer.delete_lesson(lesson).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}/lessons"), Flash::said(format!("{title} is deleted.")))
}

/// Marks a lesson as read and goes on to the next.
#[server(prefix = "/fn", endpoint = "mark_read")]
pub async fn mark_read(
    /// Of a course whose lessons the asker may read.
    course: CourseId,
    /// `NotFound` when it is not in this course, or is a draft and the asker does not see drafts.
    lesson: LessonId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut reader = CourseReader::claim(&mut write, course).await?;
    let next = reader.mark(lesson, true).await?;
    let slug = reader.course().slug.clone();
    write.commit().await?;
    match next {
        Some(next) => request::go_on(&format!("/courses/{slug}/lessons/{next}"), Flash::None),
        None => request::go_on(&format!("/courses/{slug}"), Flash::said("That was the last lesson.")),
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
