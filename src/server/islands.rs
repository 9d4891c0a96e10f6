//! The clock of the browser beside that of the server.

use leptos::prelude::*;

use crate::ui::browser;

/// Says how far the two clocks are apart. Stands in an element with `data-server-now`, milliseconds since 1970; without a script
/// a person compares the time that is written there with their own.
#[island]
pub fn ClockCheck() -> impl IntoView {
    let apart = RwSignal::new(None::<f64>);
    // Effects only run in the browser.
    Effect::new(move |_| {
        let server = browser::element("[data-server-now]").and_then(|element| element.get_attribute("data-server-now"));
        if let Some(server) = server.and_then(|now| now.parse::<f64>().ok()) {
            apart.set(Some((browser::now() - server) / 1_000.0));
        }
    });
    view! {
        <span role="status">
            {move || apart.get().map(|seconds| {
                // The page was on its way for a while.
                if seconds.abs() < 30.0 {
                    "Your clock agrees with it.".to_owned()
                } else {
                    format!("Your clock is {:.0} seconds {} it.", seconds.abs(), if seconds > 0.0 { "ahead of" } else { "behind" })
                }
            })}
        </span>
    }
    .into_any()
}
