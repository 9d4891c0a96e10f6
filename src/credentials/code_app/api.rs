//! Setting up a code app, and taking it away.

use leptos::prelude::*;

use crate::credentials::password::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    crate::accounts::policy::Oneself,
    crate::error::{Denied, FieldErrors},
    crate::http::request,
    crate::notices::{self, Notice},
    crate::sessions::policy::RecentlyProven,
    crate::sessions::store::{Renewed, Second},
    crate::ui::flash::Flash,
};

/// Where a new seed is shown.
pub const CODE_APP_PAGE: &str = "/account/security/code-app";

/// Makes a seed and leads to where it is shown.
#[server(prefix = "/fn", endpoint = "begin_code_app")]
pub async fn begin_code_app() -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    RecentlyProven::of(Oneself::claim(&mut write).await?)?.begin_code_app(&ctx.site.key).await?;
    write.commit().await?;
    request::go_on(CODE_APP_PAGE, Flash::None)
}

/// Takes the first code of a new app. From then on it is asked for at every sign-in.
#[server(prefix = "/fn", endpoint = "confirm_code_app")]
pub async fn confirm_code_app(
    /// Six digits, as the app shows them now: else refused at `code`. `NotFound` when no seed waits.
    code: Password,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    if code.is_empty() {
        return Err(FieldErrors::one("code", "Enter the code that the app shows").into());
    }
    oneself.confirm_code_app(&ctx.site.key, code.as_typed()).await?;
    oneself.make_recovery_codes(&ctx.site.key).await?;
    let user = oneself.inner().person().id;
    // The code has just been shown, besides what was before: this sign-in is worth both.
    oneself.inner().note_second_shown(Second::CodeApp).await?;
    let ended = oneself.inner().end_elsewhere(Renewed::Ways).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::Added("a code app")).await?;
    write.commit().await?;
    tracing::info!(event = "authn_factor_added", person = user.0, "a code app was set up");
    request::renew_session().await?;
    request::go_on(
        "/account/security/recovery-codes",
        Flash::said_and_ended("The code app is set up. It is asked for at every sign-in.", ended),
    )
}

/// Takes the app away. Refused with `Denied::NeedsSecondStep` for somebody whose role needs a second step and who has no other.
#[server(prefix = "/fn", endpoint = "remove_code_app")]
pub async fn remove_code_app() -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let (user, role) = (oneself.inner().person().id, oneself.inner().person().role);
    oneself.remove_code_app().await?;
    let ended = oneself.inner().end_elsewhere(Renewed::Ways).await?;
    let has_another = oneself.has_second_step().await?;
    if ctx.site.config.second_step.of(role) && !has_another {
        return Err(AppError::Forbidden(Denied::NeedsSecondStep));
    }
    notices::tell(&mut write, &ctx.site, user, Notice::Removed("a code app")).await?;
    write.commit().await?;
    tracing::info!(event = "authn_factor_removed", person = user.0, "a code app was removed");
    request::renew_session().await?;
    request::go_on(
        "/account/security",
        Flash::said_and_ended("The code app is removed. You can delete it from the telephone as well.", ended),
    )
}
