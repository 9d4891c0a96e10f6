//! Codes to sign in with, by mail and text message.

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::{DAY, MINUTE, SECOND};

use crate::app::{App, PASSWORD, Post, Visitor};

const BOTH: [(&str, &str); 2] =
    [("LECTERN_SMTP_URL", "smtp://127.0.0.1:1"), ("LECTERN_SMS_URL", "http://127.0.0.1:1/send")];

/// The six digits of a letter.
pub fn code(letter: &Post) -> String {
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    letter.text.split_whitespace().find(digits).unwrap_or_else(|| panic!("no code in {}", letter.text)).to_owned()
}

/// Somebody whose address is confirmed.
async fn confirmed(app: &App, name: &str) {
    let visitor = app.person(name, SiteRole::Student).await;
    visitor.post("/fn/ask_confirmation", &[]).await;
    let token = app.letter_to(&format!("{name}@uni.example")).await.token();
    visitor.post("/fn/confirm_address", &[("token", &token)]).await;
}

async fn ask(visitor: &Visitor<'_>, email: &str, by: &str) -> String {
    let fields = [("email", email), ("by", by), ("next", "/courses"), ("_page", "/login/code")];
    visitor.post("/fn/ask_code", &fields).await.location().to_owned()
}

async fn enter(visitor: &Visitor<'_>, code: &str) -> String {
    visitor.post("/fn/enter_code", &[("code", code), ("_page", "/login/code/enter")]).await.location().to_owned()
}

/// ASVS 6.5.1, 6.6.2
#[tokio::test]
async fn a_code_signs_in_once_in_the_browser_that_asked() {
    let app = App::with(&BOTH).await;
    confirmed(&app, "sam").await;
    let visitor = app.anonymous();
    assert!(visitor.get("/login").await.has("href=\"/login/code\""));
    let page = visitor.get("/login/code").await;
    assert!(page.has("This is the weakest way to sign in") && page.has("Send it by mail"), "{}", page.body);
    assert_eq!(ask(&visitor, "sam@uni.example", "mail").await, "/login/code/enter");
    let sent = app.letter_to("sam@uni.example").await;
    assert_eq!(sent.kind, "code");
    // Another browser, with the right code.
    let thief = app.anonymous();
    assert_eq!(thief.get("/login/code/enter").await.location(), "/login/code");
    assert_eq!(enter(&thief, &code(&sent)).await, "/login");
    // One that asked for itself, and has another's code.
    app.clock.advance(MINUTE);
    assert_eq!(ask(&thief, "sam@uni.example", "mail").await, "/login/code/enter");
    assert_eq!(enter(&thief, &code(&sent)).await, "/login/code/enter");
    assert!(thief.get("/login/code/enter").await.has("This is not the code that we sent last"));

    assert_eq!(enter(&visitor, &code(&sent)).await, "/courses");
    assert!(visitor.get("/account/sessions").await.has("with a code by mail"));
    let again = app.visitor(&visitor.jar());
    again.post("/fn/sign_out", &[]).await;
    again.set_cookie("lectern-code", &thief.cookie("lectern-code").unwrap());
    assert_eq!(enter(&again, &code(&sent)).await, "/login/code/enter", "once");
    // Neither the code nor what finds it is in the database.
    let dump = String::from_utf8_lossy(&app.dump().await).into_owned();
    assert!(!dump.contains(&thief.cookie("lectern-code").unwrap()));
}

/// ASVS 6.5.5, 6.6.3
#[tokio::test]
async fn a_code_lasts_ten_minutes_and_five_tries_and_an_account_gets_ten_in_a_day() {
    let app = App::with(&BOTH).await;
    confirmed(&app, "sam").await;
    let visitor = app.anonymous();
    ask(&visitor, "sam@uni.example", "mail").await;
    let first = app.letter_to("sam@uni.example").await;
    app.clock.advance(10 * MINUTE - SECOND);
    let late = app.visitor(&visitor.jar());
    app.clock.advance(SECOND);
    assert_eq!(enter(&late, &code(&first)).await, "/login");
    assert!(late.get("/login").await.has("That code does not work any more"));

    ask(&visitor, "sam@uni.example", "mail").await;
    let second = app.letter_to("sam@uni.example").await;
    let wrong = if code(&second) == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        enter(&visitor, wrong).await;
    }
    assert_eq!(enter(&visitor, &code(&second)).await, "/login", "the right one comes too late");
    // Within the minute there is no other.
    assert_eq!(ask(&visitor, "sam@uni.example", "mail").await, "/login/code");
    assert!(visitor.get("/login/code").await.has("Too many tries. Wait"));
    for _ in 2..10 {
        app.clock.advance(MINUTE);
        assert_eq!(ask(&visitor, "sam@uni.example", "mail").await, "/login/code/enter");
    }
    app.clock.advance(MINUTE);
    assert_eq!(ask(&visitor, "sam@uni.example", "mail").await, "/login/code", "ten in a day");
    // The password works all the same, and tomorrow there are others.
    app.sign_in("sam").await;
    app.clock.advance(DAY);
    assert_eq!(ask(&visitor, "sam@uni.example", "mail").await, "/login/code/enter");
}

