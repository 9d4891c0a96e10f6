//! Requirements of OWASP ASVS 5.0 that no other test has a reason to look at: what is on every page, in every cookie, in the
//! log, and in the documents.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use lectern::accounts::model::SiteRole;
use lectern::config::Config;
use lectern::error::wait_in_words;
use lectern::sessions::store::PARALLEL;

use crate::app::{App, FIREFOX, ORIGIN, PASSWORD, encode};
use lectern::credentials::guessing::Few;

/// ASVS 7.4.4
#[tokio::test]
async fn every_page_of_somebody_signed_in_has_the_way_out() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let course = admin.published_course("Rivers", 1).await;
    for page in [
        "/",
        "/courses",
        "/courses/new",
        "/account",
        "/account/sessions",
        "/account/history",
        "/prove",
        "/admin/users",
        "/admin/audit",
        "/admin/server",
        "/accessibility",
        "/status",
        "/nothing-here",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(
        ["", "/edit", "/people", "/lessons", "/lessons/new", "/lessons/lesson-1"]
            .map(|tab| format!("{}{tab}", course.page())),
    ) {
        let page_is = admin.get(&page).await;
        assert!(
            page_is.has("action=\"/fn/sign_out\"") && page_is.has(">Sign out</button>"),
            "{page}: {}",
            page_is.body
        );
    }
}

/// ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4
#[tokio::test]
async fn every_cookie_on_https_is_prefixed_secure_and_out_of_scripts_reach() {
    let app = App::with(&[("LECTERN_PUBLIC_URL", "https://lectern.example")]).await;
    let visitor = app.anonymous();
    let mut cookies = Vec::new();
    let mut keep = |page: &crate::app::Page| {
        cookies.extend(page.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned()));
    };
    keep(&visitor.get("/login").await);
    let token = visitor.get("/signup").await.hidden("_token");
    let fields = [("email", "sam@uni.example"), ("name", "Sam"), ("password", PASSWORD), ("_token", &token)];
    keep(
        &visitor
            .post_bare(
                "/fn/sign_up",
                &[("email", "x"), ("name", ""), ("password", "y"), ("_token", &token), ("_page", "/signup")],
            )
            .await,
    );
    keep(&visitor.get("/courses").await);
    keep(&visitor.post_bare("/fn/sign_up", &fields).await);
    let page = visitor.get("/account").await;
    assert!(page.has("sam@uni.example"), "{}", page.body);
    keep(&page);
    let token = page.hidden("_token");
    keep(&visitor.post_bare("/fn/save_profile", &[("name", "Samuel")]).await);
    keep(&visitor.post_bare("/fn/sign_out", &[("_token", &token)]).await);
    for name in [
        "__Host-lectern=",
        "__Host-lectern-flash=",
        "__Host-lectern-form=",
        "__Host-lectern-unsent=",
        "__Host-lectern-visit=",
    ] {
        assert!(cookies.iter().any(|cookie| cookie.starts_with(name)), "{name} was not tried: {cookies:#?}");
    }
    for cookie in &cookies {
        for part in ["__Host-lectern", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(cookie.split(';').next().unwrap().len() <= 4_096);
    }
    // Nothing of it is ever in a page.
    let session = visitor.cookie("__Host-lectern");
    assert!(session.is_none(), "signed out");
}

/// ASVS 3.4.1
#[tokio::test]
async fn with_https_every_answer_asks_for_https_for_more_than_a_year() {
    let app = App::with(&[("LECTERN_PUBLIC_URL", "https://lectern.example")]).await;
    for path in ["/", "/account", "/nothing", "/healthz", "/pkg/none.css", "/favicon.svg", "/fn/sign_in"] {
        let page = app.anonymous().get(path).await;
        assert_eq!(page.header("strict-transport-security"), "max-age=63072000; includeSubDomains", "{path}");
    }
}

