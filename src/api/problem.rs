//! Refusals as problem details (RFC 9457).

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::http::request::status_of;
use crate::sessions::policy::PROOF_LASTS;

/// Why something was not done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of refusal it is: an address under `/api`, which explains it.
    #[serde(rename = "type")]
    #[schema(example = "/api#not-found")]
    pub kind: &'static str,
    /// The same in a few words.
    #[schema(example = "Not found")]
    pub title: &'static str,
    /// Of the answer.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// A sentence for a person.
    pub detail: String,
    /// The fields that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// The number of the line in the server's log, where something broke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    #[serde(skip)]
    headers: Option<Box<HeaderMap>>,
}

/// A field that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// By its name in the request.
    pub field: String,
    /// What to do about it.
    pub message: String,
}

/// Each kind: its address, its title, and what it means, for the page that explains them.
pub const KINDS: [(&str, &str, &str); 19] = [
    (
        "/api#sign-in-required",
        "Sign in first",
        "The request came without a token or a session, and this needs somebody.",
    ),
    (
        "/api#not-signed-in",
        "Not signed in",
        "Email and password, or the code, are not right, or the account is closed. Which it is, nobody is told.",
    ),
    (
        "/api#invalid-token",
        "The token is not good",
        "It has ended, was taken back, or is none of ours. Get another one.",
    ),
    (
        "/api#invalid-request",
        "The request cannot be read",
        "It is not what HTTP or JSON asks for, or a part of it is missing or doubled.",
    ),
    (
        "/api#prove-again",
        "Show again who you are",
        "This needs somebody who has signed in within ten minutes, at /api/v1/sign-in. Tokens made by hand, and apps let in with a code, never have: use the pages.",
    ),
    (
        "/api#second-step-required",
        "A second step is missing",
        "The person’s role needs two proofs, and this sign-in has shown one.",
    ),
    (
        "/api#insufficient-scope",
        "The token is not for that",
        "Its person may do it, and did not give the app the scope for it.",
    ),
    ("/api#forbidden", "Not allowed", "The person may not do this, and that the thing exists is no secret."),
    ("/api#not-found", "Not found", "There is no such thing, or the person may not know that there is."),
    (
        "/api#invalid-fields",
        "Fields were refused",
        "Something in the request is not what its field takes; errors names each.",
    ),
    ("/api#too-large", "Too large", "The body is longer than this request can be."),
    ("/api#conflict", "Not as things are", "Somebody changed them in between, or they were never so."),
    (
        "/api#changed-meanwhile",
        "Changed meanwhile",
        "If-Match names a version that is not the one there is now. Read it again.",
    ),
    ("/api#version-required", "Which version", "A change needs If-Match with the ETag of what was read."),
    ("/api#wrong-media-type", "Another kind of body", "Send application/json, or a form where one is asked for."),
    (
        "/api#wrong-method",
        "Not with this method",
        "The address is there, and does not answer this method; Allow names those it does.",
    ),
    ("/api#too-many", "Too often", "Wait as long as Retry-After says."),
    ("/api#unavailable", "Not just now", "The server could not save it. Try again in a moment."),
    ("/api#internal", "Something broke", "It is our fault; incident is the number of the line in our log."),
];

