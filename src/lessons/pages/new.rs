//! `/courses/{slug}/lessons/new`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::preview::{beside_preview, looked_at, preview_button};
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseWriter, Standing};
use crate::courses::store::{CourseRow, TabCounts};
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::{AddLesson, DropDraft, PreviewLesson};
use crate::lessons::islands::Writing;
use crate::lessons::markdown::CleanHtml;
use crate::lessons::model::LessonForm;
use crate::lessons::store::{DraftRow, ModuleRow};
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{page, page_title};
use crate::ui::when;
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
    draft: Option<DraftRow>,
    now: Millis,
}

async fn load(slug: String) -> Result<Data, Failure> {
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (writer.standing().clone(), writer.count_for_tabs().await?);
    let modules = writer.list_modules().await?;
    let form = Form::to::<AddLesson>().or_looked_at_by::<PreviewLesson>();
    let draft = if form.is_refused() { None } else { writer.find_draft(None).await? };
    drop(read);
    let text = looked_at(&form, draft.as_ref().map(|draft| &*draft.body), &standing.course.slug).await?;
    let now = request::site()?.db.clock().now();
    Ok(Data { standing, counts, modules, form, text, draft, now })
}

/// What stands above a form with words that somebody wrote before and did not save; nothing where there are none.
pub(super) fn kept_words(draft: Option<&DraftRow>, ids: &[(&'static str, String)], now: Millis) -> AnyView {
    let Some(draft) = draft else { return ().into_any() };
    let at = when::time(draft.kept_at, when::words(draft.kept_at, now), false);
    view! {
        <div class="note warn">
            <p>"These words of yours are not saved yet. They were kept "{at}"."</p>
            {button::<DropDraft>(ids, "button small", "Go back to what is saved", "")}
        </div>
    }
    .into_any()
}

/// The fields of a lesson, for making and for changing it.
pub(super) fn fields(form: &Form, course: &CourseRow, text: &LessonForm) -> AnyView {
    let (zone, course) = (Zone::stored(&course.time_zone), &course.slug);
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
            hint: "In Markdown: ## for a heading, **bold**, - for a list, [words](address) for a link, ``` around code. HTML is left out. Up to 200,000 characters.",
            value: body.clone(), rows: 24, is_wide: true, ..Field::default()
        })}
        {more_markdown()}
        <p class="quiet-text">
            "Pictures and documents: "<a href=format!("/courses/{course}/files") target="_blank" rel="noopener">"Files of this course (new tab)"</a>
            ", then ![What it shows](files/map.png) or [Notes](files/notes.pdf) in the text."
        </p>
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

fn show(Data { standing, counts, modules, form, text: looked_at, draft, now }: Data) -> AnyView {
    let ids = [("course", standing.course.id.to_string())];
    let published = (standing.course.state == CourseState::Draft).then(|| "yes".to_owned());
    let text = LessonForm { published, ..kept_or(draft.as_ref(), LessonForm::default()) };
    let form_view = view! {
        <form class="fields" id="writing" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&ids)}
            {fields(&form, &standing.course, &text)}
            {module_field(&form, &modules)}
            <div class="buttons">
                <button class="button primary large">"Add lesson"</button>
                {preview_button()}
                <a class="button quiet large" href=format!("/courses/{}", standing.course.slug)>"Cancel"</a>
            </div>
            <Writing />
        </form>
    };
    let content = view! {
        {page_title("New lesson")}
        <h1>"New lesson"</h1>
        {kept_words(draft.as_ref(), &ids, now)}
        {beside_preview(form_view.into_any(), looked_at)}
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}

/// What a form begins with: words that were kept, else what is saved.
pub(super) fn kept_or(draft: Option<&DraftRow>, saved: LessonForm) -> LessonForm {
    match draft.cloned() {
        Some(DraftRow { title, summary, body, .. }) => LessonForm { title, summary, body, ..saved },
        None => saved,
    }
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
