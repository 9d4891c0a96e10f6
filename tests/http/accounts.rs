//! Signing up, signing in and out, one's own profile.

use axum::http::StatusCode;

use crate::app::{App, PASSWORD};

#[tokio::test]
async fn signing_up_signs_in_and_makes_a_student() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let home = sam.get("/").await;
    assert!(home.has("What is next for you") && home.has("sam") && home.has("Sign out"), "{}", home.body);
    assert!(sam.get("/account").await.has("a student"));
    assert_eq!(sam.get("/courses/new").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_taken_address_is_refused_however_it_is_typed() {
    let app = App::start().await;
    app.student("sam").await;
    let page = app.anonymous();
    let answer = page
        .post(
            "/fn/sign_up",
            &[("email", "SAM@Uni.Example"), ("name", "Other"), ("password", PASSWORD), ("_page", "/signup")],
        )
        .await;
    assert_eq!(answer.location(), "/signup");
    let form = page.get("/signup").await;
    assert!(form.has("There is an account with this email already"), "{}", form.body);
    assert!(form.has("value=\"SAM@Uni.Example\"") && !form.has(PASSWORD));
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let app = App::start().await;
    app.student("sam").await;
    let mut answers = Vec::new();
    for (email, password) in [("sam@uni.example", "not the right one at all"), ("nobody@uni.example", PASSWORD)] {
        let visitor = app.anonymous();
        visitor.post("/fn/sign_in", &[("email", email), ("password", password), ("_page", "/login")]).await;
        let page = visitor.get("/login").await;
        assert!(page.has("That email and password do not belong together"), "{}", page.body);
        // Each form has a token of its own.
        let mut parts = page.body.split("name=\"_token\" value=\"");
        let first = parts.next().unwrap().to_owned();
        let rest = parts.map(|part| part.split_once('"').unwrap().1.to_owned());
        answers.push(std::iter::once(first).chain(rest).collect::<String>().replace(email, "EMAIL"));
    }
    let strip = |body: &str| body.split("nonce").next().unwrap().to_owned();
    assert_eq!(strip(&answers[0]), strip(&answers[1]));
}

/// ASVS 3.7.2
#[tokio::test]
async fn signing_in_leads_where_it_was_asked_for_and_never_off_the_site() {
    let app = App::start().await;
    app.student("sam").await;
    for (next, to) in [
        ("/account?x=1", "/account?x=1"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/fn/sign_out", "/"),
    ] {
        let page = app
            .anonymous()
            .post("/fn/sign_in", &[("email", "sam@uni.example"), ("password", PASSWORD), ("next", next)])
            .await;
        assert_eq!(page.location(), to, "{next}");
    }
    assert_eq!(app.anonymous().get("/account?tab=2").await.location(), "/login?next=%2Faccount%3Ftab%3D2");
}

#[tokio::test]
async fn whoever_is_signed_in_is_sent_on_from_the_sign_in_page() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    assert_eq!(sam.get("/login?next=/courses").await.location(), "/courses");
    assert_eq!(sam.get("/signup").await.location(), "/");
}

#[tokio::test]
async fn ones_name_can_be_changed_and_is_shown_as_text() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let name = "</title><script>alert(1)</script>";
    let page = sam.post("/fn/save_profile", &[("name", name)]).await;
    assert_eq!(page.location(), "/account");
    let account = sam.get("/account").await;
    assert!(account.has("Changes saved."));
    assert!(account.has("&lt;script&gt;") && !account.body.contains("<script>alert"), "{}", account.body);
    assert!(!sam.get("/account").await.has("Changes saved."), "said twice");
}

/// ASVS 8.2.2
#[tokio::test]
async fn another_persons_page_is_not_there() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let sam = app.student("sam").await;
    let kim = app.student("kim").await;
    let (of_sam, of_kim) = (admin.id_of("sam").await, admin.id_of("kim").await);
    assert_eq!(sam.get(&format!("/people/{of_kim}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(sam.get("/people/999999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(sam.get("/people/x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(sam.get(&format!("/people/{of_sam}")).await.location(), "/account");
    assert!(admin.get(&format!("/people/{of_kim}")).await.has("kim@uni.example"));
    assert_eq!(
        app.anonymous().get(&format!("/people/{of_kim}")).await.location(),
        format!("/login?next=%2Fpeople%2F{of_kim}")
    );
    drop(kim);
}
