//! What an admin sees of the server, and what browsers report.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use crate::app::App;

fn report(body: &str) -> Request<Body> {
    Request::builder()
        .method(Method::POST)
        .uri("/reports/csp")
        .header("content-type", "application/csp-report")
        .header("cookie", "lectern=AAAAAAAAAAAAAAAAAAAAAA")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn what_browsers_report_is_counted_and_shown_to_an_admin_as_text() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    assert!(admin.get("/admin/server").await.has("No browser has reported anything"));
    let policy = admin.get("/").await;
    assert!(policy.header("content-security-policy").ends_with("report-uri /reports/csp"));
    let body = r#"{"csp-report":{"document-uri":"http://localhost:3000/courses","violated-directive":"img-src","blocked-uri":"https://evil.example/<b>"}}"#;
    for _ in 0..3 {
        assert_eq!(app.send(report(body)).await.status, StatusCode::NO_CONTENT);
    }
    let page = admin.get("/admin/server").await;
    assert!(
        page.has("https://evil.example/&lt;b&gt;") && page.has("on /courses") && page.has("3 times"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn reports_are_bounded() {
    let app = App::start().await;
    for number in 0..50 {
        let body = format!(
            r#"{{"csp-report":{{"document-uri":"/","violated-directive":"img-src","blocked-uri":"x{number}"}}}}"#
        );
        app.send(report(&body)).await;
    }
    assert_eq!(app.count("browser_reports").await, 9 + 1, "ten of one place in a minute");
    let long = format!(r#"{{"csp-report":{{"blocked-uri":"{}"}}}}"#, "x".repeat(20_000));
    assert_eq!(app.send(report(&long)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    for nonsense in ["", "null", "[1]", "{\"csp-report\":{\"violated-directive\":[]}}"] {
        assert_eq!(app.send(report(nonsense)).await.status, StatusCode::NO_CONTENT, "{nonsense}");
    }
}

#[tokio::test]
async fn an_admin_sees_what_the_server_sees() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let page = admin.get("/admin/server").await;
    for words in [
        "What it sees of you",
        "127.0.0.1",
        "not sent",
        "student 1 hour, instructor 1 hour, admin 15 minutes",
        "2026-11-02T09:00:00Z",
    ] {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    let request = admin
        .request(Method::GET, "/admin/server")
        .header("x-forwarded-for", "203.0.113.9<i>")
        .header("host", "other.example");
    let page = admin.send(request.body(Body::empty()).unwrap()).await;
    assert!(page.has("sends X-Forwarded-For, and it is ignored") && page.has("203.0.113.9&lt;i&gt;"), "{}", page.body);
    assert!(page.has("asked for as other.example") && page.has("need a look"), "{}", page.body);
    assert_eq!(app.student("sam").await.get("/admin/server").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn over_plain_http_an_admin_is_warned_on_every_page_and_nobody_else() {
    let app = App::with(&[("LECTERN_PUBLIC_URL", "http://192.168.1.20:3000")]).await;
    let admin = app.admin("ada").await;
    let sam = app.student("sam").await;
    let warns = async |who: &crate::app::Visitor<'_>, page: &str| {
        who.get(page).await.has("People reach this site over plain http")
    };
    assert!(warns(&admin, "/").await && warns(&admin, "/courses").await);
    assert!(!warns(&sam, "/").await && !warns(&app.anonymous(), "/").await);
    let local = App::start().await;
    assert!(!warns(&local.admin("ada").await, "/").await, "on this machine alone it will do");
}
