//! What nobody should send: a clear refusal, the right status, never a 5xx, nothing echoed unescaped.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use lectern::http::form_body::LONG_FROM_ONE_PLACE;

use crate::app::{App, PASSWORD, encode};

/// Every form, with fields that are right.
const FORMS: [(&str, &[(&str, &str)]); 6] = [
    ("/fn/sign_up", &[("email", "new@uni.example"), ("name", "New"), ("password", PASSWORD)]),
    ("/fn/sign_in", &[("email", "teacher@uni.example"), ("password", PASSWORD)]),
    ("/fn/save_profile", &[("name", "New")]),
    ("/fn/change_password", &[("current_password", PASSWORD), ("new_password", "eleven loud geese at dawn")]),
    ("/fn/create_course", &[("title", "T"), ("summary", "S"), ("description", "D")]),
    ("/fn/add_person", &[("course", "1"), ("email", "teacher@uni.example"), ("role", "student")]),
];

#[tokio::test]
async fn every_field_refuses_what_it_can_not_hold() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    teacher.create_course("Soil").await;
    let megabyte = "x".repeat(1_000_000);
    let long = "x".repeat(20_001);
    for (action, fields) in FORMS {
        for at in 0..fields.len() {
            for bad in ["", "\0", "a\0b", "<script>alert(1)</script>", "\u{202e}", "🦢🦢", &long, &megabyte] {
                let mut sent = fields.to_vec();
                sent[at].1 = bad;
                let page = teacher.post(action, &sent).await;
                assert!(
                    page.status.is_redirection() || page.status.is_client_error(),
                    "{action} {} {:.20}: {}",
                    sent[at].0,
                    bad,
                    page.status
                );
                assert!(!page.has("<script>alert"), "{action}");
                let json = teacher.call(action, &sent).await;
                assert!(!json.status.is_server_error(), "{action} {} {:.20}: {}", sent[at].0, bad, json.status);
                teacher.sign_in("teacher", PASSWORD).await;
            }
        }
    }
}

#[tokio::test]
async fn a_form_that_is_not_whole_is_refused() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let token = teacher.form_token().await.unwrap();
    for (action, fields) in FORMS {
        let whole = encode(fields);
        let without_first = encode(&fields[1..]);
        let doubled = format!("{whole}&{}", encode(&fields[..1]));
        for body in
            [without_first.as_str(), &doubled, "", "%", "&&&", "=", "%FF=%FF", "title=%C3%28", "title[0]=x", "a=b"]
        {
            let body = format!("{body}&_token={token}");
            let request = teacher.form(action, &[]).body(Body::from(body.clone())).unwrap();
            let page = teacher.send(request).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{action} {body}: {}", page.body);
            assert!(page.has("This form was not complete"), "{}", page.body);
        }
    }
}

#[tokio::test]
async fn more_than_two_megabytes_are_refused() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let fits = format!("title=T&summary=S&description={}", "x".repeat(2 * 1024 * 1024 - 30));
    let page = teacher.send(teacher.form("/fn/create_course", &[]).body(Body::from(fits)).unwrap()).await;
    assert!(page.status.is_redirection(), "{}", page.status);
    let over = format!("title=T&summary=S&description={}", "x".repeat(2 * 1024 * 1024));
    let page = teacher.send(teacher.form("/fn/create_course", &[]).body(Body::from(over)).unwrap()).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.has("This form can hold 2 MB"));
    // A lesson of 5 MB, as one may be pasted.
    let course = teacher.published_course("Soil", 1).await;
    let lesson = format!("course={}&title=T&body={}", course.id, "x".repeat(5 * 1024 * 1024));
    for action in ["/fn/add_lesson", "/fn/save_lesson", "/fn/preview_lesson", "/fn/keep_draft"] {
        let page = teacher.send(teacher.form(action, &[]).body(Body::from(lesson.clone())).unwrap()).await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{action}");
    }
    let sign_in = format!("email=a@uni.example&password={}", "x".repeat(64 * 1024));
    let page = teacher.send(teacher.form("/fn/sign_in", &[]).body(Body::from(sign_in.clone())).unwrap()).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.has("This form can hold 64 kB"));
    let mut call = teacher.form("/fn/sign_in", &[]).body(Body::from(sign_in)).unwrap();
    call.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
    let answer = teacher.send(call).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::PAYLOAD_TOO_LARGE, "application/json"));
}

