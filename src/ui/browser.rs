//! The few things islands ask of a browser. Compiled on the server too, where nothing calls them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{IntervalHandle, TimeoutHandle, document, set_interval_with_handle, set_timeout_with_handle};
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Date, Function, JSON, Object, Promise, Reflect};
use leptos::web_sys::{Element, EventTarget, HtmlInputElement, UrlSearchParams, window};
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

/// Does something at each event of this name, as long as the page lives.
pub fn on(target: &EventTarget, event: &str, work: Box<dyn FnMut(JsValue)>) {
    let listener = Closure::wrap(work);
    let _ = target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Hands over what stands in an input at each change, as long as the page lives.
pub fn on_input(input: &HtmlInputElement, mut changed: impl FnMut(String) + 'static) {
    let field = input.clone();
    on(input, "input", Box::new(move |_| changed(field.value())));
}

/// Does something in place of sending the form that a selector finds, as long as the page lives.
pub fn instead_of_sending(form: &str, mut work: impl FnMut() + 'static) -> Option<()> {
    let work = Box::new(move |event: JsValue| {
        let _ = call(&event, "preventDefault", None);
        work();
    });
    let form = element(form)?;
    on(&form, "submit", work);
    Some(())
}

/// Does something whenever nobody has typed in an element for `pause` after they had.
pub fn when_quiet(element: &Element, pause: Duration, work: impl Fn() + Clone + 'static) {
    let mut waiting: Option<TimeoutHandle> = None;
    on(
        element,
        "input",
        Box::new(move |_| {
            if let Some(before) = waiting.take() {
                before.clear();
            }
            waiting = set_timeout_with_handle(work.clone(), pause).ok();
        }),
    );
}

/// Lets the items (`[data-item]`) of the lists in an element (`ol`, within a `[data-list]`) be dragged to another place. Calls `moved`
/// with the item, the list it stands in afterwards, and the item after it or nothing.
pub fn sortable(place: &Element, moved: impl Fn(&str, &str, &str) + 'static) {
    let dragged: Rc<RefCell<Option<Element>>> = Rc::default();
    let (begun, over) = (dragged.clone(), dragged.clone());
    // Before it can begin, a pointer was over it.
    on(place, "mouseover", Box::new(|event| can_be_dragged(&event).unwrap_or_default()));
    on(place, "dragstart", Box::new(move |event| drop(begun.replace(begin_drag(&event)))));
    // A browser would open what was dropped, where it is a link.
    on(place, "drop", Box::new(|event| drop(call(&event, "preventDefault", None))));
    on(place, "dragover", Box::new(move |event| drop(over.borrow().as_ref().and_then(|item| drag(item, &event)))));
    on(
        place,
        "dragend",
        Box::new(move |event| {
            let Some(item) = dragged.take() else { return };
            // Given up: the page as it was shows where it stands.
            let dropped = of(&event, "dataTransfer").and_then(|it| of(&it, "dropEffect")?.as_string());
            if dropped.is_none_or(|effect| effect == "none") {
                load_again();
                return;
            }
            let named = |element: Option<Element>, name: &str| element.and_then(|element| element.get_attribute(name));
            let list = named(item.closest("[data-list]").ok().flatten(), "data-list").unwrap_or_default();
            let next = named(item.next_element_sibling(), "data-item").unwrap_or_default();
            moved(&named(Some(item), "data-item").unwrap_or_default(), &list, &next);
        }),
    );
}

fn can_be_dragged(event: &JsValue) -> Option<()> {
    within(event, "[data-item]")?.set_attribute("draggable", "true").ok()
}

/// The item that is dragged from now on. Some browsers only drag what carries something.
fn begin_drag(event: &JsValue) -> Option<Element> {
    let carried = of(event, "dataTransfer")?;
    let set: Function = of(&carried, "setData")?.dyn_into().ok()?;
    set.call2(&carried, &"text/plain".into(), &"lesson".into()).ok()?;
    within(event, "[data-item]")
}

/// Puts what is dragged before or after the item that the pointer is over, or into the empty list it is over.
fn drag(dragged: &Element, event: &JsValue) -> Option<JsValue> {
    call(event, "preventDefault", None);
    let Some(item) = within(event, "[data-item]") else {
        let list = within(event, "[data-list]")?.query_selector("ol").ok()??;
        return call(&list, "append", Some(dragged.as_ref()));
    };
    if item.is_same_node(Some(dragged)) {
        return None;
    }
    // Over its lower half: after it.
    let bounds = call(&item, "getBoundingClientRect", None)?;
    let middle = (of(&bounds, "top")?.as_f64()? + of(&bounds, "bottom")?.as_f64()?) / 2.0;
    call(&item, if of(event, "clientY")?.as_f64()? > middle { "after" } else { "before" }, Some(dragged.as_ref()))
}

/// The element that a selector finds around where an event happened.
fn within(event: &JsValue, selector: &str) -> Option<Element> {
    of(event, "target")?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// Puts HTML into an element: of the server's, which has cleaned it.
pub fn show_html(element: &Element, html: &str) {
    element.set_inner_html(html);
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
    OFFER.set(make("AbortController", &Array::new()));
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
    send(path, &body).await
}

/// Calls a server function with what stands in a form by now, and answers its JSON; nothing when it was refused or the line is down.
pub async fn post_form(path: &str, form: &Element) -> Option<JsValue> {
    send(path, &make("URLSearchParams", &Array::of1(&make("FormData", &Array::of1(form))?))?).await
}

/// Sends a form with its files, calls `far` with how many of a hundred parts are sent, and answers the status, 0 where the line is down, and
/// what its function said, as JSON.
pub async fn send_files(form: &Element, far: impl FnMut(i32) + 'static) -> Option<(u32, JsValue)> {
    exchange(&form.get_attribute("action")?, &make("FormData", &Array::of1(form))?, Some(Box::new(far))).await
}

/// Loads the page again.
pub fn load_again() {
    let _ = window().map(|window| call(&window.location(), "reload", None));
}

/// Sends a form as a browser does by itself.
pub fn send_plainly(form: &Element) {
    let _ = call(form, "submit", None);
}

/// What was refused at the first field of a form.
pub fn first_refusal(answer: &JsValue) -> Option<String> {
    of(&of(&of(answer, "Invalid")?, "0")?, "message")?.as_string()
}

fn make(name: &str, with: &Array) -> Option<JsValue> {
    let class: Function = of(&window()?.into(), name)?.dyn_into().ok()?;
    Reflect::construct(&class, with).ok()
}

async fn send(path: &str, body: &JsValue) -> Option<JsValue> {
    let (status, answer) = exchange(path, body, None).await?;
    (status == 200).then_some(answer)
}

/// By the older of a browser's two ways to ask: the newer one does not say how far it is.
async fn exchange(path: &str, body: &JsValue, far: Option<Box<dyn FnMut(i32)>>) -> Option<(u32, JsValue)> {
    let request = make("XMLHttpRequest", &Array::new())?;
    if let Some(mut far) = far {
        let progress = Box::new(move |event: JsValue| {
            let part = |name: &str| of(&event, name)?.as_f64();
            #[expect(clippy::cast_possible_truncation, reason = "between 0 and 100")]
            if let (Some(sent), Some(all)) = (part("loaded"), part("total")) {
                far((sent * 100.0 / all) as i32);
            }
        });
        on(of(&request, "upload")?.unchecked_ref(), "progress", progress);
    }
    let with = |name: &str, one: &str, other: &str| {
        let method: Function = of(&request, name)?.dyn_into().ok()?;
        method.call2(&request, &one.into(), &other.into()).ok()
    };
    with("open", "POST", path);
    with("setRequestHeader", "accept", "application/json");
    let mut begin = |done: Function, _| {
        let target: &EventTarget = request.unchecked_ref();
        let _ = target.add_event_listener_with_callback("loadend", &done);
        call(&request, "send", Some(body));
    };
    JsFuture::from(Promise::new(&mut begin)).await.ok()?;
    let answer = of(&request, "responseText").and_then(|text| JSON::parse(&text.as_string()?).ok());
    Some((number(&request, "status")?, answer.unwrap_or_default()))
}
