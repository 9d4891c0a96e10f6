//! All accounts through the API, for admins.

use axum::http::StatusCode;
use lectern::clock::MINUTE;
use serde_json::json;

use super::program::ALL;
use crate::app::App;

#[tokio::test]
async fn admins_look_after_accounts_and_nobody_else_knows_of_them() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let sam_here = app.student("sam").await;
    let id = admin.id_of("sam").await;
    let (ada, sam) = (app.program_of("ada", &ALL).await, app.program_of("sam", &ALL).await);
    let path = format!("/api/v1/users/{id}");
    for address in ["/api/v1/users", path.as_str(), "/api/v1/users/999999"] {
        assert_eq!(sam.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        assert_eq!(app.program().get(address).await.status, StatusCode::UNAUTHORIZED, "{address}");
    }
    let users = ada.get("/api/v1/users?q=sam").await.json();
    assert_eq!(
        (users["items"][0]["email"].as_str(), users["items"][0]["disabled"].as_bool()),
        (Some("sam@uni.example"), Some(false))
    );
    let changed = ada.patch(&path, &json!({"role": "instructor"})).await;
    assert_eq!(
        (changed.status, changed.json()["role"].as_str()),
        (StatusCode::OK, Some("instructor")),
        "{}",
        changed.body
    );
    assert_eq!(sam.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "what it was let do was a student’s");
    let closed = ada.patch(&path, &json!({"disabled": true})).await;
    assert_eq!(closed.json()["disabled"], true);
    assert_eq!(sam_here.get("/account").await.location(), "/login?next=%2Faccount&ended=1");
    assert_eq!(ada.get(&path).await.header("etag"), closed.header("etag"));
    assert_eq!(ada.patch(&path, &json!({"disabled": false})).await.json()["disabled"], false);
    for (body, status) in [
        (json!({"role": "owner"}), 422),
        (json!({"email": "x@uni.example"}), 422),
        (json!({"id": 1}), 422),
        (json!({"role": "admin", "epoch": 7}), 422),
    ] {
        assert_eq!(ada.patch(&path, &body).await.status.as_u16(), status, "{body}");
    }
    let own = format!("/api/v1/users/{}", ada.get("/api/v1/me").await.json()["id"]);
    assert_eq!(ada.patch(&own, &json!({"disabled": true})).await.status, StatusCode::FORBIDDEN, "the last admin");
    // Ten minutes after it was proven, a change asks again; reading goes on.
    app.clock.advance(9 * MINUTE);
    let mut ada = ada;
    ada.take(&ada.renew(&ada.refresh.clone().unwrap()).await);
    app.clock.advance(2 * MINUTE);
    assert_eq!(ada.get("/api/v1/users").await.status, StatusCode::OK);
    let late = ada.patch(&path, &json!({"role": "admin"})).await;
    assert_eq!((late.status, late.problem()), (StatusCode::FORBIDDEN, "prove-again".to_owned()));
}

/// ASVS 8.4.2
#[tokio::test]
async fn an_admin_is_one_from_the_networks_that_the_setting_names_alone() {
    let app = App::with(&[("LECTERN_ADMIN_NETWORKS", "10.0.0.0/8")]).await;
    app.admin("ada").await;
    let ada = app.program_of("ada", &ALL).await;
    assert_eq!(ada.get("/api/v1/users").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.get("/api/v1/me").await.status, StatusCode::OK);
}

/// ASVS 8.4.2
#[tokio::test]
async fn a_role_that_needs_two_proofs_gets_nowhere_with_one() {
    let app = App::with(&[("LECTERN_SECOND_STEP", "instructor,admin")]).await;
    app.admin("ada").await;
    let ada = app.program_of("ada", &ALL).await;
    let users = ada.get("/api/v1/users").await;
    assert_eq!((users.status, users.problem()), (StatusCode::FORBIDDEN, "second-step-required".to_owned()));
    assert_eq!(ada.get("/api/v1/me").await.status, StatusCode::OK);
}
