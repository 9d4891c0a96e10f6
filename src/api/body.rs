//! Reading what a program sends, strictly: the right kind, not too long, every field known, each once.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::form_body::{self, LONG_MAX, SHORT_MAX};
use crate::http::request::Ctx;
use crate::random;

/// A JSON body, read into `T`, of at most `MOST` bytes. `T` refuses unknown fields; serde refuses doubled ones.
pub struct Sent<T, const MOST: usize = SHORT_MAX> {
    /// What was sent.
    pub value: T,
    /// Of the bytes, for requests that come twice.
    pub digest: String,
}

/// A body with a long text.
pub type LongSent<T> = Sent<T, LONG_MAX>;

impl<T: DeserializeOwned, S: Send + Sync, const MOST: usize> FromRequest<S> for Sent<T, MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        require_kind(&parts.headers, "application/json")?;
        let bytes = read(&parts, body, MOST).await?;
        let value = serde_json::from_slice(&bytes).map_err(|error| wrong_json(&error))?;
        Ok(Self { value, digest: random::digest(&String::from_utf8_lossy(&bytes)) })
    }
}

/// A post without a body; what is sent besides is refused.
pub struct Empty;

impl<S: Send + Sync> FromRequest<S> for Empty {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts, body, SHORT_MAX).await?;
        // Many programs send an empty object with every post.
        if bytes.is_empty() || bytes.as_ref() == b"{}" {
            Ok(Self)
        } else {
            Err(Problem::unreadable("This request takes no body."))
        }
    }
}

/// A form, as OAuth sends (RFC 6749, appendix B), read into `T`.
pub struct FormSent<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for FormSent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        require_kind(&parts.headers, "application/x-www-form-urlencoded")?;
        let bytes = read(&parts, body, SHORT_MAX).await?;
        // RFC 6749, 3.2: no parameter twice; and what the server does not know is passed over.
        if !form_body::is_text(&bytes) {
            return Err(Problem::unreadable("A parameter is not text, or stands twice."));
        }
        serde_urlencoded::from_bytes(&bytes)
            .map(Self)
            .map_err(|error| Problem::unreadable(format!("The form cannot be read: {error}.")))
    }
}

/// The query of the address, read into `T`, which refuses unknown names.
pub struct AskedFor<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for AskedFor<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if !form_body::is_text(parts.uri.query().unwrap_or_default().as_bytes()) {
            return Err(Problem::unreadable("A part of the query is not text, or stands twice."));
        }
        Query::try_from_uri(&parts.uri)
            .map(|Query(value)| Self(value))
            .map_err(|error| Problem::unreadable(format!("The query cannot be read: {}.", inner(&error.body_text()))))
    }
}

/// What serde says, without what axum says before it.
fn inner(text: &str) -> String {
    text.rsplit_once("query string: ").map_or(text, |(_, inner)| inner).to_owned()
}

fn require_kind(headers: &HeaderMap, wanted: &'static str) -> Result<(), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut parts = kind.split(';').map(str::trim);
    let is_wanted = parts.next().unwrap_or("").eq_ignore_ascii_case(wanted);
    let is_utf8 = |charset: &str| charset.trim_matches('"').eq_ignore_ascii_case("utf-8");
    let is_read = parts.all(|part| {
        part.split_once('=').is_none_or(|(name, value)| !name.eq_ignore_ascii_case("charset") || is_utf8(value))
    });
    if is_wanted && is_read {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type", format!("Send {wanted}, in UTF-8.")))
}

async fn read(parts: &Parts, body: axum::body::Body, most: usize) -> Result<Bytes, Problem> {
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>() else {
        return Err(Failure::Broken(anyhow::anyhow!("this ran outside of a request")).into());
    };
    match form_body::read_bytes(&ctx.site, ctx, body, most).await {
        Ok(bytes) => Ok(bytes),
        Err(form_body::Unread::Refused(AppError::TooLarge { most })) => Err(AppError::TooLarge { most }.into()),
        Err(form_body::Unread::Refused(error)) => Err(error.into()),
        Err(form_body::Unread::TooSlow) => {
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "invalid-request", "The body did not arrive in time."))
        }
    }
}

/// Not JSON: 400. JSON of another shape: 422. Serde's words name the field and the place, and quote nothing long.
fn wrong_json(error: &serde_json::Error) -> Problem {
    let words: String = error.to_string().chars().take(200).collect();
    match error.classify() {
        serde_json::error::Category::Data => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields", format!("The body does not fit: {words}."))
        }
        _ => Problem::unreadable(format!("The body is not JSON: {words}.")),
    }
}

/// What the path names, read into `T`. What cannot be one is not there.
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        named.map(|axum::extract::Path(value)| Self(value)).map_err(|_| AppError::NotFound.into())
    }
}
