//! "This was not me": one page, one press, no sign-in.
//!
//! Each notice about an account's safety has a link to it. Pressed, it ends every sign-in and every waiting link, gives the
//! account its old address back where that was changed, takes away every way in that was added since what the mail tells of, or
//! since an earlier mail of that kind to the same address, closes the account until a new password is set by mail, and sends the link for that. What was there before stays: somebody who
//! reads another's mail must not get rid of it. Who cannot show it asks an admin, who makes sure of who they are.

pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
