//! `/courses/{slug}/people/picked`: what is about to be done with several people, before it is.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseManager, CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::{LetInPicked, RemovePicked, RoleOfPicked, WriteToPicked};
use crate::enrolments::model::CourseRole;
use crate::enrolments::pages::people_table::state_badge;
use crate::enrolments::pages::seat_for_who_comes;
use crate::enrolments::store::PersonRow;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};
use crate::ui::pagination::PAGE;

/// What can be done with the people who were picked, as the address and the choice name it.
pub const CHOICES: [(&str, &str); 4] =
    [("let_in", "Let them in"), ("remove", "Remove them"), ("role", "Change their role"), ("write", "Write to them")];

struct Data {
    standing: Standing,
    counts: TabCounts,
    people: Vec<PersonRow>,
    what: String,
    has_mail: bool,
}

/// Names everybody who was picked and says what happens to them, with the button that does it.
#[component]
pub fn PickedPeople() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut manager = CourseManager::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (manager.standing().clone(), manager.count_for_tabs().await?);
    // No page of the list offers more.
    let most = usize::try_from(PAGE).unwrap_or(0);
    let picked: Vec<UserId> = ctx.queries("picked").iter().filter_map(|id| id.parse().ok()).take(most).collect();
    let people = CourseStaff::claim_by_slug(&mut read, &slug).await?.list_picked(&picked).await?;
    Ok(Data {
        standing,
        counts,
        people,
        what: ctx.query("what").unwrap_or_default(),
        has_mail: ctx.site.mailer.is_some(),
    })
}

fn show(Data { standing, counts, people, what, has_mail }: Data) -> AnyView {
    let back = format!("/courses/{}/people", standing.course.slug);
    let choice = CHOICES.iter().find(|(key, _)| *key == what).filter(|(key, _)| has_mail || *key != "write");
    let (heading, inner) = match choice {
        Some((key, words)) if !people.is_empty() => {
            (format!("{words}?"), doing(key, &standing, &people, &back))
        }
        _ => (
            "Nothing to do yet".to_owned(),
            view! { <div class="empty"><h2>"Nobody is picked, or nothing is chosen"</h2><p>"Tick the people in the list, then choose what to do with them."</p><p><a href=back.clone()>"Back to the people"</a></p></div> }.into_any(),
        ),
    };
    let content = view! {
        {page_title(&heading)}
        <p class="crumb"><a href=back>"People"</a></p>
        <h1>{heading.clone()}</h1>
        {inner}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

fn doing(key: &str, standing: &Standing, people: &[PersonRow], back: &str) -> AnyView {
    let ids: Vec<String> = people.iter().map(|person| person.id.to_string()).collect();
    let hidden = [("course", standing.course.id.to_string()), ("people", ids.join(","))];
    let list: Vec<AnyView> = people
        .iter()
        .map(|person| view! { <li><bdi>{person.name.clone()}</bdi>" "{state_badge(person)}</li> }.into_any())
        .collect();
    let cancel = view! { <a class="button quiet" href=back.to_owned()>"Cancel"</a> };
    let (words, form) = match key {
        "let_in" => (
            format!("Who asks to join is in the course then, and so is again who was removed{}. Others stay as they are.", seat_for_who_comes(standing)),
            plain(&Form::to::<LetInPicked>(), &hidden, "button primary", "Let them in", cancel),
        ),
        "remove" => (
            "They are out of the course, out of the line, or turned down. What they have read is kept. The last owner stays.".to_owned(),
            plain(&Form::to::<RemovePicked>(), &hidden, "button danger solid", "Remove them", cancel),
        ),
        "role" => (
            "Of those who are in the course. A student who becomes staff frees a seat, and staff who become students need one.".to_owned(),
            role(standing, &hidden, cancel),
        ),
        _ => (
            "A letter to each of them, with your name and address below it. They do not see who else gets it.".to_owned(),
            letter(&hidden, cancel),
        ),
    };
    view! { <p class="lede">{words}</p><ul class="bullets">{list}</ul><div class="gap-above">{form}</div> }.into_any()
}

fn plain(
    form: &Form,
    hidden: &[(&'static str, String)],
    class: &'static str,
    words: &'static str,
    cancel: impl IntoView + 'static,
) -> AnyView {
    view! {
        <form method="post" action=form.action()>
            {form.summary()}
            {form.hidden(hidden)}
            <div class="buttons"><button class=class>{words}</button>{cancel}</div>
        </form>
    }
    .into_any()
}

fn role(standing: &Standing, hidden: &[(&'static str, String)], cancel: impl IntoView + 'static) -> AnyView {
    let form = Form::to::<RoleOfPicked>();
    let may_make_owners = standing.may(CourseAct::ManageOwners);
    let choices: Vec<(&'static str, &'static str)> = CourseRole::ALL
        .into_iter()
        .filter(|each| may_make_owners || *each != CourseRole::Owner)
        .map(|each| (each.key(), each.word()))
        .collect();
    view! {
        <form class="fields" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(hidden)}
            {form.select(Field { name: "role", label: "Role", value: "student".to_owned(), ..Field::default() }, &choices)}
            <div class="buttons"><button class="button primary">"Save role"</button>{cancel}</div>
        </form>
    }
    .into_any()
}

fn letter(hidden: &[(&'static str, String)], cancel: impl IntoView + 'static) -> AnyView {
    let form = Form::to::<WriteToPicked>();
    view! {
        <form class="fields" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(hidden)}
            {form.textarea(Field { name: "message", label: "Message", hint: "Up to 5,000 characters.", rows: 10, is_wide: true, ..Field::default() })}
            <div class="buttons"><button class="button primary">"Send"</button>{cancel}</div>
        </form>
    }
    .into_any()
}
