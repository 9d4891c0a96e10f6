//! The parts of pages where a passkey is asked for, made and looked after.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{
    AddPasskey, BeginPasskey, BeginPasskeyProof, BeginPasskeySignIn, ProveWithPasskey, RemovePasskey, RenamePasskey,
    SignInWithPasskey,
};
use super::islands::{AddPasskey as AddButton, UsePasskey};
use super::store::{NAME_MAX, PasskeyRow};
use crate::clock::Millis;
use crate::http::forms::SEND_FIELD;
use crate::http::request;
use crate::ui::form::{Field, Form, ask_first};
use crate::ui::when;

/// What stands where there is no script.
fn without_script() -> AnyView {
    view! { <noscript><p class="quiet-text">"A passkey needs JavaScript. Every other way here does without."</p></noscript> }.into_any()
}

/// The way in by passkey, on the sign-in page; offered in the address field, too, where the browser can.
pub fn sign_in(next: &str) -> AnyView {
    // Whoever was just refused is not asked again before they press.
    let in_field = !Form::to::<SignInWithPasskey>().is_refused();
    way_in(next, in_field)
}

/// The same in place of the second step, for somebody who is half way and has a passkey.
pub fn instead_of_second_step(next: &str) -> AnyView {
    view! { <p class="gap-above">"Or use one of your passkeys, in place of a code."</p> {way_in(next, false)} }
        .into_any()
}

fn way_in(next: &str, in_field: bool) -> AnyView {
    let form = Form::to::<SignInWithPasskey>();
    let in_field = in_field.then_some("");
    view! {
        <div class="passkey" id="credential" tabindex="-1" data-begin=BeginPasskeySignIn::PATH data-in-field=in_field>
            <form method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("next", next.to_owned()), ("ceremony", String::new()), ("credential", String::new())])}
            </form>
            <UsePasskey />
            {without_script()}
        </div>
    }
    .into_any()
}

/// The same where somebody proves once more who they are.
pub fn prove(next: &str, send: &str) -> AnyView {
    let form = Form::to::<ProveWithPasskey>();
    view! {
        <div class="passkey gap-above" id="credential" tabindex="-1" data-begin=BeginPasskeyProof::PATH>
            <form method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[
                    ("next", next.to_owned()), (SEND_FIELD, send.to_owned()), ("ceremony", String::new()), ("credential", String::new()),
                ])}
            </form>
            <p>"Or use one of your passkeys. Nothing else is asked for then."</p>
            <UsePasskey />
            {without_script()}
        </div>
    }
    .into_any()
}

/// A person's passkeys, and the form for another; `can` says whether this site's address allows any.
pub fn section(keys: Vec<PasskeyRow>, can: bool, now: Millis) -> AnyView {
    let add = Form::to::<AddPasskey>();
    let is_empty = keys.is_empty();
    let rows: Vec<AnyView> = keys.into_iter().map(|key| row(key, now)).collect();
    let list = (!is_empty).then(|| view! { <ul class="rows" role="list">{rows}</ul> });
    let adding = if can {
        view! {
            <div class="passkey gap-above" data-begin=BeginPasskey::PATH>
                <form class="fields" method="post" action=add.action() novalidate>
                    {add.summary()}
                    {add.hidden(&[("ceremony", String::new()), ("credential", String::new())])}
                    {add.input(Field {
                        name: "passkey_name", label: "Name of the passkey", hint: "The device or the place where it is kept, so that you know it again.",
                        value: "This device".to_owned(), own_words: true, autocomplete: "off", most: NAME_MAX, ..Field::default()
                    })}
                </form>
                <a class="prove" href=request::prove_address("/account/security", None) hidden>"Show that it is you"</a>
                <div class="gap-above"><AddButton /></div>
                {without_script()}
            </div>
        }
        .into_any()
    } else {
        view! { <p>"Passkeys need an address with a name and https. The person who runs this server can set one up."</p> }.into_any()
    };
    view! {
        <section class="hung" aria-labelledby="passkeys">
            <div><h2 id="passkeys">"Passkeys"</h2><p>"The strongest way in, and the quickest: your device checks that it is you, and a page that only looks like ours gets nothing. Counts as both steps. A password beside it still works alone, unless you set up a code app."</p></div>
            <div>{list}{adding}</div>
        </section>
    }
    .into_any()
}

fn row(key: PasskeyRow, now: Millis) -> AnyView {
    let id = key.id.to_string();
    let rename = Form::to_one_of_many::<RenamePasskey>("passkey", &id);
    let time = |at: Millis| when::time(at, when::words(at, now), false);
    let used = key.last_used_at.map_or_else(
        || "Not used yet".into_any(),
        |at| view! { "Last used "{when::time(at, when::words(at, now), false)} }.into_any(),
    );
    let suspect = key.suspect_at.map(|_| view! { <p><span class="badge bad">"Stopped"</span>" There may be a copy of it. Remove it and make another."</p> });
    view! {
        <li>
            <h3><bdi>{key.name.clone()}</bdi></h3>
            <ul class="facts-line" role="list"><li>"Made "{time(key.created_at)}</li><li>{used}</li></ul>
            {suspect}
            <details class="naming" open=rename.is_refused()>
                <summary>"Rename"<span class="hidden">{format!(" {}", key.name)}</span></summary>
                <form class="fields" method="post" action=rename.action() novalidate>
                    {rename.summary()}
                    {rename.hidden(&[("passkey", id.clone())])}
                    {rename.input(Field { name: "passkey_name", label: "Name of the passkey", value: key.name.clone(), own_words: true, autocomplete: "off", most: NAME_MAX, ..Field::default() })}
                    <div class="buttons"><button class="button">"Save name"</button></div>
                </form>
            </details>
            {ask_first::<RemovePasskey>(
                &[("passkey", id)], "Remove", &key.name, "Then it signs you in no more. Your device keeps it until you delete it there.".to_owned(), "Remove this passkey".to_owned(),
            )}
        </li>
    }
    .into_any()
}
