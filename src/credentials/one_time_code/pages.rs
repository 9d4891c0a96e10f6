//! `/login/code`, where a code is asked for, and `/login/code/enter`, where it is entered.

use leptos::prelude::*;

use super::api::{AskCode, EnterCode};
use super::store::{By, public_find_asked};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::local_path::LocalPath;
use crate::http::request;
use crate::ui::flash::Flash;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};

struct Data {
    has_mail: bool,
    has_text: bool,
    next: String,
}

/// The form that asks for a code; 404 where none are sent.
#[component]
pub fn AskForCode() -> impl IntoView {
    page(load(), ask)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let next = ctx.query("next").as_deref().and_then(LocalPath::parse).unwrap_or_else(LocalPath::root);
    if ctx.person().is_some() {
        request::redirect_page(next.as_str());
    }
    let (has_mail, has_text) = (ctx.site.offers_codes(By::Mail), ctx.site.offers_codes(By::Text));
    if !has_mail && !has_text {
        return Err(AppError::NotFound.into());
    }
    Ok(Data { has_mail, has_text, next: next.as_str().to_owned() })
}

fn ask(Data { has_mail, has_text, next }: Data) -> AnyView {
    let form = Form::to::<AskCode>();
    let lede = match (has_mail, has_text) {
        (true, true) => "We send six digits to your confirmed email address or telephone number.",
        (false, true) => "We send six digits to your confirmed telephone number.",
        _ => "We send six digits to your email address, once you have confirmed it.",
    };
    let button = |by: By, words: &'static str, class: &'static str| {
        view! { <button class=class name="by" value=by.key()>{words}</button> }
    };
    view! {
        {page_title("Sign in with a code")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/login">"Sign in"</a></p>
                <h1>"Sign in with a code"</h1>
                <p class="lede">{lede}</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("next", next)])}
                {form.input(Field { name: "email", label: "Email", kind: "email", autocomplete: "username", ..Field::default() })}
                <div class="buttons">
                    {has_mail.then(|| button(By::Mail, "Send it by mail", "button primary large"))}
                    {has_text.then(|| button(By::Text, "Send it as a text message", if has_mail { "button large" } else { "button primary large" }))}
                </div>
            </form>
            <p class="quiet-text gap-above">"This is the weakest way to sign in: whoever reads your mail or your telephone is in as well. A password with a code app, or a passkey, is better."</p>
        </div>
    }
    .into_any()
}

/// The form for the code, in the browser that asked for one; another is sent to ask.
#[component]
pub fn EnterTheCode() -> impl IntoView {
    page(load_entering(), |by: Option<By>| by.map_or_else(|| ().into_any(), enter))
}

async fn load_entering() -> Result<Option<By>, Failure> {
    let ctx = request::current()?;
    let asked = match ctx.asked_code() {
        Some(token) => public_find_asked(&mut request::read().await?, token).await?,
        None => None,
    };
    if asked.is_none() {
        if ctx.asked_code().is_some() {
            let words = "That code does not work any more. Ask for another.";
            ctx.say(|answer| answer.flash = Flash::said(words));
        }
        request::redirect_page("/login/code");
    }
    Ok(asked.map(|asked| asked.by()))
}

fn enter(by: By) -> AnyView {
    let form = Form::to::<EnterCode>();
    let lede = match by {
        By::Mail => {
            "If there is an account with that address, and it is confirmed, a mail with six digits is on its way."
        }
        By::Text => {
            "If there is an account with that address, and a confirmed number, a text message with six digits is on its way."
        }
    };
    view! {
        {page_title("Enter the code")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/login/code">"Sign in with a code"</a></p>
                <h1>"Enter the code"</h1>
                <p class="lede">{lede}</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[])}
                {form.code(Field { name: "code", label: "Code", hint: "It works for ten minutes, in this browser alone.", ..Field::default() })}
                <div class="buttons">
                    <button class="button primary large">"Sign in"</button>
                    <a class="button quiet large" href="/login/code">"Ask for another"</a>
                </div>
            </form>
        </div>
    }
    .into_any()
}
