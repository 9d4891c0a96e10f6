//! Files of a course: who may open which, what is taken and what is not, and that nothing uploaded acts or stays too long.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, StatusCode};
use futures_util::stream;
use lectern::clock::{DAY, HOUR};
use lectern::db::counted;
use lectern::files::clearing;
use lectern::sessions::caller::Caller;

use crate::app::{App, Course, Page, START, Visitor};

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

async fn status(visitor: &Visitor<'_>, course: &Course, name: &str) -> u16 {
    let page = visitor.get(&format!("{}/files/{name}", course.page())).await;
    match page.status {
        StatusCode::SEE_OTHER if page.location().starts_with("/login") => 401,
        status => status.as_u16(),
    }
}

/// Writes `body` into a lesson of the course.
async fn write(owner: &Visitor<'_>, course: &Course, lesson: &str, body: &str, more: &[(&str, &str)]) {
    let page = owner.get(&format!("{}/lessons/{lesson}/edit", course.page())).await;
    let (lesson, seen) = (page.hidden("lesson"), page.hidden("seen"));
    let fields = [("course", &*course.id), ("lesson", &lesson), ("seen", &seen), ("title", "A lesson"), ("body", body)];
    let page = owner.post("/fn/save_lesson", &[&fields[..], more].concat()).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
}

/// What the form says after it came back.
pub async fn refusal(visitor: &Visitor<'_>, course: &Course, page: &Page) -> String {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let page = visitor.get(&format!("{}/files", course.page())).await;
    let (_, rest) =
        page.body.split_once("<a href=\"#file\">").unwrap_or_else(|| panic!("nothing refused: {}", page.body));
    rest.split("</a>").next().unwrap().to_owned()
}

pub const AT: (&str, &str) = ("_page", "/courses/soil/files");

/// How many files lie in a folder and those below it.
fn files_below(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn a_file_is_opened_by_who_may_read_a_text_that_names_it() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 3).await;
    let id = ("course", course.id.as_str());
    let stranger = app.student("stranger").await;
    let student = app.student("student").await;
    student.post("/fn/join_course", &[id]).await;
    let files: Vec<(String, &[u8])> =
        ["notes", "later", "draft", "about", "lost"].map(|name| (format!("{name}.pdf"), PDF)).into();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let page = owner.upload(&course, &files, &[AT]).await;
    assert_eq!(page.location(), "/courses/soil/files", "{}", page.body);
    write(&owner, &course, "lesson-1", "See [the notes](files/Notes.PDF).", &[("published", "yes")]).await;
    let tomorrow = [("published", "yes"), ("releases_at", "2026-11-03T09:00")];
    write(&owner, &course, "lesson-2", "![Later](files/later.pdf)", &tomorrow).await;
    write(&owner, &course, "lesson-3", "[Not yet](files/draft.pdf)", &[]).await;
    let about =
        [id, ("title", "Soil"), ("summary", "Earth"), ("listed", "yes"), ("description", "[About](files/about.pdf)")];
    let seen = owner.seen(&course).await;
    owner.post("/fn/save_course", &[&about[..], &[("seen", &seen)]].concat()).await;

    let all = async |visitor: &Visitor<'_>| {
        let mut all = Vec::new();
        for name in ["notes.pdf", "later.pdf", "draft.pdf", "about.pdf", "lost.pdf", "none.pdf"] {
            all.push(status(visitor, &course, name).await);
        }
        all
    };
    // Who may not read lessons is not told which files there are.
    assert_eq!(all(&app.anonymous()).await, [401, 401, 401, 200, 401, 401]);
    assert_eq!(all(&stranger).await, [403, 403, 403, 200, 403, 403]);
    assert_eq!(all(&student).await, [200, 404, 404, 200, 404, 404]);
    assert_eq!(all(&owner).await, [200, 200, 200, 200, 200, 404]);
    // Looking as a student, the staff see what that one does.
    owner.post("/fn/begin_view", &[id]).await;
    assert_eq!(all(&owner).await, [200, 404, 404, 200, 404, 404]);
    owner.post("/fn/end_view", &[]).await;
    app.clock.advance(DAY + HOUR);
    let (owner, student) = (app.sign_in("owner").await, app.sign_in("student").await);
    assert_eq!(all(&student).await, [200, 200, 404, 200, 404, 404], "its lesson is open by now");
    // Named no more, opened no more; and who leaves opens nothing.
    write(&owner, &course, "lesson-1", "No notes.", &[("published", "yes")]).await;
    assert_eq!(status(&student, &course, "notes.pdf").await, 404);
    student.post("/fn/leave_course", &[id]).await;
    assert_eq!(status(&student, &course, "later.pdf").await, 403);
    // Nor is it one of another course.
    let other = owner.published_course("Clay", 1).await;
    assert_eq!(status(&owner, &other, "notes.pdf").await, 404);
    let lesson = owner.get("/courses/soil/lessons/lesson-2").await;
    assert!(lesson.has("src=\"/courses/soil/files/later.pdf\" alt=\"Later\""), "{}", lesson.body);
    let page = owner.get("/courses/soil/files").await;
    assert!(
        page.has("5 files, ") && page.has("In no text yet") && page.has("The course’s description"),
        "{}",
        page.body
    );
    // A lesson that is gone names nothing.
    let page = owner.get("/courses/soil/lessons/lesson-2/edit").await;
    owner.post("/fn/delete_lesson", &[id, ("lesson", &page.hidden("lesson"))]).await;
    let named = app.words("select name_key from file_mentions order by name_key").await;
    assert_eq!(named, ["about.pdf", "draft.pdf"]);
}

