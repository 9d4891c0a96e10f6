//! What a browser can ask for about its sign-ins.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::id::SignInId;

#[cfg(feature = "ssr")]
use {
    super::{
        model::DeviceName,
        policy::{Departing, RecentlyProven},
        store::{Found, public_find_caller, public_note_seen},
    },
    crate::accounts::policy::Oneself,
    crate::db::Connection,
    crate::http::{kept_forms, request},
    crate::random,
    crate::ui::flash::Flash,
};

/// Ends the sign-in that asks.
#[server(prefix = "/fn", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    Departing::claim(&mut write)?.sign_out().await?;
    write.commit().await?;
    request::end_session().await?;
    request::forget()?;
    tracing::info!(event = "session_end", "somebody signed out");
    request::go_on("/", Flash::said("You are signed out here."))
}

/// Ends one of one's own sign-ins.
#[server(prefix = "/fn", endpoint = "end_sign_in")]
pub async fn end_sign_in(
    /// Of the asker's own. Somebody else's, or one that was ended already, is `NotFound`.
    sign_in: SignInId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let ended = RecentlyProven::of(Oneself::claim(&mut write).await?)?.end_sign_in(sign_in).await?;
    let ended = ended.ok_or(AppError::NotFound)?;
    write.commit().await?;
    request::go_on("/account/sessions", Flash::said(format!("{} is signed out.", ended.called())))
}

/// Ends all of one's own sign-ins but the one that asks.
#[server(prefix = "/fn", endpoint = "end_other_sign_ins")]
pub async fn end_other_sign_ins() -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let ended = RecentlyProven::of(Oneself::claim(&mut write).await?)?.end_other_sign_ins().await?;
    write.commit().await?;
    let said = match ended {
        0 => "You were signed in nowhere else.".to_owned(),
        1 => "1 sign-in ended. You stay signed in here.".to_owned(),
        many => format!("{many} sign-ins ended. You stay signed in here."),
    };
    request::go_on("/account/sessions", Flash::said(said))
}

/// Ends all of one's own sign-ins, the one that asks as well.
#[server(prefix = "/fn", endpoint = "end_all_sign_ins")]
pub async fn end_all_sign_ins() -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let ended = RecentlyProven::of(Oneself::claim(&mut write).await?)?.end_all_sign_ins().await?;
    write.commit().await?;
    request::end_session().await?;
    request::forget()?;
    tracing::info!(event = "session_end", ended, "somebody signed out everywhere");
    request::go_on("/", Flash::said("You are signed out everywhere."))
}

/// Gives one of one's own sign-ins a name.
#[server(prefix = "/fn", endpoint = "name_sign_in")]
pub async fn name_sign_in(
    /// Of the asker's own. Somebody else's, or one that has ended, is `NotFound`.
    sign_in: SignInId,
    /// One line of at most 60 characters; nothing takes the name away. Refused at `device_name`.
    device_name: Option<String>,
) -> Result<(), AppError> {
    let name = DeviceName::parse(&device_name.unwrap_or_default())?;
    let mut write = request::begin_write().await?;
    Oneself::claim(&mut write).await?.name_sign_in(sign_in, name.as_ref()).await?;
    write.commit().await?;
    let said = name.map_or_else(
        || "The device is called by its browser again.".to_owned(),
        |name| format!("The device is called {} now.", name.as_str()),
    );
    request::go_on("/account/sessions", Flash::said(said))
}

/// How long a sign-in still lasts, in seconds, rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Unless it is used before.
    pub idle: u32,
    /// Whatever happens.
    pub absolute: u32,
}

/// How long the sign-in that asks still lasts. Asking does not count as use (see `http::caller`): a page that lies open asks.
#[server(prefix = "/fn", endpoint = "sign_in_ends")]
pub async fn sign_in_ends() -> Result<Left, AppError> {
    let ctx = request::current()?;
    let person = ctx.person().ok_or(AppError::SignInRequired)?;
    Ok(Left::of(person, ctx.site.db.clock().now()))
}

/// Counts as a click: the sign-in that asks lasts as long from now as it may without one.
#[server(prefix = "/fn", endpoint = "stay_signed_in")]
pub async fn stay_signed_in() -> Result<Left, AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let person = Oneself::claim(&mut write).await?.person().clone();
    let idle = ctx.site.config.idle(person.role, person.is_remembered);
    public_note_seen(&mut write, &person, idle).await?;
    let now = write.now();
    let found = public_find_caller(&mut write, person.sign_in).await?;
    write.commit().await?;
    match found {
        Some(Found::Live(person)) => Ok(Left::of(&person, now)),
        Some(Found::Ended(_)) | None => Err(AppError::SignInRequired),
    }
}

/// Throws away a form that waits for its sender in this browser.
#[server(prefix = "/fn", endpoint = "forget_waiting")]
pub async fn forget_waiting(
    /// The digest of its token, as `/resend` has it. `NotFound` when none waits under it in this browser.
    which: String,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    Oneself::claim(&mut request::read().await?).await?;
    let token = ctx.waiting().into_iter().find(|token| random::digest(token) == which).ok_or(AppError::NotFound)?;
    kept_forms::take_unsent(&ctx.site, &token).await?;
    ctx.waits_no_more(&token);
    request::go_on(&request::next_or(next, "/"), Flash::said("It is not sent."))
}
