//! The pages about tokens: those made by hand, and letting an app in.

pub mod device;
pub mod fresh;
pub mod tokens;
