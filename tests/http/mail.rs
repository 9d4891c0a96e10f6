//! Letters, and what their links do. A mail server that cannot be reached stands for one that is set: letters wait in the outbox.
//! What really leaves is tests/outside.

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::{HOUR, MINUTE, SECOND};

use crate::app::{App, PASSWORD, Visitor};

const MAIL: [(&str, &str); 1] = [("LECTERN_SMTP_URL", "smtp://127.0.0.1:1")];
const ANOTHER: &str = "eleven loud geese at dawn";

async fn sign_up(visitor: &Visitor<'_>, email: &str) -> (StatusCode, String) {
    let fields =
        [("email", email), ("name", "Sam Poe"), ("password", PASSWORD), ("next", "/courses"), ("_page", "/signup")];
    let page = visitor.post("/fn/sign_up", &fields).await;
    (page.status, page.location().to_owned())
}

async fn ask_reset(visitor: &Visitor<'_>, email: &str) -> String {
    visitor.post("/fn/ask_reset", &[("email", email), ("_page", "/forgot")]).await.location().to_owned()
}

/// ASVS 6.3.8, 6.1.3
#[tokio::test]
async fn a_taken_address_and_a_free_one_get_the_same_answer_and_their_readers_know() {
    let app = App::with(&MAIL).await;
    app.person("sam", SiteRole::Student).await;
    let (taken, free) = (app.anonymous(), app.anonymous());
    let answers = (sign_up(&taken, "sam@uni.example").await, sign_up(&free, "new@uni.example").await);
    assert_eq!(answers.0, answers.1);
    assert_eq!(answers.0.1, "/signup?sent=1");
    assert_eq!(taken.jar(), free.jar(), "and no cookie tells them apart");
    assert_eq!(taken.get("/signup?sent=1").await.body.len(), free.get("/signup?sent=1").await.body.len());
    let (told, link) = (app.letter_to("sam@uni.example").await, app.letter_to("new@uni.example").await);
    assert_eq!((told.kind.as_str(), link.kind.as_str()), ("has_account", "sign_up"));
    assert!(!told.text.contains("/welcome/") && !told.text.contains("Sam Poe") && !link.text.contains("Sam Poe"));
    assert_eq!(app.count("users").await, 1, "an account is made when its link is opened");
    // Asked again within a minute: both wait.
    assert_eq!(sign_up(&taken, "sam@uni.example").await, sign_up(&free, "new@uni.example").await);
}

/// A sign-up form does not fill somebody's mail by way of what stands after a plus.
/// ASVS 6.3.1
#[tokio::test]
async fn one_mailbox_gets_ten_letters_that_open_an_account_in_an_hour() {
    let app = App::with(&MAIL).await;
    let visitor = app.anonymous();
    for number in 0..10 {
        assert_eq!(sign_up(&visitor, &format!("mark+{number}@victim.example")).await.1, "/signup?sent=1", "{number}");
    }
    let (status, _) = sign_up(&visitor, "Mark+ten@victim.example").await;
    assert_eq!((status, app.letters().await.len()), (StatusCode::SEE_OTHER, 10));
    assert!(visitor.get("/signup").await.has("Too many tries. Wait"));
    assert_eq!(sign_up(&visitor, "marc+1@victim.example").await.1, "/signup?sent=1", "another mailbox");
    assert_eq!(sign_up(&visitor, "mark@victim.example").await.1, "/signup?sent=1", "nobody is kept from signing up");
}

#[tokio::test]
async fn the_browser_that_began_opens_the_account_with_one_press() {
    let app = App::with(&MAIL).await;
    let visitor = app.anonymous();
    assert!(visitor.get("/signup").await.has("We send a link to your address"));
    sign_up(&visitor, "sam@uni.example").await;
    let letter = app.letter_to("sam@uni.example").await;
    let page = visitor.get(&letter.link()).await;
    assert!(page.has("Open your account") && !page.has("type=\"password\""), "{}", page.body);
    assert_eq!(app.count("users").await, 0, "opening the page makes nothing");
    let done = visitor.post("/fn/finish_sign_up", &[("token", &letter.token()), ("_page", &letter.link())]).await;
    assert_eq!(done.location(), "/courses");
    assert!(visitor.get("/account/security").await.has("badge good\">Confirmed"));
    let again = app.anonymous();
    assert_eq!(again.get(&letter.link()).await.status, StatusCode::NOT_FOUND);
    assert!(again.get(&letter.link()).await.has("This link does not work any more"));
}

