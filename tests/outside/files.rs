//! Files that are kept at a store which speaks S3, of another maker.

use std::sync::Arc;

use axum::http::StatusCode;
use lectern::clock::DAY;
use lectern::files::clearing;
use lectern::sessions::caller::Caller;

use crate::app::App;
use crate::server;

async fn app(endpoint: &str, prefix: &str) -> App {
    let place = format!("s3://lectern/{prefix}");
    let settings = [
        ("LECTERN_FILES", place.as_str()),
        ("LECTERN_S3_ENDPOINT", endpoint),
        ("LECTERN_S3_KEY_ID", "lectern"),
        ("LECTERN_S3_SECRET", "store-secret-for-tests"),
    ];
    App::with(&settings).await
}

#[tokio::test]
async fn files_are_kept_read_and_deleted_at_a_store_elsewhere() {
    let endpoint = server("LECTERN_TEST_S3");
    let app = app(&endpoint, "a/b").await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    // Longer than one part: it goes in several.
    let mut large = b"PK\x03\x04".to_vec();
    large.extend((0u32..9_000_000).flat_map(u32::to_be_bytes));
    let page = owner.upload(&course, &[("small.txt", b"0123456789"), ("large.zip", &large)], &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert_eq!(owner.bytes("/courses/soil/files/small.txt").await, b"0123456789");
    assert!(owner.bytes("/courses/soil/files/large.zip").await == large);
    let mut part =
        owner.request(axum::http::Method::GET, "/courses/soil/files/large.zip").body(Default::default()).unwrap();
    part.headers_mut().insert("range", "bytes=20000000-20000003".parse().unwrap());
    assert_eq!(owner.send(part).await.header("content-range"), format!("bytes 20000000-20000003/{}", large.len()));
    assert!(!app.folder().join("files").exists(), "nothing of it is here");
    let listed = async || reqwest::get(format!("{endpoint}/lectern?prefix=a/b/")).await.unwrap().text().await.unwrap();
    assert_eq!(listed().await.matches("<Key>a/b/").count(), 2);
    for name in ["small.txt", "large.zip"] {
        owner.post("/fn/delete_file", &[("course", &course.id), ("name", name)]).await;
    }
    app.clock.advance(DAY + 1);
    clearing::clear(&app.site, Arc::new(Caller::of_the_system())).await.unwrap();
    assert_eq!(listed().await.matches("<Key>a/b/").count(), 0);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_said_to_come_back() {
    // Nothing listens at port 9.
    let app = app("http://127.0.0.1:9", "").await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let page = owner.upload(&course, &[("a.txt", b"words")], &[]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
    assert_eq!(app.count("files").await, 0);
}
