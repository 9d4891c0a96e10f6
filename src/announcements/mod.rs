//! Announcements: what staff have to say to everybody in a course, now or at a moment to come.
//!
//! *Out*: from its moment on the people in the course read it. *Mailed*: it also goes to those of them who want such mail, each by itself or
//! gathered into one mail a day (`Wish`). Invariants: an announcement is only ever reached through its course; what is not out yet only the
//! staff see; a mail goes to nobody who is not in the course at that moment, and none twice to anybody.

pub mod api;
#[cfg(feature = "ssr")]
pub mod mailing;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
