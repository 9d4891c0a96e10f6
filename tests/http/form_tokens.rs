//! Forms say that they come from a page of ours that was made for whoever sends them.

use axum::http::StatusCode;
use lectern::clock::HOUR;

use crate::app::{App, PASSWORD};

#[tokio::test]
async fn every_form_on_every_page_of_somebody_signed_in_carries_a_token() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let course = admin.published_course("Rivers", 1).await;
    let sam = admin.id_of("ada").await;
    app.student("sam").await;
    app.sign_in("ada").await;
    for page in [
        "/".to_owned(),
        "/account".to_owned(),
        "/account/sessions".to_owned(),
        "/prove".to_owned(),
        format!("/people/{sam}"),
        course.page(),
        format!("{}/edit", course.page()),
        format!("{}/people", course.page()),
        format!("{}/lessons", course.page()),
        format!("{}/lessons/lesson-1", course.page()),
        format!("{}/lessons/lesson-1/edit", course.page()),
        "/courses/new".to_owned(),
    ] {
        let body = admin.get(&page).await.body;
        let forms: Vec<&str> =
            body.split("<form").skip(1).filter(|form| form.split('>').next().unwrap().contains("post")).collect();
        for form in &forms {
            let form = form.split("</form>").next().unwrap();
            assert!(form.contains("name=\"_token\" value=\""), "{page}: {form}");
        }
    }
}

/// ASVS 3.5.1
#[tokio::test]
async fn without_a_token_nothing_is_done_and_nothing_is_lost() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    for token in [None, Some(""), Some("x.y"), app.student("eve").await.form_token().await.as_deref()] {
        let mut fields = vec![("name", "Changed"), ("_page", "/account")];
        fields.extend(token.map(|token| ("_token", token)));
        let page = sam.post_bare("/fn/save_profile", &fields).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/resend"), "{token:?}");
        assert!(!sam.get("/account").await.has("value=\"Changed\""));
    }
    // It waits, and is sent from the page that shows it.
    let shown = sam.get("/resend").await;
    let fields = [
        ("name", "Changed"),
        ("_page", "/account"),
        ("_resend", &shown.hidden("_resend")),
        ("_token", &shown.hidden("_token")),
    ];
    assert_eq!(sam.post_bare("/fn/save_profile", &fields).await.location(), "/account");
    assert!(sam.get("/account").await.has("value=\"Changed\""));
}

/// ASVS 3.5.1
#[tokio::test]
async fn a_script_without_a_token_is_refused() {
    use axum::body::Body;
    use axum::http::header;
    let app = App::start().await;
    let sam = app.student("sam").await;
    let send = async |token: Option<&str>| {
        let mut request = sam.form("/fn/save_profile", &[]).body(Body::from("name=Changed")).unwrap();
        request.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
        if let Some(token) = token {
            request.headers_mut().insert("x-lectern-token", token.parse().unwrap());
        }
        sam.send(request).await.status
    };
    assert_eq!(send(None).await, StatusCode::FORBIDDEN);
    assert_eq!(send(Some("no.token")).await, StatusCode::FORBIDDEN);
    assert_eq!(send(Some(&sam.form_token().await.unwrap())).await, StatusCode::OK);
}

#[tokio::test]
async fn what_holds_a_secret_is_refused_and_not_kept() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let fields = [("current_password", PASSWORD), ("new_password", "eleven loud geese at dawn")];
    let page = sam.post_bare("/fn/change_password", &fields).await;
    assert!(page.status == StatusCode::FORBIDDEN && !page.has("geese"), "{}", page.body);
    assert_eq!(sam.post_bare("/fn/sign_out", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.sign_in("sam").await.get("/account").await.status, StatusCode::OK);
}

/// Bug 17 of security.md: a token that survives signing in.
#[tokio::test]
async fn a_token_ends_with_its_sign_in_and_outlives_a_new_session_id() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let before = sam.form_token().await.unwrap();
    sam.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    let renamed = async |name: &str| {
        sam.post_bare("/fn/save_profile", &[("name", name), ("_token", &before)]).await;
        sam.get("/account").await.has(&format!("value=\"{name}\""))
    };
    assert!(renamed("In the other window").await, "a page that was open goes on working");
    app.clock.advance(2 * HOUR);
    sam.sign_in("sam", PASSWORD).await;
    assert!(!renamed("From before").await);
}

/// ASVS 7.6.2, 3.5.1
#[tokio::test]
async fn nobody_can_be_signed_in_with_a_form_they_were_not_shown() {
    let app = App::start().await;
    app.student("eve").await;
    let victim = app.anonymous();
    let form = victim.get("/login").await;
    let other = app.anonymous().get("/login").await.hidden("_token");
    let with = async |token: &str| {
        let fields = [("email", "eve@uni.example"), ("password", PASSWORD), ("_page", "/login"), ("_token", token)];
        victim.post_bare("/fn/sign_in", &fields).await
    };
    for token in ["", "x.y", &other] {
        let page = with(token).await;
        assert_eq!(page.location(), "/login");
        let page = victim.get("/login").await;
        assert!(page.has("Send it once more") && page.has("value=\"eve@uni.example\""), "{}", page.body);
        assert!(victim.cookie("lectern").is_none());
    }
    assert_eq!(with(&form.hidden("_token")).await.location(), "/", "the page that was opened first still works");
    // A browser that was cleared while the page lay open.
    let cleared = app.anonymous();
    let fields = [("email", "eve@uni.example"), ("password", PASSWORD), ("_token", &other), ("_page", "/login")];
    assert_eq!(cleared.post_bare("/fn/sign_in", &fields).await.location(), "/login");
    // A program that says where it comes from was never shown a page, and one that says nothing is not let in.
    assert_eq!(app.anonymous().post_bare("/fn/sign_in", &fields[..2]).await.location(), "/");
    let silent = axum::http::Request::builder()
        .method("POST")
        .uri("/fn/sign_in")
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(crate::app::encode(&fields[..2]).into())
        .unwrap();
    assert_eq!(app.send(silent).await.status, StatusCode::FORBIDDEN);
}
