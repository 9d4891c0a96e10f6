//! Reading and writing lessons.

pub mod edit;
pub mod lesson;
pub mod new;
pub mod plan;
