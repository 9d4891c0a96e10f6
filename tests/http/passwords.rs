//! Passwords: what is refused and why, changing, rehashing.

use axum::http::StatusCode;

use crate::app::{App, PASSWORD};

const ANOTHER: &str = "eleven loud geese at dawn";

#[tokio::test]
async fn a_refused_password_is_refused_with_its_reason_and_never_shown() {
    let app = App::start().await;
    for (password, why) in [
        ("", "Enter a password"),
        ("fourteen chars", "Use 15 characters or more; this has 14"),
        ("passwordpassword", "among the passwords that are tried first"),
        ("sam-poe-sam-poe-sam", "mostly your name"),
        (&"x y".repeat(400), "1,024 bytes"),
    ] {
        let visitor = app.anonymous();
        visitor
            .post(
                "/fn/sign_up",
                &[("email", "sam@uni.example"), ("name", "Sam Poe"), ("password", password), ("_page", "/signup")],
            )
            .await;
        let page = visitor.get("/signup").await;
        assert!(page.has(why), "{password}: {}", page.body);
        assert!(page.has("href=\"#password\"") && page.has("aria-invalid=\"true\""));
        assert!(page.has("<title>Error: Create account - Lectern</title>"), "{}", page.body);
        assert!(password.is_empty() || !page.has(password));
    }
}

#[tokio::test]
async fn spaces_around_a_password_are_part_of_it() {
    let app = App::start().await;
    let spaced = "  nine quiet herons at dusk  ";
    app.anonymous().post("/fn/sign_up", &[("email", "sam@uni.example"), ("name", "Sam"), ("password", spaced)]).await;
    let signed_in = app.anonymous().sign_in("sam", spaced).await;
    assert_eq!(signed_in.location(), "/");
    assert!(
        app.anonymous().sign_in("sam", spaced.trim()).await.location() != "/"
            || app.anonymous().get("/account").await.location().starts_with("/login")
    );
    let trimmed = app.anonymous();
    trimmed.sign_in("sam", spaced.trim()).await;
    assert!(trimmed.get("/account").await.location().starts_with("/login"));
}

#[tokio::test]
async fn changing_a_password_asks_for_the_old_one_and_ends_the_other_sign_ins() {
    let app = App::start().await;
    let here = app.student("sam").await;
    let phone = app.sign_in("sam").await;
    let before = here.cookie("lectern").unwrap();

    here.post(
        "/fn/change_password",
        &[("current_password", "not this one, no"), ("new_password", ANOTHER), ("_page", "/account")],
    )
    .await;
    assert!(here.get("/account").await.has("This is not your current password"));

    let page = here.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    assert_eq!(page.location(), "/account");
    assert!(here.get("/account").await.has("your other sign-in ended"));
    assert_ne!(here.cookie("lectern").unwrap(), before, "the session id must change");
    assert!(phone.get("/account").await.location().starts_with("/login"), "the phone must be signed out");
    let stolen = app.anonymous();
    stolen.set_cookie("lectern", &before);
    assert!(stolen.get("/account").await.location().starts_with("/login"), "the old id must be dead");

    assert_eq!(app.anonymous().sign_in("sam", ANOTHER).await.location(), "/");
    let old = app.anonymous();
    old.sign_in("sam", PASSWORD).await;
    assert!(old.get("/account").await.location().starts_with("/login"));
}

#[tokio::test]
async fn a_new_password_has_the_same_rules() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    sam.post(
        "/fn/change_password",
        &[("current_password", PASSWORD), ("new_password", "short"), ("_page", "/account")],
    )
    .await;
    let page = sam.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.has("Use 15 characters or more; this has 5") && page.has("href=\"#new_password\""), "{}", page.body);
}
