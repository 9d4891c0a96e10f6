//! `/courses/{slug}/roster/{id}`: what a list would change, row by row; and once it is imported, what it did.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::roster::{sum, undo};
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseManager, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::{ForgetRoster, ImportRoster, SaveColumns};
use crate::enrolments::roster::plan::{Change, Plan, Row, Still};
use crate::enrolments::roster::reading::Column;
use crate::enrolments::store::{Kept, RosterHead};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::RosterId;
use crate::ui::address::email;
use crate::ui::form::{Form, button};
use crate::ui::page::{page, page_title};
use crate::ui::when;

enum Shown {
    Read(Box<Kept>),
    Imported(RosterHead),
}

struct Data {
    standing: Standing,
    counts: TabCounts,
    shown: Shown,
    has_mail: bool,
    now: Millis,
}

/// One roster, for who manages the people of a course.
#[component]
pub fn RosterPage() -> impl IntoView {
    let params = use_params_map().get_untracked();
    let (slug, id) = (params.get("slug").unwrap_or_default(), params.get("id").unwrap_or_default());
    page(load(slug, id), show)
}

async fn load(slug: String, id: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut manager = CourseManager::claim_by_slug(&mut read, &slug).await?;
    let id: RosterId = id.parse().map_err(|_| AppError::NotFound)?;
    let counts = manager.count_for_tabs().await?;
    let head = manager.find_roster(id).await?;
    let shown = if head.imported_at.is_some() {
        Shown::Imported(head)
    } else {
        Shown::Read(Box::new(manager.read_roster(head).await?))
    };
    let standing = manager.standing().clone();
    Ok(Data { standing, counts, shown, has_mail: ctx.site.mailer.is_some(), now: ctx.site.db.clock().now() })
}

