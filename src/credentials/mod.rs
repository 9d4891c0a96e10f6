//! How a person proves who they are. *Credential*: the thing that proves it, each kind in a folder of its own.

pub mod password;
pub mod set_up_link;
