//! Words about announcements that both halves use.

use serde::{Deserialize, Serialize};

/// How somebody wants what is announced in their courses by mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase", type_name = "text"))]
pub enum Wish {
    /// Each by itself, at once.
    #[default]
    Each,
    /// All of a day in one mail.
    Daily,
    /// Not at all: they stand in the course.
    None,
}

impl Wish {
    /// In the order in which a form offers them.
    pub const ALL: [Self; 3] = [Self::Each, Self::Daily, Self::None];

    /// As it is stored and sent.
    pub fn key(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Daily => "daily",
            Self::None => "none",
        }
    }

    /// As it was sent.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.key() == key)
    }

    /// As a form offers it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Each => "Each at once",
            Self::Daily => "Once a day, all that is new",
            Self::None => "None: I read them in the course",
        }
    }
}

/// What an announcement's form says, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncementForm {
    /// One line of at most 120 characters.
    pub title: String,
    /// Markdown of at most 20,000 characters; may be empty.
    pub body: String,
    /// From when on it is out, as a browser's field for date and time writes it, in the course's zone; empty or missing: at once. Not asked
    /// once it is out.
    #[serde(default)]
    pub posted_at: String,
    /// Sent, with whatever value, when the box is ticked: it goes out by mail as well. Not asked once it is out.
    pub mails: Option<String>,
}
