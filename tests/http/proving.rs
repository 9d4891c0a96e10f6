//! What needs a proof that is not older than ten minutes, and what happens with what was being done.

use axum::http::StatusCode;
use lectern::clock::{MINUTE, SECOND};

use crate::app::{App, PASSWORD, Page, Visitor};

/// Fills the form at `/prove` that `asked` leads to.
async fn prove(visitor: &Visitor<'_>, asked: &Page, password: &str) -> Page {
    let form = visitor.get(asked.location()).await;
    assert!(form.has("Show that it is you"), "{}", form.body);
    let (next, send) = (form.hidden("next"), form.hidden("_send"));
    let fields = [("password", password), ("next", &next), ("_send", &send), ("_page", asked.location())];
    visitor.post("/fn/prove_again", &fields).await
}

/// ASVS 7.2.4, 7.5.3
#[tokio::test]
async fn what_is_sensitive_asks_again_and_then_goes_on() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    app.student("sam").await;
    let sam = admin.id_of("sam").await;
    let page = format!("/people/{sam}");
    let role = |role| [("person", sam.as_str()), ("role", role), ("_page", page.as_str())];
    app.clock.advance(9 * MINUTE);
    assert!(admin.get(&page).await.has("For <span class=\"left\">1 minute</span> more, nothing here"));
    assert_eq!(
        admin.post("/fn/save_role", &role("instructor")).await.location(),
        page,
        "a proof is good for ten minutes"
    );

    app.clock.advance(MINUTE);
    let asked = admin.post("/fn/save_role", &role("student")).await;
    assert!(asked.location().starts_with(&format!("/prove?next=%2Fpeople%2F{sam}&send=")), "{}", asked.location());
    let before = admin.get(&page).await;
    assert!(before.has("selected>Instructor") && before.has("needs your password once more"), "{}", before.body);

    let cookie = admin.cookie("lectern").unwrap();
    assert_eq!(prove(&admin, &asked, "not the right one at all").await.location(), asked.location());
    assert!(admin.get(asked.location()).await.has("This is not your current password"));
    assert_eq!(admin.cookie("lectern").unwrap(), cookie);
    assert_eq!(prove(&admin, &asked, PASSWORD).await.location(), page);
    assert_ne!(admin.cookie("lectern").unwrap(), cookie, "proving gives a new session id");
    let after = admin.get(&page).await;
    assert!(after.has("sam is now a student.") && after.has("selected>Student"), "{}", after.body);
    // Once: proving again sends nothing more.
    admin.post("/fn/save_role", &role("instructor")).await;
    prove(&admin, &asked, PASSWORD).await;
    assert!(admin.get(&page).await.has("selected>Instructor"));
}

#[tokio::test]
async fn a_script_is_told_so() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    app.clock.advance(11 * MINUTE);
    let page = sam.call("/fn/end_other_sign_ins", &[]).await;
    assert_eq!((page.status, page.body.as_str()), (StatusCode::FORBIDDEN, "\"ProveAgain\""));
}

/// ASVS 7.5.2, 7.5.3
#[tokio::test]
async fn each_of_these_needs_a_recent_proof() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    app.student("sam").await;
    let sam = admin.id_of("sam").await;
    let theirs = admin.get(&format!("/people/{sam}")).await.hidden("sign_in");
    let course = admin.published_course("Rivers", 1).await;
    admin.post("/fn/add_person", &[("course", &course.id), ("email", "sam@uni.example"), ("role", "student")]).await;
    app.clock.advance(10 * MINUTE);
    let person = ("person", sam.as_str());
    let sign_in = ("sign_in", theirs.as_str());
    for (action, fields) in [
        ("/fn/save_role", vec![person, ("role", "admin")]),
        ("/fn/disable_account", vec![person]),
        ("/fn/enable_account", vec![person]),
        ("/fn/end_their_sign_in", vec![person, sign_in]),
        ("/fn/end_everybodys_sign_ins", vec![]),
        ("/fn/save_course_role", vec![("course", course.id.as_str()), person, ("role", "assistant")]),
        ("/fn/end_their_sign_ins", vec![person]),
        ("/fn/end_sign_in", vec![sign_in]),
        ("/fn/end_other_sign_ins", vec![]),
        ("/fn/end_all_sign_ins", vec![]),
    ] {
        let page = admin.call(action, &fields).await;
        assert_eq!((page.status, page.body.as_str()), (StatusCode::FORBIDDEN, "\"ProveAgain\""), "{action}");
    }
}

