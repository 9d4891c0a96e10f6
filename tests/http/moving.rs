//! `lectern move`: everything arrives, the same, in an empty database alone, and the source stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lectern::clock::Clock;
use lectern::db::{COUNTED, Db, Place, TABLES, transfer};

use crate::app::{App, PASSWORD};
use crate::engine;

/// A course with people and lessons, and everything else that a table is there for.
async fn lived_in() -> App {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Rivers “and” lakes 水", 3).await;
    let sam = app.student("sam").await;
    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    let lesson = sam.get(&format!("{}/lessons/lesson-1", course.page())).await.hidden("lesson");
    sam.post("/fn/mark_read", &[("course", &course.id), ("lesson", &lesson)]).await;
    sam.post("/fn/save_profile", &[("name", "")]).await;
    teacher.post("/fn/add_module", &[("course", &course.id), ("title", "Week 1")]).await;
    teacher.call("/fn/keep_draft", &[("course", &course.id), ("title", "Half"), ("body", "")]).await;
    teacher.post("/fn/begin_view", &[("course", &course.id)]).await;
    app.anonymous().sign_in("nobody", "not the right one, no").await;
    app
}

#[tokio::test]
async fn everything_arrives_and_people_stay_signed_in() {
    let app = lived_in().await;
    let sam = app.sign_in("sam").await;
    let there = Place::Sqlite(app.folder().join("moved.db"));
    if app.file().is_none() {
        let refused = transfer(app.place(), &there).await.unwrap_err();
        assert!(refused.to_string().contains("stop it first"), "{refused}");
    }
    app.site.db.close().await;
    let sums = transfer(app.place(), &there).await.unwrap();
    let rows: BTreeMap<&str, u64> = sums.iter().map(|(table, sum)| (*table, sum.rows())).collect();
    assert_eq!((rows["users"], rows["courses"], rows["lessons"], rows["enrolments"]), (2, 1, 3, 2));
    for table in
        ["sign_ins", "session_records", "kept_forms", "guesses", "lesson_reads", "modules", "lesson_drafts", "views"]
    {
        assert!(rows[table] > 0, "{table} was not tried");
    }
    let moved = app.on(there.clone()).await;
    let same = moved.visitor(&sam.jar());
    assert!(same.get("/account").await.has("sam@uni.example"), "the same cookie opens the same account");
    assert!(moved.anonymous().get("/courses/rivers-and-lakes").await.has("Rivers “and” lakes"));
    // Whatever is made there gets a number that was never given away.
    let kim = moved.student("kim").await;
    assert!(kim.get("/account").await.has("kim@uni.example"));
    let teacher = moved.sign_in("teacher").await;
    teacher.published_course("Soil", 1).await;
    assert_eq!(moved.anonymous().sign_in("sam", PASSWORD).await.location(), "/");

    let again = transfer(app.place(), &there).await.unwrap_err();
    assert!(format!("{again:?}").contains("is not empty"), "{again:?}");
}

#[tokio::test]
async fn the_source_stays_as_it_is_and_there_and_back_is_the_same() {
    let app = lived_in().await;
    let before = app.dump().await;
    let file = Place::Sqlite(app.folder().join("moved.db"));
    app.site.db.close().await;
    let out = transfer(app.place(), &file).await.unwrap();
    assert!(app.dump().await == before, "the source changed");
    let back = engine::bare(app.folder()).await;
    assert_eq!(transfer(&file, &back).await.unwrap(), out);
    // What was moved goes on counting where it was.
    let moved = app.on(back).await;
    moved.student("kim").await;
    moved.sign_in("teacher").await.published_course("Soil", 1).await;
    assert_eq!(moved.anonymous().sign_in("sam", PASSWORD).await.location(), "/");
}

#[tokio::test]
async fn a_target_with_anything_in_it_and_an_old_source_are_refused() {
    let app = lived_in().await;
    if app.file().is_none() {
        return;
    }
    let other = App::start().await;
    other.student("kim").await;
    let refused = transfer(app.place(), other.place()).await.unwrap_err();
    assert!(format!("{refused:?}").contains("users holds 1"), "{refused:?}");
    assert!(other.anonymous().sign_in("kim", PASSWORD).await.location() == "/", "it is left as it is");

    let foreign = app.folder().join("foreign.db");
    engine::run_on_file(&foreign, "create table recipes (id integer)").await;
    let refused = transfer(app.place(), &Place::Sqlite(foreign)).await.unwrap_err();
    assert!(format!("{refused:?}").contains("recipes"), "{refused:?}");

    let (nowhere, target) = (Place::Sqlite(app.folder().join("nowhere.db")), Place::Sqlite(app.folder().join("x.db")));
    let missing = transfer(&nowhere, &target).await.unwrap_err();
    assert!(format!("{missing:?}").contains("there is no file"), "{missing:?}");
    assert!(!app.folder().join("x.db").exists(), "a refusal leaves nothing behind");

    let theirs = app.folder().join("theirs.db");
    engine::run_on_file(&theirs, "create table recipes (id integer)").await;
    let refused = transfer(&Place::Sqlite(theirs), &target).await.unwrap_err();
    assert!(refused.to_string().contains("is not a Lectern database"), "{refused}");
    let refused = transfer(app.place(), app.place()).await.unwrap_err();
    assert!(refused.to_string().contains("to itself"), "{refused}");

    let old = app.folder().join("old.db");
    Db::open(&Place::Sqlite(old.clone()), app.folder(), Clock::system()).await.unwrap().close().await;
    engine::run_on_file(&old, "delete from _sqlx_migrations where version = 5").await;
    let refused = transfer(&Place::Sqlite(old), &target).await.unwrap_err();
    assert!(format!("{refused:?}").contains("older version"), "{refused:?}");
}

#[tokio::test]
async fn every_table_and_every_column_is_known_to_a_move() {
    let app = App::start().await;
    let known: BTreeMap<String, BTreeSet<String>> = TABLES
        .iter()
        .map(|(table, columns)| ((*table).to_owned(), columns.iter().map(|(column, _)| (*column).to_owned()).collect()))
        .collect();
    assert_eq!(engine::columns(app.place()).await, known);
}

/// One that is missing begins with 1 again after a move, where a row stands already.
#[test]
fn every_table_that_counts_goes_on_counting() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let texts = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    let counting: BTreeSet<String> = texts
        .flat_map(|text| text.split("create table ").skip(1).map(str::to_owned).collect::<Vec<_>>())
        .filter(|table| table.split(';').next().unwrap().contains("autoincrement"))
        .map(|table| table.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(counting, COUNTED.iter().map(|table| (*table).to_owned()).collect());
}
