//! Saying it.

use leptos::prelude::*;

use crate::credentials::password::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    crate::credentials::mail_link::policy::{Held, NotMe},
    crate::credentials::reset::store::public_send_reset,
    crate::http::request,
    crate::ui::flash::Flash,
};

/// Ends every sign-in of an account and closes it until a new password is set, for who holds a link from one of its notices.
#[server(prefix = "/fn", endpoint = "say_not_me")]
pub async fn say_not_me(
    /// What stands in the link. `NotFound` when it is unknown, used or past its end.
    token: Password,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let held = Held::<NotMe>::claim(&mut write, token.as_typed()).await?;
    let user = held.link().user_id.map_or(0, |user| user.0);
    let frozen = held.freeze(&mut write).await?;
    if let Some(account) = &frozen {
        public_send_reset(&mut write, &ctx.site, account).await?;
    }
    write.commit().await?;
    tracing::warn!(event = "account_frozen", person = user, "somebody said that something was not done by them");
    request::go_on(if frozen.is_some() { "/not-me" } else { "/not-me?ask=1" }, Flash::None)
}
