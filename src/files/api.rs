//! Adding and deleting files.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    super::keeping::keep, super::name::FileName, crate::courses::policy::CourseWriter, crate::error::FieldErrors,
    crate::http::request, crate::ui::flash::Flash,
};

/// Adds the files that were sent along, as `multipart/form-data`. Where none can be kept, the form is refused at `file` with the reasons; else
/// what was not kept is said with what was.
#[server(prefix = "/fn", endpoint = "add_files")]
pub async fn add_files(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// Sent, with whatever value, when the box is ticked: a file takes the place of another of its name.
    replace: Option<String>,
) -> Result<(), AppError> {
    CourseWriter::claim(&mut request::read().await?, course).await?;
    let uploads = request::current()?.take_uploads();
    if uploads.files.is_empty() {
        return Err(FieldErrors::one("file", "Choose a file").into());
    }
    let outcome = keep(course, uploads, replace.is_some()).await?;
    // What is kept is not sent again, so the form is done with, whatever became of the others.
    if outcome.kept.is_empty() {
        return Err(FieldErrors::one("file", outcome.words()).into());
    }
    request::go_back(Flash::said(outcome.words()))
}

/// Deletes a file of a course. Texts that name it stay as they are.
#[server(prefix = "/fn", endpoint = "delete_file")]
pub async fn delete_file(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// As it is shown. `NotFound` when the course has none of this name.
    name: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let name = FileName::parse(&name).ok_or(AppError::NotFound)?;
    let name = writer.delete_file(&name).await?;
    write.commit().await?;
    request::go_back(Flash::said(format!("{name} is deleted.")))
}
