//! The few things islands ask of a browser. Compiled on the server too, where nothing calls them.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{IntervalHandle, document, set_interval_with_handle};
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::Date;
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
