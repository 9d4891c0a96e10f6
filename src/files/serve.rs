//! `/courses/{slug}/files/{name}`: a file, to whoever may read a text that names it.
//!
//! Whatever was uploaded, a browser runs nothing of it as a part of this site: its kind is one of ours (`kind.rs`) and is not guessed at, its policy
//! lets it load and run nothing in a frame of its own without any rights, other sites cannot show it, and what a browser does not show
//! by itself is saved.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::kind::{Kind, Shown};
use super::name::FileName;
use super::store::FoundFile;
use crate::courses::policy::{CourseReader, CourseVisitor};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::error_page;
use crate::http::known::is_known;
use crate::http::request::Ctx;

/// Nothing is loaded, nothing runs, and it is nobody's page: not even this site's.
const ALONE: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// Browsers draw a PDF, play a film and show a picture with scripts and styles of their own, which `sandbox` would stop in some of them.
const ALONE_WITH_A_VIEWER: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; object-src 'self'; \
                                   frame-ancestors 'none'";

/// Sends the file, or the part of it that is asked for.
pub async fn serve(Path((slug, name)): Path<(String, String)>, request: Request) -> Response {
    let parts = request.into_parts().0;
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>().cloned() else { return StatusCode::NOT_FOUND.into_response() };
    let answered = async {
        let file = find(&ctx, &slug, &name).await?;
        answer(&ctx, &parts.method, &parts.headers, &file).await
    };
    match answered.await {
        Ok(response) => response,
        Err(failure) => error_page::answer(&ctx.site, &parts, AppError::from(failure)),
    }
}

async fn find(ctx: &Ctx, slug: &str, name: &str) -> Result<FoundFile, Failure> {
    let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
    let named = FileName::parse(name).filter(|parsed| parsed.as_str() == name);
    let mut visitor = CourseVisitor::claim_by_slug(&mut read, slug).await?;
    if let Some(name) = &named
        && let Some(file) = visitor.find_described_file(name).await?
    {
        return Ok(file);
    }
    // Who may not read lessons is told that, and not which files there are.
    let mut reader = CourseReader::claim_by_slug(&mut read, slug).await?;
    reader.find_file(&named.ok_or(AppError::NotFound)?).await
}

async fn answer(ctx: &Ctx, method: &Method, asked: &HeaderMap, file: &FoundFile) -> Result<Response, Failure> {
    let size = file.size.unsigned_abs();
    let tag = format!("\"{}\"", file.digest);
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    // Asked for again each time: who may open it changes, its content does not.
    set(CACHE_CONTROL, "private, no-cache");
    set(ETAG, &tag);
    set(ACCEPT_RANGES, "bytes");
    let kind = FileName::parse(&file.name).map_or(Kind::of(""), |name| Kind::of(name.ending()));
    let is_text = kind.media.starts_with("text/");
    set(CONTENT_SECURITY_POLICY, if kind.shown == Shown::Opened && !is_text { ALONE_WITH_A_VIEWER } else { ALONE });
    if is_known(asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    set(CONTENT_TYPE, kind.media);
    let how = if kind.shown == Shown::Saved { "attachment" } else { "inline" };
    let encoded = super::name::in_address(&file.name);
    set(CONTENT_DISPOSITION, &format!("{how}; filename*=UTF-8''{encoded}"));
    let is_as_known = asked.get(IF_RANGE).is_none_or(|known| known.as_bytes() == tag.as_bytes());
    let range = asked.get(RANGE).filter(|_| is_as_known).and_then(|range| part_of(range.to_str().ok()?, size));
    let (status, range) = match range {
        None => (StatusCode::OK, None),
        Some(Some(range)) => {
            set(CONTENT_RANGE, &format!("bytes {}-{}/{size}", range.start, range.end - 1));
            (StatusCode::PARTIAL_CONTENT, Some(range))
        }
        Some(None) => {
            set(CONTENT_RANGE, &format!("bytes */{size}"));
            set(CONTENT_LENGTH, "0");
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    set(CONTENT_LENGTH, &length.to_string());
    if method == Method::HEAD {
        return Ok((status, headers).into_response());
    }
    let content = ctx.site.contents.get(&file.digest, range).await?;
    Ok((status, headers, Body::from_stream(content)).into_response())
}

/// The part that a `Range` asks for, of so many bytes; `Some(None)`: there is no such part. None: it asks for none, for several, or in a way
/// nobody knows, and all of it is sent (RFC 9110, 14.2).
fn part_of(range: &str, size: u64) -> Option<Option<Range<u64>>> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let range = match (from, to) {
        ("", last) => size.saturating_sub(number(last)?)..size,
        (from, "") => number(from)?..size,
        (from, to) => {
            let (from, to) = (number(from)?, number(to)?);
            if to < from {
                return None;
            }
            from..size.min(to.saturating_add(1))
        }
    };
    Some((range.start < range.end).then_some(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_was_asked_for_and_lies_within() {
        for (range, part) in [
            ("bytes=0-0", Some(Some(0..1))),
            ("bytes=0-", Some(Some(0..10))),
            ("bytes=4-99", Some(Some(4..10))),
            ("bytes=-3", Some(Some(7..10))),
            ("bytes=-99", Some(Some(0..10))),
            ("bytes=10-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=10-12", Some(None)),
            ("bytes=5-4", None),
            ("bytes=0-1,3-4", None),
            ("bytes=+1-2", None),
            ("lines=0-1", None),
            ("bytes=a-b", None),
            ("bytes=0-99999999999999999999", None),
        ] {
            assert_eq!(part_of(range, 10), part, "{range}");
        }
        assert_eq!(part_of("bytes=0-", 0), Some(None));
    }
}
