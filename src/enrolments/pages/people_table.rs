//! The table of a course's people.

use leptos::prelude::*;

use crate::clock::Millis;
use crate::courses::policy::Standing;
use crate::enrolments::api::{ApprovePerson, PutBack, RemovePerson, UnblockPerson};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::enrolments::store::{PeopleList, PersonRow, Sort};
use crate::ui::address::email;
use crate::ui::form::button;
use crate::ui::when;

/// The people who were found, each with what is likeliest wanted of them, and a box that picks them.
#[expect(clippy::too_many_arguments, reason = "the parts of one table's address and head")]
pub fn table(
    standing: &Standing,
    people: &PeopleList,
    path: &str,
    search: &str,
    role: Option<CourseRole>,
    state: Option<PlaceState>,
    sort: Sort,
    now: Millis,
    may_manage: bool,
) -> AnyView {
    let rows: Vec<AnyView> =
        people.rows.iter().map(|person| row(standing, person, people.lessons, now, may_manage)).collect();
    let sorted = |by: Sort| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let state = state.map_or("", PlaceState::key);
        for (name, value) in
            [("q", search), ("role", role.map_or("", CourseRole::key)), ("state", state), ("sort", by.key())]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("{path}?{}", query.finish())
    };
    // Those stand in the order in which they wait.
    let is_line = state == Some(PlaceState::Waitlisted);
    view! {
        <table class="table" role="table" aria-labelledby="everyone">
            <thead role="rowgroup"><tr role="row">
                {may_manage.then(|| view! { <th role="columnheader" scope="col"><span class="hidden">"Pick"</span></th> })}
                <th role="columnheader" scope="col" aria-sort=(!is_line && sort == Sort::Name).then_some("ascending")><a href=sorted(Sort::Name)>"Name"</a></th>
                <th role="columnheader" scope="col">"Role"</th>
                <th role="columnheader" scope="col">"State"</th>
                <th role="columnheader" scope="col">"Lessons read"</th>
                <th role="columnheader" scope="col" class="wide-only" aria-sort=(!is_line && sort == Sort::Joined).then_some("descending")><a href=sorted(Sort::Joined)>"Since"</a></th>
                <th role="columnheader" scope="col"><span class="hidden">{if may_manage { "Change" } else { "See" }}</span></th>
            </tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(standing: &Standing, person: &PersonRow, lessons: i64, now: Millis, may_manage: bool) -> AnyView {
    let address = format!("/courses/{}/people/{}", standing.course.slug, person.id);
    let more = if matches!(person.state, PlaceState::Invited | PlaceState::Requested) {
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
    let open = if may_manage { "Change" } else { "See" };
    let change = view! {
        <td role="cell" class="act"><div class="buttons">
            {may_manage.then(|| quick(standing, person))}
            <a href=address>{open}<span class="hidden">{format!(" {}", person.name)}</span></a>
        </div></td>
    };
    let address_line = (!person.is_deleted).then(|| view! { <span class="meta">{email(&person.email)}</span> });
    let pick = may_manage.then(|| {
        let id = format!("pick-{}", person.id);
        // Nothing is done with several that could be done with the place of an account that is gone.
        if person.is_deleted {
            return view! { <td role="cell" class="pick"></td> }.into_any();
        }
        view! {
            <td role="cell" class="pick">
                <label class="hidden" for=id.clone()>{format!("Pick {}", person.name)}</label>
                <input type="checkbox" id=id name="picked" value=person.id.to_string() form="picking" />
            </td>
        }
        .into_any()
    });
    view! {
        <tr role="row">
            {pick}
            <th role="rowheader" scope="row" class="who"><bdi>{person.name.clone()}</bdi>{address_line}</th>
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
pub fn state_badge(person: &PersonRow) -> AnyView {
    let (class, words) = match person.state {
        PlaceState::Active if person.role.is_staff() => ("badge", "Staff"),
        PlaceState::Active => ("badge good", PlaceState::Active.word()),
        PlaceState::Waitlisted if person.offer_ends_at.is_some() => ("badge warn", "Has an offer"),
        PlaceState::Waitlisted => {
            return view! { <span class="badge warn">{format!("In line, number {}", person.position)}</span> }
                .into_any();
        }
        state @ PlaceState::Requested => ("badge warn", state.word()),
        state @ PlaceState::Invited => ("badge hollow", state.word()),
        state @ PlaceState::Blocked => ("badge bad", state.word()),
        state @ (PlaceState::Dropped | PlaceState::Removed) => ("badge", state.word()),
    };
    view! { <span class=class>{words}</span> }.into_any()
}

/// What is most likely wanted of somebody whose place waits for an answer, or is over.
fn quick(standing: &Standing, person: &PersonRow) -> AnyView {
    let fields = [("course", standing.course.id.to_string()), ("person", person.id.to_string())];
    // What is left to do with the place of an account that is gone stands on its page.
    if person.is_deleted {
        return ().into_any();
    }
    match person.state {
        PlaceState::Requested => view! {
            {button::<ApprovePerson>(&fields, "button small", "Let in", &person.name)}
            {button::<RemovePerson>(&fields, "button small", "Turn down", &person.name)}
        }
        .into_any(),
        PlaceState::Invited => button::<RemovePerson>(&fields, "button small", "Take back", &person.name),
        PlaceState::Removed if person.was_in => button::<PutBack>(&fields, "button small", "Put back", &person.name),
        // Their page asks first.
        PlaceState::Blocked if person.has_given_up => ().into_any(),
        PlaceState::Blocked => button::<UnblockPerson>(&fields, "button small", "Unblock", &person.name),
        PlaceState::Active | PlaceState::Waitlisted | PlaceState::Dropped | PlaceState::Removed => ().into_any(),
    }
}
