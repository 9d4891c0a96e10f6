//! `/`: the catalogue for visitors; for everybody else, what is next.

use leptos::prelude::*;

use super::place::in_line;
use super::{catalogue, lessons_in_words, progress, state_badge};
use crate::accounts::policy::{SignedIn, SiteAct, allows};
use crate::announcements::pages::my_news;
use crate::announcements::store::MyNews;
use crate::clock::Millis;
use crate::courses::cover_view::cover;
use crate::courses::model::CourseState;
use crate::courses::store::MyCourse;
use crate::enrolments::api::{JoinCourse, LeaveCourse};
use crate::enrolments::model::PlaceState;
use crate::enrolments::store::MyPlace;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::model::minutes_in_words;
use crate::ui::form::button;
use crate::ui::page::{page, page_title};
use crate::ui::when;

/// So many of the latest announcements of one's courses stand here.
const NEWS: i64 = 3;

enum Data {
    Visitor(Box<catalogue::Data>),
    Person(Mine),
}

/// What somebody's own page is made of.
struct Mine {
    courses: Vec<MyCourse>,
    waiting: Vec<MyPlace>,
    left: Vec<MyPlace>,
    news: Vec<MyNews>,
    may_create: bool,
    now: Millis,
}

/// The catalogue for visitors; for who is signed in, the next lesson, the courses they teach and those they study.
#[component]
pub fn Home() -> impl IntoView {
    page(load(), |data| match data {
        Data::Visitor(data) => catalogue::show(*data),
        Data::Person(mine) => show(mine),
    })
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let Some(person) = ctx.person() else { return Ok(Data::Visitor(Box::new(catalogue::load().await?))) };
    let may_create = allows(Some(person.role), SiteAct::CreateCourse).is_yes();
    let mut read = request::read().await?;
    let mut person = SignedIn::claim(&mut read).await?;
    let courses = person.list_my_courses().await?;
    let waiting = person.list_waiting_places().await?;
    let left = person.list_left_places().await?;
    let news = person.list_my_news(NEWS).await?;
    Ok(Data::Person(Mine { courses, waiting, left, news, may_create, now: ctx.site.db.clock().now() }))
}

fn show(Mine { courses, waiting, left, news, may_create, now }: Mine) -> AnyView {
    let (teaching, studying): (Vec<_>, Vec<_>) = courses.into_iter().partition(|course| course.role.is_staff());
    let is_blank = teaching.is_empty() && studying.is_empty() && waiting.is_empty();
    // The course last touched that still has something to read.
    let at = studying.iter().position(|course| course.next_slug.is_some() && course.state != CourseState::Archived);
    let mut others = studying;
    let next = at.map(|at| others.remove(at));
    let create = may_create.then(|| {
        let class = if next.is_some() { "button" } else { "button primary" };
        view! { <form class="buttons" method="get" action="/courses/new"><button class=class>"New course"</button></form> }
    });
    let blank = (is_blank && !may_create).then(|| {
        view! {
            <div class="empty">
                <h2>"No courses yet"</h2>
                <p>"You have not joined a course. Look through the catalogue; you can read any plan before you join."</p>
                <div class="buttons"><a class="button primary" href="/courses">"Find a course"</a><a class="button" href="/join">"Join with a code"</a></div>
            </div>
        }
    });
    let teaching = (may_create || !teaching.is_empty()).then(|| {
        let list = if teaching.is_empty() {
            view! { <p>"You teach no course yet. A new one begins as a draft that only you see."</p> }.into_any()
        } else {
            let rows: Vec<AnyView> = teaching.into_iter().map(taught_row).collect();
            view! { <ul class="course-rows" role="list">{rows}</ul> }.into_any()
        };
        view! {
            <section class="hung" aria-labelledby="teaching">
                <div><h2 id="teaching">"Courses you teach"</h2></div>
                <div>{list}{create}</div>
            </section>
        }
    });
    let others = (!others.is_empty()).then(|| {
        let heading = if next.is_some() { "Your other courses" } else { "Your courses" };
        let rows: Vec<AnyView> = others.into_iter().map(studied_row).collect();
        view! {
            <section class="hung" aria-labelledby="others">
                <div><h2 id="others">{heading}</h2><p><a href="/courses">"Find another course"</a></p><p><a href="/join">"Join with a code"</a></p></div>
                <div><ul class="course-rows" role="list">{rows}</ul></div>
            </section>
        }
    });
    view! {
        {page_title("Home")}
        <div class="page wrap">
            <div class="head"><div><h1>"What is next for you"</h1></div></div>
            {blank}
            {waiting_for_you(waiting, now)}
            {next.map(next_lesson)}
            {my_news(&news, now)}
            {teaching}
            {others}
            {left_before(left, now)}
        </div>
    }
    .into_any()
}

