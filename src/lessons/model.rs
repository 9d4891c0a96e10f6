//! Words about lessons that both halves use.

use serde::{Deserialize, Serialize};

use crate::error::FieldErrors;
use crate::field;

/// Whether students see a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
pub enum LessonState {
    Draft,
    Published,
}

impl LessonState {
    /// As the form's "Students can read it" says: a browser sends an unticked box not at all.
    pub fn of_switch(published: Option<&str>) -> Self {
        if published.is_some() { Self::Published } else { Self::Draft }
    }

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
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        field::text("body", "Text", raw, 200_000).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters a minute, for "about 9 minutes": 200 words of six letters, a slow reader's pace for study.
const CHARACTERS_A_MINUTE: i64 = 1_200;

/// How long a text of so many characters takes to read, in whole minutes, at least 1.
pub fn minutes(characters: i64) -> i64 {
    (characters + CHARACTERS_A_MINUTE - 1).max(1) / CHARACTERS_A_MINUTE.max(1)
}

/// "1 minute", "9 minutes".
pub fn minutes_in_words(characters: i64) -> String {
    match minutes(characters).max(1) {
        1 => "1 minute".to_owned(),
        many => format!("{many} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_takes_at_least_a_minute() {
        assert_eq!(
            [0, 1, 1_200, 1_201, 10_000].map(minutes_in_words),
            ["1 minute", "1 minute", "1 minute", "2 minutes", "9 minutes"]
        );
    }
}
