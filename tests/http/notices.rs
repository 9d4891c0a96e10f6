//! What people are told about the safety of their accounts, and "this was not me".

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::{DAY, MINUTE};

use crate::app::{App, PASSWORD, Visitor};

const MAIL: [(&str, &str); 2] =
    [("LECTERN_SMTP_URL", "smtp://127.0.0.1:1"), ("LECTERN_SMS_URL", "http://127.0.0.1:1/send")];
const ANOTHER: &str = "eleven loud geese at dawn";

async fn confirm(visitor: &Visitor<'_>, address: &str) {
    visitor.post("/fn/ask_confirmation", &[]).await;
    let token = visitor.app.letter_to(address).await.token();
    visitor.post("/fn/confirm_address", &[("token", &token)]).await;
}

/// Makes another address the account's.
async fn move_to(visitor: &Visitor<'_>, address: &str) {
    visitor.app.clock.advance(MINUTE);
    visitor.post("/fn/change_address", &[("email", address)]).await;
    let token = visitor.app.letter_to(address).await.token();
    assert_eq!(visitor.post("/fn/take_new_address", &[("token", &token)]).await.location(), "/account/security");
}

async fn say_not_me(app: &App, token: &str) -> StatusCode {
    app.anonymous().post("/fn/say_not_me", &[("token", token)]).await.status
}

async fn reset(app: &App, address: &str, password: &str) -> String {
    let letter = app.letter_to(address).await;
    let (token, link) = (letter.token(), letter.link());
    let fields = [("token", token.as_str()), ("new_password", password), ("_page", link.as_str())];
    app.anonymous().post("/fn/reset_password", &fields).await.location().to_owned()
}

/// ASVS 6.3.5, 6.3.7
#[tokio::test]
async fn this_was_not_me_ends_everything_and_opens_again_by_mail() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    sam.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    let notice = app.letter_to("sam@uni.example").await;
    assert!(notice.text.contains("The password of your account was changed"), "{notice:?}");
    assert!(notice.text.contains("127.0.0.1, Firefox on Linux"), "{notice:?}");
    let visitor = app.anonymous();
    let page = visitor.get(&notice.link()).await;
    assert!(page.has("This was not me") && sam.get("/account").await.status == StatusCode::OK, "{}", page.body);
    visitor.post("/fn/say_not_me", &[("token", &notice.token())]).await;
    assert!(visitor.get("/not-me").await.has("The account is closed for now"));
    assert!(sam.get("/account").await.location().starts_with("/login"));
    // Whoever has the password does not get in, and is told why; who does not is told nothing.
    let thief = app.anonymous();
    let refused = [("email", "sam@uni.example"), ("password", ANOTHER), ("_page", "/login")];
    assert_eq!(thief.post("/fn/sign_in", &refused).await.location(), "/login");
    assert!(thief.get("/login").await.has("This account is closed for now"));
    let wrong = [("email", "sam@uni.example"), ("password", PASSWORD), ("_page", "/login")];
    thief.post("/fn/sign_in", &wrong).await;
    assert!(thief.get("/login").await.has("do not belong together"));
    assert_eq!(visitor.post("/fn/say_not_me", &[("token", &notice.token())]).await.status, StatusCode::NOT_FOUND);

    let reset = app.letter_to("sam@uni.example").await;
    let set = [("token", reset.token()), ("new_password", "twelve calm otters at noon".to_owned())];
    let set: Vec<(&str, &str)> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post("/fn/reset_password", &set).await;
    let sam = app.sign_in_with("sam", "twelve calm otters at noon").await;
    assert!(sam.get("/account/history").await.has("“This was not me” was pressed"));
    assert!(sam.get("/account/sessions").await.has("Somebody pressed “This was not me”"));
}

