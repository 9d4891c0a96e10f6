//! The lab: sessions and tokens side by side, live and measured on this server.
//!
//! *Pair*: a session and a token of the same person. *Spare*: one made to be taken back before the reader's eyes, in tables of the
//! lab's own and good for nothing else. Invariants: no page ever holds a credential that works; what is measured was measured here,
//! and when is said; what the lab makes ends with it, at the latest after a minute.

pub mod api;
#[cfg(feature = "ssr")]
pub mod chooser;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod measuring;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod taking_back;
