//! Finds out who is asking, and lays out what a page or function needs to know of its request.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, USER_AGENT};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::server_fn::ServerFn;
use tower_sessions::Session;

use super::headers::Nonce;
use super::kept_forms::WAITING;
use super::log::Client;
use super::request::Ctx;
use super::session::{CookieStays, SIGN_IN};
use super::{Site, error_page, kept_forms, request};
use crate::api::problem::Problem;
use crate::api::router::{asks_nobody, is_api};
use crate::audit::event::{Event, Object, What};
use crate::audit::refusals;
use crate::clock::MINUTE;
use crate::error::AppError;
use crate::failure::{Broken, Failure};
use crate::id::SignInId;
use crate::sessions::api::{SignInEnds, SignOut, StaySignedIn};
use crate::sessions::app::{APP_IDLE, AppKind};
use crate::sessions::caller::{Caller, Lapsed, Person};
use crate::sessions::records::remove;
use crate::sessions::store::{Found, public_find_by_earlier_id, public_find_caller, public_note_seen};
use crate::tokens::access::Unusable;
use crate::tokens::bearer::{self, Brought};
use crate::ui::flash::Flash;

/// The longest part of a browser's own words that is kept. Real ones have about 120 characters.
const USER_AGENT_MAX: usize = 400;

/// How long a page waits to note that its sign-in was seen.
const SEEN_PATIENCE: Duration = Duration::from_millis(250);

/// Gives the request its [`Ctx`], and the answer our small cookies. Ends here when the database cannot say who asks.
pub async fn layer(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let method = request.method().clone();
    if is_api(request.uri().path()) {
        match Brought::of(request.headers()) {
            // What gives tokens out asks nobody, whatever a program sends along with each request.
            _ if asks_nobody(request.uri().path()) => return for_nobody(&site, request, next).await,
            Brought::Nothing => {}
            brought => return for_app(&site, brought, request, next).await,
        }
    }
    match find(&site, &mut request).await {
        Ok(ctx) => {
            let (ctx, is_late) = ctx;
            let ctx = Arc::new(ctx);
            request.extensions_mut().insert(ctx.clone());
            let mut response = next.run(request).await;
            ctx.finish(&mut response);
            note_refusal(&ctx, &method, response.status()).await;
            if is_late {
                response.extensions_mut().insert(CookieStays);
            }
            response
        }
        Err(failure) => error_page::answer(&site, &request.into_parts().0, AppError::from(failure)),
    }
}

/// Writes down that somebody who is signed in was refused: a page or a form they have no powers for, or a form for something
/// they may not know of.
async fn note_refusal(ctx: &Ctx, method: &Method, status: StatusCode) {
    let Some(person) = ctx.person() else { return };
    let is_refused = match status {
        StatusCode::FORBIDDEN => true,
        StatusCode::NOT_FOUND => {
            !matches!(*method, Method::GET | Method::HEAD)
                || ["/admin/", "/people/", "/api/v1/users"].iter().any(|closed| ctx.path().starts_with(closed))
        }
        _ => false,
    };
    if is_refused {
        tracing::warn!(event = "authz_fail", person = person.id.0, "somebody was refused");
        let path: String = ctx.path().chars().take(PATH_MAX).collect();
        refusals::note(&ctx.site, ctx.caller.clone(), Event::of(What::Refused).about(person.id).after(path)).await;
    }
}

/// The longest part of an address that the audit log takes.
const PATH_MAX: usize = 200;

/// Nobody, from where a request comes.
fn caller_of(site: &Site, request: &Request) -> Caller {
    let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut caller = Caller {
        person: None,
        address: request.extensions().get::<Client>().map_or(std::net::IpAddr::from([127, 0, 0, 1]), |client| client.0),
        user_agent: user_agent.chars().take(USER_AGENT_MAX).collect(),
        is_admin_place: true,
        second_step: site.config.second_step,
        bearer: None,
        is_system: false,
    };
    let networks = &site.config.admin_networks;
    caller.is_admin_place = networks.is_empty() || networks.iter().any(|network| network.contains(&caller.address));
    caller
}

/// Answers a request to the API whose token or cookie counts for nothing.
async fn for_nobody(site: &Arc<Site>, request: Request, next: Next) -> Response {
    let caller = caller_of(site, &request);
    answer_program(site, caller, request, next).await
}

/// Answers a request to the API by an app with a token. Its cookies, where it has any, are not looked at.
async fn for_app(site: &Arc<Site>, brought: Brought, request: Request, next: Next) -> Response {
    let mut caller = caller_of(site, &request);
    let Brought::Token(token) = brought else {
        return Problem::unreadable("Authorization holds one bearer token: Bearer, a space, the token.")
            .into_response();
    };
    match person_of_app(site, &mut caller, &token).await {
        Ok(Ok(person)) => {
            caller.person = Some(person);
            answer_program(site, caller, request, next).await
        }
        Ok(Err(why)) => {
            tracing::warn!(event = "authn_token_refused", why = why.key(), "a token was refused");
            Problem::invalid_token().into_response()
        }
        Err(failure) => error_page::answer(site, &request.into_parts().0, AppError::from(failure)),
    }
}