/// ASVS 6.3.8, 6.6.1
#[tokio::test]
async fn who_cannot_be_reached_gets_the_same_answer_and_nothing_is_sent() {
    let app = App::with(&BOTH).await;
    confirmed(&app, "sam").await;
    app.person("eve", SiteRole::Student).await;
    let before = app.letters().await.len();
    let mut answers = Vec::new();
    for (email, by) in [
        ("nobody@uni.example", "mail"),
        ("eve@uni.example", "mail"),
        ("sam@uni.example", "text"),
        ("nobody2@uni.example", "text"),
    ] {
        let visitor = app.anonymous();
        let page = visitor.post("/fn/ask_code", &[("email", email), ("by", by), ("_page", "/login/code")]).await;
        answers.push((page.status, page.location().to_owned(), visitor.jar().len()));
        // And whatever is entered is wrong, in the same words.
        assert_eq!(enter(&visitor, "123456").await, "/login/code/enter");
        assert!(visitor.get("/login/code/enter").await.has("This is not the code that we sent last"));
    }
    answers.dedup();
    assert_eq!(answers, [(StatusCode::SEE_OTHER, "/login/code/enter".to_owned(), answers[0].2)]);
    assert_eq!(app.letters().await.len(), before, "an address or a number that is not confirmed gets none");
}

/// ASVS 6.6.1
#[tokio::test]
async fn a_number_is_confirmed_before_codes_go_there() {
    let app = App::with(&BOTH).await;
    confirmed(&app, "sam").await;
    let sam = app.sign_in("sam").await;
    let page = sam.get("/account/security").await;
    assert!(page.has("The weakest way in"), "{}", page.body);
    let set = |number| [("phone", number), ("_page", "/account/security")];
    sam.post("/fn/set_phone", &set("0170 1234567")).await;
    assert!(sam.get("/account/security").await.has("Enter the number in full"));
    sam.post("/fn/set_phone", &set("+49 170 1234567")).await;
    let sent = app.letter_to("+491701234567").await;
    assert!(sent.text.contains("@localhost #"), "a telephone fills it in on this site alone: {sent:?}");
    assert!(sam.get("/account/security").await.has("We sent a code to"));
    let other = app.sign_in("sam").await;
    assert_eq!(other.post("/fn/confirm_phone", &[("code", &code(&sent))]).await.status, StatusCode::NOT_FOUND);
    sam.post("/fn/confirm_phone", &[("code", "000000"), ("_page", "/account/security")]).await;
    assert!(sam.get("/account/security").await.has("This is not the code that we sent"));
    // A code that confirms a number signs nobody in.
    let thief = app.anonymous();
    thief.set_cookie("lectern-code", &sam.cookie("lectern-code").unwrap());
    assert_eq!(enter(&thief, &code(&sent)).await, "/login");
    sam.post("/fn/confirm_phone", &[("code", &code(&sent))]).await;
    assert!(sam.get("/account/security").await.has("Delete the number"));
    assert!(other.get("/account").await.location().starts_with("/login"), "what was signed in before ended");
    assert!(app.letter_to("sam@uni.example").await.text.contains("A telephone number for codes was added"));

    let visitor = app.anonymous();
    ask(&visitor, "sam@uni.example", "text").await;
    let sent = app.letter_to("+491701234567").await;
    assert_eq!(enter(&visitor, &code(&sent)).await, "/courses");
    assert!(visitor.get("/account/sessions").await.has("with a code by text message"));
    // Changing it needs a recent proof, and so does taking it away.
    app.clock.advance(11 * MINUTE);
    for (path, fields) in [("/fn/set_phone", vec![("phone", "+491709999999")]), ("/fn/remove_phone", vec![])] {
        assert!(sam.post(path, &fields).await.location().starts_with("/prove"), "{path}");
    }
}

