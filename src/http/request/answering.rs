//! What a page says of its own answer: its status, when to come back, or that the browser goes elsewhere.

use axum::http::header::{ACCEPT, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::error::AppError;

/// Sets the status of the page being made.
pub fn set_status(status: StatusCode) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(status);
    }
}

/// Tells programs when to ask for the page being made again, where waiting can help.
pub fn say_when_to_come_back(error: &AppError) {
    if let (Some(options), Some(seconds)) = (use_context::<ResponseOptions>(), error.retry_after()) {
        options.insert_header(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Sends the browser elsewhere in place of the page being made. `address` must be ours: a [`LocalPath`] or a literal.
pub fn redirect_page(address: &str) {
    if let (Some(options), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(address)) {
        options.set_status(StatusCode::SEE_OTHER);
        options.insert_header(LOCATION, value);
    }
}

/// Whether a script asks, that takes no page for an answer.
pub fn wants_json() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
        accept.contains("application/json") && !accept.contains("text/html")
    })
}

/// The status that goes with a refusal.
pub fn status_of(error: &AppError) -> StatusCode {
    match error {
        AppError::SignInRequired => StatusCode::UNAUTHORIZED,
        AppError::ProveAgain | AppError::SecondStepRequired | AppError::Forbidden(_) => StatusCode::FORBIDDEN,
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::Malformed => StatusCode::BAD_REQUEST,
        AppError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        AppError::Conflict(_) => StatusCode::CONFLICT,
        AppError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        AppError::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        AppError::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