/// ASVS 3.4.2
#[tokio::test]
async fn no_other_site_may_read_an_answer() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    for origin in ["https://evil.example", "null", "http://localhost:3000.evil.example", ORIGIN] {
        for path in ["/", "/account", "/account/data.json", "/healthz", "/fn/sign_in_ends"] {
            for method in [Method::GET, Method::OPTIONS] {
                let request = sam.request(method, path).header(header::ORIGIN, origin).body(Body::empty()).unwrap();
                let page = sam.send(request).await;
                let open = page.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
                assert_eq!(open, None, "{path} for {origin}");
            }
        }
    }
}

/// ASVS 3.7.1
#[test]
fn pages_ask_for_no_plugin_and_call_no_other_window() {
    fn look(folder: &std::path::Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap();
                for word in ["post_message", "postMessage", "<object", "<embed", "<applet", "<iframe", "jsonp"] {
                    assert!(!text.contains(word), "{}: {word}", path.display());
                }
            }
        }
    }
    look(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
}

/// ASVS 6.3.2
#[tokio::test]
async fn a_new_site_has_no_account_at_all() {
    let app = App::start().await;
    assert_eq!(app.count("users").await, 0);
}

/// ASVS 6.2.6, 6.2.7
#[tokio::test]
async fn passwords_are_masked_and_password_managers_are_let_in() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    for (who, page, hints) in [
        (&app.anonymous(), "/login", vec!["current-password", "username webauthn"]),
        (&app.anonymous(), "/signup", vec!["new-password"]),
        (&sam, "/account", vec!["current-password", "new-password", "username"]),
        (&sam, "/prove", vec!["current-password", "username"]),
    ] {
        let body = who.get(page).await.body;
        for hint in hints {
            assert!(body.contains(&format!("autocomplete=\"{hint}\"")), "{page}: {hint}");
        }
        for input in body.split("<input").skip(1).map(|input| input.split('>').next().unwrap()) {
            let is_password = ["name=\"password\"", "name=\"current_password\"", "name=\"new_password\""]
                .iter()
                .any(|name| input.contains(name));
            assert!(
                !is_password || input.contains("type=\"password\"") && !input.contains("value="),
                "{page}: {input}"
            );
        }
        assert!(!body.contains("onpaste") && !body.contains("autocomplete=\"off\"") || page == "/account", "{page}");
    }
}

/// ASVS 6.2.8, 6.2.9
#[tokio::test]
async fn a_long_password_counts_to_its_last_byte_and_in_its_case() {
    let app = App::start().await;
    let long = format!("{}Q", "nine quiet herons at dusk, ".repeat(30));
    for length in [64, 128, long.len()] {
        let password = long[long.len() - length..].to_owned();
        let name = format!("sam{length}");
        let email = format!("{name}@uni.example");
        let fields = [("email", email.as_str()), ("name", "Sam"), ("password", &password)];
        assert_eq!(app.anonymous().post("/fn/sign_up", &fields).await.location(), "/", "{length}");
        let twin = format!("{}q", &password[..length - 1]);
        let fields = [("email", email.as_str()), ("password", &twin)];
        let page = app.anonymous().call("/fn/sign_in", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{length}: another last letter");
        assert_eq!(app.anonymous().sign_in(&name, &password).await.location(), "/", "{length}");
    }
}

/// ASVS 6.2.10
#[tokio::test]
async fn a_password_never_has_to_be_changed_by_itself() {
    let app = App::start().await;
    app.student("sam").await;
    app.clock.advance(10 * 365 * lectern::clock::DAY);
    assert_eq!(app.anonymous().sign_in("sam", PASSWORD).await.location(), "/");
}

/// ASVS 6.4.2
#[tokio::test]
async fn there_are_no_hints_and_no_secret_questions() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    for page in ["/login", "/signup"] {
        let body = app.anonymous().get(page).await.body.to_lowercase();
        assert!(!body.contains("question") && !body.contains("reminder"), "{page}");
    }
    assert!(!sam.get("/account").await.body.to_lowercase().contains("secret question"));
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("hint") && !text.contains("question"));
    }
}

