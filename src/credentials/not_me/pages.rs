//! `/not-me/{token}`, where the link of a notice leads, and `/not-me`, which says what was done.

use leptos::prelude::*;

use super::api::SayNotMe;
use crate::credentials::mail_link::policy::{Held, NotMe};
use crate::credentials::mail_link::store::MailLink;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::Form;
use crate::ui::page::{page, page_title};

/// What will be done, and the button that does it, for who holds a good link; else 404.
#[component]
pub fn NotMePage() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<(String, MailLink), Failure> {
    let ctx = request::current()?;
    let token = ctx.path().trim_start_matches("/not-me/").to_owned();
    let link = Held::<NotMe>::claim(&mut request::read().await?, &token).await?.link().clone();
    Ok((token, link))
}

fn show((token, link): (String, MailLink)) -> AnyView {
    let form = Form::to::<SayNotMe>();
    let told = link.detail.clone().unwrap_or_default();
    let account = link.account.clone().unwrap_or_default();
    let back = link
        .email
        .clone()
        .filter(|old| !old.eq_ignore_ascii_case(&account))
        .map(|old| view! { <li>"It gets back its old address, "<bdi>{old}</bdi>"."</li> });
    view! {
        {page_title("Was this not you?")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Was this not you?"</h1>
                <p class="lede">"We told you: "<b>{told}</b>". If it was you, close this page: nothing happens."</p>
            </div></div>
            <p>"If it was not you, press the button. Then, for the account "<bdi>{account}</bdi>":"</p>
            <ul class="bullets">
                {back}
                <li>"Every browser and app that is signed in is signed out."</li>
                <li>"Nobody signs in, with whatever, until a new password is set."</li>
                <li>"What was added since then, or since an earlier mail of this kind of the last two weeks, is removed: passkeys, code apps, numbers, accounts elsewhere. What was there before stays."</li>
                <li>"The link to set it goes to the account’s email address. If the account has a second step, it is asked for as well."</li>
            </ul>
            <form class="buttons gap-above" method="post" action=form.action()>
                {form.hidden(&[("token", token)])}
                <button class="button danger solid large">"This was not me"</button>
            </form>
        </div>
    }
    .into_any()
}

/// What was done, and how to get back in.
#[component]
pub fn NotMeDone() -> impl IntoView {
    page(
        async { Ok((request::site()?.mailer.is_some(), request::current()?.query("ask").is_some())) },
        |(has_mail, asks)| {
            let link = if asks {
                "The account’s mail goes to another address by now, and this one was never confirmed. Ask an admin of this site: they make sure of who you are and give it back."
            } else if has_mail {
                "A link to set a new password is on its way to the account’s email address. It works for 30 minutes; you can ask for another."
            } else {
                "The person who runs this server has a link for you to set a new password."
            };
            view! {
            {page_title("The account is closed for now")}
            <div class="page wrap">
                <div class="head"><div>
                    <h1>"The account is closed for now"</h1>
                    <p class="lede">"Every sign-in has ended, and nobody gets in."</p>
                </div></div>
                <p>{link}</p>
                <p>"If the account has a second step and you cannot show it, or it is not yours, ask an admin of this site. They make sure of who you are and take it away."</p>
                {(!asks).then(|| view! { <div class="buttons"><a class="button" href="/forgot">"Ask for another link"</a></div> })}
            </div>
        }
        .into_any()
        },
    )
}