/// ASVS 6.3.5
#[tokio::test]
async fn a_new_place_with_a_new_browser_is_told_and_nothing_that_is_known() {
    let app = App::with(&[MAIL[0], ("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.person("sam", SiteRole::Student).await;
    assert_eq!(app.letters().await.len(), 0, "the first time is no surprise");
    let from = async |address: &str, browser: &str| {
        let mut visitor = app.anonymous();
        visitor.user_agent = browser.to_owned();
        let body = visitor.with_token(&[("email", "sam@uni.example"), ("password", PASSWORD)]).await;
        let mut request = visitor.form("/fn/sign_in", &[]).body(body.into()).unwrap();
        request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
        assert_eq!(visitor.send(request).await.location(), "/");
    };
    from("127.0.0.1", "another browser at the same place").await;
    from("203.0.113.7", crate::app::FIREFOX).await;
    assert_eq!(app.letters().await.len(), 0);
    from("203.0.113.99", "a thief's own").await;
    let letters = app.letters().await;
    assert!(letters.len() == 1 && letters[0].text.contains("From: 203.0.113.99"), "{letters:?}");
}

/// A thief moves the account twice, so that the second change can be undone at an address of theirs.
#[tokio::test]
async fn the_first_address_gets_the_account_back_and_a_thiefs_ends_there() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    confirm(&sam, "sam@uni.example").await;
    move_to(&sam, "one@thief.example").await;
    let hers = app.letter_to("sam@uni.example").await;
    move_to(&sam, "two@thief.example").await;
    let thiefs = app.letter_to("one@thief.example").await;
    assert!(hers.text.contains("old address back") && thiefs.text.contains("old address back"));
    assert_eq!(say_not_me(&app, &hers.token()).await, StatusCode::SEE_OTHER);
    assert_eq!(say_not_me(&app, &thiefs.token()).await, StatusCode::NOT_FOUND, "it is over");
    assert_eq!(reset(&app, "sam@uni.example", ANOTHER).await, "/login");
    let sam = app.sign_in_with("sam", ANOTHER).await;
    let page = sam.get("/account/security").await;
    assert!(page.has("<dd><bdi>sam@uni.example") && page.has("badge good\">Confirmed"), "{}", page.body);
}

/// Who mistyped their address and mended it does not owe the account to whoever reads there.
#[tokio::test]
async fn an_address_that_was_never_confirmed_is_told_and_gets_nothing_back() {
    // Made before there was a mail server, or the address would have been confirmed.
    let before = App::start().await;
    before.student("sam").await;
    let app = before.set_to(&MAIL).await;
    let sam = app.sign_in("sam").await;
    sam.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    let earlier = app.letter_to("sam@uni.example").await;
    move_to(&sam, "right@uni.example").await;
    let told = app.letter_to("sam@uni.example").await;
    assert!(told.text.contains("to right@uni.example") && told.text.contains("never confirmed"), "{told:?}");
    assert!(!told.text.contains("/not-me/"), "{told:?}");
    assert!(app.letter_to("right@uni.example").await.text.contains("/not-me/"));
    // What went there before closes the account, and the link that opens it goes to nobody.
    let visitor = app.anonymous();
    let done = visitor.post("/fn/say_not_me", &[("token", &earlier.token())]).await;
    assert!(visitor.get(done.location()).await.has("Ask an admin of this site"), "{}", done.location());
    assert!(app.letters().await.iter().all(|letter| letter.kind != "reset"));
    assert!(sam.get("/account").await.location().starts_with("/login"));
}

/// ASVS 6.3.7
#[tokio::test]
async fn what_a_thief_added_to_come_back_by_goes_and_what_was_there_before_stays() {
    let app = App::with(&MAIL).await;
    let sam = app.person("sam", SiteRole::Student).await;
    let number = |letter: crate::app::Post| {
        let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        letter.text.split_whitespace().find(digits).unwrap().to_owned()
    };
    sam.post("/fn/set_phone", &[("phone", "+491701234567")]).await;
    let code = number(app.letter_to("+491701234567").await);
    sam.post("/fn/confirm_phone", &[("code", &code)]).await;
    // The mail that told of it says nothing any more after two weeks.
    app.clock.advance(14 * DAY);
    let sam = app.sign_in("sam").await;
    // A thief at the open browser.
    sam.post("/fn/begin_code_app", &[]).await;
    let page = sam.get("/account/security/code-app").await;
    let secret = page.body.split_once("<code class=\"key\">").unwrap().1.split('<').next().unwrap().replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(&secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    let code = totp.generate(u64::try_from(app.clock.now() / 1_000).unwrap()).to_string();
    sam.post("/fn/confirm_code_app", &[("code", &code)]).await;
    assert_eq!((app.count("code_apps").await, app.count("recovery_codes").await), (1, 10));
    let notice = app.letter_to("sam@uni.example").await;
    assert!(notice.text.contains("A code app was added"), "{notice:?}");
    assert!(app.anonymous().get(&notice.link()).await.has("What was added since then"));
    say_not_me(&app, &notice.token()).await;
    assert_eq!((app.count("code_apps").await, app.count("recovery_codes").await), (0, 0));
    assert_eq!(app.count("phones").await, 1, "which was hers before");
    reset(&app, "sam@uni.example", ANOTHER).await;
    app.sign_in_with("sam", ANOTHER).await;
}
