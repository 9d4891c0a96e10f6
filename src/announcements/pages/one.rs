//! `/courses/{slug}/announcements/{id}`: one announcement.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::facts;
use crate::announcements::api::DeleteAnnouncement;
use crate::announcements::store::{AnnouncementRow, NEWS_FOR};
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseReader, Standing};
use crate::courses::store::TabCounts;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::markdown::{CleanHtml, render_for_page};
use crate::ui::form::ask_first;
use crate::ui::page::{page, page_title};
use crate::ui::prose::prose;

struct Data {
    standing: Standing,
    counts: TabCounts,
    row: AnnouncementRow,
    text: CleanHtml,
    has_mail: bool,
    now: Millis,
}

/// The announcement, for whoever reads in the course, with what its staff can do with it.
#[component]
pub fn AnnouncementPage() -> impl IntoView {
    let params = use_params_map().get_untracked();
    page(load(params.get("slug").unwrap_or_default(), params.get("id").unwrap_or_default()), show)
}

async fn load(slug: String, id: String) -> Result<Data, Failure> {
    let mut read = request::read().await?;
    let mut reader = CourseReader::claim_by_slug(&mut read, &slug).await?;
    let counts = reader.count_for_tabs().await?;
    let row = reader.find_announcement(id.parse().map_err(|_| AppError::NotFound)?).await?;
    let (standing, now) = (reader.standing().clone(), reader.moment());
    drop(read);
    let text = render_for_page(&row.body, &standing.course.slug).await?;
    Ok(Data { standing, counts, row, text, has_mail: request::site()?.mailer.is_some(), now })
}

fn show(Data { standing, counts, row, text, has_mail, now }: Data) -> AnyView {
    let all = format!("/courses/{}/announcements", standing.course.slug);
    let staff = standing.may(CourseAct::Write).then(|| {
        let ids = [("course", standing.course.id.to_string()), ("announcement", row.id.to_string())];
        let sentence = match row.mailed_at {
            Some(_) if !row.came_along() => "It will be gone from the course. The mails of it stay with who got them.".to_owned(),
            _ => "It will be gone from the course.".to_owned(),
        };
        view! {
            <p class="quiet-text gap-above">{mailed(&row, &standing, has_mail, now)}</p>
            <div class="buttons">
                <a class="button" href=format!("{all}/{}/edit", row.id)>"Change"</a>
                {ask_first::<DeleteAnnouncement>(&ids, "Delete", &row.title, sentence, "Delete this announcement".to_owned())}
            </div>
        }
    });
    let content = view! {
        {page_title(&row.title)}
        <article>
            <p class="crumb"><a href=all.clone()>"Announcements"</a></p>
            <h1 dir="auto">{row.title.clone()}</h1>
            <p class="quiet-text">{facts(&standing, row.posted_at, row.by.as_ref(), now)}</p>
            <div class="gap-above">{prose(text)}</div>
        </article>
        {staff}
    }
    .into_any();
    slim(&standing, counts, Tab::Announcements, content)
}

/// How far its mailing is, for the staff.
fn mailed(row: &AnnouncementRow, standing: &Standing, has_mail: bool, now: Millis) -> &'static str {
    match row.mailed_at {
        _ if !row.mails => "It is not mailed.",
        Some(_) if row.came_along() => "It came with the course, and was not mailed from here.",
        Some(_) => "It was mailed to who wants that.",
        None if row.posted_at + NEWS_FOR <= now => {
            "It was not mailed: two weeks after its moment it is no news any more."
        }
        None if !has_mail => "It is to be mailed, and this server sends no mail now.",
        None if standing.facts.state == CourseState::Draft => {
            "It is mailed to who wants that once the course is published."
        }
        None if row.posted_at > now => "It will be mailed to who wants that.",
        None => "It is being mailed to who wants that.",
    }
}
