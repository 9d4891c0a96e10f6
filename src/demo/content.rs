//! Reads the files of `demo/`, which are part of the binary.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use rust_embed::Embed;

use crate::accounts::model::SiteRole;

#[derive(Embed)]
#[folder = "demo"]
struct Files;

/// The text of one of them.
fn text(name: &str) -> Result<String> {
    let file = Files::get(name).with_context(|| format!("{name} is missing"))?;
    String::from_utf8(file.data.into_owned()).with_context(|| format!("{name} is not UTF-8"))
}

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
    /// One line.
    pub summary: String,
    pub body: String,
    /// The title of its module; lessons of one stand together.
    pub module: Option<String>,
    /// Days after loading from which on students read it; none for a draft, 0: since the course is there.
    pub opens_in: Option<i64>,
}

pub fn people() -> Result<Vec<Person>> {
    text("people.tsv")?
        .lines()
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
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in Files::iter() {
        if let Some((slug, _)) = name.strip_prefix("courses/").and_then(|rest| rest.split_once('/')) {
            files.entry(slug.to_owned()).or_default().push(name.clone().into_owned());
        }
    }
    let mut courses: Vec<_> = files.into_iter().collect();
    courses.sort_by_key(|(slug, _)| (slug != FIRST, slug.clone()));
    courses.into_iter().map(|(slug, names)| course(slug, names)).collect()
}

fn course(slug: String, mut names: Vec<String>) -> Result<Course> {
    names.sort();
    let mut about = None;
    let mut lessons = Vec::new();
    for name in names {
        let page = Page::parse(&text(&name)?).with_context(|| name.clone())?;
        let stem = name.rsplit('/').next().and_then(|file| file.strip_suffix(".md")).context("a file's name")?;
        match stem.split_once('-').filter(|(number, _)| number.parse::<u8>().is_ok()) {
            Some((_, lesson)) => lessons.push(Lesson {
                slug: lesson.to_owned(),
                title: page.get("title")?,
                summary: page.get("summary")?,
                module: page.find("module"),
                opens_in: match page.find("opens") {
                    Some(days) => Some(days.parse().context("opens: days")?),
                    None => (page.get("state")? == "published").then_some(0),
                },
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

    fn find(&self, key: &str) -> Option<String> {
        self.keys.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
    }

    fn get(&self, key: &str) -> Result<String> {
        self.find(key).with_context(|| format!("has no {key}"))
    }
}
