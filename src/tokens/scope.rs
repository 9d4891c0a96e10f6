//! What an app may do of what its person may.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing an app may be allowed. A scope never gives a power that its person does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Own name, address, sign-ins and tokens.
    #[serde(rename = "account:read")]
    AccountRead,
    /// Change the name, end sign-ins and tokens.
    #[serde(rename = "account:write")]
    AccountWrite,
    /// Courses and lessons that the person can see.
    #[serde(rename = "courses:read")]
    CoursesRead,
    /// Make, change and publish courses.
    #[serde(rename = "courses:write")]
    CoursesWrite,
    /// Join and leave courses.
    #[serde(rename = "enrolments:write")]
    EnrolmentsWrite,
    /// Names and addresses of the people of courses.
    #[serde(rename = "people:read")]
    PeopleRead,
    /// Add people to courses, change their roles, remove them.
    #[serde(rename = "people:write")]
    PeopleWrite,
    /// All accounts, for admins.
    #[serde(rename = "users:read")]
    UsersRead,
    /// Change roles and close accounts, for admins.
    #[serde(rename = "users:write")]
    UsersWrite,
}

impl Scope {
    /// In the order in which a person is asked.
    pub const ALL: [Self; 9] = [
        Self::AccountRead,
        Self::AccountWrite,
        Self::CoursesRead,
        Self::CoursesWrite,
        Self::EnrolmentsWrite,
        Self::PeopleRead,
        Self::PeopleWrite,
        Self::UsersRead,
        Self::UsersWrite,
    ];

    /// As a token writes it.
    pub fn key(self) -> &'static str {
        match self {
            Self::AccountRead => "account:read",
            Self::AccountWrite => "account:write",
            Self::CoursesRead => "courses:read",
            Self::CoursesWrite => "courses:write",
            Self::EnrolmentsWrite => "enrolments:write",
            Self::PeopleRead => "people:read",
            Self::PeopleWrite => "people:write",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
        }
    }

    /// As a person reads it: "It may …".
    pub fn words(self) -> &'static str {
        match self {
            Self::AccountRead => "See your name, address, sign-ins and tokens",
            Self::AccountWrite => "See and change your name, see and end your sign-ins and tokens",
            Self::CoursesRead => "See the courses and lessons that you can see",
            Self::CoursesWrite => "See, make, change and publish courses",
            Self::EnrolmentsWrite => "Join and leave courses for you",
            Self::PeopleRead => "See names and addresses of people in your courses",
            Self::PeopleWrite => "See people in your courses, add them, change their roles, remove them",
            Self::UsersRead => "See all accounts of the site, if you are an admin",
            Self::UsersWrite => "See all accounts, change roles and close accounts, if you are an admin",
        }
    }

    /// The scope that holds this one too.
    fn comes_with(self) -> Option<Self> {
        match self {
            Self::AccountRead => Some(Self::AccountWrite),
            Self::CoursesRead => Some(Self::CoursesWrite),
            Self::PeopleRead => Some(Self::PeopleWrite),
            Self::UsersRead => Some(Self::UsersWrite),
            Self::AccountWrite | Self::CoursesWrite | Self::EnrolmentsWrite | Self::PeopleWrite | Self::UsersWrite => {
                None
            }
        }
    }

    fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

/// A set of scopes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scopes(u16);

impl Scopes {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// All there are and will be: a browser's session, in which its person acts without an app between.
    pub const EVERYTHING: Self = Self(u16::MAX);

    /// These.
    pub fn of(scopes: &[Scope]) -> Self {
        Self(scopes.iter().fold(0, |bits, scope| bits | scope.bit()))
    }

    /// From words with single spaces between them (RFC 6749, 3.3), each a scope of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut scopes = Self::NONE;
        for word in text.split(' ') {
            let scope = Scope::ALL.into_iter().find(|scope| scope.key() == word)?;
            scopes.0 |= scope.bit();
        }
        Some(scopes)
    }

    /// As the database has it: what is not a scope any more gives nothing.
    pub fn stored(text: &str) -> Self {
        let known = Scope::ALL.into_iter().filter(|scope| text.split(' ').any(|word| word == scope.key()));
        Self::of(&known.collect::<Vec<_>>())
    }

    /// Whether it is among them, or what it lets one see is among what they let one change: an answer to a change shows the whole.
    pub fn has(self, scope: Scope) -> bool {
        self.holds(scope) || scope.comes_with().is_some_and(|wider| self.holds(wider))
    }

    fn holds(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Those in both.
    pub fn within(self, other: Self) -> Self {
        // Of a wider one that is not asked for, the narrower one that is.
        let narrower = self.list().into_iter().filter(|scope| {
            scope.comes_with().is_some_and(|wider| other.holds(wider) && !other.holds(*scope) && !self.holds(wider))
        });
        Self((self.0 & other.0) | Self::of(&narrower.collect::<Vec<_>>()).0)
    }

    /// Whether every one of these is in `other`.
    pub fn is_within(self, other: Self) -> bool {
        self.list().into_iter().all(|scope| other.has(scope))
    }

    /// One after the other.
    pub fn list(self) -> Vec<Scope> {
        Scope::ALL.into_iter().filter(|scope| self.holds(*scope)).collect()
    }
}

/// As a token writes them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.list().into_iter().map(Scope::key).collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_strictly_and_never_grow() {
        let some = Scopes::parse("courses:read account:read").unwrap();
        assert_eq!(some.to_string(), "account:read courses:read");
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.key());
        }
        assert!(some.has(Scope::CoursesRead) && !some.has(Scope::CoursesWrite));
        for wrong in ["", " ", "courses:read  account:read", "courses:*", "admin", "Courses:read"] {
            assert_eq!(Scopes::parse(wrong), None, "{wrong:?}");
        }
        let wider = Scopes::parse("courses:read users:write").unwrap();
        assert!(!wider.is_within(some) && some.is_within(Scopes::EVERYTHING));
        assert_eq!(wider.within(some), Scopes::of(&[Scope::CoursesRead]));
        // To change is to see; to see is not to change, and what is written down is what was said.
        let writes = Scopes::of(&[Scope::PeopleWrite]);
        assert!(
            writes.has(Scope::PeopleRead) && !writes.has(Scope::CoursesRead) && writes.to_string() == "people:write"
        );
        let reads = Scopes::of(&[Scope::PeopleRead]);
        assert!(!reads.has(Scope::PeopleWrite) && reads.is_within(writes) && !writes.is_within(reads));
        assert_eq!((reads.within(writes), writes.within(reads)), (reads, Scopes::NONE));
        assert_eq!(Scopes::EVERYTHING.within(writes), writes);
        assert_eq!(Scopes::stored("courses:read once:there"), Scopes::of(&[Scope::CoursesRead]));
    }
}
