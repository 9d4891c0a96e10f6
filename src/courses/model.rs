//! Words about courses that both halves use.

use serde::{Deserialize, Serialize};

use crate::error::FieldErrors;
use crate::field;
use crate::id::CourseId;

/// Where a course is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type, utoipa::ToSchema), sqlx(rename_all = "lowercase", type_name = "text"))]
pub enum CourseState {
    /// Being written: only its staff and admins see it.
    Draft,
    /// Seen by everybody, and joined while it is open.
    Published,
    /// Seen by everybody, and read-only: nobody new joins, no text changes.
    Concluded,
    /// Read-only, and seen only by the people in it and by admins.
    Archived,
}

impl CourseState {
    /// As the database and `lectern powers` write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Concluded => "concluded",
            Self::Archived => "archived",
        }
    }

    /// As its badge says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Published => "Published",
            Self::Concluded => "Concluded",
            Self::Archived => "Archived",
        }
    }

    /// Whether its text and lessons can change.
    pub fn is_writable(self) -> bool {
        match self {
            Self::Draft | Self::Published => true,
            Self::Concluded | Self::Archived => false,
        }
    }
}

/// A course's title: one line of at most 120 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// Takes what was typed, trimmed. Refused at the field `title`.
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        field::line("title", "Title", raw, 120).map(Self)
    }

    /// Trimmed, and otherwise as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a course is, in one line of at most 300 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary(String);

impl Summary {
    /// Takes what was typed; line ends and rows of spaces become one space. Refused at the field `summary`.
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        // A textarea may bring line ends; a summary has none.
        field::line("summary", "Summary", &raw.split_whitespace().collect::<Vec<_>>().join(" "), 300).map(Self)
    }

    /// One line, whatever the form sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A course's description: Markdown of at most 20,000 characters; may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Takes what was typed, with line ends made alike. Refused at the field `description`.
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        field::text("description", "Description", raw, 20_000).map(Self)
    }

    /// Markdown, not rendered yet.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a text that was changed while somebody wrote says, at its longest field. The page knows by it that the form now
/// stands on the newer version.
pub const OVERTAKEN: &str = "This was saved in another window while you wrote. What stands there now is on its page, and \
                             yours is below. Saving again replaces it";

/// The three fields of a course's form, all of their refusals at once.
pub fn parse_course(
    title: &str,
    summary: &str,
    description: &str,
) -> Result<(Title, Summary, Description), FieldErrors> {
    let mut wrong = FieldErrors::default();
    let title = wrong.keep(Title::parse(title));
    let summary = wrong.keep(Summary::parse(summary));
    let description = wrong.keep(Description::parse(description));
    match (title, summary, description) {
        (Some(title), Some(summary), Some(description)) => Ok((title, summary, description)),
        _ => Err(wrong),
    }
}

/// A course as the catalogue shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct CourseTile {
    /// Its cover is drawn from it.
    pub id: CourseId,
    /// Its address is `/courses/{slug}`.
    pub slug: String,
    /// One line of at most 120 characters.
    pub title: String,
    /// One line of at most 300 characters.
    pub summary: String,
    /// Published or concluded: the catalogue holds nothing else.
    pub state: CourseState,
    /// The switch for joining, which only counts while the course is published.
    pub open: bool,
    /// Published lessons.
    pub lessons: i64,
}

/// A course found while a visitor types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its address is `/courses/{slug}`.
    pub slug: String,
    /// Holds what was typed, or `summary` does.
    pub title: String,
    /// One line of at most 300 characters.
    pub summary: String,
}

/// What an address calls a thing with this title: small letters, digits and hyphens, at most 60. Accents are taken
/// off; a title in another script has none of these letters, and gets `fallback`.
#[cfg(feature = "ssr")]
pub fn slug_of(title: &str, fallback: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let mut slug = String::new();
    for letter in title.nfkd().filter(|letter| !unicode_normalization::char::is_combining_mark(*letter)) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() && !matches!(letter, '\'' | '’') {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    // These words stand in addresses already.
    if matches!(slug, "" | "new" | "edit" | "import" | "people" | "lessons") {
        format!("{fallback}{}{slug}", if slug.is_empty() { "" } else { "-" })
    } else {
        slug.to_owned()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_what_is_left_of_a_title_in_an_address() {
        assert_eq!(slug_of("Sessions and tokens", "course"), "sessions-and-tokens");
        assert_eq!(slug_of("  Élan vital: what’s that?  ", "course"), "elan-vital-whats-that");
        assert_eq!(slug_of("统计学", "course"), "course");
        assert_eq!(slug_of("New", "course"), "course-new");
        assert_eq!(slug_of("../../etc/passwd", "course"), "etc-passwd");
        assert!(slug_of(&"long words ".repeat(20), "course").len() <= 60);
    }

    #[test]
    fn a_title_has_120_characters_at_most() {
        assert!(Title::parse(&"ü".repeat(120)).is_ok());
        assert!(Title::parse(&"ü".repeat(121)).is_err());
        assert!(Title::parse("  ").is_err());
        assert!(Description::parse("").is_ok());
        assert!(Description::parse(&"x".repeat(20_001)).is_err());
    }
}
