//! `/courses/{slug}/mine`: what one did in a course, also when one is not in it any more.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::cover_view::cover;
use crate::courses::policy::{CourseAct, OwnWorkReader, Standing};
use crate::enrolments::model::PlaceState;
use crate::enrolments::store::{DoneRow, MyPlace};
use crate::failure::Failure;
use crate::http::request;
use crate::ui::page::{page, page_title};
use crate::ui::when;

struct Data {
    standing: Standing,
    mine: Option<MyPlace>,
    done: Vec<DoneRow>,
    now: Millis,
}

/// One's own marks, for who is or was in the course; the course itself may be out of their sight by now.
#[component]
pub fn OwnWork() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let mut read = request::read().await?;
    let mut reader = OwnWorkReader::claim_by_slug(&mut read, &slug).await?;
    let (mine, done) = (reader.find_own_place().await?, reader.list_done().await?);
    let standing = reader.standing().clone();
    Ok(Data { standing, mine, done, now: request::site()?.db.clock().now() })
}

fn show(Data { standing, mine, done, now }: Data) -> AnyView {
    let course = &standing.course;
    let picture = cover(course.id.0);
    // Who left an archived course does not see its page any more.
    let title = if standing.may(CourseAct::See) {
        view! { <a href=format!("/courses/{}", course.slug)>{course.title.clone()}</a> }.into_any()
    } else {
        course.title.clone().into_any()
    };
    let place = mine.map(|mine| {
        let since = when::words(mine.since, now);
        let words = match mine.state {
            PlaceState::Active => "You are in this course.".to_owned(),
            _ if !mine.was_in => "You were never in this course.".to_owned(),
            PlaceState::Dropped => format!("You left it {since}."),
            _ => format!("You are not in it since {since}."),
        };
        view! { <p class="lede">{words}</p> }
    });
    let list = if done.is_empty() {
        view! { <div class="empty"><h3>"Nothing yet"</h3><p>"You have marked no lesson of it as read."</p></div> }
            .into_any()
    } else {
        let rows: Vec<AnyView> = done
            .into_iter()
            .map(|row| {
                view! {
                    <tr role="row">
                        <th role="rowheader" scope="row" class="who" dir="auto">{row.title}</th>
                        <td role="cell" class="role">{when::time(row.read_at, when::day(row.read_at, now), false)}</td>
                    </tr>
                }
                .into_any()
            })
            .collect();
        view! {
            <table class="table" role="table" aria-labelledby="done">
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col">"Lesson"</th>
                    <th role="columnheader" scope="col">"Read"</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        {page_title(&format!("Your work in {}", course.title))}
        <div class=format!("page wrap {}", picture.hue)>
            <div class="head"><div>
                <p class="crumb"><a href="/">"Home"</a></p>
                <h1>"Your work in "<bdi>{title}</bdi></h1>
                {place}
            </div></div>
            <section aria-labelledby="done"><h2 id="done">"Lessons you have read"</h2>{list}</section>
        </div>
    }
    .into_any()
}