#[tokio::test]
async fn nothing_uploaded_runs_as_a_part_of_the_site() {
    let app = App::with(&[("LECTERN_FILE_TYPES", "svg,html,txt,pdf,zip,js")]).await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let script = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let files: [(&str, &[u8]); 6] = [
        ("a.svg", script),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.txt", b"<script>alert(1)</script>"),
        ("a.js", b"alert(1)"),
        ("a.pdf", PDF),
        ("a.zip", b"PK\x03\x04"),
    ];
    owner.upload(&course, &files, &[AT]).await;
    for (name, kind, how) in [
        ("a.svg", "application/octet-stream", "attachment"),
        ("a.html", "application/octet-stream", "attachment"),
        ("a.txt", "text/plain; charset=utf-8", "inline"),
        ("a.js", "text/plain; charset=utf-8", "inline"),
        ("a.pdf", "application/pdf", "inline"),
        ("a.zip", "application/zip", "attachment"),
    ] {
        let page = owner.get(&format!("/courses/soil/files/{name}")).await;
        assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, kind), "{name}");
        assert!(page.header("content-disposition").starts_with(how), "{name}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "private, no-cache");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"), "{name}: {policy}");
        assert!(policy.contains("sandbox") || name == "a.pdf", "{name}: {policy}");
        assert!(page.header("content-encoding").is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_sent_where_one_is_asked_for() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    owner.upload(&course, &[("a.txt", b"0123456789")], &[]).await;
    let path = "/courses/soil/files/a.txt";
    let ask = async |method: Method, name: &'static str, value: &str| {
        let mut request = owner.request(method, path).body(Body::empty()).unwrap();
        request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        owner.send(request).await
    };
    let whole = owner.get(path).await;
    assert_eq!((whole.body.as_str(), whole.header("content-length")), ("0123456789", "10"));
    let part = ask(Method::GET, "range", "bytes=2-4").await;
    assert_eq!((part.status, part.body.as_str()), (StatusCode::PARTIAL_CONTENT, "234"));
    assert_eq!((part.header("content-range"), part.header("content-length")), ("bytes 2-4/10", "3"));
    let beyond = ask(Method::GET, "range", "bytes=10-").await;
    assert_eq!((beyond.status, beyond.header("content-range")), (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */10"));
    let head = ask(Method::HEAD, "accept", "*/*").await;
    assert_eq!((head.status, head.header("content-length"), head.body.as_str()), (StatusCode::OK, "10", ""));
    let known = ask(Method::GET, "if-none-match", whole.header("etag")).await;
    assert_eq!((known.status, known.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[tokio::test]
async fn what_lies_is_refused_with_a_reason_and_the_others_are_kept() {
    let app = App::with(&[("LECTERN_FILE_MAX_MB", "1"), ("LECTERN_COURSE_FILES", "3")]).await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let large = vec![b'x'; (1 << 20) + 1];
    for (name, bytes, why) in [
        ("a.png", &b"<html><script>alert(1)</script>"[..], "a.png is not what its name says"),
        ("a.pdf", b"MZ\x90\0", "a.pdf is not what its name says"),
        ("a.svg", b"<svg/>", "a.svg is of a kind (.svg) that is not taken here"),
        ("a.html", b"<p>", "a.html is of a kind (.html)"),
        ("README", b"words", "README needs a name with an ending"),
        ("a.txt", b"", "a.txt is empty"),
        ("a.txt", &large, "a.txt is larger than 1 MB"),
        ("a.png", b"\x89PNG\r\n\x1a\n and no picture", "a.png is damaged"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "a.jpg is damaged"),
    ] {
        let page = owner.upload(&course, &[(name, bytes)], &[AT]).await;
        let said = refusal(&owner, &course, &page).await;
        assert!(said.starts_with("Not kept: ") && said.contains(why), "{said}");
        assert_eq!((app.count("files").await, app.count("contents").await), (0, 0), "{name}");
    }
    let page = owner.upload(&course, &[("ok.txt", b"words"), ("a.exe", b"MZ")], &[AT]).await;
    let page = owner.get(page.location()).await;
    assert!(page.has("ok.txt is added. Not kept: a.exe is of a kind (.exe) that is not taken here."), "{}", page.body);
    // The same again changes nothing; another of its name stays out, unless it is ticked that it takes its place.
    let page = owner.upload(&course, &[("OK.txt", b"words")], &[AT]).await;
    assert!(owner.get(page.location()).await.has("OK.txt is there already."));
    let page = owner.upload(&course, &[("OK.txt", b"others")], &[AT]).await;
    assert!(refusal(&owner, &course, &page).await.contains("is the name of another file here"));
    let page = owner.upload(&course, &[("OK.txt", b"others")], &[AT, ("replace", "yes")]).await;
    assert!(owner.get(page.location()).await.has("OK.txt is in the place of the one before."));
    assert_eq!(owner.bytes("/courses/soil/files/ok.txt").await, b"others");
    // What was replaced goes like what was deleted: a day later.
    clearing::clear(&app.site, Arc::new(Caller::of_the_system())).await.unwrap();
    assert_eq!(app.count("contents").await, 2);
    let page = owner.upload(&course, &[("b.txt", b"b"), ("c.txt", b"c"), ("d.txt", b"d")], &[AT]).await;
    let page = owner.get(page.location()).await;
    let words = "b.txt is added. c.txt is added. Not kept: d.txt is more than this course may hold";
    assert!(page.has(words), "{}", page.body);
    // What was not kept lies nowhere; a content that another file has is no other.
    assert_eq!((app.count("files").await, app.count("contents").await), (3, 4), "words was replaced by others");
    // None chosen: a browser sends a field with an empty name.
    let page = owner.upload(&course, &[("", b"")], &[AT]).await;
    assert_eq!(refusal(&owner, &course, &page).await, "Choose a file");
}

#[tokio::test]
async fn of_more_than_ten_files_the_first_ten_are_kept() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let names: Vec<String> = (10..22).map(|number| format!("{number}.txt")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
    let page = owner.upload(&course, &files, &[AT]).await;
    let page = owner.get(page.location()).await;
    let words = "19.txt is added. Not kept: what came after the first 10 files: choose those again.";
    assert!(page.has(words), "{}", page.body);
    assert_eq!(app.count("files").await, 10);
}

#[tokio::test]
async fn what_nothing_means_any_more_does_not_fill_the_disk() {
    let app = App::with(&[("LECTERN_COURSE_FILES_MAX_MB", "1")]).await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    for number in 0..6u8 {
        let page =
            owner.upload(&course, &[("a.zip", &[b"PK\x03\x04", &vec![number; 1_000_000][..]].concat())], &[]).await;
        // Four full courses of it, and the one that goes beyond.
        let is_kept = number < 5;
        assert_eq!(page.status == StatusCode::SEE_OTHER, is_kept, "{number}: {}", page.status);
        assert_eq!(app.count("contents").await, i64::from(number.min(4)) + 1);
        if is_kept {
            owner.post("/fn/delete_file", &[("course", &course.id), ("name", "a.zip")]).await;
        }
    }
}

#[tokio::test]
async fn names_of_every_script_are_kept_and_lead_nowhere_else() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    for (sent, name, address) in [
        ("地図 1.txt", "地図-1.txt", "%E5%9C%B0%E5%9B%B3-1.txt"),
        ("U\u{308}ber.txt", "Über.txt", "%C3%9Cber.txt"),
        ("..\\..\\etc\\passwd.txt", "passwd.txt", "passwd.txt"),
        ("../../../tmp/evil.txt", "evil.txt", "evil.txt"),
        ("<script>alert(1)<.txt", "script-alert-1.txt", "script-alert-1.txt"),
    ] {
        owner.upload(&course, &[(sent, sent.as_bytes())], &[AT]).await;
        let page = owner.get("/courses/soil/files").await;
        assert!(page.has(name) && page.has(&format!("/courses/soil/files/{address}")), "{sent}: {}", page.body);
        assert!(!page.has("<script>alert"));
        assert_eq!(owner.bytes(&format!("/courses/soil/files/{address}")).await, sent.as_bytes(), "{sent}");
        let disposition = owner.get(&format!("/courses/soil/files/{address}")).await;
        assert!(disposition.header("content-disposition").ends_with(&format!("''{address}")));
    }
    for path in ["..%2F..%2Flectern.db", "%2e%2e/lectern.db", "a%00.txt", "%FF.txt"] {
        let page = owner.get(&format!("/courses/soil/files/{path}")).await;
        assert!(page.status.is_client_error(), "{path}: {}", page.status);
    }
    // Only contents stand in the folder, under their digests.
    assert_eq!(files_below(&app.folder().join("files")), 5);
    assert!(!Path::new("/tmp/evil.txt").exists());
}

#[tokio::test]
async fn an_upload_that_ends_early_or_may_not_be_leaves_nothing() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let student = app.student("student").await;
    student.post("/fn/join_course", &[("course", &course.id)]).await;
    let before = files_below(app.folder());
    assert_eq!(student.upload(&course, &[("a.txt", b"words")], &[]).await.status, StatusCode::FORBIDDEN);
    assert!(app.anonymous().upload(&course, &[("a.txt", b"words")], &[]).await.location().starts_with("/login"));
    // Without the token that our own pages carry, or with the fields after the file.
    let part = |name: &str, more: &str, value: &str| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let file = part("file", "; filename=\"a.txt\"", &"words ".repeat(10_000));
    let course_field = part("course", "", &course.id);
    let unmarked = owner.upload_of(Body::from(format!("{course_field}{file}--edge--\r\n")));
    assert!(owner.send(unmarked).await.location().starts_with("/resend"));
    let token = part("_token", "", &owner.form_token().await.unwrap());
    let reversed = owner.upload_of(Body::from(format!("{token}{file}{course_field}--edge--\r\n")));
    assert_eq!(owner.send(reversed).await.status, StatusCode::BAD_REQUEST);
    // Cut off in the middle, by the line and by a browser that is closed; and one that stalls.
    let begun = format!("{token}{course_field}{}", &file[..20_000]);
    assert_eq!(owner.send(owner.upload_of(Body::from(begun.clone()))).await.status, StatusCode::BAD_REQUEST);
    let broken = stream::iter([Ok(Bytes::from(begun.clone())), Err(std::io::Error::other("the line is down"))]);
    assert_eq!(owner.send(owner.upload_of(Body::from_stream(broken))).await.status, StatusCode::BAD_REQUEST);
    let begun = stream::once(async { Ok::<_, std::io::Error>(Bytes::from(begun)) });
    let stalls = Body::from_stream(stream::StreamExt::chain(begun, stream::pending()));
    assert_eq!(owner.send(owner.upload_of(stalls)).await.status, StatusCode::REQUEST_TIMEOUT);
    // The head of a part has no end: it is not read into memory until it has one.
    let endless = format!("{course_field}--edge\r\nA: {}", "a".repeat(5_000_000));
    assert_eq!(app.anonymous().send(owner.upload_of(Body::from(endless))).await.status, StatusCode::BAD_REQUEST);
    assert_eq!((app.count("files").await, app.count("contents").await), (0, 0));
    assert_eq!(files_below(app.folder()), before, "something lies about");
    assert_eq!(app.site.uploads.taken(), 0);
}

#[tokio::test]
async fn a_content_is_kept_once_and_goes_a_day_after_its_last_file() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let courses = [owner.published_course("Soil", 1).await, owner.published_course("Clay", 1).await];
    for course in &courses {
        owner.upload(course, &[("a.txt", b"words"), ("b.txt", b"words")], &[]).await;
    }
    let folder = app.folder().join("files");
    assert_eq!((app.count("files").await, app.count("contents").await, files_below(&folder)), (4, 1, 1));
    let clear = async || clearing::clear(&app.site, Arc::new(Caller::of_the_system())).await.unwrap();
    let delete = async |owner: &Visitor<'_>, course: &Course, name: &str| {
        let page = owner.post("/fn/delete_file", &[("course", &course.id), ("name", name)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    };
    app.clock.advance(2 * DAY);
    let owner = app.sign_in("owner").await;
    clear().await;
    assert_eq!(files_below(&folder), 1, "four files mean it");
    for (course, name) in [(0, "a.txt"), (0, "b.txt"), (1, "a.txt"), (1, "B.TXT")] {
        delete(&owner, &courses[course], name).await;
    }
    let gone = owner.post("/fn/delete_file", &[("course", &courses[0].id), ("name", "a.txt")]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    app.clock.advance(DAY - 1);
    clear().await;
    assert_eq!((app.count("contents").await, files_below(&folder)), (1, 1), "not a day yet");
    // What writes that a crash cut off have left goes as well, once it is old.
    std::fs::create_dir_all(folder.join("ab")).unwrap();
    for (name, at) in [("abcd#1", START), ("abcd#2", START + 9 * DAY)] {
        let half = std::fs::File::create(folder.join("ab").join(name)).unwrap();
        half.set_modified(UNIX_EPOCH + Duration::from_millis(at.unsigned_abs())).unwrap();
    }
    app.clock.advance(2);
    clear().await;
    assert_eq!((app.count("contents").await, files_below(&folder)), (0, 1));
    assert!(folder.join("ab/abcd#2").exists(), "it may be under way");
}

#[tokio::test]
async fn a_content_that_is_being_cleared_away_is_not_used_again_meanwhile() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    owner.upload(&course, &[("a.txt", b"words")], &[]).await;
    owner.post("/fn/delete_file", &[("course", &course.id), ("name", "a.txt")]).await;
    app.clock.advance(2 * DAY);
    let owner = app.sign_in("owner").await;
    let system = Arc::new(Caller::of_the_system());
    let mut write = app.site.db.begin_write(system.clone()).await.unwrap();
    let marked = lectern::files::store::public_mark_unused(&mut write).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(marked.len(), 1);
    let again = owner.upload(&course, &[("a.txt", b"words")], &[]).await;
    assert_eq!(again.status, StatusCode::SERVICE_UNAVAILABLE);
    // Of a server that was stopped in between, another does the rest an hour later; not sooner, since it may be slow.
    clearing::clear(&app.site, system.clone()).await.unwrap();
    assert_eq!(app.count("contents").await, 1);
    app.clock.advance(HOUR + 1);
    let owner = app.sign_in("owner").await;
    clearing::clear(&app.site, system).await.unwrap();
    assert_eq!(owner.upload(&course, &[("a.txt", b"words")], &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.bytes("/courses/soil/files/a.txt").await, b"words");
}

#[tokio::test]
async fn a_list_of_files_asks_as_much_for_many_as_for_one() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let path = "/courses/soil/files";
    let empty = owner.get(path).await;
    assert!(empty.has("No files yet"));
    owner.upload(&course, &[("first.txt", b"1")], &[]).await;
    let (one, few) = counted(owner.get(path)).await;
    assert!(one.has("1 file, 1 byte."), "{}", one.body);
    for ten in 0..3 {
        let names: Vec<String> = (0..10).map(|number| format!("{ten}{number}.txt")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
        owner.upload(&course, &files, &[]).await;
    }
    let (many, asked) = counted(owner.get(path)).await;
    assert!(many.has("31 files") && many.has("?page=2"));
    assert_eq!(asked, few);
    assert!(owner.get(&format!("{path}?page=9")).await.has("first.txt"), "the last page in place of one beyond it");
    // A script is told as one is: by its status.
    let mut script = owner.upload_of(Body::from("--edge--\r\n"));
    script.headers_mut().insert("accept", HeaderValue::from_static("application/json"));
    assert_eq!(owner.send(script).await.status, StatusCode::FORBIDDEN);
}
