//! The admin's pages about mail.

pub mod letter;
pub mod outbox;
