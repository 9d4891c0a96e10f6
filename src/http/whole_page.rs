//! A page ends with its `</html>`.
//!
//! Leptos puts inline scripts after it, on every page and with a nonce of its own, that a browser would refuse and that
//! only islands need. `ui::islands` says the same on the pages that have one; here the rest is cut off. Pages are made
//! whole before they are sent (`SsrMode::Async`), so there is nothing to stream.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const END: &[u8] = b"</html>";

/// Cuts an HTML answer after its last `</html>`. Every other answer passes as it is, unread.
pub async fn layer(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let end = bytes.windows(END.len()).rposition(|window| window == END).map_or(bytes.len(), |at| at + END.len());
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes.slice(..end)))
}
