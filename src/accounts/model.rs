//! Words about people that both halves use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::FieldErrors;
use crate::field;
use crate::id::UserId;

/// What a person is on the whole site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type, utoipa::ToSchema), sqlx(rename_all = "lowercase", type_name = "text"))]
pub enum SiteRole {
    /// Joins courses and reads their lessons. What everybody is who signs up.
    Student,
    /// Makes courses as well.
    Instructor,
    /// Manages every account, and sees and edits every course.
    Admin,
}

impl SiteRole {
    /// In the order in which forms offer them: who may do least first.
    pub const ALL: [Self; 3] = [Self::Student, Self::Instructor, Self::Admin];

    /// As the database, the command line and forms write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Instructor => "instructor",
            Self::Admin => "admin",
        }
    }

    /// As a person reads it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Student => "Student",
            Self::Instructor => "Instructor",
            Self::Admin => "Admin",
        }
    }
}

impl SiteRole {
    /// As a sentence needs it.
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Student => "a student",
            Self::Instructor => "an instructor",
            Self::Admin => "an admin",
        }
    }
}

impl fmt::Display for SiteRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for SiteRole {
    type Err = FieldErrors;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.key() == text)
            .ok_or_else(|| FieldErrors::one("role", "Choose student, instructor or admin"))
    }
}

/// An e-mail address: as typed for showing, in lower case for finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    typed: String,
    key: String,
}

/// RFC 5321 lets no longer address be used (4.5.3.1.3, less the angle brackets).
const EMAIL_MAX: usize = 254;
/// RFC 5321, 4.5.3.1.1.
const LOCAL_PART_MAX: usize = 64;

impl Email {
    /// Looks for what makes an address usable, not for what a grammar allows: only a mail that arrives proves it.
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        let wrong = || FieldErrors::one("email", "Enter an email address in full, like name@example.org");
        let typed = raw.trim();
        if typed.chars().count() > EMAIL_MAX {
            return Err(FieldErrors::one("email", format!("Email can hold {EMAIL_MAX} characters")));
        }
        let (local, domain) = typed.rsplit_once('@').ok_or_else(wrong)?;
        let bad_letter = |c: char| {
            field::is_invisible(c)
                || c.is_control()
                || c.is_whitespace()
                || matches!(c, '<' | '>' | '"' | '(' | ')' | '[' | ']' | ',' | ':' | ';' | '\\' | '@')
        };
        let label_ok = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let usable = !local.is_empty()
            && local.len() <= LOCAL_PART_MAX
            && !local.chars().any(bad_letter)
            && domain.contains('.')
            && domain.split('.').all(label_ok);
        if !usable {
            return Err(wrong());
        }
        Ok(Self { typed: typed.to_owned(), key: key_of(typed) })
    }

    /// As typed.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// The same for every way to type it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The mailbox that an address with a tag most often means: what stands after a plus only sorts what arrives there. None without
    /// one.
    pub fn mailbox_of_a_tag(&self) -> Option<String> {
        let (local, domain) = self.key.rsplit_once('@')?;
        let (mailbox, _) = local.split_once('+')?;
        Some(format!("{mailbox}@{domain}"))
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.typed.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

/// One form for every way to type the same address: in capitals or not, accents composed or not.
#[cfg(feature = "ssr")]
fn key_of(typed: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    typed.nfc().collect::<String>().to_lowercase()
}

/// A browser looks nobody up.
#[cfg(not(feature = "ssr"))]
fn key_of(typed: &str) -> String {
    typed.to_lowercase()
}

/// A person's name, as they write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Takes one line of 1 to 100 characters, trimmed. Refused at the field `name`.
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        field::line("name", "Name", raw, 100).map(Self)
    }

    /// Trimmed, and otherwise as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The letters that stand for a person where there is no room for the name: of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// An account as the admin's list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct AccountRow {
    /// Of the account; its page is `/people/{id}`.
    pub id: UserId,
    /// As its person writes it.
    pub name: String,
    /// As typed, not the key it is found by.
    pub email: String,
    /// On the whole site; courses give roles of their own.
    pub role: SiteRole,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970; none while its person may sign in.
    pub disabled_at: Option<i64>,
    /// Its person deleted it: the row is there for what hangs on it.
    pub is_deleted: bool,
    /// A code app is asked for at every sign-in.
    pub has_app: bool,
    /// They can sign in with a passkey.
    pub has_passkey: bool,
    /// Nothing signs its person in yet: they have not used their link.
    pub is_invited: bool,
    /// It is an admin's, or was within 30 days: another admin does not get into it.
    pub is_admins: bool,
    /// Live sign-ins.
    pub sign_ins: i64,
    /// Courses they are in, as anything.
    pub courses: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_key_however_it_is_typed() {
        let email = Email::parse("  Sam.Poe@Example.ORG ").unwrap();
        assert_eq!((email.as_typed(), email.key()), ("Sam.Poe@Example.ORG", "sam.poe@example.org"));
        assert_eq!(email.local_part(), "Sam.Poe");
    }

    #[test]
    fn what_can_not_be_an_address_is_refused() {
        for bad in [
            "sam:x@example.org",
            "sam[x]@example.org",
            "sam\u{a0}x@example.org",
            "",
            "sam",
            "sam@",
            "@example.org",
            "sam@example",
            "sam@ example.org",
            "sam poe@example.org",
            "sam@example..org",
            "sam@-example.org",
            "<sam@example.org>",
            "sam@example.org\0",
            "sam@exam\nple.org",
            "a@b@example.org",
            "sam\u{202e}@example.org",
            "sam\u{200b}@example.org",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
        assert!(Email::parse("δοκιμή@παράδειγμα.gr").is_ok());
    }

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Amara Nwosu"), "AN");
        assert_eq!(initials("Ana de la Cruz"), "AC");
        assert_eq!(initials("Cher"), "C");
    }
}
