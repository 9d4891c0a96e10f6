//! Rendered Markdown in a page: the one place where HTML is taken as it is, and only as [`CleanHtml`].

use leptos::prelude::*;

use crate::lessons::markdown::CleanHtml;

/// A text for reading.
pub fn prose(html: CleanHtml) -> AnyView {
    let html = html.as_str().to_owned();
    view! { <div class="prose" dir="auto" inner_html=html></div> }.into_any()
}

/// The same in a place with a name, where an island puts another one; empty where there is none yet.
pub fn prose_at(id: &'static str, html: Option<CleanHtml>) -> AnyView {
    let html = html.map(|html| html.as_str().to_owned()).unwrap_or_default();
    view! { <div class="prose" id=id dir="auto" inner_html=html></div> }.into_any()
}
