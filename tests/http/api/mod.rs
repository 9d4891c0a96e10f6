//! The JSON API, asked as programs ask it.

mod asking;
mod bad_tokens;
mod courses;
mod device;
mod people;
mod powers;
pub mod program;
mod tokens;
mod users;
