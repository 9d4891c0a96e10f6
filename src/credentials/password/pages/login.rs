//! `/login`.

use leptos::prelude::*;

use super::{Toward, toward};
use crate::accounts::model::SiteRole;
use crate::credentials::one_time_code::store::By;
use crate::credentials::passkey::pages as passkey;
use crate::credentials::password::api::SignIn;
use crate::credentials::provider::pages as provider;
use crate::error::wait_in_words;
use crate::failure::Failure;
use crate::http::kept_forms::UNSENT_PAGE;
use crate::http::local_path::{LocalPath, query_value};
use crate::http::request;
use crate::ui::form::{Field, Form};
use crate::ui::islands;
use crate::ui::page::{page, page_title};

struct Data {
    form: Form,
    next: Option<LocalPath>,
    toward: Option<Toward>,
    joining: bool,
    ended: bool,
    /// What the box that keeps a sign-in says; none where nobody may.
    remember: Option<String>,
    /// Codes to sign in are sent, one way or another.
    has_codes: bool,
    /// The site's address allows passkeys.
    has_passkeys: bool,
    /// Name and label of each provider.
    providers: Vec<(String, String)>,
    start: AnyView,
}

/// The form to sign in, for visitors. Who is signed in already is sent on to `?next=`, or home.
#[component]
pub fn Login() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let next = ctx.query("next").as_deref().and_then(LocalPath::parse);
    if ctx.person().is_some() {
        // Whoever is signed in already has what this page gives.
        request::redirect_page(next.as_ref().map_or("/", LocalPath::as_str));
    }
    let lasts = request::lasts_remembered(SiteRole::Student)?;
    let remember = lasts.is_remembered.then(|| {
        let idle = wait_in_words(u32::try_from(lasts.idle / 1_000).unwrap_or(u32::MAX));
        let absolute = wait_in_words(u32::try_from(lasts.absolute / 1_000).unwrap_or(u32::MAX));
        format!("For students, on a device that only they use: {idle} without a click, {absolute} at most.")
    });
    Ok(Data {
        providers: ctx.site.provider_labels(),
        has_passkeys: ctx.site.passkeys.is_some(),
        start: if ctx.site.passkeys.is_some() { islands::start(&ctx) } else { ().into_any() },
        has_codes: ctx.site.offers_codes(By::Mail) || ctx.site.offers_codes(By::Text),
        remember,
        form: Form::to::<SignIn>(),
        toward: toward(next.as_ref()).await?,
        next,
        ended: ctx.query("ended").is_some(),
        joining: ctx.query("joining").is_some(),
    })
}

fn show(
    Data { form, next, toward, joining, ended, remember, has_codes, has_passkeys, providers, start }: Data,
) -> AnyView {
    let next = next.map(|next| next.as_str().to_owned()).unwrap_or_default();
    let sign_up = match next.as_str() {
        "" => "/signup".to_owned(),
        next => format!("/signup?next={}{}", query_value(next), if joining { "&joining=1" } else { "" }),
    };
    let words = match (ended, next == UNSENT_PAGE) {
        (true, true) => "Your sign-in here has ended. Sign in and we send what you wrote.",
        (true, false) => "Your sign-in here has ended. Sign in again to go on.",
        (false, _) => "Sign in, and we show you what you wrote, ready to be sent.",
    };
    let note = (ended || next == UNSENT_PAGE).then(|| {
        view! { <div class="note info"><p>{words}</p></div> }
    });
    let other_ways = (has_codes || has_passkeys || !providers.is_empty()).then(|| {
        let address = match next.as_str() {
            "" => "/login/code".to_owned(),
            next => format!("/login/code?next={}", query_value(next)),
        };
        view! {
            <section aria-labelledby="another-way">
                <h2 id="another-way">"Or another way"</h2>
                <div class="stack">
                    {provider::sign_in_links(&providers, &next)}
                    {has_passkeys.then(|| passkey::sign_in(&next))}
                    {has_codes.then(|| view! { <a class="button" href=address>"Send me a code"</a> })}
                </div>
            </section>
        }
    });
    let remember = remember.map(|hint| form.checkbox("remember", "Stay signed in on this device", hint, false));
    view! {
        {page_title("Sign in")}
        <div class="page wrap">
            <div class="head"><div><h1>"Sign in"</h1></div></div>
            {toward.map(|toward| toward.into_view(joining.then_some("Sign in and we finish joining you.")))}
            {note}
            <div class="ways">
                <form class="fields" method="post" action=form.action() novalidate>
                    {form.summary()}
                    {form.hidden(&[("next", next)])}
                    {form.input(Field { name: "email", label: "Email", kind: "email", autocomplete: "username webauthn", ..Field::default() })}
                    {form.password(Field { name: "password", label: "Password", autocomplete: "current-password", ..Field::default() })}
                    {remember}
                    <div class="buttons"><button class="button primary large">"Sign in"</button></div>
                </form>
                <div class="other-ways">
                    {other_ways}
                    <section aria-labelledby="new-here">
                        <h2 id="new-here">"New here?"</h2>
                        <p class="quiet-text"><a href=sign_up>"Create an account"</a>". It takes a name, an email address and a password."</p>
                        <p class="quiet-text"><a href="/forgot">"I forgot my password"</a></p>
                    </section>
                </div>
            </div>
        </div>
        {start}
    }
    .into_any()
}
