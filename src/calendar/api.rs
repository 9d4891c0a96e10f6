//! Making and removing the address of one's calendar.

use leptos::prelude::*;

use crate::error::AppError;

#[cfg(feature = "ssr")]
use {crate::accounts::policy::Oneself, crate::http::request, crate::ui::flash::Flash};

/// Gives the asker's calendar an address; one that it had opens nothing any more.
#[server(prefix = "/fn", endpoint = "make_calendar")]
pub async fn make_calendar() -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let had_one = Oneself::claim(&mut write).await?.make_feed(&request::site()?.key).await?;
    write.commit().await?;
    let said = if had_one {
        "Your calendar has a new address. The one before opens nothing any more."
    } else {
        "Your calendar has an address."
    };
    request::go_on("/account/calendar", Flash::said(said))
}

/// Takes the address of the asker's calendar away. Fine when there is none.
#[server(prefix = "/fn", endpoint = "remove_calendar")]
pub async fn remove_calendar() -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    Oneself::claim(&mut write).await?.remove_feed().await?;
    write.commit().await?;
    request::go_on("/account/calendar", Flash::said("Your calendar has no address any more."))
}
