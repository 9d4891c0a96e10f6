//! The site, driven in process: real router, real database, no port. The clock is the test's.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop where it is")]

mod accounts;
mod api;
mod app;
mod arranging;
mod audit;
mod bad_input;
mod command_line;
mod courses;
mod drafts;
mod engine;
mod evidence;
mod form_tokens;
mod headers;
mod invitations;
mod lab;
mod lessons;
mod mail;
mod migrations;
mod moving;
mod notices;
mod one_time_codes;
mod operations;
mod passkeys;
mod passwords;
mod people;
mod places;
mod places_at_random;
mod powers;
mod privacy;
mod progress;
mod proving;
mod questions;
mod races;
mod refused_forms;
mod rosters;
mod searching;
mod second_step;
mod server;
mod sessions;
mod sources;
mod standards;
mod takeovers;
mod versions;
mod viewing;
