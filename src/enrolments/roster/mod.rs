//! Rosters: lists of people that come from elsewhere, pasted or as a file. [`reading`] makes rows of text, [`plan`] says what each row would
//! change and touches nothing, `store/rosters.rs` does what was ticked and can undo it, [`export`] writes the same list out.

pub mod export;
pub mod plan;
pub mod reading;
