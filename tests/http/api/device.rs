//! The device flow, and tokens made by hand.

use axum::http::StatusCode;
use lectern::clock::{DAY, MINUTE, SECOND};
use serde_json::{Value, json};

use super::program::{Program, Reply};
use crate::app::{App, Visitor};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn begin(program: &Program<'_>) -> Value {
    let reply = program
        .form("/api/v1/device-authorization", &[("client_id", "lectern-cli"), ("scope", "account:read courses:read")])
        .await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    reply.json()
}

async fn poll(program: &Program<'_>, begun: &Value) -> Reply {
    let code = begun["device_code"].as_str().unwrap();
    program.form("/api/v1/token", &[("grant_type", GRANT), ("device_code", code), ("client_id", "lectern-cli")]).await
}

#[tokio::test]
async fn an_app_shows_a_code_and_its_person_lets_it_in() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let mut program = app.program();
    let begun = begin(&program).await;
    let code = begun["user_code"].as_str().unwrap().to_owned();
    assert_eq!((begun["expires_in"].as_i64(), begun["interval"].as_i64()), (Some(600), Some(5)));
    assert!(begun["verification_uri_complete"].as_str().unwrap().ends_with(&format!("/device?user_code={code}")));
    assert_eq!(poll(&program, &begun).await.oauth(), "authorization_pending");
    assert_eq!(poll(&program, &begun).await.oauth(), "slow_down", "twice within five seconds");
    app.clock.advance(5 * SECOND);
    assert_eq!(poll(&program, &begun).await.oauth(), "slow_down", "and five seconds more from then on");
    app.clock.advance(15 * SECOND);
    assert_eq!(poll(&program, &begun).await.oauth(), "authorization_pending");

    let page = sam.get(&format!("/device?user_code={}", code.to_lowercase().replace('-', "+"))).await;
    for words in
        ["lectern-cli", "my-script/1", "127.0.0.1", "See the courses and lessons that you can see", code.as_str()]
    {
        assert!(page.has(words), "{words} is not on {}", page.body);
    }
    assert_eq!(sam.post("/fn/let_app_in", &[("user_code", &code)]).await.location(), "/account/sessions");
    assert_eq!(
        sam.post("/fn/let_app_in", &[("user_code", &code)]).await.status,
        StatusCode::NOT_FOUND,
        "answered already"
    );
    app.clock.advance(15 * SECOND);
    let done = poll(&program, &begun).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    program.take(&done);
    assert_eq!(program.get("/api/v1/me").await.json()["email"], "sam@uni.example");
    app.clock.advance(15 * SECOND);
    assert_eq!(poll(&program, &begun).await.oauth(), "expired_token", "used up");
    let sessions = sam.get("/account/sessions").await;
    assert!(sessions.has("lectern-cli") && sessions.has("with a code that you let in"), "{}", sessions.body);
    let other = app.sign_in("sam").await;
    let the_app = other.get("/account/sessions").await.body;
    let the_app = the_app.split_once("lectern-cli").unwrap().1.split("name=\"sign_in\" value=\"").nth(1).unwrap();
    let the_app = the_app.split('"').next().unwrap().to_owned();
    // It lasts as families do, once it has come for its tokens.
    app.clock.advance(13 * DAY);
    let renewed = program.renew(&program.refresh.clone().unwrap()).await;
    assert_eq!(renewed.status, StatusCode::OK);
    program.take(&renewed);
    // Ended where its person is signed in, under the name it gave itself.
    let again = app.sign_in("sam").await;
    assert_eq!(again.post("/fn/end_sign_in", &[("sign_in", &the_app)]).await.location(), "/account/sessions");
    assert!(again.get("/account/sessions").await.has("lectern-cli is signed out."));
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_app_is_turned_away_waits_no_longer_than_it_may_and_belongs_to_whoever_began() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let program = app.program();
    let begun = begin(&program).await;
    let code = begun["user_code"].as_str().unwrap();
    // Nobody lets an app in who is not signed in, nor from another site.
    assert!(app.anonymous().get(&format!("/device?user_code={code}")).await.location().starts_with("/login"));
    assert!(app.anonymous().post("/fn/let_app_in", &[("user_code", code)]).await.location().starts_with("/login"));
    sam.post_bare("/fn/let_app_in", &[("user_code", code)]).await;
    assert_eq!(poll(&program, &begun).await.oauth(), "authorization_pending", "not marked as from our page");
    assert_eq!(sam.post("/fn/turn_app_away", &[("user_code", code)]).await.location(), "/device");
    app.clock.advance(15 * SECOND);
    assert_eq!(poll(&program, &begun).await.oauth(), "access_denied");

    let begun = begin(&program).await;
    let other =
        [("grant_type", GRANT), ("device_code", begun["device_code"].as_str().unwrap()), ("client_id", "another")];
    assert_eq!(program.form("/api/v1/token", &other).await.oauth(), "expired_token");
    // A proof of the last ten minutes is needed, as for whatever opens the account.
    app.clock.advance(10 * MINUTE - SECOND);
    let late = sam.post("/fn/let_app_in", &[("user_code", begun["user_code"].as_str().unwrap())]).await;
    assert!(late.location().starts_with("/prove"), "{}", late.location());
    app.clock.advance(SECOND);
    assert_eq!(poll(&program, &begun).await.oauth(), "expired_token");
    for fields in [&[("client_id", "")][..], &[("client_id", "<i>")], &[("client_id", "x"), ("scope", "everything")]] {
        assert_eq!(program.form("/api/v1/device-authorization", fields).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(program.form("/api/v1/token", &[("grant_type", "password")]).await.oauth(), "unsupported_grant_type");
    assert_eq!(program.form("/api/v1/token", &[]).await.status, StatusCode::BAD_REQUEST);
}

/// RFC 8628, 5.1
#[tokio::test]
async fn codes_cannot_be_tried_out() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    for _ in 0..30 {
        assert_eq!(sam.get("/device?user_code=BBBB-BBBB").await.status, StatusCode::NOT_FOUND);
    }
    let begun = begin(&app.program()).await;
    let code = begun["user_code"].as_str().unwrap();
    // The right one too: a refusal tells nothing.
    for typed in ["BBBB-BBBB", code] {
        assert_eq!(sam.get(&format!("/device?user_code={typed}")).await.status, StatusCode::TOO_MANY_REQUESTS);
        for function in ["/fn/let_app_in", "/fn/turn_app_away"] {
            assert_eq!(sam.post(function, &[("user_code", typed)]).await.status, StatusCode::TOO_MANY_REQUESTS);
        }
    }
    // And so do tries that go round the page.
    let kim = app.student("kim").await;
    for _ in 0..30 {
        assert_eq!(kim.post("/fn/turn_app_away", &[("user_code", "BBBB-BBBB")]).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(kim.post("/fn/turn_app_away", &[("user_code", code)]).await.status, StatusCode::TOO_MANY_REQUESTS);
    let dump = String::from_utf8_lossy(&app.dump().await).into_owned();
    for secret in [code, &code.replace('-', ""), begun["device_code"].as_str().unwrap()] {
        assert!(!dump.contains(secret), "a code is kept");
    }
}

/// What the form of a token holds.
fn token<'a>(name: &'a str, lasts: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("token_name", name), ("lasts", lasts), ("account_read", "yes"), ("courses_read", "yes")]
}

