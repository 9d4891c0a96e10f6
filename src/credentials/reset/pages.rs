//! `/forgot`, where a link is asked for, and `/reset/{token}`, where it leads.

use leptos::prelude::*;

use super::api::{AskReset, ResetPassword};
use crate::credentials::mail_link::policy::{Held, Reset};
use crate::credentials::mail_link::store::MailLink;
use crate::credentials::password::pages::signup::PASSWORD_HINT;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::{Field, Form};
use crate::ui::islands;
use crate::ui::page::{page, page_title};

/// The form that asks for a link; and, sent, what happens now.
#[component]
pub fn Forgot() -> impl IntoView {
    page(load_forgot(), |(is_sent, has_mail)| if is_sent { sent(has_mail) } else { ask(has_mail) })
}

async fn load_forgot() -> Result<(bool, bool), Failure> {
    let ctx = request::current()?;
    Ok((ctx.query("sent").is_some(), ctx.site.mailer.is_some()))
}

fn ask(has_mail: bool) -> AnyView {
    let form = Form::to::<AskReset>();
    let lede = if has_mail {
        "We send a link to your email address. It works for 30 minutes."
    } else {
        "This server sends no mail. The person who runs it gets a link for you and hands it over when they know that it is you."
    };
    view! {
        {page_title("Set a new password")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/login">"Sign in"</a></p>
                <h1>"Set a new password"</h1>
                <p class="lede">{lede}</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[])}
                {form.input(Field { name: "email", label: "Email", kind: "email", autocomplete: "username", ..Field::default() })}
                <div class="buttons"><button class="button primary large">{if has_mail { "Send the link" } else { "Ask for a link" }}</button></div>
            </form>
        </div>
    }
    .into_any()
}

fn sent(has_mail: bool) -> AnyView {
    let (heading, words, next) = if has_mail {
        (
            "Look into your mail",
            "If there is an account with that address, a link is on its way to it. It works for 30 minutes and once.",
            "Nothing there after some minutes? Look among unwanted mail, check the address, and ask again. One letter a minute is sent, however often you ask.",
        )
    } else {
        (
            "Ask the person who runs this server",
            "If there is an account with that address, a link for it waits there for 30 minutes. They hand it over when they know that it is you.",
            "If the time is over by then, ask for another. One link a minute is made, however often you ask.",
        )
    };
    view! {
        {page_title(heading)}
        <div class="page wrap">
            <div class="head"><div><h1>{heading}</h1><p class="lede">{words}</p></div></div>
            <p>{next}</p>
            <div class="buttons"><a class="button" href="/login">"Back to signing in"</a><a href="/forgot">"Ask again"</a></div>
        </div>
    }
    .into_any()
}

struct Data {
    token: String,
    link: MailLink,
    start: AnyView,
}

/// The form for the new password, for who holds a good link; else 404.
#[component]
pub fn ResetPage() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let token = ctx.path().trim_start_matches("/reset/").to_owned();
    let link = Held::<Reset>::claim(&mut request::read().await?, &token).await?.link().clone();
    Ok(Data { token, link, start: islands::start(&ctx) })
}

fn show(Data { token, link, start }: Data) -> AnyView {
    let form = Form::to::<ResetPassword>();
    let email = link.account.unwrap_or_default();
    view! {
        {page_title("Set a new password")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Set a new password"</h1>
                <p class="lede">"For the account "{email.clone()}". Every browser that is signed in to it is signed out."</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("token", token)])}
                <input type="hidden" autocomplete="username" name="_email" value=email />
                {form.new_password(Field { name: "new_password", label: "New password", hint: PASSWORD_HINT, autocomplete: "new-password", ..Field::default() })}
                <div class="buttons"><button class="button primary large">"Set password"</button></div>
            </form>
        </div>
        {start}
    }
    .into_any()
}
