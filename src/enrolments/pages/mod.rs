//! The pages about who is in a course.

mod adding;
pub mod awaited;
pub mod join;
pub mod joining;
pub mod mine;
pub mod people;
mod people_table;
pub mod person;
pub mod picked;
pub mod roster;
pub mod roster_preview;
pub mod why;
