//! Health, backups, migrations, and a database that does not answer.

use std::sync::Arc;

use axum::http::StatusCode;
use lectern::sessions::caller::Caller;

use crate::app::App;

#[tokio::test]
async fn the_server_says_whether_it_is_alive_and_ready() {
    let app = App::start().await;
    let visitor = app.anonymous();
    assert_eq!(visitor.get("/healthz").await.body, "ok\n");
    assert_eq!(visitor.get("/readyz").await.body, "ready\n");
    assert!(visitor.get("/status").await.has("Everything works"));
    let sam = app.student("sam").await;
    app.site.db.close().await;
    let broken = sam.get("/account").await;
    assert_eq!(broken.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(broken.has("We cannot save anything just now") && broken.has("Skip to the content"), "{}", broken.body);
    assert_eq!(visitor.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(visitor.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_locked_database_is_a_503_with_a_page_and_nothing_is_half_done() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let held = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
    let page = sam.post("/fn/save_profile", &[("name", "Changed")]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
    assert!(page.has("We cannot save anything just now") && !page.header("retry-after").is_empty());
    assert_eq!(sam.get("/account").await.status, StatusCode::OK, "reading goes on");
    assert!(page.has("Send it again") && page.hidden("name") == "Changed", "nothing typed is lost: {}", page.body);
    drop(held);
    assert!(!sam.get("/account").await.has("Changed"));
    assert_eq!(sam.post("/fn/save_profile", &[("name", "Changed")]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_copy_is_made_while_the_site_is_used_and_brings_everything_back() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    teacher.published_course("Soil", 2).await;
    let copy = app.folder().join("copy.db");
    let counts = lectern::db::back_up(app.site.db.path(), &copy).await.unwrap();
    assert!(counts.contains(&("courses".to_owned(), 1)) && counts.contains(&("lessons".to_owned(), 2)), "{counts:?}");
    assert!(lectern::db::back_up(app.site.db.path(), &copy).await.is_err(), "a copy never overwrites");

    teacher.published_course("Sand", 0).await;
    app.site.db.close().await;
    let (kept, _) = lectern::db::restore(&copy, app.site.db.path(), 1).await.unwrap();
    assert!(lectern::db::verify(&kept.unwrap()).await.unwrap().contains(&("courses".to_owned(), 2)));
    let again = app.copy("again.db").await;
    assert!(again.anonymous().get("/courses").await.has("Soil"));
    assert!(!again.anonymous().get("/courses").await.has("Sand"));
}

#[tokio::test]
async fn what_is_no_database_is_not_restored() {
    let app = App::start().await;
    app.site.db.close().await;
    for content in [&b"not a database at all, only words"[..], b""] {
        let file = app.folder().join("bad.db");
        std::fs::write(&file, content).unwrap();
        assert!(lectern::db::restore(&file, app.site.db.path(), 1).await.is_err());
    }
    assert!(lectern::db::verify(app.site.db.path()).await.is_ok(), "what was there stays");
}

#[tokio::test]
async fn a_full_disk_is_a_503_with_a_page_and_nothing_is_half_done() {
    use lectern::db::Connection;
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    // The one writing connection may not make the file longer: what SQLite says then is what it says of a full disk.
    let limit = async |pages: &str| {
        let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "fills the disk")]
        sqlx::query(&format!("pragma max_page_count = {pages}")).fetch_all(write.sqlite()).await.unwrap();
    };
    limit("1").await;
    let long = "words ".repeat(3_000);
    let page =
        teacher.post("/fn/create_course", &[("title", "Rivers"), ("summary", "S"), ("description", &long)]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
    assert!(page.has("We cannot save anything just now"));
    assert_eq!(teacher.get("/courses/rivers").await.status, StatusCode::NOT_FOUND);
    limit("1000000").await;
    assert_eq!(
        teacher
            .post("/fn/create_course", &[("title", "Rivers"), ("summary", "S"), ("description", &long)])
            .await
            .location(),
        "/courses/rivers"
    );
}
