//! Bringing a course in, and copying one for another term.

use leptos::prelude::*;

use super::model::CopyForm;
use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    super::importing::{Owner, in_words, look_at},
    super::shifting::Choice,
    super::store::NewFolder,
    super::turns::{self, Way},
    crate::accounts::policy::CourseMaker,
    crate::courses::policy::CourseEditor,
    crate::db::Connection,
    crate::error::FieldErrors,
    crate::http::request,
    crate::ui::flash::Flash,
};

/// Makes a course of the folder that was sent along as a zip: a draft that its sender owns. All of it, or none where anything is wrong; then
/// refused at `file` with the reasons.
#[server(prefix = "/fn", endpoint = "import_course")]
pub async fn import_course() -> Result<(), AppError> {
    CourseMaker::claim(&mut request::read().await?).await?;
    let ctx = request::current()?;
    let site = request::site()?;
    // Held to the end: one of the shares of those that can be under way.
    let (mut files, were_more, _share) = ctx.take_uploads().into_parts();
    let zip = match files.pop() {
        Some(_) if were_more => return Err(FieldErrors::one("file", "Choose one file").into()),
        Some(zip) => zip.file.into_std().await,
        None => return Err(FieldErrors::one("file", "Choose a file").into()),
    };
    turns::count(&ctx)?;
    let ready = match look_at(zip, &site.config, &site.db, ctx.caller.clone()).await? {
        Ok(ready) => ready,
        Err(reasons) => return Err(FieldErrors::one("file", in_words(&reasons)).into()),
    };
    let missing = ready.missing().map(|words| format!(" {words}")).unwrap_or_default();
    let slug = ready.bring_in(&site.config, &site.db, &site.contents, ctx.caller.clone(), Owner::Asker).await?;
    let said = format!("The course is here, as a draft that only you see.{missing}");
    request::go_on(&format!("/courses/{slug}"), Flash::said(said))
}

/// Copies a course for another term, without its people: a draft that whoever asks owns.
#[server(prefix = "/fn", endpoint = "copy_course")]
pub async fn copy_course(
    /// Which the asker leads; they may also make courses.
    course: CourseId,
    /// What its form says.
    #[server(flatten)]
    form: CopyForm,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    CourseMaker::claim(&mut read).await?;
    CourseEditor::claim(&mut read, course).await?;
    drop(read);
    let choice = Choice::parse(&form)?;
    turns::count(&ctx)?;
    let _turn = turns::begin(Way::Out).await?;
    // Nobody changes it while it is read.
    let mut write = request::begin_write().await?;
    let (folder, mut files) = CourseEditor::claim(&mut write, course).await?.read_folder(true).await?;
    let now = write.now();
    drop(write);
    if !choice.files {
        files.clear();
    }
    let was = folder.slug.clone();
    let (mut folder, _) = folder.for_another_term(&choice, now);
    // Its address follows from its own title.
    folder.slug.clear();
    let named = folder.named().await?;
    if let Some(reason) = named.too_many() {
        return Err(AppError::Conflict(format!("This course cannot be copied: {reason}.")));
    }
    let mut write = request::begin_write().await?;
    // What was read is still theirs to copy.
    CourseEditor::claim(&mut write, course).await?;
    let from = format!("a copy of {was}");
    let new = NewFolder { folder: &folder, named: &named, files: &files, from: &from, was: &was };
    let slug = CourseMaker::claim(&mut write).await?.add_folder(new).await?;
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}"), Flash::said("The copy is here, as a draft that only you see."))
}

/// Shows when a copy's dates would be, and changes nothing: the form comes back with them below it.
#[server(prefix = "/fn", endpoint = "preview_copy")]
pub async fn preview_copy(
    /// Which the asker leads; they may also make courses.
    course: CourseId,
    /// What its form says.
    #[server(flatten)]
    form: CopyForm,
) -> Result<(), AppError> {
    let mut read = request::read().await?;
    CourseMaker::claim(&mut read).await?;
    CourseEditor::claim(&mut read, course).await?;
    drop(read);
    Choice::parse(&form)?;
    request::show_again()
}
