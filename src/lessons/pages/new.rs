//! `/courses/{slug}/lessons/new`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseWriter, Standing};
use crate::courses::store::TabCounts;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::AddLesson;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};

/// The form that adds a lesson at the end of the course, for who may write in it.
#[component]
pub fn LessonNew() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<(Standing, TabCounts), Failure> {
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let counts = writer.count_for_tabs().await?;
    Ok((writer.standing().clone(), counts))
}

/// The fields of a lesson, for making and for changing it.
pub(super) fn fields(form: &Form, title: &str, summary: &str, body: &str, published: bool) -> AnyView {
    view! {
        {form.input(Field { name: "title", label: "Title", hint: "Up to 120 characters.", value: title.to_owned(), own_words: true, ..Field::default() })}
        {form.textarea(Field {
            name: "summary", label: "Summary (optional)",
            hint: "What it is about, in a line of up to 300 characters. It stands in the plan, which everyone can see.",
            value: summary.to_owned(), rows: 2, ..Field::default()
        })}
        {form.textarea(Field {
            name: "body", label: "Text",
            hint: "In Markdown: ## for a heading, **bold**, - for a list, [words](address) for a link, ``` around code. Images and HTML are left out. Up to 200,000 characters.",
            value: body.to_owned(), rows: 24, is_wide: true, ..Field::default()
        })}
        {form.checkbox("published", "Students can read it", "Otherwise it is a draft that only staff see.", published)}
    }
    .into_any()
}

fn show((standing, counts): (Standing, TabCounts)) -> AnyView {
    let form = Form::to::<AddLesson>();
    let content = view! {
        {page_title("New lesson")}
        <h1>"New lesson"</h1>
        <form class="fields gap-above" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&[("course", standing.course.id.to_string())])}
            {fields(&form, "", "", "", standing.course.state == CourseState::Draft)}
            <div class="buttons">
                <button class="button primary large">"Add lesson"</button>
                <a class="button quiet large" href=format!("/courses/{}", standing.course.slug)>"Cancel"</a>
            </div>
        </form>
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}
