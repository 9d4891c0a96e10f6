//! People: signing up, their profile, their site role, and the admin's view of them.
//!
//! *Account*: one person's row. *Site role*: what they are on the whole site (`student`, `instructor`, `admin`); what
//! they are in a course stands in `enrolments`. Invariants: one account per address however it is typed; the last admin
//! who can sign in can neither be demoted nor disabled; a change of role or a disabling holds at the next request.

pub mod address;
pub mod api;
#[cfg(feature = "ssr")]
pub mod export;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
