//! Forms that wait for their sender: kept, shown, sent once. `forms.rs` says when one has to.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use super::forms::{PAGE_FIELD, fields, page_of, refusal, refuse_plainly, see_other};
use super::kept_forms::{self, RefusedForm, UNSENT_PAGE, Unsent};
use super::local_path::{LocalPath, query_value};
use super::request::{Answer, Ctx, status_of};
use super::what_forms_do::joins;
use super::{Site, error_page};
use crate::error::{AppError, FieldErrors};
use crate::failure::{Broken, Failure};
use crate::id::SignInId;
use crate::random;
use crate::sessions::store::{Found, public_find_caller};
use crate::ui::flash::Flash;

/// Keeps a form that was sent to `action` until its sender can be asked or has signed in. Answers the digest that names it.
pub(super) async fn keep(
    site: &Site,
    ctx: &Ctx,
    action: &str,
    sent: Vec<(String, String)>,
    unsent: Unsent,
) -> Result<String, Failure> {
    let mut form = RefusedForm::new(action, sent, FieldErrors::default());
    form.unsent = Some(unsent);
    let token = kept_forms::keep(site, ctx.caller.clone(), UNSENT_PAGE, &form).await?;
    let which = random::digest(&token);
    ctx.waits(token);
    Ok(which)
}

/// Takes the form that waited out of the store: it is sent at most once. `shown` is the digest of the one that was shown;
/// another may wait by now, and stays.
pub(super) async fn take(site: &Site, ctx: &Ctx, shown: &str) -> Result<bool, Failure> {
    let Some(token) = ctx.waiting().into_iter().find(|token| random::digest(token) == shown) else {
        return Ok(false);
    };
    ctx.waits_no_more(&token);
    Ok(kept_forms::take_unsent(site, &token).await?.is_some())
}

/// It was sent already, in another window or by a second press; or its hour is over, and then the words are lost if they are
/// not shown now.
pub(super) fn no_longer(site: &Arc<Site>, asked: &Parts, body: &Bytes) -> Response {
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
pub(super) async fn send(
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
                None if joins(&form.action) && answer.go_to.as_deref() == Some(&unsent.page) => {}
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
            Err(AppError::Forbidden(_)) if joins(&form.action) => see_other(page.as_str()),
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
