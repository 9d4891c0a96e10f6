//! `/courses/{slug}/people`: the roster.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::AddPerson;
use crate::enrolments::model::CourseRole;
use crate::enrolments::store::{Roster, RosterRow, Sort};
use crate::failure::Failure;
use crate::http::request;
use crate::ui::address::email;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination};
use crate::ui::when;

struct Data {
    standing: Standing,
    counts: TabCounts,
    roster: Roster,
    search: String,
    role: Option<CourseRole>,
    sort: Sort,
    number: PageNumber,
    now: Millis,
    address: String,
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
    let sort = Sort::of(&ctx.query("sort").unwrap_or_default());
    let mut number = PageNumber::of(&ctx);
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let counts = staff.count_for_tabs().await?;
    let mut roster = staff.list_people(&search, role, sort, PAGE, number.skip()).await?;
    if let Some(last) = number.beyond(roster.total) {
        number = last;
        roster = staff.list_people(&search, role, sort, PAGE, number.skip()).await?;
    }
    let address = format!("{}/courses/{slug}", ctx.site.config.public_url.origin);
    Ok(Data {
        standing: staff.standing().clone(),
        counts,
        roster,
        search,
        role,
        sort,
        number,
        now: ctx.site.db.clock().now(),
        address,
    })
}

fn show(data: Data) -> AnyView {
    let Data { standing, counts, roster, search, role, sort, number, now, address } = data;
    let path = format!("/courses/{}/people", standing.course.slug);
    let is_filtered = !search.is_empty() || role.is_some();
    let form = Form::to::<AddPerson>();
    let title = page_title(&format!("People in {}", standing.course.title));
    let may_manage = standing.may(CourseAct::ManagePeople);
    let list = if roster.rows.is_empty() && is_filtered {
        nothing(&search, &path)
    } else {
        table(&standing, &roster, &path, &search, role, sort, now, may_manage)
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
            </div>
        }
    });
    let role_key = role.map_or("", CourseRole::key);
    let options: Vec<AnyView> = CourseRole::ALL
        .into_iter()
        .map(|each| view! { <option value=each.key() selected=Some(each) == role>{each.word()}</option> }.into_any())
        .collect();
    let content = view! {
        {title}
        <div class="figure-head">
            <h1>"People"</h1>
            <dl class="figures">
                <div><dt>"Students"</dt><dd>{roster.students}</dd></div>
                <div><dt>"Staff"</dt><dd>{roster.staff}</dd></div>
            </dl>
            {may_manage.then(|| view! { <div class="buttons"><a class="button primary" href="#add">"Add people"</a></div> })}
        </div>
        {nobody}
        <div class="tools">
            <h2 id="everyone">"Everyone"</h2>
            <form class="finder" method="get" action=path.clone() role="search">
                <div class="field"><label for="q">"Name or email"</label><input class="input" id="q" name="q" type="search" dir="auto" value=search.clone() /></div>
                <div class="field"><label for="in-role">"As"</label><select class="input" id="in-role" name="role"><option value="">"Any role"</option>{options}</select></div>
                <button class="button">"Find"</button>
            </form>
        </div>
        {list}
        {is_filtered.then(|| found(roster.total, &path))}
        {pagination(&path, &[("q", &search), ("role", role_key), ("sort", if sort == Sort::Name { "" } else { sort.key() })], number, roster.total, "people")}
        {may_manage.then(|| add(&standing, form))}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

fn add(standing: &Standing, form: Form) -> AnyView {
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
                <p>"They need an account. Assistants see everything and change nothing; instructors change text and people; owners also choose the owners."</p>
            </div>
            <div>
                <form class="fields" method="post" action=form.action() novalidate>
                    {form.summary()}
                    {form.hidden(&[("course", standing.course.id.to_string())])}
                    {form.input(Field { name: "email", label: "Email", kind: "email", autocomplete: "off", ..Field::default() })}
                    {form.select(Field { name: "role", label: "Role", value: "student".to_owned(), ..Field::default() }, &choices)}
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
    sort: Sort,
    now: Millis,
    may_manage: bool,
) -> AnyView {
    let rows: Vec<AnyView> =
        roster.rows.iter().map(|person| row(standing, person, roster.lessons, now, may_manage)).collect();
    let sorted = |by: Sort| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", search), ("role", role.map_or("", CourseRole::key)), ("sort", by.key())] {
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
                <th role="columnheader" scope="col" class="wide-only" aria-sort=(sort == Sort::Joined).then_some("descending")><a href=sorted(Sort::Joined)>"Joined"</a></th>
                {change}
            </tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(standing: &Standing, person: &RosterRow, lessons: i64, now: Millis, may_manage: bool) -> AnyView {
    let address = format!("/courses/{}/people/{}", standing.course.slug, person.id);
    let (state, read) = if person.role.is_staff() {
        (
            view! { <span class="badge">"Staff"</span> }.into_any(),
            view! { <td role="cell" class="more none">"Teaches"</td> }.into_any(),
        )
    } else {
        let read = match person.read {
            0 => view! { <td role="cell" class="more none">"None yet"</td> }.into_any(),
            read => view! { <td role="cell" class="more">{format!("{read} of {lessons}")}<span class="when-narrow">" lessons read"</span></td> }.into_any(),
        };
        (view! { <span class="badge good">"Enrolled"</span> }.into_any(), read)
    };
    let change = may_manage.then(|| {
        view! { <td role="cell" class="act"><a href=address>"Change"<span class="hidden">{format!(" {}", person.name)}</span></a></td> }
    });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="who"><bdi>{person.name.clone()}</bdi><span class="meta">{email(&person.email)}</span></th>
            <td role="cell" class="role">{person.role.word()}</td>
            <td role="cell" class="state">{state}</td>
            {read}
            <td role="cell" class="wide-only">{when::time(person.joined_at, when::day(person.joined_at, now), false)}</td>
            {change}
        </tr>
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

fn nothing(search: &str, path: &str) -> AnyView {
    let heading = if search.is_empty() {
        "Nobody is in the course as that".to_owned()
    } else {
        format!("Nobody called “{search}” here")
    };
    view! {
        <div class="empty">
            <h3 dir="auto">{heading}</h3>
            {(!search.is_empty()).then(|| view! { <p>"Try part of a name or the start of an email address."</p> })}
            <p><a href=path.to_owned()>"Show everybody"</a></p>
        </div>
    }
    .into_any()
}
