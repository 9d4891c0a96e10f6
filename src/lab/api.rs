//! What a browser can ask for in the lab. Open to everybody, and bounded.

use leptos::prelude::*;

use super::model::Timed;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    super::{measuring, taking_back},
    crate::http::request,
    crate::network::Turn,
    crate::ui::flash::Flash,
};

/// Measures on this server what a check costs, of a session and of tokens; shows what was measured a moment ago where somebody
/// just did.
#[server(prefix = "/fn", endpoint = "measure_lab")]
pub async fn measure_lab() -> Result<(), AppError> {
    take_a_turn()?;
    let site = request::site()?;
    measuring::measure(&site).await?;
    request::go_on("/lab#measured", Flash::None)
}

/// Makes a spare session and spare tokens, takes them back, and asks until each is refused.
#[server(prefix = "/fn", endpoint = "time_lab")]
pub async fn time_lab() -> Result<Timed, AppError> {
    take_a_turn()?;
    let site = request::site()?;
    let timed = taking_back::time_all(&site).await?;
    let address = format!("/lab?timed={}#take-back", taking_back::sealed(&site, timed));
    request::go_on(&address, Flash::None)?;
    Ok(timed)
}

/// Each press costs some milliseconds of everybody's server.
#[cfg(feature = "ssr")]
fn take_a_turn() -> Result<(), AppError> {
    let ctx = request::current()?;
    match ctx.site.lab.turns.turn(ctx.caller.address, ctx.site.db.clock().now()) {
        Turn::Over => Err(AppError::TooMany { retry_after: 60 }),
        Turn::Free | Turn::Last => Ok(()),
    }
}
