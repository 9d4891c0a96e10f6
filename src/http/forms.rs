//! The layer around `/fn/`: reads what was sent, and answers the way it was sent.
//!
//! A plain form (its browser asks for `text/html`) is always answered with a redirect to a clean address or with a page:
//! done → where the function said; refused fields → back to the form's page, which shows what was typed and what to
//! mend; not signed in → the sign-in page, and the form is kept for an hour: sent at once when the same person signs in,
//! shown first and asked about when its sender was never known; not proven for a while → the page that asks for it, and then
//! the same; anything else → a page with its status. A script's call gets JSON with the
//! right status. Leptos' own way, errors in the address, never happens: it is not told that a browser is waiting.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, LOCATION, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::{FromServerFnError, SERVER_FN_ERROR_HEADER};

use super::form_token::{self, Origin, TOKEN_FIELD};
use super::kept_forms::{self, RefusedForm, STRANGERS_MAX, UNSENT_PAGE, Unsent};
use super::local_path::LocalPath;
use super::request::{Ctx, prove_address, second_step_address, sign_in_address, status_of};
use super::what_forms_do::{joins, of_a_stranger};
use super::{Site, error_page, form_body, waiting};
use crate::audit::event::{Event, What};
use crate::audit::refusals;
use crate::credentials::set_up_link::api::SetFirstPassword;
use crate::error::{AppError, Denied, FieldErrors, wait_in_words};
use crate::failure::Failure;
use crate::network::{PerMinute, Turn};
use crate::sessions::api::SignOut;
use crate::ui::error_page::Again;

/// The field with the page a form stands on. More honest than `Referer`, which people's tools remove.
pub const PAGE_FIELD: &str = "_page";

/// Where on its page stands what a form that was only looked at came to.
pub const SHOWN_AGAIN: &str = "preview";

/// The field that says that a form had waited for its sender and is sent from the page that showed it: the digest of its
/// token.
pub const RESEND_FIELD: &str = "_resend";

/// The field of the form at `/prove` that says which of the forms that wait is sent afterwards: the digest of its token.
pub const SEND_FIELD: &str = "_send";

/// So many forms in a minute of one person: twenty a second are more than anybody sends, and fewer than fill a disk.
const OF_ONE: u32 = 1_200;

/// How many forms are taken in a minute, on this node.
pub fn bound() -> PerMinute {
    PerMinute::new(u32::MAX, OF_ONE)
}

