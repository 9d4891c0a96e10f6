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
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::{FromServerFnError, SERVER_FN_ERROR_HEADER};

use super::form_token::{self, Origin, TOKEN_FIELD};
use super::kept_forms::{self, RefusedForm, STRANGERS_MAX, UNSENT_PAGE, Unsent};
use super::local_path::{LocalPath, query_value};
use super::request::{Answer, Ctx, prove_address, sign_in_address, status_of};
use super::{Site, error_page, form_body};
use crate::accounts::api::{
    DeleteAccount, DisableAccount, EnableAccount, EndEverybodysSignIns, EndTheirSignIn, EndTheirSignIns, SaveProfile,
    SaveRole,
};
use crate::audit::event::{Event, What};
use crate::audit::refusals;
use crate::courses::api::{CreateCourse, SaveCourse};
use crate::credentials::set_up_link::api::SetFirstPassword;
use crate::enrolments::api::{JoinCourse, SaveCourseRole};
use crate::error::{AppError, Denied, FieldErrors, wait_in_words};
use crate::failure::{Broken, Failure};
use crate::id::SignInId;
use crate::lessons::api::{AddLesson, SaveLesson};
use crate::network::{PerMinute, Turn};
use crate::random;
use crate::sessions::api::{EndAllSignIns, EndOtherSignIns, EndSignIn, NameSignIn, SignOut};
use crate::sessions::store::{Found, public_find_caller};
use crate::ui::error_page::Again;
use crate::ui::flash::Flash;

/// The field with the page a form stands on. More honest than `Referer`, which people's tools remove.
pub const PAGE_FIELD: &str = "_page";

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
    let body = match form_body::read(&site, &ctx, &parts, body).await {
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
        match take_waiting(&site, &ctx, &shown).await {
            Ok(true) => {}
            Ok(false) => return no_longer_waits(&site, &asked, &body),
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
        Ok(_) if is_plain => {
            let answer = ctx.answer();
            if let Some(sign_in) = answer.began
                && let Some(resent) = resend(&site, &ctx, sign_in, &answer, field(&body, SEND_FIELD), parts, next).await
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
        let form = RefusedForm::new(action, keepable(ctx, body), FieldErrors::one(field, words));
        let token = kept_forms::keep(site, ctx.caller.clone(), page.path(), &form).await?;
        ctx.say(|answer| answer.keep_form = Some(token));
        return Ok(see_other(page.as_str()));
    }
    let sent = fields(body);
    if action == SignOut::PATH || !RefusedForm::is_whole(&sent) {
        let lost = RefusedForm::without_secrets(sent);
        let sent = error_page::Sent { page: Some(page), again: None, lost };
        return Ok(error_page::answer_with_form(site, asked, refused, sent));
    }
    let mut form = RefusedForm::new(action, sent, FieldErrors::default());
    form.unsent =
        Some(Unsent { page: page.as_str().to_owned(), person: ctx.person().map(|person| person.id), asks_first: true });
    let token = kept_forms::keep(site, ctx.caller.clone(), UNSENT_PAGE, &form).await?;
    ctx.waits(token);
    Ok(see_other(UNSENT_PAGE))
}

/// Takes the form that waited out of the store: it is sent at most once. `shown` is the digest of the one that was shown;
/// another may wait by now, and stays.
async fn take_waiting(site: &Site, ctx: &Ctx, shown: &str) -> Result<bool, Failure> {
    let Some(token) = ctx.waiting().into_iter().find(|token| random::digest(token) == shown) else {
        return Ok(false);
    };
    ctx.waits_no_more(&token);
    Ok(kept_forms::take_unsent(site, &token).await?.is_some())
}

/// It was sent already, in another window or by a second press; or its hour is over, and then the words are lost if they are
/// not shown now.
fn no_longer_waits(site: &Arc<Site>, asked: &Parts, body: &Bytes) -> Response {
    let page = page_of(body, &asked.headers, site);
    let words = "This was sent already, or it has waited for more than an hour. Look at the page it belongs to first.";
    let lost = RefusedForm::without_secrets(fields(body));
    let sent = error_page::Sent { page: Some(page), again: None, lost };
    error_page::answer_with_form(site, asked, AppError::Conflict(words.to_owned()), sent)
}

/// After somebody signed in or proved again who they are: sends the form that had waited for them, once, when it was theirs.
/// Of several the one that `which` names, else the newest; the others go on waiting. Nothing when there is none, or when its
/// sender is not known: that one is shown first, and asks. Joining a course is sent in any case: nothing was written, and
/// whoever signs in after pressing `Join course` means it.
async fn resend(
    site: &Arc<Site>,
    ctx: &Arc<Ctx>,
    sign_in: SignInId,
    answer: &Answer,
    which: Option<String>,
    mut parts: Parts,
    next: Next,
) -> Option<Response> {
    if ctx.waiting().is_empty() {
        return None;
    }
    let outcome: Result<Option<Response>, Failure> = async {
        let mut read = site.db.read(ctx.caller.clone()).await?;
        let Some(Found::Live(person)) = public_find_caller(&mut read, sign_in).await? else { return Ok(None) };
        drop(read);
        let mut theirs = None;
        for token in ctx.waiting() {
            let found = kept_forms::find_for_page(site, &token, UNSENT_PAGE).await?;
            let Some((form, unsent)) = found.and_then(|form| Some((form.clone(), form.unsent?))) else {
                ctx.waits_no_more(&token);
                continue;
            };
            // Who was asked for a proof and signs in on another way may have thought better of it: then it goes on waiting.
            let is_meant = match &which {
                Some(which) => random::digest(&token) == *which,
                None => !unsent.asks_first,
            };
            match unsent.person {
                // Only on the way from the course's own button: another person on this computer signs in from elsewhere.
                None if form.action == JoinCourse::PATH && answer.go_to.as_deref() == Some(&unsent.page) => {}
                None => continue,
                // Somebody else's words on a shared computer: neither sent nor shown.
                Some(sender) if sender != person.id => {
                    kept_forms::take_unsent(site, &token).await?;
                    ctx.waits_no_more(&token);
                    continue;
                }
                Some(_) => {}
            }
            if is_meant && theirs.is_none() {
                theirs = Some((token, form, unsent));
            }
        }
        let Some((token, form, unsent)) = theirs else { return Ok(None) };
        if kept_forms::take_unsent(site, &token).await?.is_none() {
            return Ok(None);
        }
        ctx.waits_no_more(&token);
        let theirs = Arc::new(ctx.on_behalf_of(person));
        let body = Bytes::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.values).finish());
        parts.uri = form.action.parse().broken("read a kept form's address")?;
        parts.extensions.insert(theirs.clone());
        // The length is that of the sign-in's form.
        let mut request = Request::from_parts(parts.clone(), Body::from(body.clone()));
        request.headers_mut().remove(CONTENT_LENGTH);
        let answered = refusal(next.run(request).await).await;
        let page = LocalPath::parse(&unsent.page).unwrap_or_else(LocalPath::root);
        let response = match answered {
            Ok(_) => see_other(&theirs.answer().go_to.unwrap_or_else(|| page.as_str().to_owned())),
            // Who turns out to be in the course already is there.
            Err(AppError::Forbidden(_)) if form.action == JoinCourse::PATH => see_other(page.as_str()),
            Err(error) => {
                let body = [&body[..], format!("&{PAGE_FIELD}={}", query_value(page.as_str())).as_bytes()].concat();
                still_unsent(site, &theirs, &parts, &Bytes::from(body), error, &form).await
            }
        };
        let said = theirs.answer();
        ctx.say(|answer| {
            answer.flash = said.flash;
            answer.keep_form = said.keep_form;
            answer.forget |= said.forget;
        });
        if let Some(waits) = said.unsent {
            waits.iter().rev().for_each(|token| ctx.waits(token.clone()));
        }
        Ok(Some(response))
    }
    .await;
    match outcome {
        Ok(response) => response,
        // Signing in went well; the form is still kept, and its page says so.
        Err(failure) => {
            let _logged = AppError::from(failure);
            Some(see_other(UNSENT_PAGE))
        }
    }
}

