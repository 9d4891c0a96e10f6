//! The clock of the browser beside that of the server.

use leptos::prelude::*;

use crate::ui::browser;
use crate::ui::said::said;

/// Says how far the two clocks are apart. Stands in an element with `data-server-now`, milliseconds since 1970; without a script
/// a person compares the time that is written there with their own.
#[island]
pub fn ClockCheck() -> impl IntoView {
    let says = RwSignal::new(String::new());
    // Effects only run in the browser. Whole seconds: to write or read a fraction would weigh more than the rest of this.
    Effect::new(move |_| {
        let server = browser::element("[data-server-now]").and_then(|element| element.get_attribute("data-server-now"));
        let Some(server) = server.and_then(|now| now.parse::<i64>().ok()) else { return };
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970")]
        let apart = (browser::now() as i64 - server) / 1_000;
        says.set(match apart {
            // The page was on its way for a while.
            -29..=29 => "Your clock agrees with it.".to_owned(),
            ahead @ 30.. => format!("Your clock is {ahead} seconds ahead of it."),
            behind => format!("Your clock is {} seconds behind it.", -behind),
        });
    });
    said(says)
}
