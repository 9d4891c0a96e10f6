//! One-time codes to sign in with, by mail or text message.
//!
//! A weaker way than the others, and said to be: whoever reads the mail or the telephone is in. NIST SP 800-63B-4 takes neither
//! for an authenticator, so such a sign-in is worth one proof and never stands in for a second step. Six digits (ASVS 5.0, 6.5.4:
//! 20 bits), ten minutes, five tries, once, and only in the browser that asked: another has not the cookie. What is asked for an
//! address without an account looks the same and leads nowhere. Of a code only its MAC under the site's key is kept.

pub mod api;
#[cfg(feature = "ssr")]
pub mod code;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod phone;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
