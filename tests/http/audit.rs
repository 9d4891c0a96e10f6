//! The log: what is in it, who reads it, and that it cannot be changed without showing.

use std::sync::Arc;

use axum::http::StatusCode;
use lectern::audit::event::{Event, What};
use lectern::audit::store::{Verified, public_forget_places, public_note, public_verify};
use lectern::clock::{DAY, HOUR, MINUTE};
use lectern::db::{Connection, Engine};
use lectern::sessions::caller::Caller;

use crate::app::{App, PASSWORD};

async fn verify(app: &App, known: Option<(i64, &str)>) -> Verified {
    let mut read = app.site.db.read(Arc::new(Caller::of_the_system())).await.unwrap();
    public_verify(&mut read, known).await.unwrap()
}

/// Runs a statement as somebody would who has got hold of the database, past all of our code.
#[expect(clippy::disallowed_methods, reason = "past the stores is what this is about")]
async fn tamper(app: &App, sql: &'static str) -> Result<(), sqlx::Error> {
    let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
    match write.engine() {
        Engine::Sqlite(on) => sqlx::query(sql).execute(on).await.map(drop)?,
        Engine::Postgres(on) => sqlx::query(sql).execute(on).await.map(drop)?,
    }
    write.commit().await.unwrap();
    Ok(())
}

async fn let_it_be_changed(app: &App) {
    for table in ["audit_events_stay_as_they_are", "audit_events_stay", "audit_details_stay_as_they_are"] {
        let sql: &'static str = match (app.file(), table) {
            (Some(_), "audit_events_stay_as_they_are") => "drop trigger audit_events_stay_as_they_are",
            (Some(_), "audit_events_stay") => "drop trigger audit_events_stay",
            (Some(_), _) => "drop trigger audit_details_stay_as_they_are",
            (None, "audit_events_stay_as_they_are") => "drop trigger audit_events_stay_as_they_are on audit_events",
            (None, "audit_events_stay") => "select 1",
            (None, _) => "drop trigger audit_details_stay_as_they_are on audit_details",
        };
        tamper(app, sql).await.unwrap();
    }
}

