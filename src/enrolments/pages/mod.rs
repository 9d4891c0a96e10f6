//! The pages about who is in a course.

pub mod join;
pub mod joining;
pub mod mine;
pub mod people;
pub mod person;