/// Makes a token by hand, and answers it as it is shown.
async fn make(visitor: &Visitor<'_>, name: &str, lasts: &str) -> String {
    assert_eq!(visitor.post("/fn/make_token", &token(name, lasts)).await.location(), "/account/tokens/new");
    let page = visitor.get("/account/tokens/new").await;
    let at = page.body.find("lectern_pat_").unwrap_or_else(|| panic!("{}", page.body));
    page.body[at..].split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_made_by_hand_is_shown_once_and_good_until_its_day() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let made = make(&sam, "Grades script", "7").await;
    assert!(!sam.get("/account/tokens/new").await.has(&made), "once");
    assert!(!String::from_utf8_lossy(&app.dump().await).contains(&made[12..]), "and kept nowhere");
    let list = sam.get("/account/tokens").await;
    assert!(list.has("Grades script") && list.has("<dd>Never</dd>") && !list.has(&made));
    let program = Program { token: Some(made.clone()), ..app.program() };
    let me = program.get("/api/v1/me").await;
    assert_eq!((me.status, me.json()["scope"].as_str()), (StatusCode::OK, Some("account:read courses:read")));
    assert_eq!(program.post("/api/v1/courses/x/join", &json!({})).await.status, StatusCode::NOT_FOUND);
    app.clock.advance(SECOND);
    program.get("/api/v1/me").await;
    assert!(!sam.get("/account/tokens").await.has("<dd>Never</dd>"), "it says so at the first use");
    assert_eq!(program.get("/api/v1/tokens").await.json()[0]["name"], "Grades script");
    // It does nothing that asks for a proof.
    let id = program.get("/api/v1/tokens").await.json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(program.delete(&format!("/api/v1/tokens/{id}")).await.status, StatusCode::FORBIDDEN);
    app.clock.advance(7 * DAY - 2 * SECOND);
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK, "unused in between, and good all the same");
    app.clock.advance(SECOND);
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_made_by_hand_is_revoked_by_its_person_alone() {
    let app = App::start().await;
    let (sam, kim) = (app.student("sam").await, app.student("kim").await);
    let program = Program { token: Some(make(&sam, "Script", "90").await), ..app.program() };
    let id = sam.get("/account/tokens").await.hidden("personal_token");
    assert_eq!(kim.post("/fn/revoke_token", &[("personal_token", &id)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    let done = sam.post("/fn/revoke_token", &[("personal_token", &id)]).await;
    assert_eq!(done.location(), "/account/tokens");
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert!(sam.get("/account/tokens").await.has("No tokens yet"));
    // By a program that has just signed in, too.
    make(&sam, "Script", "90").await;
    let signed_in = app.program_of("sam", &["account:read", "account:write"]).await;
    let id = signed_in.get("/api/v1/tokens").await.json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(signed_in.delete(&format!("/api/v1/tokens/{id}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(signed_in.delete(&format!("/api/v1/tokens/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_form_of_a_token_says_what_it_needs_and_there_are_only_so_many() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    for (fields, field) in [
        (vec![("token_name", ""), ("lasts", "30"), ("account_read", "yes")], "token_name"),
        (vec![("token_name", "x"), ("lasts", "30")], "account_read"),
        (vec![("token_name", "x"), ("lasts", "100000"), ("account_read", "yes")], "lasts"),
        (vec![("token_name", &*"x".repeat(61)), ("lasts", "30"), ("account_read", "yes")], "token_name"),
    ] {
        let fields = [fields, vec![("_page", "/account/tokens")]].concat();
        let page = sam.post("/fn/make_token", &fields).await;
        assert_eq!(page.location(), "/account/tokens");
        assert!(sam.get("/account/tokens").await.has(&format!("href=\"#{field}\"")), "{fields:?}");
    }
    for number in 0..20 {
        make(&sam, &format!("Script {number}"), "30").await;
    }
    assert!(sam.get("/account/tokens").await.has("as many as one person has"));
    assert_eq!(sam.post("/fn/make_token", &token("One more", "30")).await.status, StatusCode::CONFLICT);
}