/// ASVS 7.2.3
#[tokio::test]
async fn ten_thousand_session_ids_are_all_different_and_hold_128_bits() {
    let ids: std::collections::HashSet<i128> = (0..10_000).map(|_| lectern::random::id128()).collect();
    assert_eq!(ids.len(), 10_000);
    // Each bit is set in about half of them: five deviations are 250.
    for bit in 0..128 {
        let set = ids.iter().filter(|id| *id >> bit & 1 == 1).count();
        assert!((4_750..=5_250).contains(&set), "bit {bit} is set in {set}");
    }
}

/// ASVS 8.1.2, 8.2.3
#[tokio::test]
async fn fields_that_a_form_does_not_have_change_nothing() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let sam = app.anonymous();
    let extra = [
        ("role", "admin"),
        ("site_role", "admin"),
        ("id", "1"),
        ("epoch", "9"),
        ("disabled_at", "1"),
        ("password_hash", "x"),
    ];
    let mut fields = vec![("email", "sam@uni.example"), ("name", "Sam"), ("password", PASSWORD)];
    fields.extend(extra);
    assert_eq!(sam.post("/fn/sign_up", &fields).await.location(), "/");
    let mut fields = vec![("name", "Samuel"), ("email", "ada@uni.example")];
    fields.extend(extra);
    sam.post("/fn/save_profile", &fields).await;
    let page = sam.get("/account").await;
    assert!(page.has("a student") && page.has("sam@uni.example") && page.has("value=\"Samuel\""), "{}", page.body);
    assert!(admin.get("/admin/users?q=sam").await.has("Student"));
    // What a person may not read is not in what they are sent.
    let course = admin.published_course("Rivers", 1).await;
    for page in ["/", "/courses", &course.page()] {
        let body = sam.get(page).await.body;
        assert!(!body.contains("ada@uni.example"), "{page}: an address is for who may see the roster");
    }
}

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// ASVS 16.2.2, 16.2.4, 16.2.5
#[tokio::test]
async fn the_servers_log_is_json_in_utc_and_holds_no_secret_even_when_it_says_everything() {
    let app = App::start().await;
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let heard = Heard::default();
    let writer = heard.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let listening = tracing::subscriber::set_default(subscriber);
    let sam = app.student("sam").await;
    app.anonymous().sign_in("sam", "a wrong one that is a secret as well").await;
    sam.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    sam.post_bare("/fn/save_profile", &[("name", "x"), ("_token", "forged")]).await;
    let before = sam.cookie("lectern").unwrap();
    sam.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", "eleven loud geese at dawn")])
        .await;
    let secrets = [
        PASSWORD.to_owned(),
        "a wrong one that".to_owned(),
        "eleven loud geese".to_owned(),
        before,
        sam.cookie("lectern").unwrap(),
        sam.form_token().await.unwrap(),
    ];
    drop(listening);
    let text = String::from_utf8(heard.0.lock().unwrap().clone()).unwrap();
    let mut events = std::collections::BTreeSet::new();
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
        events.extend(line["fields"]["event"].as_str().map(str::to_owned));
    }
    for event in ["user_created", "authn_login_fail", "authn_login_success", "malicious_csrf", "authn_password_change"]
    {
        assert!(events.contains(event), "{event}: {events:?}");
    }
    for secret in secrets {
        assert!(!text.contains(&secret), "a secret is in the log");
    }
}

fn document(name: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap()
}

/// ASVS 7.1.1, 7.1.2
#[test]
fn the_times_in_the_documents_are_those_of_the_defaults() {
    let config = Config::read(|_| None).unwrap();
    let text = document("SECURITY.md");
    let long = |time: i64| wait_in_words(u32::try_from(time / 1_000).unwrap());
    let (student, instructor, admin) = (SiteRole::Student, SiteRole::Instructor, SiteRole::Admin);
    assert_eq!(config.session_idle.of(student), config.session_idle.of(instructor));
    for words in [
        format!(
            "| idle end | {}; admins {} |",
            long(config.session_idle.of(student)),
            long(config.session_idle.of(admin))
        ),
        format!(
            "| absolute end | students {}, instructors {}, admins {} |",
            "24 hours",
            config.session_absolute.of(instructor) / 3_600_000,
            config.session_absolute.of(admin) / 3_600_000
        ),
        format!(
            "| remembered: idle and absolute end | students {} and {};",
            config.remember_idle.of(student) / lectern::clock::DAY,
            long(config.remember_absolute.of(student))
        ),
        format!("| sign-ins of one person at once | {PARALLEL};"),
        "depart from NIST 5.1".to_owned(),
    ] {
        assert!(text.contains(&words), "{words}");
    }
    assert_eq!(config.session_absolute.of(student), 24 * 3_600_000);
}

