//! `/courses/{slug}/progress`: who has read what, for staff.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::store::{LessonProgress, Progress, ProgressOrder, StudentProgress};
use crate::ui::icon;
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination, read_page};
use crate::ui::when;

struct Data {
    standing: Standing,
    counts: TabCounts,
    progress: Progress,
    search: String,
    order: ProgressOrder,
    number: PageNumber,
    now: Millis,
}

/// The students, 25 on a page, and a column for each lesson that can be read.
#[component]
pub fn CourseProgress() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let search: String = ctx.query("q").unwrap_or_default().chars().take(100).collect();
    let order = ProgressOrder::of(&ctx.query("sort").unwrap_or_default());
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let counts = staff.count_for_tabs().await?;
    let (number, progress, _) = read_page!(&ctx, skip => {
        let progress = staff.list_progress(&search, order, PAGE, skip).await?;
        let total = progress.found;
        (progress, total)
    });
    let standing = staff.standing().clone();
    Ok(Data { standing, counts, progress, search, order, number, now: ctx.site.db.clock().now() })
}

fn show(Data { standing, counts, progress, search, order, number, now }: Data) -> AnyView {
    let course = format!("/courses/{}", standing.course.slug);
    let path = format!("{course}/progress");
    let is_empty = progress.all == 0 || progress.lessons.is_empty();
    let finder = (!is_empty).then(|| {
        view! {
            <div class="tools">
                <h2 id="students">"Student by student"</h2>
                <form class="finder" method="get" action=path.clone() role="search">
                    <div class="field"><label for="q">"Name"</label><input class="input" id="q" name="q" type="search" dir="auto" value=search.clone() /></div>
                    <div class="field"><label for="sort">"Order"</label><select class="input" id="sort" name="sort">
                        <option value="" selected=order == ProgressOrder::Name>"By name"</option>
                        <option value="least" selected=order == ProgressOrder::Least>"Who has read least first"</option>
                    </select></div>
                    <button class="button">"Find"</button>
                </form>
            </div>
        }
    });
    let body = if progress.all == 0 {
        view! { <div class="empty"><h2>"Nobody studies here yet"</h2><p>"Once somebody does, this page says what they have read."</p></div> }.into_any()
    } else if progress.lessons.is_empty() {
        view! { <div class="empty"><h2>"There is nothing to read yet"</h2><p>"Once a lesson is open, this page says who has read it."</p></div> }.into_any()
    } else if progress.students.is_empty() {
        view! { {by_lesson(&course, &progress)}{finder}<div class="empty"><h3 dir="auto">{format!("Nobody called “{search}” here")}</h3><p><a href=path.clone()>"Show everybody"</a></p></div> }.into_any()
    } else {
        view! { {by_lesson(&course, &progress)}{finder}{by_student(&course, &progress, now)} }.into_any()
    };
    let content = view! {
        {page_title(&format!("Progress in {}", standing.course.title))}
        <p class="crumb"><a href=format!("{course}/people")>"People"</a></p>
        <h1>"Progress"</h1>
        <p class="lede">"What students have marked as read. It is their own word, and no mark for them."</p>
        {body}
        {(!is_empty).then(|| pagination(&path, &[("q", &search), ("sort", order.key())], number, progress.found, "students"))}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

/// How many have read each lesson.
fn by_lesson(course: &str, progress: &Progress) -> AnyView {
    let rows: Vec<AnyView> = (1..)
        .zip(&progress.lessons)
        .map(|(number, lesson): (i64, &LessonProgress)| {
            view! {
                <tr>
                    <th scope="row">{number}". "<a href=format!("{course}/lessons/{}", lesson.slug) dir="auto">{lesson.title.clone()}</a></th>
                    <td><progress value=lesson.read_by.to_string() max=progress.all.to_string() aria-hidden="true"></progress></td>
                    <td>{format!("{} of {}", lesson.read_by, progress.all)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <section class="gap-above" aria-labelledby="lessons">
            <h2 id="lessons">"Lesson by lesson"</h2>
            <div class="scroll" tabindex="0" role="group" aria-label="Lesson by lesson">
                <table><thead><tr><th scope="col">"Lesson"</th><td></td><th scope="col">"Read by"</th></tr></thead><tbody>{rows}</tbody></table>
            </div>
        </section>
    }
    .into_any()
}

/// A row for each student, a column for each lesson.
fn by_student(course: &str, progress: &Progress, now: Millis) -> AnyView {
    let head: Vec<AnyView> = (1..)
        .zip(&progress.lessons)
        .map(|(number, lesson): (i64, &LessonProgress)| {
            view! { <th scope="col" title=lesson.title.clone()>{number}<span class="hidden">{format!(": {}", lesson.title)}</span></th> }.into_any()
        })
        .collect();
    let all = progress.lessons.len();
    let row = |student: &StudentProgress| {
        let cells: Vec<AnyView> = progress
            .lessons
            .iter()
            .map(|lesson| {
                if progress.marks.contains(&(student.id, lesson.id)) {
                    view! { <td>{icon::tick()}<span class="hidden">"read"</span></td> }.into_any()
                } else {
                    view! { <td><span class="hidden">"not read"</span></td> }.into_any()
                }
            })
            .collect();
        let last = match student.last_at {
            Some(at) => when::time(at, when::words(at, now), true),
            None => "Never".into_any(),
        };
        view! {
            <tr>
                <th scope="row"><a href=format!("{course}/people/{}", student.id)><bdi>{student.name.clone()}</bdi></a></th>
                <td>{format!("{} of {all}", student.read)}</td>
                <td>{last}</td>
                {cells}
            </tr>
        }
        .into_any()
    };
    let rows: Vec<AnyView> = progress.students.iter().map(row).collect();
    view! {
        <div class="scroll matrix" tabindex="0" role="group" aria-labelledby="students">
            <table><thead><tr><th scope="col">"Student"</th><th scope="col">"Read"</th><th scope="col">"Last marked"</th>{head}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}
