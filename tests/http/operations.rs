//! Health, backups, migrations, and a database that does not answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use futures_util::stream;
use lectern::http::listen::{self, Patience};
use lectern::sessions::caller::Caller;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

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
    assert!(broken.has("We cannot show you this just now") && broken.has("Skip to the content"), "{}", broken.body);
    assert_eq!(broken.header("retry-after"), "30");
    assert!(broken.has("<a href=\"/account\" class=\"button\">Open this again</a>"), "{}", broken.body);
    assert!(!broken.has(">Sign in</a>"), "nobody knows whether they are signed in");
    let page = visitor.get("/courses").await;
    assert_eq!(
        (page.status, page.header("retry-after")),
        (StatusCode::SERVICE_UNAVAILABLE, "30"),
        "a page says so too"
    );
    assert_eq!(visitor.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(visitor.get("/readyz").await.body, "the database does not answer\n");
}

#[tokio::test]
async fn a_node_that_is_about_to_stop_says_so_and_lets_go_of_its_connections() {
    let app = App::start().await;
    let visitor = app.anonymous();
    assert!(visitor.get("/courses").await.header("connection").is_empty());
    app.site.begin_to_stop();
    let ready = visitor.get("/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    assert_eq!(visitor.get("/healthz").await.body, "ok\n");
    let page = visitor.get("/courses").await;
    assert_eq!((page.status, page.header("connection")), (StatusCode::OK, "close"), "it still serves");
}

/// ASVS 16.5.1, 16.5.2, 16.5.3, 16.3.4
#[tokio::test]
async fn a_locked_database_is_a_503_with_a_page_and_nothing_is_half_done() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let held = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
    let page = sam.post("/fn/save_profile", &[("name", "Changed")]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
    assert!(page.has("We cannot save anything just now") && !page.header("retry-after").is_empty());
    assert_eq!(sam.get("/account").await.status, StatusCode::OK, "reading goes on");
    assert_eq!(sam.get("/readyz").await.body, "ready\n", "a long write is no reason to send people elsewhere");
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
    // PostgreSQL has pg_dump for this.
    let Some(file) = app.file() else { return };
    let copy = app.folder().join("copy.db");
    let counts = lectern::db::back_up(file, &copy).await.unwrap();
    assert!(counts.contains(&("courses".to_owned(), 1)) && counts.contains(&("lessons".to_owned(), 2)), "{counts:?}");
    assert!(lectern::db::back_up(file, &copy).await.is_err(), "a copy never overwrites");

    teacher.published_course("Sand", 0).await;
    app.site.db.close().await;
    let (kept, _) = lectern::db::restore(&copy, file, 1).await.unwrap();
    assert!(lectern::db::verify(&kept.unwrap()).await.unwrap().contains(&("courses".to_owned(), 2)));
    let again = app.thaw(&app.freeze().await).await;
    assert!(again.anonymous().get("/courses").await.has("Soil"));
    assert!(!again.anonymous().get("/courses").await.has("Sand"));
}

#[tokio::test]
async fn a_log_that_was_left_behind_is_not_played_into_a_backup() {
    use std::os::unix::fs::PermissionsExt;
    let app = App::start().await;
    let Some(file) = app.file().map(std::path::Path::to_owned) else { return };
    let copy = app.folder().join("copy.db");
    lectern::db::back_up(&file, &copy).await.unwrap();
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o644)).unwrap();
    app.student("sam").await;
    // The machine lost its power: the log holds an account, and the file is moved away without it.
    let (log, left) = (file.with_extension("db-wal"), app.folder().join("kept-wal"));
    std::fs::copy(&log, &left).unwrap();
    app.site.db.close().await;
    std::fs::remove_file(&file).unwrap();
    std::fs::rename(&left, &log).unwrap();

    lectern::db::restore(&copy, &file, 1).await.unwrap();
    assert!(!log.exists());
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "whatever mode the backup came back with");
    let again = app.on(app.place().clone()).await;
    assert_eq!(again.count("users").await, 0, "the backup holds nobody");
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_stands_in_nobodys_way() {
    let app = App::start().await;
    let Some(file) = app.file().map(std::path::Path::to_owned) else { return };
    app.student("sam").await;
    let copy = app.folder().join("copy.db");
    lectern::db::back_up(&file, &copy).await.unwrap();
    app.site.db.close().await;
    std::fs::write(&file, "what a broken disk left of it".repeat(400)).unwrap();
    let (kept, _) = lectern::db::restore(&copy, &file, 1).await.unwrap();
    let kept = kept.unwrap();
    assert!(std::fs::read_to_string(&kept).unwrap().starts_with("what a broken disk"));
    assert_eq!(app.on(app.place().clone()).await.count("users").await, 1);
}