/// Whose token this is, at this moment; an app that is seen is noted, at most once a minute.
async fn person_of_app(
    site: &Arc<Site>,
    caller: &mut Caller,
    token: &str,
) -> Result<Result<Person, Unusable>, Failure> {
    let mut read = site.db.read(Arc::new(caller.clone())).await?;
    let sound = match bearer::read(site, &mut read, token).await? {
        Ok(sound) => sound,
        Err(why) => return Ok(Err(why)),
    };
    drop(read);
    caller.bearer = Some(sound.bearer);
    let says = sound.claims.as_ref().map(|claims| claims.sub.clone());
    match person_of(site, caller, sound.sign_in, "").await? {
        // Its family says whose it is; what it says itself must be the same.
        Some(Found::Live(person)) if says.is_some_and(|says| says != person.id.to_string()) => {
            Ok(Err(Unusable::Claims))
        }
        Some(Found::Live(person)) => Ok(Ok(person)),
        Some(Found::Ended(lapsed)) => {
            let event = Event::of(What::UsedAfterEnd).about(lapsed.person).on(Object::SignIn(sound.sign_in));
            refusals::note(site, Arc::new(caller.clone()), event).await;
            Ok(Err(Unusable::Revoked))
        }
        None => Ok(Err(Unusable::Revoked)),
    }
}

/// Lays out a program's request, and answers it.
async fn answer_program(site: &Arc<Site>, caller: Caller, mut request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let nonce = request.extensions().get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default();
    let path = request.uri().path_and_query().map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned());
    let (flash, cookies) = (Flash::None, Cookies::default());
    let ctx = Arc::new(Ctx::new(site.clone(), Arc::new(caller), None, nonce, path, flash, None, None, cookies));
    request.extensions_mut().insert(ctx.clone());
    let response = next.run(request).await;
    note_refusal(&ctx, &method, response.status()).await;
    response
}

/// What the request is about, and whether it came with the session id before the new one.
async fn find(site: &Arc<Site>, request: &mut Request) -> Result<(Ctx, bool), Failure> {
    let mut caller = caller_of(site, request);
    let session = request.extensions().get::<Session>().cloned();
    let (mut ended, mut is_late) = (None, false);
    if let Some(session) = &session {
        // Asked before the record is, since a session without one forgets it.
        let brought = session.id();
        let sign_in: Option<SignInId> = session.get(SIGN_IN).await.broken("read the session")?;
        if let Some(sign_in) = sign_in {
            match person_of(site, &caller, sign_in, request.uri().path()).await? {
                Some(Found::Live(person)) => {
                    if person.id_is_due {
                        renew_id(site, &caller, session, &person).await;
                    }
                    caller.person = Some(person);
                }
                // The sign-in is dead, so its session is of no more use to anybody.
                dead => {
                    // A page that lies open and asks: its form, sent next, must still find out whose it is.
                    let is_asking = [SignInEnds::PATH, StaySignedIn::PATH].contains(&request.uri().path());
                    if let Some(Found::Ended(lapsed)) = dead {
                        if !is_asking {
                            let event = Event::of(What::UsedAfterEnd).about(lapsed.person).on(Object::SignIn(sign_in));
                            refusals::note(site, Arc::new(caller.clone()), event).await;
                        }
                        ended = Some(lapsed);
                    }
                    tracing::info!(
                        event = "session_use_after_expire",
                        "a session came back after its sign-in had ended"
                    );
                    // Left where it is, it points at nothing that lives: not worth refusing a page for.
                    if !is_asking && let Err(error) = remove(session, &site.records).await {
                        tracing::warn!(%error, "could not remove a dead session");
                    }
                }
            }
        } else if let Some(id) = brought {
            let mut read = site.db.read(Arc::new(caller.clone())).await?;
            if let Some(late) = public_find_by_earlier_id(&mut read, &id.to_string()).await? {
                // Whoever it is, the browser that got the new id keeps it.
                is_late = true;
                // It has proven nothing: what needs a proof takes the new id.
                let person = Person { proven_at: 0, ..late.person };
                // It reads, and changes nothing: what it sends waits until it is sent with the new id.
                match *request.method() {
                    _ if !late.is_same_browser => {}
                    Method::GET | Method::HEAD => caller.person = Some(person),
                    // Who signs out means it, whichever id they bring.
                    _ if request.uri().path() == SignOut::PATH => caller.person = Some(person),
                    _ => ended = Some(Lapsed { person: person.id, form_key: person.form_key }),
                }
            }
        }
    }
    let is_page_view = request.method() == Method::GET && !request.uri().path().starts_with("/fn/");
    let cookies = Cookies::of(request.headers(), site);
    let path = request.uri().path_and_query().map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned());
    let refused = match cookies.kept_form.as_deref() {
        Some(token) if is_page_view => kept_forms::find_for_page(site, token, request.uri().path()).await?,
        // The page that shows a form which waits for its sender finds it by the other cookie.
        _ if is_page_view && request.uri().path() == kept_forms::UNSENT_PAGE => {
            kept_forms::find_waiting(site, &cookies.unsent, caller.person.as_ref()).await?.into_iter().next()
        }
        _ => None,
    };
    let said = cookies.flash.as_deref().map(Flash::read).unwrap_or_default();
    let flash = match (is_page_view, said) {
        (false, _) => Flash::None,
        // A page that is for everybody is shown all the same, and must not look as if nothing had happened.
        (true, Flash::None) if ended.is_some() && !is_late => {
            Flash::said("Your sign-in here has ended. Sign in again to go on.")
        }
        (true, said) => said,
    };
    let nonce = request.extensions().get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default();
    let ctx = Ctx::new(site.clone(), Arc::new(caller), session, nonce, path, flash, refused, ended, cookies);
    Ok((ctx, is_late))
}

