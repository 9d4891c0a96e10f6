//! `/courses/{slug}/announcements`: what was announced in a course.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::rows;
use crate::announcements::store::AnnouncementHead;
use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseReader, Standing};
use crate::courses::store::TabCounts;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination, read_page};

struct Data {
    standing: Standing,
    counts: TabCounts,
    heads: Vec<AnnouncementHead>,
    total: i64,
    number: PageNumber,
    now: Millis,
}

/// The newest first, 25 on a page, for whoever reads in the course; what is to come, for its staff.
#[component]
pub fn CourseAnnouncements() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut reader = CourseReader::claim_by_slug(&mut read, &slug).await?;
    let counts = reader.count_for_tabs().await?;
    let (number, heads, total) = read_page!(&ctx, skip => reader.list_announcements(PAGE, skip).await?);
    let now = reader.moment();
    Ok(Data { standing: reader.standing().clone(), counts, heads, total, number, now })
}

fn show(Data { standing, counts, heads, total, number, now }: Data) -> AnyView {
    let path = format!("/courses/{}/announcements", standing.course.slug);
    let may_write = standing.may(CourseAct::Write);
    let list = if heads.is_empty() {
        let words = if may_write {
            "Tell everybody in the course what they should know: a room that changed, an exam, a good article."
        } else {
            "What the staff have to say to everybody in the course will stand here."
        };
        view! { <div class="empty"><h2>"No announcements yet"</h2><p>{words}</p></div> }.into_any()
    } else {
        rows(&standing, &heads, now)
    };
    let write = may_write.then(
        || view! { <p class="buttons"><a class="button primary" href=format!("{path}/new")>"New announcement"</a></p> },
    );
    let content = view! {
        {page_title(&format!("Announcements of {}", standing.course.title))}
        <h1>"Announcements"</h1>
        <p class="lede">"What the staff have to say to everybody in the course. "<a href="/account/mail">"Which come by mail"</a></p>
        {write}
        <div class="gap-above">{list}</div>
        {pagination(&path, &[], number, total, "announcements")}
    }
    .into_any();
    slim(&standing, counts, Tab::Announcements, content)
}
