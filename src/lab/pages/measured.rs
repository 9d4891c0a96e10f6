//! What was measured here: a chart and a table of the same numbers.

use std::sync::Arc;

use leptos::prelude::*;

use super::chart::{Bar, chart};
use crate::clock::Millis;
use crate::lab::api::MeasureLab;
use crate::lab::measuring::{CHECKS, Line, Measured};
use crate::ui::form::button;
use crate::ui::told::{self, Row};
use crate::ui::when;

/// The numbers, or that there are none yet, and the button that makes them.
pub fn section(measured: Option<Arc<Measured>>, now: Millis) -> AnyView {
    let (help, content, again) = match measured {
        Some(measured) => {
            let at = when::time(measured.at, ago(measured.at, now), false);
            (
                view! { <p>{format!("The middle of {CHECKS} checks, ")}{at}</p> }.into_any(),
                numbers(&measured),
                "Measure again",
            )
        }
        None => (
            view! { <p>"On this server, with its session store"</p> }.into_any(),
            view! { <p>"Not measured yet, since this server was started."</p> }.into_any(),
            "Measure now",
        ),
    };
    view! {
        <section class="hung" aria-labelledby="measured">
            <div><h2 id="measured">"Measured here"</h2>{help}</div>
            <div>
                {content}
                <div class="buttons gap-above">{button::<MeasureLab>(&[], "button", again, "")}</div>
            </div>
        </section>
    }
    .into_any()
}

fn ago(at: Millis, now: Millis) -> String {
    match (now - at) / 1_000 {
        0 => "just now".to_owned(),
        1 => "1 second ago".to_owned(),
        seconds @ 2..60 => format!("{seconds} seconds ago"),
        _ => when::words(at, now),
    }
}

/// "38 µs", "1.2 ms".
fn took(line: &Line) -> String {
    let micros = line.check.as_micros();
    match micros {
        0..10 => format!("{}.{} µs", micros, line.check.as_nanos() % 1_000 / 100),
        10..1_000 => format!("{micros} µs"),
        _ => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
    }
}

const HEAD: [&str; 5] =
    ["Way", "One check", "Bytes sent with each request", "Bytes kept for each", "Questions for each request"];

fn numbers(measured: &Measured) -> AnyView {
    let bars = measured
        .lines
        .iter()
        .map(|line| Bar {
            name: line.name.clone(),
            value: u64::try_from(line.check.as_nanos()).unwrap_or(u64::MAX),
            words: took(line),
            is_first: line.is_session,
        })
        .collect();
    let rows = measured
        .lines
        .iter()
        .map(|line| {
            let kept = line.kept.map_or_else(|| "not known".to_owned(), |bytes| bytes.to_string());
            let said = [took(line), line.sent.to_string(), kept, line.questions.to_string()];
            Row::of(line.name.clone(), said.into_iter().map(IntoAny::into_any).collect())
        })
        .collect();
    view! {
        {chart("How long one check takes", bars)}
        <div class="gap-above">{told::table("What was measured", &HEAD, rows)}</div>
        <p class="quiet-text">"A signature alone asks nobody, and cannot be taken back. As this server’s API checks a token, it asks one question: \
            whether its family, its key and its account are still what they were, and whether it stands on the denylist. That makes it as \
            easy to end as a session. What it costs beside that is its signature; what a session costs is one more question, to its store."</p>
    }
    .into_any()
}
