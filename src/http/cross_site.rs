//! Requests that another site made a browser send end here.
//!
//! One layer in front of everything, since every server function is an address of its own that checks nothing. It covers
//! whatever can change something: methods other than GET, HEAD and OPTIONS, every address under `/fn/`, and upgrades.
//! Such a request must be `Sec-Fetch-Site: same-origin`, and an `Origin` beside it must not say otherwise. Where a browser does not send that (plain http on a host that
//! is not localhost), `Origin` must be the configured address, never the `Host` header, which the sender chooses. With
//! neither, only a request without a session cookie may pass: there is nothing to misuse.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, ORIGIN, UPGRADE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::Site;
use super::error_page;
use super::log::Client;
use crate::audit::event::{Event, What};
use crate::audit::refusals;
use crate::config::PublicUrl;
use crate::error::{AppError, Denied};
use crate::sessions::caller::Caller;

/// Refuses with `Denied::CrossSite`, before the body or the session is looked at.
pub async fn layer(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let url = &site.config.public_url;
    if is_guarded(request.method(), request.uri().path(), request.headers())
        && !is_ours(request.headers(), &url.origin, url.cookie_name())
    {
        tracing::warn!(event = "malicious_csrf", "refused a request from another site");
        let address = request.extensions().get::<Client>().map_or(IpAddr::from([127, 0, 0, 1]), |client| client.0);
        let caller = Caller { address, is_admin_place: false, is_system: false, ..Caller::of_the_system() };
        refusals::note(&site, Arc::new(caller), Event::of(What::CrossSite)).await;
        return error_page::answer(&site, &request.into_parts().0, AppError::Forbidden(Denied::CrossSite));
    }
    next.run(request).await
}

/// Whether a request could change something.
fn is_guarded(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    !reads || path.starts_with("/fn/") || headers.contains_key(UPGRADE)
}

fn is_ours(headers: &HeaderMap, origin: &str, cookie: &str) -> bool {
    let mut sites = headers.get_all("sec-fetch-site").into_iter();
    if let Some(site) = sites.next() {
        let is_same = site == "same-origin" && sites.next().is_none();
        return is_same && headers.get_all(ORIGIN).into_iter().all(|from| is_or_could_be(from, origin));
    }
    let mut origins = headers.get_all(ORIGIN).into_iter();
    if let Some(from) = origins.next() {
        return from.as_bytes().eq_ignore_ascii_case(origin.as_bytes()) && origins.next().is_none();
    }
    !has_cookie(headers, cookie)
}

/// Whether an `Origin` beside `Sec-Fetch-Site: same-origin` may be true: ours, or, on a site for this machine alone, another
/// of its names, under which a browser finds the same pages.
fn is_or_could_be(from: &HeaderValue, origin: &str) -> bool {
    let is_this_machine = |url: &str| PublicUrl::parse(url).is_some_and(|url| url.is_this_machine());
    from.to_str()
        .is_ok_and(|from| from.eq_ignore_ascii_case(origin) || is_this_machine(origin) && is_this_machine(from))
}

/// Whether a browser says that another site had it ask: for pages that write something down although they are only read. A link
/// somebody follows from a mail or types comes from nowhere.
pub fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get_all("sec-fetch-site").into_iter().any(|site| site != "same-origin" && site != "none")
}

/// Whether the request carries our session cookie.
fn has_cookie(headers: &HeaderMap, name: &str) -> bool {
    headers
        .get_all(COOKIE)
        .into_iter()
        // A cookie header that is not text is treated as if it held ours.
        .any(|value| {
            value
                .to_str()
                .map_or(true, |cookies| cookies.split(';').any(|cookie| cookie.trim().split('=').next() == Some(name)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "https://lectern.example";

    fn ours(headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        is_ours(&map, HERE, "__Host-lectern")
    }

    /// ASVS 4.4.2
    #[test]
    fn what_can_change_something_is_guarded() {
        let none = HeaderMap::new();
        assert!(is_guarded(&Method::POST, "/anything", &none));
        assert!(is_guarded(&Method::GET, "/fn/search", &none));
        assert!(!is_guarded(&Method::GET, "/courses", &none));
        let mut upgrade = HeaderMap::new();
        upgrade.insert(UPGRADE, "websocket".parse().unwrap());
        assert!(is_guarded(&Method::GET, "/courses", &upgrade));
    }

    #[test]
    fn a_browser_that_says_where_it_comes_from_is_believed() {
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("cookie", "__Host-lectern=x")]));
        for foreign in ["cross-site", "same-site", "none", ""] {
            assert!(!ours(&[("sec-fetch-site", foreign), ("origin", HERE)]), "{foreign}");
        }
        assert!(!ours(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]));
        for foreign in ["https://evil.example", "null", "http://localhost:3000", "http://lectern.example"] {
            assert!(!ours(&[("sec-fetch-site", "same-origin"), ("origin", foreign)]), "{foreign}");
        }
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("origin", HERE)]));
        // Somebody who tries Lectern out types one of this machine's names or the other.
        let local = |from: &str| is_or_could_be(&from.parse().unwrap(), "http://localhost:3000");
        assert!(local("http://127.0.0.1:3000") && local("http://localhost:3000") && !local("https://evil.example"));
    }

    #[test]
    fn else_the_origin_must_be_the_configured_one() {
        assert!(ours(&[("origin", HERE), ("cookie", "__Host-lectern=x")]));
        for foreign in ["null", "https://evil.example", "https://lectern.example.evil", "http://lectern.example"] {
            assert!(!ours(&[("origin", foreign), ("host", "lectern.example")]), "{foreign}");
        }
    }

    #[test]
    fn with_neither_only_a_request_without_a_session_passes() {
        assert!(ours(&[]));
        assert!(ours(&[("cookie", "theme=dark")]));
        assert!(!ours(&[("cookie", "theme=dark; __Host-lectern=x")]));
        assert!(!ours(&[("cookie", "theme=dark"), ("cookie", "__Host-lectern=x")]));
    }
}
