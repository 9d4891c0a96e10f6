//! Text messages that leave through a gateway.

use lectern::accounts::model::SiteRole;
use lectern::mail::sending::{self, send_due};

use crate::app::{App, task};
use crate::server;

async fn app(settings: &[(&'static str, &str)]) -> App {
    let url = format!("{}/send", server("LECTERN_TEST_SMS"));
    // The first of two counts.
    let mut all = settings.to_vec();
    all.extend([("LECTERN_SMS_URL", url.as_str()), ("LECTERN_SMS_HEADER", "X-Key: sms-secret-for-tests")]);
    App::with(&all).await
}

/// What the gateway got for a number.
async fn sent(number: &str) -> serde_json::Value {
    let url = format!("{}/sent", server("LECTERN_TEST_SMS"));
    reqwest::Client::new().get(url).query(&[("to", number)]).send().await.unwrap().json().await.unwrap()
}

async fn set_phone(app: &App, number: &str) {
    let sam = app.person("sam", SiteRole::Student).await;
    assert_eq!(sam.post("/fn/set_phone", &[("phone", number)]).await.location(), "/account/security#phone");
    assert_eq!(send_due(&app.site).await.unwrap(), 1);
}

async fn errors(app: &App, state: &str) -> Vec<String> {
    let system = std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system());
    let mut read = app.site.db.read(system).await.unwrap();
    let rows = task().admin(&mut read).list_letters(state, 0, 10).await.unwrap();
    rows.into_iter().filter_map(|row| row.last_error).collect()
}

#[tokio::test]
async fn a_code_arrives_in_words_as_json_and_as_a_form() {
    for (number, body) in
        [("+491701000011", r#"{"to":"{to}","text":"{text}"}"#), ("+491701000012", "to={to}&text={text}")]
    {
        let app = app(&[("LECTERN_SMS_BODY", body)]).await;
        set_phone(&app, number).await;
        let sent = sent(number).await;
        assert_eq!(sent.as_array().unwrap().len(), 1, "{sent}");
        let text = sent[0]["text"].as_str().unwrap();
        assert!(text.contains(" is your code for Lectern. Tell it nobody.\n\n@localhost #"), "{text}");
        assert_eq!(sent[0]["isJson"], body.starts_with('{'));
        let code: String = text.chars().take(6).collect();
        let sam = app.sign_in("sam").await;
        assert!(sam.get("/account/security").await.has("We sent a code to"));
        assert!(code.bytes().all(|byte| byte.is_ascii_digit()), "{text}");
    }
}

/// A gateway that does not answer holds up no mail.
#[tokio::test]
async fn mail_leaves_while_a_gateway_says_nothing() {
    let app = app(&[("LECTERN_SMTP_URL", &server("LECTERN_TEST_MAIL"))]).await;
    let sam = app.person("sam", SiteRole::Student).await;
    sam.post("/fn/set_phone", &[("phone", "+491701000000")]).await;
    app.anonymous().post("/fn/ask_reset", &[("email", "sam@uni.example")]).await;
    let kinds = async || app.letters().await.into_iter().map(|letter| letter.kind).collect::<Vec<_>>();
    assert_eq!(kinds().await, ["text_code", "reset"]);
    let site = app.site.clone();
    let sending = tokio::spawn(async move { sending::run(site).await });
    while kinds().await.contains(&"reset".to_owned()) {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(errors(&app, "waiting").await, [""; 0], "the gateway has not said anything yet");
    assert_eq!(kinds().await, ["text_code"]);
    sending.abort();
}

#[tokio::test]
async fn what_the_gateway_refuses_is_told_without_the_code_and_no_redirect_is_followed() {
    for (number, state, words) in [
        ("+491701000050", "waiting", "the gateway answered 500"),
        ("+491701000040", "dead", "the gateway answered 400"),
        ("+491701000030", "dead", "the gateway answered 307"),
        ("+491701000000", "waiting", "the gateway said nothing, for too long"),
    ] {
        let app = app(&[]).await;
        set_phone(&app, number).await;
        assert_eq!(errors(&app, state).await, [words], "{number}");
        assert_eq!(sent(number).await.as_array().unwrap().len(), 0);
    }
    let wrong = app(&[("LECTERN_SMS_HEADER", "X-Key: another")]).await;
    set_phone(&wrong, "+491701000013").await;
    assert_eq!(errors(&wrong, "dead").await, ["the gateway answered 401"]);
}
