//! The server itself, as who looks after it sees it: what is misconfigured, how a request reaches it, and what browsers report.
//!
//! *Finding*: something that was looked at, well or not (`lectern doctor` and `/admin/server` say the same). *Report*: a
//! browser's word that a page of ours tried what our Content-Security-Policy forbids: a defect of ours, somebody's extension,
//! or an attack. Invariant: what strangers report is bounded, and shown as text.

#[cfg(feature = "ssr")]
pub mod arrival;
#[cfg(feature = "ssr")]
pub mod findings;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod reports;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
