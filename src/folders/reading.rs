//! A folder from its texts, which anybody may have written: each is checked as if it had been typed into its form.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use toml::value::Datetime;

use super::folder::{Coming, Folder, FolderAnnouncement, FolderLesson, FolderModule};
use super::writing::{AnnouncementHead, CourseToml, FENCE, FORMAT, LessonHead};
use crate::announcements::store::MOST_ANNOUNCEMENTS;
use crate::clock::Millis;
use crate::courses::model::{Description, Summary, Title};
use crate::enrolments::joining::{LONGEST_OFFER, MOST_SEATS};
use crate::error::FieldErrors;
use crate::field;
use crate::lessons::model::{Body, LessonSummary};
use crate::lessons::store::{MOST_LESSONS, MOST_MODULES};
use crate::zone::{Edge, Zone};

/// The folder that these texts are, by their paths; else what is wrong with them, each a sentence without a full stop that begins with a path.
pub fn folder(mut texts: BTreeMap<String, String>) -> Result<Folder, Vec<String>> {
    let mut wrong = Wrong::default();
    let Some(text) = texts.remove("course.toml") else {
        return Err(vec!["course.toml is missing, which says what the course consists of".to_owned()]);
    };
    let course: CourseToml = match toml::from_str(&text) {
        Ok(course) => course,
        Err(error) => return Err(vec![format!("course.toml, {}", where_and_what(&text, 0, &error))]),
    };
    if course.lectern != FORMAT {
        return Err(vec![format!(
            "course.toml: these are folders of a kind ({}) that is not known here",
            course.lectern
        )]);
    }
    let zone = wrong.take("course.toml", Zone::parse(&course.time_zone)).unwrap_or_else(|| Zone::stored("UTC"));
    let description = texts.remove("description.md").unwrap_or_default();
    let description = wrong.take("description.md", Description::parse(without_end(&unified(&description))));
    let mut places = Places { texts: &mut texts, zone: &zone, wrong: &mut wrong, slugs: BTreeSet::new() };
    let lessons = places.lessons(&course.lessons);
    let mut modules = Vec::new();
    for module in &course.modules {
        let title = places.wrong.take("course.toml, a module", Title::parse(&module.title));
        let lessons = places.lessons(&module.lessons);
        modules.push(FolderModule { title: title.map(|it| it.as_str().to_owned()).unwrap_or_default(), lessons });
    }
    let (count, lessons_in_all) = (modules.len(), places.slugs.len());
    let coming = coming(&course, &zone, &mut wrong);
    let title = wrong.take("course.toml", Title::parse(&course.title));
    let summary = wrong.take("course.toml", Summary::parse(&course.summary));
    if over(count, MOST_MODULES) || over(lessons_in_all, MOST_LESSONS) {
        wrong.0.push(format!("course.toml: a course holds {MOST_LESSONS} lessons in {MOST_MODULES} modules"));
    }
    let announcements = announcements(&mut texts, &zone, &mut wrong);
    wrong.0.extend(texts.into_keys().map(|path| format!("{path} is not among the lessons of course.toml")));
    match (title, summary, description) {
        (Some(title), Some(summary), Some(description)) if wrong.0.is_empty() => Ok(Folder {
            slug: course.slug,
            title: title.as_str().to_owned(),
            summary: summary.as_str().to_owned(),
            description: description.as_str().to_owned(),
            coming,
            lessons,
            modules,
            announcements,
        }),
        _ => Err(wrong.0),
    }
}

fn over(count: usize, most: i64) -> bool {
    i64::try_from(count).map_or(true, |count| count > most)
}

fn coming(course: &CourseToml, zone: &Zone, wrong: &mut Wrong) -> Coming {
    let mut at = |moment: &Option<Datetime>, edge| match moment {
        Some(moment) => wrong.take("course.toml", millis(moment, zone, edge)),
        None => None,
    };
    let (from, until) = (at(&course.joins_from, Edge::Beginning), at(&course.joins_until, Edge::End));
    if from.zip(until).is_some_and(|(from, until)| until <= from) {
        wrong.0.push("course.toml: joins_until is not after joins_from".to_owned());
    }
    for (name, number, most) in
        [("seats", course.seats, MOST_SEATS), ("offer_hours", course.offer_hours, LONGEST_OFFER)]
    {
        if number.is_some_and(|number| !(1..=most).contains(&number)) {
            wrong.0.push(format!("course.toml: {name} is a number from 1 to {most}"));
        }
    }
    Coming {
        listed: course.listed,
        open: course.open,
        approval: course.approval,
        from,
        until,
        time_zone: zone.name().to_owned(),
        seats: course.seats,
        waitlist: course.waitlist,
        offer_hours: course.offer_hours,
    }
}

/// Takes the lessons of a folder out of its texts.
struct Places<'t> {
    texts: &'t mut BTreeMap<String, String>,
    zone: &'t Zone,
    wrong: &'t mut Wrong,
    slugs: BTreeSet<String>,
}

