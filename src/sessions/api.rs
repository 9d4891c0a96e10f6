//! What a browser can ask for about its sign-ins.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::SignInId;

#[cfg(feature = "ssr")]
use {
    super::{device::Device, policy::Departing},
    crate::accounts::policy::Oneself,
    crate::http::request,
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
    let ended = Oneself::claim(&mut write).await?.end_sign_in(sign_in).await?;
    let user_agent = ended.ok_or(AppError::NotFound)?;
    write.commit().await?;
    request::go_on("/account/sessions", Flash::said(format!("{} is signed out.", Device::of(&user_agent).words)))
}

/// Ends all of one's own sign-ins but the one that asks.
#[server(prefix = "/fn", endpoint = "end_other_sign_ins")]
pub async fn end_other_sign_ins() -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let ended = Oneself::claim(&mut write).await?.end_other_sign_ins().await?;
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
    let ended = Oneself::claim(&mut write).await?.end_all_sign_ins().await?;
    write.commit().await?;
    request::end_session().await?;
    request::forget()?;
    tracing::info!(event = "session_end", ended, "somebody signed out everywhere");
    request::go_on("/", Flash::said("You are signed out everywhere."))
}
