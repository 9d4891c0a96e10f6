//! What a person takes along, and what stays when they go.

use std::sync::Arc;

use axum::http::StatusCode;
use lectern::audit::store::public_verify;
use lectern::clock::MINUTE;
use lectern::sessions::caller::Caller;

use crate::app::{App, PASSWORD};

#[tokio::test]
async fn a_person_takes_along_everything_and_nothing_of_others() {
    let app = App::start().await;
    let tess = app.instructor("tess").await;
    let course = tess.published_course("Rivers", 1).await;
    let sam = app.student("sam").await;
    app.student("zoe").await;
    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    let lesson = sam.get(&format!("{}/lessons/lesson-1", course.page())).await.hidden("lesson");
    sam.post("/fn/mark_read", &[("course", &course.id), ("lesson", &lesson)]).await;
    sam.post("/fn/save_profile", &[("name", ""), ("_page", "/account")]).await;
    let page = sam.get("/account/data.json").await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "application/json"));
    assert!(page.header("content-disposition").starts_with("attachment"));
    let data: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(data["account"]["email"], "sam@uni.example");
    assert_eq!(data["sign_ins"][0]["how"], "sign_up");
    assert_eq!((&data["courses"][0]["slug"], &data["courses"][0]["role"]), (&"rivers".into(), &"student".into()));
    assert_eq!(data["reading"][0]["lesson"], "lesson-1");
    assert_eq!(data["forms"][0]["action"], "/fn/save_profile");
    assert!(data["events"].as_array().unwrap().iter().any(|event| event["event"] == "privilege_permissions_changed"));
    for word in ["zoe", "tess@", "form_key", "password_hash", "$argon2", PASSWORD] {
        assert!(!page.has(word), "{word}: {}", page.body);
    }
    app.clock.advance(10 * MINUTE);
    assert_eq!(sam.get("/account/data.json").await.location(), "/prove?next=%2Faccount%2Fdata.json");
}

/// ASVS 7.4.2
#[tokio::test]
async fn a_deleted_account_leaves_no_name_and_what_hangs_on_it_stays() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let tess = app.instructor("tess").await;
    let course = tess.published_course("Rivers", 1).await;
    let sam = app.student("sam").await;
    let phone = app.sign_in("sam").await;
    let id = admin.id_of("sam").await;
    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    sam.post("/fn/save_profile", &[("name", "Samuel Quince")]).await;
    sam.post(
        "/fn/name_sign_in",
        &[("sign_in", &sam.get("/account/sessions").await.hidden("sign_in")), ("device_name", "Quince laptop")],
    )
    .await;

    let slip = sam.post("/fn/delete_account", &[("confirm", "eve@uni.example"), ("_page", "/account")]).await;
    assert_eq!(slip.location(), "/account", "{}", slip.body);
    assert!(sam.get("/account").await.has("Type your own email address"));
    app.clock.advance(10 * MINUTE);
    let asked = sam.post("/fn/delete_account", &[("confirm", "sam@uni.example"), ("_page", "/account")]).await;
    assert!(asked.location().starts_with("/prove"), "it needs a recent proof");
    // Who thinks better of it and signs in again has an account still.
    sam.sign_in("sam", PASSWORD).await;
    let waits = sam.get("/resend").await;
    assert!(waits.has("Delete your account"), "{}", waits.body);
    let which = waits.hidden("which");
    assert_eq!(sam.post("/fn/forget_waiting", &[("which", &which), ("next", "/account")]).await.location(), "/account");
    assert_eq!(sam.get("/resend").await.location(), "/");
    let page = sam.post("/fn/delete_account", &[("confirm", "SAM@uni.example"), ("_page", "/account")]).await;
    assert_eq!((page.location(), page.header("clear-site-data")), ("/", "\"cache\", \"storage\""));
    assert!(sam.get("/").await.has("Your account is deleted."));
    assert!(phone.get("/account").await.location().starts_with("/login"), "everywhere, at the next request");

    let bytes = app.dump().await;
    for left in ["Samuel Quince", "Quince laptop"] {
        assert!(!bytes.windows(left.len()).any(|window| window == left.as_bytes()), "{left} is still there");
    }
    let again = app.anonymous();
    again.sign_in("sam", PASSWORD).await;
    assert!(again.get("/account").await.location().starts_with("/login"));
    admin.sign_in("ada", PASSWORD).await;
    assert!(!admin.get("/admin/users").await.has("sam@uni.example"));
    assert!(!admin.get("/admin/users").await.has("Deleted person"));
    assert!(admin.get("/admin/audit").await.has(&format!("<bdi>Deleted person {id}</bdi>")));
    for action in ["/fn/enable_account", "/fn/save_role"] {
        let page = admin.post(action, &[("person", &id), ("role", "admin")]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "nobody brings it back: {action}");
    }
    assert!(!tess.get(&format!("{}/people", course.page())).await.has("sam"));
    let mut read = app.site.db.read(Arc::new(Caller::of_the_system())).await.unwrap();
    let found = public_verify(&mut read, None).await.unwrap();
    assert!(found.broken.is_empty() && found.forgotten > 0, "{found:?}");
    drop(read);
    // The address is free again, for a new account that has nothing of the old.
    let new = app.student("sam").await;
    assert!(!new.get("/").await.has("Rivers"));
}

