//! Signing up and in with a password, and changing it.
//!
//! Invariants: a password is never trimmed, never logged, never sent back; it is hashed and compared in Unicode's
//! composed form (NFC), so that every keyboard types the same one; hashing happens off the async threads, before any
//! transaction begins; an unknown address costs the same time and gets the same answer as a wrong password.

pub mod api;
#[cfg(feature = "ssr")]
pub mod breached;
#[cfg(feature = "ssr")]
pub mod hashing;
pub mod islands;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
pub mod rating;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod signing_in;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
