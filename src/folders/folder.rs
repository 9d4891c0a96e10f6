//! What a course consists of, without its people.

use std::collections::BTreeSet;

use crate::clock::Millis;
use crate::failure::Failure;
use crate::files::name::FileName;
use crate::files::store::FoundFile;
use crate::lessons::markdown::files_in;

/// A course as it is taken out, brought in, and copied. All text is as the site keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// What its address calls it; another course may have that by now.
    pub slug: String,
    /// One line of at most 120 characters.
    pub title: String,
    /// One line of at most 300 characters.
    pub summary: String,
    /// Markdown of at most 20,000 characters; may be empty.
    pub description: String,
    /// How people find it and come into it.
    pub coming: Coming,
    /// Before the first module, in their order.
    pub lessons: Vec<FolderLesson>,
    /// In their order.
    pub modules: Vec<FolderModule>,
    /// The earliest first.
    pub announcements: Vec<FolderAnnouncement>,
}

/// How people find a course and come into it. Its join code is not in it: each course has its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// The catalogue shows it, once it is published.
    pub listed: bool,
    /// People can come by themselves, while it is published.
    pub open: bool,
    /// Who does is let in by staff.
    pub approval: bool,
    /// They may come from then on; none: at once.
    pub from: Option<Millis>,
    /// And until then; none: for as long as it is open.
    pub until: Option<Millis>,
    /// The IANA name of the zone that all dates of the course are in.
    pub time_zone: String,
    /// Seats for students; none: as many as come.
    pub seats: Option<i64>,
    /// Who comes then waits in line.
    pub waitlist: bool,
    /// So many hours a free seat is kept for the first in line; none: they get it at once.
    pub offer_hours: Option<i64>,
}

/// As a new course has it.
impl Default for Coming {
    fn default() -> Self {
        Self {
            listed: true,
            open: true,
            approval: false,
            from: None,
            until: None,
            time_zone: "UTC".to_owned(),
            seats: None,
            waitlist: true,
            offer_hours: None,
        }
    }
}

/// A module with its lessons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderModule {
    /// One line of at most 120 characters.
    pub title: String,
    /// In their order.
    pub lessons: Vec<FolderLesson>,
}

/// A lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderLesson {
    /// Names it in its address; no other lesson of the course has it.
    pub slug: String,
    /// One line of at most 120 characters.
    pub title: String,
    /// One line of at most 300 characters; may be empty.
    pub summary: String,
    /// Markdown of at most 200,000 characters; may be empty.
    pub body: String,
    /// From when on students can read it; none: a draft.
    pub opens: Option<Millis>,
}

/// An announcement. Who posted it is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderAnnouncement {
    /// One line of at most 120 characters.
    pub title: String,
    /// Markdown of at most 20,000 characters; may be empty.
    pub body: String,
    /// From when on it is out.
    pub posted: Millis,
    /// It goes out by mail, where it is still to come.
    pub mails: bool,
}

impl FolderLesson {
    /// The same with links to pages of its course led to those of the course that it comes into.
    pub fn with_links(&self, was: &str, slug: &str) -> Self {
        Self { body: relinked(&self.body, was, slug), ..self.clone() }
    }
}

/// A text in which links to pages of the course `was` lead to those of the course `slug`: what stands in Markdown where an address begins.
pub fn relinked(text: &str, was: &str, slug: &str) -> String {
    let address = format!("/courses/{was}");
    if was.is_empty() || was == slug || !text.contains(&address) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split(&address);
    out.push_str(parts.next().unwrap_or_default());
    for after in parts {
        let is_whole = !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        let begins = out.ends_with(['(', '<']) || out.ends_with("]: ");
        if is_whole && begins {
            out.push_str("/courses/");
            out.push_str(slug);
        } else {
            out.push_str(&address);
        }
        out.push_str(after);
    }
    out
}

/// A file of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderFile {
    /// As it is shown and named.
    pub name: FileName,
    /// SHA-256 of its content, in hexadecimal.
    pub digest: String,
    /// In bytes.
    pub size: u64,
}

impl FolderFile {
    /// One that is in a course; none where it has a name that could not be given today.
    pub fn of(found: FoundFile) -> Option<Self> {
        let name = FileName::parse(&found.name)?;
        Some(Self { name, digest: found.digest, size: found.size.unsigned_abs() })
    }
}

/// Which files the texts of a folder name, as they are compared.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The description.
    pub description: BTreeSet<String>,
    /// Each lesson, in the order of [`Folder::all_lessons`].
    pub lessons: Vec<BTreeSet<String>>,
    /// Each announcement.
    pub announcements: Vec<BTreeSet<String>>,
}

/// So often may the texts of a course name files in all where it is brought in or copied: each is a row.
const MOST_NAMED: usize = 5_000;

impl Named {
    /// Each of these files, once for each kind of text.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        let lessons = self.lessons.iter().flatten().collect::<BTreeSet<_>>();
        self.description.iter().chain(lessons).chain(self.announcements.iter().flatten())
    }

    /// What is wrong with a folder whose texts name files too often, without a full stop; none: they do not.
    pub fn too_many(&self) -> Option<String> {
        let all = self.lessons.iter().chain(&self.announcements).map(BTreeSet::len).sum::<usize>();
        (all > MOST_NAMED).then(|| format!("the texts name files {all} times, and {MOST_NAMED} are taken at most"))
    }
}

impl Folder {
    /// The lessons as they are read one after the other.
    pub fn all_lessons(&self) -> impl Iterator<Item = &FolderLesson> {
        self.lessons.iter().chain(self.modules.iter().flat_map(|module| &module.lessons))
    }

    /// The same, to be changed.
    pub fn all_lessons_mut(&mut self) -> impl Iterator<Item = &mut FolderLesson> {
        self.lessons.iter_mut().chain(self.modules.iter_mut().flat_map(|module| &mut module.lessons))
    }

    /// Looks for files in all texts. Before a transaction: long ones take their time.
    pub async fn named(&self) -> Result<Named, Failure> {
        let mut named = Named { description: files_in(&self.description).await?, ..Named::default() };
        for lesson in self.all_lessons() {
            named.lessons.push(files_in(&lesson.body).await?);
        }
        for announcement in &self.announcements {
            named.announcements.push(files_in(&announcement.body).await?);
        }
        Ok(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_within_a_course_stay_within_it() {
        let text = "[a](/courses/soil/lessons/clay#x) [b](/courses/soil) [c](/courses/soil-2) </courses/soil> `cat /courses/soil`\n\
                    [d]: /courses/soil/x\nhttps://x.example/courses/soil";
        let there = "[a](/courses/sand/lessons/clay#x) [b](/courses/sand) [c](/courses/soil-2) </courses/sand> `cat /courses/soil`\n\
                     [d]: /courses/sand/x\nhttps://x.example/courses/soil";
        assert_eq!(relinked(text, "soil", "sand"), there);
        assert_eq!(relinked(text, "", "sand"), text);
        assert_eq!(relinked(text, "soil", "soil"), text);
    }
}
