//! How somebody could keep, or take, an account that is not theirs: each was done to a running server once.

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::{DAY, MINUTE, SECOND};

use crate::app::{App, PASSWORD, Visitor};
use crate::one_time_codes::{code, from};
use crate::second_step::{half_way, set_up, show};

const MAIL: [(&str, &str); 2] =
    [("LECTERN_SMTP_URL", "smtp://127.0.0.1:1"), ("LECTERN_SMS_URL", "http://127.0.0.1:1/send")];
const ANOTHER: &str = "eleven loud geese at dawn";
const THIRD: &str = "twelve calm otters at noon";

/// Sets a new password with the last link that went to an address.
async fn reset(app: &App, address: &str, password: &str) -> String {
    let token = app.letter_to(address).await.token();
    let fields = [("token", token.as_str()), ("new_password", password)];
    app.anonymous().post("/fn/reset_password", &fields).await.location().to_owned()
}

async fn confirm(visitor: &Visitor<'_>, address: &str) {
    visitor.post("/fn/ask_confirmation", &[]).await;
    let token = visitor.app.letter_to(address).await.token();
    visitor.post("/fn/confirm_address", &[("token", &token)]).await;
}

/// A browser that has asked for a code by mail, and the code.
async fn asked_code<'a>(app: &'a App, email: &str) -> (Visitor<'a>, String) {
    let visitor = app.anonymous();
    visitor.get("/login/code").await;
    visitor.post("/fn/ask_code", &[("email", email), ("by", "mail")]).await;
    (visitor, code(&app.letter_to(email).await))
}

async fn move_to(visitor: &Visitor<'_>, address: &str) {
    visitor.post("/fn/change_address", &[("email", address)]).await;
    let token = visitor.app.letter_to(address).await.token();
    assert_eq!(visitor.post("/fn/take_new_address", &[("token", &token)]).await.location(), "/account/security");
}

/// Whoever reads somebody's mail has one proof. Of whom an admin said whose account it is, it is not the whole account.
/// ASVS 6.4.3
#[tokio::test]
async fn a_reset_by_mail_leaves_the_second_step_of_who_was_invited_or_teaches() {
    for needed in ["instructor,admin", "off"] {
        keeps_the_second_step(&App::with(&[("LECTERN_SECOND_STEP", needed)]).await).await;
    }
}

async fn keeps_the_second_step(app: &App) {
    let system = std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system());
    let mut write = app.site.db.begin_write(system).await.unwrap();
    let token = crate::app::task().admin(&mut write).make_set_up_link(None).await.unwrap();
    write.commit().await.unwrap();
    let first = app.anonymous();
    let fields = [("token", token.as_str()), ("email", "ada@uni.example"), ("name", "Ada"), ("password", PASSWORD)];
    first.post("/fn/make_first_admin", &fields).await;
    set_up(&first).await;
    // Somebody who was invited, and somebody who signed up and teaches by now.
    let invite = [("email", "ines@uni.example"), ("name", "Ines"), ("role", "student")];
    first.post("/fn/invite", &invite).await;
    let invited = app.anonymous();
    let token = app.letter_to("ines@uni.example").await.token();
    invited.post("/fn/set_first_password", &[("token", &token), ("password", PASSWORD)]).await;
    set_up(&invited).await;
    app.student("tom").await;
    first.post("/fn/save_role", &[("person", &first.id_of("tom").await), ("role", "instructor")]).await;
    set_up(&app.sign_in("tom").await).await;
    for name in ["ada", "ines", "tom"] {
        let email = format!("{name}@uni.example");
        app.anonymous().post("/fn/ask_reset", &[("email", &email)]).await;
        assert_eq!(reset(app, &email, ANOTHER).await, "/login", "{name}");
        assert_eq!(app.anonymous().sign_in(name, ANOTHER).await.location(), "/login/second", "{name}");
    }
    assert_eq!(app.count("code_apps").await, 3);
}

