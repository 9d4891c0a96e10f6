//! Lessons: a title and Markdown, in an order, read one after the other.
//!
//! *Draft*: only the course's staff see it. *Position*: 1, 2, 3, ... within the course, without gaps. Invariants: a
//! lesson is only ever reached through its course; its slug is made once and stays; HTML in its text never reaches a page.

pub mod api;
#[cfg(feature = "ssr")]
pub mod markdown;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