/// ASVS 6.4.1
#[tokio::test]
async fn whoever_typed_somebody_elses_address_does_not_get_their_account() {
    let app = App::with(&MAIL).await;
    let (attacker, reader) = (app.anonymous(), app.anonymous());
    attacker.get("/signup").await;
    sign_up(&attacker, "victim@uni.example").await;
    let letter = app.letter_to("victim@uni.example").await;
    // The reader presses, and does not know the password that a stranger chose.
    assert!(reader.get(&letter.link()).await.has("another browser than the one you began in"));
    let press =
        [("token", letter.token()), ("password", "whatever it may have been".to_owned()), ("_page", letter.link())];
    let press: Vec<(&str, &str)> = press.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(reader.post("/fn/finish_sign_up", &press).await.location(), letter.link());
    assert!(reader.get(&letter.link()).await.has("This is not the password that was chosen"));
    assert_eq!(app.count("users").await, 0);
    // Whoever began, elsewhere, knows it.
    let phone = app.anonymous();
    phone.get(&letter.link()).await;
    let right = [("token", letter.token()), ("password", PASSWORD.to_owned())];
    let right: Vec<(&str, &str)> = right.iter().map(|(name, value)| (*name, value.as_str())).collect();
    app.clock.advance(HOUR + SECOND);
    assert_eq!(phone.post("/fn/finish_sign_up", &right).await.status, StatusCode::NOT_FOUND, "an hour is over");
    app.clock.advance(-HOUR);
    assert_eq!(phone.post("/fn/finish_sign_up", &right).await.location(), "/courses");
}

/// ASVS 6.4.3, 6.3.8
#[tokio::test]
async fn a_forgotten_password_is_set_once_by_link_and_signs_nobody_in() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    let visitor = app.anonymous();
    assert_eq!(ask_reset(&visitor, "SAM@uni.example").await, ask_reset(&visitor, "nobody@uni.example").await);
    assert!(visitor.get("/forgot?sent=1").await.has("If there is an account with that address"));
    let letters = app.letters().await;
    assert_eq!(letters.iter().map(|letter| letter.kind.as_str()).collect::<Vec<_>>(), ["reset"]);
    let letter = &letters[0];
    let page = visitor.get(&letter.link()).await;
    assert!(page.has("sam@uni.example") && page.has("New password"), "{}", page.body);

    let (token, link) = (letter.token(), letter.link());
    let set = |password| [("token", token.as_str()), ("new_password", password), ("_page", link.as_str())];
    assert_eq!(visitor.post("/fn/reset_password", &set("too short")).await.location(), letter.link());
    assert!(visitor.get(&letter.link()).await.has("Use 15 characters or more"));
    assert_eq!(visitor.post("/fn/reset_password", &set(ANOTHER)).await.location(), "/login");
    assert!(visitor.cookie("lectern").is_none(), "nobody is signed in by it");
    assert!(sam.get("/account").await.location().starts_with("/login"), "and who was is not any more");
    assert_eq!(visitor.post("/fn/reset_password", &set(PASSWORD)).await.status, StatusCode::NOT_FOUND);
    assert!(app.letters().await.iter().all(|letter| letter.kind != "reset"), "no letter offers a link that is used");
    let old = app.anonymous();
    old.sign_in("sam", PASSWORD).await;
    assert!(old.cookie("lectern").is_none());
    app.sign_in_with("sam", ANOTHER).await;
    let notice = app.letter_to("sam@uni.example").await;
    assert!(notice.kind == "notice" && notice.text.contains("A new password was set"), "{notice:?}");
}

