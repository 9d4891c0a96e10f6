//! Who has read what, for staff.

use axum::http::StatusCode;
use lectern::db::counted;

use crate::app::App;

#[tokio::test]
async fn staff_see_who_has_read_what() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 3).await;
    let id = ("course", course.id.as_str());
    let path = format!("{}/progress", course.page());
    assert!(owner.get(&path).await.has("Nobody studies here yet"));
    let lessons = app.words("select cast(id as text) from lessons order by position").await;
    for (name, read) in [("ana", 3), ("dee", 1), ("bo", 0), ("cy", 1)] {
        let student = app.student(name).await;
        student.post("/fn/join_course", &[id]).await;
        for lesson in &lessons[..read] {
            student.post("/fn/mark_read", &[id, ("lesson", lesson)]).await;
        }
        assert_eq!(student.get(&path).await.status, StatusCode::FORBIDDEN);
    }
    // What they read elsewhere is another course's, also of who has read least here and more than anybody there.
    let elsewhere = owner.published_course("Sand", 5).await;
    let other = app.words("select cast(id as text) from lessons order by id desc limit 5").await;
    let sand = ("course", elsewhere.id.as_str());
    for (name, read) in [("ana", 1), ("bo", 5)] {
        let student = app.sign_in(name).await;
        student.post("/fn/join_course", &[sand]).await;
        for lesson in &other[..read] {
            student.post("/fn/mark_read", &[sand, ("lesson", lesson)]).await;
        }
    }
    // Staff read too, and are no students.
    owner.post("/fn/mark_read", &[id, ("lesson", &lessons[0])]).await;
    assert_eq!(app.count("lesson_reads").await, 5 + 6 + 1);
    let page = owner.get(&path).await;
    for words in ["3 of 3", "0 of 3", "1 of 3", "3 of 4", "Never", "href=\"/courses/soil/lessons/lesson-3\""] {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    let students = async |query: &str| {
        let page = owner.get(&format!("{path}{query}")).await;
        let table = page.body.split_once("Student by student").map_or("", |(_, table)| table);
        let names = table.split("<bdi>").skip(1).map(|rest| rest.split('<').next().unwrap_or_default());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(students("").await, "ana bo cy dee");
    assert_eq!(students("?sort=least").await, "bo cy dee ana", "by name where they have read as much");
    for sort in ["", "&sort=least"] {
        assert_eq!(students(&format!("?q=CY{sort}")).await, "cy");
        assert!(owner.get(&format!("{path}?q=zoe{sort}")).await.has("Nobody called “zoe” here"));
    }
    // Who left is not counted, and what students cannot read is no column, and no mark.
    app.sign_in("ana").await.post("/fn/leave_course", &[id]).await;
    owner.post("/fn/add_lesson", &[id, ("title", "Hidden"), ("body", "")]).await;
    let page = owner.get(&path).await;
    assert!(page.has("2 of 3") && !page.has("<bdi>ana</bdi>") && !page.has("Hidden"), "{}", page.body);
    assert_eq!(students("?sort=least").await, "bo cy dee");
}

#[tokio::test]
async fn a_page_of_progress_asks_as_much_for_many_as_for_one() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 2).await;
    let path = format!("{}/progress", course.page());
    let ask = async || {
        let (page, asked) = counted(owner.get(&path)).await;
        assert_eq!(page.status, StatusCode::OK);
        asked
    };
    for name in ["ana", "bo"] {
        app.student(name).await.post("/fn/join_course", &[("course", &course.id)]).await;
    }
    let few = ask().await;
    for number in 0..12 {
        app.student(&format!("s{number}")).await.post("/fn/join_course", &[("course", &course.id)]).await;
        owner
            .post(
                "/fn/add_lesson",
                &[("course", &course.id), ("title", &format!("More {number}")), ("body", ""), ("published", "yes")],
            )
            .await;
    }
    assert_eq!(ask().await, few);
}
