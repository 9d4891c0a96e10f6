//! `/courses/{slug}/people`: the people.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::accounts::model::Email;
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::{AddPerson, ApprovePerson, RemovePerson};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::enrolments::pages::adding::{add, waiting_for_accounts};
use crate::enrolments::pages::people_table::table;
use crate::enrolments::pages::picked::CHOICES;
use crate::enrolments::store::{AskingRow, AwaitedRow, PeopleList, Sort};
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::ui::address::email;
use crate::ui::form::{Form, button};
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination, read_page};
use crate::ui::when;

/// So many of those who ask stand above the list.
const ASKING: i64 = 10;
/// So many of the places that wait for an account stand below it.
const AWAITED: i64 = 10;

struct Data {
    standing: Standing,
    counts: TabCounts,
    people: PeopleList,
    search: String,
    role: Option<CourseRole>,
    state: Option<PlaceState>,
    sort: Sort,
    number: PageNumber,
    now: Millis,
    address: String,
    awaited: (Vec<AwaitedRow>, i64),
    asking: Vec<AskingRow>,
    has_mail: bool,
    /// Whom an admin has looked for who has no place here.
    stranger: Option<(UserId, String)>,
}

/// The people, 25 on a page, for staff and admins, with the form that adds people for who manages them.
#[component]
pub fn CoursePeople() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let search: String = ctx.query("q").unwrap_or_default().chars().take(100).collect();
    let role = ctx.query("role").and_then(|role| role.parse().ok());
    let state = ctx.query("state").and_then(|state| PlaceState::of_key(&state));
    let sort = Sort::of(&ctx.query("sort").unwrap_or_default());
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let counts = staff.count_for_tabs().await?;
    let (number, people, _) = read_page!(&ctx, skip => {
        let people = staff.list_people(&search, role, state, sort, PAGE, skip).await?;
        let total = people.total;
        (people, total)
    });
    let awaited = staff.list_awaited(AWAITED, 0).await?;
    let asking = staff.list_asking(ASKING).await?;
    let stranger = match Email::parse(&search) {
        Ok(email) if people.total == 0 => staff.find_stranger(&email).await?,
        _ => None,
    };
    let address = format!("{}/courses/{slug}", ctx.site.config.public_url.origin);
    Ok(Data {
        standing: staff.standing().clone(),
        counts,
        people,
        search,
        role,
        state,
        sort,
        number,
        now: ctx.site.db.clock().now(),
        address,
        awaited,
        asking,
        has_mail: ctx.site.mailer.is_some(),
        stranger,
    })
}

