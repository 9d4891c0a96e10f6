//! Adding and deleting files.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    super::keeping::{Outcome, keep},
    super::name::FileName,
    crate::courses::policy::CourseWriter,
    crate::error::FieldErrors,
    crate::http::request,
    crate::ui::flash::Flash,
};

/// Adds the files that were sent along, as `multipart/form-data`. What cannot be kept is refused at `file`, one by one; the others are kept.
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
    let Outcome { kept, refused } = keep(course, uploads, replace.is_some()).await?;
    if refused.is_empty() {
        return request::go_back(Flash::said(in_short(&kept)));
    }
    let refused = format!("Not kept: {}", refused.join("; "));
    let words = if kept.is_empty() { refused } else { format!("{} {refused}", in_short(&kept)) };
    Err(FieldErrors::one("file", words).into())
}

/// One after the other, while they are few.
#[cfg(feature = "ssr")]
fn in_short(kept: &[String]) -> String {
    let all = kept.join(" ");
    if all.len() > LONGEST_LIST { format!("{} files are kept.", kept.len()) } else { all }
}

/// Bytes: what a cookie holds of it, and a person reads.
#[cfg(feature = "ssr")]
const LONGEST_LIST: usize = 600;

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
