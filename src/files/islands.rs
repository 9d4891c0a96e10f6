//! Uploading, with how far it is. Without a script the browser sends the form, and shows that by itself.

use leptos::prelude::*;

use crate::ui::browser;
use crate::ui::said::said;

const NOT_SENT: &str = "Not added: the line may be down, or too much is under way here. Try again in a minute.";

/// Stands below the form `#upload`, with `#uploaded` to fill: sends it, says how far it is, and then what came of it.
#[island]
pub fn Uploading() -> impl IntoView {
    let says = RwSignal::new(String::new());
    let is_sending = RwSignal::new(false);
    // Effects only run in the browser.
    Effect::new(move || {
        browser::instead_of_sending("#upload", move || {
            // A second press changes nothing.
            if !is_sending.get_untracked() {
                is_sending.set(true);
                leptos::task::spawn_local(async move {
                    send(says).await;
                    is_sending.set(false);
                });
            }
        });
    });
    said(says)
}

async fn send(says: RwSignal<String>) -> Option<()> {
    let form = browser::element("#upload")?;
    let bar = browser::element("#uploaded")?;
    let shown = bar.clone();
    let far = move |part: i32| {
        let _ = shown.set_attribute("value", &part.to_string());
        // A screen reader says each: not a hundred of them.
        let said = format!("{} % sent", part / 20 * 20);
        if says.with_untracked(|before| *before != said) {
            says.set(said);
        }
    };
    let (status, answer) = browser::send_files(&form, far).await?;
    let _ = bar.set_attribute("value", "0");
    match (status, browser::first_refusal(&answer)) {
        // Its sentence stands on the page.
        (200, _) => browser::load_again(),
        (_, Some(words)) => says.set(words),
        // A page says what else there is to do: sign in, mostly.
        (401 | 403, _) => browser::send_plainly(&form),
        _ => says.set(NOT_SENT.to_owned()),
    }
    Some(())
}
