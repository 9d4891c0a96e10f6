//! `/courses/{slug}/people/{id}`: one person's place in a course, for its staff.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::{
    ApprovePerson, BlockPerson, HandCourseOver, PutBack, RemovePerson, SaveCourseRole, UnblockPerson,
};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::enrolments::pages::people_table::state_badge;
use crate::enrolments::pages::seat_for_who_comes;
use crate::enrolments::store::PersonRow;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::ui::address::email;
use crate::ui::form::{Field, Form, ask_first, button};
use crate::ui::page::{page, page_title};
use crate::ui::when;

/// A person's place in the course, for its staff; with what changes it, for who manages its people. 404 for a stranger.
#[component]
pub fn CoursePerson() -> impl IntoView {
    let params = use_params_map().get_untracked();
    let slug = params.get("slug").unwrap_or_default();
    let id = params.get("id").and_then(|id| id.parse::<UserId>().ok());
    page(load(slug, id), show)
}

struct Data {
    standing: Standing,
    counts: TabCounts,
    person: PersonRow,
    may_change_owners: bool,
    now: Millis,
}

async fn load(slug: String, id: Option<UserId>) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (staff.standing().clone(), staff.count_for_tabs().await?);
    let may_change_owners = standing.may(CourseAct::ManageOwners);
    let id = id.ok_or(AppError::NotFound)?;
    let person = staff.find_place(id).await?.ok_or(AppError::NotFound)?;
    Ok(Data { standing, counts, person, may_change_owners, now: ctx.site.db.clock().now() })
}

