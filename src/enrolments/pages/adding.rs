//! On the page of a course's people: who has no account yet, and the form that adds somebody.

use leptos::prelude::*;

use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::policy::{CourseAct, Standing};
use crate::enrolments::api::ForgetAwaited;
use crate::enrolments::model::CourseRole;
use crate::enrolments::store::AwaitedRow;
use crate::ui::address::email;
use crate::ui::form::{Field, Form, button};
use crate::ui::when;

/// Addresses that no account has shown to have; their places wait. The first of them, of `all` there are.
pub fn waiting_for_accounts(
    standing: &Standing,
    (awaited, all): (Vec<AwaitedRow>, i64),
    now: Millis,
    may_manage: bool,
) -> AnyView {
    if awaited.is_empty() {
        return ().into_any();
    }
    let is_more = i64::try_from(awaited.len()).is_ok_and(|shown| shown < all);
    let more = is_more.then(|| {
        let address = format!("/courses/{}/people/awaited", standing.course.slug);
        view! { <p class="gap-above"><a href=address>{format!("All {all} that wait for an account")}</a></p> }
    });
    view! {
        <section class="gap-above" aria-labelledby="awaited">
            <h2 id="awaited">"Waiting for an account"</h2>
            <p class="quiet-text">"Their place is given to the account that confirms this address."</p>
            {awaited_table(standing, awaited, now, may_manage)}
            {more}
        </section>
    }
    .into_any()
}

/// The table of such places, below a heading with the id `awaited`.
pub fn awaited_table(standing: &Standing, awaited: Vec<AwaitedRow>, now: Millis, may_manage: bool) -> AnyView {
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
                    <th role="rowheader" scope="row" class="who">{row.name.clone().map(|name| view! { <bdi>{name}</bdi> })}<span class="meta">{email(&row.email)}</span></th>
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
    }
    .into_any()
}

/// The form that gives somebody a place.
pub fn add(standing: &Standing, form: Form, has_mail: bool) -> AnyView {
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
                <p>{match standing.course.state {
                    _ if !has_mail => "This server sends no mail. Tell them yourself, or give them the join code.",
                    CourseState::Draft => "Students, and whoever you invite, hear of it by mail once the course is published. The place of who has no account waits until they confirm this address.",
                    CourseState::Concluded => "Whoever you invite hears of it by mail once the course is open again. The place of who has no account waits until they confirm this address.",
                    CourseState::Archived => "They hear of it by mail, at the latest once the course is published. The place of who has no account waits until they confirm this address.",
                    CourseState::Published => "Who has no account yet gets a letter, and the place waits until they confirm this address.",
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
