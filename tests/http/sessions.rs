//! Sessions: ids, ends, and who is asking.

use axum::http::StatusCode;
use lectern::clock::{DAY, HOUR, MINUTE};

use crate::app::{App, PASSWORD};

async fn is_signed_in(visitor: &crate::app::Visitor<'_>) -> bool {
    visitor.get("/account").await.status == StatusCode::OK
}

/// ASVS 7.2.2, 7.2.4
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

/// ASVS 7.2.1
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

/// ASVS 7.2.3
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
    for page in ["/", "/courses", "/status"] {
        let answer = visitor.get(page).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::OK, ""), "{page}");
    }
    // What the form to sign in is marked with is kept by the browser alone.
    assert!(visitor.get("/login").await.header("set-cookie").starts_with("lectern-visit="));
    visitor.set_cookie("lectern", "AAAAAAAAAAAAAAAAAAAAAA");
    visitor.get("/").await;
    assert_eq!(app.count("session_records").await, 0);
}

/// ASVS 7.4.1
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

/// ASVS 7.3.1, 7.3.2
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

/// ASVS 7.3.1
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

/// ASVS 7.5.2
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
    let of_phone = list.body.split("id=\"others\"").nth(1).unwrap();
    let of_phone = of_phone.split("name=\"sign_in\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let page = here.post("/fn/end_sign_in", &[("sign_in", of_phone)]).await;
    assert_eq!(page.location(), "/account/sessions");
    assert!(here.get("/account/sessions").await.has("Firefox on Android is signed out."));
    assert!(!is_signed_in(&phone).await && is_signed_in(&tablet).await);

    here.post("/fn/end_other_sign_ins", &[]).await;
    assert!(!is_signed_in(&tablet).await && is_signed_in(&here).await);
    assert!(here.get("/account/sessions").await.has("You are signed in nowhere else."));
}

/// ASVS 8.2.2
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

/// ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4
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
    // With one listener alone, a thread that meets a statement first asks who listens on itself, finds nobody, and that is kept.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
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

#[tokio::test]
async fn a_device_can_be_named_and_is_called_by_its_browser_else() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let eve = app.student("eve").await;
    let id = sam.get("/account/sessions").await.hidden("sign_in");
    let name = async |name: &str| {
        let fields = [("sign_in", id.as_str()), ("device_name", name), ("_page", "/account/sessions")];
        assert_eq!(sam.post("/fn/name_sign_in", &fields).await.location(), "/account/sessions");
        sam.get("/account/sessions").await
    };
    let page = name("  Laptop <b>in</b> the lab ").await;
    assert!(
        page.has("<bdi>Laptop &lt;b&gt;in&lt;/b&gt; the lab</bdi>") && page.has("Firefox on Linux"),
        "{}",
        page.body
    );
    let page = name(&"x".repeat(61)).await;
    assert!(page.has("Name of this device can hold 60 characters") && page.has(&"x".repeat(61)), "{}", page.body);
    assert!(page.has(&format!("href=\"#device_name-{id}\"")) && page.has(&format!("id=\"device_name-{id}\"")));
    let fields = [("sign_in", id.as_str()), ("device_name", "Mine now")];
    assert_eq!(eve.post("/fn/name_sign_in", &fields).await.status, StatusCode::NOT_FOUND);
    let page = name("").await;
    assert!(page.has("<bdi>Firefox on Linux</bdi>") && !page.has("Laptop"), "{}", page.body);
}

