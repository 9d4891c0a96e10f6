//! `/courses/{slug}/edit`: a course's text, lessons and life.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::new::fields;
use super::{Tab, slim, state_badge, state_note};
use crate::courses::api::{ArchiveCourse, ConcludeCourse, PublishCourse, SaveCourse};
use crate::courses::model::CourseState;
use crate::courses::policy::{CourseAct, CourseEditor, CourseVisitor, Standing};
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::MoveLesson;
use crate::lessons::model::LessonState;
use crate::lessons::store::PlanRow;
use crate::ui::form::{Form, ask_first, button};
use crate::ui::page::{form_title, page};

#[component]
pub fn CourseEdit() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<(Standing, Vec<PlanRow>), Failure> {
    let mut read = request::read().await?;
    let standing = CourseEditor::claim_by_slug(&mut read, &slug).await?.standing().clone();
    let plan = CourseVisitor::claim_by_slug(&mut read, &slug).await?.list_plan().await?;
    Ok((standing, plan))
}

fn show((standing, plan): (Standing, Vec<PlanRow>)) -> AnyView {
    let course = standing.course.clone();
    let form = Form::to::<SaveCourse>();
    let is_refused = form.is_refused();
    let text = if standing.may(CourseAct::Write) {
        view! {
            <form method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("course", course.id.to_string()), ("seen", course.changed_at.to_string())])}
                <section class="hung" aria-labelledby="text">
                    <div><h2 id="text">"Text"</h2><p>"The address stays when the title changes."</p></div>
                    <div class="fields">{fields(&form, &course.title, &course.summary, &course.description)}</div>
                </section>
                <section class="hung" aria-labelledby="switches">
                    <div><h2 id="switches">"Finding and joining"</h2></div>
                    <div class="fields">
                        {form.checkbox("listed", "Listed", "It stands in the catalogue once it is published. Otherwise only its address leads to it.", course.listed)}
                        {form.checkbox("open", "Open to join", "People with an account can join it by themselves once it is published.", course.open)}
                        <div class="buttons"><button class="button primary large">"Save changes"</button></div>
                    </div>
                </section>
            </form>
        }
        .into_any()
    } else {
        ().into_any()
    };
    let content = view! {
        {form_title(&format!("Settings of {}", course.title), is_refused)}
        <h1>"Settings "{state_badge(course.state)}</h1>
        {state_note(&standing)}
        {text}
        {lessons(&standing, plan)}
        {life(&standing)}
    }
    .into_any();
    slim(&standing, Tab::Settings, content)
}

fn lessons(standing: &Standing, plan: Vec<PlanRow>) -> AnyView {
    let slug = &standing.course.slug;
    let may_write = standing.may(CourseAct::Write);
    let last = plan.len().saturating_sub(1);
    let list = if plan.is_empty() {
        view! { <p>"No lessons yet. The first one you add stands here."</p> }.into_any()
    } else {
        let rows: Vec<AnyView> = plan
            .into_iter()
            .enumerate()
            .map(|(at, lesson)| {
                let edit = format!("/courses/{slug}/lessons/{}/edit", lesson.slug);
                let ids = |by: &str| [("course", standing.course.id.to_string()), ("lesson", lesson.id.to_string()), ("by", by.to_owned())];
                let up = (may_write && at > 0).then(|| button::<MoveLesson>(&ids("-1"), "button small", "Up", &lesson.title));
                let down = (may_write && at < last).then(|| button::<MoveLesson>(&ids("1"), "button small", "Down", &lesson.title));
                let draft = (lesson.state == LessonState::Draft).then(|| view! { " "<span class="badge hollow">"Draft"</span> });
                let title = if may_write {
                    view! { <a href=edit dir="auto">{lesson.title.clone()}</a> }.into_any()
                } else {
                    view! { <span dir="auto">{lesson.title.clone()}</span> }.into_any()
                };
                view! { <li class="split"><div><p>{at + 1}". "{title}{draft}</p></div><div class="buttons">{up}{down}</div></li> }.into_any()
            })
            .collect();
        view! { <ol class="rows" role="list">{rows}</ol> }.into_any()
    };
    let add = may_write.then(|| view! { <p class="buttons gap-above"><a class="button" href=format!("/courses/{slug}/lessons/new")>"Add a lesson"</a></p> });
    view! {
        <section class="hung" aria-labelledby="lessons">
            <div><h2 id="lessons">"Lessons"</h2><p>"In the order students read them."</p></div>
            <div>{list}{add}</div>
        </section>
    }
    .into_any()
}

/// What can come next in a course's life, each with who then sees what.
fn life(standing: &Standing) -> AnyView {
    let id = [("course", standing.course.id.to_string())];
    let state = standing.course.state;
    let publish = (state != CourseState::Published).then(|| {
        let (heading, words) = match state {
            CourseState::Draft => ("Publish", "Everyone can then see the course and its plan, and join if it is open. Published lessons open to whoever joins."),
            _ => ("Open it again", "Everyone sees it again, its text can change, and people can join if it is open."),
        };
        view! {
            <section class="hung" aria-labelledby="publish">
                <div><h2 id="publish">{heading}</h2></div>
                <div><p>{words}</p>{button::<PublishCourse>(&id, "button", "Publish", "")}</div>
            </section>
        }
    });
    let conclude = (state == CourseState::Published).then(|| {
        view! {
            <section class="hung" aria-labelledby="conclude">
                <div><h2 id="conclude">"Conclude"</h2></div>
                <div>
                    <p>"The course becomes read-only: nobody new joins, lessons stay open to everyone in it, and nothing changes. You can open it again."</p>
                    {button::<ConcludeCourse>(&id, "button", "Conclude", "")}
                </div>
            </section>
        }
    });
    let archive = (state != CourseState::Archived).then(|| {
        view! {
            <section class="hung" aria-labelledby="archive">
                <div><h2 id="archive">"Archive"</h2></div>
                <div>
                    <p>"The course leaves the catalogue, and its address works for the people in it alone."</p>
                    {ask_first::<ArchiveCourse>(
                        &id,
                        "Archive",
                        "",
                        "Only the people in the course see it then. You can publish it again later.".to_owned(),
                        "Archive this course".to_owned(),
                    )}
                </div>
            </section>
        }
    });
    view! { {publish} {conclude} {archive} }.into_any()
}