/// The answer when a form that waited was taken out and then refused. Never a 5xx: for such an answer the session layer keeps
/// nothing, and the sign-in that went well a moment ago would be lost with it. So what our side failed at waits again.
async fn still_unsent(
    site: &Arc<Site>,
    theirs: &Arc<Ctx>,
    parts: &Parts,
    body: &Bytes,
    error: AppError,
    form: &RefusedForm,
) -> Response {
    let refused = if status_of(&error).is_server_error() {
        let kept = kept_forms::keep(site, theirs.caller.clone(), UNSENT_PAGE, form).await;
        kept.map(|token| {
            theirs.waits(token);
            theirs.say(|answer| answer.flash = Flash::said("We could not save this just now. Try again in a minute."));
            see_other(UNSENT_PAGE)
        })
    } else {
        refuse_plainly(site, theirs, parts, body, error.clone()).await
    };
    refused.unwrap_or_else(|failure| {
        let _logged = AppError::from(failure);
        let sent = error_page::Sent { page: None, again: None, lost: form.values.clone() };
        let mut response = error_page::answer_with_form(site, parts, error, sent);
        *response.status_mut() = StatusCode::OK;
        response
    })
}

/// Takes the refusal out of a server function's answer, where it is one.
async fn refusal(response: Response) -> Result<Response, AppError> {
    if !response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return Ok(response);
    }
    match to_bytes(response.into_body(), form_body::LONG_MAX).await {
        Ok(body) => Err(AppError::de(body)),
        Err(_) => Err(AppError::Malformed),
    }
}