/// A copied session, the password, and no code.
/// ASVS 7.5.1
#[tokio::test]
async fn the_password_alone_replaces_no_password_where_there_is_a_second_step() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    set_up(&sam).await;
    let mut thief = app.visitor(&sam.jar());
    thief.user_agent = "a thief's own".to_owned();
    let change = [("current_password", PASSWORD), ("new_password", ANOTHER), ("_page", "/account")];
    assert!(thief.post("/fn/change_password", &change).await.location().starts_with("/prove"));
    app.clock.advance(11 * MINUTE);
    assert!(sam.post("/fn/change_password", &change).await.location().starts_with("/prove"), "too long ago");
    assert_eq!(half_way(&app, "sam", PASSWORD).await.get("/login/second").await.status, StatusCode::OK);
}

/// The thief adds a number, then changes the password; the later mail is the one that is read.
/// ASVS 6.3.7
#[tokio::test]
async fn the_later_notice_takes_away_what_an_earlier_one_told_of() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    confirm(&sam, "sam@uni.example").await;
    sam.post("/fn/set_phone", &[("phone", "+491701234567")]).await;
    let sent = code(&app.letter_to("+491701234567").await);
    sam.post("/fn/confirm_phone", &[("code", &sent)]).await;
    assert!(app.letter_to("sam@uni.example").await.text.contains("A telephone number for codes was added"));
    app.clock.advance(DAY);
    let thief = app.sign_in("sam").await;
    thief.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    let later = app.letter_to("sam@uni.example").await;
    assert!(later.text.contains("The password of your account was changed"), "{later:?}");
    app.anonymous().post("/fn/say_not_me", &[("token", &later.token())]).await;
    assert_eq!(app.count("phones").await, 0);
    reset(&app, "sam@uni.example", THIRD).await;
    let visitor = app.anonymous();
    visitor.get("/login/code").await;
    visitor.post("/fn/ask_code", &[("email", "sam@uni.example"), ("by", "text")]).await;
    let texts = app.letters().await.iter().filter(|letter| letter.kind == "text_code").count();
    assert_eq!(texts, 1, "the one that confirmed it: there is no number to send another to");
}

/// Another admin is made a student, reset, and made an admin again.
/// ASVS 8.2.1
#[tokio::test]
async fn an_admin_does_not_become_another_by_way_of_a_student() {
    let app = App::start().await;
    let ada = app.admin("ada").await;
    let bo = app.admin("bo").await;
    let id = ada.id_of("bo").await;
    ada.post("/fn/send_link", &[("person", &id)]).await;
    assert!(ada.get("/admin/outbox").await.has("It is about another admin’s account"));
    assert_eq!(ada.get("/admin/outbox/1").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ada.post("/fn/save_role", &[("person", &id), ("role", "student")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.get("/admin/outbox/1").await.status, StatusCode::NOT_FOUND, "what waited was for an admin");
    let reset = [("person", id.as_str()), ("reason", "I am quite sure who it is")];
    assert_eq!(ada.post("/fn/reset_second_step", &reset).await.status, StatusCode::FORBIDDEN);
    ada.post("/fn/send_link", &[("person", &id)]).await;
    assert!(ada.get("/admin/outbox").await.has("It is about another admin’s account"), "it was one lately");
    assert_eq!(ada.get("/admin/outbox/2").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ada.post("/fn/delete_letter", &[("letter", "2")]).await.status, StatusCode::FORBIDDEN);
    drop(bo);
    app.clock.advance(31 * DAY);
    let ada = app.sign_in("ada").await;
    assert_eq!(ada.post("/fn/reset_second_step", &reset).await.status, StatusCode::SEE_OTHER, "a student's by now");
}

/// ASVS 6.4.1, 6.5.5
#[tokio::test]
async fn what_went_to_the_old_address_opens_nothing_after_it_changed() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    confirm(&sam, "sam@uni.example").await;
    let (asked, sent) = asked_code(&app, "sam@uni.example").await;
    let id: i64 = app.admin("ada").await.id_of("sam").await.parse().unwrap();
    let system = std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system());
    let mut write = app.site.db.begin_write(system).await.unwrap();
    let link = crate::app::task().admin(&mut write).make_set_up_link(Some(lectern::id::UserId(id))).await.unwrap();
    write.commit().await.unwrap();
    let elsewhere = app.sign_in("sam").await;
    move_to(&sam, "new@uni.example").await;
    assert_eq!(app.anonymous().get(&format!("/set-up/{link}")).await.status, StatusCode::NOT_FOUND);
    asked.post("/fn/enter_code", &[("code", &sent), ("_page", "/login/code/enter")]).await;
    assert_eq!(asked.cookie("lectern"), None);
    assert!(elsewhere.get("/account").await.location().starts_with("/login"), "every other sign-in ended");
    assert!(sam.get("/account/sessions").await.has("A way to sign in was added, removed or changed"));
}

