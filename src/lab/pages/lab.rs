//! `/lab`: a session and a token of the same person, side by side.

use std::sync::Arc;

use leptos::prelude::*;

use super::pair::Pair;
use super::{chooser, keeping, measured, pair, taking_back};
use crate::failure::Failure;
use crate::http::request;
use crate::lab::measuring::Measured;
use crate::lab::model::Timed;
use crate::lab::taking_back::unsealed;
use crate::ui::islands;
use crate::ui::page::{page, page_title};

struct Data {
    pair: Pair,
    measured: Option<Arc<Measured>>,
    timed: Option<Timed>,
    /// The answers to the chooser's questions, in their order; empty while not answered.
    chosen: [String; 3],
    is_asked: bool,
    start: AnyView,
    now: i64,
}

/// What a browser sends and the server keeps, both ways; what it costs here; how each is taken back; and which to choose. For everybody.
#[component]
pub fn Lab() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let pair = Pair::of(&ctx, &mut read).await?;
    let timed = ctx.query("timed").and_then(|text| unsealed(&ctx.site, &text));
    let chosen = ["who", "nodes", "revoke"].map(|key| ctx.query(key).unwrap_or_default());
    Ok(Data {
        pair,
        measured: ctx.site.lab.last(),
        timed,
        is_asked: ctx.query("asked").is_some() || chosen.iter().any(|answer| !answer.is_empty()),
        chosen,
        start: islands::start(&ctx),
        now: ctx.site.db.clock().now(),
    })
}

fn show(Data { pair, measured, timed, chosen, is_asked, start, now }: Data) -> AnyView {
    let lede = match pair.is_own() {
        true => {
            "You hold one of each right now. Everything on this page is yours, live, and made while the page was drawn."
        }
        false => "You are not signed in, so this pair was made for this page, belongs to nobody, and opens nothing.",
    };
    view! {
        {page_title("The lab")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Two ways to stay signed in"</h1>
                <p class="lede">{lede}</p>
            </div></div>
            {pair::show(pair, now)}
            {keeping::section()}
            {measured::section(measured, now)}
            {taking_back::section(timed, now)}
            {chooser::section(&chosen, is_asked)}
        </div>
        {start}
    }
    .into_any()
}
