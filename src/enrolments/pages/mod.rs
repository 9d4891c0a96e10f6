//! The pages about who is in a course.

pub mod people;
pub mod person;
