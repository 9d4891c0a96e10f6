//! The button that speaks to the device. It stands in an element of the page with `data-begin`, the function that hands out a
//! challenge, and a form with the hidden fields `ceremony` and `credential`, which it fills in and sends.

use leptos::prelude::*;

use crate::ui::browser;
use crate::ui::said::said;

/// Asks for a passkey to sign in or to prove who one is. Where the page says so (`data-in-field`), the device offers it in the
/// field for the address as well.
#[island]
pub fn UsePasskey() -> impl IntoView {
    ceremony("Use a passkey", "get")
}

/// Makes a passkey.
#[island]
pub fn AddPasskey() -> impl IntoView {
    ceremony("Add a passkey", "create")
}

const CANNOT: &str = "This browser cannot use passkeys. Use another way, or a newer browser.";
const GAVE_NONE: &str =
    "Your device gave none. It may have none for this site, or was told not to. Try once more, or use another way.";
const MADE_NONE: &str = "Your device made none. It may have one for this site already, or was told not to.";
const BEGIN_AGAIN: &str = "We could not begin. Load this page again and try once more.";

fn ceremony(words: &'static str, how: &'static str) -> AnyView {
    let says = RwSignal::new(String::new());
    let can = RwSignal::new(false);
    Effect::new(move || {
        if !browser::has_passkeys() {
            says.set(CANNOT.to_owned());
            return;
        }
        can.set(true);
        if browser::element(".passkey[data-in-field]").is_some() {
            browser::begin_offer();
            leptos::task::spawn_local(async move {
                if browser::offers_in_field().await {
                    // Silent: nobody pressed anything, and nobody needs to hear that nothing came of it.
                    let _ = answer(how, true).await;
                }
            });
        }
    });
    let press = move |_| {
        says.set(String::new());
        // The device can be asked one thing at a time.
        browser::cancel_offer();
        leptos::task::spawn_local(async move {
            if let Err(words) = answer(how, false).await {
                says.set(words.to_owned());
            }
        });
    };
    view! {
        <button type="button" class="button" hidden=move || !can.get() on:click=press>{words}</button>
        {said(says)}
    }
    .into_any()
}

/// One ceremony, from the challenge to the form that is sent; or what to say.
async fn answer(how: &str, in_field: bool) -> Result<(), &'static str> {
    let place = browser::element(".passkey").ok_or(BEGIN_AGAIN)?;
    let begin = place.get_attribute("data-begin").ok_or(BEGIN_AGAIN)?;
    // A key that is made for a name that is refused would stay on the device: the server says what is wrong with it first.
    if browser::is_empty(&place, "passkey_name") {
        return browser::fill_and_send(&place, &[]).ok_or(BEGIN_AGAIN);
    }
    let Some(begun) = browser::post(&begin, &[]).await.and_then(|begun| begun.as_string()) else {
        // Most often it has been too long since its person showed who they are.
        return browser::follow(&place, "a.prove").ok_or(BEGIN_AGAIN);
    };
    let words = if how == "create" { MADE_NONE } else { GAVE_NONE };
    let (ceremony, credential) = browser::credential(how, &begun, in_field).await.ok_or(words)?;
    browser::fill_and_send(&place, &[("ceremony", &ceremony), ("credential", &credential)]).ok_or(BEGIN_AGAIN)
}