/// A code says that somebody reads at one number, and not at another that was asked for since.
#[tokio::test]
async fn a_code_confirms_the_number_it_was_sent_to_and_a_change_is_told() {
    let app = App::with(&BOTH).await;
    confirmed(&app, "sam").await;
    let sam = app.sign_in("sam").await;
    sam.post("/fn/set_phone", &[("phone", "+491701234567")]).await;
    let (mine, cookie) = (app.letter_to("+491701234567").await, sam.cookie("lectern-code").unwrap());
    sam.post("/fn/set_phone", &[("phone", "+491709999999")]).await;
    let (theirs, newer) = (app.letter_to("+491709999999").await, sam.cookie("lectern-code").unwrap());
    sam.set_cookie("lectern-code", &cookie);
    assert_eq!(sam.post("/fn/confirm_phone", &[("code", &code(&mine))]).await.status, StatusCode::NOT_FOUND);
    sam.set_cookie("lectern-code", &newer);
    sam.post("/fn/confirm_phone", &[("code", &code(&theirs))]).await;
    let page = sam.get("/account/security").await;
    assert!(page.has("+491709999999") && page.has("Delete the number"), "{}", page.body);
    // A code that is on its way to a number that is given up signs nobody in.
    let visitor = app.anonymous();
    ask(&visitor, "sam@uni.example", "text").await;
    let sent = app.letter_to("+491709999999").await;
    app.clock.advance(MINUTE);
    sam.post("/fn/set_phone", &[("phone", "+491701234567")]).await;
    assert!(app.letter_to("sam@uni.example").await.text.contains("The telephone number for codes was removed"));
    assert_eq!(enter(&visitor, &code(&sent)).await, "/login");
    let cookie = sam.cookie("lectern");
    assert_eq!(sam.post("/fn/remove_phone", &[]).await.location(), "/account/security");
    assert_ne!(sam.cookie("lectern"), cookie, "a copied session is worth nothing after a change");
}

/// ASVS 6.6.3
#[tokio::test]
async fn text_messages_have_caps_for_a_number_and_a_place() {
    let app = App::with(&BOTH).await;
    confirmed(&app, "sam").await;
    let sam = app.sign_in("sam").await;
    let status =
        async |visitor: &Visitor<'_>, number: String| visitor.call("/fn/set_phone", &[("phone", &number)]).await.status;
    for _ in 0..5 {
        assert_eq!(status(&sam, "+491701234567".to_owned()).await, StatusCode::OK);
        app.clock.advance(MINUTE);
    }
    let eve = app.person("eve", SiteRole::Student).await;
    let refused = status(&eve, "+491701234567".to_owned()).await;
    assert_eq!(refused, StatusCode::TOO_MANY_REQUESTS, "five to a number, whoever asks");
    assert_eq!(status(&sam, "+491701234568".to_owned()).await, StatusCode::TOO_MANY_REQUESTS, "five of an account");
    for person in 0..3 {
        let visitor = app.person(&format!("p{person}"), SiteRole::Student).await;
        for number in 0..5 {
            assert_eq!(status(&visitor, format!("+49170123{person}5{number:02}")).await, StatusCode::OK);
        }
    }
    let refused = status(&eve, "+491701111111".to_owned()).await;
    assert_eq!(refused, StatusCode::TOO_MANY_REQUESTS, "twenty of a place");
}

/// Sends a form through a proxy, as somebody at this address does.
pub async fn from(visitor: &Visitor<'_>, address: &str, path: &str, fields: &[(&str, &str)]) -> String {
    let body = visitor.with_token(fields).await;
    let mut request = visitor.form(path, &[]).body(body.into()).unwrap();
    request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
    visitor.send(request).await.location().to_owned()
}

