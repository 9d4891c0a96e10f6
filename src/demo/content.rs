//! Reads the files of `demo/`, which are part of the binary.

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};

use crate::accounts::model::SiteRole;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/demo");

/// The flagship first; the others by folder name.
const FIRST: &str = "sessions-and-tokens";

/// A demo person.
#[derive(Debug)]
pub struct Person {
    pub email: String,
    pub name: String,
    pub role: SiteRole,
}

/// A demo course. People are e-mail addresses.
#[derive(Debug)]
pub struct Course {
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub description: String,
    pub state: String,
    pub listed: bool,
    pub open: bool,
    /// Everybody in it, with their role.
    pub members: Vec<(String, &'static str)>,
    pub lessons: Vec<Lesson>,
}

/// A lesson of a demo course.
#[derive(Debug)]
pub struct Lesson {
    pub slug: String,
    pub title: String,
    pub body: String,
    pub published: bool,
}

pub fn people() -> Result<Vec<Person>> {
    let text = FILES.get_file("people.tsv").and_then(|file| file.contents_utf8()).context("people.tsv")?;
    text.lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let mut columns = line.split('\t');
            let mut next = || columns.next().map(str::to_owned).with_context(|| format!("a column is missing: {line}"));
            let (email, name, role) = (next()?, next()?, next()?);
            let role = role.parse().map_err(|_| anyhow::anyhow!("no such role: {line}"))?;
            Ok(Person { email, name, role })
        })
        .collect()
}

pub fn courses() -> Result<Vec<Course>> {
    let mut folders: Vec<&Dir<'_>> = FILES.get_dir("courses").context("courses/")?.dirs().collect();
    folders.sort_by_key(|folder| (!folder.path().ends_with(FIRST), folder.path()));
    folders.into_iter().map(course).collect()
}

fn course(folder: &Dir<'_>) -> Result<Course> {
    let slug = folder.path().file_name().and_then(|name| name.to_str()).context("a folder's name")?.to_owned();
    let mut files: Vec<_> = folder.files().collect();
    files.sort_by_key(|file| file.path());
    let mut about = None;
    let mut lessons = Vec::new();
    for file in files {
        let name = file.path().file_stem().and_then(|name| name.to_str()).context("a file's name")?;
        let page = Page::parse(file.contents_utf8().with_context(|| format!("{slug}/{name} is not UTF-8"))?)
            .with_context(|| format!("{slug}/{name}"))?;
        match name.split_once('-').filter(|(number, _)| number.parse::<u8>().is_ok()) {
            Some((_, lesson)) => lessons.push(Lesson {
                slug: lesson.to_owned(),
                title: page.get("title")?,
                published: page.get("state")? == "published",
                body: page.body,
            }),
            None => about = Some(page),
        }
    }
    let about = about.with_context(|| format!("{slug}/course.md"))?;
    let mut members = vec![(about.get("owner")?, "owner")];
    for (key, role) in [("instructors", "instructor"), ("assistants", "assistant"), ("students", "student")] {
        let emails = about.get(key)?;
        members.extend(
            emails.split(',').map(str::trim).filter(|email| !email.is_empty()).map(|email| (email.to_owned(), role)),
        );
    }
    Ok(Course {
        slug,
        title: about.get("title")?,
        summary: about.get("summary")?,
        state: about.get("state")?,
        listed: about.get("listed")? == "yes",
        open: about.get("open")? == "yes",
        description: about.body,
        members,
        lessons,
    })
}

/// `key: value` lines between two lines of hyphens, then Markdown.
struct Page {
    keys: Vec<(String, String)>,
    body: String,
}

impl Page {
    fn parse(text: &str) -> Result<Self> {
        let rest = text.strip_prefix("---\n").context("does not begin with ---")?;
        let (head, body) = rest.split_once("\n---\n").context("has no second ---")?;
        let keys = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect();
        Ok(Self { keys, body: body.trim().to_owned() })
    }

    fn get(&self, key: &str) -> Result<String> {
        let found = self.keys.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.clone()).with_context(|| format!("has no {key}"))
    }
}
