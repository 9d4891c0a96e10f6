//! `/prove`: asks somebody who is signed in to show once more who they are, then goes on with what they were doing.

use leptos::prelude::*;

use crate::accounts::policy::Oneself;
use crate::credentials::passkey::pages as passkey;
use crate::credentials::password::api::ProveAgain;
use crate::credentials::password::policy::Asks;
use crate::credentials::provider::pages as provider;
use crate::failure::Failure;
use crate::http::forms::SEND_FIELD;
use crate::http::kept_forms;
use crate::http::local_path::LocalPath;
use crate::http::request;
use crate::http::what_forms_do::what_it_does;
use crate::sessions::api::ForgetWaiting;
use crate::sessions::caller::Person;
use crate::ui::address::email;
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{page, page_title};

struct Data {
    form: Form,
    next: String,
    /// The form that is sent then, by the digest of its token; empty for none.
    send: String,
    /// What that form does, in words; none when it does not wait any more.
    does: Option<&'static str>,
    person: Person,
    asks: Asks,
    can_passkeys: bool,
    /// Name and label of each provider with which this person signs in.
    providers: Vec<(String, String)>,
}

/// The form that asks for the password, for whoever is signed in.
#[component]
pub fn Prove() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let person = oneself.person().clone();
    let theirs = oneself.list_provider_accounts().await?;
    drop(read);
    let providers = ctx.site.provider_labels();
    let providers = providers.into_iter().filter(|(name, _)| theirs.iter().any(|it| it.provider == *name)).collect();
    let send = ctx.query("send").unwrap_or_default();
    let does = kept_forms::find_waiting(&ctx.site, &ctx.waiting(), Some(&person)).await?;
    let does = does.into_iter().find(|form| form.which == send).map(|form| what_it_does(&form.action));
    let next = ctx.query("next").as_deref().and_then(LocalPath::parse).unwrap_or_else(LocalPath::root);
    let asks = Asks::of(&person, ctx.site.db.clock().now());
    Ok(Data {
        form: Form::to::<ProveAgain>(),
        next: next.as_str().to_owned(),
        send,
        does,
        person,
        asks,
        can_passkeys: ctx.site.passkeys.is_some(),
        providers,
    })
}

fn show(Data { form, next, send, does, person, asks, can_passkeys, providers }: Data) -> AnyView {
    let what = asks.words(&person);
    let words = match does {
        None if asks.password => {
            format!("This needs {what}. What was shown before was not enough, not here, or too long ago.")
        }
        None if asks.code && person.has_password => {
            format!("This needs {what} besides the password that you have shown.")
        }
        None => format!("This needs {what} once more."),
        Some(does) if asks.password || asks.code => format!("{does}: enter {what}, and it is done at once."),
        Some(does) => format!("{does}: show who you are first."),
    };
    let password = asks.password.then(|| {
        form.password(Field {
            name: "password",
            label: "Password",
            autocomplete: "current-password",
            ..Field::default()
        })
    });
    let hint = if person.has_app {
        "Six digits from your app, or one of your recovery codes."
    } else {
        "One of your recovery codes, if your passkey is not at hand."
    };
    let code = asks.code.then(|| form.code(Field { name: "code", label: "Code", hint, ..Field::default() }));
    let elsewhere = (!person.has_password && !providers.is_empty()).then(|| provider::prove_links(&providers, &next));
    let passkey = (person.has_passkey && can_passkeys).then(|| passkey::prove(&next, &send));
    // Whose only ways in are gone from this site, or were codes, which prove nothing here.
    let has_none = !asks.password && !asks.code && passkey.is_none() && elsewhere.is_none();
    let none = has_none.then(|| {
        view! { <p>"Your account has no password, and no other way to show who you are here. "<a href="/forgot">"Set a password with a link by mail"</a>", then come back."</p> }
    });
    let (is_sent, which) = (does.is_some(), send.clone());
    view! {
        {page_title("Show that it is you")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Show that it is you"</h1>
                <p class="lede">{words}</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("next", next.clone()), (SEND_FIELD, send)])}
                <dl class="facts"><div><dt>"You are signed in as"</dt><dd>{email(&person.email)}</dd></div></dl>
                <input type="hidden" autocomplete="username" name="_email" value=person.email.clone() />
                {password}
                {code}
                <div class="buttons">
                    {(asks.password || asks.code).then(|| view! { <button class="button primary large">"Go on"</button> })}
                    {(!is_sent).then(|| view! { <a class="button quiet large" href=next.clone()>"Leave it"</a> })}
                </div>
            </form>
            {passkey}
            {elsewhere}
            {none}
            <div class="gap-above">
                {is_sent.then(|| button::<ForgetWaiting>(&[("which", which), ("next", next)], "button", "Do not do it", ""))}
            </div>
        </div>
    }
    .into_any()
}
