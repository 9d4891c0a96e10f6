//! `/courses/{slug}/copy`: a course for another term.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::accounts::policy::CourseMaker;
use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseEditor, Standing};
use crate::courses::store::TabCounts;
use crate::db::Connection;
use crate::failure::Failure;
use crate::folders::api::{CopyCourse, PreviewCopy};
use crate::folders::model::CopyForm;
use crate::folders::shifting::{Choice, Moved};
use crate::http::forms::SHOWN_AGAIN;
use crate::http::request;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};
use crate::zone::Zone;
use leptos::server_fn::ServerFn;

struct Data {
    standing: Standing,
    counts: TabCounts,
    first: Option<Millis>,
    form: Form,
    /// Asked for by the form that came back.
    moved: Option<Vec<Moved>>,
    sizes: [usize; 3],
}

/// The form that copies a course, for who leads it and may make courses.
#[component]
pub fn CourseCopy() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let mut read = request::read().await?;
    let mut editor = CourseEditor::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (editor.standing().clone(), editor.count_for_tabs().await?);
    CourseMaker::claim(&mut read).await?;
    let (folder, files) = CourseEditor::claim_by_slug(&mut read, &slug).await?.read_folder(false).await?;
    let now = read.now();
    drop(read);
    let form = Form::to::<CopyCourse>().or_looked_at_by::<PreviewCopy>();
    let sizes = [folder.all_lessons().count(), folder.announcements.len(), files.len()];
    let first = folder.first_date(now);
    let moved = if form.was_looked_at_by::<PreviewCopy>() {
        Choice::parse(&typed(&form)).ok().map(|choice| folder.for_another_term(&choice, now).1)
    } else {
        None
    };
    Ok(Data { standing, counts, first, form, moved, sizes })
}

/// What the form says that came back.
fn typed(form: &Form) -> CopyForm {
    let tick = |name: &str| form.is_ticked(name, false).then(|| "yes".to_owned());
    CopyForm {
        title: form.value("title", ""),
        begins: form.value("begins", ""),
        lessons: tick("lessons"),
        announcements: tick("announcements"),
        files: tick("files"),
        joining: tick("joining"),
    }
}

fn show(Data { standing, counts, first, form, moved, sizes }: Data) -> AnyView {
    let course = &standing.course;
    let zone = Zone::stored(&course.time_zone);
    let [lessons, announcements, files] = sizes;
    let begins = first.map(|first| {
        form.input(Field {
            name: "begins", label: "Begins about (optional)", kind: "date",
            hint: "Dates move by whole weeks, so that each stays on its day of the week and at its hour. Empty: they stay as they are.",
            also: format!("This course’s first date is {}.", zone.words(first)),
            ..Field::default()
        })
    });
    let look =
        first.map(|_| view! { <button class="button large" formaction=PreviewCopy::PATH>"Show the dates"</button> });
    let content = view! {
        {page_title(&format!("Copy {}", course.title))}
        <h1>"Copy for another term"</h1>
        <p class="lede">"The copy is a draft of your own. Nobody who is in this course is in it, and its join code is not, either."</p>
        <form class="fields gap-above" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&[("course", course.id.to_string())])}
            {form.input(Field { name: "title", label: "Title", hint: "Up to 120 characters.", value: course.title.clone(), own_words: true, ..Field::default() })}
            {begins}
            <fieldset class="checks">
                <legend>"What comes along"</legend>
                {(lessons > 0).then(|| form.checkbox("lessons", "Lessons and modules", counted(lessons, "lesson"), true))}
                {(files > 0).then(|| form.checkbox("files", "Files", format!("{} Without them, what the texts show of them is missing.", counted(files, "file")), true))}
                {form.checkbox("joining", "How people join", "Seats, waiting list, approval, and from when until when.", true)}
                {(announcements > 0).then(|| form.checkbox("announcements", "Announcements", format!("{} Those whose new date is past are not mailed.", counted(announcements, "announcement")), false))}
            </fieldset>
            <div class="buttons">
                <button class="button primary large">"Make the copy"</button>
                {look}
                <a class="button quiet large" href=format!("/courses/{}/edit", course.slug)>"Cancel"</a>
            </div>
        </form>
        {moved.map(|moved| dates(&moved, &zone))}
    }
    .into_any();
    slim(&standing, counts, Tab::Settings, content)
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}."),
        many => format!("{many} {what}s."),
    }
}

/// Each date, before and after.
fn dates(moved: &[Moved], zone: &Zone) -> AnyView {
    if moved.is_empty() {
        return view! {
            <section class="gap-above" id=SHOWN_AGAIN aria-labelledby="dates"><h2 id="dates">"Its dates"</h2><p>"What comes along has no dates."</p></section>
        }
        .into_any();
    }
    let rows: Vec<AnyView> = moved
        .iter()
        .map(|moved| {
            view! { <tr><th scope="row" dir="auto">{moved.what.clone()}</th><td>{zone.words(moved.before)}</td><td>{zone.words(moved.after)}</td></tr> }
                .into_any()
        })
        .collect();
    view! {
        <section class="gap-above" id=SHOWN_AGAIN aria-labelledby="dates">
            <h2 id="dates">"Its dates"</h2>
            <p class="quiet-text">"Nothing of this is made yet. Lessons without a date of their own can be read as soon as the copy is published."</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Each date, before and after">
                <table>
                    <thead><tr><th scope="col">"What"</th><th scope="col">"Here"</th><th scope="col">"In the copy"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
