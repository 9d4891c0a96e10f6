//! `/account/tokens/new`: a new token, shown once.

use leptos::prelude::*;

use crate::accounts::policy::Oneself;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::policy::RecentlyProven;
use crate::ui::page::{page, page_title};

/// The token that was just made, for the browser that made it; afterwards, that it was shown.
#[component]
pub fn FreshToken() -> impl IntoView {
    page(load(), |found| {
        match found {
        Found::Fresh(name, token) => show(name, token),
        Found::Gone => framed(
            "It was shown once, when it was made. We keep nothing that could be shown again.",
            view! { <p><a href="/account/tokens">"Your tokens"</a></p> }.into_any(),
        ),
        Found::NotLookedAt => framed(
            "It is shown once. Look at it when nobody else sees your screen.",
            view! { <div class="buttons"><a class="button primary large" href="/account/tokens/new">"Show it"</a></div> }.into_any(),
        ),
    }
    })
}

enum Found {
    /// Its name, and the token.
    Fresh(String, String),
    Gone,
    /// Another site had the browser ask, or it asks ahead: nobody may be looking, so it stays.
    NotLookedAt,
}

async fn load() -> Result<Found, Failure> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    if !request::is_looked_at()? {
        return Ok(Found::NotLookedAt);
    }
    let token = oneself.take_fresh_token(&ctx.site.key).await?;
    write.commit().await?;
    Ok(token.map_or(Found::Gone, |(name, token)| Found::Fresh(name, token)))
}

fn show(name: String, token: String) -> AnyView {
    let rest = view! {
        <h2><bdi>{name}</bdi></h2>
        <div class="note warn"><p>"It is shown now and not again. Leave this page when you have it."</p></div>
        <pre class="code gap-above" tabindex="0" role="region" aria-label="Your token"><code class="token">{token}</code></pre>
        <div class="buttons gap-above"><a class="button primary large" href="/account/tokens">"I have it"</a></div>
    };
    framed("Copy it to where your program reads it. Whoever has it can do what you ticked, as you.", rest.into_any())
}

fn framed(lede: &'static str, rest: AnyView) -> AnyView {
    view! {
        {page_title("Your new token")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account/tokens">"Your tokens"</a></p>
                <h1>"Your new token"</h1>
                <p class="lede">{lede}</p>
            </div></div>
            {rest}
        </div>
    }
    .into_any()
}
