//! The stopwatches, live: the same press, without leaving the page, and the last one in fast time. Without a script the form is sent, and
//! the page comes back with the same numbers.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::TimeLab;
use super::model::{left, shown};
use crate::ui::browser;
use crate::ui::said::said;

/// A minute passes in a second.
const FASTER: u32 = 60;

/// Stands below the form in `#take-back`, and writes into its stopwatches.
#[island]
pub fn Stopwatches() -> impl IntoView {
    let says = RwSignal::new(String::new());
    // Effects only run in the browser.
    Effect::new(move || {
        browser::instead_of_sending("#take-back form", move || {
            says.set("Asking".to_owned());
            leptos::task::spawn_local(async move {
                let words = match run(says).await {
                    Some(()) => {
                        "Three are refused. The fourth goes on, here in fast time: a minute passes in a second."
                    }
                    None => "That did not come back. Wait a minute, then try once more.",
                };
                says.set(words.to_owned());
            });
        });
    });
    said(says)
}

async fn run(says: RwSignal<String>) -> Option<()> {
    let timed = browser::post(TimeLab::PATH, &[]).await?;
    for which in ["session", "denylist", "epoch"] {
        browser::write(&format!("[data-watch={which}]"), &shown(browser::number(&timed, which)?));
    }
    let alone = browser::number(&timed, "alone")?;
    let begun = browser::now();
    browser::every_second(move || {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some seconds")]
        let passed = ((browser::now() - begun) / 1_000.0) as u32 * FASTER;
        let rest = alone.saturating_sub(passed);
        browser::write("[data-watch=alone]", &left(rest));
        if rest == 0 {
            says.set("Now the fourth has ended as well, by itself: ten minutes after it was made.".to_owned());
        }
        rest > 0
    });
    Some(())
}
