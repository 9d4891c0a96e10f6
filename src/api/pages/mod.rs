//! The reference of the API, for people: made from the same description as the one for programs.

mod operation;
pub mod reference;