#[tokio::test]
async fn links_end_wait_their_minute_and_do_not_fill_anybodys_mail() {
    let app = App::with(&MAIL).await;
    app.person("sam", SiteRole::Student).await;
    let visitor = app.anonymous();
    ask_reset(&visitor, "sam@uni.example").await;
    let first = app.letter_to("sam@uni.example").await;
    ask_reset(&visitor, "sam@uni.example").await;
    assert_eq!(app.letters().await.len(), 1, "one in a minute, and nobody is told");
    app.clock.advance(MINUTE);
    ask_reset(&visitor, "sam@uni.example").await;
    let second = app.letter_to("sam@uni.example").await;
    assert_eq!(app.letters().await.len(), 1, "the newer one takes the older one's place");
    // Anybody may ask: that must not end what its person has in their hands.
    assert_eq!(visitor.get(&first.link()).await.status, StatusCode::OK);
    app.clock.advance(29 * MINUTE + 59 * SECOND);
    assert_eq!(visitor.get(&second.link()).await.status, StatusCode::OK);
    app.clock.advance(SECOND);
    assert_eq!(visitor.get(&second.link()).await.status, StatusCode::NOT_FOUND);
    // Links are for one thing each.
    ask_reset(&visitor, "sam@uni.example").await;
    let third = app.letter_to("sam@uni.example").await;
    for other in ["confirm", "welcome", "new-address", "not-me"] {
        assert_ne!(visitor.get(&format!("/{other}/{}", third.token())).await.status, StatusCode::OK, "{other}");
    }
    assert_eq!(visitor.post("/fn/say_not_me", &[("token", &third.token())]).await.status, StatusCode::NOT_FOUND);
    // One place asks for sixty in an hour.
    let mut last = String::new();
    for number in 0..60 {
        last = ask_reset(&visitor, &format!("n{number}@uni.example")).await;
    }
    assert_eq!(last, "/forgot");
    assert!(visitor.get("/forgot").await.has("Too many tries. Wait"));
}

#[tokio::test]
async fn a_closed_account_gets_no_link_and_its_links_are_dead() {
    let app = App::with(&MAIL).await;
    let admin = app.admin("ada").await;
    app.person("sam", SiteRole::Student).await;
    let sam = admin.id_of("sam").await;
    let visitor = app.anonymous();
    ask_reset(&visitor, "sam@uni.example").await;
    let letter = app.letter_to("sam@uni.example").await;
    admin.post("/fn/disable_account", &[("person", &sam)]).await;
    let set = [("token", letter.token()), ("new_password", ANOTHER.to_owned())];
    let set: Vec<(&str, &str)> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(visitor.post("/fn/reset_password", &set).await.status, StatusCode::NOT_FOUND);
    app.clock.advance(2 * MINUTE);
    assert_eq!(ask_reset(&visitor, "sam@uni.example").await, "/forgot?sent=1");
    assert_eq!(app.letters().await.iter().filter(|letter| letter.address == "sam@uni.example").count(), 0);
}

#[tokio::test]
async fn an_address_is_confirmed_by_its_own_person_alone() {
    let app = App::with(&MAIL).await;
    let (sam, eve) = (app.person("sam", SiteRole::Student).await, app.person("eve", SiteRole::Student).await);
    assert!(sam.get("/account/security").await.has("Not confirmed"));
    assert_eq!(sam.post("/fn/ask_confirmation", &[]).await.location(), "/account/security");
    let letter = app.letter_to("sam@uni.example").await;
    let token = letter.token();
    let press = [("token", token.as_str())];
    // A stranger at that address has the link, and not the account.
    let stranger = app.anonymous();
    assert!(stranger.get(&letter.link()).await.location().starts_with("/login?next=%2Fconfirm%2F"));
    assert!(stranger.post("/fn/confirm_address", &press).await.location().starts_with("/login"));
    assert_eq!(eve.get(&letter.link()).await.status, StatusCode::CONFLICT);
    assert_eq!(eve.post("/fn/confirm_address", &press).await.status, StatusCode::NOT_FOUND);
    assert!(sam.get(&letter.link()).await.has("Confirm your email address"));
    assert!(sam.get("/account/security").await.has("Not confirmed"), "opening the page confirms nothing");
    assert_eq!(sam.post("/fn/confirm_address", &press).await.location(), "/account/security");
    assert!(sam.get("/account/security").await.has("badge good\">Confirmed"));
    assert_eq!(sam.post("/fn/confirm_address", &press).await.status, StatusCode::NOT_FOUND, "once");
}

