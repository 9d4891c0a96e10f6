//! What the states of a place mean in SQL. Every statement of the site that asks who is in a course asks it by these, so that no count
//! and no list forgets one (`tests/http/sources.rs`). `$of` is the alias of `enrolments`.

/// In the course: the only ones who read it.
macro_rules! is_in {
    ($of:literal) => {
        concat!($of, ".state = 'active'")
    };
}

/// Studies in the course.
macro_rules! studies {
    ($of:literal) => {
        concat!($of, ".state = 'active' and ", $of, ".role = 'student'")
    };
}

/// Teaches the course: owner, instructor or assistant.
macro_rules! teaches {
    ($of:literal) => {
        concat!($of, ".state = 'active' and ", $of, ".role <> 'student'")
    };
}

/// Answers for the course: owner or instructor.
macro_rules! leads {
    ($of:literal) => {
        concat!($of, ".state = 'active' and ", $of, ".role in ('owner', 'instructor')")
    };
}

/// Takes a seat of the course: studies in it, or has one kept at the moment `$now`.
macro_rules! has_seat {
    ($of:literal, $now:literal) => {
        concat!("(", $of, ".role = 'student' and (", $of, ".state = 'active' or ", $of, ".offer_ends_at > ", $now, "))")
    };
}

/// Waits for a seat, and none is kept for them.
macro_rules! waits {
    ($of:literal) => {
        concat!($of, ".state = 'waitlisted' and ", $of, ".offer_ends_at is null")
    };
}

/// In line, whether a seat is kept for them or not.
macro_rules! in_line {
    ($of:literal) => {
        concat!($of, ".state = 'waitlisted'")
    };
}

/// Asks to be let in.
macro_rules! asks {
    ($of:literal) => {
        concat!($of, ".state = 'requested'")
    };
}

/// Wants an answer, of this person or of somebody else.
macro_rules! is_pending {
    ($of:literal) => {
        concat!($of, ".state in ('invited', 'requested', 'waitlisted')")
    };
}

/// Was in the course and is not any more, and nothing keeps them from what they did there.
macro_rules! was_in {
    ($of:literal) => {
        concat!($of, ".state in ('dropped', 'removed') and ", $of, ".joined_at is not null")
    };
}

/// Kept out of the course, whichever way they come.
macro_rules! is_blocked {
    ($of:literal) => {
        concat!($of, ".state = 'blocked'")
    };
}

/// Who is blocked from the course `$course` and has had the address whose mark is `$mark`; of several, the first.
macro_rules! blocked_with {
    ($course:literal, $mark:literal) => {
        concat!(
            "(select min(ga.user_id) from given_up_addresses ga join enrolments ge on ge.user_id = ga.user_id
               where ga.address_mac = ",
            $mark,
            " and ge.course_id = ",
            $course,
            " and ",
            $crate::enrolments::store::states::is_blocked!("ge"),
            ")"
        )
    };
}

/// How many owners of the course `$course` can sign in, besides the person `$user`: a course whose only other owner cannot is without one.
macro_rules! other_owners {
    ($course:literal, $user:literal) => {
        concat!(
            "(select count(*) from enrolments oo join users ou on ou.id = oo.user_id and ou.disabled_at is null and ",
            $crate::credentials::ways::store::has_a_way_in!("ou"),
            " where oo.course_id = ",
            $course,
            " and oo.role = 'owner' and oo.state = 'active' and oo.user_id is distinct from ",
            $user,
            ")"
        )
    };
}

pub(crate) use {
    asks, blocked_with, has_seat, in_line, is_blocked, is_in, is_pending, leads, other_owners, studies, teaches, waits,
    was_in,
};