#[tokio::test]
async fn who_is_needed_can_not_go() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let page = admin.post("/fn/delete_account", &[("confirm", "ada@uni.example")]).await;
    assert!(page.status == StatusCode::FORBIDDEN && page.has("Lectern needs an admin"), "{}", page.body);
    let tess = app.instructor("tess").await;
    let course = tess.published_course("Rivers", 1).await;
    let page = tess.post("/fn/delete_account", &[("confirm", "tess@uni.example")]).await;
    assert!(page.status == StatusCode::CONFLICT && page.has("last owner of “Rivers”"), "{}", page.body);
    tess.post("/fn/archive_course", &[("course", &course.id)]).await;
    assert_eq!(tess.post("/fn/delete_account", &[("confirm", "tess@uni.example")]).await.location(), "/");
}

/// An address that a deleted account gets must not be one that somebody else can have before.
#[tokio::test]
async fn nobody_can_stand_in_the_way_of_a_deletion() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let sam = app.student("sam").await;
    let id = admin.id_of("sam").await;
    for (name, email) in [("a", format!("deleted-{id}@lectern.invalid")), ("b", format!("deleted{id}@x.example"))] {
        app.anonymous().post("/fn/sign_up", &[("email", email.as_str()), ("name", name), ("password", PASSWORD)]).await;
    }
    assert_eq!(sam.post("/fn/delete_account", &[("confirm", "sam@uni.example")]).await.location(), "/");
    let page = app
        .anonymous()
        .call("/fn/sign_up", &[("email", &format!("deleted {id}")), ("name", "c"), ("password", PASSWORD)])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "it is no address");
}

/// Another device's request after the deletion must not write the person's address down again.
#[tokio::test]
async fn a_device_that_comes_back_after_a_deletion_leaves_no_trace() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let phone = app.sign_in("sam").await;
    sam.post("/fn/delete_account", &[("confirm", "sam@uni.example")]).await;
    let before = (app.count("audit_events").await, app.count("audit_details").await);
    assert!(phone.get("/account").await.location().starts_with("/login"));
    assert_eq!((app.count("audit_events").await, app.count("audit_details").await), before);
}

#[tokio::test]
async fn the_file_is_made_a_few_times_a_minute_and_a_name_saved_as_it_is_is_no_event() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let before = app.count("audit_events").await;
    for _ in 0..5 {
        sam.post("/fn/save_profile", &[("name", "sam")]).await;
    }
    assert_eq!(app.count("audit_events").await, before);
    for _ in 0..5 {
        assert_eq!(sam.get("/account/data.json").await.status, StatusCode::OK);
    }
    assert_eq!(sam.get("/account/data.json").await.status, StatusCode::TOO_MANY_REQUESTS);
}
