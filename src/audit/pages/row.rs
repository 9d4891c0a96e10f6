//! An event as a line: when, what, who, on what, from where.

use leptos::prelude::*;

use crate::audit::event::What;
use crate::audit::store::EventRow;
use crate::clock::Millis;
use crate::sessions::device::Device;
use crate::ui::when;

/// Who reads, and so what is said of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// An admin: everything.
    Admin,
    /// The person it happened to: nobody else's address, and of those who look after the site no more than that they do.
    Oneself,
}

/// The list, the newest first.
pub fn list(rows: Vec<EventRow>, reader: Reader, now: Millis) -> AnyView {
    let rows: Vec<AnyView> = rows.into_iter().map(|row| event(row, reader, now)).collect();
    view! { <ol class="events" role="list">{rows}</ol> }.into_any()
}

fn event(row: EventRow, reader: Reader, now: Millis) -> AnyView {
    let words = row.what().map_or_else(|| row.event.clone(), |what| what.words().to_owned());
    let is_own = row.actor_id.is_some() && row.actor_id == row.about_id;
    let who = match (row.actor_kind.as_str(), &row.actor, reader) {
        ("person", _, Reader::Oneself) if is_own => "by you".to_owned(),
        ("person", _, Reader::Oneself) => "by somebody who may: an admin, or who teaches the course".to_owned(),
        ("person", Some(name), Reader::Admin) => format!("by {name}"),
        ("system", ..) => "by this server".to_owned(),
        _ => "by somebody who was not signed in".to_owned(),
    };
    let whose =
        row.about.clone().filter(|_| reader == Reader::Admin && !is_own).map(|name| format!("account of {name}"));
    let thing = match (row.object_kind.as_deref(), &row.title) {
        (Some("course"), Some(title)) => Some(format!("course “{title}”")),
        (Some("lesson"), Some(title)) => Some(format!("lesson “{title}”")),
        (Some("course"), None) => row.object_id.map(|id| format!("course {id}")),
        (Some("lesson"), None) => row.object_id.map(|id| format!("lesson {id}, which is gone")),
        _ => None,
    };
    let change = row.change();
    let what = row.what();
    // How somebody signed in and why it ended are kept as keys.
    let in_words = |words: String| match what {
        Some(What::SignedIn | What::SignedInAfterWrong | What::SignInEnded) => words.replace('_', " "),
        _ => words,
    };
    let change = match (change.before, change.after) {
        (Some(before), Some(after)) => Some(format!("{before} → {}", in_words(after))),
        (None, Some(only)) | (Some(only), None) => Some(in_words(only)),
        (None, None) => None,
    };
    let place = row.place().filter(|_| reader == Reader::Admin || is_own || row.actor_kind == "visitor").map(|place| {
        if place.browser.is_empty() {
            format!("from {}", place.address)
        } else {
            format!("from {}, {}", place.address, Device::of(&place.browser).words)
        }
    });
    let facts: Vec<AnyView> = [Some(who), whose, thing, change, place]
        .into_iter()
        .flatten()
        .map(|fact| view! { <li><bdi>{fact}</bdi></li> }.into_any())
        .collect();
    let key = (reader == Reader::Admin).then(|| view! { <code>{row.event.clone()}</code> });
    view! {
        <li>
            <p class="when">{when::time(row.at, when::words(row.at, now), true)}</p>
            <div>
                <p><b>{words}</b>" "{key}</p>
                <ul class="facts-line" role="list">{facts}</ul>
            </div>
        </li>
    }
    .into_any()
}
