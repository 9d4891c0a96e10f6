//! One line in the log for each request, and the number that finds it again. No body, no query, no cookie.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::Site;
use super::client_address::client_address;
use crate::clock::Begun;
use crate::{metrics, random};

/// Where the request comes from, for the layers inside.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub IpAddr);

/// Finds the client's address, gives the request a number, and writes its line.
pub async fn layer(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    // In-process tests have no connection, and come from this machine.
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let address = client_address(peer, request.headers(), &site.config.trusted_proxies);
    request.extensions_mut().insert(Client(address));

    let id = random::incident();
    let span = tracing::info_span!("request", id);
    let begun = Begun::now();
    // The path is logged, the query is not: searches are people's own words. Nor is what opens an account.
    let (method, path) = (request.method().clone(), shown_path(request.uri().path()));
    let route = Route::default();
    if let Some(path) = request.extensions().get::<MatchedPath>() {
        let _ = route.0.set(path.clone());
    }
    request.extensions_mut().insert(route.clone());
    let mut response = next.run(request).instrument(span.clone()).await;

    let status = response.status().as_u16();
    let took = begun.took();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    metrics::answered(route.0.get().map(MatchedPath::as_str), &method, status, took);
    span.in_scope(|| {
        if path == "/healthz" || path == "/readyz" || path.starts_with("/pkg/") {
            tracing::debug!(%method, path, status, micros, %address, "answered");
        } else {
            tracing::info!(%method, path, status, micros, %address, "answered");
        }
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Where the route is written down, by whoever finds it, for the layer that counts. The answer could not carry it: of a
/// refusal, a new one is made on the way.
#[derive(Clone, Debug, Default)]
struct Route(Arc<OnceLock<MatchedPath>>);

/// Writes down which route a page or a function was found at.
pub async fn name_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    if let (Some(route), Some(path)) = (extensions.get::<Route>(), extensions.get::<MatchedPath>()) {
        let _ = route.0.set(path.clone());
    }
    next.run(request).await
}

/// Pages whose address holds what opens an account.
const SECRET: [&str; 7] = ["set-up", "reset", "welcome", "confirm", "new-address", "not-me", "dates"];

/// What may be shown of a path that anybody could take for a one-time link, however it is written: not the part that opens an
/// account, since who mistypes one will type it right next time. None for every other path.
pub fn hidden_path(path: &str) -> Option<String> {
    let read = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let mut parts = read.split(['/', '\\']).map(str::trim);
    // A course may be called "Welcome", and has addresses of its own.
    let is_course = read.starts_with("/courses/") && parts.clone().all(|part| part != "..");
    let known = parts.find_map(|part| SECRET.into_iter().find(|secret| part.eq_ignore_ascii_case(secret)))?;
    (!is_course || known == "set-up").then(|| format!("/{known}/…"))
}

/// The path for the log.
pub fn shown_path(path: &str) -> String {
    if let Some(hidden) = hidden_path(path) {
        return hidden;
    }
    // Control characters in an address must not become lines of the log.
    path.chars().take(300).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ASVS 16.4.1
    #[test]
    fn no_way_to_write_a_set_up_link_puts_its_secret_into_the_log() {
        for written in
            ["/set-up/T", "//set-up/T", "/SET-UP/T", "/set%2Dup/T", "/./set-up/T", "/set-up%2FT", "/x/set-up//T"]
        {
            assert_eq!(shown_path(written), "/set-up/…", "{written}");
        }
        for secret in SECRET {
            assert_eq!(shown_path(&format!("/{secret}/T")), format!("/{secret}/…"));
        }
        assert_eq!(shown_path("/courses/welcome/lessons/reset"), "/courses/welcome/lessons/reset");
        assert_eq!(shown_path("/courses/../reset/T"), "/reset/…");
        assert_eq!(shown_path("/courses/how-to-set-up/lessons"), "/courses/how-to-set-up/lessons");
        assert_eq!(shown_path("/a\u{1b}[2J"), "/a\\u{1b}[2J");
    }
}
