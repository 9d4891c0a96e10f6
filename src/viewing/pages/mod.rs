//! `/courses/{slug}/view-as`: where staff begin to look at a course as a student does.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};
use crate::viewing::api::BeginView;
use crate::zone::Zone;

struct Data {
    standing: Standing,
    counts: TabCounts,
    student: Option<(UserId, String)>,
    form: Form,
}

/// As any student, or as the one that `?person=` names: at which moment.
#[component]
pub fn ViewAs() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let person = request::current()?.query("person").filter(|person| !person.is_empty());
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let counts = staff.count_for_tabs().await?;
    let student = match person {
        Some(person) => {
            let id = person.parse::<UserId>().map_err(|_| AppError::NotFound)?;
            Some((id, staff.name_of_student(id).await?.ok_or(AppError::NotFound)?))
        }
        None => None,
    };
    Ok(Data { standing: staff.standing().clone(), counts, student, form: Form::to::<BeginView>() })
}

fn show(Data { standing, counts, student, form }: Data) -> AnyView {
    let course = &standing.course;
    let zone = Zone::stored(&course.time_zone);
    let mut ids = vec![("course", course.id.to_string())];
    let (heading, lede, other) = match student {
        Some((id, name)) => {
            ids.push(("person", id.to_string()));
            let any = format!("/courses/{}/view-as", course.slug);
            (
                view! { "See it as "<bdi>{name}</bdi>" does" }.into_any(),
                "Their pages of this course, with what they have marked as read.",
                view! { <a href=any>"As any student"</a> }.into_any(),
            )
        }
        None => {
            let people = format!("/courses/{}/people?role=student", course.slug);
            (
                "See it as a student does".into_any(),
                "As somebody who studies here and has read nothing yet.",
                view! { "To see it as one of them does, open their page among the "<a href=people>"people"</a>"." }
                    .into_any(),
            )
        }
    };
    let content = view! {
        {page_title("View as a student")}
        <p class="crumb"><a href=format!("/courses/{}", course.slug)>"The course"</a></p>
        <h1>{heading}</h1>
        <p class="lede">{lede}</p>
        <p class="quiet-text">{other}</p>
        <form class="fields gap-above" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&ids)}
            {form.input(Field {
                name: "at", label: "Moment (optional)", kind: "datetime-local",
                hint: "What opens by then is open. Empty: as it is now.",
                also: format!("By the clock in {}.", zone.name()), ..Field::default()
            })}
            <p class="quiet-text">"Until you stop, nothing in the course can be changed from this browser. It is written down in the log that you looked."</p>
            <div class="buttons"><button class="button primary large">"View as a student"</button></div>
        </form>
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}
