//! What a browser can ask for about lessons.

mod arranging;
mod reading;
mod writing;

pub use arranging::*;
pub use reading::*;
pub use writing::*;
