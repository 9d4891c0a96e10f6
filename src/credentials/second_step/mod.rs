//! The second step of signing in: who has proven one thing is asked for another, where the account has one.
//!
//! *Half way*: a row and a cookie of one browser, for ten minutes and five tries; no session. `Arriving::sign_in` makes it by
//! itself when an account has a second step that was not shown, so that no way in passes by. A wrong code counts against the
//! account and the place as a wrong password does, in counts of its own.

#[cfg(feature = "ssr")]
use crate::{error::FieldErrors, field};

pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
pub mod showing;
/// Why somebody's second step is reset: one line of 10 to 300 characters. Refused at `reason`.
#[cfg(feature = "ssr")]
pub fn reason(raw: &str) -> Result<String, FieldErrors> {
    let reason = field::line("reason", "Reason", raw, 300)?;
    if reason.chars().count() < 10 {
        return Err(FieldErrors::one("reason", "Say in a few words how you made sure who they are"));
    }
    Ok(reason)
}

#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
