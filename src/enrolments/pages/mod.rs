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

use crate::courses::policy::Standing;

/// How a sentence ends that says that somebody is let in: what comes of it when all seats are taken.
fn seat_for_who_comes(standing: &Standing) -> &'static str {
    match (standing.seats.capacity, standing.seats.has_line) {
        (None, _) => "",
        (Some(_), true) => ", or in line when all seats are taken",
        (Some(_), false) => ", while there is a seat",
    }
}
