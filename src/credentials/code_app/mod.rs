//! Codes of an app on a telephone (TOTP, RFC 6238): six digits, another every thirty seconds.
//!
//! The seed is 160 random bits (RFC 4226 asks for as many), sealed with the site's key. The time is the server's. One step of
//! skew is accepted to either side, and each step once: whoever reads a code over a shoulder has nothing.

pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod picture;
#[cfg(feature = "ssr")]
pub mod seed;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
