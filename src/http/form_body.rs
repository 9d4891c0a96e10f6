//! Reading what a form sent: only as much as its function can use, and only for as long as a slow line needs.

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use leptos::server_fn::ServerFn;

use super::request::Ctx;
use super::{Site, error_page, form_file};
use crate::announcements::api::{PostAnnouncement, SaveAnnouncement};
use crate::courses::api::{CreateCourse, SaveCourse};
use crate::enrolments::api::{ImportRoster, ReadRoster};
use crate::error::AppError;
use crate::failure::busy;
use crate::files::incoming;
use crate::lessons::api::{AddLesson, KeepDraft, PreviewLesson, SaveLesson};
use crate::network::NoneLeft;

/// The largest body of a form with a long text (the contract: 2 MB). Holds 200,000 letters of most scripts; of letters that
/// take twelve bytes each once they are encoded, like emoji, 174,000.
pub const LONG_MAX: usize = 2 * 1024 * 1024;
/// The largest body of every other form. The longest has an address, a name and a password: 1,024 bytes, three times that
/// encoded, and a page to go on to. Many can be under way at once without filling the memory.
pub const SHORT_MAX: usize = 64 * 1024;
/// How many bodies of more than [`SHORT_MAX`] are read at once: 64 MB at most.
pub const LONG_AT_ONCE: usize = 32;
/// How many of them from one place on the network. A stalled one ends after [`super::listen::Patience::body`].
pub const LONG_FROM_ONE_PLACE: usize = 8;

/// The forms in which a file with text can be chosen. Those of [`incoming::takes_files`] are read piece by piece instead.
const WITH_A_FILE: [&str; 1] = [ReadRoster::PATH];

const FORM: &str = "application/x-www-form-urlencoded";

/// The body of a form; one with a file is a form without one from here on. Refused: 415 when it is no form, 413 too large, 429 and 503
/// when too many long ones are under way, 408 too slow, 400 not text or a name twice.
pub async fn read(site: &Arc<Site>, ctx: &Arc<Ctx>, parts: &mut Parts, body: Body) -> Result<Bytes, Response> {
    let path = parts.uri.path();
    let takes_files = incoming::takes_files(path);
    let boundary = form_file::boundary(&parts.headers).filter(|_| takes_files || WITH_A_FILE.contains(&path));
    if !is_form(&parts.headers) && boundary.is_none() {
        return Err(error_page::with_status(site, parts, StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let read = match &boundary {
        Some(boundary) if takes_files => incoming::read(site, ctx, path, &parts.headers, body, boundary).await,
        _ => read_bytes(site, ctx, body, most_of(path)).await,
    };
    let body = match read {
        Ok(body) => body,
        Err(Unread::Refused(error)) => return Err(error_page::answer(site, parts, error)),
        Err(Unread::TooSlow) => return Err(error_page::with_status(site, parts, StatusCode::REQUEST_TIMEOUT)),
    };
    let body = match boundary {
        None => Some(body),
        Some(boundary) => {
            parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
            parts.headers.remove(CONTENT_LENGTH);
            if takes_files { Some(body) } else { form_file::without_files(body, &boundary).await }
        }
    };
    body.filter(|body| is_text(body)).ok_or_else(|| error_page::answer(site, parts, AppError::Malformed))
}

/// Why a body was not read.
#[derive(Debug)]
pub enum Unread {
    /// Too large, or too many long ones are under way.
    Refused(AppError),
    /// It did not arrive in time.
    TooSlow,
}

/// A body of at most `most` bytes, of which only so many long ones are read at once.
pub async fn read_bytes(site: &Site, ctx: &Ctx, body: Body, most: usize) -> Result<Bytes, Unread> {
    let declared = body.size_hint().upper().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if declared.is_some_and(|length| length > most) {
        return Err(Unread::Refused(AppError::TooLarge { most }));
    }
    // What does not say how long it is may be long.
    let is_long = declared.unwrap_or(most) > SHORT_MAX;
    let _share = match is_long.then(|| site.long_bodies.take(ctx.caller.address)).transpose() {
        Ok(share) => share,
        Err(NoneLeft::Here) => {
            let retry_after = u32::try_from(site.patience.body.as_secs()).unwrap_or(u32::MAX).max(1);
            return Err(Unread::Refused(AppError::TooMany { retry_after }));
        }
        Err(NoneLeft::Anywhere) => return Err(Unread::Refused(busy("too many long forms at once"))),
    };
    match tokio::time::timeout(site.patience.body, to_bytes(body, most)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Unread::Refused(AppError::TooLarge { most })),
        Err(_) => Err(Unread::TooSlow),
    }
}

fn most_of(action: &str) -> usize {
    let has_a_long_text = WITH_A_FILE.contains(&action)
        || [
            CreateCourse::PATH,
            SaveCourse::PATH,
            AddLesson::PATH,
            SaveLesson::PATH,
            PreviewLesson::PATH,
            KeepDraft::PATH,
            ImportRoster::PATH,
            PostAnnouncement::PATH,
            SaveAnnouncement::PATH,
        ]
        .contains(&action);
    if has_a_long_text { LONG_MAX } else { SHORT_MAX }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case(FORM)
}

/// Whether every field is UTF-8, and no name appears twice: a second `role=admin` must not be what one reader sees and
/// another does not. A name that ends in `[]` is a list's, to every reader, and may.
pub fn is_text(body: &[u8]) -> bool {
    let mut names: Vec<Vec<u8>> = Vec::new();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decoded(halves.next().unwrap_or_default());
        let value = decoded(halves.next().unwrap_or_default());
        if std::str::from_utf8(&name).is_err() || std::str::from_utf8(&value).is_err() {
            return false;
        }
        if names.contains(&name) {
            if name.ends_with(b"[]") {
                continue;
            }
            return false;
        }
        names.push(name);
        if names.len() > FIELDS_MAX {
            return false;
        }
    }
    true
}

/// No form of ours has as many fields.
pub const FIELDS_MAX: usize = 64;

fn decoded(raw: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = raw.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_encoding::percent_decode(&spaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_must_be_text_and_stand_once() {
        assert!(is_text(b"title=a+b&summary=%C3%BC&x="));
        assert!(!is_text(b"title=%FF"));
        assert!(!is_text(b"title=\xff"));
        assert!(!is_text(b"role=student&role=admin"));
        assert!(!is_text(b"role=student&%72ole=admin"));
        assert!(is_text(b"ticked%5B%5D=1&ticked[]=2&role=student"));
    }
}
