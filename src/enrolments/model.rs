//! Words about being in a course that both halves use.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::FieldErrors;

/// What a person is in one course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type, utoipa::ToSchema), sqlx(rename_all = "lowercase", type_name = "text"))]
pub enum CourseRole {
    /// Edits everything, and alone beside admins makes, changes and removes owners. A course always has one.
    Owner,
    /// Edits text, lessons and state, and manages all people but owners.
    Instructor,
    /// Sees all of it, with drafts and roster, and changes nothing.
    Assistant,
    /// Reads what is published.
    Student,
}

impl CourseRole {
    /// Who may do most first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Instructor, Self::Assistant, Self::Student];

    /// As the database and forms write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Instructor => "instructor",
            Self::Assistant => "assistant",
            Self::Student => "student",
        }
    }

    /// As a person reads it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Instructor => "Instructor",
            Self::Assistant => "Assistant",
            Self::Student => "Student",
        }
    }

    /// As a sentence needs it.
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Owner => "an owner",
            Self::Instructor => "an instructor",
            Self::Assistant => "an assistant",
            Self::Student => "a student",
        }
    }

    /// Whether they teach the course; everybody but students does.
    pub fn is_staff(self) -> bool {
        self != Self::Student
    }
}

impl FromStr for CourseRole {
    type Err = FieldErrors;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.key() == text)
            .ok_or_else(|| FieldErrors::one("role", "Choose owner, instructor, assistant or student"))
    }
}
