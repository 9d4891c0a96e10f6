//! `/device`: letting an app in that shows a code.

use axum::http::StatusCode;
use leptos::prelude::*;

use crate::accounts::policy::Oneself;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::caller::Person;
use crate::sessions::pages::rows::may;
use crate::tokens::api::{LetAppIn, TurnAppAway};
use crate::tokens::device::UserCode;
use crate::tokens::scope::Scopes;
use crate::tokens::store::{Typed, Waiting};
use crate::ui::form::button;
use crate::ui::page::{page, page_title};

enum Data {
    /// No code was typed yet.
    Ask,
    /// This one is none, or waits no more.
    Unknown(String),
    /// An app waits with it.
    Found(Box<Found>),
}

struct Found {
    typed: Typed,
    person: Person,
}

/// Asks for the code, then shows who wants to be let in and what for.
#[component]
pub fn Device() -> impl IntoView {
    page(load(), |data| match data {
        Data::Ask => ask(String::new(), false),
        Data::Unknown(typed) => ask(typed, true),
        Data::Found(it) => found(it.typed.code(), it.typed.waiting().clone(), &it.person),
    })
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let Some(typed) = ctx.query("user_code").filter(|typed| !typed.trim().is_empty()) else {
        Oneself::claim(&mut request::read().await?).await?;
        return Ok(Data::Ask);
    };
    let mut write = request::begin_write().await?;
    let mut oneself = Oneself::claim(&mut write).await?;
    let person = oneself.person().clone();
    let found = oneself.try_user_code(&ctx.site.key, &typed).await?;
    write.commit().await?;
    let Some(typed) = found else {
        request::set_status(StatusCode::NOT_FOUND);
        return Ok(Data::Unknown(typed.chars().take(20).collect()));
    };
    Ok(Data::Found(Box::new(Found { typed, person })))
}

fn ask(typed: String, is_unknown: bool) -> AnyView {
    let error = is_unknown.then(|| {
        view! {
            <p class="error" id="user_code-error"><span class="hidden">"Error: "</span>
                "No app waits with this code. It may have been typed wrong, or be older than ten minutes"</p>
        }
    });
    let class = if is_unknown { "field refused" } else { "field" };
    let described = if is_unknown { "user_code-hint user_code-error" } else { "user_code-hint" };
    view! {
        {page_title(if is_unknown { "Error: Let an app in" } else { "Let an app in" })}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account/sessions">"Where you are signed in"</a></p>
                <h1>"Let an app in"</h1>
                <p class="lede">"An app without a keyboard, or on a command line, shows you a code. Type it here to see what it wants."</p>
            </div></div>
            <form class="fields" method="get" action="/device">
                <div class=class>
                    <label for="user_code">"Code"</label>
                    <p class="hint" id="user_code-hint">"Eight letters, like WDJB-MJHT. Small letters and spaces are no matter."</p>
                    {error}
                    <input class="input code" id="user_code" name="user_code" type="text" value=typed autocomplete="off" autocapitalize="characters"
                        spellcheck="false" maxlength="20" aria-invalid=is_unknown.then_some("true") aria-describedby=described />
                </div>
                <div class="buttons"><button class="button primary">"Go on"</button></div>
            </form>
        </div>
    }
    .into_any()
}

fn found(code: &UserCode, waiting: Waiting, person: &Person) -> AnyView {
    let fields = [("user_code", code.to_string())];
    view! {
        {page_title("Let an app in")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/device">"Let an app in"</a></p>
                <h1>"Let "<bdi>{waiting.client.clone()}</bdi>" in?"</h1>
                <p class="lede">"Only if you started it yourself, just now, and it shows you the code "<strong>{code.to_string()}</strong>"."</p>
            </div></div>
            <div class="note warn"><p>"Did somebody send you this code or a link to here? Then it is their app that would act as you: turn it away."</p></div>
            <dl class="facts gap-above">
                <div><dt>"Calls itself"</dt><dd><bdi>{waiting.client.clone()}</bdi></dd></div>
                <div><dt>"Asks from"</dt><dd>{waiting.address}</dd><dd>{waiting.user_agent}</dd></div>
                <div><dt>"Acts as"</dt><dd><bdi>{person.name.clone()}</bdi></dd><dd>{person.email.clone()}</dd></div>
                {may(Scopes::stored(&waiting.scopes))}
                <div><dt>"Lasts"</dt><dd>"30 days at most"</dd><dd>"or until you end it under “Where you are signed in”"</dd></div>
            </dl>
            <div class="buttons gap-above">
                {button::<LetAppIn>(&fields, "button primary large", "Let it in", "")}
                {button::<TurnAppAway>(&fields, "button large", "Turn it away", "")}
            </div>
        </div>
    }
    .into_any()
}
