//! What an admin does about other people's ways in: inviting, sending links, resetting a second step.

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::{DAY, MINUTE, SECOND};
use totp_rs::{Builder, Secret};

use crate::app::{App, PASSWORD, Visitor};

const MAIL: [(&str, &str); 1] = [("LECTERN_SMTP_URL", "smtp://127.0.0.1:1")];

/// Sets up a code app for somebody who has just signed in.
async fn set_up_app(visitor: &Visitor<'_>) {
    visitor.post("/fn/begin_code_app", &[]).await;
    let page = visitor.get("/account/security/code-app").await;
    let key = page.body.split_once("<code class=\"key\">").unwrap().1.split('<').next().unwrap().replace(' ', "");
    let totp =
        Builder::new().with_secret(Secret::try_from_base32(&key).unwrap()).with_account_name("x").build().unwrap();
    let code = totp.generate(u64::try_from(visitor.app.clock.now() / SECOND).unwrap()).to_string();
    assert_eq!(
        visitor.post("/fn/confirm_code_app", &[("code", &code)]).await.location(),
        "/account/security/recovery-codes"
    );
}

async fn invite(admin: &Visitor<'_>, email: &str, role: &str) -> String {
    let fields = [("email", email), ("name", "Ines Braun"), ("role", role), ("_page", "/admin/users/invite")];
    admin.post("/fn/invite", &fields).await.location().to_owned()
}

/// ASVS 6.4.1, 6.4.6
#[tokio::test]
async fn somebody_is_invited_with_a_link_that_works_once_within_a_day() {
    let app = App::with(&MAIL).await;
    let admin = app.admin("ada").await;
    assert!(admin.get("/admin/users").await.has("Invite somebody"));
    assert!(admin.get("/admin/users/invite").await.has("We write to them"));
    assert_eq!(invite(&admin, "not an address", "student").await, "/admin/users/invite");
    assert!(admin.get("/admin/users/invite").await.has("Enter an email address in full"));
    assert_eq!(invite(&admin, "ada@uni.example", "student").await, "/admin/users/invite");
    assert!(admin.get("/admin/users/invite").await.has("Somebody has an account with this email already"));
    assert_eq!(invite(&admin, "ines@uni.example", "dean").await, "/admin/users/invite");
    let page = invite(&admin, "ines@uni.example", "instructor").await;
    assert!(page.starts_with("/people/"), "{page}");
    assert!(admin.get("/admin/users?q=ines").await.has("Invited"));
    let theirs = admin.get(&page).await;
    assert!(theirs.has("Nothing signs them in yet") && !theirs.has("Reset their second step"), "{}", theirs.body);
    let letter = app.letter_to("ines@uni.example").await;
    assert!(letter.kind == "invitation" && letter.link().starts_with("/set-up/"), "{letter:?}");
    assert!(!letter.text.contains("Ines Braun"), "no name somebody typed stands in a mail: {letter:?}");
    let ines = app.anonymous();
    assert!(ines.get(&letter.link()).await.has("Set your password"));
    let token = letter.token();
    let set = [("token", token.as_str()), ("password", PASSWORD)];
    assert_eq!(ines.post("/fn/set_first_password", &set).await.location(), "/");
    assert_eq!(ines.get("/courses/new").await.status, StatusCode::OK, "with the role they were invited to");
    assert_eq!(app.anonymous().post("/fn/set_first_password", &set).await.status, StatusCode::NOT_FOUND);
    assert!(admin.get(&page).await.has("Can sign in"));

    // Another role is no reason for another link.
    let page = invite(&admin, "rosa@uni.example", "student").await;
    admin.post("/fn/save_role", &[("person", page.rsplit('/').next().unwrap()), ("role", "instructor")]).await;
    let link = app.letter_to("rosa@uni.example").await.link();
    assert_eq!(app.anonymous().get(&link).await.status, StatusCode::OK);

    // Too late: another link, which ends the first.
    let page = invite(&admin, "late@uni.example", "student").await;
    let first = app.letter_to("late@uni.example").await;
    let id = page.rsplit('/').next().unwrap().to_owned();
    admin.post("/fn/send_link", &[("person", &id)]).await;
    let second = app.letter_to("late@uni.example").await;
    assert_eq!(app.anonymous().get(&first.link()).await.status, StatusCode::NOT_FOUND);
    app.clock.advance(DAY);
    assert_eq!(app.anonymous().get(&second.link()).await.status, StatusCode::NOT_FOUND);
}

