//! `/courses/{slug}/lessons`: the lessons of a course, for who writes them: in which order, which are drafts.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseVisitor, Standing};
use crate::courses::store::TabCounts;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::MoveLesson;
use crate::lessons::model::LessonState;
use crate::lessons::store::PlanRow;
use crate::ui::form::button;
use crate::ui::page::{page, page_title};

struct Data {
    standing: Standing,
    counts: TabCounts,
    plan: Vec<PlanRow>,
}

/// The lessons with buttons that move them, for who may write in the course. Others are sent to the course's page.
#[component]
pub fn LessonPlan() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), |data| data.map_or_else(|| ().into_any(), show))
}

/// Whoever cannot write is sent to the course's page: the plan stands there.
async fn load(slug: String) -> Result<Option<Data>, Failure> {
    let mut read = request::read().await?;
    let mut visitor = CourseVisitor::claim_by_slug(&mut read, &slug).await?;
    if !visitor.standing().may(CourseAct::Write) {
        request::redirect_page(&format!("/courses/{}", visitor.course().slug));
        return Ok(None);
    }
    let (counts, plan) = (visitor.count_for_tabs().await?, visitor.list_plan().await?);
    Ok(Some(Data { standing: visitor.standing().clone(), counts, plan }))
}

fn show(Data { standing, counts, plan }: Data) -> AnyView {
    let course = format!("/courses/{}", standing.course.slug);
    let list = if plan.is_empty() {
        view! { <div class="empty"><h2>"No lessons yet"</h2><p>"Write the first one. Students see it once the lesson and the course are published."</p></div> }
            .into_any()
    } else {
        let last = plan.len() - 1;
        let rows: Vec<AnyView> =
            plan.into_iter().enumerate().map(|(at, lesson)| row(&standing, &lesson, at, last)).collect();
        view! { <ol class="rows" role="list">{rows}</ol> }.into_any()
    };
    let content = view! {
        {page_title(&format!("Lessons of {}", standing.course.title))}
        <h1>"Lessons"</h1>
        <p class="lede">"In the order students read them."</p>
        <div class="gap-above">{list}</div>
        <p class="buttons gap-above">
            <a class="button primary" href=format!("{course}/lessons/new")>"Add a lesson"</a>
            <a class="button quiet" href=course>"Back to the course"</a>
        </p>
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}

fn row(standing: &Standing, lesson: &PlanRow, at: usize, last: usize) -> AnyView {
    let change = format!("/courses/{}/lessons/{}/edit", standing.course.slug, lesson.slug);
    let ids = |by: &str| {
        [("course", standing.course.id.to_string()), ("lesson", lesson.id.to_string()), ("by", by.to_owned())]
    };
    let up = (at > 0).then(|| button::<MoveLesson>(&ids("-1"), "button small", "Up", &lesson.title));
    let down = (at < last).then(|| button::<MoveLesson>(&ids("1"), "button small", "Down", &lesson.title));
    let draft = (lesson.state == LessonState::Draft).then(|| view! { " "<span class="badge hollow">"Draft"</span> });
    view! {
        <li class="split" id=format!("lesson-{}", lesson.id)>
            <div><p>{at + 1}". "<a href=change dir="auto">{lesson.title.clone()}</a>{draft}</p><p dir="auto">{lesson.summary.clone()}</p></div>
            <div class="buttons">{up}{down}</div>
        </li>
    }
    .into_any()
}
