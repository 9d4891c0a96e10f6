//! What is chosen where a course is copied, for both halves.

use serde::{Deserialize, Serialize};

/// What the form of a copy says, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyForm {
    /// Of the copy: one line of at most 120 characters.
    pub title: String,
    /// The day on which the copy begins, as a browser's field for a date writes it. Its dates are moved by as many whole weeks as that is from the
    /// first date of the course, rounded to the nearest. Empty or missing: they stay as they are.
    #[serde(default)]
    pub begins: String,
    /// Sent, with whatever value, when the box is ticked: lessons and modules come along.
    pub lessons: Option<String>,
    /// The same of announcements.
    pub announcements: Option<String>,
    /// The same of files.
    pub files: Option<String>,
    /// The same of how people join: its time, seats and line.
    pub joining: Option<String>,
}
