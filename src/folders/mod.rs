//! A course as a folder of Markdown, TOML and files: taken out of the site and in again, copied for the next term, and, as pages, taken along
//! to be read without the site.
//!
//! *Folder*: what a course consists of, without its people: text, modules, lessons, announcements, files, and how people join; never who they
//! are, nor the join code. Invariants: a folder that was taken out and in again says the same; what comes in from outside is checked as if it
//! had been typed and uploaded, within limits of its own (`unpacking.rs`); dates that move stay on their weekday and their hour (`shifting.rs`).

pub mod api;
#[cfg(feature = "ssr")]
pub mod folder;
#[cfg(feature = "ssr")]
pub mod importing;
pub mod model;
#[cfg(feature = "ssr")]
pub mod offline;
#[cfg(feature = "ssr")]
pub mod packing;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod reading;
#[cfg(feature = "ssr")]
pub mod serve;
#[cfg(feature = "ssr")]
pub mod shifting;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod turns;
#[cfg(feature = "ssr")]
pub mod unpacking;
#[cfg(feature = "ssr")]
pub mod writing;
