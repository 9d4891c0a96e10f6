//! What can be said about a new password while it is typed, without sending it anywhere.
//!
//! Only length and repetition: the lists of common passwords are megabytes, and stay on the server (`rules.rs`), which
//! has the last word.

use super::model::{MAX_BYTES, MIN_CHARACTERS};

/// How a password being typed looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rating {
    /// Nothing typed yet.
    Empty,
    /// So many characters are missing.
    Short(usize),
    /// More bytes than we take.
    Long,
    /// Long enough, but the same few characters over and over.
    Repetitive,
    /// Long enough.
    Enough,
    /// Well beyond what is needed.
    Strong,
}

/// Fewer different characters than this, and length is an illusion.
const FEW: usize = 6;
/// A sentence of about four words.
const SENTENCE: usize = 22;

impl Rating {
    /// Counts characters, all and different ones; only for the upper end it counts bytes.
    pub fn of(password: &str) -> Self {
        let characters = password.chars().count();
        // Sorting them would weigh a kilobyte in a browser.
        let mut different: Vec<char> = Vec::new();
        for c in password.chars() {
            if different.len() < FEW && !different.contains(&c) {
                different.push(c);
            }
        }
        match characters {
            0 => Self::Empty,
            _ if password.len() > MAX_BYTES => Self::Long,
            short if short < MIN_CHARACTERS => Self::Short(MIN_CHARACTERS - short),
            _ if different.len() < FEW => Self::Repetitive,
            long if long >= SENTENCE => Self::Strong,
            _ => Self::Enough,
        }
    }

    /// What to tell the person.
    pub fn sentence(self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Short(1) => "1 more character is needed.".to_owned(),
            Self::Short(missing) => format!("{missing} more characters are needed."),
            Self::Long => "That is longer than we can take.".to_owned(),
            Self::Repetitive => "Long enough, but the same few characters again and again.".to_owned(),
            Self::Enough => "Long enough.".to_owned(),
            Self::Strong => "Long, and hard to guess if it is not a known phrase.".to_owned(),
        }
    }

    /// How the sentence looks.
    pub fn class(self) -> &'static str {
        match self {
            Self::Enough | Self::Strong => "rating good",
            Self::Long | Self::Repetitive => "rating warn",
            Self::Empty | Self::Short(_) => "rating",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(Rating::of("éééééééééééééé"), Rating::Short(1));
        assert_eq!(Rating::of("a heron, twice or so"), Rating::Enough);
        assert_eq!(Rating::of("four old words and a comma"), Rating::Strong);
    }

    #[test]
    fn a_long_row_of_the_same_is_not_praised() {
        assert_eq!(Rating::of("ababababababababababab"), Rating::Repetitive);
        assert_eq!(Rating::of(&"x".repeat(1025)), Rating::Long);
    }
}
