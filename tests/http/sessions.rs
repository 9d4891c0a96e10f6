//! Sessions: ids, ends, and who is asking.

use axum::http::StatusCode;
use lectern::clock::{DAY, HOUR, MINUTE};

use crate::app::{App, PASSWORD};

async fn is_signed_in(visitor: &crate::app::Visitor<'_>) -> bool {
    visitor.get("/account").await.status == StatusCode::OK
}

#[tokio::test]
async fn every_sign_in_gets_a_new_id_and_the_old_one_is_dead() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let first = sam.cookie("lectern").unwrap();
    sam.sign_in("sam", PASSWORD).await;
    let second = sam.cookie("lectern").unwrap();
    assert_ne!(first, second);
    let thief = app.anonymous();
    thief.set_cookie("lectern", &first);
    assert!(!is_signed_in(&thief).await);
    assert!(
        sam.get("/account/sessions").await.has("You are signed in nowhere else."),
        "signing in again here must replace, not add"
    );
}

#[tokio::test]
async fn an_id_the_client_made_up_is_never_adopted() {
    let app = App::start().await;
    app.student("sam").await;
    let victim = app.anonymous();
    victim.set_cookie("lectern", "AAAAAAAAAAAAAAAAAAAAAA");
    victim.sign_in("sam", PASSWORD).await;
    assert_ne!(victim.cookie("lectern").unwrap(), "AAAAAAAAAAAAAAAAAAAAAA");
    assert!(is_signed_in(&victim).await);
    let attacker = app.anonymous();
    attacker.set_cookie("lectern", "AAAAAAAAAAAAAAAAAAAAAA");
    assert!(!is_signed_in(&attacker).await);
}

#[tokio::test]
async fn the_id_is_not_in_the_database() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let id = sam.cookie("lectern").unwrap();
    let bytes = app.dump().await;
    assert!(!bytes.windows(id.len()).any(|window| window == id.as_bytes()));
    assert!(!bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));
}

#[tokio::test]
async fn visitors_leave_no_session() {
    let app = App::start().await;
    let visitor = app.anonymous();
    for page in ["/", "/courses", "/login", "/signup"] {
        let answer = visitor.get(page).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::OK, ""), "{page}");
    }
    visitor.set_cookie("lectern", "AAAAAAAAAAAAAAAAAAAAAA");
    visitor.get("/").await;
    assert_eq!(app.count("session_records").await, 0);
}

#[tokio::test]
async fn signing_out_ends_the_sign_in_for_good() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let id = sam.cookie("lectern").unwrap();
    let page = sam.post("/fn/sign_out", &[]).await;
    assert_eq!(page.location(), "/");
    assert!(sam.cookie("lectern").is_none(), "the cookie must go");
    assert_eq!(page.header("clear-site-data"), "\"cache\", \"storage\"", "and what the browser kept");
    let home = sam.get("/").await;
    assert!(home.has("You are signed out here.") && home.header("clear-site-data").is_empty());
    sam.set_cookie("lectern", &id);
    assert!(!is_signed_in(&sam).await);
}

#[tokio::test]
async fn a_sign_in_ends_without_use_and_at_its_absolute_end() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    app.clock.advance(HOUR - MINUTE);
    assert!(is_signed_in(&sam).await);
    app.clock.advance(HOUR - MINUTE);
    assert!(is_signed_in(&sam).await, "use must move the idle end");
    app.clock.advance(HOUR + 1);
    assert!(!is_signed_in(&sam).await);
    assert!(sam.cookie("lectern").is_none(), "a dead session's cookie must go");

    let kim = app.student("kim").await;
    for _ in 0..48 {
        app.clock.advance(DAY / 48);
        kim.get("/").await;
    }
    assert!(!is_signed_in(&kim).await, "a day is the end whatever the use");
}

#[tokio::test]
async fn an_admins_sign_in_is_shorter() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    app.clock.advance(15 * MINUTE + 1);
    assert!(!is_signed_in(&admin).await);
}

#[tokio::test]
async fn limits_are_settings() {
    let app = App::with(&[("LECTERN_SESSION_IDLE", "student=5m")]).await;
    let sam = app.student("sam").await;
    app.clock.advance(5 * MINUTE + 1);
    assert!(!is_signed_in(&sam).await);
}

#[tokio::test]
async fn one_other_or_all_others_can_be_ended() {
    let app = App::start().await;
    let here = app.student("sam").await;
    let mut phone = app.anonymous();
    phone.user_agent = "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0".to_owned();
    phone.sign_in("sam", PASSWORD).await;
    let tablet = app.sign_in("sam").await;
    app.clock.advance(MINUTE * 2);
    phone.get("/").await;

    let list = here.get("/account/sessions").await;
    assert!(
        list.has("Firefox on Linux")
            && list.has("Firefox on Android")
            && list.has("You are here")
            && list.has("End 2 sign-ins"),
        "{}",
        list.body
    );
    // The last seen comes first: the phone.
    let page = here.post("/fn/end_sign_in", &[("sign_in", &list.hidden("sign_in"))]).await;
    assert_eq!(page.location(), "/account/sessions");
    assert!(here.get("/account/sessions").await.has("Firefox on Android is signed out."));
    assert!(!is_signed_in(&phone).await && is_signed_in(&tablet).await);

    here.post("/fn/end_other_sign_ins", &[]).await;
    assert!(!is_signed_in(&tablet).await && is_signed_in(&here).await);
    assert!(here.get("/account/sessions").await.has("You are signed in nowhere else."));
}

