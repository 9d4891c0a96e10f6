//! Sessions, the stateful side: who is signed in, where, and for how long.
//!
//! *Sign-in*: one device's session, or one app's (`tokens/`), a row of `sign_ins`, the only thing that decides who is asking. *Session*: the
//! stored record of tower-sessions that the cookie names; it holds nothing but which sign-in it belongs to. *Ended*:
//! signed out, ended by somebody, or past its idle or absolute end; an ended sign-in is dead at the next request,
//! whatever the session store still holds. Invariants: a new session id at every sign-in; the id is stored only as a
//! digest; visitors who are not signed in have no record.

pub mod api;
#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod caller;
#[cfg(feature = "ssr")]
pub mod device;
pub mod islands;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the family's stores have no update that never inserts")]
pub mod records;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
