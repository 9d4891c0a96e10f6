//! `/courses/{slug}/lessons/{lesson}/versions`: earlier texts of a lesson, and one of them beside the others.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::diff::{Line, compare, diff_view};
use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseWriter, Standing};
use crate::courses::store::TabCounts;
use crate::error::AppError;
use crate::failure::Failure;
use crate::field::grouped;
use crate::http::request;
use crate::id::VersionId;
use crate::lessons::api::RestoreVersion;
use crate::lessons::markdown::{self, CleanHtml};
use crate::lessons::store::{LessonRow, VersionHead, VersionRow, whole};
use crate::ui::form::button;
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination, read_page};
use crate::ui::prose::prose;
use crate::ui::when;

struct List {
    standing: Standing,
    counts: TabCounts,
    lesson: LessonRow,
    rows: Vec<VersionHead>,
    total: i64,
    number: PageNumber,
    now: Millis,
}

/// The versions, 25 on a page, for who may write in the course.
#[component]
pub fn LessonVersions() -> impl IntoView {
    let params = use_params_map().get_untracked();
    page(load(params.get("slug").unwrap_or_default(), params.get("lesson").unwrap_or_default()), show)
}

async fn load(slug: String, lesson: String) -> Result<List, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let lesson = writer.find_lesson(&lesson).await?;
    let counts = writer.count_for_tabs().await?;
    let (number, rows, total) = read_page!(&ctx, skip => writer.list_versions(lesson.id, PAGE, skip).await?);
    let standing = writer.standing().clone();
    Ok(List { standing, counts, lesson, rows, total, number, now: ctx.site.db.clock().now() })
}

fn show(List { standing, counts, lesson, rows, total, number, now }: List) -> AnyView {
    let address = format!("/courses/{}/lessons/{}", standing.course.slug, lesson.slug);
    let list = if rows.is_empty() {
        view! { <div class="empty"><h2>"No earlier text yet"</h2><p>"Each time the lesson is saved, its text is kept here."</p></div> }
            .into_any()
    } else {
        let items: Vec<AnyView> = rows
            .into_iter()
            .enumerate()
            .map(|(at, row)| {
                let is_last = at == 0 && number.0 == 1;
                let by = row.by.map(|by| view! { ", by "<bdi>{by}</bdi> });
                let length = format!("{} characters", grouped(usize::try_from(row.length).unwrap_or(0)));
                view! {
                    <li>
                        <p><a href=format!("{address}/versions/{}", row.id)>{when::time(row.saved_at, when::words(row.saved_at, now), false)}</a>{by}{is_last.then(|| view! { " "<span class="badge">"Now"</span> })}</p>
                        <p class="quiet-text"><span dir="auto">{row.title}</span>", "{length}</p>
                    </li>
                }
                .into_any()
            })
            .collect();
        view! { <ul class="rows gap-above" role="list">{items}</ul> }.into_any()
    };
    let content = view! {
        {page_title(&format!("Versions of {}", lesson.title))}
        <p class="crumb"><a href=format!("{address}/edit")>"Change the lesson"</a></p>
        <h1>"Versions"</h1>
        <p class="lede">"Each time “"<span dir="auto">{lesson.title.clone()}</span>"” is saved, its text is kept. The last hundred can be read, compared and brought back."</p>
        {list}
        {pagination(&format!("{address}/versions"), &[], number, total, "versions")}
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}

struct One {
    standing: Standing,
    counts: TabCounts,
    lesson: LessonRow,
    row: VersionRow,
    text: CleanHtml,
    /// From the version before it, where that is kept; and to how the lesson stands, where that is another text.
    changed: Option<Vec<Line>>,
    since: Option<Vec<Line>>,
    now: Millis,
}

/// One version: what it changed, what has changed since, and its text; with the button that brings it back.
#[component]
pub fn LessonVersion() -> impl IntoView {
    let params = use_params_map().get_untracked();
    let of = |name: &str| params.get(name).unwrap_or_default();
    page(load_one(of("slug"), of("lesson"), of("id")), show_one)
}

async fn load_one(slug: String, lesson: String, version: String) -> Result<One, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let lesson = writer.find_lesson(&lesson).await?;
    let version: VersionId = version.parse().map_err(|_| AppError::NotFound)?;
    let (row, before) = writer.find_version(lesson.id, version).await?;
    let counts = writer.count_for_tabs().await?;
    let standing = writer.standing().clone();
    drop(read);
    let text = markdown::render_for_page(&row.body, &standing.course.slug).await?;
    let changed = match before {
        Some(before) => Some(compare(before.whole(), row.whole()).await?),
        None => None,
    };
    let stands = whole(&lesson.title, &lesson.summary, &lesson.body);
    let since = if row.whole() == stands { None } else { Some(compare(row.whole(), stands).await?) };
    Ok(One { standing, counts, lesson, row, text, changed, since, now: ctx.site.db.clock().now() })
}

fn show_one(One { standing, counts, lesson, row, text, changed, since, now }: One) -> AnyView {
    let address = format!("/courses/{}/lessons/{}", standing.course.slug, lesson.slug);
    let is_now = since.is_none();
    let ids = [
        ("course", standing.course.id.to_string()),
        ("lesson", lesson.id.to_string()),
        ("version", row.id.to_string()),
    ];
    let changed = match changed {
        Some(lines) => diff_view(lines, "What this version changed"),
        None => view! { <p>"It is the oldest that is kept."</p> }.into_any(),
    };
    let since = since.map(|lines| {
        view! {
            <section class="gap-above">
                <h2>"What has changed since"</h2>
                {diff_view(lines, "What has changed since")}
            </section>
        }
    });
    let restore = if is_now {
        view! { <p><span class="badge">"Now"</span>" This is how the lesson stands."</p> }.into_any()
    } else {
        button::<RestoreVersion>(&ids, "button primary", "Bring this text back", "")
    };
    let by = row.by.clone().map(|by| view! { ", saved by "<bdi>{by}</bdi> });
    let content = view! {
        {page_title(&format!("A version of {}", lesson.title))}
        <p class="crumb"><a href=format!("{address}/versions")>"Versions"</a></p>
        <h1 dir="auto">{row.title.clone()}</h1>
        <p class="lede">{when::time(row.saved_at, when::words(row.saved_at, now), false)}{by}</p>
        <div class="gap-above">{restore}</div>
        <section class="gap-above">
            <h2>"What this version changed"</h2>
            {changed}
        </section>
        {since}
        <details class="gap-above"><summary>"The text as it was"</summary>{prose(text)}</details>
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}
