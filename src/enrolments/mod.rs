//! Who is in a course, and as what: joining, leaving, the roster, the staff.
//!
//! *Enrolment*: one row per person and course. *Seat*: what a student takes and staff do not. Invariants: one row per
//! person and course; staff never join their own course; the last owner neither leaves nor is removed or demoted; the
//! row of somebody who left stays, and what they read stays theirs.

pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
