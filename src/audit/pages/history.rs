//! `/account/history`: what happened to one's own account.

use leptos::prelude::*;

use super::row::{self, Reader};
use crate::accounts::policy::Oneself;
use crate::audit::store::EventRow;
use crate::clock::Millis;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::page::{page, page_title};

/// Events on a page.
const MOST: i64 = 50;

struct Data {
    rows: Vec<EventRow>,
    /// Older ones begin before this event.
    older: Option<i64>,
    is_first: bool,
    now: Millis,
}

/// What was done with the account of whoever asks, by them and by others, the newest first.
#[component]
pub fn History() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let before = ctx.query("before").and_then(|before| before.parse().ok());
    let mut read = request::read().await?;
    let mut rows = Oneself::claim(&mut read).await?.list_own_events(before, MOST + 1).await?;
    let older = super::admin_audit::cut(&mut rows, MOST);
    Ok(Data { rows, older, is_first: before.is_none(), now: ctx.site.db.clock().now() })
}

fn show(Data { rows, older, is_first, now }: Data) -> AnyView {
    let list = if rows.is_empty() {
        view! { <p>"Nothing is written down yet."</p> }.into_any()
    } else {
        row::list(rows, Reader::Oneself, now)
    };
    let newest = (!is_first).then(|| view! { <a class="button" href="/account/history">"Newest"</a> });
    let older = older.map(|seq| view! { <a class="button" href=format!("/account/history?before={seq}")>"Older"</a> });
    view! {
        {page_title("What happened to your account")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account">"Your account"</a></p>
                <h1>"What happened to your account"</h1>
                <p class="lede">"Every sign-in, every try that failed, and every change, by you and by others. If you do not know one, \
                    "<a href="/account/sessions">"end that sign-in"</a>" and "<a href="/account#change-password">"change your password"</a>"."</p>
            </div></div>
            {list}
            <div class="buttons gap-above">{newest}{older}</div>
        </div>
    }
    .into_any()
}
