//! `/courses/{slug}/people`: the roster.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::{AddPerson, ApprovePerson, ForgetAwaited, PutBack, RemovePerson, UnblockPerson};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::enrolments::store::{AwaitedRow, Roster, RosterRow, Sort};
use crate::failure::Failure;
use crate::http::request;
use crate::ui::address::email;
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination};
use crate::ui::when;

struct Data {
    standing: Standing,
    counts: TabCounts,
    roster: Roster,
    search: String,
    role: Option<CourseRole>,
    state: PlaceState,
    sort: Sort,
    number: PageNumber,
    now: Millis,
    address: String,
    awaited: Vec<AwaitedRow>,
    has_mail: bool,
}

/// The roster, 25 on a page, for staff and admins, with the form that adds people for who manages them.
#[component]
pub fn CoursePeople() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let search: String = ctx.query("q").unwrap_or_default().chars().take(100).collect();
    let role = ctx.query("role").and_then(|role| role.parse().ok());
    let state = ctx.query("state").and_then(|state| PlaceState::of_key(&state)).unwrap_or(PlaceState::Active);
    let sort = Sort::of(&ctx.query("sort").unwrap_or_default());
    let mut number = PageNumber::of(&ctx);
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let counts = staff.count_for_tabs().await?;
    let mut roster = staff.list_people(&search, role, state, sort, PAGE, number.skip()).await?;
    if let Some(last) = number.beyond(roster.total) {
        number = last;
        roster = staff.list_people(&search, role, state, sort, PAGE, number.skip()).await?;
    }
    let awaited = staff.list_awaited().await?;
    let address = format!("{}/courses/{slug}", ctx.site.config.public_url.origin);
    Ok(Data {
        standing: staff.standing().clone(),
        counts,
        roster,
        search,
        role,
        state,
        sort,
        number,
        now: ctx.site.db.clock().now(),
        address,
        awaited,
        has_mail: ctx.site.mailer.is_some(),
    })
}

