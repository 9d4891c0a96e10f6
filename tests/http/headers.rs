//! The headers of every answer, and requests that another site made.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};

use crate::app::{App, FIREFOX, ORIGIN, encode};

/// ASVS 3.4.3, 3.4.4, 3.4.5, 3.4.6
#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    for path in ["/", "/courses", "/account", "/nothing", "/admin/users", "/healthz", "/pkg/none.css"] {
        let page = sam.get(path).await;
        let policy = page.header("content-security-policy").to_owned();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'nonce-",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), value, "{path}");
        }
        assert!(!page.header("x-request-id").is_empty());
    }
    assert_eq!(sam.get("/").await.header("cache-control"), "no-store");
    assert_eq!(sam.get("/").await.header("strict-transport-security"), "", "http is not told to be https");
}

/// ASVS 3.4.3
#[tokio::test]
async fn the_nonce_is_new_each_time_and_no_script_lacks_it() {
    let app = App::start().await;
    let visitor = app.anonymous();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = visitor.get("/signup").await;
        let nonce = page
            .header("content-security-policy")
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        for script in page.body.split("<script").skip(1) {
            assert!(
                script.split('>').next().unwrap().contains(&format!("nonce=\"{nonce}\"")),
                "<script{}",
                script.split('>').next().unwrap()
            );
        }
        assert!(!page.has(" style=") && !page.has("<style") && !page.has(" onclick="), "{}", page.body);
        assert!(!seen.contains(&nonce));
        seen.push(nonce);
    }
    assert!(!visitor.get("/forgot").await.has("<script"), "a page without an island carries no script");
}

async fn post_with(app: &App, headers: &[(&str, &str)]) -> StatusCode {
    let sam = app.sign_in("sam").await;
    let mut request =
        sam.request(Method::POST, "/fn/save_profile").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let name = format!("Named by {headers:?}");
    let body = sam.with_token(&[("name", &name)]).await;
    let page = sam.send(request.body(Body::from(body)).unwrap()).await;
    let is_named = !sam.get("/account").await.has("value=\"sam\"");
    assert_eq!(is_named, page.status == StatusCode::SEE_OTHER, "{headers:?}");
    sam.post("/fn/save_profile", &[("name", "sam")]).await;
    page.status
}

/// ASVS 3.5.1, 3.5.3, 16.3.3
#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let app = App::start().await;
    app.student("sam").await;
    for (headers, status) in [
        (vec![("sec-fetch-site", "same-origin")], StatusCode::SEE_OTHER),
        (vec![("origin", ORIGIN)], StatusCode::SEE_OTHER),
        (vec![("sec-fetch-site", "cross-site")], StatusCode::FORBIDDEN),
        (vec![("sec-fetch-site", "same-site"), ("origin", ORIGIN)], StatusCode::FORBIDDEN),
        (vec![("sec-fetch-site", "none")], StatusCode::FORBIDDEN),
        (vec![("origin", "https://evil.example")], StatusCode::FORBIDDEN),
        (vec![("origin", "null")], StatusCode::FORBIDDEN),
        (vec![("origin", "http://evil.example"), ("host", "evil.example")], StatusCode::FORBIDDEN),
        (vec![], StatusCode::FORBIDDEN),
    ] {
        assert_eq!(post_with(&app, &headers).await, status, "{headers:?}");
    }
}

/// ASVS 3.5.1, 7.6.2
#[tokio::test]
async fn signing_somebody_in_from_another_site_is_refused() {
    let app = App::start().await;
    app.student("sam").await;
    let request = axum::http::Request::builder()
        .method(Method::POST)
        .uri("/fn/sign_in")
        .header(header::USER_AGENT, FIREFOX)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(encode(&[("email", "sam@uni.example"), ("password", crate::app::PASSWORD)])))
        .unwrap();
    assert_eq!(app.send(request).await.status, StatusCode::FORBIDDEN);
}
