//! The page of one's own sign-ins, and the rows that an admin sees of somebody's.

pub mod rows;
pub mod sessions;
