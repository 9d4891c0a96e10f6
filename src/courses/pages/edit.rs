//! `/courses/{slug}/edit`: a course's text, its switches and its life.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::new::fields;
use super::{Tab, slim, state_badge, state_note};
use crate::accounts::policy::{SiteAct, allows};
use crate::courses::api::{ArchiveCourse, ConcludeCourse, PublishCourse, SaveCourse};
use crate::courses::model::CourseState;
use crate::courses::policy::{CourseAct, CourseEditor, Standing};
use crate::courses::store::{CourseRow, TabCounts};
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::{Field, Form, ask_first, button};
use crate::ui::page::{page, page_title};

/// A course's settings, for its owners and instructors and for admins; without the text's form once it is read-only.
#[component]
pub fn CourseEdit() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<(Standing, TabCounts), Failure> {
    let mut read = request::read().await?;
    let mut editor = CourseEditor::claim_by_slug(&mut read, &slug).await?;
    let counts = editor.count_for_tabs().await?;
    Ok((editor.standing().clone(), counts))
}

fn show((standing, counts): (Standing, TabCounts)) -> AnyView {
    let course = standing.course.clone();
    let form = Form::to::<SaveCourse>();
    let text = if standing.may(CourseAct::Write) {
        view! {
            <form method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("course", course.id.to_string()), ("seen", form.version(course.changed_at))])}
                <section class="hung" aria-labelledby="text">
                    <div><h2 id="text">"Text"</h2><p>"The address stays when the title changes."</p></div>
                    <div class="fields">{fields(&form, &course.title, &course.summary, &course.description)}</div>
                </section>
                <section class="hung" aria-labelledby="switches">
                    <div><h2 id="switches">"Finding and joining"</h2></div>
                    <div class="fields">
                        {form.checkbox("listed", "Listed", "It stands in the catalogue once it is published. Otherwise only its address leads to it.", course.listed)}
                        {form.select(
                            Field {
                                name: "open", label: "Who can join by themselves", value: open_key(&course).to_owned(),
                                hint: "Once it is published. A join code and an invitation open it in any case.", ..Field::default()
                            },
                            &[("yes", "Everybody with an account"), ("ask", "Everybody, once staff say yes"), ("", "Nobody")],
                        )}
                        <p><a href=format!("/courses/{}/joining", course.slug)>"Seats, waiting list and join code"</a></p>
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
        {page_title(&format!("Settings of {}", course.title))}
        <h1>"Settings "{state_badge(course.state)}</h1>
        {state_note(&standing)}
        {text}
        {lessons(&standing)}
        {folder(&standing)}
        {life(&standing)}
    }
    .into_any();
    slim(&standing, counts, Tab::Settings, content)
}

/// The ways out: a copy for another term, and the whole course as a folder.
fn folder(standing: &Standing) -> AnyView {
    let course = format!("/courses/{}", standing.course.slug);
    let copy = allows(standing.facts.site, SiteAct::CreateCourse).is_yes().then(|| {
        view! { <p><a href=format!("{course}/copy")>"Copy for another term"</a>", with dates on the same days of the week."</p> }
    });
    view! {
        <section class="hung" aria-labelledby="folder">
            <div><h2 id="folder">"Copies"</h2><p>"Never with people in them."</p></div>
            <div>
                {copy}
                <p><a href=format!("{course}/folder.zip")>"Download as a folder (zip)"</a>": Markdown, TOML and files, to keep, to change, and to import again."</p>
                <p><a href=format!("{course}/offline.zip")>"Download to read offline (zip)"</a>": what students read now, as pages."</p>
            </div>
        </section>
    }
    .into_any()
}

/// As the form sends it.
fn open_key(course: &CourseRow) -> &'static str {
    match (course.open, course.approval) {
        (true, false) => "yes",
        (true, true) => "ask",
        (false, _) => "",
    }
}

/// Lessons have a page of their own: moving one here would lose what was typed above and not saved yet.
fn lessons(standing: &Standing) -> AnyView {
    if !standing.may(CourseAct::Write) {
        return ().into_any();
    }
    view! {
        <section class="hung" aria-labelledby="lessons">
            <div><h2 id="lessons">"Lessons"</h2></div>
            <div><p><a href=format!("/courses/{}/lessons", standing.course.slug)>"Add lessons, change them, and put them in order"</a></p></div>
        </section>
    }
    .into_any()
}

/// What can come next in a course's life, each with who then sees what.
fn life(standing: &Standing) -> AnyView {
    let id = [("course", standing.course.id.to_string())];
    let state = standing.course.state;
    // These forms are others than the one above: what is typed there and not saved does not go with them.
    let save_first = || standing.may(CourseAct::Write).then(|| view! { <p>"Save your changes above first."</p> });
    let publish = (state != CourseState::Published).then(|| {
        let (heading, words) = match state {
            CourseState::Draft => ("Publish", "Everyone can then see the course and its plan, and join if it is open. Published lessons open to whoever joins. It does not become a draft again; you can archive it."),
            CourseState::Published | CourseState::Concluded => ("Open it again", "Its text and lessons can change again, and people can join if it is open."),
            CourseState::Archived => ("Open it again", "Everyone sees it again, its text can change, and people can join if it is open."),
        };
        view! {
            <section class="hung" aria-labelledby="publish">
                <div><h2 id="publish">{heading}</h2>{save_first()}</div>
                <div><p>{words}</p>{button::<PublishCourse>(&id, "button", "Publish", "")}</div>
            </section>
        }
    });
    let conclude = (state == CourseState::Published).then(|| {
        view! {
            <section class="hung" aria-labelledby="conclude">
                <div><h2 id="conclude">"Conclude"</h2>{save_first()}</div>
                <div>
                    <p>"The course becomes read-only: nobody joins by themselves, lessons stay open to everyone in it, and its text stays as it is. You can open it again."</p>
                    {button::<ConcludeCourse>(&id, "button", "Conclude", "")}
                </div>
            </section>
        }
    });
    let archive = (state != CourseState::Archived).then(|| {
        view! {
            <section class="hung" aria-labelledby="archive">
                <div><h2 id="archive">"Archive"</h2>{save_first()}</div>
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