/// Reads what is posted under `/fn/`, and answers it.
pub async fn layer(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.uri().path().starts_with("/fn/") {
        return next.run(request).await;
    }
    let Some(ctx) = request.extensions().get::<Arc<Ctx>>().cloned() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Some(person) = ctx.person()
        && site.forms.turn_of(person.id.to_string(), site.db.clock().now()) == Turn::Over
    {
        return error_page::answer(&site, &request.into_parts().0, AppError::TooMany { retry_after: 60 });
    }
    let (mut parts, body) = request.into_parts();
    let is_plain = wants_page(&parts.headers);
    let body = match form_body::read(&site, &ctx, &mut parts, body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let asked = parts.clone();
    if form_token::origin_of(&ctx, asked.uri.path(), &asked.headers, &body) == Origin::Unknown {
        tracing::warn!(
            event = "malicious_csrf",
            "a form did not come from a page of ours that was made for its sender"
        );
        refusals::note(&site, ctx.caller.clone(), Event::of(What::CrossSite)).await;
        return match from_elsewhere(&site, &ctx, &asked, &body, is_plain).await {
            Ok(response) => response,
            Err(failure) => error_page::answer(&site, &asked, AppError::from(failure)),
        };
    }
    if let Some(shown) = field(&body, RESEND_FIELD) {
        match waiting::take(&site, &ctx, &shown).await {
            Ok(true) => {}
            Ok(false) => return waiting::no_longer(&site, &asked, &body),
            Err(failure) => return error_page::answer(&site, &asked, AppError::from(failure)),
        }
    }
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let response = next.clone().run(Request::from_parts(parts.clone(), Body::from(body.clone()))).await;

    let answered = refusal(response).await;
    if answered.is_ok() && asked.uri.path() == SignOut::PATH {
        // Words that waited for one person must not be offered to the next.
        ctx.say(|answer| answer.unsent = Some(Vec::new()));
    }
    match answered {
        Ok(_) if is_plain && ctx.answer().shows_again => {
            let page = page_of(&body, &asked.headers, &site);
            match come_back(&site, &ctx, asked.uri.path(), &body, &page, FieldErrors::default()).await {
                Ok(_) => see_other(&format!("{}#{SHOWN_AGAIN}", page.as_str())),
                Err(failure) => error_page::answer(&site, &asked, AppError::from(failure)),
            }
        }
        Ok(_) if is_plain => {
            let answer = ctx.answer();
            if let Some(sign_in) = answer.began
                && let Some(resent) =
                    waiting::send(&site, &ctx, sign_in, &answer, field(&body, SEND_FIELD), parts, next).await
            {
                return resent;
            }
            let page = page_of(&body, &asked.headers, &site);
            see_other(&answer.go_to.unwrap_or_else(|| page.as_str().to_owned()))
        }
        Ok(done) => done,
        Err(error) if is_plain => refuse_plainly(&site, &ctx, &asked, &body, error)
            .await
            .unwrap_or_else(|failure| error_page::answer(&site, &asked, AppError::from(failure))),
        Err(error) => as_json(&error),
    }
}

/// What is answered to a form that is not known to come from a page made for its sender: mostly one that was opened before
/// somebody signed in again. Nothing is done, and nothing is lost: it waits, and is sent from the page that shows it.
async fn from_elsewhere(
    site: &Arc<Site>,
    ctx: &Arc<Ctx>,
    asked: &Parts,
    body: &Bytes,
    is_plain: bool,
) -> Result<Response, Failure> {
    let refused = AppError::Forbidden(Denied::CrossSite);
    if !is_plain {
        return Ok(as_json(&refused));
    }
    let (page, action) = (page_of(body, &asked.headers, site), asked.uri.path());
    if form_token::signs_in(action) {
        let field = if action == SetFirstPassword::PATH { "password" } else { "email" };
        let words = "This page had been open since before your browser was closed or cleared. Send it once more";
        return come_back(site, ctx, action, body, &page, FieldErrors::one(field, words)).await;
    }
    let sent = fields(body);
    if action == SignOut::PATH || !RefusedForm::is_whole(&sent) {
        let lost = RefusedForm::without_secrets(sent);
        let sent = error_page::Sent { page: Some(page), again: None, lost };
        return Ok(error_page::answer_with_form(site, asked, refused, sent));
    }
    waiting::keep(site, ctx, action, sent, asked_again(ctx, &page)).await?;
    Ok(see_other(UNSENT_PAGE))
}

/// Takes the refusal out of a server function's answer, where it is one.
pub(super) async fn refusal(response: Response) -> Result<Response, AppError> {
    if !response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return Ok(response);
    }
    match to_bytes(response.into_body(), form_body::LONG_MAX).await {
        Ok(body) => Err(AppError::de(body)),
        Err(_) => Err(AppError::Malformed),
    }
}

pub(super) async fn refuse_plainly(
    site: &Arc<Site>,
    ctx: &Arc<Ctx>,
    request: &Parts,
    body: &Bytes,
    error: AppError,
) -> Result<Response, Failure> {
    let page = page_of(body, &request.headers, site);
    match error {
        AppError::Invalid(errors) => come_back(site, ctx, request.uri.path(), body, &page, errors).await,
        AppError::SignInRequired => keep_unsent(site, ctx, request, body, &page).await,
        AppError::ProveAgain => keep_until_proven(site, ctx, request, body, &page).await,
        AppError::SecondStepRequired => {
            let sent = fields(body);
            if RefusedForm::is_whole(&sent) {
                waiting::keep(site, ctx, request.uri.path(), sent, asked_again(ctx, &page)).await?;
            }
            Ok(see_other(second_step_address(ctx, page.as_str()).as_str()))
        }
        // At the sign-in form the wait is said beside what was typed.
        AppError::TooMany { retry_after } if fields(body).iter().any(|(name, _)| name == "email") => {
            let wait = format!("Too many tries. Wait {}, then try again", wait_in_words(retry_after));
            come_back(site, ctx, request.uri.path(), body, &page, FieldErrors::one("email", wait)).await
        }
        other => {
            // What waiting or somebody else's step can change is offered to be sent again, with every word of it.
            let may_change = matches!(
                other,
                AppError::Unavailable { .. }
                    | AppError::Internal { .. }
                    | AppError::TooMany { .. }
                    | AppError::Conflict(_)
            );
            let mut sent = fields(body);
            let again = (may_change && RefusedForm::is_whole(&sent)).then(|| {
                sent.push((PAGE_FIELD.to_owned(), page.as_str().to_owned()));
                sent.extend(ctx.form_token().map(|token| (TOKEN_FIELD.to_owned(), token)));
                Again { action: request.uri.path().to_owned(), fields: sent }
            });
            let lost = if again.is_some() { Vec::new() } else { RefusedForm::without_secrets(fields(body)) };
            Ok(error_page::answer_with_form(site, request, other, error_page::Sent { page: Some(page), again, lost }))
        }
    }
}

