//! The session layer: tower-sessions over our [`Records`], with a cookie that a browser also lets us remove.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::middleware::Next;
use axum::response::Response;
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use super::Site;
use crate::clock::Millis;
use crate::sessions::records::Records;

/// Where a session record keeps which sign-in it belongs to. Nothing else stands in it.
pub const SIGN_IN: &str = "sign_in";

/// tower-sessions gives a record of a cookie without an end two weeks; a sign-in may last thirty days and says itself when
/// it ends, so its record outlives it.
const LONGER: time::Duration = time::Duration::days(17);

/// The layer. Lax: a link from a mail must find the person signed in; the cross-site layer guards what changes things.
/// The cookie goes when the browser closes; when a sign-in ends is not the cookie's to say.
pub fn manager(site: &Site) -> SessionManagerLayer<Records> {
    let url = &site.config.public_url;
    SessionManagerLayer::new(site.records.clone().keeping(LONGER))
        .with_name(url.cookie_name())
        .with_secure(url.https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd)
}

/// Marks the answer to a request that came with the session id before the new one: the browser has the new one by now, or will
/// in a moment, and a removal of the cookie would take that away.
#[derive(Clone, Copy, Debug)]
pub struct CookieStays;

/// How long the browser keeps the cookie: a remembered sign-in's until its end, any other's until the browser closes.
/// tower-sessions forgets it with the request, so it is said again wherever a cookie is set. `left` is until the absolute end.
pub fn lasts(session: &Session, is_remembered: bool, left: Millis) {
    let kept = is_remembered.then(|| time::Duration::milliseconds(left.max(0)));
    session.set_expiry(Some(kept.map_or(Expiry::OnSessionEnd, Expiry::OnInactivity)));
}

/// tower-sessions 0.14 removes a cookie without `Secure`, which a browser refuses for a `__Host-` name. Outside of the
/// manager, this gives the removal the attributes the cookie was set with.
pub async fn whole_removal(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let url = &site.config.public_url;
    let removal = format!("{}=;", url.cookie_name());
    let is_spared = response.extensions().get::<CookieStays>().is_some();
    let cookies: Vec<HeaderValue> = response.headers().get_all(SET_COOKIE).iter().cloned().collect();
    if cookies.iter().any(|cookie| cookie.as_bytes().starts_with(removal.as_bytes())) {
        let whole =
            format!("{removal} HttpOnly; SameSite=Lax;{} Path=/; Max-Age=0", if url.https { " Secure;" } else { "" });
        response.headers_mut().remove(SET_COOKIE);
        for cookie in cookies {
            let is_removal = cookie.as_bytes().starts_with(removal.as_bytes());
            if is_removal && is_spared {
                continue;
            }
            let kept = if is_removal { HeaderValue::from_str(&whole).unwrap_or(cookie) } else { cookie };
            response.headers_mut().append(SET_COOKIE, kept);
        }
    }
    response
}
