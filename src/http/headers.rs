//! The headers every answer carries, and the number that makes a script ours.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::Site;
use crate::random;
use crate::server::reports;

/// One answer's nonce: the only inline script that runs is the one that carries it.
#[derive(Clone, Debug)]
pub struct Nonce(pub String);

/// Two years (ASVS 5.0, 3.4.1 asks for one), with all names below.
const HSTS: &str = "max-age=63072000; includeSubDomains";

/// Gives the request its [`Nonce`], and the answer the policy that names it and the other headers.
pub async fn layer(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce(random::nonce());
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();

    // report-uri is the old way and the one that every browser has. Chromium leaves it out where it finds the new one, and sends by
    // the new one from https alone, after a minute.
    // 'self' besides the nonce is for the modules our own script imports; 'wasm-unsafe-eval' compiles the islands, and
    // allows no eval of text. Nothing else may come from anywhere.
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; report-uri {}",
        nonce.0,
        reports::PATH,
    );
    // Of what was uploaded, something stricter is said where it is sent.
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        set(headers, CONTENT_SECURITY_POLICY, &policy);
    }
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not no-referrer: a refused form finds its way back by it when all else fails.
    set(headers, REFERRER_POLICY, "same-origin");
    set(headers, X_FRAME_OPTIONS, "DENY");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(
        headers,
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    );
    if site.is_stopping() {
        set(headers, CONNECTION, "close");
    }
    if site.config.public_url.https {
        set(headers, STRICT_TRANSPORT_SECURITY, HSTS);
    }
    // Pages are made for one person; what may be kept says so itself, and is the same for everybody.
    if !headers.contains_key(CACHE_CONTROL) {
        set(headers, CACHE_CONTROL, "no-store");
        headers.append(VARY, HeaderValue::from_static("cookie, sec-fetch-site, origin"));
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
