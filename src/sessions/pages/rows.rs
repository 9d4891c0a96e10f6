//! A sign-in as a row: live, with what can be done about it, or over, with the reason.

use leptos::prelude::*;

use crate::accounts::api::EndTheirSignIn;
use crate::clock::Millis;
use crate::error::wait_in_words;
use crate::id::UserId;
use crate::sessions::api::{EndSignIn, NameSignIn};
use crate::sessions::device::{self, Device, Kind};
use crate::sessions::model::DEVICE_NAME_MAX;
use crate::sessions::store::{ENDED_MOST, EndedRow, SignInRow};
use crate::tokens::scope::Scopes;
use crate::ui::form::{Field, Form, button};
use crate::ui::icon;
use crate::ui::when;

/// Who looks at a row, and so what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Its own person, from this very sign-in.
    Here,
    /// Its own person, from elsewhere.
    Elsewhere,
    /// An admin, who looks after this person.
    ByAdmin(UserId),
}

/// A live sign-in: device, when and how and from where, when it ends; the button that ends it; its name, for its person.
pub fn live(row: SignInRow, seen: Seen, now: Millis) -> AnyView {
    let device = Device::of(&row.user_agent);
    let how = match row.how.as_str() {
        "password" => "with a password",
        "sign_up" => "by creating the account",
        "passkey" => "with a passkey",
        "provider" => "with an account elsewhere",
        "mail_code" => "with a code by mail",
        "text_code" => "with a code by text message",
        "device" => "with a code that you let in",
        "personal_token" => "with a token made by hand",
        _ => "with a one-time link",
    };
    let how = match row.second.as_deref() {
        Some("code_app") => format!("{how} and a code app"),
        Some("passkey") => format!("{how} and a passkey"),
        Some("recovery_code") => format!("{how} and a recovery code"),
        _ => how.to_owned(),
    };
    let id = ("sign_in", row.id.to_string());
    let is_app = row.kind != "browser";
    let title = device::called(row.name.as_deref(), row.client.as_deref(), &row.user_agent);
    let what = match (&row.client, row.name.is_some()) {
        (Some(client), true) if row.kind != "personal" => {
            view! { <div><dt>"Calls itself"</dt><dd><bdi>{client.clone()}</bdi></dd></div> }.into_any()
        }
        (None, true) => view! { <div><dt>"Browser"</dt><dd>{device.words.clone()}</dd></div> }.into_any(),
        _ => ().into_any(),
    };
    let scopes = row.scopes.as_deref().map(|scopes| may(Scopes::stored(scopes)));
    let token = is_app.then(|| view! { <span class="badge">"Token"</span> });
    let (began, used) = if is_app { ("Let in", "a request") } else { ("Signed in", "a click") };
    let idle = wait_in_words(u32::try_from((row.idle_ends_at - row.last_seen_at) / 1_000).unwrap_or(0));
    let here = (seen == Seen::Here).then(|| view! { <span class="badge good">"You are here"</span> });
    let remembered = row.remembered.then(|| view! { <span class="badge hollow">"Stays signed in"</span> });
    let end = match seen {
        Seen::Here => ().into_any(),
        Seen::Elsewhere => button::<EndSignIn>(std::slice::from_ref(&id), "button", "End", &title),
        Seen::ByAdmin(person) => {
            button::<EndTheirSignIn>(&[("person", person.to_string()), id.clone()], "button", "End", &title)
        }
    };
    let from = if row.address.is_empty() { String::new() } else { format!("from {}", row.address) };
    let name = (!matches!(seen, Seen::ByAdmin(_))).then(|| naming(&row, &title));
    view! {
        <article class="device">
            {if is_app { icon::key() } else { picture(device.kind) }}
            <div>
                <h3><bdi>{title.clone()}</bdi>" "{here}" "{remembered}" "{token}</h3>
                <dl class="facts">
                    {what}
                    <div><dt>{began}</dt><dd>{when::time(row.created_at, when::words(row.created_at, now), true)}</dd><dd>{how}</dd></div>
                    <div><dt>"Last seen"</dt><dd>{when::time(row.last_seen_at, when::words(row.last_seen_at, now), true)}</dd><dd>{from}</dd></div>
                    <div><dt>"Ends by itself"</dt><dd>{when::time(row.absolute_ends_at, when::words(row.absolute_ends_at, now), true)}</dd>{(row.kind != "personal").then(|| view! { <dd>"or after "{idle}" without "{used}</dd> })}</div>
                    {scopes}
                </dl>
                {name}
            </div>
            {end}
        </article>
    }
    .into_any()
}

