//! `/courses/{slug}`: a course, its plan, and one's place in it.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::place::{leaving, way_in, your_place};
use super::{Tab, state_note, tabs};
use crate::accounts::model::initials;
use crate::announcements::pages::news;
use crate::announcements::store::AnnouncementHead;
use crate::clock::Millis;
use crate::courses::cover_view::cover;
use crate::courses::policy::{CourseAct, CourseVisitor, Standing};
use crate::courses::store::{TabCounts, Teacher};
use crate::enrolments::model::CourseRole;
use crate::enrolments::store::MyPlace;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::markdown::{self, CleanHtml};
use crate::lessons::model::LessonState;
use crate::lessons::store::{Group, Plan, PlanRow};
use crate::ui::icon;
use crate::ui::page::{page, page_title};
use crate::ui::prose::prose;
use crate::ui::when;
use crate::zone::Zone;

/// So many of the latest announcements stand on the course's page.
const NEWS: i64 = 3;

struct Data {
    standing: Standing,
    counts: TabCounts,
    teachers: Vec<Teacher>,
    plan: Plan,
    news: Vec<AnnouncementHead>,
    about: CleanHtml,
    mine: Option<MyPlace>,
    now: Millis,
}

/// A course's plan and who teaches it, for whoever may know of it, with the buttons that they may press.
#[component]
pub fn CoursePage() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let mut read = request::read().await?;
    let mut visitor = CourseVisitor::claim_by_slug(&mut read, &slug).await?;
    let counts = visitor.count_for_tabs().await?;
    let teachers = visitor.list_teachers().await?;
    let plan = visitor.list_plan().await?;
    let news = visitor.list_news(NEWS).await?;
    let mine = visitor.find_my_place().await?;
    let standing = visitor.standing().clone();
    drop(read);
    let now = request::site()?.db.clock().now();
    let about = markdown::render_for_page(&standing.course.description, &standing.course.slug).await?;
    Ok(Data { standing, counts, teachers, plan, news, about, mine, now })
}

fn show(Data { standing, counts, teachers, plan, news: latest, about, mine, now }: Data) -> AnyView {
    let course = &standing.course;
    let picture = cover(course.id.0);
    let taught = taught_by(&teachers);
    let studies = standing.facts.course == Some(CourseRole::Student);
    let next =
        plan.lessons.iter().position(|lesson| lesson.state == LessonState::Published && lesson.read_at.is_none());
    let plan_view = if plan.lessons.is_empty() {
        no_lessons(&standing)
    } else {
        let next = next.filter(|_| studies);
        plan.groups().into_iter().map(|of_module| group(&standing, of_module, next)).collect_view().into_any()
    };
    let about = (!course.description.trim().is_empty()).then(|| {
        view! { <section class="gap-above" aria-labelledby="about"><h2 id="about">"About this course"</h2>{prose(about)}</section> }
    });
    let find = (standing.may(CourseAct::ReadLessons) && !plan.lessons.is_empty()).then(|| {
        view! {
            <form class="finder gap-above" method="get" action="/search" role="search">
                <input type="hidden" name="course" value=course.slug.clone() />
                <div class="field"><label for="q">"Search these lessons"</label><input class="input" id="q" name="q" type="search" dir="auto" autocomplete="off" /></div>
                <button class="button">"Search"</button>
            </form>
        }
    });
    let write = standing.may(CourseAct::Write).then(|| {
        let lessons = format!("/courses/{}/lessons", course.slug);
        let arrange =
            (!plan.lessons.is_empty()).then(|| view! { <a class="button" href=lessons.clone()>"Arrange lessons"</a> });
        view! { <p class="buttons"><a class="button" href=format!("{lessons}/new")>"Add a lesson"</a>{arrange}</p> }
    });
    let look = standing.may(CourseAct::SeePeople).then(|| {
        view! { <p class="gap-above"><a href=format!("/courses/{}/view-as", course.slug)>"View as a student"</a></p> }
    });
    let offline = (standing.may(CourseAct::ReadLessons) && plan.out().next().is_some()).then(|| {
        view! { <p class="gap-above"><a href=format!("/courses/{}/offline.zip", course.slug)>"Download to read offline (zip)"</a></p> }
    });
    view! {
        {page_title(&course.title)}
        <article class=picture.hue>
            <header class="band wrap">
                <div class="band-main">
                    <div>
                        <p class="crumb"><a href="/courses">"Courses"</a></p>
                        <h1 dir="auto">{course.title.clone()}</h1>
                        <p class="lede" dir="auto">{course.summary.clone()}</p>
                        {taught}
                        <div class="buttons">{way_in(&standing)}</div>
                    </div>
                    {picture.svg}
                </div>
                {tabs(&standing, counts, Tab::Lessons)}
            </header>
            <div class="page wrap">
                {state_note(&standing)}
                <div class="columns">
                    {your_place(&standing, mine, &plan, next, now)}
                    <div class="main">
                        {news(&standing, &latest, standing.moment(now))}
                        <section aria-label="Lessons"><h2 class="hidden">"Lessons"</h2>{plan_view}{find}{write}{look}{offline}</section>
                        {about}
                    </div>
                    <aside class="rail" aria-label="Who teaches">
                        {teaching(teachers)}
                        {leaving(&standing)}
                    </aside>
                </div>
            </div>
        </article>
    }
    .into_any()
}

