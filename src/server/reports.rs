//! `POST /reports/csp`: what browsers report of our Content-Security-Policy.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde_json::Value;

use super::store::public_take_report;
use crate::http::Site;
use crate::http::cross_site::is_from_elsewhere;
use crate::http::log::{Client, hidden_path, shown_path};
use crate::network::{PerMinute, Turn};
use crate::sessions::caller::Caller;

/// Where browsers send them.
pub const PATH: &str = "/reports/csp";
/// The longest report that is read. Real ones have about a kilobyte.
pub const LONGEST: usize = 16 * 1024;
/// Of one message, at most so many: browsers bundle them.
const OF_ONE: usize = 5;
/// The longest part of anything in one that is kept.
const TEXT_MAX: usize = 200;

/// So many in a minute of all places, and of one.
const OF_ALL: u32 = 60;
const OF_ONE_PLACE: u32 = 10;

/// How many are taken in a minute, on this node.
pub fn bound() -> PerMinute {
    PerMinute::new(OF_ALL, OF_ONE_PLACE)
}

/// What a page tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which part of the policy forbade it.
    pub directive: String,
    /// What was forbidden: an origin, `inline`, `eval`, ...
    pub blocked: String,
    /// The page it was on, without host and query.
    pub page: String,
}

/// Takes what a browser reports, within a bound for each place. Answers the same whatever becomes of it.
pub async fn take(State(site): State<Arc<Site>>, parts: Parts, body: Bytes) -> StatusCode {
    if is_from_elsewhere(&parts.headers) {
        return StatusCode::FORBIDDEN;
    }
    let address = parts.extensions.get::<Client>().map_or(std::net::IpAddr::from([127, 0, 0, 1]), |client| client.0);
    for report in read(&body) {
        if site.reports.turn(address, site.db.clock().now()) == Turn::Over {
            break;
        }
        tracing::warn!(event = "csp_violation", directive = %report.directive, blocked = %report.blocked, "a browser reports");
        let written = async {
            let mut write = site.db.begin_write(Arc::new(Caller::of_the_system())).await?;
            public_take_report(&mut write, &report).await?;
            write.commit().await
        };
        if let Err(failure) = written.await {
            tracing::warn!(%failure, "could not keep a browser's report");
        }
    }
    StatusCode::NO_CONTENT
}

/// Both forms that browsers write: `{"csp-report": {..}}`, and a list of reports with a body each (Reporting API).
fn read(body: &[u8]) -> Vec<Report> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let bodies: Vec<&Value> = match &value {
        Value::Array(reports) => reports
            .iter()
            .filter(|report| report.get("type").and_then(Value::as_str) == Some("csp-violation"))
            .filter_map(|report| report.get("body"))
            .collect(),
        other => other.get("csp-report").into_iter().collect(),
    };
    bodies.into_iter().take(OF_ONE).filter_map(report).collect()
}

fn report(body: &Value) -> Option<Report> {
    let text = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| body.get(*name)?.as_str())?;
        // Shown to an admin: letters that turn or hide others have no place in it.
        Some(
            found
                .chars()
                .filter(|c| *c == ' ' || !c.is_control() && !crate::field::is_invisible(*c))
                .take(TEXT_MAX)
                .collect::<String>(),
        )
    };
    let directive = text(["effectiveDirective", "effective-directive"])
        .or_else(|| text(["violated-directive", "violatedDirective"]))?;
    let directive = directive.split_whitespace().next()?.to_owned();
    let blocked = without_query(&text(["blockedURL", "blocked-uri"])?);
    let page = text(["documentURL", "document-uri"])?;
    let page = page
        .split_once("//")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map_or("/".to_owned(), |(_, path)| format!("/{path}"));
    let page = shown_path(&without_query(&page));
    let blocked = hidden_path(&blocked).unwrap_or(blocked);
    Some(Report { directive, blocked, page })
}

fn without_query(address: &str) -> String {
    address.split(['?', '#']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_report_are_read_and_nothing_else_is() {
        let said = Report {
            directive: "script-src-elem".to_owned(),
            blocked: "https://evil.example/x.js".to_owned(),
            page: "/courses".to_owned(),
        };
        let old = br#"{"csp-report":{"document-uri":"http://localhost:3000/courses?q=mine","violated-directive":"script-src-elem 'self'","blocked-uri":"https://evil.example/x.js?a=1"}}"#;
        let new = br#"[{"type":"csp-violation","body":{"documentURL":"https://l.example/courses#x","effectiveDirective":"script-src-elem","blockedURL":"https://evil.example/x.js"}},{"type":"deprecation","body":{}}]"#;
        assert_eq!(read(old), std::slice::from_ref(&said));
        assert_eq!(read(new), [said]);
        for nonsense in [
            &b""[..],
            b"null",
            b"[]",
            b"{\"csp-report\":7}",
            b"[{\"type\":\"csp-violation\"}]",
            b"\xff\xfe",
            b"{\"csp-report\":{}}",
        ] {
            assert_eq!(read(nonsense), []);
        }
    }

    #[test]
    fn a_link_with_a_secret_is_not_kept() {
        for address in
            ["/set-up/SECRET", "//set-up/SECRET", "/SET-UP/SECRET", "/x/../set-up/SECRET", "/set%2Dup/SECRET"]
        {
            let body = format!(
                r#"{{"csp-report":{{"document-uri":"https://l.example{address}","violated-directive":"img-src","blocked-uri":"https://l.example{address}"}}}}"#
            );
            let report = read(body.as_bytes()).remove(0);
            assert_eq!((report.page.as_str(), report.blocked.as_str()), ("/set-up/…", "/set-up/…"), "{address}");
        }
    }
}