/// ASVS 16.2.1, 16.3.1, 8.3.3
#[tokio::test]
async fn what_happens_is_written_down_with_who_what_where_before_and_after() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let tess = app.instructor("tess").await;
    let sam = app.student("sam").await;
    let id = admin.id_of("sam").await;
    let course = tess.published_course("Rivers", 1).await;
    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    admin.post("/fn/save_role", &[("person", &id), ("role", "instructor")]).await;
    sam.post("/fn/save_profile", &[("name", "Samuel")]).await;
    app.anonymous().sign_in("sam", "not the right one, no").await;
    sam.post("/fn/sign_out", &[]).await;

    let page = admin.get("/admin/audit").await;
    for words in [
        "Account made",
        "Signed in",
        "Made",
        "Changed",
        "draft → published",
        "Role in a course changed",
        "course “Rivers”",
        "Site role changed",
        "student → instructor",
        "<bdi>ada</bdi></a>",
        " (no. ",
        "account of",
        "sam → Samuel",
        "Wrong password",
        "Sign-in ended",
        "signed out",
        "from 127.0.0.1, Firefox on Linux",
        "authn_login_fail",
        "authz_change",
    ] {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    // Nothing secret, whatever was done.
    let bytes = app.dump().await;
    for secret in [PASSWORD, "not the right one, no", &sam.form_token().await.unwrap_or_default()] {
        assert!(secret.is_empty() || !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
    assert_eq!(verify(&app, None).await.broken, [""; 0]);
}

#[tokio::test]
async fn the_log_is_found_through_filters_and_pages() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    app.student("sam").await;
    let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
    for number in 0..60 {
        public_note(&mut write, Event::of(What::Started).after(format!("start {number}"))).await.unwrap();
    }
    write.commit().await.unwrap();
    let page = admin.get("/admin/audit?what=sys_startup").await;
    assert!(page.has("start 59") && page.has("start 10<") && !page.has("start 9<") && !page.has("Account made</b>"));
    let older = page.body.split("href=\"").find(|link| link.contains("before=")).unwrap().split('"').next().unwrap();
    let page = admin.get(&older.replace("&amp;", "&")).await;
    assert!(
        page.has("start 9<") && page.has("start 0<") && page.has("Newest") && !page.has(">Older<"),
        "{}",
        page.body
    );
    let page = admin.get("/admin/audit?person=SAM%40uni").await;
    assert!(page.has("<bdi>sam</bdi>") && !page.has("<bdi>ada</bdi>") && !page.has("start 1"), "{}", page.body);
    let page = admin.get("/admin/audit?from=2026-11-03").await;
    assert!(page.has("Nothing like that was written down"), "{}", page.body);
    let page = admin.get("/admin/audit?from=2026-11-02&to=2026-11-02&what=user_created").await;
    assert!(page.has("Account made</b>"), "{}", page.body);
    // Whatever stands in the address, it is a page.
    for odd in ["what=x", "from=yesterday", "before=x", "before=-1", "to=9999-99-99", "person=%25%5C"] {
        assert_eq!(admin.get(&format!("/admin/audit?{odd}")).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn the_log_as_a_table_needs_a_recent_proof_and_holds_no_formula() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let sam = app.student("sam").await;
    sam.post("/fn/save_profile", &[("name", "=HYPERLINK(\"http://evil.example\")")]).await;
    assert_eq!(sam.get("/admin/audit.csv").await.status, StatusCode::NOT_FOUND);
    let page = admin.get("/admin/audit.csv").await;
    assert_eq!(page.header("content-type"), "text/csv; charset=utf-8");
    assert!(page.header("content-disposition").contains("lectern-audit.csv"));
    assert!(page.has("\n") && page.body.starts_with("\"number\",\"time\",\"event\",\"what\",\"by\","), "{}", page.body);
    assert!(page.has("\"'=HYPERLINK(\"\"http://evil.example\"\")\""), "{}", page.body);
    assert!(!page.body.lines().any(|line| line.split(',').any(|cell| cell.trim_matches('"').starts_with('='))));
    assert!(admin.get("/admin/audit").await.has("Data taken out"));
    let only = admin.get("/admin/audit.csv?what=user_updated").await;
    assert_eq!(only.body.lines().count(), 2, "{}", only.body);
    app.clock.advance(10 * MINUTE);
    let asked = admin.get("/admin/audit.csv?what=user_updated").await;
    assert_eq!(asked.location(), "/prove?next=%2Fadmin%2Faudit.csv%3Fwhat%3Duser_updated");
}

#[tokio::test]
async fn everybody_sees_what_happened_to_their_own_account_and_nothing_of_others() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let sam = app.student("sam").await;
    app.student("eve").await;
    app.anonymous().sign_in("sam", "not the right one, no").await;
    let id = admin.id_of("sam").await;
    admin.post("/fn/save_role", &[("person", &id), ("role", "instructor")]).await;
    let page = sam.get("/account/history").await;
    assert!(
        page.has("Account made") && page.has("by you") && page.has("from 127.0.0.1, Firefox on Linux"),
        "{}",
        page.body
    );
    assert!(page.has("Wrong password") && page.has("by somebody who was not signed in"), "{}", page.body);
    assert!(page.has("student → instructor") && page.has("by somebody who may") && !page.has("ada<"), "{}", page.body);
    assert!(!page.has("eve<") && !page.has("authz_change"), "{}", page.body);
}

/// ASVS 16.4.2
#[tokio::test]
async fn events_can_neither_be_changed_nor_deleted_by_plain_sql() {
    let app = App::start().await;
    app.student("sam").await;
    for sql in
        ["update audit_events set event = 'x'", "delete from audit_events", "update audit_details set content = '{}'"]
    {
        let refused = tamper(&app, sql).await.unwrap_err().to_string();
        assert!(refused.contains("the audit log is only added to"), "{sql}: {refused}");
    }
}

/// ASVS 16.4.2
#[tokio::test]
async fn whoever_gets_past_that_is_found_out() {
    for (sql, says) in [
        ("update audit_events set event = 'user_archived' where seq = 3", "event 3 is not as it was written"),
        ("update audit_events set at = at + 1 where seq = 4", "event 4 is not as it was written"),
        (
            "update audit_events set actor_id = null, actor_kind = 'visitor' where seq = 4",
            "event 4 is not as it was written",
        ),
        ("delete from audit_details where seq = 3 and kind = 'place'", "the place of event 3 is missing"),
        (
            "update audit_details set content = '{\"after\":\"instructor\"}' where seq = 2 and kind = 'change'",
            "the change of event 2 is not as it was written",
        ),
        (
            "delete from audit_details where seq = 3; delete from audit_events where seq = 3",
            "events 3 to 3 are missing",
        ),
    ] {
        let app = App::start().await;
        app.student("sam").await.post("/fn/save_profile", &[("name", "Samuel")]).await;
        assert_eq!(verify(&app, None).await.broken, [""; 0]);
        let_it_be_changed(&app).await;
        for sql in sql.split("; ") {
            tamper(&app, sql).await.unwrap();
        }
        let found = verify(&app, None).await;
        assert!(found.broken.iter().any(|words| words.contains(says)), "{sql}: {:?}", found.broken);
    }
}

/// ASVS 16.4.2
#[tokio::test]
async fn a_log_that_was_cut_off_or_written_anew_is_found_out() {
    let app = App::start().await;
    app.student("sam").await.post("/fn/save_profile", &[("name", "Samuel")]).await;
    let whole = verify(&app, None).await;
    let last = whole.events;
    // The key that tokens are signed with comes first.
    assert_eq!(last, 4);
    let_it_be_changed(&app).await;
    tamper(&app, "delete from audit_details where seq = 4").await.unwrap();
    tamper(&app, "delete from audit_events where seq = 4").await.unwrap();
    assert_eq!(verify(&app, None).await.broken, ["the log ends with event 3, and 4 were written"]);
    // Somebody who mends the end as well is found out by what was seen before.
    tamper(&app, "update audit_head set seq = 3, hash = (select hash from audit_events where seq = 3)").await.unwrap();
    assert_eq!(verify(&app, None).await.broken, [""; 0]);
    assert_eq!(
        verify(&app, Some((last, &whole.head))).await.broken,
        ["event 4 was seen before, and the log ends with event 3"]
    );
    app.sign_in("sam").await;
    assert_eq!(
        verify(&app, Some((last, &whole.head))).await.broken,
        ["event 4 had another hash when it was seen before"]
    );
}

#[tokio::test]
async fn addresses_are_forgotten_in_time_and_the_chain_holds() {
    let app = App::start().await;
    app.student("sam").await;
    let forget = async || {
        let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
        let deleted = public_forget_places(&mut write, app.site.config.keep_addresses).await.unwrap();
        write.commit().await.unwrap();
        deleted
    };
    app.clock.advance(89 * DAY);
    assert_eq!(forget().await, 0);
    app.sign_in("sam").await;
    app.clock.advance(2 * DAY);
    assert_eq!((forget().await, forget().await), (2, 0));
    let found = verify(&app, None).await;
    assert_eq!((found.broken.len(), found.forgotten), (0, 2));
    let page = app.admin("ada").await.get("/admin/audit").await;
    assert!(page.has("Old addresses deleted"), "{}", page.body);
    assert_eq!(page.body.matches("from 127.0.0.1").count(), 2, "sam's last and ada's own: {}", page.body);
}

/// ASVS 16.3.2, 16.3.3
#[tokio::test]
async fn refusals_are_written_down_with_a_bound() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let sam = app.student("sam").await;
    sam.get("/courses/new").await;
    sam.get("/admin/users").await;
    sam.post("/fn/disable_account", &[("person", "1")]).await;
    sam.post_bare("/fn/save_profile", &[("name", "x")]).await;
    let page = admin.get("/admin/audit?person=sam").await;
    for words in ["Not allowed", "/courses/new", "/admin/users", "/fn/disable_account", "Form from another site"] {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    let before = app.count("audit_events").await;
    for _ in 0..100 {
        sam.get("/admin/users").await;
    }
    let written = app.count("audit_events").await - before;
    assert!(written <= 20, "{written} of a hundred refusals in a minute");
    assert!(admin.get("/admin/audit").await.has("more refusals in this minute are not written"));
    // What strangers make up leaves nothing at all.
    let before = app.count("audit_events").await;
    for number in 0..200 {
        let stranger = app.anonymous();
        stranger.set_cookie("lectern", &format!("AAAAAAAAAAAAAAAAAAA{number:03}"));
        assert!(stranger.get("/account").await.location().starts_with("/login"));
    }
    assert_eq!(app.count("audit_events").await, before);
}

/// ASVS 16.3.3
#[tokio::test]
async fn a_sign_in_that_comes_back_after_its_end_is_written_down_once() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let stolen = app.visitor(&sam.jar());
    app.clock.advance(HOUR + 1);
    for _ in 0..3 {
        stolen.get("/account").await;
    }
    let page = app.sign_in("sam").await.get("/account/history").await;
    assert_eq!(page.body.matches("Ended sign-in was used").count(), 1, "{}", page.body);
}

#[tokio::test]
async fn a_walk_along_a_log_that_grows_meanwhile_finds_nothing_wrong() {
    let app = App::start().await;
    app.student("sam").await;
    let grows = async {
        for _ in 0..60 {
            let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
            public_note(&mut write, Event::of(What::Started)).await.unwrap();
            write.commit().await.unwrap();
        }
    };
    let walks = async {
        for _ in 0..60 {
            assert_eq!(verify(&app, None).await.broken, [""; 0]);
        }
    };
    tokio::join!(grows, walks);
}

/// A browser asks for it compressed, and what compresses asks the stream once more after its end.
#[tokio::test]
async fn the_table_arrives_whole_however_it_is_compressed() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    for coding in ["identity", "gzip", "br", "gzip, deflate, br, zstd"] {
        let request = admin.request(axum::http::Method::GET, "/admin/audit.csv").header("accept-encoding", coding);
        let page = admin.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert!(page.status == StatusCode::OK && !page.body.is_empty(), "{coding}");
    }
}

/// Strangers must not use up what is written down of people, nor another site's links have somebody's browser take data out.
#[tokio::test]
async fn refusals_of_people_are_written_beside_those_of_strangers() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let sam = app.student("sam").await;
    for _ in 0..30 {
        let stranger = app.anonymous();
        let mut request = stranger.form("/fn/save_profile", &[]).body("name=x".into()).unwrap();
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        stranger.send(request).await;
    }
    sam.get("/admin/users").await;
    assert!(admin.get("/admin/audit?person=sam").await.has("/admin/users"));
    for path in ["/account/data.json", "/admin/audit.csv"] {
        let request = admin.request(axum::http::Method::GET, path).header("sec-fetch-site", "cross-site");
        assert_eq!(
            admin.send(request.body(axum::body::Body::empty()).unwrap()).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}
