//! Courses: making, publishing, concluding, archiving, the catalogue and a course's page.
//!
//! *Draft*: exists for its staff and admins alone. *Published*: open to see. *Concluded*: read-only. *Archived*: out of
//! everybody's sight but its members'. *Listed*: in the catalogue. *Open*: takes new people. *Staff*: owner, instructors,
//! assistants. Invariants: a slug is made once, from the first title; a course always has an owner; a draft answers 404
//! to everybody else on every address.

pub mod api;
#[cfg(feature = "ssr")]
pub mod cover;
#[cfg(feature = "ssr")]
pub mod cover_view;
pub mod islands;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
