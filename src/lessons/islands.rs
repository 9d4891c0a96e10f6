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

const KEPT: &str = "Kept, not saved yet.";
const NOT_KEPT: &str = "Not kept: the line is down, or something is too long. Your words are all still here.";

/// Stands below the form `#writing`: keeps what is typed there, and shows how it will look in `#preview-live`.
#[island]
pub fn Writing() -> impl IntoView {
    let says = RwSignal::new(String::new());
    // Effects only run in the browser.
    Effect::new(move || {
        if let Some(form) = browser::element("#writing") {
            browser::when_quiet(&form, PAUSE, move || {
                leptos::task::spawn_local(async move {
                    // The same words again are not read out again.
                    let words = if keep().await.is_some() { KEPT } else { NOT_KEPT };
                    says.set(words.to_owned());
                });
            });
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
