//! Tokens, the stateless side: what an app carries in place of a browser's session.
//!
//! *Access token*: a JWT of ten minutes that says whose it is, what it is for and until when, and is checked by its signature.
//! *Refresh token*: a random number with which an app gets the next one, a new one at each use. *Personal token*: a random number
//! that a person makes by hand and that lasts until a day they choose. *Family*: all tokens of one app on one device, which is a
//! row of `sign_ins` as a browser's session is: it stands on the same page, ends in the same ways, and belongs to the same epoch.
//! *Scope*: what an app may do of what its person may. *Denylist*: access tokens that were taken back before their end; it is
//! state, and so are family and epoch, and the lab says so.
//!
//! Invariants: no key is looked for outside of our own; a token is good when its signature, its claims, its key, its family, its
//! account's epoch and the denylist all say so, at every request, on every node; nothing that could be used is stored.

#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod algorithm;
pub mod api;
#[cfg(feature = "ssr")]
pub mod bearer;
#[cfg(feature = "ssr")]
pub mod device;
#[cfg(feature = "ssr")]
pub mod issuing;
#[cfg(feature = "ssr")]
pub mod keys;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod refresh;
#[cfg(feature = "ssr")]
pub mod scope;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
