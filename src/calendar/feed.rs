//! `/dates/{token}.ics`: a person's dates, as iCalendar (RFC 5545).

use std::sync::Arc;

use axum::extract::{Path, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component, Event, EventLike};

use super::store::{DateKind, DateRow, public_find_reader, public_list_dates, public_note_read};
use crate::clock::Millis;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::error_page;
use crate::http::known::is_known;
use crate::http::request::Ctx;
use crate::random;

/// Sends the calendar whose address it is.
pub async fn serve(Path(name): Path<String>, request: Request) -> Response {
    let parts = request.into_parts().0;
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>().cloned() else { return StatusCode::NOT_FOUND.into_response() };
    match read(&ctx, &name).await {
        Ok(text) => answer(text, &parts.headers),
        Err(failure) => error_page::answer(&ctx.site, &parts, AppError::from(failure)),
    }
}

async fn read(ctx: &Ctx, name: &str) -> Result<String, Failure> {
    let token = name.strip_suffix(".ics").ok_or(AppError::NotFound)?;
    let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
    let (user, is_due) = public_find_reader(&mut read, token).await?.ok_or(AppError::NotFound)?;
    let dates = public_list_dates(&mut read, user).await?;
    drop(read);
    if is_due {
        let mut write = ctx.site.db.begin_write(ctx.caller.clone()).await?;
        public_note_read(&mut write, user).await?;
        write.commit().await?;
    }
    let url = &ctx.site.config.public_url;
    Ok(calendar(&dates, &url.origin, url.host()))
}

fn answer(text: String, asked: &HeaderMap) -> Response {
    // The same dates are the same text: programs ask every few hours.
    let tag = format!("\"{}\"", random::digest(&text));
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if is_known(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    (headers, text).into_response()
}

fn calendar(dates: &[DateRow], origin: &str, host: &str) -> String {
    let mut calendar = Calendar::new();
    calendar.name("Lectern").description("Dates of your courses");
    for date in dates {
        let (kind, words, path) = match (date.kind, &date.lesson, &date.lesson_title) {
            (DateKind::Lesson, Some(lesson), Some(title)) => {
                ("lesson", format!("{title} opens"), format!("/lessons/{lesson}"))
            }
            (DateKind::Lesson, ..) => continue,
            (DateKind::Offer, ..) => ("offer", "last moment to take your seat".to_owned(), String::new()),
            (DateKind::JoinsFrom, ..) => ("joins-from", "joining begins".to_owned(), String::new()),
            (DateKind::JoinsUntil, ..) => ("joins-until", "joining ends".to_owned(), String::new()),
        };
        let (Some(at), Some(changed)) = (moment(date.at), moment(date.changed_at)) else { continue };
        let event = Event::with_uid(&format!("{kind}-{}@{host}", date.id))
            .summary(&format!("{}: {words}", date.course_title))
            .url(&format!("{origin}/courses/{}{path}", date.course))
            .starts(at)
            .ends(at)
            .timestamp(changed)
            .done();
        calendar.push(event);
    }
    calendar.done().to_string()
}

fn moment(at: Millis) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_is_what_the_standard_says_whatever_stands_in_a_title() {
        let row = DateRow {
            kind: DateKind::Lesson,
            id: 7,
            course: "soil".to_owned(),
            course_title: "Soil; sand, \\ and\nclay".to_owned(),
            lesson: Some("one".to_owned()),
            lesson_title: Some(format!("地図 {} END:VEVENT", "long ".repeat(30))),
            at: 1_793_610_000_000,
            changed_at: 1_793_600_000_000,
        };
        let offer = DateRow { kind: DateKind::Offer, lesson: None, lesson_title: None, ..row.clone() };
        let text = calendar(&[row, offer], "https://lectern.example", "lectern.example");
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains("SUMMARY:Soil\\; sand\\, \\\\ and\\nclay: 地図 long "), "{unfolded}");
        assert!(unfolded.contains("DTSTART:20261102T090000Z") && unfolded.contains("UID:lesson-7@lectern.example"));
        assert!(unfolded.contains("UID:offer-7@lectern.example"), "{unfolded}");
        assert_eq!(unfolded.matches("\r\nEND:VEVENT\r\n").count(), 2);
    }
}
