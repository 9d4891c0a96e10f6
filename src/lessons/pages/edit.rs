//! `/courses/{slug}/lessons/{lesson}/edit`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::new::fields;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseReader, CourseWriter, Standing};
use crate::courses::store::TabCounts;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::{DeleteLesson, SaveLesson};
use crate::lessons::model::LessonState;
use crate::lessons::store::LessonRow;
use crate::ui::form::{Form, ask_first};
use crate::ui::page::{page, page_title};

/// The form of a lesson's text, and the button that deletes it, for who may write in the course.
#[component]
pub fn LessonEdit() -> impl IntoView {
    let params = use_params_map().get_untracked();
    page(load(params.get("slug").unwrap_or_default(), params.get("lesson").unwrap_or_default()), show)
}

async fn load(slug: String, lesson: String) -> Result<(Standing, TabCounts, LessonRow), Failure> {
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (writer.standing().clone(), writer.count_for_tabs().await?);
    let lesson =
        CourseReader::claim_by_slug(&mut read, &slug).await?.find_lesson(&lesson).await?.ok_or(AppError::NotFound)?;
    Ok((standing, counts, lesson))
}

fn show((standing, counts, lesson): (Standing, TabCounts, LessonRow)) -> AnyView {
    let form = Form::to::<SaveLesson>();
    let ids = [("course", standing.course.id.to_string()), ("lesson", lesson.id.to_string())];
    let mut hidden = ids.to_vec();
    hidden.push(("seen", form.version(lesson.changed_at)));
    let content = view! {
        {page_title(&format!("Change {}", lesson.title))}
        <h1>"Change a lesson"</h1>
        <form class="fields gap-above" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&hidden)}
            {fields(&form, &lesson.title, &lesson.summary, &lesson.body, lesson.state == LessonState::Published)}
            <div class="buttons">
                <button class="button primary large">"Save changes"</button>
                <a class="button quiet large" href=format!("/courses/{}/lessons/{}", standing.course.slug, lesson.slug)>"Cancel"</a>
            </div>
        </form>
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
