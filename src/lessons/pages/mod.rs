//! Reading and writing lessons.

mod diff;
pub mod edit;
pub mod lesson;
pub mod new;
pub mod plan;
pub(crate) mod preview;
pub mod progress;
pub mod search;
pub mod versions;
