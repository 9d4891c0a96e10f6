//! What is the same for every route: strict reading, pages, versions, posts that come twice, sessions, and the description.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use lectern::api::describe;
use serde_json::{Value, json};

use super::program::ALL;
use crate::app::{App, ORIGIN};

fn course(title: &str) -> Value {
    json!({"title": title, "summary": "A summary", "description": "Some *words*"})
}

#[tokio::test]
async fn bodies_are_read_strictly() {
    let app = App::start().await;
    app.instructor("ines").await;
    let program = app.program_of("ines", &ALL).await;
    let send = async |kind: &str, body: &[u8]| {
        let request = program.request(Method::POST, "/api/v1/courses").header(header::CONTENT_TYPE, kind);
        super::program::Reply::from(app.send(request.body(Body::from(body.to_vec())).unwrap()).await)
    };
    let good = course("Rivers").to_string();
    for (kind, body, status) in [
        ("text/plain", good.as_str(), 415),
        ("application/x-www-form-urlencoded", "title=Rivers", 415),
        ("", good.as_str(), 415),
        ("application/json", "", 400),
        ("application/json", "{", 400),
        ("application/json", "{\"title\": \"x\",}", 400),
        ("application/json", "[]", 422),
        ("application/json", "null", 422),
        ("application/json", "{}", 422),
        ("application/json", "{\"title\": 1, \"summary\": \"x\"}", 422),
        ("application/json", "{\"title\": \"a\", \"title\": \"b\", \"summary\": \"x\"}", 422),
        ("application/json", "{\"title\": \"a\", \"summary\": \"x\", \"state\": \"published\"}", 422),
        ("application/json", "{\"title\": \"a\", \"summary\": \"x\", \"owner\": 1}", 422),
        ("application/json", "{\"title\": \"\", \"summary\": \"x\"}", 422),
        ("application/json", "{\"title\": \"a\\u0000b\", \"summary\": \"x\"}", 422),
    ] {
        let reply = send(kind, body.as_bytes()).await;
        assert_eq!(reply.status.as_u16(), status, "{kind} {body}: {}", reply.body);
        reply.problem();
    }
    assert_eq!(
        send("application/json", b"{\"title\": \"\xff\", \"summary\": \"x\"}").await.status,
        StatusCode::BAD_REQUEST
    );
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(send("application/json", deep.as_bytes()).await.status.as_u16(), 422);
    let nested = format!("{{\"title\": {}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(send("application/json", nested.as_bytes()).await.status.is_client_error());
    let large = send("application/json", &vec![b' '; 10 * 1024 * 1024]).await;
    assert_eq!((large.status, large.problem()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large".to_owned()));
    assert_eq!(send("application/json; charset=utf-8", good.as_bytes()).await.status, StatusCode::CREATED);
    let other = send("application/json; charset=utf-16", good.as_bytes()).await;
    assert_eq!(other.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let fields = program.post("/api/v1/courses", &json!({"title": "x".repeat(121), "summary": ""})).await.json();
    let named: Vec<&str> = fields["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(named, ["title", "summary"]);
}

#[tokio::test]
async fn queries_are_read_strictly_and_cursors_cannot_be_made_up() {
    let app = App::cheap().await;
    let ines = app.instructor("ines").await;
    for number in 1..=5 {
        ines.published_course(&format!("Course {number}"), 0).await;
        app.clock.advance(1_000);
    }
    let program = app.program();
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1&limit=2",
        "show=drafts",
        "page=2",
        "q=%FF",
        "cursor=x",
        "cursor=x.y",
    ] {
        let reply = program.get(&format!("/api/v1/courses?{query}")).await;
        assert!([400, 422].contains(&reply.status.as_u16()), "{query}: {}", reply.body);
        reply.problem();
    }
    let mut seen = Vec::new();
    let mut address = "/api/v1/courses?limit=2".to_owned();
    loop {
        let page = program.get(&address).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        address = format!("/api/v1/courses?limit=2&cursor={next}");
        // What comes in at the top in between moves nothing.
        if seen.len() == 2 {
            ines.published_course("Course 6", 0).await;
        }
    }
    assert_eq!(seen, ["Course 5", "Course 4", "Course 3", "Course 2", "Course 1"]);
    let next = program.get("/api/v1/courses?limit=2").await.json()["next"].as_str().unwrap().to_owned();
    let (body, mac) = next.split_once('.').unwrap();
    for bent in [
        next.replace(body, &format!("{body}A")),
        format!("{body}.{}", mac.replace(&mac[..1], if &mac[..1] == "A" { "B" } else { "A" })),
        format!("{next}.x"),
        body.to_owned(),
    ] {
        assert_eq!(program.get(&format!("/api/v1/courses?limit=2&cursor={bent}")).await.status.as_u16(), 422, "{bent}");
    }
    // Nor taken from another list, or from somebody else.
    assert_eq!(program.get(&format!("/api/v1/courses?limit=2&show=open&cursor={next}")).await.status.as_u16(), 422);
    let somebody = app.program_of("ines", &ALL).await;
    assert_eq!(somebody.get(&format!("/api/v1/courses?limit=2&cursor={next}")).await.status.as_u16(), 422);
    assert_eq!(program.get(&format!("/api/v1/courses?limit=2&cursor={next}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_post_that_comes_twice_is_done_once() {
    let app = App::start().await;
    app.instructor("ines").await;
    app.instructor("otto").await;
    let program = app.program_of("ines", &ALL).await;
    let send = async |key: &str, title: &str| {
        program.ask(Method::POST, "/api/v1/courses", Some(&course(title)), &[("idempotency-key", key)]).await
    };
    let first = send("a", "Rivers").await;
    assert_eq!((first.status, first.header("location")), (StatusCode::CREATED, "/api/v1/courses/rivers"));
    let again = send("a", "Rivers").await;
    assert_eq!(
        (again.status, again.header("location"), &again.body),
        (first.status, "/api/v1/courses/rivers", &first.body)
    );
    assert_eq!((again.header("idempotency-replayed"), again.header("etag")), ("true", first.header("etag")));
    assert_eq!(app.count("courses").await, 1);
    let other = send("a", "Lakes").await;
    assert_eq!((other.status.as_u16(), other.problem()), (422, "invalid-fields".to_owned()));
    assert_eq!(send("b", "Rivers").await.header("location"), "/api/v1/courses/rivers-2");
    for wrong in ["", " ", "a b", "a\tb", &"x".repeat(256)] {
        assert_eq!(send(wrong, "Lakes").await.status, StatusCode::BAD_REQUEST, "{wrong:?}");
    }
    // A refused one is not remembered: it may come again once it is mended.
    assert_eq!(send("c", "").await.status.as_u16(), 422);
    assert_eq!(send("c", "Lakes").await.status, StatusCode::CREATED);
    // So are versions: another one makes another request.
    let publish = "/api/v1/courses/rivers/publish";
    let once = program.ask(Method::POST, publish, None, &[("idempotency-key", "d")]).await;
    let twice = program.ask(Method::POST, publish, None, &[("idempotency-key", "d")]).await;
    assert_eq!((once.status, twice.header("idempotency-replayed")), (StatusCode::OK, "true"));
    for version in ["", "\"x\""] {
        let other = [("idempotency-key", "d"), ("if-match", version)];
        assert_eq!(program.ask(Method::POST, publish, None, &other).await.status.as_u16(), 422, "{version:?}");
    }
    // Somebody else's names are their own.
    let otto = app.program_of("otto", &ALL).await;
    let theirs = otto.ask(Method::POST, "/api/v1/courses", Some(&course("Rivers")), &[("idempotency-key", "a")]).await;
    assert_eq!(theirs.header("location"), "/api/v1/courses/rivers-3");
    // And so are those of another app of the same person.
    let beside = app.program_of("ines", &ALL).await;
    let theirs =
        beside.ask(Method::POST, "/api/v1/courses", Some(&course("Rivers")), &[("idempotency-key", "a")]).await;
    assert_eq!(theirs.header("location"), "/api/v1/courses/rivers-4");
    // After a day the name is free again.
    app.clock.advance(lectern::clock::DAY);
    let mut program = program;
    program.take(&program.renew(&program.refresh.clone().unwrap()).await);
    let later = program.ask(Method::POST, "/api/v1/courses", Some(&course("Soil")), &[("idempotency-key", "a")]).await;
    assert_eq!(later.header("location"), "/api/v1/courses/soil");
}

#[tokio::test]
async fn ten_at_once_with_one_name_are_done_once() {
    let app = App::start().await;
    app.instructor("ines").await;
    let program = app.program_of("ines", &ALL).await;
    let body = course("Rivers");
    let all = (0..10).map(|_| program.ask(Method::POST, "/api/v1/courses", Some(&body), &[("idempotency-key", "one")]));
    let replies = futures_util::future::join_all(all).await;
    assert!(replies.iter().all(|reply| reply.status == StatusCode::CREATED && reply.body == replies[0].body));
    assert_eq!(app.count("courses").await, 1);
}

#[tokio::test]
async fn a_change_names_the_version_it_is_about() {
    let app = App::start().await;
    app.instructor("ines").await;
    let program = app.program_of("ines", &ALL).await;
    program.post("/api/v1/courses", &course("Rivers")).await;
    let path = "/api/v1/courses/rivers";
    let read = program.get(path).await;
    let tag = read.header("etag").to_owned();
    let has = program.ask(Method::GET, path, None, &[("if-none-match", &tag)]).await;
    assert_eq!((has.status, has.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let without = program.ask(Method::PATCH, path, Some(&json!({"title": "Lakes"})), &[]).await;
    assert_eq!((without.status.as_u16(), without.problem()), (428, "version-required".to_owned()));
    let with = async |tag: &str, body: Value| program.ask(Method::PATCH, path, Some(&body), &[("if-match", tag)]).await;
    let changed = with(&tag, json!({"title": "Lakes"})).await;
    assert_eq!((changed.status, changed.json()["title"].as_str()), (StatusCode::OK, Some("Lakes")));
    assert_eq!(changed.json()["summary"], "A summary", "what is not said stays");
    assert_eq!(program.get(path).await.header("etag"), changed.header("etag"), "the answer has the new version");
    let stale = with(&tag, json!({"title": "Soil"})).await;
    assert_eq!((stale.status.as_u16(), stale.problem()), (412, "changed-meanwhile".to_owned()));
    for (wrong, status) in [("x", 400), ("", 400), ("W/\"x\"", 412), ("\"\"", 412)] {
        assert_eq!(with(wrong, json!({"title": "Soil"})).await.status.as_u16(), status, "{wrong}");
    }
    assert_eq!(with("*", json!({"open": false})).await.json()["open"], false);
    // Of two at once, one is told.
    let tag = program.get(path).await.header("etag").to_owned();
    let both = futures_util::future::join_all(["A", "B"].map(|title| with(&tag, json!({"title": title})))).await;
    let mut statuses: Vec<u16> = both.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

/// ASVS 4.1.4
#[tokio::test]
async fn an_address_answers_its_methods_and_no_others() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program_of("sam", &ALL).await;
    for (path, item) in &describe::document().paths.paths {
        let path = path.replace("{slug}", "x").replace("{lesson}", "y").replace("{id}", "1");
        for method in
            [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE, Method::OPTIONS]
        {
            let is_there = match method {
                Method::GET => item.get.is_some(),
                Method::POST => item.post.is_some(),
                Method::PATCH => item.patch.is_some(),
                Method::DELETE => item.delete.is_some(),
                _ => false,
            };
            let reply = program.ask(method.clone(), &path, None, &[]).await;
            assert!(!reply.status.is_server_error(), "{method} {path}");
            if is_there {
                assert_ne!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            } else {
                assert_eq!(
                    (reply.status, reply.problem().as_str()),
                    (StatusCode::METHOD_NOT_ALLOWED, "wrong-method"),
                    "{method} {path}"
                );
                let allowed: Vec<&str> = reply.header("allow").split(", ").collect();
                assert_eq!(allowed.contains(&"GET"), item.get.is_some(), "{path}");
                assert_eq!(allowed.contains(&"POST"), item.post.is_some(), "{path}");
            }
        }
    }
    let nothing = program.get("/api/v1/nothing").await;
    assert_eq!((nothing.status, nothing.problem()), (StatusCode::NOT_FOUND, "not-found".to_owned()));
    assert_eq!(program.get("/api/v1").await.status, StatusCode::NOT_FOUND);
}

/// ASVS 3.5.1, 3.5.3
#[tokio::test]
async fn a_browsers_session_works_with_the_rules_that_go_with_it() {
    let app = App::start().await;
    let ines = app.instructor("ines").await;
    let ask = async |method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>| {
        let mut request = ines.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        super::program::Reply::from(ines.send(request.body(body).unwrap()).await)
    };
    let me = ask(Method::GET, "/api/v1/me", &[], None).await;
    assert_eq!(me.status, StatusCode::OK, "{}", me.body);
    assert!(
        me.json()["scope"].as_str().unwrap().contains("users:write"),
        "a session has every scope, and no power more"
    );
    let mark = me.header("x-lectern-token").to_owned();
    let body = course("Rivers");
    let post = async |headers: &[(&str, &str)]| ask(Method::POST, "/api/v1/courses", headers, Some(&body)).await;
    for headers in [
        &[][..],
        &[("origin", "https://evil.example"), ("x-lectern-token", mark.as_str())],
        &[("sec-fetch-site", "cross-site"), ("x-lectern-token", mark.as_str())],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-origin"), ("x-lectern-token", "made.up")],
    ] {
        let reply = post(headers).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{headers:?}");
    }
    let done = post(&[("sec-fetch-site", "same-origin"), ("origin", ORIGIN), ("x-lectern-token", &mark)]).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
    // With a token beside the cookie, the token counts alone.
    app.student("sam").await;
    let program = app.program_of("sam", &["account:read"]).await;
    let bearer = format!("Bearer {}", program.token());
    let me = ask(Method::GET, "/api/v1/me", &[("authorization", &bearer)], None).await;
    assert_eq!(me.json()["email"], "sam@uni.example");
    assert_eq!(me.header("x-lectern-token"), "");
}

/// ASVS 4.1.1
#[tokio::test]
async fn nothing_of_an_answer_is_kept_and_its_kind_is_said() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program_of("sam", &ALL).await;
    for (path, status) in
        [("/api/v1/me", 200), ("/api/v1/courses", 200), ("/api/v1/users", 404), ("/api/v1/courses/x", 404)]
    {
        let reply = program.get(path).await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (status, "no-store"), "{path}");
        assert!(reply.header("content-type").starts_with("application/"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 0, "{path}");
    }
}

#[tokio::test]
async fn one_person_asks_only_so_often() {
    let app = App::cheap().await;
    app.student("sam").await;
    app.student("kim").await;
    let (program, other) = (app.program_of("sam", &ALL).await, app.program_of("kim", &ALL).await);
    for _ in 0..1_200 {
        assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    }
    let reply = program.get("/api/v1/me").await;
    assert_eq!((reply.status, reply.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
    assert_eq!(other.get("/api/v1/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_description_is_whole() {
    let app = App::start().await;
    let reply = app.program().get("/api/v1/openapi.json").await;
    let document = reply.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            let name = format!("{method} {path}");
            for said in ["summary", "operationId", "tags"] {
                assert!(!operation[said].is_null(), "{name} has no {said}");
            }
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.keys().any(|status| status.starts_with('2')), "{name}");
            for status in ["400", "401", "403", "404", "429"] {
                assert!(answers.contains_key(status), "{name} does not say {status}");
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{name}: {parameter}");
            }
        }
    }
    assert_eq!(operations, 32);
    // Every field says what it is.
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, said) in schema["properties"].as_object().into_iter().flatten() {
            assert!(
                said["description"].is_string() || said["$ref"].is_string() || said["oneOf"].is_array(),
                "{name}.{field}: {said}"
            );
        }
    }
}

/// ASVS 4.1.2
#[tokio::test]
async fn a_program_on_plain_http_is_not_led_to_https() {
    let app =
        App::with(&[("LECTERN_PUBLIC_URL", "https://lectern.example"), ("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    for path in ["/api/v1/me", "/api/v1/courses", "/api/v1/token", "/.well-known/jwks.json"] {
        let reply = app.program().ask(Method::GET, path, None, &[("x-forwarded-proto", "http")]).await;
        assert!(!reply.status.is_redirection(), "{path}: {}", reply.status);
    }
}
