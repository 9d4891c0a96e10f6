//! `/courses/{slug}/lessons/new`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseWriter, Standing};
use crate::courses::store::TabCounts;
use crate::failure::Failure;
use crate::http::forms::SHOWN_AGAIN;
use crate::http::request;
use crate::lessons::api::{AddLesson, PreviewLesson};
use crate::lessons::markdown::{CleanHtml, render_for_page};
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};
use crate::ui::prose::prose;

/// The form that adds a lesson at the end of the course, for who may write in it.
#[component]
pub fn LessonNew() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<(Standing, TabCounts, Form, Option<CleanHtml>), Failure> {
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (writer.standing().clone(), writer.count_for_tabs().await?);
    drop(read);
    let form = Form::to::<AddLesson>().or_looked_at_by::<PreviewLesson>();
    let looked_at = looked_at(&form).await?;
    Ok((standing, counts, form, looked_at))
}

/// The text of a form that was only looked at, as it will look.
pub(super) async fn looked_at(form: &Form) -> Result<Option<CleanHtml>, Failure> {
    if form.was_looked_at_by::<PreviewLesson>() {
        Ok(Some(render_for_page(&form.value("body", "")).await?))
    } else {
        Ok(None)
    }
}

/// That text below its form.
pub(super) fn preview(text: Option<CleanHtml>) -> Option<AnyView> {
    let text = text?;
    let inner = if text.as_str().trim().is_empty() {
        view! { <p class="quiet-text">"There is no text yet."</p> }.into_any()
    } else {
        prose(text)
    };
    Some(view! { <section class="gap-above" id=SHOWN_AGAIN aria-labelledby="preview-heading"><h2 id="preview-heading">"Preview"</h2><p class="quiet-text">"Nothing is saved yet."</p>{inner}</section> }.into_any())
}

/// The button that shows how a text will look.
pub(super) fn preview_button() -> AnyView {
    view! { <button class="button large" formaction=PreviewLesson::PATH>"Preview"</button> }.into_any()
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
        {more_markdown()}
        {form.checkbox("published", "Students can read it", "Otherwise it is a draft that only staff see.", published)}
    }
    .into_any()
}

/// What else a text can hold, with how it is written.
fn more_markdown() -> AnyView {
    let ways: Vec<AnyView> = [
        ("Code in colours", "```python\nprint(\"Hello\")\n```"),
        ("A formula", "$a^2 + b^2 = c^2$, or in lines of its own $$\\sum_{i=1}^n i$$"),
        ("A table", "| Year | People |\n|------|--------|\n| 1815 | 12 |"),
        ("A note, tip or warning", "> [!WARNING]\n> Do not look into the laser."),
        ("A footnote", "As she wrote[^letter].\n\n[^letter]: To her mother, in 1841."),
    ]
    .into_iter()
    .map(|(what, how)| view! { <dt>{what}</dt><dd><pre><code>{how}</code></pre></dd> }.into_any())
    .collect();
    view! { <details><summary>"Code, formulas, tables, notes and footnotes"</summary><dl>{ways}</dl></details> }
        .into_any()
}

fn show((standing, counts, form, text): (Standing, TabCounts, Form, Option<CleanHtml>)) -> AnyView {
    let content = view! {
        {page_title("New lesson")}
        <h1>"New lesson"</h1>
        <form class="fields gap-above" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&[("course", standing.course.id.to_string())])}
            {fields(&form, "", "", "", standing.course.state == CourseState::Draft)}
            <div class="buttons">
                <button class="button primary large">"Add lesson"</button>
                {preview_button()}
                <a class="button quiet large" href=format!("/courses/{}", standing.course.slug)>"Cancel"</a>
            </div>
        </form>
        {preview(text)}
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}
