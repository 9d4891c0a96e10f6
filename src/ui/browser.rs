//! The few things islands ask of a browser. Compiled on the server too, where nothing calls them.

use leptos::prelude::document;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{HtmlInputElement, Request, RequestInit, Response, UrlSearchParams, window};
use wasm_bindgen_futures::JsFuture;

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