async fn refuse_plainly(
    site: &Arc<Site>,
    ctx: &Arc<Ctx>,
    request: &Parts,
    body: &Bytes,
    error: AppError,
) -> Result<Response, Failure> {
    let page = page_of(body, &request.headers, site);
    match error {
        AppError::Invalid(errors) => {
            let form = RefusedForm::new(request.uri.path(), keepable(ctx, body), errors);
            let token = kept_forms::keep(site, ctx.caller.clone(), page.path(), &form).await?;
            ctx.say(|answer| answer.keep_form = Some(token));
            Ok(see_other(page.as_str()))
        }
        AppError::SignInRequired => keep_unsent(site, ctx, request, body, &page).await,
        AppError::ProveAgain => keep_until_proven(site, ctx, request, body, &page).await,
        // At the sign-in form the wait is said beside what was typed.
        AppError::TooMany { retry_after } if fields(body).iter().any(|(name, _)| name == "email") => {
            let wait = format!("Too many tries. Wait {}, then try again", wait_in_words(retry_after));
            let form = RefusedForm::new(request.uri.path(), keepable(ctx, body), FieldErrors::one("email", wait));
            let token = kept_forms::keep(site, ctx.caller.clone(), page.path(), &form).await?;
            ctx.say(|answer| answer.keep_form = Some(token));
            Ok(see_other(page.as_str()))
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
    let mut form = RefusedForm::new(request.uri.path(), sent, FieldErrors::default());
    // Of one that is not marked as a page of that sign-in's would be, its person is asked.
    let asks_first = ctx.ended.as_ref().is_some_and(|lapsed| !form_token::is_marked(&lapsed.form_key, body));
    let person = ctx.ended.as_ref().map(|lapsed| lapsed.person);
    form.unsent = Some(Unsent { page: page.as_str().to_owned(), person, asks_first });
    let token = kept_forms::keep(site, ctx.caller.clone(), UNSENT_PAGE, &form).await?;
    ctx.waits(token);
    if request.uri.path() == JoinCourse::PATH {
        return Ok(see_other(&format!("{}&joining=1", sign_in_address(page.as_str(), ended))));
    }
    Ok(see_other(&sign_in_address(UNSENT_PAGE, ended)))
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
    let mut form = RefusedForm::new(request.uri.path(), sent, FieldErrors::default());
    form.unsent =
        Some(Unsent { page: page.as_str().to_owned(), person: ctx.person().map(|person| person.id), asks_first: true });
    let token = kept_forms::keep(site, ctx.caller.clone(), UNSENT_PAGE, &form).await?;
    let which = random::digest(&token);
    ctx.waits(token);
    Ok(see_other(&prove_address(page.as_str(), Some(&which))))
}

/// What a form does that may wait although nobody knows who sent it; nothing for the others. Whoever signs in next on that
/// browser is asked to send it, so it must be something written, and never a power that a stranger would like to borrow.
pub fn of_a_stranger(action: &str) -> Option<&'static str> {
    [
        (CreateCourse::PATH, "Make a new course"),
        (SaveCourse::PATH, "Change a course’s text"),
        (AddLesson::PATH, "Add a lesson"),
        (SaveLesson::PATH, "Change a lesson"),
        (SaveProfile::PATH, "Change your name"),
        (JoinCourse::PATH, "Join a course"),
    ]
    .into_iter()
    .find_map(|(path, words)| (path == action).then_some(words))
}

/// What a form does, for the page that asks whether to send it.
pub fn what_it_does(action: &str) -> &'static str {
    of_a_stranger(action)
        .or_else(|| {
            [
                (DeleteAccount::PATH, "Delete your account"),
                (SaveRole::PATH, "Give somebody another site role"),
                (DisableAccount::PATH, "Close somebody’s account"),
                (EnableAccount::PATH, "Open somebody’s account again"),
                (SaveCourseRole::PATH, "Give somebody another role in a course"),
                (EndEverybodysSignIns::PATH, "End everybody’s sign-ins"),
                (EndTheirSignIn::PATH, "End one of somebody’s sign-ins"),
                (EndTheirSignIns::PATH, "End somebody’s sign-ins"),
                (EndSignIn::PATH, "End one of your sign-ins"),
                (EndOtherSignIns::PATH, "End all your other sign-ins"),
                (EndAllSignIns::PATH, "End all your sign-ins"),
                (NameSignIn::PATH, "Name one of your devices"),
            ]
            .into_iter()
            .find_map(|(path, words)| (path == action).then_some(words))
        })
        .unwrap_or("Send a form")
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
fn fields(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body)
        .filter(|(name, _)| ![PAGE_FIELD, RESEND_FIELD, SEND_FIELD, TOKEN_FIELD].contains(&&**name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The page a form stands on: what the form says, else where the browser says it was, else home.
fn page_of(body: &[u8], headers: &HeaderMap, site: &Site) -> LocalPath {
    let named =
        form_urlencoded::parse(body).find(|(name, _)| name == PAGE_FIELD).and_then(|(_, page)| LocalPath::parse(&page));
    named
        .or_else(|| {
            let referer = headers.get(REFERER)?.to_str().ok()?;
            LocalPath::of_referer(referer, &site.config.public_url.origin)
        })
        .unwrap_or_else(LocalPath::root)
}

fn see_other(address: &str) -> Response {
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
