//! Rendered Markdown in a page: the one place where HTML is taken as it is, and only as [`CleanHtml`].

use leptos::prelude::*;

use crate::lessons::markdown::CleanHtml;

/// A text for reading.
pub fn prose(html: CleanHtml) -> AnyView {
    as_it_is(None, html.as_str().to_owned())
}

/// The same in a place with a name, where an island puts another one; empty where there is none yet.
pub fn prose_at(id: &'static str, html: Option<CleanHtml>) -> AnyView {
    as_it_is(Some(id), html.map(|html| html.as_str().to_owned()).unwrap_or_default())
}

fn as_it_is(id: Option<&'static str>, html: String) -> AnyView {
    view! { <div class="prose" id=id dir="auto" inner_html=html></div> }.into_any()
}
