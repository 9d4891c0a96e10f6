//! All the ways into an account together: whether one is left, and which an account has.

#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
