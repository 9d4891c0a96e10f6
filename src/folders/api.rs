//! Bringing a course in, and copying one for another term.

use leptos::prelude::*;

use super::model::CopyForm;
use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    super::importing::{in_words, look_at},
    super::packing::take_turn,
    super::shifting::Choice,
    super::store::NewFolder,
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
    let (mut files, _, _share) = ctx.take_uploads().into_parts();
    let Some(zip) = files.pop() else {
        return Err(FieldErrors::one("file", "Choose a file").into());
    };
    take_turn(&ctx)?;
    let zip = zip.file.into_std().await;
    let mut ready = match look_at(zip, &site.config, &site.db, ctx.caller.clone()).await? {
        Ok(ready) => ready,
        Err(reasons) => return Err(FieldErrors::one("file", in_words(&reasons)).into()),
    };
    let mut write = request::begin_write().await?;
    let mut maker = CourseMaker::claim(&mut write).await?;
    for file in &ready.files {
        maker.announce(&file.digest, file.size, &site.config.files).await?;
    }
    write.commit().await?;
    ready.keep(&site.contents).await?;
    let mut write = request::begin_write().await?;
    let new = NewFolder { folder: &ready.folder, named: &ready.named, files: &ready.files, from: "from a folder" };
    let slug = CourseMaker::claim(&mut write).await?.add_folder(new).await?;
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}"), Flash::said("The course is here, as a draft that only you see."))
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
    let mut read = request::read().await?;
    CourseMaker::claim(&mut read).await?;
    let mut editor = CourseEditor::claim(&mut read, course).await?;
    let choice = Choice::parse(&form)?;
    take_turn(&*request::current()?)?;
    let (folder, mut files) = editor.read_folder().await?;
    let from = format!("a copy of {}", folder.slug);
    let now = read.now();
    drop(read);
    if !choice.files {
        files.clear();
    }
    let (mut folder, _) = folder.for_another_term(&choice, now);
    // Its address follows from its own title.
    folder.slug.clear();
    let named = folder.named().await?;
    let mut write = request::begin_write().await?;
    // What was read is still theirs to copy.
    CourseEditor::claim(&mut write, course).await?;
    let new = NewFolder { folder: &folder, named: &named, files: &files, from: &from };
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