fn show(Data { standing, counts, shown, has_mail, now }: Data) -> AnyView {
    let back = format!("/courses/{}/roster", standing.course.slug);
    let (title, inner) = match shown {
        Shown::Read(kept) => ("What the list changes", preview(&standing, &kept, has_mail)),
        Shown::Imported(head) => ("The list is imported", imported(&standing, &head, now)),
    };
    let content = view! {
        {page_title(title)}
        <p class="crumb"><a href=back>"Import a list"</a></p>
        <h1>{title}</h1>
        {inner}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

fn imported(standing: &Standing, head: &RosterHead, now: Millis) -> AnyView {
    let at = head.imported_at.unwrap_or(head.made_at);
    let people = format!("/courses/{}/people", standing.course.slug);
    view! {
        <p class="lede">{sum(head)}</p>
        <p class="quiet-text">"Imported "{when::time(at, when::words(at, now), false)}" by "<bdi>{head.by.clone()}</bdi></p>
        <div class="buttons gap-above"><a class="button primary" href=people>"See the people"</a></div>
        <div class="gap-above">{undo(standing, head)}</div>
    }
    .into_any()
}

fn preview(standing: &Standing, kept: &Kept, has_mail: bool) -> AnyView {
    let Plan { rows, unchanged, refused } = &kept.plan;
    let many = |is_it: fn(&Change) -> bool| kept.plan.of(is_it).count();
    let figures: [(usize, &'static str, &'static str); 5] = [
        (many(|change| matches!(change, Change::Add(_))), "To add", "add"),
        (many(|change| matches!(change, Change::Role(..))), "Other role", "other-role"),
        (many(|change| matches!(change, Change::Drop(_))), "Not in it", "missing"),
        (unchanged.len(), "As it is", "unchanged"),
        (refused.len(), "Cannot be done", "refused"),
    ];
    let figures: Vec<AnyView> = figures
        .into_iter()
        .map(|(count, words, id)| {
            let count = if count == 0 {
                view! { "0" }.into_any()
            } else {
                view! { <a href=format!("#{id}")>{count}</a> }.into_any()
            };
            view! { <div><dt>{words}</dt><dd>{count}</dd></div> }.into_any()
        })
        .collect();
    let ids = [("course", standing.course.id.to_string()), ("roster", kept.head.id.to_string())];
    let seats = match standing.course.capacity {
        Some(capacity) => {
            let without = if standing.seats.has_line { "waits in line" } else { "is left out" };
            format!(" {} of {capacity} seats are taken; who finds none {without}.", standing.seats.taken)
        }
        None => String::new(),
    };
    let import = if rows.is_empty() {
        let words = if unchanged.is_empty() {
            "No row of it can be done. See below why."
        } else {
            "Everybody whose row can be read is in the course as it says."
        };
        view! { <div class="empty"><h2>"Nothing to change"</h2><p>{words}</p></div> }.into_any()
    } else {
        changes(kept, &ids, has_mail, standing.course.state)
    };
    view! {
        <p class="lede">{format!("Nothing has changed yet.{seats}")}</p>
        <dl class="figures">{figures}</dl>
        {import}
        {still("refused", "Cannot be done", "These rows are left as they are. Mend them in the list, and import it again.", refused, true)}
        {still("unchanged", "As it is", "Nothing changes for them.", unchanged, false)}
        {columns(kept, &ids)}
        <div class="gap-above">{button::<ForgetRoster>(&ids, "button quiet", "Forget this list", "")}</div>
    }
    .into_any()
}

/// The rows of one kind, as they stand on the page.
struct Group {
    id: &'static str,
    heading: &'static str,
    words: &'static str,
    holds: fn(&Change) -> bool,
}

fn changes(kept: &Kept, ids: &[(&'static str, String)], has_mail: bool, state: CourseState) -> AnyView {
    let form = Form::to::<ImportRoster>();
    // A form that came back has the ticks that were sent, and no others.
    let ticks = form.values("ticked[]");
    let is_ticked = |row: &Row| ticks.as_ref().map_or(row.is_ticked, |ticks| ticks.contains(&row.tick().as_str()));
    let groups = [
        Group {
            id: "add",
            heading: "To add",
            words: "They are in the course once you import.",
            holds: |change| matches!(change, Change::Add(_)),
        },
        Group {
            id: "other-role",
            heading: "Other role",
            words: "The list gives them another role than they have here. Tick whom it is right about.",
            holds: |change| matches!(change, Change::Role(..)),
        },
        Group {
            id: "missing",
            heading: "Not in the list",
            words: "Ticked are those who came with an earlier list. What they have read is kept.",
            holds: |change| matches!(change, Change::Drop(_)),
        },
    ];
    let groups: Vec<AnyView> = groups
        .into_iter()
        .map(|Group { id, heading, words, holds }| {
            let rows: Vec<AnyView> = kept.plan.of(holds).map(|row| change(row, is_ticked(row))).collect();
            if rows.is_empty() {
                return ().into_any();
            }
            view! {
                <section class="gap-above" aria-labelledby=id>
                    <h2 id=id>{heading}" "<span class="quiet-text">{rows.len()}</span></h2>
                    <p class="quiet-text">{words}</p>
                    <table class="table" role="table" aria-labelledby=id>
                        <thead role="rowgroup"><tr role="row">
                            <th role="columnheader" scope="col"><span class="hidden">"Pick"</span></th>
                            <th role="columnheader" scope="col">"Person"</th>
                            <th role="columnheader" scope="col">"As"</th>
                            <th role="columnheader" scope="col">"Note"</th>
                            <th role="columnheader" scope="col" class="wide-only">"Row"</th>
                        </tr></thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                </section>
            }
            .into_any()
        })
        .collect();
    let tell = has_mail.then(|| {
        form.checkbox(
            "tell",
            "Write to who gets a place",
            match state {
                CourseState::Draft => "One letter to each: to staff now, to students once you publish the course, which they cannot open before. Who has no account is asked to make one.",
                CourseState::Archived => "One letter to each, at the latest once the course is published; who has no account is asked to make one.",
                CourseState::Published | CourseState::Concluded => "One letter to each, with the address of the course; who has no account is asked to make one.",
            },
            true,
        )
    });
    view! {
        <form method="post" action=form.action() id="import">
            {form.summary()}
            {form.hidden(ids)}
            {groups}
            <div class="fields gap-above">
                {tell}
                <div class="buttons"><button class="button primary large">"Import what is ticked"</button></div>
            </div>
        </form>
    }
    .into_any()
}

fn change(row: &Row, is_ticked: bool) -> AnyView {
    let tick = row.tick();
    let who = row.name.clone().unwrap_or_else(|| row.email.as_typed().to_owned());
    let role = match row.change {
        Change::Add(role) | Change::Drop(role) => role.word().to_owned(),
        Change::Role(before, after) => format!("{}, not {}", after.word(), before.key()),
    };
    let number = row.number.map_or("—".to_owned(), |number| number.to_string());
    let note = row.note.clone();
    let note_class = if note.is_empty() { "more none" } else { "more" };
    let name = row.name.clone().map(|name| view! { <bdi>{name}</bdi> });
    view! {
        <tr role="row">
            <td role="cell" class="pick">
                <label class="hidden" for=tick.clone()>{format!("Pick {who}")}</label>
                <input type="checkbox" id=tick.clone() name="ticked[]" value=tick checked=is_ticked />
            </td>
            <th role="rowheader" scope="row" class="who">{name}<span class="meta">{email(row.email.as_typed())}</span></th>
            <td role="cell" class="role">{role}</td>
            <td role="cell" class=note_class>{note}</td>
            <td role="cell" class="wide-only">{number}</td>
        </tr>
    }
    .into_any()
}

/// Rows that change nothing, with why.
fn still(id: &'static str, heading: &'static str, words: &'static str, rows: &[Still], is_open: bool) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let items: Vec<AnyView> = rows
        .iter()
        .map(|row| {
            let who = (!row.who.is_empty()).then(|| view! { ", "<bdi>{row.who.clone()}</bdi> });
            let by = row.by.clone().map(|by| view! { <bdi>{by}</bdi> });
            view! { <li>{format!("Row {}", row.number)}{who}": "{by}{row.why.clone()}"."</li> }.into_any()
        })
        .collect();
    view! {
        <details class="gap-above" id=id open=is_open>
            <summary>{format!("{heading}: {}", rows.len())}</summary>
            <p class="quiet-text">{words}</p>
            <ul class="bullets">{items}</ul>
        </details>
    }
    .into_any()
}

/// What each column is taken for, to be said otherwise.
fn columns(kept: &Kept, ids: &[(&'static str, String)]) -> AnyView {
    let form = Form::to::<SaveColumns>();
    let chosen = form.values("columns[]");
    let fields: Vec<AnyView> = (0..kept.table.width())
        .map(|at| {
            let now = kept.columns.get(at).copied().unwrap_or(Column::Nothing);
            let now = chosen.as_ref().and_then(|chosen| chosen.get(at)).map_or(now, |key| Column::of_key(key));
            let options: Vec<AnyView> = Column::ALL
                .into_iter()
                .map(|each| view! { <option value=each.key() selected=each == now>{each.words()}</option> }.into_any())
                .collect();
            let id = format!("column-{at}");
            let example = kept.table.example(at).to_owned();
            let label = if example.is_empty() { format!("Column {}", at + 1) } else { format!("Column {}: {example}", at + 1) };
            view! { <div class="field"><label for=id.clone()>{label}</label><select class="input" id=id name="columns[]">{options}</select></div> }
                .into_any()
        })
        .collect();
    view! {
        <section class="hung" aria-labelledby="columns">
            <div><h2 id="columns">"What the columns say"</h2><p>"Guessed from the list. Change it where it is wrong, and look again."</p></div>
            <div>
                <form class="fields" method="post" action=form.action() novalidate>
                    {form.summary()}
                    {form.hidden(ids)}
                    {fields}
                    {form.checkbox("has_head", "The first row is a heading", "It says what the columns are, and is nobody.", kept.has_head)}
                    {form.checkbox("is_whole", "This is everybody", "Students who are not in it are shown as well, to be taken out.", kept.head.is_whole)}
                    <div class="buttons"><button class="button">"Read it again"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}
