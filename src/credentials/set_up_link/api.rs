//! Using a set-up link.

use leptos::prelude::*;

use crate::credentials::password::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    super::policy::LinkHolder,
    crate::accounts::model::{Email, PersonName, SiteRole},
    crate::credentials::password::rules,
    crate::error::FieldErrors,
    crate::http::request,
    crate::metrics::{self, Outcome},
    crate::sessions::store::How,
};

/// Makes the first admin's account and signs in with it.
#[server(prefix = "/fn", endpoint = "make_first_admin")]
pub async fn make_first_admin(
    /// What stands in the link. `NotFound` when it is unknown, used or past its end, or when there is an admin already.
    token: Password,
    /// Refused at `email` when an account has it already.
    email: String,
    /// One line of at most 100 characters, not empty.
    name: String,
    /// At least 15 characters and at most 1,024 bytes, and not among the first that are tried.
    password: Password,
) -> Result<(), AppError> {
    LinkHolder::claim(&mut request::read().await?, token.as_typed()).await?;
    let mut wrong = FieldErrors::default();
    let email = wrong.keep(Email::parse(&email));
    let name = wrong.keep(PersonName::parse(&name));
    let own = [name.as_ref().map_or("", PersonName::as_str), email.as_ref().map_or("", Email::as_typed)];
    wrong.keep(rules::check_new(request::site()?.breached.as_ref(), "password", &password, &own).await);
    let (Some(email), Some(name), true) = (email, name, wrong.is_empty()) else { return Err(wrong.into()) };

    request::sessions_answer().await?;
    let hash = request::hashing_turn()?.hash(password).await?;
    let mut write = request::begin_write().await?;
    request::end_current(&mut write).await?;
    let holder = LinkHolder::claim(&mut write, token.as_typed()).await?;
    let lasts = request::lasts(SiteRole::Admin)?;
    let arriving = holder.make_first_admin(&email, &name, hash).await?;
    let begins = arriving.sign_in(How::SetUpLink, lasts, "/").await?;
    write.commit().await?;
    metrics::signing_in(How::SetUpLink, Outcome::Success);
    tracing::info!(event = "user_created", "the first admin was made");
    request::arrive(begins, lasts, "/", "You are the admin of this site").await
}

/// Sets the first password of an account that was made for somebody, and signs in with it.
#[server(prefix = "/fn", endpoint = "set_first_password")]
pub async fn set_first_password(
    /// What stands in the link, which says whose account it is. `NotFound` when it is unknown, used or past its end.
    token: Password,
    /// At least 15 characters and at most 1,024 bytes, and not among the first that are tried.
    password: Password,
) -> Result<(), AppError> {
    let mut read = request::read().await?;
    let link = LinkHolder::claim(&mut read, token.as_typed()).await?.link().clone();
    drop(read);
    let own = [link.name.as_deref().unwrap_or(""), link.email.as_deref().unwrap_or("")];
    rules::check_new(request::site()?.breached.as_ref(), "password", &password, &own).await?;

    request::sessions_answer().await?;
    let hash = request::hashing_turn()?.hash(password).await?;
    let mut write = request::begin_write().await?;
    request::end_current(&mut write).await?;
    let holder = LinkHolder::claim(&mut write, token.as_typed()).await?;
    let role = holder.link().role.unwrap_or(SiteRole::Student);
    let lasts = request::lasts(role)?;
    let site = request::site()?;
    let begins = holder.set_password(&site, hash).await?.sign_in(How::SetUpLink, lasts, "/").await?;
    write.commit().await?;
    metrics::signing_in(How::SetUpLink, Outcome::Success);
    request::arrive(begins, lasts, "/", "Your password is set").await
}
