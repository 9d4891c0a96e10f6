//! Signing in with accounts elsewhere: a real OpenID provider (oidc-provider), one that lies on demand, and one shaped like GitHub.

mod lies;

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::MINUTE;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::app::{App, ORIGIN, PASSWORD, START, Visitor};
use crate::server;

/// A site with all three, at the time it is: tokens are made by the others' clocks.
async fn app() -> App {
    app_with(&[]).await
}

async fn app_with(more: &[(&'static str, &str)]) -> App {
    let (provider, liar, github) =
        (server("LECTERN_TEST_PROVIDER"), server("LECTERN_TEST_LIAR"), server("LECTERN_TEST_GITHUB"));
    let mut settings = vec![
        ("LECTERN_PROVIDERS", "campus,liar,github"),
        ("LECTERN_PROVIDER_CAMPUS_ISSUER", provider.as_str()),
        ("LECTERN_PROVIDER_CAMPUS_LABEL", "Campus"),
        ("LECTERN_PROVIDER_CAMPUS_ID", "lectern"),
        ("LECTERN_PROVIDER_CAMPUS_SECRET", "provider-secret-for-tests"),
        ("LECTERN_PROVIDER_CAMPUS_PRIVATE", "1"),
        ("LECTERN_PROVIDER_LIAR_ISSUER", liar.as_str()),
        ("LECTERN_PROVIDER_LIAR_ID", "lectern"),
        ("LECTERN_PROVIDER_LIAR_SECRET", "provider-secret-for-tests"),
        ("LECTERN_PROVIDER_LIAR_PRIVATE", "1"),
        ("LECTERN_PROVIDER_GITHUB_SITE", github.as_str()),
        ("LECTERN_PROVIDER_GITHUB_API", github.as_str()),
        ("LECTERN_PROVIDER_GITHUB_ID", "lectern"),
        ("LECTERN_PROVIDER_GITHUB_SECRET", "provider-secret-for-tests"),
        ("LECTERN_PROVIDER_GITHUB_PRIVATE", "1"),
    ];
    settings.extend(more.iter().copied());
    let app = App::with(&settings).await;
    #[expect(clippy::disallowed_methods, reason = "the other servers' clock is the system's")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    app.clock.advance(i64::try_from(now).unwrap() - START);
    app
}

fn browser() -> reqwest::Client {
    reqwest::Client::builder().redirect(Policy::none()).cookie_store(true).build().unwrap()
}

/// The path and query of an address of ours.
fn ours(address: &str) -> Option<String> {
    address.strip_prefix(ORIGIN).map(str::to_owned)
}

/// Sends the visitor to a provider, and answers where it sends them back to: at ours.
async fn away(visitor: &Visitor<'_>, start: &str, login: &str) -> String {
    let page = visitor.get(start).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    walk(page.location(), login).await
}

/// Walks through a provider's pages as a person does, who types `login` where asked; empty: they cancel.
async fn walk(from: &str, login: &str) -> String {
    let browser = browser();
    let mut address = from.to_owned();
    for _ in 0..12 {
        if let Some(back) = ours(&address) {
            return back;
        }
        let page = browser.get(&address).send().await.unwrap();
        let at = page.url().clone();
        let answer = match page.headers().get("location") {
            Some(_) => page,
            None => {
                let body = page.text().await.unwrap();
                assert!(body.contains("Login"), "{at}: {body}");
                let fields = if login.is_empty() { vec![("cancel", "yes")] } else { vec![("login", login)] };
                browser.post(at.clone()).form(&fields).send().await.unwrap()
            }
        };
        let location =
            answer.headers().get("location").unwrap_or_else(|| panic!("no way on from {at}")).to_str().unwrap();
        address = at.join(location).unwrap().to_string();
    }
    panic!("walked in circles from {from}");
}

async fn lie(name: &str, lie: Value) {
    let answer = browser().post(format!("{}/lie", server(name))).json(&lie).send().await.unwrap();
    assert!(answer.status().is_success());
}

async fn seen(name: &str) -> Vec<Value> {
    browser().get(format!("{}/seen", server(name))).send().await.unwrap().json().await.unwrap()
}

fn is_signed_in(visitor: &Visitor<'_>) -> bool {
    visitor.cookie("lectern").is_some()
}

/// The liar and the one shaped like GitHub are asked by one test at a time: a lie is for the next who comes.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// ASVS 10.1.1, 10.1.2, 10.2.1, 10.5.2
#[tokio::test]
async fn somebody_new_comes_from_a_provider_and_comes_back() {
    let app = app().await;
    let visitor = app.anonymous();
    let page = visitor.get("/login?next=/courses").await;
    assert!(
        page.has("Sign in with Campus") && page.has("href=\"/login/with/campus?next=%2Fcourses\""),
        "{}",
        page.body
    );
    let back = away(&visitor, "/login/with/campus?next=/courses", "ada").await;
    assert!(!is_signed_in(&visitor));
    assert_eq!(visitor.get(&back).await.location(), "/courses");
    let page = visitor.get("/account/security").await;
    assert!(page.has("<dd><bdi>ada@people.example") && page.has("badge good\">Confirmed"), "{}", page.body);
    assert!(page.has("Campus") && visitor.get("/account/sessions").await.has("with an account elsewhere"));
    // The answer works once, and the account is the same the next time.
    let again = app.anonymous();
    assert_eq!(again.get(&back).await.location(), "/login");
    let back = away(&again, "/login/with/campus", "ada").await;
    assert_eq!(again.get(&back).await.location(), "/");
    assert_eq!(app.count("users").await, 1);
    // Nothing of the provider's is kept but who it is.
    let dump = String::from_utf8_lossy(&app.dump().await).into_owned();
    assert!(dump.contains("sub-ada") && !dump.contains("eyJ"), "no token stands in the database");
}

#[tokio::test]
async fn who_says_no_there_is_back_where_they_were() {
    let app = app().await;
    let visitor = app.anonymous();
    let back = away(&visitor, "/login/with/campus?next=/courses", "").await;
    assert_eq!(visitor.get(&back).await.location(), "/login?next=%2Fcourses");
    assert!(visitor.get("/login?next=%2Fcourses").await.has("Nothing was done: Campus was told no"));
    assert_eq!(app.count("users").await, 0);
    assert_eq!(visitor.get("/login/with/nobody").await.status, StatusCode::NOT_FOUND);
}

/// ASVS 10.1.2, 10.2.1, 10.2.2
#[tokio::test]
async fn an_answer_is_for_the_browser_that_was_sent_to_that_provider_within_ten_minutes() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let app = app().await;
    let (visitor, thief) = (app.anonymous(), app.anonymous());
    let back = away(&visitor, "/login/with/campus", "ada").await;
    let hers = away(&thief, "/login/with/campus", "eve").await;
    // Another browser, with an answer that is not its own: whoever is made to open it is not signed in as somebody else.
    assert_eq!(app.anonymous().get(&back).await.location(), "/login");
    assert_eq!(thief.get(&back).await.location(), "/login");
    assert_eq!(visitor.get(&hers).await.location(), "/login");
    assert!(visitor.get("/login").await.has("began in another browser"));
    // Swapped: the code of one, the state of the other.
    let query = |back: &str, name: &str| {
        let query = back.split_once('?').unwrap().1;
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    let mixed = away(&visitor, "/login/with/campus", "ada").await;
    let other = away(&thief, "/login/with/campus", "eve").await;
    let swapped = format!(
        "/login/with/campus/back?code={}&state={}&iss={}",
        query(&other, "code"),
        query(&mixed, "state"),
        query(&mixed, "iss")
    );
    visitor.get(&swapped).await;
    assert!(!is_signed_in(&visitor), "her code was asked for with another verifier");
    // At another provider's door (mix-up).
    let back = away(&visitor, "/login/with/campus", "ada").await;
    assert_eq!(visitor.get(&back.replace("/campus/", "/liar/")).await.location(), "/login");
    // Too late.
    let back = away(&visitor, "/login/with/campus", "ada").await;
    app.clock.advance(10 * MINUTE);
    assert_eq!(visitor.get(&back).await.location(), "/login");
    for without in ["/login/with/campus/back", "/login/with/campus/back?code=x&state=made-up"] {
        assert_eq!(visitor.get(without).await.location(), "/login");
    }
    assert!(!is_signed_in(&visitor) && !is_signed_in(&thief));
    assert_eq!(app.count("users").await, 0);
}

/// ASVS 6.8.1, 10.3.3, 10.5.2
#[tokio::test]
async fn an_address_never_takes_an_account_over() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let app = app().await;
    app.person("sam", SiteRole::Student).await;
    for login in ["sam=sam@uni.example", "unverified-sam"] {
        let visitor = app.anonymous();
        let back = away(&visitor, "/login/with/campus", login).await;
        assert!(visitor.get(&back).await.location().starts_with("/login"), "{login}");
        assert!(!is_signed_in(&visitor));
        let said = visitor.get("/login").await;
        assert!(said.has("There is an account here with the address") || said.has("has not confirmed your address"));
    }
    assert_eq!(app.count("users").await, 1);
    assert_eq!(app.count("provider_accounts").await, 0);
    app.sign_in("sam").await;
    // The same person with another address there is the same here; another with the same address is not.
    lie("LECTERN_TEST_LIAR", json!({"subject": "one", "email": "one@people.example", "email_verified": true})).await;
    let one = app.anonymous();
    one.get(&away(&one, "/login/with/liar", "").await).await;
    lie("LECTERN_TEST_LIAR", json!({"subject": "one", "email": "new@people.example", "email_verified": true})).await;
    let again = app.anonymous();
    again.get(&away(&again, "/login/with/liar", "").await).await;
    assert!(again.get("/account/security").await.has("<dd><bdi>one@people.example"));
    lie("LECTERN_TEST_LIAR", json!({"subject": "two", "email": "one@people.example", "email_verified": true})).await;
    let two = app.anonymous();
    two.get(&away(&two, "/login/with/liar", "").await).await;
    assert!(!is_signed_in(&two));
    // The same subject of another issuer is another person.
    lie("LECTERN_TEST_LIAR", json!({"subject": "sub-ada", "email": "other@people.example", "email_verified": true}))
        .await;
    let other = app.anonymous();
    other.get(&away(&other, "/login/with/liar", "").await).await;
    let ada = app.anonymous();
    ada.get(&away(&ada, "/login/with/campus", "ada").await).await;
    assert!(ada.get("/account/security").await.has("<dd><bdi>ada@people.example"));
    assert_eq!(app.count("users").await, 4);
}

async fn is_signed_in_still(visitor: &Visitor<'_>) -> bool {
    visitor.get("/account").await.status == StatusCode::OK
}

/// ASVS 7.5.1
#[tokio::test]
async fn another_way_is_added_from_ones_own_account_alone() {
    let app = app().await;
    let sam = app.person("sam", SiteRole::Student).await;
    app.clock.advance(11 * MINUTE);
    assert!(sam.get("/account/security/add/campus").await.location().starts_with("/prove"));
    sam.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    app.clock.advance(-11 * MINUTE);
    let link = async |visitor: &Visitor<'_>| {
        let page = visitor.get("/account/security/add/campus").await;
        let at = page.body.find(&server("LECTERN_TEST_PROVIDER")).unwrap_or_else(|| panic!("{}", page.body));
        page.body[at..].split('"').next().unwrap().replace("&amp;", "&")
    };
    let (sam, elsewhere) = (app.sign_in("sam").await, app.sign_in("sam").await);
    let back = walk(&link(&sam).await, "sam").await;
    // Somebody else's browser cannot add it to their account.
    let eve = app.person("eve", SiteRole::Student).await;
    assert_eq!(eve.get(&back).await.location(), "/login");
    assert_eq!(sam.get(&back).await.location(), "/account/security");
    assert!(sam.get("/account/security").await.has("Your Campus account signs you in from now on"));
    assert!(!is_signed_in_still(&elsewhere).await, "what was signed in before it was added ended");
    let visitor = app.anonymous();
    visitor.get(&away(&visitor, "/login/with/campus", "sam").await).await;
    assert!(visitor.get("/account").await.has("sam@uni.example"));
    // It is one account's.
    let taken = eve.get(&walk(&link(&eve).await, "sam").await).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    // Removed, it signs nobody in; another account is not made of it while the address is free, which it is not here.
    let page = sam.get("/account/security").await;
    let id = page.hidden("account");
    assert_eq!(eve.post("/fn/remove_provider", &[("account", &id)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(sam.post("/fn/remove_provider", &[("account", &id)]).await.location(), "/account/security");
    assert!(!is_signed_in_still(&visitor).await, "and what was signed in with it when it was removed");
    assert!(!sam.get("/account/security").await.has("name=\"account\""));
}

#[tokio::test]
async fn the_last_way_in_stays_and_proves_who_has_no_password() {
    let app = app().await;
    let visitor = app.anonymous();
    visitor.get(&away(&visitor, "/login/with/campus", "ada").await).await;
    let id = visitor.get("/account/security").await.hidden("account");
    let page = visitor.post("/fn/remove_provider", &[("account", &id)]).await;
    assert!(page.status == StatusCode::FORBIDDEN && page.has("This is your last way in"), "{}", page.body);
    assert_eq!(app.count("provider_accounts").await, 1);
    app.clock.advance(11 * MINUTE);
    let asked = visitor.post("/fn/end_other_sign_ins", &[("_page", "/account/sessions")]).await;
    let prove = visitor.get(asked.location()).await;
    assert!(!prove.has("type=\"password\"") && prove.has("Continue with Campus"), "{}", prove.body);
    app.clock.advance(-11 * MINUTE);
    let again = away(&visitor, "/login/with/campus?prove=1&next=/account/sessions", "eve").await;
    assert!(visitor.get(&again).await.location().starts_with("/prove"), "another account there proves nothing");
    let cookie = visitor.cookie("lectern");
    let right = away(&visitor, "/login/with/campus?prove=1&next=/account/sessions", "ada").await;
    assert_eq!(visitor.get(&right).await.location(), "/resend");
    assert_ne!(visitor.cookie("lectern"), cookie, "a new session id");
}

/// ASVS 6.8.4, 6.3.4
#[tokio::test]
async fn a_provider_is_one_proof_whatever_it_says() {
    let app = app_with(&[("LECTERN_SECOND_STEP", "student")]).await;
    let visitor = app.anonymous();
    visitor.get(&away(&visitor, "/login/with/campus", "ada").await).await;
    assert_eq!(visitor.get("/courses/new").await.location(), "/account/security?needed=1");
    visitor.post("/fn/begin_code_app", &[]).await;
    let page = visitor.get("/account/security/code-app").await;
    let key = page.body.split_once("<code class=\"key\">").unwrap().1.split('<').next().unwrap().replace(' ', "");
    let code = crate::code_app::oathtool(&key, app.clock.now());
    visitor.post("/fn/confirm_code_app", &[("code", &code)]).await;
    let again = app.anonymous();
    let back = away(&again, "/login/with/campus", "ada").await;
    assert_eq!(again.get(&back).await.location(), "/login/second");
    assert!(!is_signed_in(&again));
    // So it is inside: who has shown both, and proves one of them again, shows the other again as well.
    let back = away(&visitor, "/login/with/campus?prove=1&next=/account/sessions", "ada").await;
    let asked = visitor.get(&back).await.location().to_owned();
    assert!(asked.starts_with("/prove"), "{asked}");
    assert!(visitor.get(&asked).await.has("name=\"code\""));
    let end = visitor.post("/fn/end_other_sign_ins", &[("_page", "/account/sessions")]).await;
    assert!(end.location().starts_with("/prove"), "{}", end.location());
}

/// ASVS 6.3.5
#[tokio::test]
async fn a_new_place_is_told_whichever_way_somebody_comes() {
    let app = app_with(&[("LECTERN_SMTP_URL", "smtp://127.0.0.1:1"), ("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let visitor = app.anonymous();
    visitor.get(&away(&visitor, "/login/with/campus", "ada").await).await;
    let mut thief = app.anonymous();
    thief.user_agent = "a thief's own".to_owned();
    let back = away(&thief, "/login/with/campus", "ada").await;
    let mut request = thief.request(axum::http::Method::GET, &back).body(axum::body::Body::empty()).unwrap();
    request.headers_mut().insert("x-forwarded-for", "203.0.113.99".parse().unwrap());
    assert_eq!(thief.send(request).await.location(), "/");
    let told = app.letter_to("ada@people.example").await;
    assert!(told.text.contains("from a place and with a browser") && told.text.contains("203.0.113.99"), "{told:?}");
}

/// A sign-in that is open elsewhere is no proof for who has a password.
#[tokio::test]
async fn who_has_a_password_proves_with_it() {
    let app = app().await;
    let sam = app.person("sam", SiteRole::Student).await;
    assert!(sam.get("/login/with/campus?prove=1&next=/courses").await.location().starts_with("/prove"));
    assert_eq!(app.count("provider_visits").await, 0);
}

#[tokio::test]
async fn a_closed_account_stays_closed_whichever_way_somebody_comes() {
    let app = app().await;
    let visitor = app.anonymous();
    visitor.get(&away(&visitor, "/login/with/campus", "ada").await).await;
    let admin = app.admin("boss").await;
    let list = admin.get("/admin/users?q=ada@people.example").await;
    let ada = list.body.split_once("/people/").unwrap().1.split('"').next().unwrap().to_owned();
    admin.post("/fn/disable_account", &[("person", &ada)]).await;
    assert!(visitor.get("/account").await.location().starts_with("/login"));
    let again = app.anonymous();
    let back = away(&again, "/login/with/campus", "ada").await;
    assert!(again.get(&back).await.location().starts_with("/login"));
    assert!(!is_signed_in(&again));
}