fn taught_by(teachers: &[Teacher]) -> AnyView {
    let names: Vec<&str> = teachers
        .iter()
        .filter(|teacher| matches!(teacher.role, CourseRole::Owner | CourseRole::Instructor))
        .map(|teacher| teacher.name.as_str())
        .collect();
    if names.is_empty() {
        return ().into_any();
    }
    let last = names.len() - 1;
    let parts: Vec<AnyView> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let before = match at {
                0 => "",
                at if at == last => " and ",
                _ => ", ",
            };
            view! { {before}<bdi>{(*name).to_owned()}</bdi> }.into_any()
        })
        .collect();
    view! { <p class="taught">"Taught by "{parts}</p> }.into_any()
}

/// The lessons of a module under its name.
fn group(standing: &Standing, Group { module, lessons }: Group<'_>, next: Option<usize>) -> AnyView {
    let rows: Vec<AnyView> =
        lessons.into_iter().map(|(at, lesson)| lesson_row(standing, at, lesson, next == Some(at))).collect();
    let heading = module.map(|module| view! { <h3 class="module" dir="auto">{module.title.clone()}</h3> });
    view! { {heading}<ol class="lesson-rows" role="list">{rows}</ol> }.into_any()
}

fn lesson_row(standing: &Standing, at: usize, lesson: &PlanRow, is_next: bool) -> AnyView {
    let course = &standing.course;
    let is_in = standing.may(CourseAct::ReadLessons);
    let opens = lesson.releases_at.filter(|_| lesson.state == LessonState::Scheduled);
    let length = format!("{} min", crate::lessons::model::minutes(lesson.length));
    let (class, state) = if lesson.state == LessonState::Draft {
        ("lesson-row", view! { <span class="badge hollow">"Draft"</span> }.into_any())
    } else if opens.is_some() {
        ("lesson-row", view! { <span class="badge hollow">"Later"</span> }.into_any())
    } else if lesson.read_at.is_some() && is_in {
        ("lesson-row read", view! { {icon::tick()}" Read" }.into_any())
    } else if is_next {
        ("lesson-row next-up", view! { {format!("Next, {length}")} }.into_any())
    } else {
        ("lesson-row", view! { {length} }.into_any())
    };
    let about = (!lesson.summary.is_empty()).then(|| view! { <span dir="auto">{lesson.summary.clone()}</span> });
    let when = opens.map(|at| {
        let words = Zone::stored(&course.time_zone).words(at);
        view! { <span class="opens">"Opens "{when::time(at, words, false)}</span> }
    });
    let line = (about.is_some() || when.is_some()).then(|| view! { <span class="line">{about}{when}</span> });
    let inside = view! {
        <span class="number">{at + 1}</span>
        <span class="title" dir="auto">{lesson.title.clone()}</span>
        {line}
        <span class="state">{state}</span>
    };
    if is_in && (opens.is_none() || standing.facts.sees_drafts()) {
        view! { <li><a class=class href=format!("/courses/{}/lessons/{}", course.slug, lesson.slug)>{inside}</a></li> }
            .into_any()
    } else {
        view! { <li><div class=class>{inside}</div></li> }.into_any()
    }
}

fn no_lessons(standing: &Standing) -> AnyView {
    let words = if standing.may(CourseAct::Write) {
        "Write the first one. Students see it once the lesson and the course are published."
    } else {
        "Its instructors have not published any. They will stand here."
    };
    view! { <div class="empty"><h3>"No lessons yet"</h3><p>{words}</p></div> }.into_any()
}

fn teaching(teachers: Vec<Teacher>) -> AnyView {
    if teachers.is_empty() {
        return ().into_any();
    }
    let people: Vec<AnyView> = teachers
        .into_iter()
        .map(|teacher| {
            view! {
                <li class="person">
                    <span class="initials" aria-hidden="true">{initials(&teacher.name)}</span>
                    <span><bdi>{teacher.name.clone()}</bdi><span class="meta">{teacher.role.word()}</span></span>
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <section><h2>"Teaching"</h2><ul role="list">{people}</ul></section> }.into_any()
}
