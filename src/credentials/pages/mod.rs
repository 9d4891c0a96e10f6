//! The page about all ways to sign in.

pub mod security;
