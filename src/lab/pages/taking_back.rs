//! The stopwatches.

use leptos::prelude::*;

use crate::clock::Millis;
use crate::lab::api::TimeLab;
use crate::lab::islands::Stopwatches;
use crate::lab::model::{Timed, left, shown};
use crate::ui::form::button;
use crate::ui::when;

/// The four stopwatches, with what they showed after the last press, and the button.
pub fn section(timed: Option<Timed>, now: Millis) -> AnyView {
    let millis = |of: fn(&Timed) -> u32| timed.as_ref().map_or_else(|| "–".to_owned(), |timed| shown(of(timed)));
    let alone = timed.as_ref().map_or_else(|| "–".to_owned(), |timed| left(timed.alone));
    let watches: [(&str, &str, String, &str, &str); 4] = [
        ("session", "stopwatch hue h8", millis(|it| it.session), "ms", "Session: refused at its next request"),
        (
            "denylist",
            "stopwatch hue h1",
            millis(|it| it.denylist),
            "ms",
            "Token on the denylist: the same, since we keep a list",
        ),
        (
            "epoch",
            "stopwatch hue h1",
            millis(|it| it.epoch),
            "ms",
            "Token of an account whose epoch was raised: the same, since we keep a number",
        ),
        ("alone", "stopwatch hue h1", alone, "left", "Token that nobody asks about: works until it ends"),
    ];
    let watches: Vec<AnyView> = watches
        .into_iter()
        .map(|(which, class, figure, unit, words)| {
            view! { <div class=class><dt>{words}</dt><dd><span data-watch=which>{figure}</span>" "<small>{unit}</small></dd></div> }.into_any()
        })
        .collect();
    let at =
        timed.as_ref().map(|timed| view! { <p>"Timed "{when::time(timed.at, when::words(timed.at, now), false)}</p> });
    let told = timed.is_some().then(|| {
        view! { <p class="quiet-text">"Three are refused. The fourth goes on until it ends by itself, ten minutes after it was made: nobody asks about it."</p> }
    });
    let again = if timed.is_some() { "Time it again" } else { "Time it" };
    view! {
        <section class="hung" id="take-back" aria-labelledby="taking-back">
            <div>
                <h2 id="taking-back">"Take them back"</h2>
                <p>"We make a spare of each, end it, and ask again every 10 ms until it is refused. You stay signed in."</p>
                {at}
            </div>
            <div>
                <dl class="stopwatches">{watches}</dl>
                <div class="buttons">
                    {button::<TimeLab>(&[], "button primary", again, "")}
                    <a href="/courses/sessions-and-tokens/lessons/taking-it-back">"A lesson explains why"</a>
                </div>
                {told}
                <Stopwatches />
            </div>
        </section>
    }
    .into_any()
}
