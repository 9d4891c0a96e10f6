//! `/courses/{slug}/announcements/new` and `/courses/{slug}/announcements/{id}/edit`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::announcements::api::{PostAnnouncement, SaveAnnouncement};
use crate::announcements::model::AnnouncementForm;
use crate::announcements::store::AnnouncementRow;
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseWriter, Standing};
use crate::courses::store::TabCounts;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::PreviewLesson;
use crate::lessons::markdown::CleanHtml;
use crate::lessons::pages::preview::{beside_preview, looked_at, preview_button};
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};
use crate::zone::Zone;

struct Data {
    standing: Standing,
    counts: TabCounts,
    /// The one that is changed; none: a new one.
    row: Option<AnnouncementRow>,
    form: Form,
    text: Option<CleanHtml>,
    has_mail: bool,
    now: Millis,
}

/// The form that posts an announcement, for who may write in the course.
#[component]
pub fn AnnouncementNew() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug, None), show)
}

/// The form that changes one.
#[component]
pub fn AnnouncementEdit() -> impl IntoView {
    let params = use_params_map().get_untracked();
    page(load(params.get("slug").unwrap_or_default(), Some(params.get("id").unwrap_or_default())), show)
}

async fn load(slug: String, id: Option<String>) -> Result<Data, Failure> {
    let mut read = request::read().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut read, &slug).await?;
    let (standing, counts) = (writer.standing().clone(), writer.count_for_tabs().await?);
    let row = match id {
        Some(id) => Some(writer.find_announcement(id.parse().map_err(|_| AppError::NotFound)?).await?),
        None => None,
    };
    let now = writer.moment();
    drop(read);
    let form = if row.is_some() { Form::to::<SaveAnnouncement>() } else { Form::to::<PostAnnouncement>() };
    let form = form.or_looked_at_by::<PreviewLesson>();
    let text = looked_at(&form, None, &standing.course.slug).await?;
    Ok(Data { standing, counts, row, form, text, has_mail: request::site()?.mailer.is_some(), now })
}

fn show(Data { standing, counts, row, form, text, has_mail, now }: Data) -> AnyView {
    let all = format!("/courses/{}/announcements", standing.course.slug);
    let mut hidden = vec![("course", standing.course.id.to_string())];
    let (heading, send, back) = match &row {
        None => ("New announcement".to_owned(), "Post it", all),
        Some(row) => {
            hidden.push(("announcement", row.id.to_string()));
            hidden.push(("seen", form.version(row.changed_at)));
            (format!("Change {}", row.title), "Save changes", format!("{all}/{}", row.id))
        }
    };
    let form_view = view! {
        <form class="fields" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&hidden)}
            {fields(&form, &standing, row.as_ref(), has_mail, now)}
            <div class="buttons">
                <button class="button primary large">{send}</button>
                {preview_button()}
                <a class="button quiet large" href=back>"Cancel"</a>
            </div>
        </form>
    };
    let content = view! {
        {page_title(&heading)}
        <h1 dir="auto">{heading}</h1>
        {beside_preview(form_view.into_any(), text)}
    }
    .into_any();
    slim(&standing, counts, Tab::Announcements, content)
}

fn fields(form: &Form, standing: &Standing, row: Option<&AnnouncementRow>, has_mail: bool, now: Millis) -> AnyView {
    let zone = Zone::stored(&standing.course.time_zone);
    let saved = row.map_or_else(
        || AnnouncementForm { mails: Some("yes".to_owned()), ..AnnouncementForm::default() },
        |row| AnnouncementForm {
            title: row.title.clone(),
            body: row.body.clone(),
            posted_at: zone.in_field(row.posted_at),
            mails: row.mails.then(|| "yes".to_owned()),
        },
    );
    let is_out = row.is_some_and(|row| row.posted_at <= now);
    let way = if is_out {
        let words = match row.filter(|row| row.mailed_at.is_some() && !row.came_along()) {
            Some(_) => "It is out, and was mailed. What you change here is not mailed again.",
            None => "It is out: people in the course read what you save at once.",
        };
        view! { <p class="quiet-text">{words}</p> }.into_any()
    } else {
        let mails = if has_mail {
            let hint = if standing.facts.state == CourseState::Draft {
                "To everybody in the course who wants that, once the course is published."
            } else {
                "To everybody in the course who wants that: at once or in one mail a day, as they chose."
            };
            form.checkbox("mails", "Mail it as well", hint, saved.mails.is_some())
        } else {
            view! { <p class="quiet-text">"This server sends no mail: it stands on the course’s page."</p> }.into_any()
        };
        view! {
            {form.input(Field {
                name: "posted_at", label: "From (optional)", kind: "datetime-local",
                hint: "Until then only the staff see it. Empty: at once.",
                also: format!("By the clock in {}.", zone.name()),
                value: saved.posted_at, ..Field::default()
            })}
            {mails}
        }
        .into_any()
    };
    view! {
        {form.input(Field { name: "title", label: "Title", hint: "Up to 120 characters.", value: saved.title, own_words: true, ..Field::default() })}
        {form.textarea(Field {
            name: "body", label: "Text (optional)",
            hint: "In Markdown, as in lessons: **bold**, - for a list, [words](address) for a link. Up to 20,000 characters.",
            value: saved.body, rows: 10, is_wide: true, ..Field::default()
        })}
        {way}
    }
    .into_any()
}
