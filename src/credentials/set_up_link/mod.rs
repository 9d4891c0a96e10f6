//! One-time links: the first admin's, and those for accounts made on the command line. No mail is needed.
//!
//! *Set-up link*: 256 random bits in an address; only their digest is stored. Opening it shows a page, sending the page
//! uses it up. It ends by itself after a day.

pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
