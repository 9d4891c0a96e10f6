//! Pages that belong to no feature.

pub mod accessibility;
pub mod resend;
pub mod status;
