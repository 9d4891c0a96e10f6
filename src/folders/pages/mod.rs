//! Bringing a course in, and copying one.

pub mod copy;
pub mod import;
