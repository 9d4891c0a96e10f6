//! Making an account where mail is sent: the account is made when its link is opened, so nobody has one with somebody else's
//! address, and what is answered to a new address and to one that has an account is the same.
//!
//! The link alone does not open the account: a stranger may have typed the reader's address and a password of their own, and
//! wait for the reader to press. The browser that began goes on with one press; any other is asked for the password.

pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