impl Problem {
    /// A refusal of one of the [`KINDS`].
    pub fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        let known = KINDS.iter().find(|(key, ..)| key.strip_prefix("/api#") == Some(kind));
        let (kind, title) = known.map_or(("about:blank", kind), |(key, title, _)| (*key, *title));
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            incident: None,
            headers: None,
        }
    }

    /// The same with a header.
    pub fn with_header(mut self, name: axum::http::HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.get_or_insert_default().insert(name, value);
        }
        self
    }

    /// What the request itself is not: no JSON, a doubled header.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-request", detail)
    }

    /// A value that does not fit, by the name of what holds it.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields", format!("{message}."));
        problem.errors.push(FieldProblem { field: field.to_owned(), message });
        problem
    }

    /// A token that is not good (RFC 6750, 3.1). Why, is nobody's business who brings one.
    pub fn invalid_token() -> Self {
        let words = "This token has ended, was taken back, or is none of ours. Get another one.";
        Self::new(StatusCode::UNAUTHORIZED, "invalid-token", words)
            .with_header(WWW_AUTHENTICATE, "Bearer realm=\"lectern\", error=\"invalid_token\"")
    }

    /// An address that does not answer this method.
    pub fn wrong_method(allowed: &str) -> Self {
        let words = format!("This address answers {allowed}.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", words).with_header(ALLOW, allowed)
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let (status, detail) = (status_of(&error), error.to_string());
        let retry_after = error.retry_after();
        let kind = match &error {
            AppError::SignInRequired => "sign-in-required",
            AppError::ProveAgain => "prove-again",
            AppError::SecondStepRequired => "second-step-required",
            AppError::Forbidden(Denied::NeedsScope(_)) => "insufficient-scope",
            AppError::Forbidden(_) => "forbidden",
            AppError::NotFound => "not-found",
            AppError::Invalid(_) => "invalid-fields",
            AppError::Malformed => "invalid-request",
            AppError::TooLarge { .. } => "too-large",
            AppError::Conflict(_) => "conflict",
            AppError::TooMany { .. } => "too-many",
            AppError::Unavailable { .. } => "unavailable",
            AppError::Internal { .. } => "internal",
        };
        let mut problem = Self::new(status, kind, detail);
        match error {
            AppError::SignInRequired => {
                problem = problem.with_header(WWW_AUTHENTICATE, "Bearer realm=\"lectern\"");
                problem.detail = "Bring a token: Authorization: Bearer …".to_owned();
            }
            AppError::ProveAgain => {
                // RFC 9470, 3.
                let value = format!(
                    "Bearer realm=\"lectern\", error=\"insufficient_user_authentication\", max_age=\"{}\"",
                    PROOF_LASTS / 1_000
                );
                problem = problem.with_header(WWW_AUTHENTICATE, &value);
                problem.detail =
                    "This needs somebody who has signed in at /api/v1/sign-in within the last ten minutes. Tokens made by hand, and apps that were let in with a code, never have: do it in a browser."
                        .to_owned();
            }
            AppError::SecondStepRequired => {
                problem.detail =
                    "This needs a second step besides the password. Set one up in a browser, then sign in again."
                        .to_owned();
            }
            AppError::Forbidden(Denied::NeedsScope(scope)) => {
                // RFC 6750, 3.1.
                let value = format!("Bearer realm=\"lectern\", error=\"insufficient_scope\", scope=\"{scope}\"");
                problem = problem.with_header(WWW_AUTHENTICATE, &value);
                problem.detail = format!("This needs the scope {scope}, which the token does not have.");
            }
            AppError::Invalid(errors) => {
                problem.errors = errors
                    .0
                    .into_iter()
                    .map(|error| FieldProblem { field: error.field, message: error.message })
                    .collect();
            }
            AppError::Malformed => problem.detail = "This request is not whole, or a part of it is doubled.".to_owned(),
            AppError::TooLarge { most } => {
                problem.detail = format!("The body can have {} kB.", most / 1_024);
            }
            AppError::Unavailable { incident } | AppError::Internal { incident } => problem.incident = Some(incident),
            AppError::Forbidden(_) | AppError::NotFound | AppError::Conflict(_) | AppError::TooMany { .. } => {}
        }
        if problem.status == 404 {
            problem.detail = "There is no such thing, or it is not yours to see.".to_owned();
        }
        match retry_after {
            Some(seconds) => problem.with_header(RETRY_AFTER, &seconds.to_string()),
            None => problem,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        AppError::from(failure).into()
    }
}

impl From<crate::error::FieldErrors> for Problem {
    fn from(errors: crate::error::FieldErrors) -> Self {
        AppError::Invalid(errors).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(headers) = self.headers {
            response.headers_mut().extend(*headers);
        }
        response
    }
}
