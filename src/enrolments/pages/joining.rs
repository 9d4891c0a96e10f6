//! `/courses/{slug}/joining`: when people may come, how many seats there are, the line, and the join code.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseManager, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::{EndJoinCode, MakeJoinCode, SaveJoining};
use crate::enrolments::joining::JoinCode;
use crate::enrolments::store::CodeRow;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::{Field, Form, ask_first};
use crate::ui::page::{page, page_title};
use crate::zone::Zone;

struct Data {
    standing: Standing,
    counts: TabCounts,
    code: Option<CodeRow>,
    origin: String,
    now: Millis,
}

/// What a course asks of who comes, for who manages its people.
#[component]
pub fn CourseJoining() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut manager = CourseManager::claim_by_slug(&mut read, &slug).await?;
    let counts = manager.count_for_tabs().await?;
    let code = manager.find_code().await?;
    let standing = manager.standing().clone();
    let origin = ctx.site.config.public_url.origin.clone();
    Ok(Data { standing, counts, code, origin, now: ctx.site.db.clock().now() })
}

fn show(Data { standing, counts, code, origin, now }: Data) -> AnyView {
    let course = standing.course.clone();
    let seats = match course.capacity {
        Some(capacity) => format!(
            "{} of {capacity} seats are taken, and {} in line.",
            standing.seats.taken,
            people_who(standing.seats.waiting, "waits", "wait")
        ),
        None => format!("Of students, {} in it. Seats are not counted.", people_who(standing.seats.taken, "is", "are")),
    };
    let open = match (course.open, course.approval) {
        (true, false) => "People join by themselves.",
        (true, true) => "People ask, and staff let them in.",
        (false, _) => "Nobody joins by themselves: only with the code, by invitation, or when staff add them.",
    };
    let content = view! {
        {page_title(&format!("Joining {}", course.title))}
        <p class="crumb"><a href=format!("/courses/{}/people", course.slug)>"People"</a></p>
        <h1>"Seats and join code"</h1>
        <p class="lede">{open}" "{standing.may(CourseAct::Write).then(|| view! { <a href=format!("/courses/{}/edit#switches", course.slug)>"Change that"</a> })}</p>
        <p class="quiet-text">{seats}</p>
        {code_section(&standing, code, &origin, now)}
        {settings(&standing)}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

/// "nobody waits", "1 person waits", "2 people wait".
fn people_who(count: i64, does: &str, do_so: &str) -> String {
    format!("{} {}", people(count), if count > 1 { do_so } else { does })
}

fn people(count: i64) -> String {
    match count {
        0 => "nobody".to_owned(),
        1 => "1 person".to_owned(),
        many => format!("{many} people"),
    }
}

fn code_section(standing: &Standing, code: Option<CodeRow>, origin: &str, now: Millis) -> AnyView {
    let ids = [("course", standing.course.id.to_string())];
    let zone = Zone::stored(&standing.course.time_zone);
    let form = Form::to::<MakeJoinCode>();
    let has_one = code.is_some();
    let shown = match code {
        None => {
            view! { <p>"There is none. Who has a join code comes in also when the course is not open to join."</p> }
                .into_any()
        }
        Some(row) => {
            let code = JoinCode::stored(row.code.clone());
            let state = if !row.is_good(now) {
                view! { <p><span class="badge bad">"Opens nothing any more"</span></p> }.into_any()
            } else if standing.course.state == CourseState::Published {
                ().into_any()
            } else {
                view! { <p><span class="badge warn">"Opens the course once it is published"</span></p> }.into_any()
            };
            let used = match row.most {
                Some(most) => format!("{} of {most} people", row.used),
                None => people(row.used),
            };
            let link = format!("{origin}/join/{code}");
            view! {
                <p><code class="key">{code.to_string()}</code></p>
                {state}
                <dl class="facts">
                    <div><dt>"Link"</dt><dd><code>{link}</code></dd></div>
                    <div><dt>"Has let in"</dt><dd>{used}</dd></div>
                    <div><dt>"Good until"</dt><dd>{row.ends_at.map_or("there is another".to_owned(), |ends| zone.words(ends))}</dd></div>
                </dl>
                {ask_first::<EndJoinCode>(&ids, "Take it away", "", "It opens nothing from then on. Who has come with it stays.".to_owned(), "Take the join code away".to_owned())}
            }
            .into_any()
        }
    };
    let words = if has_one { "Make a new code" } else { "Make a join code" };
    view! {
        <section class="hung" aria-labelledby="code">
            <div><h2 id="code">"Join code"</h2><p>"Eight letters to write on the board, or a link to send. A new one takes the place of the one before."</p></div>
            <div>
                {shown}
                <form class="fields gap-above" method="post" action=form.action() novalidate>
                    {form.summary()}
                    {form.hidden(&ids)}
                    {form.input(Field { name: "code_until", label: "Good until", kind: "datetime-local", hint: "Empty: until there is another.", ..Field::default() })}
                    {form.input(Field { name: "code_most", label: "People it lets in", kind: "text", hint: "A whole number. Empty: as many as come.", autocomplete: "off", ..Field::default() })}
                    <div class="buttons"><button class="button">{words}</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

fn settings(standing: &Standing) -> AnyView {
    let course = &standing.course;
    let zone = Zone::stored(&course.time_zone);
    let form = Form::to::<SaveJoining>();
    let in_field = |at: Option<Millis>| at.map(|at| zone.in_field(at)).unwrap_or_default();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    view! {
        <form method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&[("course", course.id.to_string())])}
            <section class="hung" aria-labelledby="seats">
                <div><h2 id="seats">"Seats"</h2><p>"Students take seats; staff do not."</p></div>
                <div class="fields">
                    {form.input(Field { name: "capacity", label: "Number of seats", hint: "A whole number. Empty: as many as come.", value: number(course.capacity), autocomplete: "off", ..Field::default() })}
                    {form.checkbox("waitlist", "Waiting list", "Who comes when all seats are taken waits in line, in the order in which they came.", course.waitlist)}
                    {form.input(Field { name: "offer_hours", label: "Hours to take a seat", hint: "A free seat is kept so long for the first in line, then for the next. Empty: they get it at once.", value: number(course.offer_hours), autocomplete: "off", ..Field::default() })}
                </div>
            </section>
            <section class="hung" aria-labelledby="when">
                <div><h2 id="when">"When people can join"</h2><p>"By themselves or with the code. Invitations hold beyond it."</p></div>
                <div class="fields">
                    {form.input(Field { name: "from", label: "Joining opens", kind: "datetime-local", hint: "Empty: at once.", value: in_field(course.joins_from), ..Field::default() })}
                    {form.input(Field { name: "until", label: "Joining closes", kind: "datetime-local", hint: "Empty: for as long as the course is open.", value: in_field(course.joins_until), ..Field::default() })}
                    {form.input_of("time_zone", "Time zone", "Of all dates of this course. Like Europe/Berlin.", zone.name(), &Zone::names())}
                    <div class="buttons"><button class="button primary large">"Save changes"</button></div>
                </div>
            </section>
        </form>
    }
    .into_any()
}
