//! Files of a course: uploaded by who writes it, named by its texts, opened by who reads those.
//!
//! *Content*: the bytes of a file, kept once under their SHA-256, outside of the database (`contents.rs`). *File*: a name in a course, and
//! which content it means. *Mention*: a text of the course names the file (`files/name.png` in Markdown). Invariants: whoever may read a text
//! that names a file may open it, and besides the staff nobody else; nothing uploaded runs as part of the site (`serve.rs`); pictures are
//! written anew (`pictures.rs`); an upload that ends early leaves nothing (`incoming.rs`); a content without a file goes a day later.

pub mod api;
#[cfg(feature = "ssr")]
mod asking;
#[cfg(feature = "ssr")]
pub mod clearing;
#[cfg(feature = "ssr")]
pub mod contents;
#[cfg(feature = "ssr")]
pub mod incoming;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod keeping;
#[cfg(feature = "ssr")]
pub mod kind;
#[cfg(feature = "ssr")]
pub mod name;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod pictures;
#[cfg(feature = "ssr")]
mod pieces;
#[cfg(feature = "ssr")]
pub mod preparing;
#[cfg(feature = "ssr")]
pub mod serve;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
