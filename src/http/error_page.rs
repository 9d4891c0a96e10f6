//! Refusals as pages: with header and footer, a sentence, and a way forward. They need no database.

use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;

use super::Site;
use super::forms::{as_json, wants_page};
use super::local_path::LocalPath;
use super::request::{Ctx, prove_address, sign_in_address, status_of};
use crate::api::describe::methods;
use crate::api::problem::Problem;
use crate::api::router::is_api;
use crate::error::AppError;
use crate::ui::error_page::{Again, Trouble, trouble_of};
use crate::ui::layout::{Chrome, document};

/// A plain form that was refused.
#[derive(Debug, Default)]
pub struct Sent {
    /// The page it stood on.
    pub page: Option<LocalPath>,
    /// The form, when sending it once more can help.
    pub again: Option<Again>,
    /// Else its fields, so that what was typed can at least be copied.
    pub lost: Vec<(String, String)>,
}

/// Answers `error` to whoever sent `request`, as a page or as JSON.
pub fn answer(site: &Arc<Site>, request: &Parts, error: AppError) -> Response {
    answer_with_form(site, request, error, Sent::default())
}

/// The same for a form: nothing that was typed into it is lost with the refusal.
pub fn answer_with_form(site: &Arc<Site>, request: &Parts, error: AppError, sent: Sent) -> Response {
    if error == AppError::SignInRequired && wants_page(&request.headers) && !is_api(request.uri.path()) {
        let address = request.uri.path_and_query().map_or("/", |path| path.as_str());
        return axum::response::Redirect::to(&sign_in_address(address, false)).into_response();
    }
    if error == AppError::ProveAgain && wants_page(&request.headers) && request.method == Method::GET {
        let address = request.uri.path_and_query().map_or("/", |path| path.as_str());
        return axum::response::Redirect::to(&prove_address(address, None)).into_response();
    }
    if is_api(request.uri.path()) {
        return Problem::from(error).into_response();
    }
    if is_call(request) {
        return as_json(&error);
    }
    let ctx = request.extensions.get::<Arc<Ctx>>().cloned();
    let was_sent = request.method == Method::POST;
    let address = request.uri.path_and_query().map(|path| path.as_str());
    let again_at = address.filter(|_| !was_sent).and_then(LocalPath::parse);
    let mut response = page(
        site,
        ctx.as_deref(),
        status_of(&error),
        trouble_of(&error, ctx.as_deref().and_then(Ctx::person), was_sent)
            .with_form(sent.again)
            .with_text(&sent.lost)
            .within(sent.page.as_ref().map_or(request.uri.path(), LocalPath::path))
            .with_again_at(again_at),
    );
    say_when_to_come_back(&error, &mut response);
    response
}

/// Tells programs when to try again, where waiting can help.
pub fn say_when_to_come_back(error: &AppError, response: &mut Response) {
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Answers with the page of a bare status, or a script's call with the refusal of a form that was none.
pub fn with_status(site: &Arc<Site>, request: &Parts, status: StatusCode) -> Response {
    if is_api(request.uri.path()) {
        let problem = match methods(request.uri.path()) {
            Some(allowed) if status == StatusCode::METHOD_NOT_ALLOWED => Problem::wrong_method(&allowed),
            _ => Problem::new(status, "invalid-request", "The request cannot be read."),
        };
        return problem.into_response();
    }
    if is_call(request) {
        let mut response = as_json(&AppError::Malformed);
        *response.status_mut() = status;
        return response;
    }
    let ctx = request.extensions.get::<Arc<Ctx>>().cloned();
    page(site, ctx.as_deref(), status, Trouble::of_status(status))
}

/// Whether a script asks a server function, and takes no page for an answer.
fn is_call(request: &Parts) -> bool {
    request.uri.path().starts_with("/fn/") && !wants_page(&request.headers)
}

fn page(site: &Arc<Site>, ctx: Option<&Ctx>, status: StatusCode, trouble: Trouble) -> Response {
    let chrome = Chrome::of(site, ctx);
    let title = trouble.heading.clone();
    let html = Owner::new().with(|| document(chrome, Some(title), trouble.into_view()).to_html());
    let html = format!("<!DOCTYPE html>{html}");
    let mut response = (status, html).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
