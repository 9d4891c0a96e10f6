//! The few things islands ask of a browser. Compiled on the server too, where nothing calls them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{IntervalHandle, document, set_interval_with_handle};
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Date, Function, JSON, Object, Promise, Reflect};
use leptos::web_sys::{Element, HtmlInputElement, Request, RequestInit, Response, UrlSearchParams, window};
use wasm_bindgen_futures::JsFuture;

/// The first element that a selector finds.
pub fn element(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok()?
}

/// Milliseconds since 1970, by the clock of the device.
pub fn now() -> f64 {
    Date::now()
}

/// A moment as the clock on the wall shows it, in the reader's own time and way of writing.
pub fn clock_time(at: f64) -> String {
    Date::new(&JsValue::from_f64(at)).to_locale_time_string("default").into()
}

/// Does something once a second for as long as it answers true. Once at once.
pub fn every_second(work: impl Fn() -> bool + 'static) {
    if !work() {
        return;
    }
    let handle: Rc<Cell<Option<IntervalHandle>>> = Rc::default();
    let own = handle.clone();
    let tick = move || {
        if !work()
            && let Some(handle) = own.get()
        {
            handle.clear();
        }
    };
    handle.set(set_interval_with_handle(tick, Duration::from_secs(1)).ok());
}

/// The input that a selector finds.
pub fn input(selector: &str) -> Option<HtmlInputElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// Hands over what stands in an input at each change, as long as the page lives.
pub fn on_input(input: &HtmlInputElement, mut changed: impl FnMut(String) + 'static) {
    let field = input.clone();
    let listener = Closure::<dyn FnMut()>::new(move || changed(field.value()));
    let _ = input.add_event_listener_with_callback("input", listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Does something in place of sending the form that a selector finds, as long as the page lives.
pub fn instead_of_sending(form: &str, mut work: impl FnMut() + 'static) -> Option<()> {
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let _ = call(&event, "preventDefault", None);
        work();
    });
    element(form)?.add_event_listener_with_callback("submit", listener.as_ref().unchecked_ref()).ok()?;
    listener.forget();
    Some(())
}

/// Puts a text into the element that a selector finds.
pub fn write(selector: &str, text: &str) {
    if let Some(element) = element(selector) {
        element.set_text_content(Some(text));
    }
}

/// A whole number that an object has under a name.
pub fn number(object: &JsValue, name: &str) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the server wrote a u32")]
    of(object, name)?.as_f64().map(|number| number as u32)
}

/// What an object has under a name, unless that is nothing.
fn of(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// What a method of an object answers.
fn call(object: &JsValue, name: &str, with: Option<&JsValue>) -> Option<JsValue> {
    let method: Function = of(object, name)?.dyn_into().ok()?;
    match with {
        Some(with) => method.call1(object, with).ok(),
        None => method.call0(object).ok(),
    }
}

/// Whether this browser knows passkeys, and reads and writes them as JSON.
pub fn has_passkeys() -> bool {
    let has = || of(&of(&window()?.into(), "PublicKeyCredential")?, "parseRequestOptionsFromJSON");
    has().is_some()
}

/// Whether it can offer them in a field.
pub async fn offers_in_field() -> bool {
    let ask = || call(&of(&window()?.into(), "PublicKeyCredential")?, "isConditionalMediationAvailable", None);
    let Some(promise) = ask().and_then(|promise| promise.dyn_into::<Promise>().ok()) else { return false };
    JsFuture::from(promise).await.ok().and_then(|answer| answer.as_bool()).unwrap_or(false)
}

thread_local! {
    /// What ends the offer in a field that nobody has answered yet. Here and not with its island: what an island holds is made on
    /// the server too, where it may be dropped by another thread than the one that made it.
    static OFFER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Begins an offer in a field; [`credential`] makes it, unless it was cancelled before.
pub fn begin_offer() {
    let controller = || {
        let controller: Function = of(&window()?.into(), "AbortController")?.dyn_into().ok()?;
        Reflect::construct(&controller, &Array::new()).ok()
    };
    OFFER.set(controller());
}

/// Ends the offer in a field, where there is one.
pub fn cancel_offer() {
    if let Some(controller) = OFFER.take() {
        let _ = call(&controller, "abort", None);
    }
}

/// Asks the device to make a passkey (`create`) or to open one (`get`), with a challenge of the server's, `{ceremony, options}` as
/// JSON. `in_field`: it is the offer that has begun. Answers the ceremony and what the device says, as JSON.
pub async fn credential(how: &str, begun: &str, in_field: bool) -> Option<(String, String)> {
    let window: JsValue = window()?.into();
    let begun = JSON::parse(begun).ok()?;
    let ceremony = of(&begun, "ceremony")?.as_string()?;
    let public_key = of(&of(&begun, "options")?, "publicKey")?;
    let parse = if how == "create" { "parseCreationOptionsFromJSON" } else { "parseRequestOptionsFromJSON" };
    let options = Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value).ok();
    set("publicKey", &call(&of(&window, "PublicKeyCredential")?, parse, Some(&public_key))?)?;
    if in_field {
        set("mediation", &"conditional".into())?;
        set("signal", &OFFER.with_borrow(|controller| of(controller.as_ref()?, "signal"))?)?;
    }
    let promise = call(&of(&of(&window, "navigator")?, "credentials")?, how, Some(&options))?;
    let answer = JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()?;
    let answer: String = JSON::stringify(&call(&answer, "toJSON", None)?).ok()?.into();
    Some((ceremony, answer))
}

/// Fills in hidden fields of the form in an element, and sends it.
pub fn fill_and_send(place: &Element, fields: &[(&str, &str)]) -> Option<()> {
    let form = place.query_selector("form").ok()??;
    for (name, value) in fields {
        let field = form.query_selector(&format!("[name={name}]")).ok()??;
        field.dyn_into::<HtmlInputElement>().ok()?.set_value(value);
    }
    call(&form, "requestSubmit", None).map(drop)
}

/// Whether the field with this name in the element is there, with nothing in it.
pub fn is_empty(place: &Element, name: &str) -> bool {
    let field = place.query_selector(&format!("[name={name}]")).ok().flatten();
    field
        .and_then(|field| field.dyn_into::<HtmlInputElement>().ok())
        .is_some_and(|field| field.value().trim().is_empty())
}

/// Goes where the link in the element leads; nothing when there is none.
pub fn follow(place: &Element, link: &str) -> Option<()> {
    let link = place.query_selector(link).ok()??;
    call(&link, "click", None).map(drop)
}

/// Calls a server function with these fields, and answers its JSON; nothing when it was refused or the line is down.
pub async fn post(path: &str, fields: &[(&str, &str)]) -> Option<JsValue> {
    let body = UrlSearchParams::new().ok()?;
    // The layout has left it there for whoever is signed in.
    if let Some(token) = element("meta[name=lectern-token]").and_then(|meta| meta.get_attribute("content")) {
        body.append("_token", &token);
    }
    for (name, value) in fields {
        body.append(name, value);
    }
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_body(&body);
    let request = Request::new_with_str_and_init(path, &options).ok()?;
    request.headers().set("accept", "application/json").ok()?;
    let response: Response = JsFuture::from(window()?.fetch_with_request(&request)).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.json().ok()?).await.ok()
}