/// ASVS 6.6.3
#[tokio::test]
async fn the_whole_site_sends_five_hundred_text_messages_in_a_day() {
    let app = App::cheap_with(&[BOTH[0], BOTH[1], ("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    confirmed(&app, "sam").await;
    // Strangers who ask for accounts that are not there use nothing up.
    let stranger = app.anonymous();
    stranger.get("/login/code").await;
    let ask = async |email: &str, address: &str| {
        let fields = [("email", email), ("by", "text"), ("_page", "/login/code")];
        from(&stranger, address, "/fn/ask_code", &fields).await
    };
    for number in 0..20 {
        let asked = ask(&format!("n{number}@uni.example"), "198.51.100.1").await;
        assert_eq!(asked, "/login/code/enter", "{number}");
    }
    assert_eq!(ask("n20@uni.example", "198.51.100.1").await, "/login/code", "twenty of a place");
    // Five numbers of each of a hundred people, from one place after the other; the last is Sam's.
    let mut last = String::new();
    for person in 0..100 {
        let address = format!("203.0.113.{}", person / 4);
        let name = if person == 99 { "sam".to_owned() } else { format!("p{person}") };
        if person != 99 {
            app.person(&name, SiteRole::Student).await;
        }
        let visitor = app.anonymous();
        visitor.get("/login").await;
        let email = format!("{name}@uni.example");
        from(&visitor, &address, "/fn/sign_in", &[("email", &email), ("password", PASSWORD)]).await;
        for number in 0..6 {
            let phone = format!("+4917012{person:02}{number:02}0");
            let set = [("phone", phone.as_str()), ("_page", "/account/security")];
            let to = from(&visitor, &address, "/fn/set_phone", &set).await;
            assert_eq!(to == "/account/security#phone", number < 5, "{person} {number}: {to}");
            if number == 4 {
                last = phone;
            }
        }
        if person == 99 {
            let token = code(&app.letter_to(&last).await);
            from(&visitor, &address, "/fn/confirm_phone", &[("code", &token)]).await;
        }
    }
    let sent = async || app.letters().await.iter().filter(|letter| letter.address == last).count();
    let before = sent().await;
    assert_eq!(ask("sam@uni.example", "198.51.100.2").await, "/login/code/enter", "the same answer");
    assert_eq!(sent().await, before, "and no message");
    app.clock.advance(DAY);
    assert_eq!(ask("sam@uni.example", "198.51.100.2").await, "/login/code/enter");
    assert_eq!(sent().await, before + 1);
}

/// What a stranger asks for costs its person no more than five messages in a day.
/// ASVS 6.6.3
#[tokio::test]
async fn codes_to_sign_in_count_for_the_number_as_well() {
    let app = App::with(&BOTH).await;
    confirmed(&app, "sam").await;
    let sam = app.sign_in("sam").await;
    sam.post("/fn/set_phone", &[("phone", "+491701234567")]).await;
    let token = code(&app.letter_to("+491701234567").await);
    sam.post("/fn/confirm_phone", &[("code", &token)]).await;
    let stranger = app.anonymous();
    stranger.get("/login/code").await;
    for _ in 0..8 {
        app.clock.advance(MINUTE);
        assert_eq!(ask(&stranger, "sam@uni.example", "text").await, "/login/code/enter");
    }
    let texts = app.letters().await.iter().filter(|letter| letter.address == "+491701234567").count();
    assert_eq!(texts, 5, "one that confirmed the number, four to sign in");
}

/// ASVS 6.3.5
#[tokio::test]
async fn a_code_from_a_new_place_is_told() {
    let app = App::with(&[BOTH[0], ("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    confirmed(&app, "sam").await;
    let mut thief = app.anonymous();
    thief.user_agent = "a thief's own".to_owned();
    thief.get("/login/code").await;
    let asked = [("email", "sam@uni.example"), ("by", "mail"), ("_page", "/login/code")];
    from(&thief, "203.0.113.99", "/fn/ask_code", &asked).await;
    let code = code(&app.letter_to("sam@uni.example").await);
    assert_eq!(from(&thief, "203.0.113.99", "/fn/enter_code", &[("code", &code)]).await, "/");
    let told = app.letter_to("sam@uni.example").await;
    assert!(told.text.contains("from a place and with a browser") && told.text.contains("203.0.113.99"), "{told:?}");
}

/// ASVS 6.3.6
#[tokio::test]
async fn a_code_is_one_proof_and_no_more() {
    let app = App::with(&[BOTH[0], BOTH[1], ("LECTERN_SECOND_STEP", "student")]).await;
    let sam = app.person("sam", SiteRole::Student).await;
    sam.post("/fn/ask_confirmation", &[]).await;
    let token = app.letter_to("sam@uni.example").await.token();
    sam.post("/fn/confirm_address", &[("token", &token)]).await;
    let visitor = app.anonymous();
    ask(&visitor, "sam@uni.example", "mail").await;
    assert_eq!(enter(&visitor, &code(&app.letter_to("sam@uni.example").await)).await, "/courses");
    let page = visitor.post("/fn/create_course", &[("title", "x"), ("summary", "y"), ("description", "z")]).await;
    assert_eq!(page.location(), "/account/security?needed=1", "a second step is still needed");
}

#[tokio::test]
async fn where_there_is_no_server_or_codes_are_off_there_are_none() {
    for settings in [vec![], vec![BOTH[0], ("LECTERN_CODES", "off")], vec![BOTH[0], ("LECTERN_CODES", "text")]] {
        let app = App::with(&settings).await;
        app.person("sam", SiteRole::Student).await;
        let visitor = app.anonymous();
        assert!(!visitor.get("/login").await.has("/login/code"));
        assert_eq!(visitor.get("/login/code").await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            visitor.call("/fn/ask_code", &[("email", "sam@uni.example"), ("by", "mail")]).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn a_code_of_a_closed_account_signs_nobody_in() {
    let app = App::with(&BOTH).await;
    confirmed(&app, "sam").await;
    let admin = app.admin("ada").await;
    let visitor = app.anonymous();
    ask(&visitor, "sam@uni.example", "mail").await;
    let sent = app.letter_to("sam@uni.example").await;
    let sam = admin.id_of("sam").await;
    admin.post("/fn/disable_account", &[("person", &sam)]).await;
    enter(&visitor, &code(&sent)).await;
    assert!(visitor.cookie("lectern").is_none());
}
