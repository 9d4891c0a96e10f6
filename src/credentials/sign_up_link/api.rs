//! Opening an account that was begun.

use leptos::prelude::*;

use crate::credentials::password::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    crate::accounts::model::SiteRole,
    crate::credentials::guessing::Guess,
    crate::credentials::mail_link::policy::{Held, SignUp},
    crate::error::FieldErrors,
    crate::http::request,
    crate::metrics::{self, Outcome},
    crate::random,
    crate::sessions::store::How,
};

/// Makes the account and signs in with it.
#[server(prefix = "/fn", endpoint = "finish_sign_up")]
pub async fn finish_sign_up(
    /// What stands in the link. `NotFound` when it is unknown, used or past its end, or the address has an account by now.
    token: Password,
    /// The one that was chosen, from another browser than the one that began: else refused at `password`.
    password: Option<Password>,
) -> Result<(), AppError> {
    request::sessions_answer().await?;
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let held = Held::<SignUp>::claim(&mut read, token.as_typed()).await?;
    drop(read);
    let begun = held.begun()?;
    let is_same_browser = begun.visit_digest.is_some() && ctx.visit().map(random::digest) == begun.visit_digest;
    if !is_same_browser {
        let password = password.unwrap_or_default();
        if password.is_empty() {
            return Err(FieldErrors::one("password", "Enter the password you chose").into());
        }
        let turn = request::hashing_turn()?;
        let guess = Guess::at_password(&held.link().token_digest, ctx.caller.address, false);
        guess.take(None).await?;
        if !turn.compare(password, Some(begun.password_hash.clone())).await?.is_right {
            let wrong = FieldErrors::one("password", "This is not the password that was chosen for this account");
            return Err(guess.was_wrong(wrong.into(), None).await.into());
        }
    }
    let mut write = request::begin_write().await?;
    request::end_current(&mut write).await?;
    let lasts = request::lasts(SiteRole::Student)?;
    let next = request::next_or(Some(begun.next), "/");
    let begins = held.make_account(&mut write).await?.sign_in(How::SignUp, lasts, &next).await?;
    write.commit().await?;
    metrics::signing_in(How::SignUp, Outcome::Success);
    tracing::info!(event = "user_created", "somebody signed up");
    request::arrive(begins, lasts, &next, "Your account is ready").await
}
