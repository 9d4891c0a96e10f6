//! Asking for a link, and using it.

use leptos::prelude::*;

use crate::credentials::password::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    super::store::public_find_for_reset,
    crate::accounts::model::Email,
    crate::credentials::guessing::{Few, Guess, public_take_one},
    crate::credentials::mail_link::policy::{Held, Reset},
    crate::credentials::password::rules,
    crate::failure::Failure,
    crate::http::request,
    crate::http::steady::steadily,
    crate::network::place_of,
    crate::notices::{self, Notice},
    crate::sessions::store::public_is_known_place,
    crate::ui::flash::Flash,
};

/// Sends a link to set a new password, where there is an account. The answer is the same where there is none.
#[server(prefix = "/fn", endpoint = "ask_reset")]
pub async fn ask_reset(
    /// Of the account. `TooMany` when one place asks too often.
    email: String,
) -> Result<(), AppError> {
    let email = Email::parse(&email)?;
    steadily(write_reset(&email)).await?;
    request::go_on("/forgot?sent=1", Flash::None)
}

#[cfg(feature = "ssr")]
async fn write_reset(email: &Email) -> Result<(), Failure> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    public_take_one(&mut write, Few::LettersForPlace, &place_of(ctx.caller.address)).await?;
    let found = public_find_for_reset(&mut write, email).await?;
    // Asked of every address alike. Who asks again and again gets one letter and the same answer.
    let is_first = match public_take_one(&mut write, Few::LettersForAddress, &format!("reset {}", email.key())).await {
        Ok(()) => true,
        Err(Failure::Refused(_)) => false,
        Err(broken) => return Err(broken),
    };
    if let Some(found) = found.filter(|_| is_first) {
        super::store::public_send_reset(&mut write, &ctx.site, &found).await?;
    }
    write.commit().await
}

/// Sets a new password with a link, and ends every sign-in of the account.
#[server(prefix = "/fn", endpoint = "reset_password")]
pub async fn reset_password(
    /// What stands in the link, which says whose account it is. `NotFound` when it is unknown, used or past its end.
    token: Password,
    /// At least 15 characters and at most 1,024 bytes, and not among the first that are tried.
    new_password: Password,
) -> Result<(), AppError> {
    let mut read = request::read().await?;
    let held = Held::<Reset>::claim(&mut read, token.as_typed()).await?;
    drop(read);
    let (name, email) = (held.link().name.clone().unwrap_or_default(), held.link().account.clone().unwrap_or_default());
    let ctx = request::current()?;
    rules::check_new(ctx.site.breached.as_ref(), "new_password", &new_password, &[&name, &email]).await?;
    let hash = request::hashing_turn()?.hash(new_password).await?;
    let mut write = request::begin_write().await?;
    let (user, was_closed) = held.reset_password(&mut write, hash, ctx.site.config.second_step).await?;
    // Who had to wait for wrong passwords has just shown more than one.
    let is_known = public_is_known_place(&mut write, user, ctx.caller.address).await?;
    Guess::at_password(Email::parse(&email)?.key(), ctx.caller.address, is_known).was_right(&mut write).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::PasswordSet).await?;
    write.commit().await?;
    tracing::info!(event = "authn_password_change", "a password was set with a link from a mail");
    let said = if was_closed {
        "Your new password is set. Sign in with it, and look through “How you sign in” for what is not yours."
    } else {
        "Your new password is set. Sign in with it."
    };
    request::go_on("/login", Flash::said(said))
}