/// ASVS 6.1.1, 6.1.2, 6.1.3
#[test]
fn the_documents_say_how_guessing_is_slowed_which_words_are_refused_and_which_ways_in_there_are() {
    let text = document("SECURITY.md");
    for words in [
        "| tries at an account from a place | 5 |",
        "| wrong ones of a place, at whatever accounts | 20 in a minute |",
        "| tries at an account from places that are not known for it | 100 |",
        "| 300 in a minute |",
        "| 500 in an hour |",
        "Nobody can lock an account for good",
        "| own words | refused when",
        "## The ways to sign in",
    ] {
        assert!(text.contains(words), "{words}");
    }
    // Asking for a code is no way in by itself.
    let ways = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .filter(|path| lectern::http::form_token::signs_in(path) && *path != "/fn/ask_code");
    let ways: Vec<&str> = ways.chain(["/login/with/{name}/back"]).collect();
    assert!(ways.len() >= 9, "{ways:?}");
    for path in ways {
        assert!(text.contains(&format!("`{path}`")), "{path} is a way in");
    }
    for few in Few::ALL {
        let (most, window) = few.bound();
        let time = if window == lectern::clock::DAY {
            "day"
        } else if window == lectern::clock::HOUR {
            "hour"
        } else {
            "minute"
        };
        let number = if most >= 1_000 { format!("{},{:03}", most / 1_000, most % 1_000) } else { most.to_string() };
        let is_said = text.lines().any(|line| line.starts_with("| ") && line.contains(&number) && line.contains(time));
        assert!(is_said, "{few:?}: {number} in a {time}");
    }
}

/// ASVS 7.1.3, 7.6.1
#[test]
fn the_documents_say_how_sessions_here_and_at_a_provider_go_together() {
    let text = document("SECURITY.md");
    for words in [
        "A sign-in here lasts as long as any other, whatever the provider's session does.",
        "Signing out here ends what is signed\nin here, and nothing there",
        "A provider's sign-out is not listened to.",
        "`prompt=login` and `max_age=0`",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

/// ASVS 6.3.4
#[tokio::test]
async fn no_function_but_the_documented_ones_signs_anybody_in() {
    use leptos::server_fn::axum::server_fn_paths;
    let app = App::start().await;
    app.student("sam").await;
    for (path, _) in server_fn_paths() {
        let visitor = app.anonymous();
        let fields =
            [("email", "sam@uni.example"), ("password", PASSWORD), ("person", "1"), ("sign_in", "1"), ("token", "x")];
        visitor.call(path, &fields).await;
        let is_in = visitor.get("/account").await.status == StatusCode::OK;
        assert_eq!(is_in, path == "/fn/sign_in", "{path}");
    }
}

/// ASVS 16.1.1, 16.2.3, 8.1.1, 8.1.2, 8.1.3, 8.1.4
#[test]
fn the_documents_say_what_is_logged_where_and_what_decides() {
    let security = document("SECURITY.md");
    for words in [
        "## What is written down",
        "OWASP logging vocabulary",
        "## What decides besides the role",
        "tests/http/powers.txt",
    ] {
        assert!(security.contains(words), "{words}");
    }
    let operating = document("OPERATING.md");
    for words in ["standard error", "`LECTERN_LOG_FORMAT`", "lectern audit verify"] {
        assert!(operating.contains(words), "{words}");
    }
}

/// ASVS 3.5.4, 16.4.3
#[test]
fn the_documents_say_to_give_the_site_a_host_of_its_own_and_its_log_another_machine() {
    let operating = document("OPERATING.md");
    for words in ["a host name of its own", "another machine"] {
        assert!(operating.contains(words), "{words}");
    }
}

/// What `docs/SECURITY.md` says keeps other systems' bugs away is there.
#[test]
fn each_test_that_the_documents_name_exists() {
    fn read(folder: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, into);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                into.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut sources = String::new();
    for folder in ["src", "tests"] {
        read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut sources);
    }
    let text = document("SECURITY.md");
    let table = text.split("## Bugs that other systems shipped").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut named = 0;
    for line in table.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        for name in line.split('`').skip(1).step_by(2).filter(|name| name.contains('_')) {
            assert!(sources.contains(&format!("fn {name}(")), "{name}");
            named += 1;
        }
    }
    assert!(named >= 15, "{named}");
}

