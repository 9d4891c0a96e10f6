//! Words about lessons that both halves use.

use serde::{Deserialize, Serialize};

use crate::courses::model::Title;
use crate::error::FieldErrors;
use crate::field;

/// Whether students see a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type, utoipa::ToSchema), sqlx(rename_all = "lowercase", type_name = "text"))]
pub enum LessonState {
    /// Only the course's staff and admins see it.
    Draft,
    /// Its title stands in the plan for everybody, and people in the course can read it.
    Published,
}

impl LessonState {
    /// As the form's "Students can read it" says: a browser sends an unticked box not at all.
    pub fn of_switch(published: Option<&str>) -> Self {
        if published.is_some() { Self::Published } else { Self::Draft }
    }

    /// As the database writes it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }
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

/// The fields of a lesson's form, all of their refusals at once.
pub fn parse_lesson(title: &str, summary: &str, body: &str) -> Result<(Title, LessonSummary, Body), FieldErrors> {
    let mut wrong = FieldErrors::default();
    let title = wrong.keep(Title::parse(title));
    let summary = wrong.keep(LessonSummary::parse(summary));
    let body = wrong.keep(Body::parse(body));
    match (title, summary, body) {
        (Some(title), Some(summary), Some(body)) => Ok((title, summary, body)),
        _ => Err(wrong),
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
    fn a_refused_lesson_says_all_that_is_wrong_at_once() {
        let wrong = parse_lesson("", &"x".repeat(301), "a\0b").unwrap_err();
        assert_eq!(wrong.0.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["title", "summary", "body"]);
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