/// Gives a session the new id that its sign-in is due, since what it may do has changed. When the database or the store cannot
/// now, the next request tries again; when another request was quicker, this one goes on as what it was when it came.
async fn renew_id(site: &Site, caller: &Caller, session: &Session, person: &Person) {
    // Not cut off by a clock: half a new id would sign somebody out.
    if let Err(failure) = request::renew(site, &Arc::new(caller.clone()), session, person).await {
        tracing::warn!(%failure, "could not give a session the new id it is due");
    }
}

/// Whose sign-in this is, alive or not; a live one is noted as seen, at most once a minute.
async fn person_of(site: &Site, caller: &Caller, sign_in: SignInId, path: &str) -> Result<Option<Found>, Failure> {
    let caller = Arc::new(caller.clone());
    let mut read = site.db.read(caller.clone()).await?;
    let found = public_find_caller(&mut read, sign_in).await?;
    drop(read);
    let Some(Found::Live(person)) = found else { return Ok(found) };
    let idle = match person.app {
        None => site.config.idle(person.role, person.is_remembered),
        Some(AppKind::Api | AppKind::Device) => APP_IDLE,
        // To its end, which its person chose.
        Some(AppKind::Personal) => person.absolute_ends_at - site.db.clock().now(),
    };
    // A page that lies open and asks when it ends is not somebody at work.
    if path == SignInEnds::PATH {
        return Ok(Some(Found::Live(person)));
    }
    // Short idle ends need a finer measure, or use would not move them.
    // The first use of a token is told from none at once.
    let is_first = person.app == Some(AppKind::Personal) && person.last_seen_at == person.signed_in_at;
    if is_first || site.db.clock().now() - person.last_seen_at >= MINUTE.min(idle / 4) {
        // Being seen is worth neither a refusal nor a wait: a locked database must not stop anybody from reading.
        match tokio::time::timeout(SEEN_PATIENCE, note_seen(site, caller, &person, idle)).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => tracing::warn!(%failure, "could not note that a sign-in was seen"),
            Err(_) => tracing::debug!("others write; that a sign-in was seen is noted at the next click"),
        }
    }
    Ok(Some(Found::Live(person)))
}

async fn note_seen(site: &Site, caller: Arc<Caller>, person: &Person, idle: i64) -> Result<(), Failure> {
    let mut write = site.db.begin_write(caller).await?;
    public_note_seen(&mut write, person, idle).await?;
    write.commit().await
}

/// Our small cookies beside the session's.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    flash: Option<String>,
    /// Finds a refused form.
    pub kept_form: Option<String>,
    /// Find the forms that wait, the newest first.
    pub unsent: Vec<String>,
    /// Of a browser that was shown a form to sign in with.
    pub visit: Option<String>,
    /// Of a browser that is half way to being signed in.
    pub half_way: Option<String>,
    /// Of a browser that asked for a code.
    pub asked_code: Option<String>,
}

impl Cookies {
    fn of(headers: &HeaderMap, site: &Site) -> Self {
        let prefix = site.config.public_url.cookie_name();
        let find = |suffix: &str| {
            let name = format!("{prefix}-{suffix}");
            headers
                .get_all(COOKIE)
                .into_iter()
                .filter_map(|value| value.to_str().ok())
                .flat_map(|cookies| cookies.split(';'))
                .filter_map(|cookie| cookie.trim().split_once('='))
                .find(|(key, value)| *key == name && !value.is_empty())
                .map(|(_, value)| value.to_owned())
        };
        let unsent = find("unsent").map(|tokens| tokens.split('.').take(WAITING).map(str::to_owned).collect());
        Self {
            flash: find("flash"),
            kept_form: find("form"),
            unsent: unsent.unwrap_or_default(),
            visit: find("visit"),
            half_way: find("half-way"),
            asked_code: find("code"),
        }
    }
}
