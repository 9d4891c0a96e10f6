//! From when on students can read a lesson.

use super::model::LessonState;
use crate::clock::Millis;
use crate::error::FieldErrors;
use crate::zone::{Edge, Zone};

/// What a lesson's form says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// It is, or becomes, a draft.
    Never,
    /// At once. What students can read already is not said to be newer than it is.
    Now,
    /// From this moment on; one that is past counts as well.
    At(Millis),
}

impl Release {
    /// From the box "Students can read it" (a browser sends an unticked one not at all) and the field below it, which holds a moment in
    /// the course's zone, or nothing. Refused at `releases_at`.
    pub fn parse(published: Option<&str>, at: &str, zone: &Zone) -> Result<Self, FieldErrors> {
        match (published.is_some(), zone.moment("releases_at", "From", at, Edge::Beginning)?) {
            (true, Some(at)) => Ok(Self::At(at)),
            (true, None) => Ok(Self::Now),
            (false, None) => Ok(Self::Never),
            (false, Some(_)) => Err(FieldErrors::one(
                "releases_at",
                "Tick that students can read it as well, or leave this empty: a draft has no date",
            )),
        }
    }

    /// The moment that is kept, at `now`, of a lesson that had `before`; none for a draft.
    pub fn moment(self, before: Option<Millis>, now: Millis) -> Option<Millis> {
        match self {
            Self::Never => None,
            Self::Now => Some(before.filter(|before| *before <= now).unwrap_or(now)),
            Self::At(at) => Some(at),
        }
    }
}

/// What a lesson with this moment is at `now`. The same as `state_of_lesson!` says in SQL.
pub fn state_at(releases_at: Option<Millis>, now: Millis) -> LessonState {
    match releases_at {
        None => LessonState::Draft,
        Some(at) if at <= now => LessonState::Published,
        Some(_) => LessonState::Scheduled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_needs_the_box_and_is_in_the_courses_zone() {
        let zone = Zone::stored("Europe/Berlin");
        let parse = |published: Option<&str>, at| Release::parse(published, at, &zone);
        assert_eq!(parse(None, ""), Ok(Release::Never));
        assert_eq!(parse(Some("yes"), " "), Ok(Release::Now));
        assert_eq!(parse(Some("yes"), "2026-11-26T08:00"), Ok(Release::At(1_795_676_400_000)));
        for (published, at) in [(None, "2026-11-26T08:00"), (Some("yes"), "soon"), (Some("yes"), "2026-03-29T02:30")] {
            assert_eq!(parse(published, at).unwrap_err().0[0].field, "releases_at", "{at}");
        }
    }

    #[test]
    fn what_is_out_already_keeps_its_moment() {
        assert_eq!(Release::Now.moment(Some(5), 10), Some(5));
        assert_eq!([Release::Now.moment(Some(15), 10), Release::Now.moment(None, 10)], [Some(10), Some(10)]);
        assert_eq!([Release::Never.moment(Some(5), 10), Release::At(15).moment(Some(5), 10)], [None, Some(15)]);
        assert_eq!([None, Some(10), Some(11)].map(|at| state_at(at, 10).key()), ["draft", "published", "scheduled"]);
    }
}
