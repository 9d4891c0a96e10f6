//! The people of a course through the API.

use axum::http::{Method, StatusCode};
use lectern::accounts::model::SiteRole;
use lectern::clock::MINUTE;
use serde_json::json;

use super::program::ALL;
use crate::app::App;

/// ASVS 10.3.4
#[tokio::test]
async fn staff_manage_the_people_of_their_course() {
    let app = App::start().await;
    let owner = app.instructor("ines").await;
    owner.published_course("Rivers", 1).await;
    app.student("sam").await;
    app.person("kim", SiteRole::Student).await;
    let (ines, sam) = (app.program_of("ines", &ALL).await, app.program_of("sam", &ALL).await);
    let path = "/api/v1/courses/rivers/people";
    let added = ines.post(path, &json!({"email": "KIM@uni.example", "role": "assistant"})).await;
    assert_eq!(
        (added.status, added.json()["role"].as_str()),
        (StatusCode::CREATED, Some("assistant")),
        "{}",
        added.body
    );
    let kim = added.header("location").to_owned();
    assert_eq!(ines.get(&kim).await.json()["email"], "kim@uni.example");
    assert_eq!(
        ines.post(path, &json!({"email": "kim@uni.example", "role": "student"})).await.status,
        StatusCode::CONFLICT
    );
    let nobody = ines.post(path, &json!({"email": "nobody@uni.example", "role": "student"})).await;
    assert_eq!(nobody.json()["errors"][0]["field"], "email");
    for who in [&app.program(), &sam] {
        let reply = who.get(path).await;
        assert!([401, 403].contains(&reply.status.as_u16()), "{}", reply.body);
    }
    let page = ines.get(&format!("{path}?limit=1")).await.json();
    assert_eq!(page["items"][0]["name"], "ines");
    let next = ines.get(&format!("{path}?limit=1&cursor={}", page["next"].as_str().unwrap())).await.json();
    assert_eq!((next["items"][0]["name"].as_str(), next["next"].is_null()), (Some("kim"), true));
    assert_eq!(ines.get(&format!("{path}?role=assistant&q=KIM")).await.json()["items"].as_array().unwrap().len(), 1);
    let changed = ines.patch(&kim, &json!({"role": "student"})).await;
    assert_eq!(
        (changed.status, changed.json()["role"].as_str()),
        (StatusCode::OK, Some("student")),
        "{}",
        changed.body
    );
    // What changes by itself is seen by who reads, and stands in nobody's way.
    let before = ines.get(&kim).await;
    let kims = app.program_of("kim", &ALL).await;
    assert_eq!(kims.patch("/api/v1/me", &json!({"name": "Kim Poe"})).await.status, StatusCode::OK);
    let tag = before.header("etag");
    let read = ines.ask(Method::GET, &kim, None, &[("if-none-match", tag)]).await;
    assert_eq!((read.status, read.json()["name"].as_str()), (StatusCode::OK, Some("Kim Poe")));
    let same = ines.ask(Method::GET, &kim, None, &[("if-none-match", read.header("etag"))]).await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    let again = ines.ask(Method::PATCH, &kim, Some(&json!({"role": "student"})), &[("if-match", tag)]).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    let stale = ines.ask(Method::DELETE, &kim, None, &[("if-match", added.header("etag"))]).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(ines.delete(&kim).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ines.delete(&kim).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ines.get(&format!("{path}/0")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ines.get(&format!("{path}/x")).await.status, StatusCode::NOT_FOUND);
    // The last owner stays one, and changing a role asks for a proof of the last ten minutes.
    let own = format!("{path}/{}", ines.get("/api/v1/me").await.json()["id"]);
    assert_eq!(ines.patch(&own, &json!({"role": "student"})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ines.delete(&own).await.status, StatusCode::FORBIDDEN);
    ines.post(path, &json!({"email": "kim@uni.example", "role": "student"})).await;
    app.clock.advance(10 * MINUTE - 1);
    let mut ines = ines;
    ines.take(&ines.renew(&ines.refresh.clone().unwrap()).await);
    app.clock.advance(MINUTE);
    let late = ines.patch(&kim, &json!({"role": "assistant"})).await;
    assert_eq!((late.status, late.problem()), (StatusCode::FORBIDDEN, "prove-again".to_owned()));
    assert!(late.header("www-authenticate").contains("insufficient_user_authentication"));
}
