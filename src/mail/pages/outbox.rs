//! `/admin/outbox`: mail that waits, that could not be sent, that was sent.

use leptos::prelude::*;

use crate::accounts::policy::Admin;
use crate::clock::Millis;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::mail::api::{DeleteLetter, RetryLetter};
use crate::mail::letter::Kind;
use crate::mail::store::{Counts, LetterRow, public_count_letters};
use crate::ui::form::{ask_first, button};
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination};
use crate::ui::when;

/// The states there are, as the address has them, and what a list of them is called.
const STATES: [(&str, &str); 3] = [("waiting", "Waiting"), ("dead", "Not sent"), ("sent", "Sent")];

struct Data {
    rows: Vec<LetterRow>,
    counts: Counts,
    state: &'static str,
    page: PageNumber,
    /// The mail server; none: letters are handed over.
    server: Option<String>,
    /// Who looks.
    asker: Option<UserId>,
    now: Millis,
}

/// Letters in one of three states, for admins; each with what can be done about it.
#[component]
pub fn Outbox() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let asked = ctx.query("state").unwrap_or_default();
    let state = STATES.iter().find(|(key, _)| *key == asked).map_or("waiting", |(key, _)| *key);
    let page = PageNumber::of(&ctx);
    let mut read = request::read().await?;
    let rows = Admin::claim(&mut read).await?.list_letters(state, page.skip(), PAGE).await?;
    let counts = public_count_letters(&mut read).await?;
    let server = ctx.site.config.mail.as_ref().map(ToString::to_string);
    let asker = ctx.person().map(|person| person.id);
    Ok(Data { rows, counts, state, page, server, asker, now: ctx.site.db.clock().now() })
}

fn show(Data { rows, counts, state, page, server, asker, now }: Data) -> AnyView {
    let has_server = server.is_some();
    let lede = match server {
        Some(server) => format!("Mail leaves by {server}. What could not be sent is tried again for a day."),
        None => "This server sends no mail: LECTERN_SMTP_URL is not set. What people asked for waits here. Make sure who they \
                 are, then hand them the link."
            .to_owned(),
    };
    let count = |key: &str| match key {
        "waiting" => counts.waiting,
        "dead" => counts.dead,
        _ => counts.sent,
    };
    let tabs: Vec<AnyView> = STATES
        .iter()
        .map(|(key, words)| {
            let current = (*key == state).then_some("page");
            let address = format!("/admin/outbox?state={key}");
            view! { <li><a href=address aria-current=current>{format!("{words} {}", count(key))}</a></li> }.into_any()
        })
        .collect();
    let list = if rows.is_empty() {
        let words = match state {
            "waiting" => "No mail waits.",
            "dead" => "Everything could be sent.",
            _ => "No mail was sent in the last 30 days.",
        };
        view! { <p>{words}</p> }.into_any()
    } else {
        let rows: Vec<AnyView> = rows.into_iter().map(|row| letter(row, has_server, asker, now)).collect();
        view! { <ol class="events" role="list">{rows}</ol> }.into_any()
    };
    view! {
        {page_title("Mail")}
        <div class="page wrap">
            <div class="head"><div><h1>"Mail"</h1><p class="lede">{lede}</p></div></div>
            <nav aria-label="Mail by state"><ul class="filters" role="list">{tabs}</ul></nav>
            <div class="gap-above">{list}</div>
            {pagination("/admin/outbox", &[("state", state)], page, count(state), "letters")}
        </div>
    }
    .into_any()
}

fn letter(row: LetterRow, has_server: bool, asker: Option<UserId>, now: Millis) -> AnyView {
    let (id, object) = (row.id, format!("to {}", row.address));
    let fields = [("letter", id.to_string())];
    let person = match (row.user_id, row.name.clone()) {
        (Some(user), Some(name)) => Some(view! { <li><a href=format!("/people/{user}")><bdi>{name}</bdi></a></li> }),
        _ => None,
    };
    let is_open = row.state != "sent" && row.has_words() && row.expires_at > now;
    let time = |at: Millis| when::time(at, when::words(at, now), true);
    let inside = |at: Millis| when::time(at, when::words(at, now), false);
    let state = match row.state.as_str() {
        "waiting" if !has_server => view! { <li>"its link works until "{inside(row.expires_at)}</li> }.into_any(),
        "waiting" if row.tries > 0 => {
            let times = if row.tries == 1 { "tried once".to_owned() } else { format!("tried {} times", row.tries) };
            view! { <li>{times}", again "{inside(row.due_at)}</li> }.into_any()
        }
        "waiting" => view! { <li>"leaves now"</li> }.into_any(),
        _ => ().into_any(),
    };
    let error = row.last_error.clone().filter(|_| row.state != "sent").map(|words| {
        view! { <p class="quiet-text">"Why: "<bdi>{words}</bdi></p> }
    });
    // A notice may tell of whoever wants it gone.
    let can_delete = row.kind != Kind::Notice.key();
    // An invitation opens nothing yet, and is handed over by who invited.
    let is_anothers = row.is_admins && row.user_id != asker && row.kind != Kind::Invitation.key();
    let elsewhere = (is_open && is_anothers).then(|| {
        view! { <p class="quiet-text">"It is about another admin’s account. Whoever runs the server opens it: lectern outbox."</p> }
    });
    let deeds = (is_open && !is_anothers).then(|| {
        let retry = (has_server && (row.state == "dead" || row.tries > 0))
            .then(|| button::<RetryLetter>(&fields, "button small", "Try again", &object));
        view! {
            <div class="buttons">
                <a class="button small" href=format!("/admin/outbox/{id}")>"Open"<span class="hidden">{format!(" the letter {object}")}</span></a>
                {retry}
                {can_delete.then(|| ask_first::<DeleteLetter>(
                    &fields, "Delete", &format!("the letter {object}"),
                    "Then it is not sent, and nobody can open it here. Its link works until its time is over.".to_owned(), "Delete the letter".to_owned(),
                ))}
            </div>
        }
    });
    view! {
        <li>
            <p class="when">{time(row.created_at)}</p>
            <div>
                <p><b>{row.what()}</b></p>
                <ul class="facts-line" role="list"><li><bdi>{format!("to {}", row.address)}</bdi></li>{person}{state}</ul>
                {error}
                {elsewhere}
                {deeds}
            </div>
        </li>
    }
    .into_any()
}
