//! Looking at a course as one of its students does: for staff, to see before students do what they will see.
//!
//! *View*: a sign-in of somebody of the staff looks at one course as any student, or as one of them, perhaps at another moment. It is an
//! identity on the server: `courses/policy` decides from what the student may, and whatever would change the course is refused for as
//! long as it lasts. Invariants: a view gives nobody more than a student has; it writes nothing but its own row and the log; once its person
//! is no longer staff of the course, there is none.

pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
