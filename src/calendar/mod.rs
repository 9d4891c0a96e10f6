//! A person's dates as a calendar that other programs read: when lessons open in their courses, until when a seat is kept for them, and,
//! for the staff, when joining begins and ends.
//!
//! *Feed*: the calendar at an address that only its person knows, since programs that read calendars do not sign in. It says no more than
//! that person sees, changes nothing, and can be given another address or none. Invariant: one feed for a person at most.

pub mod api;
#[cfg(feature = "ssr")]
pub mod feed;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