/// What an app may do, as a fact.
pub fn may(scopes: Scopes) -> AnyView {
    let items: Vec<AnyView> =
        scopes.list().into_iter().map(|scope| view! { <li>{scope.words()}</li> }.into_any()).collect();
    view! { <div><dt>"It may"</dt><dd><ul role="list">{items}</ul></dd></div> }.into_any()
}

/// The form that names a device, closed until it is wanted; open when it came back refused.
fn naming(row: &SignInRow, title: &str) -> AnyView {
    let id = row.id.to_string();
    let form = Form::to_one_of_many::<NameSignIn>("sign_in", &id);
    let value = row.name.clone().unwrap_or_default();
    let opens = if row.name.is_some() { "Change its name" } else { "Give it a name" };
    view! {
        <details class="naming" open=form.is_refused()>
            <summary>{opens}<span class="hidden">{format!(": {title}")}</span></summary>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("sign_in", id)])}
                {form.input(Field {
                    name: "device_name", label: "Name of this device", value, own_words: true, autocomplete: "off",
                    hint: "Only you and admins see it. Leave it empty to call it by what it calls itself.", most: DEVICE_NAME_MAX, ..Field::default()
                })}
                <div class="buttons"><button class="button">"Save name"<span class="hidden">{format!(" of {title}")}</span></button></div>
            </form>
        </details>
    }
    .into_any()
}

/// What is over: when, how, and on what. `you` says whether its own person reads it.
pub fn ended(rows: Vec<EndedRow>, you: bool, now: Millis) -> AnyView {
    if rows.is_empty() {
        return view! { <p>"Nothing has ended."</p> }.into_any();
    }
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= ENDED_MOST);
    let items: Vec<AnyView> = rows
        .into_iter()
        .map(|row| {
            let device = Device::of(&row.user_agent);
            let why = match row.why.as_str() {
                "signed_out" => "Signed out there",
                "ended_by_person" if you => "You ended it",
                "ended_by_person" => "They ended it",
                "ended_by_admin" => "An admin ended it",
                "password_changed" => "The password was changed",
                "ways_changed" => "A way to sign in was added, removed or changed",
                "disabled" => "The account was closed",
                "factors_reset" => "An admin reset the second step",
                "not_me" => "Somebody pressed “This was not me”",
                "too_many" => "A newer sign-in took its place",
                "token_reused" => "A copy of its token was used",
                "role_changed" => "The role on this site changed",
                "idle" => "Nobody used it for a while",
                _ => "It had lasted as long as a sign-in may",
            };
            let is_app = row.client.is_some();
            let title = device::called(row.name.as_deref(), row.client.as_deref(), &row.user_agent);
            let address = if row.address.is_empty() { "Not kept any more".to_owned() } else { row.address };
            view! {
                <li>
                    <article class="device">
                        {if is_app { icon::key() } else { picture(device.kind) }}
                        <div>
                            <h3><bdi>{title}</bdi></h3>
                            <dl class="facts">
                                <div><dt>"Signed in"</dt><dd>{when::time(row.created_at, when::words(row.created_at, now), true)}</dd></div>
                                <div><dt>"Address"</dt><dd>{address}</dd></div>
                                <div><dt>"Ended"</dt><dd>{when::time(row.ended_at, when::words(row.ended_at, now), true)}</dd><dd>{why}</dd></div>
                            </dl>
                        </div>
                    </article>
                </li>
            }
            .into_any()
        })
        .collect();
    let more = is_full.then(|| view! { <p>{format!("These are the last {ENDED_MOST}.")}</p> });
    view! { <ul class="rows" role="list">{items}</ul> {more} }.into_any()
}

fn picture(kind: Kind) -> AnyView {
    match kind {
        Kind::Phone => icon::phone(),
        Kind::Computer | Kind::Unknown => icon::laptop(),
    }
}
