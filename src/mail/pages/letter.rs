//! `/admin/outbox/{id}`: what a letter says, for an admin who hands its link over.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::accounts::policy::Admin;
use crate::clock::Millis;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::mail::letter::Part;
use crate::mail::store::Opened;
use crate::sessions::policy::RecentlyProven;
use crate::ui::page::{page, page_title};
use crate::ui::when;

/// A letter's words and link, for an admin who has proven lately who they are. That it was opened is written down.
#[component]
pub fn LetterPage() -> impl IntoView {
    let id = use_params_map().get_untracked().get("id").and_then(|id| id.parse::<i64>().ok());
    page(load(id), show)
}

async fn load(id: Option<i64>) -> Result<(Opened, Millis), Failure> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut admin = RecentlyProven::of(Admin::claim(&mut write).await?)?;
    let opened = admin.open_letter(id.ok_or(AppError::NotFound)?, &ctx.site.key).await?;
    write.commit().await?;
    Ok((opened, ctx.site.db.clock().now()))
}

fn show((Opened { row, parts }, now): (Opened, Millis)) -> AnyView {
    let parts: Vec<AnyView> = match parts {
        None => vec![view! { <p>"It was sealed with another key, and nobody can read it."</p> }.into_any()],
        Some(parts) => parts.into_iter().map(part).collect(),
    };
    view! {
        {page_title(row.what())}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/admin/outbox">"Mail"</a></p>
                <h1>{row.what()}</h1>
                <p class="lede">"Whoever has this link can do what it says. Make sure who they are before you hand it over. \
                    It is written down that you opened it. A click on the link marks all of it, to be copied."</p>
            </div></div>
            <dl class="facts">
                <div><dt>"To"</dt><dd><bdi>{row.address.clone()}</bdi></dd></div>
                <div><dt>"Written"</dt><dd>{when::time(row.created_at, when::words(row.created_at, now), false)}</dd></div>
                <div><dt>"Its link works until"</dt><dd>{when::time(row.expires_at, when::words(row.expires_at, now), false)}</dd></div>
            </dl>
            <div class="letter gap-above">{parts}</div>
        </div>
    }
    .into_any()
}

fn part(part: Part) -> AnyView {
    match part {
        Part::Words(words) => view! { <p dir="auto">{words}</p> }.into_any(),
        // Text, not a link: it is for somebody else to open.
        Part::Link { words, address } => {
            view! { <p>{words}":"<br /><code class="address">{address}</code></p> }.into_any()
        }
        Part::Code(code) => view! { <p><code>{code}</code></p> }.into_any(),
    }
}
