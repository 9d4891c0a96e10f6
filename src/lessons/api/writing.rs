//! Writing lessons: adding, changing, looking at, bringing back, deleting.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::{CourseId, LessonId, VersionId};
use crate::lessons::model::LessonForm;

#[cfg(feature = "ssr")]
use {
    super::arranging::module_of,
    crate::courses::model::OVERTAKEN,
    crate::courses::policy::CourseWriter,
    crate::db::Connection,
    crate::error::FieldErrors,
    crate::http::request,
    crate::lessons::markdown,
    crate::lessons::model::Body,
    crate::lessons::release::Release,
    crate::lessons::store::{DraftText, LessonText},
    crate::ui::flash::Flash,
    crate::zone::Zone,
};

/// Adds a lesson at the end of a course.
#[server(prefix = "/fn", endpoint = "add_lesson")]
pub async fn add_lesson(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// The module it stands in, at its end: an id of one of the course's, 0 for before the first. Missing or empty: the last. `NotFound`
    /// for another.
    module: Option<String>,
    /// What its form says. The lesson's address is made from the title, once.
    #[server(flatten)]
    form: LessonForm,
) -> Result<(), AppError> {
    let zone = zone_of(course).await?;
    let text = LessonText::parse(&form, &zone).await?;
    let module = module.as_deref().map(module_of).transpose()?;
    let release = text.release;
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let lesson = writer.add_lesson(text, module).await?;
    let slug = writer.course().slug.clone();
    let now = write.now();
    write.commit().await?;
    let said = match release {
        Release::Never => "The lesson is added as a draft that only staff see.".to_owned(),
        Release::At(at) if at > now => format!("The lesson is added. Students can read it from {}.", zone.words(at)),
        Release::At(_) | Release::Now => "The lesson is added.".to_owned(),
    };
    request::go_on(&format!("/courses/{slug}/lessons/{lesson}"), Flash::said(said))
}

/// In which zone the dates of a course are, for who may write in it: others are refused before their form is read.
#[cfg(feature = "ssr")]
pub(crate) async fn zone_of(course: CourseId) -> Result<Zone, AppError> {
    let mut read = request::read().await?;
    let writer = CourseWriter::claim(&mut read, course).await?;
    Ok(Zone::stored(&writer.course().time_zone))
}

/// What the address of a course calls it, for who may write in it.
#[cfg(feature = "ssr")]
async fn slug_of(course: CourseId) -> Result<String, AppError> {
    let mut read = request::read().await?;
    Ok(CourseWriter::claim(&mut read, course).await?.course().slug.clone())
}

/// Changes a lesson. `seen` is when the text that was edited had last changed.
#[server(prefix = "/fn", endpoint = "save_lesson")]
pub async fn save_lesson(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    lesson: LessonId,
    /// In milliseconds since 1970. When the lesson has changed since, nothing is saved: refused at `body`.
    seen: i64,
    /// What its form says. The address stays as it is.
    #[server(flatten)]
    form: LessonForm,
) -> Result<(), AppError> {
    let zone = zone_of(course).await?;
    let text = LessonText::parse(&form, &zone).await?;
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let saved = writer.save_lesson(lesson, text, seen).await?;
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
    let slug = slug_of(course).await?;
    let body = Body::parse(&body)?;
    request::show_again()?;
    Ok(markdown::render_once(body.as_str(), &slug).await?.beside_a_form().as_str().to_owned())
}

/// Keeps what somebody writes before they save it, for themselves alone, and answers how the text will look, as HTML. Sent by a script while
/// they type.
#[server(prefix = "/fn", endpoint = "keep_draft")]
pub async fn keep_draft(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course; missing: one that is not there yet. `Conflict` when the asker has saved it since.
    lesson: Option<LessonId>,
    /// When the lesson had last changed that they began with, in milliseconds since 1970; missing for a new one.
    seen: Option<i64>,
    /// What the form says by now. Only its words are kept, and the title may be missing yet.
    #[server(flatten)]
    form: LessonForm,
) -> Result<String, AppError> {
    let slug = slug_of(course).await?;
    let text = DraftText::parse(&form)?;
    let mut write = request::begin_write().await?;
    CourseWriter::claim(&mut write, course).await?.keep_draft(lesson, &text, seen.unwrap_or(0)).await?;
    write.commit().await?;
    Ok(markdown::render_once(text.body().as_str(), &slug).await?.beside_a_form().as_str().to_owned())
}

/// Lets the words go that somebody wrote and did not save. The lesson stays as it is.
#[server(prefix = "/fn", endpoint = "drop_draft")]
pub async fn drop_draft(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// Missing: one that is not there yet.
    lesson: Option<LessonId>,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    CourseWriter::claim(&mut write, course).await?.drop_draft(lesson).await?;
    write.commit().await?;
    request::go_back(Flash::said("This is what is saved."))
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
