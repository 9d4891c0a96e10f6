//! Typed ids: a course's id cannot be passed where a person's is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// An account. Given in order, never reused.
    UserId
    /// A course. Given in order, never reused; its cover is drawn from it.
    CourseId
    /// A lesson.
    LessonId
    /// A module of a course, in which lessons stand.
    ModuleId
    /// An earlier text of a lesson.
    VersionId
    /// An announcement of a course. Given in order, never reused.
    AnnouncementId
    /// A list of people that is imported into a course.
    RosterId
    /// One device's sign-in. Random: it stands in the session record.
    SignInId
}
