//! Finding lessons by their words: every one that one may read, and no other.

use axum::http::StatusCode;
use lectern::clock::DAY;

use crate::app::{App, Course, Visitor};

async fn add(owner: &Visitor<'_>, course: &Course, title: &str, body: &str, more: &[(&str, &str)]) -> String {
    let fields = [&[("course", course.id.as_str()), ("title", title), ("body", body)], more].concat();
    owner.post("/fn/add_lesson", &fields).await.location().to_owned()
}

const OUT: (&str, &str) = ("published", "yes");

#[tokio::test]
async fn lessons_are_found_by_their_words_with_the_passage_marked() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    let body = format!(
        "{}The **humus** of [old](https://example.org/) woods is <dark>.\n{}",
        "Sand. ".repeat(300),
        "Sand. ".repeat(300)
    );
    let humus = add(&owner, &course, "What holds water", &body, &[OUT, ("summary", "On sponges")]).await;
    let loess = add(&owner, &course, "Loess & wind", "Nothing of it here.", &[OUT]).await;
    let found = async |typed: &str| {
        let page = owner.get(&format!("/search?q={typed}")).await;
        assert_eq!(page.status, StatusCode::OK, "{typed}");
        page
    };
    for typed in ["humus", "HUMUS", "hum", "woods+humus", "sponges", "humus+sponges+water"] {
        let page = found(typed).await;
        assert!(page.has(&format!("href=\"{humus}\"")) && !page.has(&loess), "{typed}: {}", page.body);
    }
    let page = found("humus+old").await;
    assert!(page.has("<mark>humus</mark> of <mark>old</mark> woods is") && !page.has("<dark>"), "{}", page.body);
    assert!(found("loess").await.has("<mark>Loess</mark> &amp; wind"));
    for typed in ["humus+loess", "umus", "%22", "*", "NEAR(", "a%00b", "-humusx", "%E2%80%9C", &"x".repeat(5_000)] {
        let page = found(typed).await;
        assert!(page.has("No lesson holds") && !page.has("<ol class=\"rows results\""), "{typed}: {}", page.body);
    }
    assert!(!found("").await.has("No lesson holds"));
    // Signs divide words, on either engine.
    let code = add(&owner, &course, "Code", "`request.session.get(\"id\")` in src/main.rs, 3.14 times", &[OUT]).await;
    for typed in ["session", "request.session", "main", "3.14", "g+get"] {
        assert_eq!(found(typed).await.has(&code), typed != "g+get", "{typed}");
    }
    assert!(found("session").await.has("request.<mark>session</mark>.get"));
    // In one course alone, and back to all.
    let other = owner.published_course("Sand", 0).await;
    add(&owner, &other, "Humus of the dunes", "", &[OUT]).await;
    let here = owner.get("/search?q=humus&course=soil").await;
    assert!(here.has(&humus) && !here.has("dunes") && here.has("href=\"/search?q=humus\""), "{}", here.body);
    assert_eq!(owner.get("/search?q=humus&course=none").await.status, StatusCode::NOT_FOUND);
    assert!(app.anonymous().get("/search?q=humus").await.location().starts_with("/login"));
    // Without its accents a word is found as well, and with others than it has; Greek with its own, since SQLite leaves those.
    add(&owner, &course, "Über Löss", "ấm Γιώργος 김치 Jiří", &[OUT]).await;
    for typed in [
        "uber+loss",
        "%C3%BCber",
        "am",
        "%CE%B3%CE%B9%CF%8E%CF%81%CE%B3%CE%BF%CF%82",
        "%EA%B9%80%EC%B9%98",
        "jiri",
        "J%C3%8DR%C3%AD",
    ] {
        assert!(found(typed).await.has("<mark>"), "{typed}");
    }
    assert!(found("uber+loss").await.has("<mark>Über</mark>"));
}

#[tokio::test]
async fn the_index_follows_what_is_saved() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    let address = add(&owner, &course, "Clay", "before", &[OUT]).await;
    let has = async |typed: &str| owner.get(&format!("/search?q={typed}")).await.has(&format!("href=\"{address}\""));
    assert!(has("before").await);
    let edit = owner.get(&format!("{address}/edit")).await;
    let ids = [("course", course.id.as_str()), ("lesson", &edit.hidden("lesson")), ("seen", &edit.hidden("seen"))];
    owner.post("/fn/save_lesson", &[&ids[..], &[("title", "Clay"), ("body", "after"), OUT]].concat()).await;
    assert!(has("after").await && !has("before").await);
    owner.post("/fn/delete_lesson", &ids[..2]).await;
    assert!(!has("after").await && !has("clay").await);
}

/// ASVS 8.2.2
#[tokio::test]
async fn exactly_the_lessons_one_may_read_are_found() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let owner = app.instructor("owner").await;
    let mut lessons = Vec::new();
    let later = lectern::zone::Zone::stored("UTC").in_field(app.clock.now() + DAY);
    for state in ["draft", "published", "concluded", "archived"] {
        let course = owner.create_course(&format!("The {state}")).await;
        let id = ("course", course.id.as_str());
        for (title, more) in
            [("hidden", vec![]), ("later", vec![OUT, ("releases_at", later.as_str())]), ("open", vec![OUT])]
        {
            lessons.push(add(&owner, &course, &format!("Quartz {title} {state}"), "", &more).await);
        }
        for (name, role) in [("in", "student"), ("gone", "student"), ("out", "student"), ("helper", "assistant")] {
            if app.count("users").await < 6 {
                app.student(name).await;
            }
            let email = format!("{name}@uni.example");
            owner.post("/fn/add_person", &[id, ("email", &email), ("role", role)]).await;
        }
        for (name, action) in [("gone", "/fn/remove_person"), ("out", "/fn/block_person")] {
            let person = admin.id_of(name).await;
            owner.post(action, &[id, ("person", &person)]).await;
        }
        if state != "draft" {
            owner.post("/fn/publish_course", &[id]).await;
        }
        for (wanted, action) in [("concluded", "/fn/conclude_course"), ("archived", "/fn/archive_course")] {
            if state == wanted {
                owner.post(action, &[id]).await;
            }
        }
    }
    app.student("stranger").await;
    let (mut readable, mut refused) = (0, 0);
    for name in ["in", "gone", "out", "helper", "stranger", "owner", "ada"] {
        let visitor = app.sign_in(name).await;
        let page = visitor.get("/search?q=quartz").await;
        for lesson in &lessons {
            let may = visitor.get(lesson).await.status == StatusCode::OK;
            assert_eq!(page.has(&format!("href=\"{lesson}\"")), may, "{name} {lesson}");
            if may { readable += 1 } else { refused += 1 }
        }
    }
    // Staff and admins all twelve, three times; who studies here the open one of three courses.
    assert_eq!((readable, refused), (3 * 12 + 3, 7 * 12 - 39));
}

#[tokio::test]
async fn many_results_have_pages() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 25).await;
    let first = owner.get("/search?q=words").await;
    assert!(first.has("Lessons 1 to 20") && first.has("href=\"/search?q=words&amp;page=2\""), "{}", first.body);
    let second = owner.get(&format!("/search?q=words&course={}&page=2", course.slug)).await;
    assert!(second.has("Lessons 21 to 25") && second.has("rel=\"prev\"") && !second.has("rel=\"next\""));
    assert!(owner.get("/search?q=words&page=9").await.has("No more results"));
}
