//! One-time links that leave by mail, or are handed over by an admin.
//!
//! *Mail link*: 256 random bits in an address; only their digest is stored. Opening one shows a page and changes nothing, since
//! mail scanners open links too; sending the page uses it up. Each does one thing for one account, and ends by itself.

#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