fn show(data: Data) -> AnyView {
    let Data { standing, counts, roster, search, role, state, sort, number, now, address, awaited, has_mail } = data;
    let path = format!("/courses/{}/people", standing.course.slug);
    let is_filtered = !search.is_empty() || role.is_some() || state != PlaceState::Active;
    let form = Form::to::<AddPerson>();
    let title = page_title(&format!("People in {}", standing.course.title));
    let may_manage = standing.may(CourseAct::ManagePeople);
    let list = if roster.rows.is_empty() && is_filtered {
        nothing(&search, &path)
    } else {
        table(&standing, &roster, &path, &search, role, state, sort, now, may_manage)
    };
    let share = if standing.course.state == CourseState::Draft {
        view! { "Publish the course first. Then this is the address to share: "<code>{address}</code> }.into_any()
    } else {
        view! { "This is the address to share: "<code>{address}</code> }.into_any()
    };
    let nobody = (roster.students == 0 && !is_filtered).then(|| {
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
        .map(|each| {
            let words = if each == PlaceState::Active { "In the course" } else { each.word() };
            view! { <option value=each.key() selected=each == state>{words}</option> }.into_any()
        })
        .collect();
    let state_key = if state == PlaceState::Active { "" } else { state.key() };
    let content = view! {
        {title}
        <div class="figure-head">
            <h1>"People"</h1>
            <dl class="figures">
                <div><dt>"Students"</dt><dd>{roster.students}</dd></div>
                <div><dt>"Staff"</dt><dd>{roster.staff}</dd></div>
                {standing.course.capacity.map(|capacity| view! { <div><dt>"Seats"</dt><dd>{capacity}</dd></div> })}
                {(roster.waiting > 0).then(|| view! { <div><dt>"In line"</dt><dd><a href=format!("{path}?state=waitlisted")>{roster.waiting}</a></dd></div> })}
            </dl>
            {may_manage.then(|| view! { <div class="buttons"><a class="button primary" href="#add">"Add people"</a><a class="button" href=format!("/courses/{}/joining", standing.course.slug)>"Seats and join code"</a></div> })}
        </div>
        {asking(roster.requests, state, &path)}
        {nobody}
        <div class="tools">
            <h2 id="everyone">"Everyone"</h2>
            <form class="finder" method="get" action=path.clone() role="search">
                <div class="field"><label for="q">"Name or email"</label><input class="input" id="q" name="q" type="search" dir="auto" value=search.clone() /></div>
                <div class="field"><label for="in-role">"As"</label><select class="input" id="in-role" name="role"><option value="">"Any role"</option>{options}</select></div>
                <div class="field"><label for="in-state">"Who is"</label><select class="input" id="in-state" name="state">{states}</select></div>
                <button class="button">"Find"</button>
            </form>
        </div>
        {list}
        {is_filtered.then(|| found(roster.total, &path))}
        {pagination(&path, &[("q", &search), ("role", role_key), ("state", state_key), ("sort", if sort == Sort::Name { "" } else { sort.key() })], number, roster.total, "people")}
        {waiting_for_accounts(&standing, awaited, now, may_manage)}
        {may_manage.then(|| add(&standing, form, has_mail))}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

/// That somebody asks to join, where it is not what the page shows already.
fn asking(requests: i64, state: PlaceState, path: &str) -> AnyView {
    let words = match requests {
        0 => return ().into_any(),
        _ if state == PlaceState::Requested => return ().into_any(),
        1 => "1 person asks to join.".to_owned(),
        many => format!("{many} people ask to join."),
    };
    view! { <div class="note"><p>{words}" "<a href=format!("{path}?state=requested")>"Look at who it is"</a></p></div> }
        .into_any()
}

/// Addresses that no account has shown to have; their places wait.
fn waiting_for_accounts(standing: &Standing, awaited: Vec<AwaitedRow>, now: Millis, may_manage: bool) -> AnyView {
    if awaited.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = awaited
        .into_iter()
        .map(|row| {
            let fields = [("course", standing.course.id.to_string()), ("email", row.email.clone())];
            let words = if row.is_claimed {
                "An account says so, and has not confirmed it"
            } else {
                "No account yet"
            };
            let forget = may_manage.then(|| {
                view! { <td role="cell" class="act">{button::<ForgetAwaited>(&fields, "button small", "Take back", &row.email)}</td> }
            });
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row" class="who">{email(&row.email)}</th>
                    <td role="cell" class="role">{row.role.word()}</td>
                    <td role="cell" class="more">{words}</td>
                    <td role="cell" class="wide-only">{when::time(row.since, when::day(row.since, now), false)}</td>
                    {forget}
                </tr>
            }
            .into_any()
        })
        .collect();
    let change =
        may_manage.then(|| view! { <th role="columnheader" scope="col"><span class="hidden">"Change"</span></th> });
    view! {
        <section class="gap-above" aria-labelledby="awaited">
            <h2 id="awaited">"Waiting for an account"</h2>
            <p class="quiet-text">"Their place is given to the account that confirms this address."</p>
            <table class="table" role="table" aria-labelledby="awaited">
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col">"Email"</th>
                    <th role="columnheader" scope="col">"Role"</th>
                    <th role="columnheader" scope="col">"Account"</th>
                    <th role="columnheader" scope="col" class="wide-only">"Since"</th>
                    {change}
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn add(standing: &Standing, form: Form, has_mail: bool) -> AnyView {
    let may_make_owners = standing.may(CourseAct::ManageOwners);
    let choices: Vec<(&'static str, &'static str)> =
        [CourseRole::Student, CourseRole::Assistant, CourseRole::Instructor, CourseRole::Owner]
            .into_iter()
            .filter(|each| may_make_owners || *each != CourseRole::Owner)
            .map(|each| (each.key(), each.word()))
            .collect();
    view! {
        <section class="hung" id="add" aria-labelledby="add-people">
            <div>
                <h2 id="add-people">"Add people"</h2>
                <p>"Assistants see everything and change nothing; instructors change text and people; owners also choose the owners."</p>
                <p>{if has_mail {
                    "Who has no account yet gets a letter, and the place waits until they confirm this address."
                } else {
                    "This server sends no mail. Tell them yourself, or give them the join code."
                }}</p>
            </div>
            <div>
                <form class="fields" method="post" action=form.action() novalidate>
                    {form.summary()}
                    {form.hidden(&[("course", standing.course.id.to_string())])}
                    {form.input(Field { name: "email", label: "Email", kind: "email", autocomplete: "off", ..Field::default() })}
                    {form.select(Field { name: "role", label: "Role", value: "student".to_owned(), ..Field::default() }, &choices)}
                    {form.select(Field { name: "how", label: "They are in the course", value: "now".to_owned(), ..Field::default() },
                        &[("now", "At once"), ("invite", "When they say yes to an invitation")])}
                    <div class="buttons"><button class="button">"Add to the course"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

#[expect(clippy::too_many_arguments, reason = "the parts of one table's address and head")]
fn table(
    standing: &Standing,
    roster: &Roster,
    path: &str,
    search: &str,
    role: Option<CourseRole>,
    state: PlaceState,
    sort: Sort,
    now: Millis,
    may_manage: bool,
) -> AnyView {
    let rows: Vec<AnyView> =
        roster.rows.iter().map(|person| row(standing, person, roster.lessons, now, may_manage)).collect();
    let sorted = |by: Sort| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let state = if state == PlaceState::Active { "" } else { state.key() };
        for (name, value) in
            [("q", search), ("role", role.map_or("", CourseRole::key)), ("state", state), ("sort", by.key())]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("{path}?{}", query.finish())
    };
    let change =
        may_manage.then(|| view! { <th role="columnheader" scope="col"><span class="hidden">"Change"</span></th> });
    view! {
        <table class="table" role="table" aria-labelledby="everyone">
            <thead role="rowgroup"><tr role="row">
                <th role="columnheader" scope="col" aria-sort=(sort == Sort::Name).then_some("ascending")><a href=sorted(Sort::Name)>"Name"</a></th>
                <th role="columnheader" scope="col">"Role"</th>
                <th role="columnheader" scope="col">"State"</th>
                <th role="columnheader" scope="col">"Lessons read"</th>
                <th role="columnheader" scope="col" class="wide-only" aria-sort=(sort == Sort::Joined).then_some("descending")><a href=sorted(Sort::Joined)>{if state == PlaceState::Active { "Joined" } else { "Since" }}</a></th>
                {change}
            </tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(standing: &Standing, person: &RosterRow, lessons: i64, now: Millis, may_manage: bool) -> AnyView {
    let address = format!("/courses/{}/people/{}", standing.course.slug, person.id);
    let more = if person.state == PlaceState::Waitlisted && person.offer_ends_at.is_none() {
        view! { <td role="cell" class="more">{format!("Number {} in line", person.position)}</td> }.into_any()
    } else if matches!(person.state, PlaceState::Invited | PlaceState::Requested) {
        view! { <td role="cell" class="more none"></td> }.into_any()
    } else if person.role.is_staff() && person.state == PlaceState::Active {
        view! { <td role="cell" class="more none">"Teaches"</td> }.into_any()
    } else {
        match person.read {
            0 => view! { <td role="cell" class="more none">"None yet"</td> }.into_any(),
            read => view! { <td role="cell" class="more">{format!("{read} of {lessons}")}<span class="when-narrow">" lessons read"</span></td> }.into_any(),
        }
    };
    let since = if person.state == PlaceState::Active { person.joined_at } else { person.since };
    let change = may_manage.then(|| {
        view! {
            <td role="cell" class="act"><div class="buttons">
                {quick(standing, person)}
                <a href=address>"Change"<span class="hidden">{format!(" {}", person.name)}</span></a>
            </div></td>
        }
    });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="who"><bdi>{person.name.clone()}</bdi><span class="meta">{email(&person.email)}</span></th>
            <td role="cell" class="role">{person.role.word()}</td>
            <td role="cell" class="state">{state_badge(person)}</td>
            {more}
            <td role="cell" class="wide-only">{when::time(since, when::day(since, now), false)}</td>
            {change}
        </tr>
    }
    .into_any()
}

/// Where somebody's place is, as a badge.
pub fn state_badge(person: &RosterRow) -> AnyView {
    let (class, words) = match person.state {
        PlaceState::Active if person.role.is_staff() => ("badge", "Staff"),
        PlaceState::Active => ("badge good", PlaceState::Active.word()),
        PlaceState::Waitlisted if person.offer_ends_at.is_some() => ("badge warn", "Has an offer"),
        state @ (PlaceState::Requested | PlaceState::Waitlisted) => ("badge warn", state.word()),
        state @ PlaceState::Invited => ("badge info", state.word()),
        state @ PlaceState::Blocked => ("badge bad", state.word()),
        state @ (PlaceState::Dropped | PlaceState::Removed) => ("badge", state.word()),
    };
    view! { <span class=class>{words}</span> }.into_any()
}

/// What is most likely wanted of somebody whose place waits for an answer, or is over.
fn quick(standing: &Standing, person: &RosterRow) -> AnyView {
    let fields = [("course", standing.course.id.to_string()), ("person", person.id.to_string())];
    match person.state {
        PlaceState::Requested => view! {
            {button::<ApprovePerson>(&fields, "button small", "Let in", &person.name)}
            {button::<RemovePerson>(&fields, "button small", "Turn down", &person.name)}
        }
        .into_any(),
        PlaceState::Invited => button::<RemovePerson>(&fields, "button small", "Take back", &person.name),
        PlaceState::Removed if person.joined_at < person.since => {
            button::<PutBack>(&fields, "button small", "Put back", &person.name)
        }
        PlaceState::Blocked => button::<UnblockPerson>(&fields, "button small", "Unblock", &person.name),
        PlaceState::Active | PlaceState::Waitlisted | PlaceState::Dropped | PlaceState::Removed => ().into_any(),
    }
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

fn nothing(search: &str, path: &str) -> AnyView {
    let heading =
        if search.is_empty() { "Nobody here is that".to_owned() } else { format!("Nobody called “{search}” here") };
    view! {
        <div class="empty">
            <h3 dir="auto">{heading}</h3>
            {(!search.is_empty()).then(|| view! { <p>"Try part of a name or the start of an email address."</p> })}
            <p><a href=path.to_owned()>"Show everybody"</a></p>
        </div>
    }
    .into_any()
}
