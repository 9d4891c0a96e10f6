//! `/courses/{slug}/announcements/{id}`: one announcement.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::facts;
use crate::announcements::api::DeleteAnnouncement;
use crate::announcements::store::AnnouncementRow;
use crate::clock::Millis;
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
            Some(_) => "It is gone from the course. The mails of it stay with who got them.".to_owned(),
            None => "It is gone from the course.".to_owned(),
        };
        view! {
            <p class="quiet-text gap-above">{mailed(&row, has_mail, now)}</p>
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
fn mailed(row: &AnnouncementRow, has_mail: bool, now: Millis) -> &'static str {
    match (row.mails, row.mailed_at) {
        (false, _) => "It is not mailed.",
        (true, Some(_)) => "It was mailed to who wants that.",
        (true, None) if !has_mail => "It is to be mailed, and this server sends no mail now.",
        (true, None) if row.posted_at > now => "It will be mailed to who wants that.",
        (true, None) => "It is being mailed to who wants that, while the course is published.",
    }
}