fn show(data: Data) -> AnyView {
    let Data {
        standing,
        counts,
        people,
        search,
        role,
        state,
        sort,
        number,
        now,
        address,
        awaited,
        asking: rows,
        has_mail,
        stranger,
    } = data;
    let path = format!("/courses/{}/people", standing.course.slug);
    let is_filtered = !search.is_empty() || role.is_some() || state.is_some();
    let form = Form::to::<AddPerson>();
    let title = page_title(&format!("People in {}", standing.course.title));
    let may_manage = standing.may(CourseAct::ManagePeople);
    let list = if people.rows.is_empty() && is_filtered {
        nothing(&search, &path, stranger)
    } else {
        table(&standing, &people, &path, &search, role, state, sort, now, may_manage)
    };
    let picking = (may_manage && !people.rows.is_empty()).then(|| {
        let options: Vec<AnyView> = CHOICES
            .into_iter()
            .filter(|(key, _)| has_mail || *key != "write")
            .map(|(key, words)| view! { <option value=key>{words}</option> }.into_any())
            .collect();
        view! {
            <form class="finder bulk" id="picking" method="get" action=format!("{path}/picked")>
                <div class="field"><label for="what">"With the people you picked"</label><select class="input" id="what" name="what"><option value="">"Choose what to do"</option>{options}</select></div>
                <button class="button">"Continue"</button>
            </form>
        }
    });
    let share = if standing.course.state != CourseState::Published {
        view! { "Publish the course first. Then this is the address to share: "<code>{address}</code> }.into_any()
    } else {
        view! { "This is the address to share: "<code>{address}</code> }.into_any()
    };
    let nobody = (people.students == 0 && !is_filtered).then(|| {
        view! {
            <div class="empty">
                <h2>"Nobody has joined yet"</h2>
                <p>{share}</p>
                {may_manage.then(|| view! { <p><a href=format!("/courses/{}/joining", standing.course.slug)>"Make a join code"</a></p> })}
            </div>
        }
    });
    let role_key = role.map_or("", CourseRole::key);
    let options: Vec<AnyView> = CourseRole::ALL
        .into_iter()
        .map(|each| view! { <option value=each.key() selected=Some(each) == role>{each.word()}</option> }.into_any())
        .collect();
    let states: Vec<AnyView> = PlaceState::ALL
        .into_iter()
        .map(|each| view! { <option value=each.key() selected=Some(each) == state>{each.word()}</option> }.into_any())
        .collect();
    let state_key = state.map_or("", PlaceState::key);
    let content = view! {
        {title}
        <div class="figure-head">
            <h1>"People"</h1>
            <dl class="figures">
                <div><dt>"Students"</dt><dd>{people.students}{standing.course.capacity.map(|capacity| view! { <span class="quiet-text">{format!(" of {capacity} seats")}</span> })}</dd></div>
                <div><dt>"Staff"</dt><dd>{people.staff}</dd></div>
                {(people.waiting > 0).then(|| view! { <div><dt>"In line"</dt><dd><a href=format!("{path}?state=waitlisted")>{people.waiting}</a></dd></div> })}
                {(people.requests > 0).then(|| view! { <div><dt>"Asking"</dt><dd><a href=format!("{path}?state=requested")>{people.requests}</a></dd></div> })}
            </dl>
            {may_manage.then(|| view! { <div class="buttons"><a class="button primary" href="#add">"Add people"</a><a class="button" href=format!("/courses/{}/roster", standing.course.slug)>"Import a list"</a><a class="button" href=format!("/courses/{}/joining", standing.course.slug)>"Seats and join code"</a></div> })}
        </div>
        {asking(&standing, rows, people.requests, now, &path)}
        {nobody}
        <div class="tools">
            <h2 id="everyone">"Everyone"</h2>
            <form class="finder" method="get" action=path.clone() role="search">
                <div class="field"><label for="q">"Name or email"</label><input class="input" id="q" name="q" type="search" dir="auto" value=search.clone() /></div>
                <div class="field"><label for="in-role">"As"</label><select class="input" id="in-role" name="role"><option value="">"Any role"</option>{options}</select></div>
                <div class="field"><label for="in-state">"State"</label><select class="input" id="in-state" name="state"><option value="">"In it or waiting"</option>{states}</select></div>
                <button class="button">"Find"</button>
            </form>
        </div>
        {list}
        {picking}
        {is_filtered.then(|| found(people.total, &path))}
        <p class="gap-above"><a href=format!("{path}.csv")>"Download the list"</a>", "<a href=format!("/courses/{}/progress", standing.course.slug)>"who has read what"</a></p>
        {pagination(&path, &[("q", &search), ("role", role_key), ("state", state_key), ("sort", if sort == Sort::Name { "" } else { sort.key() })], number, people.total, "people")}
        {waiting_for_accounts(&standing, awaited, now, may_manage)}
        {may_manage.then(|| add(&standing, form, has_mail))}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

/// Who asks to join, with what they said. The list below has all of them when there are more.
fn asking(standing: &Standing, rows: Vec<AskingRow>, all: i64, now: Millis, path: &str) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let left = all - i64::try_from(rows.len()).unwrap_or(0);
    let may_manage = standing.may(CourseAct::ManagePeople);
    let items: Vec<AnyView> = rows
        .into_iter()
        .map(|row| {
            let fields = [("course", standing.course.id.to_string()), ("person", row.id.to_string())];
            let words = row.words.map(|words| view! { <p class="words" dir="auto">{words}</p> });
            let answer = may_manage.then(|| view! {
                <div class="buttons">
                    {button::<ApprovePerson>(&fields, "button small", "Let in", &row.name)}
                    {button::<RemovePerson>(&fields, "button small quiet", "Turn down", &row.name)}
                </div>
            });
            view! {
                <li class="split">
                    <div><p><b><bdi>{row.name.clone()}</bdi></b>", "{email(&row.email)}", asked "{when::words(row.since, now)}</p>{words}</div>
                    {answer}
                </li>
            }
            .into_any()
        })
        .collect();
    let more = (left > 0).then(|| view! { <p class="gap-above"><a href=format!("{path}?state=requested")>{format!("{left} more ask")}</a></p> });
    let full = standing.seats.capacity.is_some_and(|capacity| standing.seats.taken >= capacity);
    let hint = if full && standing.seats.has_line {
        "All seats are taken: who is let in stands in line."
    } else if full {
        "All seats are taken, and there is no line: nobody is let in before there is a seat."
    } else {
        "They are in the course once you let them in."
    };
    view! {
        <section class="hung" aria-labelledby="asking">
            <div><h2 id="asking">"Asking to join"</h2><p>{hint}</p></div>
            <div><ul class="rows" role="list">{items}</ul>{more}</div>
        </section>
    }
    .into_any()
}

/// How many there are of those that were looked for, and the way back to all; nobody says so itself.
fn found(total: i64, path: &str) -> AnyView {
    let words = match total {
        0 => return ().into_any(),
        1 => "1 person found.".to_owned(),
        many => format!("{many} people found."),
    };
    view! { <p class="gap-above quiet-text">{words}" "<a href=path.to_owned()>"Show everybody"</a></p> }.into_any()
}

fn nothing(search: &str, path: &str, stranger: Option<(UserId, String)>) -> AnyView {
    let heading =
        if search.is_empty() { "Nobody here is that".to_owned() } else { format!("Nobody called “{search}” here") };
    let stranger = stranger.map(|(id, name)| {
        view! { <p><bdi>{name.clone()}</bdi>" has this address, and was never in the course. "<a href=format!("{path}/{id}/why")>"Why can they, why can’t they?"</a></p> }
    });
    view! {
        <div class="empty">
            <h3 dir="auto">{heading}</h3>
            {stranger}
            {(!search.is_empty()).then(|| view! { <p>"Try part of a name or the start of an email address. Who left or was removed is found by that state."</p> })}
            <p><a href=path.to_owned()>"Show everybody"</a></p>
        </div>
    }
    .into_any()
}