/// A browser that lies about itself gets what any other gets, and what it says is text wherever it is shown.
///
/// ASVS 4.1.3
#[tokio::test]
async fn headers_that_lie_about_the_client_change_nothing() {
    let app = App::start().await;
    let mut sam = app.anonymous();
    sam.user_agent = format!("<script>alert(1)</script>{}", "x".repeat(10_000));
    let fields = [("email", "sam@uni.example"), ("name", "Sam"), ("password", PASSWORD)];
    assert_eq!(sam.post("/fn/sign_up", &fields).await.location(), "/");
    let page = sam.get("/account/sessions").await;
    assert!(page.status == StatusCode::OK && !page.has("<script>alert"), "{}", page.body);
    for (name, value) in [
        ("x-forwarded-for", "10.0.0.1, evil"),
        ("forwarded", "for=10.0.0.1"),
        ("x-real-ip", "10.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("x-original-url", "/admin/users"),
        ("x-http-method-override", "DELETE"),
        ("true-client-ip", "::1"),
    ] {
        let request = sam.request(Method::GET, "/account/sessions").header(name, value).body(Body::empty()).unwrap();
        let page = sam.send(request).await;
        assert!(
            page.status == StatusCode::OK
                && page.has("127.0.0.1")
                && !page.has("evil.example")
                && !page.has("10.0.0.1"),
            "{name}: {}",
            page.body
        );
    }
}

/// Forged, cut off, over-long and doubled cookies are those of a visitor, never a failure.
#[tokio::test]
async fn cookies_that_are_no_session_are_a_visitors() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let whole = sam.cookie("lectern").unwrap();
    let long = "A".repeat(8_000);
    for cookie in [
        "lectern=",
        "lectern",
        "lectern=;",
        "lectern=%00",
        "lectern=\u{e9}",
        &format!("lectern={}", &whole[..whole.len() - 1]),
        &format!("lectern={whole}A"),
        &format!("lectern={long}"),
        &format!("LECTERN={whole}"),
        &format!("lectern-form={long}; lectern-unsent={long}.{long}; lectern-flash={long}; lectern-visit={long}"),
    ] {
        let request =
            axum::http::Request::builder().uri("/account").header("accept", "text/html").header("user-agent", FIREFOX);
        let request = request
            .header("cookie", axum::http::HeaderValue::from_bytes(cookie.as_bytes()).unwrap())
            .body(Body::empty())
            .unwrap();
        let page = app.send(request).await;
        assert!(
            page.status == StatusCode::SEE_OTHER && page.location().starts_with("/login"),
            "{cookie:.60}: {}",
            page.status
        );
    }
    assert_eq!(sam.get("/account").await.status, StatusCode::OK, "the whole one is still good");
    // Of two, one counts: whoever can set a second cookie gains nothing that they did not have.
    let doubled = format!("lectern=AAAAAAAAAAAAAAAAAAAAAA; lectern={whole}");
    let request =
        axum::http::Request::builder().uri("/account").header("accept", "text/html").header("user-agent", FIREFOX);
    let page = app.send(request.header("cookie", doubled).body(Body::empty()).unwrap()).await;
    assert!(page.status == StatusCode::OK || page.location().starts_with("/login"), "{}", page.status);
    let form = sam
        .form("/fn/save_profile", &[])
        .header("cookie", format!("lectern={long}"))
        .body(Body::from(encode(&[("name", "x")])))
        .unwrap();
    assert!(app.send(form).await.status.is_redirection());
}
