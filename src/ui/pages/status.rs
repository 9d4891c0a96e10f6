//! `/status`: whether the server can do its work, in words.

use leptos::prelude::*;

use crate::accounts::store::public_is_empty;
use crate::http::request;
use crate::ui::page::{page, page_title};
use crate::ui::when;

/// Tells everybody that the server and its database answer, when, and in which version; else a refusal says why not.
#[component]
pub fn Status() -> impl IntoView {
    page(
        async {
            let site = request::site()?;
            public_is_empty(&mut request::read().await?).await?;
            Ok(site.db.clock().now())
        },
        |now| {
            view! {
                {page_title("Status")}
                <div class="page wrap">
                    <div class="head"><div>
                        <h1>"Everything works"</h1>
                        <p class="lede">"The server answers, and so does its database."</p>
                    </div></div>
                    <dl class="facts">
                        <div><dt>"Checked"</dt><dd>{when::time(now, when::clock_time(now), true)}</dd></div>
                        <div><dt>"Version"</dt><dd>{env!("CARGO_PKG_VERSION")}</dd></div>
                    </dl>
                </div>
            }
            .into_any()
        },
    )
}
