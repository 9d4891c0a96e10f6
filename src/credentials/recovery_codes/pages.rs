//! `/account/security/recovery-codes`: new codes, shown once.

use leptos::prelude::*;

use super::api::MakeRecoveryCodes;
use crate::accounts::policy::Oneself;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::policy::RecentlyProven;
use crate::ui::form::button;
use crate::ui::page::{page, page_title};

/// The codes that were just made, for the browser that made them; afterwards, that they were shown.
#[component]
pub fn RecoveryCodes() -> impl IntoView {
    page(load(), |found| match found {
        Found::Fresh(codes) => show(codes),
        Found::Gone => gone(),
        Found::NotLookedAt => waiting(),
    })
}

enum Found {
    Fresh(Vec<String>),
    Gone,
    /// Another site had the browser ask, or it asks ahead: nobody may be looking, so they stay.
    NotLookedAt,
}

async fn load() -> Result<Found, Failure> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    if !request::is_looked_at()? {
        return Ok(Found::NotLookedAt);
    }
    let codes = oneself.take_fresh_codes(&ctx.site.key).await?;
    write.commit().await?;
    Ok(codes.map_or(Found::Gone, Found::Fresh))
}

fn show(codes: Vec<String>) -> AnyView {
    let codes: Vec<AnyView> = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }.into_any()).collect();
    let lede = "Keep them where you find them without your telephone: print this page, or copy them into a password manager. \
        Each works once, in place of a code of the app or a passkey.";
    let rest = view! {
        <div class="note warn"><p>"They are shown now and not again. Leave this page when you have them."</p></div>
        <ol class="codes gap-above" role="list">{codes}</ol>
        <div class="buttons gap-above"><a class="button primary large" href="/account/security">"I have them"</a></div>
    };
    framed(lede, rest.into_any())
}

fn waiting() -> AnyView {
    let rest = view! { <div class="buttons"><a class="button primary large" href="/account/security/recovery-codes">"Show them"</a></div> };
    framed("They are shown once. Look at them when nobody else sees your screen.", rest.into_any())
}

fn gone() -> AnyView {
    let rest = view! {
        <p>"If you do not have them, make new ones. The old ones stop working."</p>
        <div class="buttons">{button::<MakeRecoveryCodes>(&[], "button", "Make new codes", "")}<a href="/account/security">"Back"</a></div>
    };
    framed("They were shown once, when they were made. We keep nothing that could be shown again.", rest.into_any())
}

fn framed(lede: &'static str, rest: AnyView) -> AnyView {
    view! {
        {page_title("Your recovery codes")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account/security">"How you sign in"</a></p>
                <h1>"Your recovery codes"</h1>
                <p class="lede">{lede}</p>
            </div></div>
            {rest}
        </div>
    }
    .into_any()
}
