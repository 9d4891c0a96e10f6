//! The routes of the API, and the layers around them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::{courses, describe, device, lessons, me, oauth, people, places, sign_in, sign_ins, users, well_known};
use crate::error::AppError;
use crate::http::form_token;
use crate::http::request::{self, Ctx};
use crate::network::Turn;

/// Where it begins.
pub const PREFIX: &str = "/api/v1";

/// Addresses outside of [`PREFIX`] that belong to it.
pub const WELL_KNOWN: [&str; 2] = ["/.well-known/jwks.json", "/.well-known/oauth-authorization-server"];

/// Where the description of it is.
pub const DESCRIPTION: &str = "/api/v1/openapi.json";

/// Whether an address is the API's.
pub fn is_api(path: &str) -> bool {
    path == PREFIX || path.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('/')) || WELL_KNOWN.contains(&path)
}

/// Addresses that give tokens, take them back or tell how: what is brought along besides counts for nothing there.
pub fn asks_nobody(path: &str) -> bool {
    const FREE: [&str; 7] = [
        "/api/v1/sign-in",
        "/api/v1/sign-in/second-step",
        "/api/v1/token",
        "/api/v1/revoke",
        "/api/v1/device-authorization",
        DESCRIPTION,
        "/api/v1",
    ];
    FREE.contains(&path) || WELL_KNOWN.contains(&path)
}

/// The routes with what the code says of them.
fn described<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    let routes = OpenApiRouter::new()
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::show_second_step))
        .routes(routes!(oauth::token))
        .routes(routes!(device::authorize_device))
        .routes(routes!(oauth::revoke))
        .routes(routes!(oauth::introspect))
        .routes(routes!(me::read_me, me::change_me))
        .routes(routes!(me::list_my_courses))
        .routes(routes!(sign_ins::list_sign_ins))
        .routes(routes!(sign_ins::end_sign_in))
        .routes(routes!(sign_ins::list_tokens))
        .routes(routes!(sign_ins::revoke_token))
        .routes(routes!(courses::list_courses, courses::make_course))
        .routes(routes!(courses::read_course, courses::change_course))
        .routes(routes!(courses::publish_course))
        .routes(routes!(courses::conclude_course))
        .routes(routes!(courses::archive_course))
        .routes(routes!(places::join_course))
        .routes(routes!(places::leave_course))
        .routes(routes!(lessons::list_lessons))
        .routes(routes!(lessons::read_lesson))
        .routes(routes!(people::list_people, people::add_member))
        .routes(routes!(people::read_member, people::change_member, people::remove_member))
        .routes(routes!(users::list_users))
        .routes(routes!(users::read_user, users::change_user));
    OpenApiRouter::with_openapi(describe::base()).nest(PREFIX, routes)
}

/// What the code of the routes says of them (OpenAPI 3.1).
pub fn description() -> OpenApi {
    describe::whole(described::<()>().into_openapi())
}

/// The routes, inside their layers.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let (routes, _) = described::<S>().split_for_parts();
    routes
        .route(DESCRIPTION, get(describe::serve))
        .route(WELL_KNOWN[0], get(well_known::jwks))
        .route(WELL_KNOWN[1], get(well_known::metadata))
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(layer))
}

/// What is the same for all of them: a person asks only so often, a browser's session changes nothing without its mark, nothing is
/// kept on the way, and functions find their request.
async fn layer(request: Request, next: Next) -> Response {
    let Some(ctx) = request.extensions().get::<Arc<Ctx>>().cloned() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // Nobody learns from a refusal what there is: for a draft, a course and nothing it is the same.
    if ctx.person().is_none() && describe::needs_somebody(request.method(), request.uri().path()) {
        return Problem::from(AppError::SignInRequired).into_response();
    }
    // Who holds a token that counts for nothing here is bounded by where they are, as who holds none.
    if asks_nobody(request.uri().path())
        && ctx.site.forms.turn(ctx.caller.address, ctx.site.db.clock().now()) == Turn::Over
    {
        return Problem::from(AppError::TooMany { retry_after: 60 }).into_response();
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if let Some(person) = ctx.person() {
        if ctx.site.forms.turn_of(person.id.to_string(), ctx.site.db.clock().now()) == Turn::Over {
            return Problem::from(AppError::TooMany { retry_after: 60 }).into_response();
        }
        // A session's cookie goes along by itself, so what it changes must be marked as a form is (NIST SP 800-63B-4, 5.1).
        let is_session = person.app.is_none();
        let token = request.headers().get(form_token::TOKEN_HEADER).and_then(|value| value.to_str().ok());
        let is_marked = token.is_some_and(|token| form_token::is_of(person.form_key.as_bytes(), token));
        if is_session && !reads && !is_marked {
            tracing::warn!(event = "malicious_csrf", "a change by a session was not marked");
            let words = "A change with a browser’s session needs the X-Lectern-Token of an earlier answer. Programs bring a token.";
            return Problem::new(StatusCode::FORBIDDEN, "forbidden", words).into_response();
        }
    }
    let mark = ctx.person().filter(|person| person.app.is_none()).and_then(|_| ctx.form_token());
    let mut response = request::within(request, next).await;
    let headers = response.headers_mut();
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Some(mark) = mark.and_then(|mark| HeaderValue::from_str(&mark).ok()) {
        headers.insert(form_token::TOKEN_HEADER, mark);
    }
    // What the framework refuses by itself, in its own words, is refused in ours.
    let is_ours = headers.get(CONTENT_TYPE).is_none_or(|kind| !kind.as_bytes().starts_with(b"text/"));
    if response.status().is_client_error() && !is_ours {
        return Problem::unreadable("The request cannot be read.").into_response();
    }
    response
}
