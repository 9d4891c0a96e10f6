//! Who is in a course, and as what: joining, leaving, the people, the staff.
//!
//! *Place*: where one person stands to one course, one row for both; it is in one of seven states (`model::PlaceState`). *Enrolled*: the
//! place is active. *Seat*: what a student takes and staff do not. *Line*: who waits for a seat, in the order in which they came.
//! *Offer*: a seat that is kept for the first in line for some time. *Way*: how somebody came. *Awaited*: a place for an address that no
//! account has yet. *Roster*: a list of people from elsewhere that staff
//! import. Invariants: `machine.rs` says how a place changes and `store/moving.rs` alone changes it; seats are never more
//! than there are; a seat that becomes free goes to the line in the same transaction; staff never join their own course; the last
//! owner neither leaves nor is removed or demoted; the row of somebody who left stays, and what they read stays theirs.

pub mod api;
#[cfg(feature = "ssr")]
pub mod joining;
#[cfg(feature = "ssr")]
pub mod late_offers;
#[cfg(feature = "ssr")]
pub mod letters;
#[cfg(feature = "ssr")]
pub mod machine;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod roster;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
