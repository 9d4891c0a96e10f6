//! `/courses/new`.

use leptos::prelude::*;

use crate::accounts::policy::CourseMaker;
use crate::courses::api::CreateCourse;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};

/// The form that makes a draft, for instructors and admins; students are refused with `Denied::InstructorsOnly`.
#[component]
pub fn CourseNew() -> impl IntoView {
    page(load(), |()| show())
}

async fn load() -> Result<(), Failure> {
    CourseMaker::claim(&mut request::read().await?).await.map(drop)
}

/// The three fields of a course, for making and for changing it.
pub(super) fn fields(form: &Form, title: &str, summary: &str, description: &str) -> AnyView {
    view! {
        {form.input(Field {
            name: "title", label: "Title", hint: "Up to 120 characters.", value: title.to_owned(), own_words: true, ..Field::default()
        })}
        {form.textarea(Field {
            name: "summary", label: "Summary", hint: "What it is, in a sentence or two of up to 300 characters.",
            value: summary.to_owned(), rows: 3, ..Field::default()
        })}
        {form.textarea(Field {
            name: "description", label: "Description",
            hint: "Who it is for, how it runs. Up to 20,000 characters, in Markdown. It may stay empty.",
            value: description.to_owned(), rows: 12, is_wide: true, ..Field::default()
        })}
    }
    .into_any()
}

fn show() -> AnyView {
    let form = Form::to::<CreateCourse>();
    view! {
        {page_title("New course")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/courses">"Courses"</a></p>
                <h1>"New course"</h1>
                <p class="lede">"It begins as a draft that only you see. Is there a folder of it? "<a href="/courses/import">"Import a course"</a></p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[])}
                {fields(&form, "", "", "")}
                <div class="buttons">
                    <button class="button primary large">"Create course"</button>
                    <a class="button quiet large" href="/courses">"Cancel"</a>
                </div>
            </form>
        </div>
    }
    .into_any()
}
