//! `/courses/{slug}/people/awaited`: every place that waits for an account.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::adding::awaited_table;
use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::store::AwaitedRow;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination, read_page};

struct Data {
    standing: Standing,
    counts: TabCounts,
    rows: Vec<AwaitedRow>,
    total: i64,
    number: PageNumber,
    now: Millis,
}

/// The places, 25 on a page, for staff and admins.
#[component]
pub fn AwaitedPlaces() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let counts = staff.count_for_tabs().await?;
    let (number, rows, total) = read_page!(&ctx, skip => staff.list_awaited(PAGE, skip).await?);
    Ok(Data { standing: staff.standing().clone(), counts, rows, total, number, now: ctx.site.db.clock().now() })
}

fn show(Data { standing, counts, rows, total, number, now }: Data) -> AnyView {
    let people = format!("/courses/{}/people", standing.course.slug);
    let list = if rows.is_empty() {
        view! { <div class="empty"><h2>"Nobody is waited for"</h2><p>"Everybody who was added or imported has an account by now."</p></div> }
            .into_any()
    } else {
        awaited_table(&standing, rows, now, standing.may(CourseAct::ManagePeople))
    };
    let content = view! {
        {page_title(&format!("Waiting for an account in {}", standing.course.title))}
        <p class="crumb"><a href=people.clone()>"People"</a></p>
        <h1 id="awaited">"Waiting for an account"</h1>
        <p class="lede">"Their place is given to the account that confirms this address."</p>
        {list}
        {pagination(&format!("{people}/awaited"), &[], number, total, "places")}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}
