//! `/account/security`: every way in to one's account, what each is good for, and what can be changed about it.

use leptos::prelude::*;

use crate::accounts::address::api::{AskConfirmation, ChangeAddress};
use crate::accounts::address::store::Address;
use crate::accounts::policy::Oneself;
use crate::clock::Millis;
use crate::credentials::password::pages::password_section;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::caller::Person;
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{form_title, page};
use crate::ui::{islands, proven, when};

struct Data {
    person: Person,
    address: Address,
    has_mail: bool,
    start: AnyView,
    now: Millis,
}

/// Address and password of whoever is signed in, and every other way in.
#[component]
pub fn Security() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let person = oneself.person().clone();
    let address = oneself.find_address().await?;
    Ok(Data {
        person,
        address,
        has_mail: ctx.site.mailer.is_some(),
        start: islands::start(&ctx),
        now: ctx.site.db.clock().now(),
    })
}

fn show(Data { person, address, has_mail, start, now }: Data) -> AnyView {
    let (change, password) =
        (Form::to::<ChangeAddress>(), Form::to::<crate::credentials::password::api::ChangePassword>());
    let is_refused = change.is_refused() || password.is_refused();
    view! {
        {form_title("How you sign in", is_refused)}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account">"Your account"</a></p>
                <h1>"How you sign in"</h1>
                <p class="lede">"Every way into your account. Keep two, so that losing one does not lock you out."</p>
                {proven::note(&person, now)}
            </div></div>
            {address_section(&person, &address, &change, has_mail, now)}
            {password_section(&person, &password)}
        </div>
        {start}
    }
    .into_any()
}

fn address_section(person: &Person, address: &Address, change: &Form, has_mail: bool, now: Millis) -> AnyView {
    let state = match address.verified_at {
        Some(at) => view! { <dd><span class="badge good">"Confirmed"</span></dd><dd>{when::time(at, when::words(at, now), false)}</dd> }.into_any(),
        None => view! { <dd><span class="badge hollow">"Not confirmed"</span></dd> }.into_any(),
    };
    let confirm = address.verified_at.is_none().then(|| {
        let words = if has_mail {
            "Open a link that we send to it, and it is confirmed. Then a forgotten password can be set anew by mail."
        } else {
            "This server sends no mail: the person who runs it has the link for you."
        };
        view! { <p>{words}</p> {button::<AskConfirmation>(&[], "button", if has_mail { "Send the link" } else { "Ask for the link" }, "to confirm your address")} }
    });
    let waits = address.new.clone().map(|new| {
        view! { <p class="quiet-text">"A link waits at "<bdi>{new}</bdi>". Your address changes when you open it."</p> }
    });
    view! {
        <section class="hung" aria-labelledby="address">
            <div><h2 id="address">"Email address"</h2><p>"You sign in with it, and we write to it when something happens to your account."</p></div>
            <div>
                <dl class="facts"><div><dt>"Now"</dt><dd><bdi>{person.email.clone()}</bdi></dd>{state}</div></dl>
                {confirm}
                {waits}
                <details class="gap-above" open=change.is_refused()>
                    <summary>"Change it"</summary>
                    <form class="fields gap-above" method="post" action=change.action() novalidate>
                        {change.summary()}
                        {change.hidden(&[])}
                        {change.input(Field {
                            name: "email", label: "New email", kind: "email", autocomplete: "email",
                            hint: "We send a link there. The old address is told, with a way to undo it.", ..Field::default()
                        })}
                        <div class="buttons"><button class="button">"Change address"</button></div>
                    </form>
                </details>
            </div>
        </section>
    }
    .into_any()
}