#[tokio::test]
async fn somebody_elses_sign_in_can_not_be_ended() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let kim = app.student("kim").await;
    app.sign_in("kim").await;
    let of_kim = kim.get("/account/sessions").await.hidden("sign_in");
    assert_eq!(sam.post("/fn/end_sign_in", &[("sign_in", &of_kim)]).await.status, StatusCode::NOT_FOUND);
    assert!(kim.get("/account/sessions").await.has("1 sign-in"));
}

#[tokio::test]
async fn a_cookie_on_https_has_its_prefix_and_is_removed_with_it() {
    let app = App::with(&[("LECTERN_PUBLIC_URL", "https://lectern.example")]).await;
    let visitor = app.anonymous();
    let page =
        visitor.post("/fn/sign_up", &[("email", "sam@uni.example"), ("name", "Sam"), ("password", PASSWORD)]).await;
    let cookie = page
        .headers
        .get_all("set-cookie")
        .iter()
        .find(|cookie| cookie.to_str().unwrap().starts_with("__Host-lectern="))
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let page = visitor.post("/fn/sign_out", &[]).await;
    let removal = page
        .headers
        .get_all("set-cookie")
        .iter()
        .find(|cookie| cookie.to_str().unwrap().starts_with("__Host-lectern=;"))
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    for attribute in ["HttpOnly", "Secure", "Path=/", "Max-Age=0"] {
        assert!(removal.contains(attribute), "{removal}");
    }
    assert_eq!(page.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
}

/// The statements that were sent, as sqlx logs them.
#[derive(Clone, Debug, Default)]
struct Statements(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        struct Summary(Option<String>);
        impl tracing::field::Visit for Summary {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                if field.name() == "summary" {
                    self.0 = Some(format!("{value:?}"));
                }
            }
        }
        let mut summary = Summary(None);
        event.record(&mut summary);
        if let (true, Some(summary)) = (event.metadata().target() == "sqlx::query", summary.0) {
            self.0.lock().unwrap().push(summary);
        }
    }
}

#[tokio::test]
async fn a_signed_in_request_costs_two_reads_by_key() {
    use tracing_subscriber::layer::SubscriberExt;
    let app = App::start().await;
    // SQLite's statements are logged on a thread of their own, out of this test's sight; they are the same.
    if app.file().is_some() {
        return;
    }
    let sam = app.student("sam").await;
    let statements = Statements::default();
    let seen = tracing::subscriber::set_default(tracing_subscriber::registry().with(statements.clone()));
    assert!(sam.get("/accessibility").await.has("sam"));
    drop(seen);
    let sent = statements.0.lock().unwrap().clone();
    assert_eq!(sent.len(), 2, "{sent:#?}");
    // Each finds one row by its primary key.
    assert!(sent[0].contains("select data from") && sent[1].contains("select u.id"), "{sent:#?}");
}

#[tokio::test]
async fn what_ended_is_shown_for_thirty_days_with_its_reason() {
    let app = App::start().await;
    let here = app.student("sam").await;
    assert!(here.get("/account/sessions").await.has("Nothing has ended."));
    let phone = app.sign_in("sam").await;
    phone.post("/fn/sign_out", &[]).await;
    app.sign_in("sam").await;
    here.post("/fn/end_other_sign_ins", &[]).await;
    let page = here.get("/account/sessions").await;
    assert!(page.has("Signed out there") && page.has("You ended it"), "{}", page.body);
    // One that nobody uses ends by itself, and says so.
    app.sign_in("sam").await;
    app.clock.advance(HOUR + 1);
    let again = app.sign_in("sam").await;
    let page = again.get("/account/sessions").await;
    assert!(page.has("Nobody used it for a while") && page.has("nowhere else"), "{}", page.body);
    app.clock.advance(31 * 24 * HOUR);
    let later = app.sign_in("sam").await;
    assert!(later.get("/account/sessions").await.has("Nothing has ended."));
}

#[tokio::test]
async fn all_can_be_ended_with_the_one_that_asks() {
    let app = App::start().await;
    let (here, phone) = (app.student("sam").await, app.sign_in("sam").await);
    let other = app.student("kim").await;
    assert!(here.get("/account/sessions").await.has("End all, this one too"));
    let page = here.post("/fn/end_all_sign_ins", &[]).await;
    assert_eq!((page.location(), page.header("clear-site-data")), ("/", "\"cache\", \"storage\""));
    assert!(here.get("/").await.has("You are signed out everywhere."));
    assert!(!is_signed_in(&here).await && !is_signed_in(&phone).await);
    assert!(is_signed_in(&other).await, "nobody else's");
}
