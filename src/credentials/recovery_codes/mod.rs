//! Recovery codes: ten, for when the telephone is lost. Each stands in for the second step once.
//!
//! A code has 120 random bits (NIST SP 800-63B-4 asks for 64 of a saved one; from 112 on ASVS 5.0 needs no slow hash, 6.5.2) in 24
//! letters and digits without look-alikes, of which the SHA-256 is kept. They are shown once, on the page after they were made.

pub mod api;
#[cfg(feature = "ssr")]
pub mod code;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
