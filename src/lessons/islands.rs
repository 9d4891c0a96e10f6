//! Writing and arranging lessons, while one does it. Without a script there is a button that shows how a text will look, a form that comes
//! back with every word, and buttons that move a lesson.

use std::time::Duration;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::KeepDraft;
use crate::ui::browser;
use crate::ui::said::said;

/// So long after the last key words are kept: short enough that little is lost, long enough not to ask for every letter.
const PAUSE: Duration = Duration::from_millis(700);

const KEPT: &str = "Your words are kept, not saved yet.";
const NOT_KEPT: &str = "Not kept just now. Your words are all still here: save them, or copy them.";

/// Stands below the form `#writing`: keeps what is typed there, and shows how it will look in `#preview-live`.
#[island]
pub fn Writing() -> impl IntoView {
    let says = RwSignal::new(String::new());
    // One at a time, so that none overtakes another; what is typed meanwhile goes with the next.
    let (asks, again) = (RwSignal::new(false), RwSignal::new(false));
    let ask = move || {
        again.set(true);
        if asks.get_untracked() {
            return;
        }
        asks.set(true);
        leptos::task::spawn_local(async move {
            while again.get_untracked() {
                again.set(false);
                // The same words again are not read out again.
                says.set(if keep().await.is_some() { KEPT } else { NOT_KEPT }.to_owned());
            }
            asks.set(false);
        });
    };
    // Effects only run in the browser.
    Effect::new(move || {
        if let Some(form) = browser::element("#writing") {
            browser::when_quiet(&form, PAUSE, ask);
        }
    });
    said(says)
}

async fn keep() -> Option<()> {
    let html = browser::post_form(KeepDraft::PATH, &browser::element("#writing")?).await?.as_string()?;
    browser::show_html(&browser::element("#preview-live")?, &html);
    Some(())
}

/// Stands below the lists in `#plan`, and sends the form in `#dragged` with what was dragged.
#[island]
pub fn Arranging() -> impl IntoView {
    Effect::new(move || {
        if let Some(plan) = browser::element("#plan") {
            browser::sortable(&plan, |lesson, module, before| {
                let fields = [("lesson", lesson), ("module", module), ("before", before)];
                browser::element("#dragged").and_then(|place| browser::fill_and_send(&place, &fields));
            });
        }
    });
}
