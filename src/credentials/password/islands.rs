//! Beside a new password: show it, and say how long it is. Without a script neither is there, and neither is needed.

use leptos::prelude::*;

use super::rating::Rating;
use crate::ui::browser;

/// Stands in the same `.new-password` as its input, one on a page, and listens to it.
#[island]
pub fn NewPassword() -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let awake = RwSignal::new(false);
    let shown = RwSignal::new(false);

    // Effects only run in the browser.
    Effect::new(move |_| {
        if let Some(field) = browser::input(".new-password .input") {
            // Typed before the island woke.
            typed.set(field.value());
            browser::on_input(&field, move |password| typed.set(password));
            awake.set(true);
        }
    });
    Effect::new(move |_| {
        let kind = if shown.get() { "text" } else { "password" };
        if let Some(field) = browser::input(".new-password .input") {
            field.set_type(kind);
        }
    });

    let rating = move || typed.with(|password| Rating::of(password));
    view! {
        <div hidden=move || !awake.get()>
            <p class=move || rating().class() role="status">{move || rating().sentence()}</p>
            <div class="check">
                <input type="checkbox" id="show-password" on:change=move |event| shown.set(event_target_checked(&event)) />
                <label for="show-password">"Show"</label>
            </div>
        </div>
    }
    .into_any()
}
