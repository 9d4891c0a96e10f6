//! Setting a password that was forgotten.
//!
//! Whether there is an account is said to nobody but its address. The link opens a page, sending the page uses it up; it is good
//! for half an hour and once, signs nobody in, ends every other sign-in, and leaves the second step as it is. An address that was
//! never confirmed may be somebody else's than who made the account. Where nobody vouched for that, and the role needs no second
//! step, setting the password makes the account its reader's, and what was set up before is taken away.

pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
