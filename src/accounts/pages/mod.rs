//! A person's own page, and the admin's pages about people.

pub mod account;
pub mod admin_users;
pub mod invite;
pub mod person;
