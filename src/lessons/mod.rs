//! Lessons: a title and Markdown, in an order, read one after the other.
//!
//! *Draft*: only the course's staff see it. *Scheduled*: its title stands in the plan, and it opens at a moment to come. *Unsaved
//! words* (`lesson_drafts`): what one writer has typed and not saved, theirs alone. *Module*: a
//! heading in the plan, with the lessons below it. *Position*: 1, 2, 3, ... within the course, without gaps. Invariants: a lesson is only
//! ever reached through its course; the lessons of a module stand together, in the order of the modules; a slug is made once and stays;
//! HTML in a text never reaches a page.

pub mod api;
#[cfg(feature = "ssr")]
pub mod arrangement;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod markdown;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod release;
#[cfg(feature = "ssr")]
pub mod search;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
