//! The pages of courses, and the parts they share.

pub mod catalogue;
pub mod course;
pub mod edit;
pub mod home;
pub mod new;
mod place;

use leptos::prelude::*;

use super::cover_view::cover;
use super::model::CourseState;
use super::policy::{CourseAct, Standing};
use super::store::TabCounts;

/// Which tab of a course a page is, or stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The course's own page, and every page about its lessons.
    Lessons,
    /// What was announced, for who reads in the course.
    Announcements,
    /// What lessons show and link to, for staff and admins.
    Files,
    /// The roster, for staff and admins.
    People,
    /// Text, switches and state, for who may edit the course.
    Settings,
}

/// The tabs somebody who stands so to the course can use.
pub fn tabs(standing: &Standing, counts: TabCounts, current: Tab) -> AnyView {
    let course = format!("/courses/{}", standing.course.slug);
    let mut links = vec![(Tab::Lessons, course.clone(), "Lessons", Some(counts.lessons))];
    if standing.may(CourseAct::ReadLessons) {
        links.push((Tab::Announcements, format!("{course}/announcements"), "Announcements", None));
    }
    if standing.may(CourseAct::SeePeople) {
        links.push((Tab::People, format!("{course}/people"), "People", Some(counts.people)));
        links.push((Tab::Files, format!("{course}/files"), "Files", None));
    }
    if standing.may(CourseAct::Edit) {
        links.push((Tab::Settings, format!("{course}/edit"), "Settings", None));
    }
    if links.len() == 1 {
        return ().into_any();
    }
    let items: Vec<AnyView> = links
        .into_iter()
        .map(|(tab, address, words, count)| {
            let count = count.map(|count| view! { " "<span>{count}</span> });
            view! { <li><a href=address aria-current=(tab == current).then_some("page")>{words}{count}</a></li> }
                .into_any()
        })
        .collect();
    view! { <nav class="tabs" aria-label="This course"><ul role="list">{items}</ul></nav> }.into_any()
}

/// The slim band above the pages below a course's own.
pub fn slim(standing: &Standing, counts: TabCounts, current: Tab, content: AnyView) -> AnyView {
    let picture = cover(standing.course.id.0);
    let address = format!("/courses/{}", standing.course.slug);
    view! {
        <div class=picture.hue>
            <header class="band slim wrap">
                <div class="band-main">
                    {picture.svg}
                    <div>
                        <p class="crumb"><a href="/courses">"Courses"</a></p>
                        <p class="title" dir="auto"><a href=address>{standing.course.title.clone()}</a></p>
                    </div>
                </div>
                {tabs(standing, counts, current)}
            </header>
            <div class="page wrap">{content}</div>
        </div>
    }
    .into_any()
}

/// What is said about a course that is not simply published.
pub fn state_note(standing: &Standing) -> AnyView {
    let (class, words) = match standing.facts.state {
        CourseState::Draft => ("note warn", "Only staff see this. Publish when it is ready."),
        CourseState::Published => return ().into_any(),
        CourseState::Concluded => {
            ("note", "This course is concluded. Its lessons can be read, and nothing in it changes.")
        }
        CourseState::Archived => {
            ("note", "This course is archived. Only the people in it see it. Its lessons can still be read.")
        }
    };
    view! { <div class=class><p>{words}</p></div> }.into_any()
}

/// The badge of a state.
pub fn state_badge(state: CourseState) -> AnyView {
    let class = match state {
        CourseState::Draft => "badge hollow",
        CourseState::Published => "badge good",
        CourseState::Concluded | CourseState::Archived => "badge",
    };
    view! { <span class=class>{state.word()}</span> }.into_any()
}

/// "No lessons yet", "1 lesson", "8 lessons".
pub fn lessons_in_words(count: i64) -> String {
    match count {
        0 => "No lessons yet".to_owned(),
        1 => "1 lesson".to_owned(),
        many => format!("{many} lessons"),
    }
}

/// How far somebody has read.
pub fn progress(read: i64, lessons: i64) -> AnyView {
    if lessons == 0 {
        return view! { <p class="quiet-text">"No published lessons yet"</p> }.into_any();
    }
    view! {
        <div class="progress">
            <progress value=read.to_string() max=lessons.max(1).to_string() aria-label="Lessons read"></progress>
            <p>{format!("{read} of {} read", lessons_in_words(lessons))}</p>
        </div>
    }
    .into_any()
}
