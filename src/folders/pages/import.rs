//! `/courses/import`: a course from its folder.

use leptos::prelude::*;

use crate::accounts::policy::CourseMaker;
use crate::error::size_in_words;
use crate::failure::Failure;
use crate::folders::api::ImportCourse;
use crate::folders::unpacking::most_of_folder;
use crate::http::request;
use crate::ui::form::Form;
use crate::ui::page::{page, page_title};

/// The form that takes a zip, for instructors and admins.
#[component]
pub fn CourseImport() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<u64, Failure> {
    CourseMaker::claim(&mut request::read().await?).await?;
    Ok(most_of_folder(&request::site()?.config.files))
}

fn show(most: u64) -> AnyView {
    let form = Form::to::<ImportCourse>();
    let hint = format!("A zip as a course’s settings offer it, of up to {}.", size_in_words(most));
    view! {
        {page_title("Import a course")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/courses/new">"New course"</a></p>
                <h1>"Import a course"</h1>
                <p class="lede">"From a folder of Markdown, TOML and files. It becomes a draft that only you see, with its dates as they are."</p>
            </div></div>
            <form class="fields" method="post" action=form.action() enctype="multipart/form-data" novalidate>
                {form.summary()}
                {form.hidden(&[])}
                {form.files("file", "The folder, as a zip", hint, ".zip".to_owned(), false)}
                <div class="buttons">
                    <button class="button primary large">"Import"</button>
                    <a class="button quiet large" href="/courses/new">"Cancel"</a>
                </div>
            </form>
            <section class="gap-above" aria-labelledby="looks">
                <h2 id="looks">"How such a folder looks"</h2>
                <pre class="gap-above" tabindex="0" role="region" aria-label="An example"><code>{EXAMPLE}</code></pre>
                <p class="gap-above">"What is wrong with a folder is said, and then nothing of it is kept. People are never in it. Announcements that are still to come go out when their time is there, by mail as well where the folder says so."</p>
            </section>
        </div>
    }
    .into_any()
}

const EXAMPLE: &str = "soil/
  course.toml            title, how people join, the order of modules and lessons
  description.md
  lessons/clay.md        named in course.toml; it begins with
                         +++
                         title = \"Clay\"
                         opens = 2026-11-09T10:00:00Z    left out: a draft
                         +++

                         Markdown
  announcements/00001-field-trip.md
  files/map.png";
