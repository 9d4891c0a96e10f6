//! What no device answered: ceremonies that are missing, over, another's or garbage. What devices answer is in the stories, with
//! Chromium's virtual authenticator.

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::{HOUR, MINUTE, SECOND};

use crate::app::{App, PASSWORD, Visitor};

/// The ceremony of a begun one, and its options.
fn begun(body: &str) -> (String, serde_json::Value) {
    let text: String = serde_json::from_str(body).unwrap();
    let begun: serde_json::Value = serde_json::from_str(&text).unwrap();
    (begun["ceremony"].as_str().unwrap().to_owned(), begun["options"].clone())
}

async fn begin(visitor: &Visitor<'_>, path: &str) -> String {
    let page = visitor.call(path, &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    begun(&page.body).0
}

/// ASVS 6.7.2
#[tokio::test]
async fn a_challenge_is_new_each_time_and_asks_for_its_person() {
    let app = App::start().await;
    let visitor = app.anonymous();
    assert_eq!(
        visitor.call("/fn/begin_passkey_sign_in", &[]).await.status,
        StatusCode::BAD_REQUEST,
        "only a browser that was shown the page is given one"
    );
    let page = visitor.get("/login").await;
    assert!(page.has("data-begin=\"/fn/begin_passkey_sign_in\"") && page.has("username webauthn"), "{}", page.body);
    let (one, options) = begun(&visitor.call("/fn/begin_passkey_sign_in", &[]).await.body);
    let (other, others) = begun(&visitor.call("/fn/begin_passkey_sign_in", &[]).await.body);
    let challenge = |options: &serde_json::Value| options["publicKey"]["challenge"].as_str().unwrap().to_owned();
    assert!(one != other && challenge(&options) != challenge(&others) && challenge(&options).len() >= 43);
    assert_eq!(options["publicKey"]["rpId"], "localhost");
    assert_eq!(options["publicKey"]["userVerification"], "required");
    assert!(options["publicKey"].get("allowCredentials").is_none_or(|keys| keys.as_array().is_none_or(Vec::is_empty)));
    let dump = String::from_utf8_lossy(&app.dump().await).into_owned();
    assert!(!dump.contains(&one), "what names a ceremony is kept as its digest");
}

#[tokio::test]
async fn what_is_no_answer_signs_nobody_in_and_uses_the_challenge_up() {
    let app = App::start().await;
    let visitor = app.anonymous();
    visitor.get("/login").await;
    for credential in [
        "",
        "{}",
        "null",
        "[]",
        "not json",
        "{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"response\":{\"authenticatorData\":\"AA\",\"clientDataJSON\":\"AA\",\"signature\":\"AA\",\"userHandle\":\"AAAAAAAAAAAAAAAAAAAAAA\"}}",
        &"x".repeat(50_000),
    ] {
        let ceremony = begin(&visitor, "/fn/begin_passkey_sign_in").await;
        let fields = [("ceremony", ceremony.as_str()), ("credential", credential)];
        let page = visitor.call("/fn/sign_in_with_passkey", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{credential}: {}", page.body);
        let page = visitor.call("/fn/sign_in_with_passkey", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(visitor.cookie("lectern").is_none());
    assert_eq!(app.count("ceremonies").await, 0, "each was used up");
    let plain =
        visitor.post("/fn/sign_in_with_passkey", &[("ceremony", "x"), ("credential", "{}"), ("_page", "/login")]).await;
    assert_eq!(plain.location(), "/login");
    let page = visitor.get("/login").await;
    assert!(page.has("We do not know that passkey") && !page.has("data-in-field"), "{}", page.body);
}

/// ASVS 7.5.1
#[tokio::test]
async fn making_a_key_needs_a_recent_proof_and_its_own_challenge() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let other = app.sign_in("sam").await;
    let ceremony = begin(&sam, "/fn/begin_passkey").await;
    let fields = [("ceremony", ceremony.as_str()), ("credential", "{}"), ("passkey_name", "Laptop")];
    // Another sign-in of the same person, another name, no name.
    assert_eq!(other.call("/fn/add_passkey", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unnamed = [("ceremony", ceremony.as_str()), ("credential", "{}"), ("passkey_name", " ")];
    assert!(sam.call("/fn/add_passkey", &unnamed).await.has("Enter a name of the passkey"));
    app.clock.advance(5 * MINUTE);
    assert!(sam.call("/fn/add_passkey", &fields).await.has("came too late, or was not for us"));
    app.clock.advance(6 * MINUTE);
    assert_eq!(sam.call("/fn/begin_passkey", &[]).await.body, "\"ProveAgain\"");
    assert_eq!(app.count("passkeys").await, 0);
    assert_eq!(sam.post("/fn/remove_passkey", &[("passkey", "1")]).await.location().split('?').next(), Some("/prove"));
    sam.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    assert_eq!(sam.post("/fn/remove_passkey", &[("passkey", "1")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        sam.post("/fn/rename_passkey", &[("passkey", "1"), ("passkey_name", "x")]).await.status,
        StatusCode::NOT_FOUND
    );
    app.clock.advance(HOUR - SECOND);
}

#[tokio::test]
async fn where_the_address_allows_no_passkeys_the_page_says_so() {
    let app = App::with(&[("LECTERN_PUBLIC_URL", "http://192.168.1.20:3000")]).await;
    let sam = app.person("sam", SiteRole::Student).await;
    assert!(sam.get("/account/security").await.has("Passkeys need an address with a name and https"));
    assert!(!app.anonymous().get("/login").await.has("begin_passkey"));
    assert_eq!(sam.call("/fn/begin_passkey", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(sam.call("/fn/begin_passkey_sign_in", &[]).await.status, StatusCode::NOT_FOUND);
}
