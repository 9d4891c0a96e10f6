//! What a browser can ask for about places in courses.

mod coming;
mod joining;
mod picked;
mod roster;
mod staff;

pub use coming::*;
pub use joining::*;
pub use picked::*;
pub use roster::*;
pub use staff::*;
