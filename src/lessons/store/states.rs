//! What the states of a lesson mean in SQL. Every statement of the site that asks what students see of a course asks it by these, so
//! that no count and no list forgets one (`tests/http/sources.rs`). `$of` is the alias of `lessons`, `$now` the moment.

/// Stands in the plan for everybody who sees the course: students read it, or will.
macro_rules! is_planned {
    ($of:literal) => {
        concat!($of, ".releases_at is not null")
    };
}

/// Students can read it at the moment `$now`.
macro_rules! is_out {
    ($of:literal, $now:literal) => {
        concat!($of, ".releases_at <= ", $now)
    };
}

/// A [`crate::lessons::model::LessonState`] at the moment `$now`.
macro_rules! state_of_lesson {
    ($of:literal, $now:literal) => {
        concat!(
            "case when ",
            $of,
            ".releases_at is null then 'draft' when ",
            $of,
            ".releases_at <= ",
            $now,
            " then 'published' else 'scheduled' end"
        )
    };
}

pub(crate) use {is_out, is_planned, state_of_lesson};
