//! What a person's browser can ask for about accounts elsewhere. Going there and coming back are pages: see `pages.rs`.

use leptos::prelude::*;

use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    crate::accounts::policy::Oneself,
    crate::http::request,
    crate::notices::{self, Notice},
    crate::sessions::policy::RecentlyProven,
    crate::sessions::store::Renewed,
    crate::ui::flash::Flash,
};

/// Takes an account elsewhere away. Refused with `Denied::LastWay` when nothing else signs its person in.
#[server(prefix = "/fn", endpoint = "remove_provider")]
pub async fn remove_provider(
    /// One of the asker's own: else `NotFound`.
    account: i64,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let user = oneself.inner().person().id;
    let name = oneself.remove_provider_account(account).await?;
    oneself.keep_a_way_in().await?;
    let ended = oneself.inner().end_elsewhere(Renewed::Ways).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::Removed("an account elsewhere")).await?;
    write.commit().await?;
    tracing::info!(event = "authn_factor_removed", person = user.0, "an account elsewhere was removed");
    request::renew_session().await?;
    let label = ctx.site.provider(&name).map_or_else(|| name.clone(), |provider| provider.label.clone());
    let said = format!("Your {label} account signs you in no more.");
    request::go_on("/account/security", Flash::said_and_ended(said, ended))
}
