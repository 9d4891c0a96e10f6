//! An event as a line: when, what, who, on what, from where.

use leptos::prelude::*;

use crate::audit::event::What;
use crate::audit::store::EventRow;
use crate::clock::Millis;
use crate::id::UserId;
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
    let fact = |words: &str| view! { <bdi>{words.to_owned()}</bdi> }.into_any();
    // Two people may have the same name, and one may take another's: the number and the page tell them apart.
    let person = |words: &'static str, name: &str, id: UserId| {
        view! { {words}" "<a href=format!("/people/{id}")><bdi>{name.to_owned()}</bdi></a>{format!(" (no. {id})")} }
            .into_any()
    };
    let who = match (row.actor_kind.as_str(), row.actor.as_deref().zip(row.actor_id), reader) {
        ("person", _, Reader::Oneself) if is_own => fact("by you"),
        ("person", _, Reader::Oneself) => fact("by somebody who may: an admin, or who teaches the course"),
        ("person", Some((name, id)), Reader::Admin) => person("by", name, id),
        ("system", ..) => fact("by this server"),
        _ => fact("by somebody who was not signed in"),
    };
    let whose = row
        .about
        .as_deref()
        .zip(row.about_id)
        .filter(|_| reader == Reader::Admin && !is_own)
        .map(|(name, id)| person("account of", name, id));
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
    let others = [thing, change, place].into_iter().flatten().map(|words| fact(&words));
    let facts: Vec<AnyView> =
        [who].into_iter().chain(whose).chain(others).map(|fact| view! { <li>{fact}</li> }.into_any()).collect();
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
