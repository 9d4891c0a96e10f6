//! An account's e-mail address: shown to be its person's, and changed.
//!
//! *Confirmed*: somebody who was signed in to the account opened a link that was sent to it. A stranger whose address was typed
//! by mistake or on purpose cannot confirm it without the account's password, so a confirmed address is both the account's and
//! its reader's. A new address is taken when it is confirmed; the old one is told, with a link that undoes it.

pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
