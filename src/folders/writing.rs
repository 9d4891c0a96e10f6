//! A folder as texts: TOML for what a course consists of, Markdown with a few lines of TOML before it for each text.
//!
//! ```text
//! course.toml                  title, how people join, the order of modules and lessons
//! description.md               where there is one
//! lessons/{slug}.md
//! announcements/00001-{..}.md  the earliest first
//! files/{name}                 as they were uploaded
//! ```

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use toml::value::Datetime;

use super::folder::{Folder, FolderLesson, FolderModule};
use super::unpacking::MOST_OF_TEXTS;
use crate::clock::Millis;
use crate::courses::model::slug_of;
use crate::error::{AppError, size_in_words};
use crate::failure::{Broken, Failure};

/// Which folders these are: a later Lectern that writes others raises it.
pub(super) const FORMAT: i64 = 1;

/// Stands before and after the lines of TOML in front of a text.
pub(super) const FENCE: &str = "+++\n";

/// `course.toml`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CourseToml {
    pub lectern: i64,
    #[serde(default)]
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub time_zone: String,
    pub listed: bool,
    pub open: bool,
    pub approval: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joins_from: Option<Datetime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joins_until: Option<Datetime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<i64>,
    pub waitlist: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_hours: Option<i64>,
    #[serde(default)]
    pub lessons: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<ModuleToml>,
}

/// A module in `course.toml`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModuleToml {
    pub title: String,
    #[serde(default)]
    pub lessons: Vec<String>,
}

/// What stands before a lesson.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LessonHead {
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// None: a draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<Datetime>,
}

/// What stands before an announcement.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnnouncementHead {
    pub title: String,
    pub posted: Datetime,
    #[serde(default)]
    pub mails: bool,
}

/// A course's texts with their paths, in the order in which they stand in a zip.
pub fn texts(folder: &Folder) -> Result<Vec<(String, String)>, Failure> {
    let slugs = |lessons: &[FolderLesson]| lessons.iter().map(|lesson| lesson.slug.clone()).collect();
    let coming = &folder.coming;
    let course = CourseToml {
        lectern: FORMAT,
        slug: folder.slug.clone(),
        title: folder.title.clone(),
        summary: folder.summary.clone(),
        time_zone: coming.time_zone.clone(),
        listed: coming.listed,
        open: coming.open,
        approval: coming.approval,
        joins_from: coming.from.map(moment).transpose()?,
        joins_until: coming.until.map(moment).transpose()?,
        seats: coming.seats,
        waitlist: coming.waitlist,
        offer_hours: coming.offer_hours,
        lessons: slugs(&folder.lessons),
        modules: folder
            .modules
            .iter()
            .map(|FolderModule { title, lessons }| ModuleToml { title: title.clone(), lessons: slugs(lessons) })
            .collect(),
    };
    let mut texts = vec![("course.toml".to_owned(), toml::to_string(&course).broken("write a course as TOML")?)];
    if !folder.description.is_empty() {
        // A mark that programs put first is taken off: one that is meant stands after it.
        let mark = if folder.description.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        texts.push(("description.md".to_owned(), format!("{mark}{}\n", folder.description)));
    }
    for lesson in folder.all_lessons() {
        let head = LessonHead {
            title: lesson.title.clone(),
            summary: lesson.summary.clone(),
            opens: lesson.opens.map(moment).transpose()?,
        };
        texts.push((format!("lessons/{}.md", lesson.slug), with_head(&head, &lesson.body)?));
    }
    for (number, announcement) in (1..).zip(&folder.announcements) {
        let head = AnnouncementHead {
            title: announcement.title.clone(),
            posted: moment(announcement.posted)?,
            mails: announcement.mails,
        };
        let name = slug_of(&announcement.title, "announcement");
        texts.push((format!("announcements/{number:05}-{name}.md"), with_head(&head, &announcement.body)?));
    }
    // Nothing goes out that does not come in again.
    if texts.iter().map(|(_, text)| text.len() as u64).sum::<u64>() > MOST_OF_TEXTS {
        let words = format!(
            "The texts of this course are larger than {} together: more than a folder holds.",
            size_in_words(MOST_OF_TEXTS)
        );
        return Err(AppError::Conflict(words).into());
    }
    Ok(texts)
}

/// A text with what is said about it before it. One line end follows the head, and one the text: neither is a part of it.
fn with_head(head: &impl Serialize, body: &str) -> Result<String, Failure> {
    let head = toml::to_string(head).broken("write a head as TOML")?;
    Ok(format!("{FENCE}{head}{FENCE}\n{body}\n"))
}

/// A moment as TOML writes it, to the thousandth of a second.
fn moment(at: Millis) -> Result<Datetime, Failure> {
    let moment = Timestamp::from_millisecond(at).broken("write a moment")?;
    moment.to_string().parse().broken("write a moment")
}
