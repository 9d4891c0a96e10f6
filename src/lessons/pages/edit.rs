//! `/courses/{slug}/lessons/{lesson}/edit`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::diff::{Line, compare, diff_view};
use super::new::{fields, kept_or, kept_words};
use super::preview::{beside_preview, looked_at, preview_button};
use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseWriter, Standing};
use crate::courses::store::TabCounts;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::{DeleteLesson, PreviewLesson, SaveLesson};
use crate::lessons::islands::Writing;
use crate::lessons::markdown::CleanHtml;
use crate::lessons::model::{LessonForm, LessonState};
use crate::lessons::store::{DraftRow, LessonRow, VersionHead, whole};
use crate::ui::form::{Form, ask_first};
use crate::ui::page::{page, page_title};
use crate::ui::when;
use crate::zone::Zone;

/// The form of a lesson's text, and the button that deletes it, for who may write in the course.
#[component]
pub fn LessonEdit() -> impl IntoView {
    let params = use_params_map().get_untracked();
    page(load(params.get("slug").unwrap_or_default(), params.get("lesson").unwrap_or_default()), show)
}

struct Data {
    standing: Standing,
    counts: TabCounts,
    lesson: LessonRow,
    form: Form,
    text: Option<CleanHtml>,
    overtaken: Option<Overtaken>,
    draft: Option<DraftRow>,
    now: Millis,
}

async fn load(slug: String, lesson: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (writer.standing().clone(), writer.count_for_tabs().await?);
    let lesson = writer.find_lesson(&lesson).await?;
    let form = Form::to::<SaveLesson>().or_looked_at_by::<PreviewLesson>();
    let last = if form.is_overtaken() { writer.list_versions(lesson.id, 1, 0).await?.0.pop() } else { None };
    let draft = if form.is_refused() { None } else { writer.find_draft(Some(lesson.id)).await? };
    drop(read);
    let overtaken = if form.is_overtaken() {
        Some(Overtaken::find(&form, &lesson, &saved_form(&lesson, &standing), last).await?)
    } else {
        None
    };
    let text = looked_at(&form, draft.as_ref().map(|draft| &*draft.body), &standing.course.slug).await?;
    Ok(Data { standing, counts, lesson, form, text, overtaken, draft, now: ctx.site.db.clock().now() })
}

/// What was saved while somebody wrote, beside what they typed.
struct Overtaken {
    lines: Vec<Line>,
    /// Who saved the text that stands there; none where only who can read it was changed.
    by: Option<VersionHead>,
}

impl Overtaken {
    async fn find(
        form: &Form,
        lesson: &LessonRow,
        saved: &LessonForm,
        last: Option<VersionHead>,
    ) -> Result<Self, Failure> {
        let typed = |name: &str| form.value(name, "").replace('\r', "");
        let theirs = whole(&saved.title, &saved.summary, &saved.body);
        let theirs = with_release(theirs, saved.published.is_some(), &saved.releases_at);
        let mine = whole(&typed("title"), &typed("summary"), &typed("body"));
        let mine = with_release(mine, form.is_ticked("published", false), &typed("releases_at"));
        let lines = compare(theirs, mine).await?;
        Ok(Self { lines, by: last.filter(|last| last.saved_at == lesson.changed_at) })
    }
}

fn show(Data { standing, counts, lesson, form, text, overtaken, draft, now }: Data) -> AnyView {
    let ids = [("course", standing.course.id.to_string()), ("lesson", lesson.id.to_string())];
    let mut hidden = ids.to_vec();
    // Words that were kept are of the lesson as it was when they were begun.
    let seen = draft.as_ref().map_or(lesson.changed_at, |draft| draft.seen);
    hidden.push(("seen", form.version(seen)));
    let address = format!("/courses/{}/lessons/{}", standing.course.slug, lesson.slug);
    let saved = saved_form(&lesson, &standing);
    let typed = kept_or(draft.as_ref(), saved);
    let overtaken = overtaken.map(|overtaken| both_texts(overtaken, now));
    let form_view = view! {
        <form class="fields" id="writing" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&hidden)}
            {overtaken}
            {fields(&form, &standing.course, &typed)}
            <div class="buttons">
                <button class="button primary large">"Save changes"</button>
                {preview_button()}
                <a class="button quiet large" href=address.clone()>"Cancel"</a>
            </div>
            <Writing />
        </form>
    };
    let content = view! {
        {page_title(&format!("Change {}", lesson.title))}
        <h1>"Change a lesson"</h1>
        <p class="quiet-text"><a href=format!("{address}/versions")>"Versions of this lesson"</a></p>
        {kept_words(draft.as_ref(), &ids, now)}
        {beside_preview(form_view.into_any(), text)}
        <section class="hung" aria-labelledby="delete">
            <div><h2 id="delete">"Delete"</h2></div>
            <div>
                {ask_first::<DeleteLesson>(
                    &ids,
                    "Delete lesson",
                    &lesson.title,
                    "The text is gone for good, and so are the marks of who read it.".to_owned(),
                    "Delete this lesson".to_owned(),
                )}
            </div>
        </section>
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}

/// What the form says of a lesson as it is saved.
fn saved_form(lesson: &LessonRow, standing: &Standing) -> LessonForm {
    LessonForm {
        title: lesson.title.clone(),
        summary: lesson.summary.clone(),
        body: lesson.body.clone(),
        published: (lesson.state != LessonState::Draft).then(|| "yes".to_owned()),
        releases_at: match (lesson.state, lesson.releases_at) {
            (LessonState::Scheduled, Some(at)) => Zone::stored(&standing.course.time_zone).in_field(at),
            _ => String::new(),
        },
    }
}

/// A text with who can read it as its last line: somebody may have changed that alone.
fn with_release(text: String, is_ticked: bool, from: &str) -> String {
    let who = match (is_ticked, from.is_empty()) {
        (false, _) => "Students cannot read it.".to_owned(),
        (true, true) => "Students can read it.".to_owned(),
        (true, false) => format!("Students can read it from {}.", from.replace('T', " ")),
    };
    format!("{text}\n{who}\n")
}

/// Both texts, so that their writer can bring them together.
fn both_texts(Overtaken { lines, by }: Overtaken, now: Millis) -> AnyView {
    let who = by.map(|last| {
        let by = last.by.unwrap_or_else(|| "somebody".to_owned());
        view! { "Saved "{when::time(last.saved_at, when::words(last.saved_at, now), false)}" by "<bdi>{by}</bdi>". " }
    });
    view! {
        <section class="note warn" aria-labelledby="both">
            <h2 id="both">"Both texts"</h2>
            <p>{who}"Lines with a minus are only in what is saved, lines with a plus only in what you typed. What you save now takes its place; what is saved stays among the versions."</p>
        </section>
        {diff_view(lines, "What is saved, and what you typed")}
    }
    .into_any()
}