impl Places<'_> {
    fn lessons(&mut self, slugs: &[String]) -> Vec<FolderLesson> {
        slugs.iter().filter_map(|slug| self.lesson(slug)).collect()
    }

    fn lesson(&mut self, slug: &str) -> Option<FolderLesson> {
        let path = format!("lessons/{slug}.md");
        if !is_slug(slug) {
            self.wrong
                .0
                .push(format!("course.toml: {slug:?} is no name of a lesson: small letters, digits and hyphens"));
            return None;
        }
        if !self.slugs.insert(slug.to_owned()) {
            self.wrong.0.push(format!("course.toml: {slug} stands there twice"));
            return None;
        }
        let Some(text) = self.texts.remove(&path) else {
            self.wrong.0.push(format!("{path} is missing"));
            return None;
        };
        let (head, body): (LessonHead, String) = self.wrong.parts(&path, &text)?;
        let title = self.wrong.take(&path, Title::parse(&head.title));
        let summary = self.wrong.take(&path, LessonSummary::parse(&head.summary));
        let body = self.wrong.take(&path, Body::parse(&body));
        let opens = match head.opens {
            Some(opens) => Some(self.wrong.take(&path, millis(&opens, self.zone, Edge::Beginning))?),
            None => None,
        };
        Some(FolderLesson {
            slug: slug.to_owned(),
            title: title?.as_str().to_owned(),
            summary: summary?.as_str().to_owned(),
            body: body?.as_str().to_owned(),
            opens,
        })
    }
}

/// Whether an address can call a lesson so. `new` is a page of its own.
fn is_slug(slug: &str) -> bool {
    (1..=80).contains(&slug.len())
        && slug != "new"
        && !slug.starts_with('-')
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn announcements(texts: &mut BTreeMap<String, String>, zone: &Zone, wrong: &mut Wrong) -> Vec<FolderAnnouncement> {
    let paths: Vec<String> = texts.keys().filter(|path| path.starts_with("announcements/")).cloned().collect();
    if over(paths.len(), MOST_ANNOUNCEMENTS) {
        wrong.0.push(format!("announcements/: {MOST_ANNOUNCEMENTS} come along at most"));
    }
    let mut all = Vec::new();
    for path in paths {
        let Some(text) = texts.remove(&path) else { continue };
        let Some((head, body)) = wrong.parts::<AnnouncementHead>(&path, &text) else { continue };
        let title = wrong.take(&path, Title::parse(&head.title));
        let body = wrong.take(&path, field::text("body", "Text", &body, 20_000));
        let posted = wrong.take(&path, millis(&head.posted, zone, Edge::Beginning));
        if let (Some(title), Some(body), Some(posted)) = (title, body, posted) {
            all.push(FolderAnnouncement { title: title.as_str().to_owned(), body, posted, mails: head.mails });
        }
    }
    all
}

/// What was found to be wrong so far.
#[derive(Debug, Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn take<T>(&mut self, path: &str, parsed: Result<T, FieldErrors>) -> Option<T> {
        match parsed {
            Ok(parsed) => Some(parsed),
            Err(errors) => {
                self.0.extend(errors.0.into_iter().map(|error| format!("{path}: {}", error.message)));
                None
            }
        }
    }

    /// The head and the text of a file.
    fn parts<H: serde::de::DeserializeOwned>(&mut self, path: &str, text: &str) -> Option<(H, String)> {
        let text = unified(text);
        let Some((head, body)) = text.strip_prefix(FENCE).and_then(parts_of) else {
            self.0.push(format!("{path} does not begin with lines of TOML between two lines of +++"));
            return None;
        };
        match toml::from_str(head) {
            Ok(head) => Some((head, without_end(body.strip_prefix('\n').unwrap_or(body)).to_owned())),
            Err(error) => {
                self.0.push(format!("{path}, {}", where_and_what(head, 1, &error)));
                None
            }
        }
    }
}

/// What stands before the second fence and after it, which editors may have left without a line end.
fn parts_of(text: &str) -> Option<(&str, &str)> {
    let end = format!("\n{}", FENCE.trim_end());
    text.split_once(&format!("\n{FENCE}")).or_else(|| text.strip_suffix(&end).map(|head| (head, "")))
}

/// With line ends made alike, and without the mark that some programs put first.
fn unified(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

/// Without the line end that every file of text ends with.
fn without_end(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}

/// In which line of a file something is wrong, and what; `before` are lines before the text.
fn where_and_what(text: &str, before: usize, error: &toml::de::Error) -> String {
    let words = error.message().lines().next().unwrap_or_default();
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(until) => format!("line {}: {words}", until.matches('\n').count() + 1 + before),
        None => format!("the head: {words}"),
    }
}

/// A moment, or, where it says no zone, what a clock of the course shows.
fn millis(moment: &Datetime, zone: &Zone, edge: Edge) -> Result<Millis, FieldErrors> {
    let text = moment.to_string();
    if let Ok(moment) = text.parse::<Timestamp>() {
        let year = TimeZone::UTC.to_datetime(moment).year();
        // A course that was moved often may have gone beyond what a form takes.
        if (1900..=2500).contains(&year) {
            return Ok(moment.as_millisecond());
        }
    }
    zone.moment("date", "A date", &text, edge)?
        .ok_or_else(|| FieldErrors::one("date", "A date needs a day and a time, like 2026-11-26T08:00:00"))
}
