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
use crate::lessons::model::LessonForm;
use crate::lessons::store::ModuleRow;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};
use crate::ui::prose::prose;
use crate::zone::Zone;

/// The form that adds a lesson at the end of the course, for who may write in it.
#[component]
pub fn LessonNew() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

struct Data {
    standing: Standing,
    counts: TabCounts,
    modules: Vec<ModuleRow>,
    form: Form,
    text: Option<CleanHtml>,
}

async fn load(slug: String) -> Result<Data, Failure> {
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (writer.standing().clone(), writer.count_for_tabs().await?);
    let modules = writer.list_modules().await?;
    drop(read);
    let form = Form::to::<AddLesson>().or_looked_at_by::<PreviewLesson>();
    let text = looked_at(&form).await?;
    Ok(Data { standing, counts, modules, form, text })
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
pub(super) fn fields(form: &Form, zone: &Zone, text: &LessonForm) -> AnyView {
    let LessonForm { title, summary, body, published, releases_at } = text;
    view! {
        {form.input(Field { name: "title", label: "Title", hint: "Up to 120 characters.", value: title.clone(), own_words: true, ..Field::default() })}
        {form.textarea(Field {
            name: "summary", label: "Summary (optional)",
            hint: "What it is about, in a line of up to 300 characters. It stands in the plan, which everyone can see.",
            value: summary.clone(), rows: 2, ..Field::default()
        })}
        {form.textarea(Field {
            name: "body", label: "Text",
            hint: "In Markdown: ## for a heading, **bold**, - for a list, [words](address) for a link, ``` around code. Images and HTML are left out. Up to 200,000 characters.",
            value: body.clone(), rows: 24, is_wide: true, ..Field::default()
        })}
        {more_markdown()}
        {form.checkbox("published", "Students can read it", "Otherwise it is a draft that only staff see.", published.is_some())}
        {form.input(Field {
            name: "releases_at", label: "From (optional)", kind: "datetime-local",
            hint: "Until then its title and this date stand in the plan. Empty: at once.",
            also: format!("By the clock in {}.", zone.name()),
            value: releases_at.clone(), ..Field::default()
        })}
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

fn show(Data { standing, counts, modules, form, text: looked_at }: Data) -> AnyView {
    let zone = Zone::stored(&standing.course.time_zone);
    let published = (standing.course.state == CourseState::Draft).then(|| "yes".to_owned());
    let text = LessonForm { published, ..LessonForm::default() };
    let module = module_field(&form, &modules);
    let content = view! {
        {page_title("New lesson")}
        <h1>"New lesson"</h1>
        <form class="fields gap-above" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&[("course", standing.course.id.to_string())])}
            {fields(&form, &zone, &text)}
            {module}
            <div class="buttons">
                <button class="button primary large">"Add lesson"</button>
                {preview_button()}
                <a class="button quiet large" href=format!("/courses/{}", standing.course.slug)>"Cancel"</a>
            </div>
        </form>
        {preview(looked_at)}
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}

/// In which module the lesson stands, at its end; nothing where the course has none.
fn module_field(form: &Form, modules: &[ModuleRow]) -> AnyView {
    let Some(last) = modules.last() else { return ().into_any() };
    let field = Field {
        name: "module",
        label: "Module",
        hint: "It goes to the end of it. The lessons can be arranged later.",
        value: last.id.to_string(),
        ..Field::default()
    };
    let mut choices = vec![("0".to_owned(), "Before the first module".to_owned())];
    choices.extend(modules.iter().map(|module| (module.id.to_string(), module.title.clone())));
    form.select(field, &choices)
}
