//! `/courses/{slug}/lessons/{lesson}`: a page for long reading.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::cover_view::cover;
use crate::courses::pages::progress;
use crate::courses::policy::{CourseAct, CourseReader, Standing};
use crate::enrolments::model::CourseRole;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::{MarkRead, MarkUnread};
use crate::lessons::markdown::{self, CleanHtml, Heading};
use crate::lessons::model::{LessonState, minutes_in_words};
use crate::lessons::store::{Group, LessonRow, Plan, PlanRow};
use crate::ui::form::button;
use crate::ui::icon;
use crate::ui::page::{page, page_title};
use crate::ui::prose::prose;
use crate::ui::when;
use crate::zone::Zone;

struct Data {
    standing: Standing,
    plan: Plan,
    lesson: LessonRow,
    text: CleanHtml,
    headings: Vec<Heading>,
    now: Millis,
}

/// A lesson's text between plan and headings, with the button that marks it as read, for the people of the course.
#[component]
pub fn LessonPage() -> impl IntoView {
    let params = use_params_map().get_untracked();
    page(load(params.get("slug").unwrap_or_default(), params.get("lesson").unwrap_or_default()), show)
}

async fn load(slug: String, lesson: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut reader = CourseReader::claim_by_slug(&mut read, &slug).await?;
    let lesson = reader.find_lesson(&lesson).await?;
    let plan = reader.list_plan().await?;
    let standing = reader.standing().clone();
    // A long text takes its time, and nobody else should wait for the connection meanwhile.
    drop(read);
    let text = markdown::render_for_page(&lesson.body, &standing.course.slug).await?;
    let headings = markdown::headings(&text);
    Ok(Data { standing, plan, lesson, text, headings, now: ctx.site.db.clock().now() })
}

fn show(Data { standing, plan, lesson, text, headings, now }: Data) -> AnyView {
    let course = &standing.course;
    let picture = cover(course.id.0);
    let rows = &plan.lessons;
    let at = rows.iter().position(|row| row.id == lesson.id).unwrap_or(0);
    // A neighbour that the reader cannot open yet is none.
    let opens = |row: &&PlanRow| standing.facts.sees_drafts() || row.state == LessonState::Published;
    let before = rows.iter().take(at).rev().find(opens);
    let after = rows.iter().skip(at + 1).find(opens);
    let number = |row: &PlanRow| rows.iter().position(|other| other.id == row.id).map_or(0, |at| at + 1);
    let read_at = rows.get(at).and_then(|row| row.read_at);
    let (published, read) = (plan.out().count(), plan.out().filter(|row| row.read_at.is_some()).count());
    let studies = standing.facts.course == Some(CourseRole::Student);
    let count = |number: usize| i64::try_from(number).unwrap_or(0);
    let length = count(lesson.body.chars().count());
    let address = |row: &PlanRow| format!("/courses/{}/lessons/{}", course.slug, row.slug);
    let rail = |Group { module, lessons }: Group<'_>| {
        let items: Vec<AnyView> = lessons
            .into_iter()
            .map(|(_, row)| {
                if !opens(&row) {
                    return view! { <li><span class="later"><span dir="auto">{row.title.clone()}</span><span class="hidden">", opens later"</span></span></li> }.into_any();
                }
                let is_read = row.read_at.is_some();
                let said = is_read.then(|| view! { <span class="hidden">", read"</span> });
                view! {
                    <li>
                        <a href=address(row) aria-current=(row.id == lesson.id).then_some("page")>
                            {is_read.then(icon::tick)}<span><span dir="auto">{row.title.clone()}</span>{said}</span>
                        </a>
                    </li>
                }
                .into_any()
            })
            .collect();
        let name = module.map(|module| view! { <p class="module" dir="auto">{module.title.clone()}</p> });
        view! { {name}<ol role="list">{items}</ol> }.into_any()
    };
    let rail: Vec<AnyView> = plan.groups().into_iter().map(rail).collect();
    let summary =
        (!lesson.summary.is_empty()).then(|| view! { <p class="intro" dir="auto">{lesson.summary.clone()}</p> });
    let note = match lesson.state {
        LessonState::Published => None,
        LessonState::Draft => Some("Only staff see this lesson. It is a draft.".to_owned()),
        LessonState::Scheduled => lesson.releases_at.map(|at| {
            format!("Only staff see this lesson yet. It opens {}.", Zone::stored(&course.time_zone).words(at))
        }),
    };
    let note = note.map(|words| view! { <div class="note warn"><p>{words}</p></div> });
    let edit = standing.may(CourseAct::Write).then(|| view! { <p><a href=format!("/courses/{}/lessons/{}/edit", course.slug, lesson.slug)>"Change this lesson"</a></p> });
    let contents = (headings.len() > 1).then(|| {
        let items: Vec<AnyView> = headings.into_iter().map(|heading| view! { <li><a href=format!("#{}", heading.id)>{heading.words}</a></li> }.into_any()).collect();
        view! { <nav class="toc" aria-labelledby="toc"><h2 id="toc">"On this page"</h2><ul role="list">{items}</ul></nav> }
    });
    let previous = before.map(|row| view! { <a rel="prev" href=address(row)><span class="meta">{format!("Lesson {}", number(row))}</span><span dir="auto">{row.title.clone()}</span></a> });
    let following = after.map(|row| view! { <a rel="next" href=address(row)><span class="meta">{format!("Lesson {}", number(row))}</span><span dir="auto">{row.title.clone()}</span></a> });
    let neighbours = (before.is_some() || after.is_some()).then(|| {
        view! { <nav class="neighbours" aria-label="Lessons before and after">{previous}{following}</nav> }
    });
    view! {
        {page_title(&lesson.title)}
        <div class=format!("page wrap lesson {}", picture.hue)>
            <aside class="lesson-rail" aria-label="The course">
                {picture.svg}
                <div><a href=format!("/courses/{}", course.slug) dir="auto">{course.title.clone()}</a>{studies.then(|| progress(count(read), count(published)))}</div>
                {rail}
            </aside>
            {contents}
            <article>
                <p class="quiet-text">{format!("Lesson {} of {}, about {}", at + 1, rows.len(), minutes_in_words(length))}</p>
                <h1 dir="auto">{lesson.title.clone()}</h1>
                {summary}
                {note}
                {edit}
                {prose(text)}
                {marking(&standing, &lesson, read_at, after, at + 1 == rows.len(), now)}
                {neighbours}
            </article>
        </div>
    }
    .into_any()
}

fn marking(
    standing: &Standing,
    lesson: &LessonRow,
    read_at: Option<i64>,
    after: Option<&PlanRow>,
    is_last: bool,
    now: Millis,
) -> AnyView {
    // Who teaches has nothing to mark.
    if standing.facts.course != Some(CourseRole::Student) {
        return ().into_any();
    }
    let ids = [("course", standing.course.id.to_string()), ("lesson", lesson.id.to_string())];
    match read_at {
        Some(at) => view! {
            <div class="buttons">
                {button::<MarkUnread>(&ids, "button", "Mark as not read", "")}
                <span class="quiet-text">"You read this "{when::time(at, when::words(at, now), false)}"."</span>
            </div>
        }
        .into_any(),
        None => {
            let last = if is_last { "This is the last lesson." } else { "The next lesson opens later." };
            let next = after.map_or_else(|| last.to_owned(), |row| format!("Next: {}", row.title));
            view! {
                <div class="buttons">
                    {button::<MarkRead>(&ids, "button primary large", "Mark as read and go on", "")}
                    <span class="quiet-text" dir="auto">{next}</span>
                </div>
            }
            .into_any()
        }
    }
}
