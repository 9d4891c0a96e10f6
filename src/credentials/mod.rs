//! How a person proves who they are. *Credential*: the thing that proves it, each kind in a folder of its own.

#[cfg(feature = "ssr")]
pub mod guessing;
pub mod password;
pub mod set_up_link;
