//! Words about lessons that both halves use.

use serde::{Deserialize, Serialize};

use crate::error::FieldErrors;
use crate::field;

/// Whether students see a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type, utoipa::ToSchema), sqlx(rename_all = "lowercase", type_name = "text"))]
pub enum LessonState {
    /// Only the course's staff and admins see it.
    Draft,
    /// Its title stands in the plan for everybody, with the moment from which on people in the course can read it.
    Scheduled,
    /// Its title stands in the plan for everybody, and people in the course can read it.
    Published,
}

impl LessonState {
    /// As statements and the log write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
        }
    }
}

/// What a lesson's form says, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonForm {
    /// One line of at most 120 characters.
    pub title: String,
    /// At most 300 characters; may be empty, and may be missing. Line ends become spaces.
    #[serde(default)]
    pub summary: String,
    /// Markdown of at most 200,000 characters; may be empty.
    pub body: String,
    /// Sent, with whatever value, when the box is ticked: students can read it. Else it is a draft.
    pub published: Option<String>,
    /// From when on, as a browser's field for date and time writes it, in the course's zone; empty or missing: at once.
    #[serde(default)]
    pub releases_at: String,
}

/// A lesson's text: Markdown of at most 200,000 characters; may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// Takes what was typed, with line ends made alike. Refused at the field `body`.
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        field::text("body", "Text", raw, 200_000).map(Self)
    }

    /// Markdown, not rendered yet.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a lesson is about, in one line of at most 300 characters; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LessonSummary(String);

impl LessonSummary {
    /// Takes what was typed into the field `summary`; line ends become spaces.
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        let line = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() { Ok(Self::default()) } else { field::line("summary", "Summary", &line, 300).map(Self) }
    }

    /// One line, or empty.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters a minute, for "about 9 minutes": 200 words of six letters, a slow reader's pace for study.
const CHARACTERS_A_MINUTE: i64 = 1_200;

/// How long a text of so many characters takes to read, in whole minutes, at least 1.
pub fn minutes(characters: i64) -> i64 {
    ((characters + CHARACTERS_A_MINUTE - 1) / CHARACTERS_A_MINUTE).max(1)
}

/// "1 minute", "9 minutes".
pub fn minutes_in_words(characters: i64) -> String {
    match minutes(characters) {
        1 => "1 minute".to_owned(),
        many => format!("{many} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_line_or_nothing() {
        assert_eq!(LessonSummary::parse(" One\r\nline ").unwrap().as_str(), "One line");
        assert_eq!(LessonSummary::parse(" \n ").unwrap(), LessonSummary::default());
        assert!(LessonSummary::parse(&"x".repeat(301)).is_err());
    }

    #[test]
    fn reading_takes_at_least_a_minute() {
        assert_eq!(minutes(0), 1);
        assert_eq!(
            [0, 1, 1_200, 1_201, 10_000].map(minutes_in_words),
            ["1 minute", "1 minute", "1 minute", "2 minutes", "9 minutes"]
        );
    }
}
