//! Words that somebody writes in a lesson and has not saved: kept while they type, theirs alone, and gone once they are saved.

use axum::http::StatusCode;
use lectern::clock::DAY;

use crate::app::{App, Course, Page, Visitor};

const ADDRESS: &str = "/courses/soil/lessons/lesson-1/edit";
const NEW: &str = "/courses/soil/lessons/new";
const KEPT: &str = "These words of yours are not saved yet.";

async fn keep(visitor: &Visitor<'_>, course: &Course, page: &Page, body: &str) -> Page {
    let (lesson, seen) = (page.hidden("lesson"), page.hidden("seen"));
    let fields = [("course", &*course.id), ("lesson", &lesson), ("seen", &seen), ("title", "Lesson 1"), ("body", body)];
    visitor.call("/fn/keep_draft", &fields).await
}

#[tokio::test]
async fn what_is_typed_is_kept_for_its_writer_alone_until_it_is_saved() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let other = app.instructor("other").await;
    let course = owner.published_course("Soil", 1).await;
    let id = ("course", course.id.as_str());
    owner.post("/fn/add_person", &[id, ("email", "other@uni.example"), ("role", "instructor")]).await;
    let begun = owner.get(ADDRESS).await;
    assert!(!begun.has(KEPT));
    let shown = keep(&owner, &course, &begun, "**Half** a sentence").await;
    assert_eq!((shown.status, shown.json()), (StatusCode::OK, "<p><strong>Half</strong> a sentence</p>\n".into()));

    // Closed, and opened again on another device.
    let owner = app.sign_in("owner").await;
    let again = owner.get(ADDRESS).await;
    assert!(again.has(KEPT) && again.has("**Half** a sentence"), "{}", again.body);
    assert!(!other.get(ADDRESS).await.has(KEPT), "somebody else's words");
    assert!(owner.get("/courses/soil/lessons/lesson-1").await.has("Words"), "nothing is saved yet");
    assert!(!owner.get(NEW).await.has(KEPT));

    let fields = [id, ("lesson", &again.hidden("lesson")), ("seen", &again.hidden("seen")), ("title", "Lesson 1")];
    let saved = [&fields[..], &[("body", "A whole sentence"), ("published", "yes")]].concat();
    owner.post("/fn/save_lesson", &saved).await;
    assert_eq!(app.count("lesson_drafts").await, 0);
    assert!(!owner.get(ADDRESS).await.has(KEPT));
    // A request that was late says what is saved already.
    keep(&owner, &course, &again, "A whole sentence").await;
    // One that says less than that, and was under way meanwhile, is no unsaved text either.
    assert_eq!(keep(&owner, &course, &begun, "A whole").await.status, StatusCode::CONFLICT);
    assert_eq!(app.count("lesson_drafts").await, 0);
}

#[tokio::test]
async fn a_new_lesson_is_kept_too_and_can_be_let_go() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    let id = ("course", course.id.as_str());
    for body in ["one", "two"] {
        owner.call("/fn/keep_draft", &[id, ("title", ""), ("summary", "in short"), ("body", body)]).await;
    }
    assert_eq!(app.count("lesson_drafts").await, 1);
    let page = owner.get(NEW).await;
    assert!(page.has(KEPT) && page.has("in short") && page.has(">\ntwo</textarea>"), "{}", page.body);
    assert_eq!(owner.post("/fn/drop_draft", &[id, ("_page", NEW)]).await.location(), NEW);
    assert!(!owner.get(NEW).await.has("in short"));
    owner.call("/fn/keep_draft", &[id, ("title", "Clay"), ("body", "")]).await;
    owner.call("/fn/keep_draft", &[id, ("title", ""), ("body", "")]).await;
    assert_eq!(app.count("lesson_drafts").await, 0, "nothing is not kept");
    owner.call("/fn/keep_draft", &[id, ("title", "Clay"), ("body", "")]).await;
    owner.post("/fn/add_lesson", &[id, ("title", "Clay"), ("body", "Words")]).await;
    assert_eq!(app.count("lesson_drafts").await, 0);
}