/// Keeps a form for its page, and leads back there.
async fn come_back(
    site: &Arc<Site>,
    ctx: &Arc<Ctx>,
    action: &str,
    body: &Bytes,
    page: &LocalPath,
    errors: FieldErrors,
) -> Result<Response, Failure> {
    let form = RefusedForm::new(action, keepable(ctx, body), errors);
    let token = kept_forms::keep(site, ctx.caller.clone(), page.path(), &form).await?;
    ctx.say(|answer| answer.keep_form = Some(token));
    Ok(see_other(page.as_str()))
}

/// Keeps a form whose sender has to sign in first, and leads there. What holds a secret is not kept: then signing in
/// leads back to the form's page.
async fn keep_unsent(
    site: &Arc<Site>,
    ctx: &Arc<Ctx>,
    request: &Parts,
    body: &Bytes,
    page: &LocalPath,
) -> Result<Response, Failure> {
    let ended = ctx.ended.is_some();
    let sent = fields(body);
    let action = request.uri.path();
    let may_wait = if ended { action != SignOut::PATH } else { of_a_stranger(action).is_some() };
    if !RefusedForm::is_whole(&sent) || !may_wait {
        return Ok(see_other(&sign_in_address(page.as_str(), ended)));
    }
    // Of one that is not marked as a page of that sign-in's would be, its person is asked.
    let asks_first = ctx.ended.as_ref().is_some_and(|lapsed| !form_token::is_marked(&lapsed.form_key, body));
    let person = ctx.ended.as_ref().map(|lapsed| lapsed.person);
    waiting::keep(site, ctx, action, sent, Unsent { page: page.as_str().to_owned(), person, asks_first }).await?;
    if joins(action) {
        return Ok(see_other(&format!("{}&joining=1", sign_in_address(page.as_str(), ended))));
    }
    Ok(see_other(&sign_in_address(UNSENT_PAGE, ended)))
}

/// Waits for more than a sign-in, for whoever is signed in.
fn asked_again(ctx: &Ctx, page: &LocalPath) -> Unsent {
    Unsent { page: page.as_str().to_owned(), person: ctx.person().map(|person| person.id), asks_first: true }
}

/// Keeps a form whose sender has to prove again who they are, and leads there. It is sent when they have.
async fn keep_until_proven(
    site: &Arc<Site>,
    ctx: &Arc<Ctx>,
    request: &Parts,
    body: &Bytes,
    page: &LocalPath,
) -> Result<Response, Failure> {
    let sent = fields(body);
    if !RefusedForm::is_whole(&sent) {
        return Ok(see_other(&prove_address(page.as_str(), None)));
    }
    let which = waiting::keep(site, ctx, request.uri.path(), sent, asked_again(ctx, page)).await?;
    Ok(see_other(&prove_address(page.as_str(), Some(&which))))
}

/// A refusal for a script: its status, and the refusal itself.
pub fn as_json(error: &AppError) -> Response {
    let mut response = (status_of(error), [(CONTENT_TYPE, "application/json")], error.ser()).into_response();
    response.headers_mut().insert(SERVER_FN_ERROR_HEADER, HeaderValue::from_static("refused"));
    error_page::say_when_to_come_back(error, &mut response);
    response
}

/// Whether whoever waits for the answer shows pages.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// What may be kept of a form: of a stranger's, not more than any form that is open to strangers needs.
fn keepable(ctx: &Ctx, body: &[u8]) -> Vec<(String, String)> {
    if ctx.person().is_none() && body.len() > STRANGERS_MAX { Vec::new() } else { fields(body) }
}

/// The value of one field.
fn field(body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// What was typed: without the fields that are for this layer.
pub(super) fn fields(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body)
        .filter(|(name, _)| ![PAGE_FIELD, RESEND_FIELD, SEND_FIELD, TOKEN_FIELD].contains(&&**name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The page a form stands on: what the form says, else where the browser says it was, else home.
pub(super) fn page_of(body: &[u8], headers: &HeaderMap, site: &Site) -> LocalPath {
    let named =
        form_urlencoded::parse(body).find(|(name, _)| name == PAGE_FIELD).and_then(|(_, page)| LocalPath::parse(&page));
    named
        .or_else(|| {
            let referer = headers.get(REFERER)?.to_str().ok()?;
            LocalPath::of_referer(referer, &site.config.public_url.origin)
        })
        .unwrap_or_else(LocalPath::root)
}

pub(super) fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/"))]).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_browser_showing_pages_is_redirected() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, "application/json".parse().unwrap());
        assert!(!wants_page(&headers));
        headers.insert(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8".parse().unwrap());
        assert!(wants_page(&headers));
    }
}
