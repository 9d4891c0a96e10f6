//! The page of the lab, a file for each of its parts.

mod chart;
mod chooser;
mod keeping;
pub mod lab;
mod measured;
mod pair;
mod taking_back;