#[tokio::test]
async fn long_forms_that_stall_hold_only_their_share() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let stalled: Vec<_> =
        (0..LONG_FROM_ONE_PLACE).map(|_| app.site.long_bodies.take([127, 0, 0, 1].into()).unwrap()).collect();
    let long = format!("title=T&summary=S&description={}", "x".repeat(100_000));
    let send =
        async || teacher.send(teacher.form("/fn/create_course", &[]).body(Body::from(long.clone())).unwrap()).await;
    let page = send().await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    let short = teacher.post("/fn/create_course", &[("title", "Short"), ("summary", ""), ("description", "")]).await;
    assert_eq!(short.status, StatusCode::SEE_OTHER, "short forms need no share");
    drop(stalled);
    assert!(send().await.status.is_redirection(), "what was held is given back");
    assert!(send().await.status.is_redirection(), "and so is what a form took that was read");
}

/// ASVS 3.5.2
#[tokio::test]
async fn other_kinds_of_content_are_refused() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        let mut request = teacher.form("/fn/save_profile", &[]).body(Body::from("name=x")).unwrap();
        request.headers_mut().remove(header::CONTENT_TYPE);
        if !kind.is_empty() {
            request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
        }
        assert_eq!(teacher.send(request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
}

#[tokio::test]
async fn wrong_methods_are_named() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    for (method, path, allow) in [
        (Method::GET, "/fn/sign_out", "POST"),
        (Method::POST, "/courses", "GET, HEAD"),
        (Method::DELETE, "/courses", "GET, HEAD"),
        (Method::PUT, "/fn/sign_out", "POST"),
    ] {
        let request =
            teacher.request(method.clone(), path).header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap();
        let page = teacher.send(request).await;
        assert_eq!((page.status, page.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, allow), "{method} {path}");
    }
    assert_eq!(teacher.get("/account").await.status, StatusCode::OK, "a GET must not have signed out");
}

#[tokio::test]
async fn unknown_and_malformed_addresses_are_not_found() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    for path in [
        "/nothing",
        "/courses/none",
        "/courses/none/edit",
        "/courses/none/people",
        "/courses/none/lessons/none",
        "/courses/%00",
        "/courses/%FF",
        "/courses/..%2f..%2fetc%2fpasswd",
        "/people/-1",
        "/people/99999999999999999999",
        "/people/%3Cscript%3E",
        "/set-up/x",
        "/fn/none",
        "/pkg/none.js",
        "/pkg/..%2f..%2fCargo.toml",
        "/courses/%27%20or%201=1",
        "/index.php",
        "/.git/config",
        "/courses//",
        "//",
    ] {
        let mut request = teacher.request(Method::GET, path).body(Body::empty()).unwrap();
        if path.starts_with("/fn/") {
            request.headers_mut().insert("sec-fetch-site", "same-origin".parse().unwrap());
        }
        let page = teacher.send(request).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.body);
        assert!(!page.has("<script>"), "{path}");
        if !path.starts_with("/pkg/") {
            let heading = match path {
                "/set-up/x" => "This link does not work any more",
                _ => "There is nothing at this address",
            };
            assert!(page.has(heading) && page.has("href=\"/courses\""), "{path}: {}", page.body);
        }
    }
}

/// ASVS 3.2.2
#[tokio::test]
async fn markup_in_a_title_and_a_description_stays_words() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let title = "</title><script>alert(1)</script>";
    let page = teacher
        .post(
            "/fn/create_course",
            &[
                ("title", title),
                ("summary", "\"><script>alert(2)</script>"),
                ("description", "</textarea><script>alert(3)</script>"),
            ],
        )
        .await;
    let address = page.location().to_owned();
    let id = teacher.get(&format!("{address}/edit")).await.hidden("course");
    teacher.post("/fn/publish_course", &[("course", &id)]).await;
    for path in
        [address.clone(), format!("{address}/edit"), format!("{address}/people"), "/".to_owned(), "/courses".to_owned()]
    {
        let page = teacher.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.has("<script>alert"), "{path}: {}", page.body);
    }
    assert!(teacher.get(&address).await.has("<title>&lt;/title&gt;&lt;script&gt;"));
}
