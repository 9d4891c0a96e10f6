//! All SQL about tokens: the refresh tokens of apps, those made by hand, those taken back, and apps that wait to be let in.

mod device;
mod families;
mod personal;
mod revoked;

pub use device::{
    Asked, POLL_EVERY, Polled, Typed, WAITS, Waiting, public_ask_device, public_delete_over_devices, public_is_waiting,
    public_poll,
};
pub use families::{
    Held, Rotated, public_about, public_begin_family, public_end_family, public_find_held, public_rotate,
};
pub use personal::{PREFIX, PersonalRow, public_delete_fresh, public_find_personal};
pub use revoked::{public_delete_over, public_revoke};
