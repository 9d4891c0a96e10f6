//! The log as an admin reads it, and as everybody reads what happened to their own account.

pub mod admin_audit;
pub mod history;
mod row;
