//! How a person proves who they are. *Credential*: the thing that proves it, each kind in a folder of its own.

#[cfg(feature = "ssr")]
pub mod guessing;
pub mod mail_link;
pub mod not_me;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod password;
pub mod reset;
pub mod set_up_link;
pub mod sign_up_link;