/// ASVS 6.4.1
#[tokio::test]
async fn a_changed_password_ends_every_link_and_code_that_waited() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    confirm(&sam, "sam@uni.example").await;
    app.anonymous().post("/fn/ask_reset", &[("email", "sam@uni.example")]).await;
    let link = app.letter_to("sam@uni.example").await.link();
    let (asked, sent) = asked_code(&app, "sam@uni.example").await;
    assert_eq!(app.anonymous().get(&link).await.status, StatusCode::OK);
    sam.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    assert_eq!(app.anonymous().get(&link).await.status, StatusCode::NOT_FOUND);
    asked.post("/fn/enter_code", &[("code", &sent), ("_page", "/login/code/enter")]).await;
    assert_eq!(asked.cookie("lectern"), None);
}

/// Whoever is in the account as well does not read along while its person sets up what is to keep them out.
/// ASVS 6.5.1
#[tokio::test]
async fn the_seed_of_a_new_code_app_is_one_sign_ins_alone() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let thief = app.sign_in("sam").await;
    sam.post("/fn/begin_code_app", &[]).await;
    assert_eq!(thief.get("/account/security/code-app").await.status, StatusCode::NOT_FOUND);
    assert_eq!(thief.post("/fn/confirm_code_app", &[("code", "123456")]).await.status, StatusCode::NOT_FOUND);
    // One of the thief's own takes its place, and is not shown as if it were Sam's.
    thief.post("/fn/begin_code_app", &[]).await;
    assert_eq!(sam.get("/account/security/code-app").await.status, StatusCode::NOT_FOUND);
    set_up(&sam).await;
    assert!(thief.get("/account").await.location().starts_with("/login"));
}

/// A thief moves the account; its person presses the mail that told of the thief's sign-in, and not the one about the address.
/// ASVS 6.3.7
#[tokio::test]
async fn any_notice_of_before_gives_an_address_back() {
    let settings = [MAIL[0], ("LECTERN_TRUSTED_PROXIES", "127.0.0.1")];
    let app = App::with(&settings).await;
    let sam = app.person("sam", SiteRole::Student).await;
    let mut thief = app.anonymous();
    thief.user_agent = "a thief's own".to_owned();
    thief.get("/login").await;
    let come = [("email", "sam@uni.example"), ("password", PASSWORD)];
    from(&thief, "203.0.113.66", "/fn/sign_in", &come).await;
    let told = app.letter_to("sam@uni.example").await;
    assert!(told.text.contains("from a place and with a browser"), "{told:?}");
    from(&thief, "203.0.113.66", "/fn/change_address", &[("email", "one@thief.example")]).await;
    let token = app.letter_to("one@thief.example").await.token();
    from(&thief, "203.0.113.66", "/fn/take_new_address", &[("token", &token)]).await;
    assert!(sam.get("/account").await.location().starts_with("/login"));
    let page = app.anonymous().get(&told.link()).await;
    assert!(page.has("It gets back its old address"), "{}", page.body);
    app.anonymous().post("/fn/say_not_me", &[("token", &told.token())]).await;
    let link = app.letter_to("sam@uni.example").await;
    assert_eq!(link.kind, "reset");
    assert!(app.letters().await.iter().all(|letter| letter.kind != "reset" || letter.address == "sam@uni.example"));
    assert_eq!(reset(&app, "sam@uni.example", ANOTHER).await, "/login");
    app.sign_in_with("sam", ANOTHER).await;
}

