//! The pages of announcements: a course's list, one of them, the form, and what comes by mail.

pub mod list;
pub mod one;
pub mod wish;
pub mod writing;

use leptos::prelude::*;

use super::store::{AnnouncementHead, MyNews};
use crate::clock::Millis;
use crate::courses::policy::{CourseAct, Standing};
use crate::ui::when;
use crate::zone::Zone;

/// Since when it is out and who posted it, or, in the course's zone, when it will be.
pub(super) fn facts(standing: &Standing, posted_at: Millis, by: Option<&String>, now: Millis) -> AnyView {
    let by = by.cloned().map(|by| view! { " by "<bdi>{by}</bdi> });
    if posted_at > now {
        let words = Zone::stored(&standing.course.time_zone).words(posted_at);
        view! { <span class="badge hollow">"Later"</span>" Planned for "{when::time(posted_at, words, false)}{by} }
            .into_any()
    } else {
        view! { "Posted "{when::time(posted_at, when::words(posted_at, now), false)}{by} }.into_any()
    }
}

/// One of a list: its title, which leads to it, and what there is to say of it.
fn line(address: String, title: String, about: AnyView) -> AnyView {
    view! {
        <li>
            <p><a href=address><b dir="auto">{title}</b></a></p>
            <p class="quiet-text">{about}</p>
        </li>
    }
    .into_any()
}

/// Announcements as rows of a list.
pub(super) fn rows(standing: &Standing, heads: &[AnnouncementHead], now: Millis) -> AnyView {
    let course = &standing.course.slug;
    let rows: Vec<AnyView> = heads
        .iter()
        .map(|head| {
            let address = format!("/courses/{course}/announcements/{}", head.id);
            line(address, head.title.clone(), facts(standing, head.posted_at, head.by.as_ref(), now))
        })
        .collect();
    view! { <ul class="rows" role="list">{rows}</ul> }.into_any()
}

/// The latest, on the course's page; nothing where there are none.
pub fn news(standing: &Standing, heads: &[AnnouncementHead], now: Millis) -> AnyView {
    if heads.is_empty() || !standing.may(CourseAct::ReadLessons) {
        return ().into_any();
    }
    let all = format!("/courses/{}/announcements", standing.course.slug);
    view! {
        <section class="news" aria-labelledby="latest_news">
            <h2 id="latest_news">"Announcements"</h2>
            {rows(standing, heads, now)}
            <p><a href=all>"All announcements"</a></p>
        </section>
    }
    .into_any()
}

/// The same on one's own page, of all one's courses.
pub fn my_news(news: &[MyNews], now: Millis) -> AnyView {
    if news.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = news
        .iter()
        .map(|news| {
            let course = format!("/courses/{}", news.slug);
            let posted = when::time(news.posted_at, when::words(news.posted_at, now), false);
            let address = format!("{course}/announcements/{}", news.id);
            let about = view! { <a href=course><bdi>{news.course.clone()}</bdi></a>", posted "{posted} }.into_any();
            line(address, news.title.clone(), about)
        })
        .collect();
    view! {
        <section class="hung" aria-labelledby="latest_news">
            <div><h2 id="latest_news">"Announcements"</h2><p>"Of the last two weeks."</p></div>
            <div><ul class="rows" role="list">{rows}</ul></div>
        </section>
    }
    .into_any()
}