/// ASVS 6.4.6
#[tokio::test]
async fn an_admin_starts_a_reset_and_never_sees_or_sets_a_password() {
    let app = App::with(&MAIL).await;
    let admin = app.admin("ada").await;
    app.person("sam", SiteRole::Student).await;
    let sam = admin.id_of("sam").await;
    admin.post("/fn/send_link", &[("person", &sam)]).await;
    let letter = app.letter_to("sam@uni.example").await;
    assert_eq!(letter.kind, "reset");
    app.sign_in("sam").await;
    app.clock.advance(11 * MINUTE);
    assert!(admin.post("/fn/send_link", &[("person", &sam)]).await.location().starts_with("/prove"));
    let fields = [("email", "x@uni.example"), ("name", "X"), ("role", "student")];
    assert!(admin.post("/fn/invite", &fields).await.location().starts_with("/prove"));
    assert_eq!(app.count("users").await, 2);
}

#[tokio::test]
async fn without_mail_an_invitation_is_handed_over_to_a_new_admin_as_well() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let page = invite(&admin, "ines@uni.example", "admin").await;
    assert!(admin.get(&page).await.has("Hand them the link"));
    let waits = async || {
        let list = admin.get("/admin/outbox").await;
        let at = list.body.find("/admin/outbox/")?;
        list.body[at..].split('"').next().map(str::to_owned)
    };
    let address = waits().await.unwrap();
    let letter = admin.get(&address).await;
    assert!(letter.status == StatusCode::OK && letter.has("/set-up/"), "{}", letter.body);
    // Once there is something to open, it is another admin's.
    let token = app.letter_to("ines@uni.example").await.token();
    let set = [("token", token.as_str()), ("password", PASSWORD)];
    assert_eq!(app.anonymous().post("/fn/set_first_password", &set).await.location(), "/");
    assert_eq!(waits().await, None, "its link leads nowhere now");
    assert_eq!(admin.get(&address).await.status, StatusCode::NOT_FOUND);
    admin.post("/fn/send_link", &[("person", page.rsplit('/').next().unwrap())]).await;
    assert!(admin.get("/admin/outbox").await.has("It is about another admin’s account"));
    let next = address.rsplit('/').next().unwrap().parse::<i64>().unwrap() + 1;
    assert_eq!(admin.get(&format!("/admin/outbox/{next}")).await.status, StatusCode::FORBIDDEN);
}

/// ASVS 6.4.4, 6.5.6
#[tokio::test]
async fn a_second_step_is_reset_with_a_reason_that_is_written_down_and_mailed() {
    let app = App::with(&MAIL).await;
    let admin = app.admin("ada").await;
    let sam = app.person("sam", SiteRole::Student).await;
    set_up_app(&sam).await;
    let id = admin.id_of("sam").await;
    let page = admin.get(&format!("/people/{id}")).await;
    assert!(page.has("Ways in") && page.has("Recovery codes left</dt><dd>10"), "{}", page.body);
    assert!(admin.get("/admin/users?q=sam").await.has("Code app"));
    let address = format!("/people/{id}");
    let reset = |reason| [("person", id.as_str()), ("reason", reason), ("_page", address.as_str())];
    let long = "x".repeat(301);
    for short in ["", "lost it", long.as_str()] {
        admin.post("/fn/reset_second_step", &reset(short)).await;
        assert!(admin.get(&address).await.has("aria-invalid=\"true\""), "{short}");
    }
    assert_eq!(app.count("code_apps").await, 1);
    let why = "Showed me a passport in my office";
    assert_eq!(admin.post("/fn/reset_second_step", &reset(why)).await.location(), address);
    assert!(sam.get("/account").await.location().starts_with("/login"), "signed out everywhere");
    let again = app.sign_in("sam").await;
    assert!(again.get("/account/sessions").await.has("An admin reset the second step"));
    assert!(again.get("/account/history").await.has(why) && admin.get("/admin/audit").await.has(why));
    let letter = app.letter_to("sam@uni.example").await;
    assert!(letter.text.contains(why) && letter.text.contains("/not-me/"), "{letter:?}");
    assert_eq!((app.count("code_apps").await, app.count("recovery_codes").await), (0, 0));
}

/// ASVS 6.4.4
#[tokio::test]
async fn nobody_resets_their_own_or_another_admins_this_way() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let bo = app.admin("bo").await;
    set_up_app(&bo).await;
    let (ada, other) = (admin.id_of("ada").await, admin.id_of("bo").await);
    let reset = |id: &str| [("person", id.to_owned()), ("reason", "I am quite sure who it is".to_owned())];
    for (id, status) in
        [(ada, StatusCode::CONFLICT), (other, StatusCode::FORBIDDEN), ("999".to_owned(), StatusCode::NOT_FOUND)]
    {
        let fields = reset(&id);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(admin.post("/fn/reset_second_step", &fields).await.status, status);
    }
    assert_eq!(app.count("code_apps").await, 1);
}