/// A stranger signs up with somebody's address and sets up a way back; whoever looks after the site hands its person a link.
/// ASVS 6.4.1
#[tokio::test]
async fn a_set_up_link_takes_away_what_a_stranger_set_up() {
    let app = App::start().await;
    let eve = app.student("sam").await;
    set_up(&eve).await;
    let ada = app.admin("ada").await;
    let id = ada.id_of("sam").await;
    // A role that stays as it is says nothing of whose account it is.
    ada.post("/fn/save_role", &[("person", &id), ("role", "student")]).await;
    let system = std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system());
    let mut write = app.site.db.begin_write(system).await.unwrap();
    let user = lectern::id::UserId(id.parse().unwrap());
    let link = crate::app::task().admin(&mut write).make_set_up_link(Some(user)).await.unwrap();
    write.commit().await.unwrap();
    let sam = app.anonymous();
    let page = sam.post("/fn/set_first_password", &[("token", &link), ("password", ANOTHER)]).await;
    assert_eq!((page.location(), app.count("code_apps").await), ("/", 0));
    // From then on it is hers, and a reset leaves what she sets up.
    set_up(&sam).await;
    app.anonymous().post("/fn/ask_reset", &[("email", "sam@uni.example")]).await;
    reset(&app, "sam@uni.example", THIRD).await;
    assert_eq!(app.anonymous().sign_in("sam", THIRD).await.location(), "/login/second");
}

/// Between the reading of a half-way sign-in, or a code, and its use, the account changed.
/// ASVS 7.4.3
#[tokio::test]
async fn what_was_read_before_a_change_signs_nobody_in_after_it() {
    use lectern::credentials::one_time_code::store::{public_find_asked, public_spend};
    use lectern::credentials::second_step::policy::HalfWay;
    use lectern::credentials::second_step::store::public_count_try;
    let app = App::with(&MAIL).await;
    let system = std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system());
    let sam = app.person("sam", SiteRole::Student).await;
    confirm(&sam, "sam@uni.example").await;
    let (asked, _) = asked_code(&app, "sam@uni.example").await;
    let token = asked.cookie("lectern-code").unwrap();
    let mut read = app.site.db.read(system.clone()).await.unwrap();
    let found = public_find_asked(&mut read, &token).await.unwrap().unwrap();
    drop(read);
    set_up(&sam).await;
    let mut write = app.site.db.begin_write(system.clone()).await.unwrap();
    assert!(!public_spend(&mut write, &found).await.unwrap());
    drop(write);

    let token = half_way(&app, "sam", PASSWORD).await.cookie("lectern-half-way").unwrap();
    let mut read = app.site.db.read(system.clone()).await.unwrap();
    let half = HalfWay::claim(&mut read, Some(&token)).await.unwrap();
    drop(read);
    sam.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    let mut write = app.site.db.begin_write(system).await.unwrap();
    assert_eq!(public_count_try(&mut write, half.half()).await.unwrap(), None);
    assert!(half.give_up(&mut write).await.is_err());
}

/// Closing an account and opening it again brings nothing back.
/// ASVS 7.4.2
#[tokio::test]
async fn what_waited_when_an_account_was_closed_is_over() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    confirm(&sam, "sam@uni.example").await;
    app.anonymous().post("/fn/ask_reset", &[("email", "sam@uni.example")]).await;
    let link = app.letter_to("sam@uni.example").await.link();
    let (asked, sent) = asked_code(&app, "sam@uni.example").await;
    let ada = app.admin("ada").await;
    let id = ada.id_of("sam").await;
    ada.post("/fn/disable_account", &[("person", &id)]).await;
    ada.post("/fn/enable_account", &[("person", &id)]).await;
    assert_eq!(app.anonymous().get(&link).await.status, StatusCode::NOT_FOUND);
    asked.post("/fn/enter_code", &[("code", &sent), ("_page", "/login/code/enter")]).await;
    assert_eq!(asked.cookie("lectern"), None);
}