/// ASVS 7.4.5
#[tokio::test]
async fn an_admin_sees_somebodys_sign_ins_and_ends_one_some_or_all() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let laptop = app.student("sam").await;
    let mut phone = app.anonymous();
    phone.user_agent = "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0".to_owned();
    phone.sign_in("sam", PASSWORD).await;
    let sam = admin.id_of("sam").await;
    let page = admin.get(&format!("/people/{sam}")).await;
    assert!(
        page.has("Firefox on Android") && page.has("Firefox on Linux") && !page.has("You are here"),
        "{}",
        page.body
    );
    let id_of = |page: &crate::app::Page, words: &str| {
        let row = page.body.split("<article").find(|row| row.contains(words)).unwrap();
        row.split("name=\"sign_in\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let id = id_of(&page, "Firefox on Android");
    // Somebody else's under this person's name is nobody's.
    let own = id_of(&admin.get("/account/sessions").await, "You are here");
    let wrong = admin.post("/fn/end_their_sign_in", &[("person", &sam), ("sign_in", &own)]).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    admin.post("/fn/end_their_sign_in", &[("person", &sam), ("sign_in", &id)]).await;
    assert!(!is_signed_in(&phone).await && is_signed_in(&laptop).await);

    // Those that were not used for a day, or from one address.
    app.clock.advance(5 * MINUTE);
    phone.sign_in("sam", PASSWORD).await;
    let unused = [("person", sam.as_str()), ("unused", "1")];
    admin.post("/fn/end_their_sign_ins", &unused).await;
    assert!(is_signed_in(&phone).await && is_signed_in(&laptop).await);
    let page = admin.get(&format!("/people/{sam}?address=203.0.113.9")).await;
    assert!(page.has("None of their sign-ins is like that.") && page.has("Show all"), "{}", page.body);
    let from = [("person", sam.as_str()), ("address", "203.0.113.9")];
    admin.post("/fn/end_their_sign_ins", &from).await;
    assert!(is_signed_in(&phone).await && is_signed_in(&laptop).await);
    let from = [("person", sam.as_str()), ("address", "127.0.0.1")];
    admin.post("/fn/end_their_sign_ins", &from).await;
    assert!(!is_signed_in(&phone).await && !is_signed_in(&laptop).await);
    assert!(admin.get(&format!("/people/{sam}")).await.has("An admin ended it"));
}

/// ASVS 7.3.1, 7.3.2
/// ASVS 7.4.5
#[tokio::test]
async fn an_admin_ends_everybodys_sign_ins_but_their_own() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let (sam, tess) = (app.student("sam").await, app.instructor("tess").await);
    assert!(admin.get("/admin/server").await.has("Live now: 3"));
    admin.post("/fn/end_everybodys_sign_ins", &[("_page", "/admin/server")]).await;
    assert!(admin.get("/admin/server").await.has("2 sign-ins ended."));
    assert!(!is_signed_in(&sam).await && !is_signed_in(&tess).await && is_signed_in(&admin).await);
}

#[tokio::test]
async fn a_remembered_sign_in_outlives_the_browser_and_the_hour_but_not_the_month() {
    let app = App::start().await;
    app.student("sam").await;
    let form = [("email", "sam@uni.example"), ("password", PASSWORD), ("remember", "yes")];
    let sam = app.anonymous();
    let page = sam.post("/fn/sign_in", &form).await;
    let cookie = page.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let cookie = cookie.into_iter().find(|cookie| cookie.starts_with("lectern=")).unwrap();
    assert!(cookie.contains("; Max-Age=2592000"), "{cookie}");
    assert!(sam.get("/account/sessions").await.has("Stays signed in"));
    for _ in 0..2 {
        app.clock.advance(14 * DAY - MINUTE);
        assert!(is_signed_in(&sam).await, "14 days without a click");
    }
    app.clock.advance(DAY);
    assert!(is_signed_in(&sam).await);
    // Anything sensitive asks again: a remembered sign-in is worth little by itself.
    assert_eq!(sam.call("/fn/end_other_sign_ins", &[]).await.status, StatusCode::FORBIDDEN);
    app.clock.advance(DAY + 2 * MINUTE);
    assert!(!is_signed_in(&sam).await, "30 days are the most");

    let other = app.anonymous();
    other.post("/fn/sign_in", &form).await;
    app.clock.advance(14 * DAY + MINUTE);
    assert!(!is_signed_in(&other).await, "14 days are the most without a click");
}

#[tokio::test]
async fn who_teaches_is_not_remembered_and_is_told_so() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    app.instructor("tess").await;
    let tess = app.anonymous();
    let form = [("email", "tess@uni.example"), ("password", PASSWORD), ("remember", "yes")];
    let page = tess.post("/fn/sign_in", &form).await;
    assert!(!page.headers.get_all("set-cookie").iter().any(|cookie| cookie.to_str().unwrap().contains("Max-Age=2")));
    assert!(tess.get("/").await.has("instructors cannot stay signed in here"));
    app.clock.advance(HOUR + MINUTE);
    assert!(!is_signed_in(&tess).await);

    // A student who becomes one is not either.
    app.student("sam").await;
    let sam = app.anonymous();
    sam.post("/fn/sign_in", &[("email", "sam@uni.example"), ("password", PASSWORD), ("remember", "yes")]).await;
    admin.sign_in("ada", PASSWORD).await;
    let id = admin.id_of("sam").await;
    admin.post("/fn/save_role", &[("person", &id), ("role", "instructor")]).await;
    assert!(is_signed_in(&sam).await);
    app.clock.advance(HOUR + MINUTE);
    assert!(!is_signed_in(&sam).await);
}