#[tokio::test]
async fn what_is_no_database_is_not_restored() {
    let app = App::start().await;
    app.site.db.close().await;
    let Some(place) = app.file() else { return };
    for content in [&b"not a database at all, only words"[..], b""] {
        let file = app.folder().join("bad.db");
        std::fs::write(&file, content).unwrap();
        assert!(lectern::db::restore(&file, place, 1).await.is_err());
    }
    assert!(lectern::db::verify(place).await.is_ok(), "what was there stays");
}

#[tokio::test]
async fn a_full_disk_is_a_503_with_a_page_and_nothing_is_half_done() {
    use lectern::db::{Connection, Engine};
    let app = App::start().await;
    // A server's disk is its own affair; that it says so is in the tests of failures.
    if app.file().is_none() {
        return;
    }
    let teacher = app.instructor("teacher").await;
    // The one writing connection may not make the file longer: what SQLite says then is what it says of a full disk.
    let limit = async |pages: &str| {
        let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
        let Engine::Sqlite(connection) = write.engine() else { panic!("not a file") };
        #[expect(clippy::disallowed_methods, reason = "fills the disk")]
        sqlx::query(&format!("pragma max_page_count = {pages}")).fetch_all(connection).await.unwrap();
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

#[tokio::test]
async fn a_form_that_never_ends_is_told_so() {
    let app = App::start().await;
    let visitor = app.anonymous();
    let endless = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let page = visitor.send(visitor.form("/fn/sign_in", &[]).body(endless).unwrap()).await;
    assert_eq!(page.status, StatusCode::REQUEST_TIMEOUT);
    assert!(page.has("That took too long to reach us") && page.has("Skip to the content"), "{}", page.body);
}

/// A server on a port of its own: with short patience, and the way to tell it to stop.
async fn listening(app: &App) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let patience = Patience { headers: Duration::from_millis(300), ..Patience::default() };
    let server = tokio::spawn(listen::serve(listener, app.router(), patience, async move { drop(stopped.await) }));
    (address, stop, server)
}

#[tokio::test]
async fn a_connection_that_never_sends_its_headers_is_ended() {
    let app = App::start().await;
    let (address, _stop, _server) = listening(&app).await;
    for begun in ["", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "] {
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(10), slow.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "{begun:?}");
    }
}

#[tokio::test]
async fn who_stands_in_line_when_the_server_stops_is_still_answered() {
    let app = App::start().await;
    let (address, stop, server) = listening(&app).await;
    // Neither connection is taken before the server is told to stop: nothing here gives it the time to.
    let ask = || {
        use std::io::Write;
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        stream
    };
    stop.send(()).unwrap();
    let waiting = [ask(), ask()];
    server.await.unwrap();
    for mut stream in waiting {
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        assert!(answer.ends_with("ok\n"), "{answer:?}");
    }
}

#[tokio::test]
async fn told_to_stop_the_server_ends_what_is_under_way_and_takes_nothing_new() {
    let app = App::start().await;
    let (address, stop, server) = listening(&app).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut under_way = TcpStream::connect(address).await.unwrap();
    under_way.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    under_way.write_all(b"\r\n").await.unwrap();
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");
    server.await.unwrap();
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

/// A proxy in front and this server must not read one request as two: what can be read in two ways is refused, and what follows it
/// on the connection is not answered.
///
/// ASVS 4.2.1
#[tokio::test]
async fn a_request_that_can_be_read_in_two_ways_is_not_read_at_all() {
    let app = App::start().await;
    let (address, _stop, _server) = listening(&app).await;
    let hidden = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let body = format!("0\r\n\r\n{hidden}");
    let length = body.len();
    for headers in [
        format!("Content-Length: {length}\r\nContent-Length: 0\r\n"),
        format!("Content-Length: {length}, 0\r\n"),
        "Content-Length: +5\r\n".to_owned(),
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: 0x5\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
        "Transfer-Encoding: chunked, identity\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
        "X: y\r\n Transfer-Encoding: chunked\r\n".to_owned(),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let sent = format!(
            "POST /api/v1/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n{headers}\r\n{body}"
        );
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(ended.is_ok(), "{headers:?} keeps the connection: {answer}");
        assert!(!answer.contains("ok\n"), "{headers:?}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 4"), "{headers:?}: {answer}");
    }
}