fn show(Data { standing, counts, person, may_change_owners, now }: Data) -> AnyView {
    let ids = [("course", standing.course.id.to_string()), ("person", person.id.to_string())];
    let fixed = if person.is_last_owner {
        Some("This is the last owner of the course. Make somebody else an owner first.")
    } else if person.role == CourseRole::Owner && person.state == PlaceState::Active && !may_change_owners {
        Some("Only an owner changes or removes an owner.")
    } else {
        None
    };
    let manages = standing.may(CourseAct::ManagePeople);
    let role =
        (manages && person.state == PlaceState::Active).then(|| role_section(&person, &ids, fixed, may_change_owners));
    let place = (manages && fixed.is_none()).then(|| place_section(&standing, &person, &ids));
    let can_be_blocked = person.state != PlaceState::Blocked && !person.is_deleted;
    let blocking = (manages && fixed.is_none() && can_be_blocked).then(|| {
        view! {
            <section class="hung" aria-labelledby="block">
                <div><h2 id="block">"Block"</h2></div>
                <div>
                    <p>"They are out of the course, and no code, invitation or roster brings them back until somebody lifts it. Nor can they come with another account that has the same address, if that was confirmed. What they have read is kept."</p>
                    {ask_first::<BlockPerson>(&ids, "Block", &person.name, "They are out of the course at once, and cannot come back by themselves.".to_owned(), format!("Block {}", person.name))}
                </div>
            </section>
        }
    });
    let can_be_handed = may_change_owners
        && person.state == PlaceState::Active
        && person.role != CourseRole::Owner
        && standing.facts.course == Some(CourseRole::Owner);
    let handing = can_be_handed.then(|| {
        view! {
            <section class="hung" aria-labelledby="hand-over">
                <div><h2 id="hand-over">"Hand the course over"</h2></div>
                <div>
                    <p>"They become an owner of the course, and you an instructor. To have two owners, change their role above."</p>
                    {ask_first::<HandCourseOver>(&ids, "Hand over", &person.name, "Only they, or another owner, can make you an owner again.".to_owned(), format!("Hand the course over to {}", person.name))}
                </div>
            </section>
        }
    });
    let why = format!("/courses/{}/people/{}/why", standing.course.slug, person.id);
    let read = (!person.role.is_staff()).then(|| view! { <div><dt>"Lessons read"</dt><dd>{person.read}</dd></div> });
    let since = (person.state != PlaceState::Active)
        .then(|| view! { <div><dt>"Since"</dt><dd>{when::time(person.since, when::day(person.since, now), false)}</dd></div> });
    let was_in =
        matches!(person.state, PlaceState::Active | PlaceState::Dropped | PlaceState::Removed | PlaceState::Blocked);
    let joined = (was_in && (person.state == PlaceState::Active || person.joined_at < person.since))
        .then(|| view! { <div><dt>"Joined"</dt><dd>{when::time(person.joined_at, when::day(person.joined_at, now), false)}", "{person.way.words()}</dd></div> });
    let line = (person.position > 0)
        .then(|| view! { <div><dt>"In line"</dt><dd>{format!("Number {}", person.position)}</dd></div> });
    let offer = person.offer_ends_at.map(
        |ends| view! { <div><dt>"Seat kept until"</dt><dd>{when::time(ends, when::words(ends, now), true)}</dd></div> },
    );
    let why = (!person.is_deleted).then(
        || view! { <p class="gap-above"><a href=why>{format!("Why can {}, why can’t they?", person.name)}</a></p> },
    );
    let look = (!person.role.is_staff() && !person.is_deleted).then(|| {
        let address = format!("/courses/{}/view-as?person={}", standing.course.slug, person.id);
        view! { <p><a href=address>{format!("See the course as {} does", person.name)}</a></p> }
    });
    let address = (!person.is_deleted).then(|| view! { <div><dt>"Email"</dt><dd>{email(&person.email)}</dd></div> });
    let content = view! {
        {page_title(&format!("{} in {}", person.name, standing.course.title))}
        <p class="crumb"><a href=format!("/courses/{}/people", standing.course.slug)>"People"</a></p>
        <h1><bdi>{person.name.clone()}</bdi></h1>
        <dl class="facts">
            {address}
            <div><dt>"Place"</dt><dd>{state_badge(&person)}</dd></div>
            {joined}{since}{line}{offer}{read}
        </dl>
        {role}
        {place}
        {handing}
        {blocking}
        {why}
        {look}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

fn role_section(
    person: &PersonRow,
    ids: &[(&'static str, String)],
    fixed: Option<&'static str>,
    may_change_owners: bool,
) -> AnyView {
    let form = Form::to::<SaveCourseRole>();
    let choices: Vec<(&'static str, &'static str)> = CourseRole::ALL
        .into_iter()
        .filter(|each| may_change_owners || *each != CourseRole::Owner)
        .map(|each| (each.key(), each.word()))
        .collect();
    let role = match fixed {
        Some(why) => view! { <p>{format!("{}. {why}", person.role.word())}</p> }.into_any(),
        None => view! {
            <form class="fields" method="post" action=form.action()>
                {form.summary()}
                {form.hidden(ids)}
                {form.select(Field { name: "role", label: "Role", value: person.role.key().to_owned(), ..Field::default() }, &choices)}
                <div class="buttons"><button class="button">"Save role"<span class="hidden">{format!(" of {}", person.name)}</span></button></div>
            </form>
        }
        .into_any(),
    };
    view! {
        <section class="hung">
            <div><h2>"Role"</h2><p>"What they may do in this course, from their next click on."</p></div>
            <div>{role}</div>
        </section>
    }
    .into_any()
}

/// What can be done with somebody's place, besides blocking it.
fn place_section(standing: &Standing, person: &PersonRow, ids: &[(&'static str, String)]) -> AnyView {
    let name = &person.name;
    let seat = seat_for_who_comes(standing);
    let (heading, words, buttons) = match person.state {
        PlaceState::Active => (
            "Remove",
            "They cannot read the lessons any more. What they have read is kept, and they can join again while the course is open.".to_owned(),
            button::<RemovePerson>(ids, "button danger", "Remove", name),
        ),
        PlaceState::Requested => (
            "Answer",
            format!("They ask to join. Once you let them in they are in the course{seat}."),
            view! {
                <div class="buttons">
                    {button::<ApprovePerson>(ids, "button", "Let in", name)}
                    {button::<RemovePerson>(ids, "button", "Turn down", name)}
                </div>
            }
            .into_any(),
        ),
        PlaceState::Invited => {
            ("Invitation", "They have not answered yet.".to_owned(), button::<RemovePerson>(ids, "button", "Take back", name))
        }
        PlaceState::Waitlisted => (
            "Line",
            "Nobody overtakes. Add seats to let more people in.".to_owned(),
            button::<RemovePerson>(ids, "button danger", "Remove", name),
        ),
        PlaceState::Removed | PlaceState::Dropped if person.is_deleted => {
            return view! { <p class="quiet-text gap-above">"Their account is deleted. What others need of it is kept."</p> }.into_any();
        }
        PlaceState::Blocked if person.is_deleted => (
            "Unblock",
            "Their account is deleted. While the block stands, no other account with the address they had comes in, if it was confirmed.".to_owned(),
            ask_first::<UnblockPerson>(ids, "Unblock", name, "Whoever has their address may come again. That cannot be taken back: the account is gone, and with it what could be blocked.".to_owned(), format!("Unblock {name}")),
        ),
        PlaceState::Blocked if person.has_given_up => (
            "Unblock",
            "They have had another address before. While the block stands, no other account with that one comes in.".to_owned(),
            ask_first::<UnblockPerson>(ids, "Unblock", name, "They, and whoever has the address they had before, may come again by whatever way is open. Blocking them again does not hold for that address.".to_owned(), format!("Unblock {name}")),
        ),
        PlaceState::Removed if !person.was_in => (
            "Let in",
            format!("They never were in the course. Once you let them in they are{seat}."),
            button::<PutBack>(ids, "button", "Let in", name),
        ),
        PlaceState::Removed => (
            "Put back",
            format!("They are in the course again as they were{seat}."),
            button::<PutBack>(ids, "button", "Put back", name),
        ),
        PlaceState::Blocked => (
            "Unblock",
            "They are not in the course then, and may come again by whatever way is open.".to_owned(),
            button::<UnblockPerson>(ids, "button", "Unblock", name),
        ),
        PlaceState::Dropped => {
            return view! { <p class="quiet-text gap-above">"They left by themselves, and can join again while the course is open."</p> }.into_any();
        }
    };
    view! {
        <section class="hung" aria-labelledby="place">
            <div><h2 id="place">{heading}</h2></div>
            <div><p>{words}</p>{buttons}</div>
        </section>
    }
    .into_any()
}