/// ASVS 7.2.4
#[tokio::test]
async fn a_changed_role_gives_a_new_session_id_at_the_next_request() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let sam = app.student("sam").await;
    let before = sam.cookie("lectern").unwrap();
    let id = admin.id_of("sam").await;
    admin.post("/fn/save_role", &[("person", &id), ("role", "student")]).await;
    sam.get("/").await;
    assert_eq!(sam.cookie("lectern").unwrap(), before, "nothing changed");
    admin.post("/fn/save_role", &[("person", &id), ("role", "instructor")]).await;
    sam.get("/").await;
    let after = sam.cookie("lectern").unwrap();
    assert_ne!(after, before);
    sam.get("/").await;
    assert_eq!(sam.cookie("lectern").unwrap(), after, "once");
    // Whoever had the old id, elsewhere, has nothing.
    let mut thief = app.anonymous();
    thief.user_agent = "curl/8.5".to_owned();
    thief.set_cookie("lectern", &before);
    assert!(!is_signed_in(&thief).await);
}

#[tokio::test]
async fn what_was_under_way_with_the_old_id_still_reads_for_ten_seconds_and_changes_nothing() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let late = app.visitor(&sam.jar());
    let token = sam.form_token().await.unwrap();
    sam.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    assert_ne!(sam.cookie("lectern"), late.cookie("lectern"));

    let page = late.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(late.cookie("lectern").is_some(), "an answer that removes the cookie would sign the browser out");
    assert_eq!(late.get("/account/data.json").await.location(), "/prove?next=%2Faccount%2Fdata.json");
    let fields = [("name", "Too late"), ("_token", token.as_str()), ("_page", "/account")];
    let page = late.post_bare("/fn/save_profile", &fields).await;
    assert_eq!(page.location(), "/login?next=%2Fresend&ended=1");
    assert!(late.cookie("lectern").is_some());
    // The browser has the new cookie by then, and finds the form waiting.
    sam.set_cookie("lectern-unsent", &late.cookie("lectern-unsent").unwrap());
    assert!(sam.get("/account").await.has("value=\"sam\""));
    assert_eq!(sam.get(page.location()).await.location(), "/resend");
    assert!(sam.get("/resend").await.has("Too late"));

    app.clock.advance(10_000);
    let page = late.get("/account").await;
    assert!(page.location().starts_with("/login"), "{}", page.body);
    assert!(late.cookie("lectern").is_none());
    assert!(is_signed_in(&sam).await);
}

#[tokio::test]
async fn signed_in_on_fifty_devices_one_more_ends_the_one_used_longest_ago() {
    let app = App::start().await;
    let first = app.student("sam").await;
    let second = app.sign_in("sam").await;
    app.clock.advance(MINUTE + 1);
    first.get("/").await;
    app.clock.advance(1);
    for _ in 0..49 {
        app.sign_in("sam").await;
    }
    assert!(!is_signed_in(&second).await && is_signed_in(&first).await);
    assert!(first.get("/account/sessions").await.has("A newer sign-in took its place"));
}

