//! What a browser can ask for about courses.

use leptos::prelude::*;

use super::model::Found;
use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    super::model,
    super::policy::{CourseEditor, CourseWriter},
    super::store::{NewCourse, Switches, public_search},
    crate::accounts::policy::CourseMaker,
    crate::enrolments::letters,
    crate::error::FieldErrors,
    crate::http::request,
    crate::lessons::markdown::files_in,
    crate::ui::flash::Flash,
};

/// Makes a draft, owned by whoever asks.
#[server(prefix = "/fn", endpoint = "create_course")]
pub async fn create_course(
    /// One line of at most 120 characters. The course's address is made from it, once.
    title: String,
    /// At most 300 characters, not empty; line ends become spaces.
    summary: String,
    /// Markdown of at most 20,000 characters; may be empty.
    description: String,
) -> Result<(), AppError> {
    // Refused people hear that they are, whatever they sent.
    CourseMaker::claim(&mut request::read().await?).await?;
    let (title, summary, description) = model::parse_course(&title, &summary, &description)?;
    let files = &files_in(description.as_str()).await?;
    let course = NewCourse { title: &title, summary: &summary, description: &description, files };
    let mut write = request::begin_write().await?;
    let slug = CourseMaker::claim(&mut write).await?.create_course(course).await?;
    write.commit().await?;
    let said = "Your course is a draft. Add lessons, then publish it.";
    request::go_on(&format!("/courses/{slug}"), Flash::said(said))
}

/// Changes a course's text and switches. `seen` is when the text that was edited had last changed.
#[server(prefix = "/fn", endpoint = "save_course")]
pub async fn save_course(
    /// Of the course. `NotFound` for who may not know of it, `Denied::ReadOnly` once it is concluded or archived.
    course: CourseId,
    /// One line of at most 120 characters. The address stays as it is.
    title: String,
    /// At most 300 characters, not empty; line ends become spaces.
    summary: String,
    /// Markdown of at most 20,000 characters; may be empty.
    description: String,
    /// Sent, with whatever value, when the box is ticked: the catalogue shows the course once it is published.
    listed: Option<String>,
    /// Who can join by themselves once it is published: nobody when it is empty or missing, everybody once staff say yes for `ask`,
    /// everybody for anything else.
    open: Option<String>,
    /// In milliseconds since 1970. When the course has changed since, nothing is saved: refused at `description`.
    seen: i64,
) -> Result<(), AppError> {
    // Refused people hear that they are, whatever they sent.
    CourseWriter::claim(&mut request::read().await?, course).await?;
    let (title, summary, description) = model::parse_course(&title, &summary, &description)?;
    let files = &files_in(description.as_str()).await?;
    let text = NewCourse { title: &title, summary: &summary, description: &description, files };
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let open = open.as_deref().filter(|open| !open.is_empty());
    let switches = Switches { listed: listed.is_some(), open: open.is_some(), approval: open == Some("ask") };
    if !writer.save(text, switches, seen).await? {
        return Err(FieldErrors::one("description", model::OVERTAKEN).into());
    }
    drop(writer);
    write.commit().await?;
    request::go_back(Flash::said("Changes saved."))
}

/// Opens a course to see.
#[server(prefix = "/fn", endpoint = "publish_course")]
pub async fn publish_course(
    /// Of the course, in whatever state: one that is concluded or archived opens again.
    course: CourseId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut editor = CourseEditor::claim(&mut write, course).await?;
    let moved = editor.publish().await?;
    let (readable, drafts) = editor.count_lessons().await?;
    let told = letters::tell_of_publication(moved, &mut write, &*request::site()?).await?;
    write.commit().await?;
    let mut said = match (readable, drafts) {
        (0, 0) => "The course is published. It has no lessons yet.".to_owned(),
        (_, 0) => "The course is published.".to_owned(),
        (_, 1) => "The course is published. 1 lesson is still a draft that only staff see.".to_owned(),
        (_, many) => format!("The course is published. {many} lessons are still drafts that only staff see."),
    };
    match told {
        0 => {}
        1 => said.push_str(" 1 person who was waiting for it hears of it by mail."),
        many => said.push_str(&format!(" {many} people who were waiting for it hear of it by mail.")),
    }
    request::go_back(Flash::said(said))
}

/// Makes a course read-only.
#[server(prefix = "/fn", endpoint = "conclude_course")]
pub async fn conclude_course(
    /// Of a published course; any other is refused with `Conflict`.
    course: CourseId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    CourseEditor::claim(&mut write, course).await?.conclude().await?;
    write.commit().await?;
    request::go_back(Flash::said("The course is concluded. It can be read, and nothing in it changes."))
}

/// Takes a course out of the catalogue, until it is published again.
#[server(prefix = "/fn", endpoint = "archive_course")]
pub async fn archive_course(
    /// Of the course, in whatever state.
    course: CourseId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    CourseEditor::claim(&mut write, course).await?.archive().await?;
    write.commit().await?;
    request::go_back(Flash::said("The course is archived. Only the people in it see it now."))
}

/// The first few courses that match, while a visitor types.
#[server(prefix = "/fn", endpoint = "search_courses")]
pub async fn search_courses(
    /// Looked for in one piece, in titles, summaries and teachers' names. What follows the first 100 characters is ignored.
    words: String,
) -> Result<Vec<Found>, AppError> {
    let words: String = words.chars().take(100).collect();
    Ok(public_search(&mut request::read().await?, &words, 6).await?)
}