/// Invitations, seats that are kept, requests and places in line.
fn waiting_for_you(places: Vec<MyPlace>, now: Millis) -> AnyView {
    if places.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = places
        .into_iter()
        .map(|place| {
            let ids = [("course", place.course_id.to_string())];
            let offer = place.offer_ends_at.filter(|ends| *ends > now);
            let (words, buttons) = match (place.state, offer) {
                (PlaceState::Invited, _) => (
                    format!("You are invited, as {}.", place.role.with_article()),
                    view! { {button::<JoinCourse>(&ids, "button small primary", "Join course", &place.title)}{button::<LeaveCourse>(&ids, "button small", "Say no", &place.title)} }.into_any(),
                ),
                (PlaceState::Waitlisted, Some(ends)) => (
                    format!("A seat is kept for you until {}.", when::words(ends, now)),
                    view! { {button::<JoinCourse>(&ids, "button small primary", "Take your seat", &place.title)}{button::<LeaveCourse>(&ids, "button small", "Leave the line", &place.title)} }.into_any(),
                ),
                (PlaceState::Waitlisted, None) => (format!("{}.", in_line(place.position)), button::<LeaveCourse>(&ids, "button small", "Leave the line", &place.title)),
                _ => (
                    format!("You asked to join {}.", when::words(place.since, now)),
                    button::<LeaveCourse>(&ids, "button small", "Take it back", &place.title),
                ),
            };
            let picture = cover(place.course_id.0);
            view! {
                <li>
                    <article class=format!("course-row {}", picture.hue)>
                        {picture.svg}
                        <div>
                            <h3 dir="auto"><a href=format!("/courses/{}", place.slug)>{place.title.clone()}</a></h3>
                            <p>{words}</p>
                        </div>
                        <div class="end buttons">{buttons}</div>
                    </article>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <section class="hung" aria-labelledby="waiting">
            <div><h2 id="waiting">"Waiting"</h2></div>
            <div><ul class="course-rows" role="list">{rows}</ul></div>
        </section>
    }
    .into_any()
}

/// Courses one is not in any more, each with the way to what one did there.
fn left_before(places: Vec<MyPlace>, now: Millis) -> AnyView {
    if places.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = places
        .into_iter()
        .map(|place| {
            let since = when::day(place.since, now);
            view! { <li><a href=format!("/courses/{}/mine", place.slug) dir="auto">{place.title}</a><span class="quiet-text">{format!(" until {since}")}</span></li> }
                .into_any()
        })
        .collect();
    view! {
        <section class="hung" aria-labelledby="before">
            <div><h2 id="before">"Before"</h2><p>"What you did there is still yours to read."</p></div>
            <div><ul>{rows}</ul></div>
        </section>
    }
    .into_any()
}

fn next_lesson(course: MyCourse) -> AnyView {
    let picture = cover(course.id.0);
    let address = format!("/courses/{}/lessons/{}", course.slug, course.next_slug.unwrap_or_default());
    let words = if course.read == 0 { "Begin reading" } else { "Continue reading" };
    view! {
        <section class=format!("next {}", picture.hue) aria-labelledby="next">
            {picture.svg}
            <div>
                <p><a href=format!("/courses/{}", course.slug) dir="auto">{course.title.clone()}</a></p>
                <h2 id="next" dir="auto">{course.next_title.unwrap_or_default()}</h2>
                {progress(course.read, course.lessons)}
                <div class="buttons">
                    <a class="button primary large" href=address>{words}</a>
                    <span class="quiet-text">{format!("About {}", minutes_in_words(course.next_length.unwrap_or(0)))}</span>
                </div>
            </div>
        </section>
    }
    .into_any()
}

fn studied_row(course: MyCourse) -> AnyView {
    let line = match (&course.next_title, course.next_length) {
        (Some(title), Some(length)) => format!("Next: {title}, {}", minutes_in_words(length)),
        _ if course.planned == 0 => "No lessons yet".to_owned(),
        _ if course.lessons == 0 => "No lesson is open yet".to_owned(),
        _ if course.planned > course.lessons => "You have read all that is open so far.".to_owned(),
        _ => "You have read all of it.".to_owned(),
    };
    let end = match course.state {
        CourseState::Published | CourseState::Draft if course.lessons == 0 => ().into_any(),
        CourseState::Published | CourseState::Draft => progress(course.read, course.lessons),
        CourseState::Concluded | CourseState::Archived => state_badge(course.state),
    };
    row(&course, line, end)
}

fn taught_row(course: MyCourse) -> AnyView {
    let students = match course.students {
        0 => "nobody has joined yet".to_owned(),
        1 => "1 student".to_owned(),
        many => format!("{many} students"),
    };
    let lessons = match (course.planned, course.all_lessons - course.planned) {
        (planned, 0) => lessons_in_words(planned),
        (0, 1) => "1 draft lesson".to_owned(),
        (0, many) => format!("{many} draft lessons"),
        (planned, 1) => format!("{} and 1 draft", lessons_in_words(planned)),
        (planned, many) => format!("{} and {many} drafts", lessons_in_words(planned)),
    };
    row(&course, format!("{lessons}, {students}"), state_badge(course.state))
}

fn row(course: &MyCourse, line: String, end: AnyView) -> AnyView {
    let picture = cover(course.id.0);
    view! {
        <li>
            <article class=format!("course-row {}", picture.hue)>
                {picture.svg}
                <div>
                    <h3 dir="auto"><a href=format!("/courses/{}", course.slug)>{course.title.clone()}</a></h3>
                    <p dir="auto">{line}</p>
                </div>
                <div class="end">{end}</div>
            </article>
        </li>
    }
    .into_any()
}
