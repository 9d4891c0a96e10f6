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
    /// Sees all of it, with drafts and people, and changes nothing.
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

/// Where a person's place in a course is in its life. One place for each person and course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type, utoipa::ToSchema), sqlx(rename_all = "lowercase", type_name = "text"))]
pub enum PlaceState {
    /// Staff asked them to come; they have not said yes yet. Takes no seat.
    Invited,
    /// They asked to come; staff have not said yes yet. Takes no seat.
    Requested,
    /// In the course: the only state in which anything of it is theirs to read, and a student takes a seat.
    Active,
    /// In line for a seat; one may be kept for them, for some time.
    Waitlisted,
    /// Left by themselves, or said no. What they did in the course stays theirs to read.
    Dropped,
    /// Taken out by staff, or not let in. They may come again by whatever way is open.
    Removed,
    /// Taken out, and no way leads back until staff lift it.
    Blocked,
}

impl PlaceState {
    /// In the order of a course's life with somebody.
    pub const ALL: [Self; 7] =
        [Self::Invited, Self::Requested, Self::Active, Self::Waitlisted, Self::Dropped, Self::Removed, Self::Blocked];

    /// As the database and forms write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Requested => "requested",
            Self::Active => "active",
            Self::Waitlisted => "waitlisted",
            Self::Dropped => "dropped",
            Self::Removed => "removed",
            Self::Blocked => "blocked",
        }
    }

    /// As it was stored, or stands in an address.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    /// As its badge says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invited => "Invited",
            Self::Requested => "Asks to join",
            Self::Active => "Enrolled",
            Self::Waitlisted => "In line",
            Self::Dropped => "Left",
            Self::Removed => "Removed",
            Self::Blocked => "Blocked",
        }
    }
}

/// By which way somebody came, the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase", type_name = "text"))]
pub enum Way {
    /// They made the course.
    Made,
    /// It was open to join.
    Open,
    /// They had its join code.
    Code,
    /// They asked, and staff let them in.
    Request,
    /// They took an invitation.
    Invitation,
    /// They stood in a roster that was imported.
    Roster,
    /// Staff put them in by hand.
    Staff,
}

impl Way {
    /// As the database writes it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Open => "open",
            Self::Code => "code",
            Self::Request => "request",
            Self::Invitation => "invitation",
            Self::Roster => "roster",
            Self::Staff => "staff",
        }
    }

    /// As a fact about somebody says it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Made => "made the course",
            Self::Open => "joined by themselves",
            Self::Code => "with the join code",
            Self::Request => "asked to join",
            Self::Invitation => "by invitation",
            Self::Roster => "from an imported roster",
            Self::Staff => "added by staff",
        }
    }
}