/// ASVS 6.3.4, 6.3.1
#[tokio::test]
async fn guessing_at_prove_is_counted_together_with_signing_in() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    for _ in 0..6 {
        sam.post("/fn/prove_again", &[("password", "wrong wrong wrong")]).await;
    }
    assert_eq!(sam.call("/fn/prove_again", &[("password", PASSWORD)]).await.status, StatusCode::TOO_MANY_REQUESTS);
    let page = app.anonymous().call("/fn/sign_in", &[("email", "sam@uni.example"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    app.clock.advance(2 * SECOND);
    assert_eq!(sam.call("/fn/prove_again", &[("password", PASSWORD)]).await.status, StatusCode::OK);
}

/// ASVS 8.2.4
#[tokio::test]
async fn a_proof_counts_where_it_was_given_alone() {
    let app = App::with(&[("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let sam = app.student("sam").await;
    let mut elsewhere = app.visitor(&sam.jar());
    elsewhere.user_agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0".to_owned();
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::OK, "it reads");
    assert_eq!(elsewhere.call("/fn/end_other_sign_ins", &[]).await.body, "\"ProveAgain\"", "another browser");
    let body = sam.with_token(&[]).await;
    let mut request = sam.form("/fn/end_other_sign_ins", &[]).body(body.into()).unwrap();
    request.headers_mut().insert("accept", "application/json".parse().unwrap());
    request.headers_mut().insert("x-forwarded-for", "198.51.100.7".parse().unwrap());
    assert_eq!(sam.send(request).await.body, "\"ProveAgain\"", "another address");
    assert_eq!(sam.call("/fn/end_other_sign_ins", &[]).await.status, StatusCode::OK);
}

/// ASVS 8.4.2
#[tokio::test]
async fn an_admin_is_one_from_the_networks_that_are_named_alone() {
    let settings = [("LECTERN_ADMIN_NETWORKS", "10.0.0.0/8"), ("LECTERN_TRUSTED_PROXIES", "127.0.0.1")];
    let app = App::with(&settings).await;
    let admin = app.admin("ada").await;
    app.student("sam").await;
    let from = async |address: &str, page: &str| {
        let request = admin.request(axum::http::Method::GET, page).header("x-forwarded-for", address);
        admin.send(request.body(axum::body::Body::empty()).unwrap()).await
    };
    assert!(!admin.get("/").await.has("/admin/users"));
    let list = from("10.1.2.3", "/admin/users?q=sam").await;
    let sam = list.body.split("href=\"/people/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let person = format!("/people/{sam}");
    for page in ["/admin/users", "/admin/audit", "/admin/audit.csv", "/admin/server", &person] {
        assert_eq!(from("198.51.100.7", page).await.status, StatusCode::NOT_FOUND, "{page}");
        assert_ne!(from("10.1.2.3", page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert_eq!(admin.post("/fn/disable_account", &[("person", &sam)]).await.status, StatusCode::NOT_FOUND);
}

/// A clock that was set back must not make an old proof new.
#[tokio::test]
async fn a_clock_that_jumps_makes_no_proof_last_longer() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    app.clock.advance(-MINUTE);
    let page = sam.call("/fn/end_other_sign_ins", &[]).await;
    assert_eq!(page.body, "\"ProveAgain\"");
}

#[tokio::test]
async fn of_two_that_wait_for_a_proof_each_is_sent_by_its_own_page() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    for name in ["sam", "kim"] {
        app.student(name).await;
    }
    let (sam, kim) = (admin.id_of("sam").await, admin.id_of("kim").await);
    app.clock.advance(10 * MINUTE);
    let first =
        admin.post("/fn/save_role", &[("person", &sam), ("role", "instructor"), ("_page", "/admin/users")]).await;
    let second =
        admin.post("/fn/save_role", &[("person", &kim), ("role", "instructor"), ("_page", "/admin/users")]).await;
    prove(&admin, &first, PASSWORD).await;
    let is_instructor = async |id: &str| admin.get(&format!("/people/{id}")).await.has("selected>Instructor");
    assert!(is_instructor(&sam).await && !is_instructor(&kim).await);
    // The other goes on waiting, and is sent from its page or from the strip that leads to it.
    prove(&admin, &second, PASSWORD).await;
    assert!(is_instructor(&kim).await);
}