/// ASVS 7.4.3
#[tokio::test]
async fn a_new_second_step_ends_what_was_signed_in_without_it() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let thief = app.sign_in("sam").await;
    let (phone, _) = set_up(&sam).await;
    assert!(thief.get("/account").await.location().starts_with("/login"));
    assert!(sam.get("/account/sessions").await.has("A way to sign in was added, removed or changed"));
    app.clock.advance(30 * SECOND);
    let other = half_way(&app, "sam", PASSWORD).await;
    assert_eq!(show(&other, &phone.code(&app, 0)).await, "/");
    other.post("/fn/remove_code_app", &[]).await;
    assert!(other.get("/account/security").await.has("Your other sign-in ended."));
    assert!(sam.get("/account").await.location().starts_with("/login"));
}

/// A number that was taken over is no way to a second step.
/// ASVS 6.3.3, 6.4.4
#[tokio::test]
async fn a_code_that_was_sent_proves_nothing_that_changes_how_one_signs_in() {
    let app = App::with(&[MAIL[0], MAIL[1], ("LECTERN_SECOND_STEP", "instructor,admin")]).await;
    let ines = app.instructor("ines").await;
    confirm(&ines, "ines@uni.example").await;
    let (thief, sent) = asked_code(&app, "ines@uni.example").await;
    thief.post("/fn/enter_code", &[("code", &sent)]).await;
    assert_eq!(thief.get("/account").await.status, StatusCode::OK);
    let asked = thief.post("/fn/begin_code_app", &[("_page", "/account/security")]).await;
    assert!(asked.location().starts_with("/prove"), "{}", asked.location());
    assert!(thief.get(asked.location()).await.has("type=\"password\""));
    // Its person has the password, and goes on.
    thief.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    set_up(&thief).await;
    assert_eq!(thief.get("/courses/new").await.status, StatusCode::OK);
}

/// ASVS 7.2.4
#[tokio::test]
async fn a_new_role_asks_for_the_second_step_once_more() {
    let app = App::with(&[("LECTERN_SECOND_STEP", "instructor")]).await;
    let sam = app.person("sam", SiteRole::Student).await;
    let (phone, _) = set_up(&sam).await;
    let ada = app.admin("ada").await;
    ada.post("/fn/save_role", &[("person", &ada.id_of("sam").await), ("role", "instructor")]).await;
    let asked = sam.get("/courses/new").await;
    assert!(asked.location().starts_with("/prove"), "{}", asked.location());
    let page = sam.get(asked.location()).await;
    assert!(page.has("your password and a code") && page.has("name=\"code\""), "{}", page.body);
    app.clock.advance(30 * SECOND);
    let shown = [("password", PASSWORD.to_owned()), ("code", phone.code(&app, 0)), ("next", "/courses/new".to_owned())];
    let shown: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(sam.post("/fn/prove_again", &shown).await.location(), "/courses/new");
    assert_eq!(sam.get("/courses/new").await.status, StatusCode::OK);
}

/// ASVS 6.6.3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thirty_codes_at_once_five_are_compared() {
    let app = App::with(&[("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let sam = app.person("sam", SiteRole::Student).await;
    set_up(&sam).await;
    let visitor = half_way(&app, "sam", PASSWORD).await;
    // Each from a place of its own, or guessing would be slowed down first.
    let sent = (0..30).map(|number| {
        let app = &app;
        let visitor = app.visitor(&visitor.jar());
        async move {
            let fields = [("code", "000000"), ("_page", "/login/second")];
            from(&visitor, &format!("198.51.100.{number}"), "/fn/second_step", &fields).await
        }
    });
    let came: Vec<String> = futures_util::future::join_all(sent).await;
    let compared = came.iter().filter(|to| *to == "/login/second").count();
    assert_eq!(compared, 5, "{came:?}");
}
