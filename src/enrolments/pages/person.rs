//! `/courses/{slug}/people/{id}`: one person's place in a course, for who manages its people.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseManager, CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::{RemovePerson, SaveCourseRole};
use crate::enrolments::model::CourseRole;
use crate::enrolments::store::RosterRow;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::ui::address::email;
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{page, page_title};
use crate::ui::when;

/// A person's role in the course, with the button that removes them, for who manages its people; 404 for a stranger.
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
    person: RosterRow,
    may_change_owners: bool,
    now: Millis,
}

async fn load(slug: String, id: Option<UserId>) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut manager = CourseManager::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (manager.standing().clone(), manager.count_for_tabs().await?);
    let may_change_owners = standing.may(CourseAct::ManageOwners);
    let id = id.ok_or(AppError::NotFound)?;
    let person =
        CourseStaff::claim_by_slug(&mut read, &slug).await?.find_person(id).await?.ok_or(AppError::NotFound)?;
    Ok(Data { standing, counts, person, may_change_owners, now: ctx.site.db.clock().now() })
}

fn show(Data { standing, counts, person, may_change_owners, now }: Data) -> AnyView {
    let ids = [("course", standing.course.id.to_string()), ("person", person.id.to_string())];
    let form = Form::to::<SaveCourseRole>();
    let choices: Vec<(&'static str, &'static str)> = CourseRole::ALL
        .into_iter()
        .filter(|each| may_change_owners || *each != CourseRole::Owner)
        .map(|each| (each.key(), each.word()))
        .collect();
    let fixed = if person.is_last_owner {
        Some("This is the last owner of the course. Make somebody else an owner first.")
    } else if person.role == CourseRole::Owner && !may_change_owners {
        Some("Only an owner changes or removes an owner.")
    } else {
        None
    };
    let role = match fixed {
        Some(why) => view! { <p>{format!("{}. {why}", person.role.word())}</p> }.into_any(),
        None => view! {
            <form class="fields" method="post" action=form.action()>
                {form.summary()}
                {form.hidden(&ids)}
                {form.select(Field { name: "role", label: "Role", value: person.role.key().to_owned(), ..Field::default() }, &choices)}
                <div class="buttons"><button class="button">"Save role"<span class="hidden">{format!(" of {}", person.name)}</span></button></div>
            </form>
        }
        .into_any(),
    };
    let removing = fixed.is_none().then(|| {
        view! {
            <section class="hung" aria-labelledby="remove">
                <div><h2 id="remove">"Remove"</h2></div>
                <div>
                    <p>"They cannot read the lessons any more. What they have read is kept, and they can join again while the course is open."</p>
                    {button::<RemovePerson>(&ids, "button danger", "Remove", &person.name)}
                </div>
            </section>
        }
    });
    let read = (!person.role.is_staff()).then(|| view! { <div><dt>"Lessons read"</dt><dd>{person.read}</dd></div> });
    let content = view! {
        {page_title(&format!("{} in {}", person.name, standing.course.title))}
        <p class="crumb"><a href=format!("/courses/{}/people", standing.course.slug)>"People"</a></p>
        <h1><bdi>{person.name.clone()}</bdi></h1>
        <dl class="facts">
            <div><dt>"Email"</dt><dd>{email(&person.email)}</dd></div>
            <div><dt>"Joined"</dt><dd>{when::time(person.joined_at, when::day(person.joined_at, now), false)}</dd></div>
            {read}
        </dl>
        <section class="hung">
            <div><h2>"Role"</h2><p>"What they may do in this course, from their next click on."</p></div>
            <div>{role}</div>
        </section>
        {removing}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}
