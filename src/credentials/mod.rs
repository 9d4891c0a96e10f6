//! How a person proves who they are. *Credential*: the thing that proves it, each kind in a folder of its own.

pub mod code_app;
#[cfg(feature = "ssr")]
pub mod guessing;
pub mod mail_link;
pub mod not_me;
pub mod one_time_code;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod passkey;
pub mod password;
pub mod provider;
pub mod recovery_codes;
pub mod reset;
pub mod second_step;
pub mod set_up_link;
pub mod sign_up_link;
#[cfg(feature = "ssr")]
pub mod ways;