/// Nothing that was typed is lost: not even with the lesson it was for.
#[tokio::test]
async fn words_for_a_lesson_that_others_delete_are_kept_for_a_new_one() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 2).await;
    let id = ("course", course.id.as_str());
    let admin = app.admin("ada").await;
    for (writer, words) in [(&owner, "hers"), (&admin, "theirs")] {
        let begun = writer.get(ADDRESS).await;
        keep(writer, &course, &begun, words).await;
    }
    let lesson = owner.get(ADDRESS).await.hidden("lesson");
    assert_eq!(admin.post("/fn/delete_lesson", &[id, ("lesson", &lesson)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.words("select body from lesson_drafts").await, ["hers"], "who deletes it wants none of it");
    let page = owner.get(NEW).await;
    assert!(page.has(KEPT) && page.has(">\nhers</textarea>"), "{}", page.body);
    // Behind what she writes already.
    let second = "/courses/soil/lessons/lesson-2/edit";
    let begun = owner.get(second).await;
    keep(&owner, &course, &begun, "more").await;
    let lesson = begun.hidden("lesson");
    assert_eq!(admin.post("/fn/delete_lesson", &[id, ("lesson", &lesson)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.words("select body from lesson_drafts").await, ["hers\n\nLesson 1\n\nmore"]);
}

#[tokio::test]
async fn words_kept_of_an_older_text_do_not_pass_over_what_was_saved_since() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let id = ("course", course.id.as_str());
    let begun = owner.get(ADDRESS).await;
    keep(&owner, &course, &begun, "mine").await;
    let lesson = begun.hidden("lesson");
    app.clock.advance(1_000);
    // Saved elsewhere, by somebody who began with the same text.
    let admin = app.admin("ada").await;
    let theirs = [id, ("lesson", &*lesson), ("seen", &begun.hidden("seen")), ("title", "Lesson 1"), ("body", "theirs")];
    admin.post("/fn/save_lesson", &theirs).await;
    let again = owner.get(ADDRESS).await;
    assert!(again.has(KEPT) && again.has(">\nmine</textarea>"));
    let mine = [
        id,
        ("lesson", &*lesson),
        ("seen", &again.hidden("seen")),
        ("title", "Lesson 1"),
        ("body", "mine"),
        ("_page", ADDRESS),
    ];
    assert_eq!(owner.post("/fn/save_lesson", &mine).await.location(), ADDRESS);
    let both = owner.get(ADDRESS).await;
    assert!(both.has("Both texts") && both.has("theirs") && both.has(">\nmine</textarea>"), "{}", both.body);
}

#[tokio::test]
async fn an_earlier_text_that_is_brought_back_leaves_what_is_not_saved() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let id = ("course", course.id.as_str());
    let begun = owner.get(ADDRESS).await;
    let lesson = begun.hidden("lesson");
    let seen = begun.hidden("seen");
    let second = [id, ("lesson", &*lesson), ("seen", &seen), ("title", "Lesson 1"), ("body", "second")];
    app.clock.advance(1_000);
    owner.post("/fn/save_lesson", &second).await;
    app.clock.advance(1_000);
    keep(&owner, &course, &owner.get(ADDRESS).await, "mine").await;
    let versions = owner.get("/courses/soil/lessons/lesson-1/versions").await;
    let first = versions.body.split("/versions/").last().unwrap().split('"').next().unwrap().to_owned();
    let back = [id, ("lesson", &*lesson), ("version", &first)];
    assert_eq!(owner.post("/fn/restore_version", &back).await.location(), "/courses/soil/lessons/lesson-1");
    let again = owner.get(ADDRESS).await;
    assert!(again.has(KEPT) && again.has(">\nmine</textarea>"), "{}", again.body);
    // And saving them does not pass over what was brought back.
    let seen = again.hidden("seen");
    let mine = [id, ("lesson", &*lesson), ("seen", &seen), ("title", "Lesson 1"), ("body", "mine"), ("_page", ADDRESS)];
    assert_eq!(owner.post("/fn/save_lesson", &mine).await.location(), ADDRESS);
    assert!(owner.get(ADDRESS).await.has("Both texts"));
}

#[tokio::test]
async fn drafts_have_limits_and_an_end() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let (course, other) = (owner.published_course("Soil", 1).await, owner.published_course("Sand", 1).await);
    let id = ("course", course.id.as_str());
    let theirs = owner.get("/courses/sand/lessons/lesson-1/edit").await.hidden("lesson");
    let refused = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        owner.call("/fn/keep_draft", &[&[id], &fields[..]].concat()).await.status
    };
    let words = |title: &str, body: &str| vec![("title", title.to_owned()), ("body", body.to_owned())];
    assert_eq!(refused(words(&"x".repeat(121), "")).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused(words("", &"x".repeat(200_001))).await, StatusCode::UNPROCESSABLE_ENTITY);
    let elsewhere = [words("Taken", ""), vec![("lesson", theirs)]].concat();
    assert_eq!(refused(elsewhere).await, StatusCode::NOT_FOUND);
    assert_eq!(app.count("lesson_drafts").await, 0);

    let begun = owner.get(ADDRESS).await;
    keep(&owner, &course, &begun, "mine").await;
    owner.call("/fn/keep_draft", &[("course", &other.id), ("title", "Quince"), ("body", "")]).await;
    let data = owner.get("/account/data.json").await;
    assert_eq!(data.json()["drafts"][0]["body"], "mine");
    assert_eq!(
        (&data.json()["drafts"][1]["course"], &data.json()["drafts"][1]["lesson"]),
        (&"sand".into(), &serde_json::Value::Null)
    );
    // Gone with their lesson, and after a long while.
    owner.post("/fn/delete_lesson", &[id, ("lesson", &begun.hidden("lesson"))]).await;
    assert_eq!(app.count("lesson_drafts").await, 1);
    app.clock.advance(91 * DAY);
    let mut write =
        app.site.db.begin_write(std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system())).await.unwrap();
    assert_eq!(lectern::lessons::store::public_delete_old_drafts(&mut write).await.unwrap(), 1);
    write.commit().await.unwrap();
    assert_eq!(app.count("lesson_drafts").await, 0);
}
