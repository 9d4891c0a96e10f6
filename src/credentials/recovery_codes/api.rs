//! Making recovery codes.

use leptos::prelude::*;

use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    crate::accounts::policy::Oneself,
    crate::http::request,
    crate::notices::{self, Notice},
    crate::sessions::policy::RecentlyProven,
    crate::ui::flash::Flash,
};

/// Makes ten new codes in place of those there were. `Conflict` for somebody without a second step, who has nothing to recover.
#[server(prefix = "/fn", endpoint = "make_recovery_codes")]
pub async fn make_recovery_codes() -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    if !oneself.has_second_step().await? {
        let words = "Recovery codes stand in for a second step. Set one up first.";
        return Err(AppError::Conflict(words.to_owned()));
    }
    let user = oneself.inner().person().id;
    oneself.make_recovery_codes(&ctx.site.key).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::Added("a set of recovery codes")).await?;
    write.commit().await?;
    request::go_on("/account/security/recovery-codes", Flash::None)
}