/// ASVS 7.3.1
#[tokio::test]
async fn a_page_that_lies_open_asks_when_it_ends_without_keeping_it() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    app.clock.advance(58 * MINUTE);
    assert_eq!(sam.call("/fn/sign_in_ends", &[]).await.body, "{\"idle\":120,\"absolute\":82920}");
    assert_eq!(sam.call("/fn/stay_signed_in", &[]).await.body, "{\"idle\":3600,\"absolute\":82920}");
    app.clock.advance(59 * MINUTE);
    assert_eq!(sam.call("/fn/sign_in_ends", &[]).await.body, "{\"idle\":60,\"absolute\":79380}");
    app.clock.advance(MINUTE);
    assert_eq!(
        sam.call("/fn/sign_in_ends", &[]).await.status,
        StatusCode::UNAUTHORIZED,
        "asking must not count as use"
    );
    // Without a script the page says it.
    let sam = app.sign_in("sam").await;
    let page = sam.get("/courses").await;
    assert!(
        page.has("You stay signed in until tomorrow at") && page.has("or for 1 hour without a click."),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn what_is_long_over_is_deleted() {
    use lectern::sessions::caller::Caller;
    use lectern::sessions::store::public_delete_long_over;
    let app = App::start().await;
    app.student("sam").await;
    let delete = async || {
        let mut write = app.site.db.begin_write(std::sync::Arc::new(Caller::of_the_system())).await.unwrap();
        let deleted = public_delete_long_over(&mut write, app.site.config.keep_sign_ins).await.unwrap();
        write.commit().await.unwrap();
        deleted
    };
    app.clock.advance(30 * DAY);
    assert_eq!(delete().await, 0, "a sign-in of a day that ended 29 days ago is still shown");
    app.clock.advance(DAY);
    assert_eq!((delete().await, app.count("sign_ins").await), (1, 0));
}

/// The notice at the end promises that what was typed can be sent: asking when it ends must not take away by whom.
#[tokio::test]
async fn a_page_that_asks_after_the_end_leaves_its_form_a_sender() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let token = teacher.form_token().await.unwrap();
    app.clock.advance(HOUR + 1);
    for asks in ["/fn/sign_in_ends", "/fn/stay_signed_in"] {
        assert_eq!(teacher.call(asks, &[]).await.status, StatusCode::UNAUTHORIZED);
        assert!(teacher.cookie("lectern").is_some(), "{asks}");
    }
    let fields =
        [("title", "Rivers"), ("summary", "S"), ("description", ""), ("_page", "/courses/new"), ("_token", &token)];
    let page = teacher.post_bare("/fn/create_course", &fields).await;
    assert_eq!(page.location(), "/login?next=%2Fresend&ended=1");
    let signed_in = [("email", "teacher@uni.example"), ("password", PASSWORD), ("next", "/resend")];
    assert_eq!(teacher.post("/fn/sign_in", &signed_in).await.location(), "/courses/rivers");
    let history = teacher.get("/account/history").await;
    assert_eq!(history.body.matches("Ended sign-in was used").count(), 1, "the form alone: {}", history.body);
}

/// A form that no page of the ended sign-in was marked for is shown first, whoever signs in: it may be forged.
#[tokio::test]
async fn a_form_of_an_ended_sign_in_without_its_mark_asks_first() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    app.student("sam").await;
    let id = admin.id_of("sam").await;
    app.clock.advance(HOUR);
    let page = admin.post_bare("/fn/disable_account", &[("person", &id), ("_page", "/admin/users")]).await;
    assert_eq!(page.location(), "/login?next=%2Fresend&ended=1");
    let signed_in = [("email", "ada@uni.example"), ("password", PASSWORD), ("next", "/resend")];
    assert_eq!(admin.post("/fn/sign_in", &signed_in).await.location(), "/resend");
    assert!(admin.get("/resend").await.has("Close somebody’s account"));
    assert!(admin.get(&format!("/people/{id}")).await.has("Can sign in"), "nothing was done");
}

#[tokio::test]
async fn a_sign_out_that_was_refused_throws_nothing_away() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    sam.post_bare("/fn/save_profile", &[("name", "Waits"), ("_page", "/account")]).await;
    assert!(sam.get("/resend").await.has("Waits"));
    assert_eq!(sam.post_bare("/fn/sign_out", &[]).await.status, StatusCode::FORBIDDEN);
    assert!(sam.get("/resend").await.has("Waits"));
    sam.post("/fn/sign_out", &[]).await;
    assert!(sam.cookie("lectern-unsent").is_none());
}

/// What a proof was asked for has the browser forget as well, when it ends the sign-in.
#[tokio::test]
async fn ending_all_through_a_proof_has_the_browser_forget() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    app.clock.advance(10 * MINUTE);
    let asked = sam.post("/fn/end_all_sign_ins", &[("_page", "/account/sessions")]).await;
    let form = sam.get(asked.location()).await;
    let fields = [("password", PASSWORD), ("next", "/"), ("_send", &form.hidden("_send"))];
    let page = sam.post("/fn/prove_again", &fields).await;
    assert_eq!(page.header("clear-site-data"), "\"cache\", \"storage\"", "{}", page.location());
    assert!(!is_signed_in(&sam).await);
}

/// A browser that got a new name or address since it signed in must not lose the new cookie to a late answer.
#[tokio::test]
async fn a_late_request_of_an_updated_browser_keeps_the_new_cookie() {
    let app = App::start().await;
    let mut sam = app.student("sam").await;
    sam.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0".to_owned();
    let mut late = app.visitor(&sam.jar());
    sam.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    late.user_agent.clone_from(&sam.user_agent);
    assert_eq!(late.get("/account").await.status, StatusCode::OK, "the browser that got the new id");
    late.user_agent = "another".to_owned();
    assert!(late.get("/account").await.location().starts_with("/login"), "it reads nothing");
    assert!(late.cookie("lectern").is_some(), "and takes nothing away");
}
