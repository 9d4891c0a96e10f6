//! What happened, who did it, on what, from where, and what was so before and after.
//!
//! *Event*: a row of `audit_events`, written in the transaction of what it tells of: neither is there without the other.
//! *Chain*: each event holds a digest of the one before, so whatever is changed, taken out or put in between shows
//! (`lectern audit verify`). *Details*: what an event may have to forget, kept beside it: its *place* (address and browser) for
//! as long as a setting says, its *change* (before and after) until the account it is about is deleted. An event holds a
//! salted digest of each, so they can be deleted and never be changed. Invariants: events are only added; no secret stands in
//! one; people are named by their id alone, and get their names where they are shown.
//!
//! The words are those of the OWASP logging vocabulary, where it has one.

#[cfg(feature = "ssr")]
mod chain;
#[cfg(feature = "ssr")]
pub mod event;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod refusals;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