/// ASVS 6.3.7, 7.5.1
#[tokio::test]
async fn a_new_address_is_taken_when_it_is_confirmed_and_the_old_one_undoes_it() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    sam.post("/fn/ask_confirmation", &[]).await;
    let token = app.letter_to("sam@uni.example").await.token();
    sam.post("/fn/confirm_address", &[("token", &token)]).await;
    let change = |email| [("email", email), ("_page", "/account/security")];
    app.clock.advance(11 * MINUTE);
    assert!(sam.post("/fn/change_address", &change("poe@uni.example")).await.location().starts_with("/prove"));
    sam.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    assert_eq!(sam.post("/fn/change_address", &change("Poe@uni.example")).await.location(), "/account/security");
    assert!(sam.get("/account/security").await.has("A link waits at <bdi>Poe@uni.example"));
    let letter = app.letter_to("Poe@uni.example").await;
    assert!(sam.get(&letter.link()).await.has("sam@uni.example"));
    let cookie = sam.cookie("lectern");
    sam.post("/fn/take_new_address", &[("token", &letter.token())]).await;
    assert_ne!(sam.cookie("lectern"), cookie, "a new session id");
    assert!(sam.get("/account/security").await.has("Poe@uni.example"));
    app.sign_in_with("poe", PASSWORD).await;

    // Both were told; the one at the new address gives nothing back.
    let (old, new) = (app.letter_to("sam@uni.example").await, app.letter_to("Poe@uni.example").await);
    assert!(old.text.contains("from sam@uni.example to Poe@uni.example") && new.text.contains("was changed"));
    assert!(old.text.contains("gives the account its old address back") && !new.text.contains("old address back"));
    let visitor = app.anonymous();
    assert!(visitor.get(&old.link()).await.has("It gets back its old address"));
    assert!(sam.get("/account").await.status == StatusCode::OK, "opening the page does nothing");
    assert_eq!(visitor.post("/fn/say_not_me", &[("token", &old.token())]).await.location(), "/not-me");
    assert!(sam.get("/account").await.location().starts_with("/login"));
    // The link that opens the account again goes to the old address.
    let reset = app.letter_to("sam@uni.example").await;
    assert_eq!(reset.kind, "reset");
    let set = [("token", reset.token()), ("new_password", ANOTHER.to_owned())];
    let set: Vec<(&str, &str)> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(visitor.post("/fn/reset_password", &set).await.location(), "/login");
    app.sign_in_with("sam", ANOTHER).await;
}

/// Devise CVE-2026-32700: a link that was sent to one address confirmed another that was asked for meanwhile.
#[tokio::test]
async fn a_link_confirms_the_address_it_was_sent_to_and_no_other() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    sam.post("/fn/change_address", &[("email", "mine@uni.example")]).await;
    let mine = app.letter_to("mine@uni.example").await;
    sam.post("/fn/change_address", &[("email", "dean@uni.example")]).await;
    sam.post("/fn/take_new_address", &[("token", &mine.token())]).await;
    let page = sam.get("/account/security").await;
    assert!(!page.has("<dd><bdi>dean@uni.example"), "{}", page.body);
    assert!(page.has("<dd><bdi>sam@uni.example"), "the older link is dead: {}", page.body);

    // An address that is somebody's: the same answer, and its owner is told.
    app.person("ada", SiteRole::Student).await;
    app.clock.advance(MINUTE);
    let free = sam.post("/fn/change_address", &[("email", "free@uni.example")]).await;
    let taken = sam.post("/fn/change_address", &[("email", "ada@uni.example")]).await;
    assert_eq!((free.status, free.location()), (taken.status, taken.location()));
    let told = app.letter_to("ada@uni.example").await;
    assert!(told.kind == "has_account" && !told.text.contains("new-address"), "{told:?}");
    // Taken between the asking and the pressing.
    app.clock.advance(MINUTE);
    sam.post("/fn/change_address", &[("email", "late@uni.example")]).await;
    let late = app.letter_to("late@uni.example").await;
    app.person("late", SiteRole::Student).await;
    assert_eq!(sam.post("/fn/take_new_address", &[("token", &late.token())]).await.status, StatusCode::CONFLICT);
    let eve = app.person("eve", SiteRole::Student).await;
    assert_eq!(eve.post("/fn/take_new_address", &[("token", &late.token())]).await.status, StatusCode::NOT_FOUND);
}

