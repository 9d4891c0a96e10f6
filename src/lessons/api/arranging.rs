//! The order of a course's lessons, and its modules.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::{CourseId, LessonId, ModuleId};

#[cfg(feature = "ssr")]
use {
    crate::courses::model::Title, crate::courses::policy::CourseWriter, crate::http::request, crate::ui::flash::Flash,
};

/// Moves a lesson one place up or down; at the edge of a module it goes over into the next.
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
    request::go_on(&format!("/courses/{slug}/lessons#lesson-{lesson}"), Flash::said(moved_in_words(&title, moved, by)))
}

#[cfg(feature = "ssr")]
fn moved_in_words(title: &str, moved: bool, by: i64) -> String {
    match (moved, by < 0) {
        (true, true) => format!("{title} moved up."),
        (true, false) => format!("{title} moved down."),
        (false, true) => format!("{title} is the first already."),
        (false, false) => format!("{title} is the last already."),
    }
}

/// The module a form names: an id, or 0 for before the first. What is neither is no module.
#[cfg(feature = "ssr")]
pub(super) fn module_of(text: &str) -> Result<Option<ModuleId>, AppError> {
    let id = text.parse::<ModuleId>().map_err(|_| AppError::NotFound)?;
    Ok((id.0 != 0).then_some(id))
}

/// Puts a lesson into a module, before another lesson of it or at its end.
#[server(prefix = "/fn", endpoint = "place_lesson")]
pub async fn place_lesson(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    lesson: LessonId,
    /// An id of one of the course's modules; 0: before the first.
    module: String,
    /// An id of the lesson that comes after it, which stands in that module; empty or missing: at its end. `Conflict` when it does not
    /// stand there.
    #[server(default)]
    before: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let module = module_of(&module)?;
    let before = if before.is_empty() { None } else { Some(before.parse().map_err(|_| AppError::NotFound)?) };
    let title = writer.place_lesson(lesson, module, before).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}/lessons#lesson-{lesson}"), Flash::said(format!("{title} moved.")))
}

/// Adds a module at the end of a course.
#[server(prefix = "/fn", endpoint = "add_module")]
pub async fn add_module(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// One line of at most 120 characters.
    title: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let title = Title::parse(&title)?;
    let module = writer.add_module(&title).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    let said = Flash::said(format!("The module {} is added.", title.as_str()));
    request::go_on(&format!("/courses/{slug}/lessons#module-{module}"), said)
}

/// Gives a module another name.
#[server(prefix = "/fn", endpoint = "rename_module")]
pub async fn rename_module(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    module: ModuleId,
    /// One line of at most 120 characters.
    title: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let title = Title::parse(&title)?;
    writer.rename_module(module, &title).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    let said = Flash::said(format!("The module is called {} now.", title.as_str()));
    request::go_on(&format!("/courses/{slug}/lessons#module-{module}"), said)
}

/// Moves a module with its lessons one place up or down.
#[server(prefix = "/fn", endpoint = "move_module")]
pub async fn move_module(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    module: ModuleId,
    /// Below 0: up; above 0: down. One place, however large.
    by: i64,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let (title, moved) = writer.move_module(module, by).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}/lessons#module-{module}"), Flash::said(moved_in_words(&title, moved, by)))
}

/// Deletes a module. Its lessons stay, at the end of what stands before it.
#[server(prefix = "/fn", endpoint = "delete_module")]
pub async fn delete_module(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    module: ModuleId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let title = writer.delete_module(module).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    let said = Flash::said(format!("The module {title} is deleted. Its lessons are still there."));
    request::go_on(&format!("/courses/{slug}/lessons"), said)
}
