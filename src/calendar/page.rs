//! `/account/calendar`: the address of one's calendar.

use leptos::prelude::*;

use super::api::{MakeCalendar, RemoveCalendar};
use super::store::Feed;
use crate::accounts::policy::Oneself;
use crate::clock::Millis;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::{Form, ask_first};
use crate::ui::page::{page, page_title};
use crate::ui::when;

struct Data {
    feed: Option<Feed>,
    origin: String,
    now: Millis,
}

/// The address, with how to use it, for whoever is signed in.
#[component]
pub fn CalendarPage() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let feed = Oneself::claim(&mut request::read().await?).await?.find_feed(&ctx.site.key).await?;
    Ok(Data { feed, origin: ctx.site.config.public_url.origin.clone(), now: ctx.site.db.clock().now() })
}

fn show(Data { feed, origin, now }: Data) -> AnyView {
    let form = Form::to::<MakeCalendar>();
    let make = |words: &'static str, class: &'static str| {
        view! { <form method="post" action=form.action()>{form.hidden(&[])}<button class=class>{words}</button></form> }
    };
    let body = match feed {
        None => view! {
            <p>"Your calendar has no address yet. With one, the calendar on your telephone or computer shows these dates beside your own."</p>
            <div class="buttons">{make("Make an address", "button primary")}</div>
        }
        .into_any(),
        Some(feed) => {
            let read = feed.read_at.map_or_else(
                || view! { "No program has read it yet." }.into_any(),
                |at| view! { "A program last read it "{when::time(at, when::words(at, now), false)}"." }.into_any(),
            );
            let address = feed.token.map(|token| format!("{origin}/dates/{token}.ics"));
            let shown = match address {
                Some(address) => view! {
                    <div class="field">
                        <label for="address">"Its address"</label>
                        <p class="hint" id="address-hint">"In your calendar program, add a calendar “from the internet” or “by URL”, and paste this."</p>
                        <input class="input" id="address" type="text" readonly value=address aria-describedby="address-hint" />
                    </div>
                }
                .into_any(),
                None => view! { <div class="note warn"><p>"The address was made with another key of this site, and cannot be shown. It goes on working; make a new one to see it."</p></div> }.into_any(),
            };
            let sentence = "Programs that read the calendar find nothing any more.".to_owned();
            view! {
                <div class="fields">{shown}</div>
                <p class="quiet-text gap-above">"Made "{when::time(feed.made_at, when::words(feed.made_at, now), false)}". "{read}</p>
                <p class="gap-above">"Whoever has the address sees the dates of your courses, and nothing else of you. Has somebody seen it who should not? Give the calendar a new one."</p>
                <div class="buttons">
                    {make("Give it a new address", "button")}
                    {ask_first::<RemoveCalendar>(&[], "Remove the address", "", sentence, "Remove it".to_owned())}
                </div>
            }
            .into_any()
        }
    };
    view! {
        {page_title("Your calendar")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account">"Your account"</a></p>
                <h1>"Your calendar"</h1>
                <p class="lede">"When lessons open in your courses, until when a seat is kept for you, and, where you teach, when joining begins and ends."</p>
            </div></div>
            {body}
        </div>
    }
    .into_any()
}