/// ASVS 6.4.6
#[tokio::test]
async fn without_a_mail_server_links_are_handed_over() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    app.admin("bo").await;
    app.student("sam").await;
    let visitor = app.anonymous();
    assert!(visitor.get("/forgot").await.has("This server sends no mail"));
    for email in ["sam@uni.example", "bo@uni.example"] {
        assert_eq!(ask_reset(&visitor, email).await, "/forgot?sent=1");
    }
    let list = admin.get("/admin/outbox").await;
    assert!(list.has("This server sends no mail") && list.has("to sam@uni.example"), "{}", list.body);
    let letter = app.letter_to("sam@uni.example").await;
    assert!(!list.has(&letter.token()), "the list holds no link");
    let address = |whom: &str| {
        let row = list.body.split("<li>").find(|row| row.contains("/admin/outbox/") && row.contains(whom)).unwrap();
        let at = row.find("/admin/outbox/").unwrap();
        row[at..].split('"').next().unwrap().to_owned()
    };
    let page = admin.get(&address("sam@uni.example")).await;
    assert!(page.has(&letter.link()) && page.has("It is written down that you opened it"), "{}", page.body);
    assert!(admin.get("/admin/audit").await.has("a letter to hand over: set a new password"));
    // Another admin's account is not opened this way, and nobody's without a recent proof.
    assert!(list.has("It is about another admin’s account"), "{}", list.body);
    let sams: i64 = address("sam@uni.example").rsplit('/').next().unwrap().parse().unwrap();
    let page = admin.get(&format!("/admin/outbox/{}", sams + 1)).await;
    assert!(page.status == StatusCode::FORBIDDEN && page.has("This is about another admin’s account"), "{}", page.body);
    assert_eq!(admin.get("/admin/outbox/nothing").await.status, StatusCode::NOT_FOUND);
    app.clock.advance(11 * MINUTE);
    assert!(admin.get(&address("sam@uni.example")).await.location().starts_with("/prove?next=%2Fadmin%2Foutbox%2F"));
    // Nothing else is written without a server.
    let sam = app.sign_in("sam").await;
    sam.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    assert!(app.letters().await.iter().all(|letter| letter.kind == "reset"));
    assert!(!admin.get("/admin/outbox").await.has("to sam@uni.example"), "what waited is over with the password");
    assert_eq!(admin.post("/fn/retry_letter", &[("letter", &sams.to_string())]).await.status, StatusCode::NOT_FOUND);
}

/// A notice may tell of whoever wants it gone.
/// ASVS 6.3.7, 16.3.3
#[tokio::test]
async fn a_letter_is_deleted_with_a_proof_and_a_notice_is_not() {
    let app = App::with(&MAIL).await;
    let admin = app.admin("ada").await;
    let sam = app.person("sam", SiteRole::Student).await;
    sam.post("/fn/ask_confirmation", &[]).await;
    sam.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    ask_reset(&app.anonymous(), "sam@uni.example").await;
    let list = admin.get("/admin/outbox").await;
    assert!(list.has("Delete the letter"), "{}", list.body);
    let ids: Vec<String> = list
        .body
        .split("href=\"/admin/outbox/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    // The newest first.
    let [reset, notice] = ids.as_slice() else { panic!("{ids:?}") };
    let page = admin.post("/fn/delete_letter", &[("letter", notice)]).await;
    assert!(page.status == StatusCode::CONFLICT && page.has("Nobody deletes it before"), "{}", page.body);
    app.clock.advance(11 * MINUTE);
    let asked = admin.post("/fn/delete_letter", &[("letter", reset), ("_page", "/admin/outbox")]).await;
    assert!(asked.location().starts_with("/prove"));
    assert!(admin.get(asked.location()).await.has("Delete a letter that was not sent"));
    admin.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    admin.post("/fn/delete_letter", &[("letter", reset)]).await;
    assert!(!admin.get("/admin/outbox").await.has(&format!("/admin/outbox/{reset}\"")));
    assert!(admin.get("/admin/audit").await.has("a letter that was not sent: set a new password"));
}

#[tokio::test]
async fn no_link_stands_in_the_database() {
    let app = App::with(&MAIL).await;
    app.person("sam", SiteRole::Student).await;
    ask_reset(&app.anonymous(), "sam@uni.example").await;
    sign_up(&app.anonymous(), "new@uni.example").await;
    let dump = String::from_utf8_lossy(&app.dump().await).into_owned();
    for letter in app.letters().await {
        assert!(!dump.contains(&letter.token()), "{letter:?}");
        assert!(!dump.contains("Open your account, within"), "nor any word of it");
    }
}
