//! Where a browser goes on after a form, and on its way to sign in or to prove something.

use super::{Ctx, current};
use crate::error::AppError;
use crate::http::local_path::{LocalPath, query_value};
use crate::ui::flash::Flash;

/// After a form is done: the browser goes to `address`, which says what happened.
pub fn go_on(address: &str, flash: Flash) -> Result<(), AppError> {
    current()?.say(|answer| {
        answer.go_to = Some(address.to_owned());
        answer.flash = flash;
    });
    Ok(())
}

/// After a form was only looked at: the browser comes back to it, with all that was typed.
pub fn show_again() -> Result<(), AppError> {
    current()?.say(|answer| answer.shows_again = true);
    Ok(())
}

/// After a form is done: the browser goes back to the page the form was on.
pub fn go_back(flash: Flash) -> Result<(), AppError> {
    current()?.say(|answer| answer.flash = flash);
    Ok(())
}

/// The address a form was asked to go on to, when it is one of ours.
pub fn next_or(next: Option<String>, default: &str) -> String {
    next.as_deref().and_then(LocalPath::parse).map_or_else(|| default.to_owned(), |path| path.as_str().to_owned())
}

/// Where to sign in, and come back to `address` from.
pub fn sign_in_address(address: &str, ended: bool) -> String {
    // Whoever was signing in does not come back to the middle of it.
    if address.starts_with("/login") {
        return "/login".to_owned();
    }
    format!("/login?next={}{}", query_value(address), if ended { "&ended=1" } else { "" })
}

/// Where to prove again who one is, and come back to `address` from; `which` is the form that is sent then.
pub fn prove_address(address: &str, which: Option<&str>) -> String {
    let which = which.map(|which| format!("&send={which}")).unwrap_or_default();
    format!("/prove?next={}{which}", query_value(address))
}

/// Where somebody whose role needs a second step goes, to show it or to set one up, before they can go on to `address`.
pub fn second_step_address(ctx: &Ctx, address: &str) -> String {
    match ctx.person() {
        Some(person) if person.has_second() => prove_address(address, None),
        _ => "/account/security?needed=1".to_owned(),
    }
}
