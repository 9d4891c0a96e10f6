//! Courses through the API: the same rules as on the pages.

use axum::http::StatusCode;
use serde_json::json;

use super::program::ALL;
use crate::app::App;

#[tokio::test]
async fn a_course_is_made_published_joined_and_left() {
    let app = App::start().await;
    app.instructor("ines").await;
    app.student("sam").await;
    let (ines, sam) = (app.program_of("ines", &ALL).await, app.program_of("sam", &ALL).await);
    let made = ines.post("/api/v1/courses", &json!({"title": "Rivers", "summary": "Water"})).await;
    assert_eq!((made.status, made.json()["state"].as_str()), (StatusCode::CREATED, Some("draft")));
    assert_eq!(made.json()["your_role"], "owner");
    let path = made.header("location").to_owned();
    let nothing = json!({});
    for (method, address) in
        [("get", path.clone()), ("post", format!("{path}/join")), ("post", format!("{path}/publish"))]
    {
        let reply = if method == "get" { sam.get(&address).await } else { sam.post(&address, &nothing).await };
        assert_eq!(
            (reply.status, reply.problem().as_str()),
            (StatusCode::NOT_FOUND, "not-found"),
            "a draft: {address}"
        );
    }
    assert_eq!(ines.post(&format!("{path}/conclude"), &nothing).await.status, StatusCode::CONFLICT);
    let published = ines.post(&format!("{path}/publish"), &nothing).await;
    assert_eq!((published.status, published.json()["state"].as_str()), (StatusCode::OK, Some("published")));
    // As on the page.
    assert!(app.anonymous().get("/courses/rivers").await.has("Rivers"));
    let joined = sam.post(&format!("{path}/join"), &nothing).await;
    assert_eq!((joined.status, joined.json()["your_role"].as_str()), (StatusCode::OK, Some("student")));
    assert_eq!(sam.post(&format!("{path}/join"), &nothing).await.status, StatusCode::OK, "twice is no error");
    assert_eq!(ines.post(&format!("{path}/join"), &nothing).await.status, StatusCode::FORBIDDEN, "staff use no seat");
    assert_eq!(sam.get("/api/v1/me/courses").await.json()[0]["slug"], "rivers");
    assert_eq!(sam.post(&format!("{path}/publish"), &nothing).await.status, StatusCode::FORBIDDEN);
    assert_eq!(sam.patch(&path, &json!({"title": "Mine"})).await.status, StatusCode::FORBIDDEN);
    let left = sam.post(&format!("{path}/leave"), &nothing).await;
    assert_eq!((left.status, left.json()["your_role"].is_null()), (StatusCode::OK, true));
    assert_eq!(sam.post(&format!("{path}/leave"), &nothing).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ines.post(&format!("{path}/leave"), &nothing).await.status, StatusCode::FORBIDDEN, "the last owner");
    assert_eq!(sam.post("/api/v1/courses", &json!({"title": "x", "summary": "y"})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ines.post(&format!("{path}/conclude"), &nothing).await.json()["state"], "concluded");
    assert_eq!(ines.patch(&path, &json!({"title": "Late"})).await.status, StatusCode::FORBIDDEN, "read-only");
    assert_eq!(ines.post(&format!("{path}/archive"), &nothing).await.json()["state"], "archived");
    assert_eq!(app.program().get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lessons_are_for_people_in_the_course() {
    let app = App::start().await;
    let ines = app.instructor("ines").await;
    let course = ines.published_course("Rivers", 2).await;
    app.student("sam").await;
    let sam = app.program_of("sam", &ALL).await;
    let plan = app.program().get("/api/v1/courses/rivers/lessons").await;
    assert_eq!(plan.json().as_array().unwrap().len(), 2, "the plan is for everybody");
    assert_eq!(app.program().get("/api/v1/courses/rivers/lessons/lesson-1").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sam.get("/api/v1/courses/rivers/lessons/lesson-1").await.status, StatusCode::FORBIDDEN);
    sam.post("/api/v1/courses/rivers/join", &json!({})).await;
    let lesson = sam.get("/api/v1/courses/rivers/lessons/lesson-1").await;
    assert_eq!((lesson.status, lesson.json()["body"].as_str()), (StatusCode::OK, Some("Words")));
    assert_eq!(sam.get("/api/v1/courses/rivers/lessons/lesson-9").await.status, StatusCode::NOT_FOUND);
    ines.post("/fn/add_lesson", &[("course", &course.id), ("title", "Secret"), ("body", "x")]).await;
    assert_eq!(sam.get("/api/v1/courses/rivers/lessons/secret").await.status, StatusCode::NOT_FOUND, "a draft");
}

/// ASVS 10.3.2
#[tokio::test]
async fn each_scope_opens_what_it_names_and_nothing_else() {
    let app = App::cheap().await;
    let admin = app.admin("ada").await;
    admin.published_course("Rivers", 1).await;
    app.instructor("otto").await.published_course("Lakes", 0).await;
    app.student("sam").await;
    let id = admin.id_of("sam").await;
    let empty = json!({});
    let routes: [(&str, &str, String, serde_json::Value); 16] = [
        ("account:read", "GET", "/api/v1/me".into(), empty.clone()),
        ("account:read", "GET", "/api/v1/sign-ins".into(), empty.clone()),
        ("account:read", "GET", "/api/v1/tokens".into(), empty.clone()),
        ("account:write", "PATCH", "/api/v1/me".into(), json!({"name": "Ada"})),
        ("account:write", "DELETE", "/api/v1/sign-ins/1".into(), empty.clone()),
        ("courses:read", "GET", "/api/v1/courses/rivers".into(), empty.clone()),
        ("courses:read", "GET", "/api/v1/me/courses".into(), empty.clone()),
        ("courses:read", "GET", "/api/v1/courses/rivers/lessons/lesson-1".into(), empty.clone()),
        ("courses:write", "POST", "/api/v1/courses".into(), json!({"title": "x", "summary": "y"})),
        ("courses:write", "PATCH", "/api/v1/courses/rivers".into(), json!({"title": "x"})),
        ("courses:write", "POST", "/api/v1/courses/rivers/publish".into(), empty.clone()),
        ("enrolments:write", "POST", "/api/v1/courses/lakes/join".into(), empty.clone()),
        ("people:read", "GET", "/api/v1/courses/rivers/people".into(), empty.clone()),
        (
            "people:write",
            "POST",
            "/api/v1/courses/rivers/people".into(),
            json!({"email": "sam@uni.example", "role": "student"}),
        ),
        ("users:read", "GET", "/api/v1/users".into(), empty.clone()),
        ("users:write", "PATCH", format!("/api/v1/users/{id}"), json!({"role": "student"})),
    ];
    for scope in ALL {
        let program = app.program_of("ada", &[scope]).await;
        for (needed, method, path, body) in &routes {
            let method: axum::http::Method = method.parse().unwrap();
            let body = (method != "GET" && method != "DELETE").then_some(body);
            let reply = program.ask(method.clone(), path, body, &[("if-match", "\"x\"")]).await;
            let lacks = reply.status == StatusCode::FORBIDDEN && reply.problem() == "insufficient-scope";
            // What can be changed can be seen, since an answer to a change shows the whole.
            let wider = needed.replace(":read", ":write");
            assert_eq!(
                lacks,
                scope != *needed && scope != wider,
                "{scope}: {method} {path}: {} {}",
                reply.status,
                reply.body
            );
        }
    }
}
