//! Lessons: writing, ordering, reading, and never through another course.

use axum::http::StatusCode;

use crate::app::App;

#[tokio::test]
async fn lessons_are_read_in_order_and_marked() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 3).await;
    let sam = app.student("sam").await;
    let first = format!("{}/lessons/lesson-1", course.page());
    let refused = sam.get(&first).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.has("This is for people in the course") && refused.has("href=\"/courses/soil\""),
        "{}",
        refused.body
    );
    assert_eq!(app.anonymous().get(&first).await.location(), "/login?next=%2Fcourses%2Fsoil%2Flessons%2Flesson-1");

    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    let page = sam.get(&first).await;
    assert!(page.has("Lesson 1 of 3") && page.has("rel=\"next\"") && !page.has("rel=\"prev\""), "{}", page.body);
    let lesson = page.hidden("lesson");
    let next = sam.post("/fn/mark_read", &[("course", &course.id), ("lesson", &lesson)]).await;
    assert_eq!(next.location(), format!("{}/lessons/lesson-2", course.page()));
    assert!(sam.get(&course.page()).await.has("1 of 3 lessons read"));
    assert!(sam.get("/").await.has("Lesson 2"));
    sam.post("/fn/mark_unread", &[("course", &course.id), ("lesson", &lesson)]).await;
    assert!(sam.get(&course.page()).await.has("0 of 3 lessons read"));
}

#[tokio::test]
async fn a_draft_lesson_is_for_staff() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 1).await;
    let page =
        teacher.post("/fn/add_lesson", &[("course", &course.id), ("title", "Hidden"), ("body", "secret words")]).await;
    let address = page.location().to_owned();
    let sam = app.student("sam").await;
    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    assert_eq!(sam.get(&address).await.status, StatusCode::NOT_FOUND);
    assert!(!sam.get(&course.page()).await.has("Hidden"));
    let lesson = teacher.get(&format!("{address}/edit")).await.hidden("lesson");
    assert_eq!(
        sam.post("/fn/mark_read", &[("course", &course.id), ("lesson", &lesson)]).await.status,
        StatusCode::NOT_FOUND
    );
}

/// ASVS 8.2.2
#[tokio::test]
async fn a_lesson_is_reached_through_its_own_course_alone() {
    let app = App::start().await;
    let (one, two) = (app.instructor("one").await, app.instructor("two").await);
    let mine = one.published_course("Mine", 1).await;
    let theirs = two.published_course("Theirs", 1).await;
    let edit = two.get(&format!("{}/lessons/lesson-1/edit", theirs.page())).await;
    let (lesson, seen) = (edit.hidden("lesson"), edit.hidden("seen"));
    for (action, more) in [
        ("/fn/save_lesson", vec![("title", "Taken"), ("body", ""), ("seen", seen.as_str())]),
        ("/fn/move_lesson", vec![("by", "1")]),
        ("/fn/delete_lesson", vec![]),
        ("/fn/mark_read", vec![]),
    ] {
        let fields = [vec![("course", mine.id.as_str()), ("lesson", lesson.as_str())], more].concat();
        assert_eq!(one.post(action, &fields).await.status, StatusCode::NOT_FOUND, "{action}");
    }
    assert!(two.get(&theirs.page()).await.has("Lesson 1"));
}

#[tokio::test]
async fn lessons_are_moved_and_deleted() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 3).await;
    let plan = format!("{}/lessons", course.page());
    let order = |body: &str| {
        let mut found: Vec<(usize, usize)> =
            (1..=3).filter_map(|number| Some((body.find(&format!("lessons/lesson-{number}/edit"))?, number))).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, number)| number).collect::<Vec<_>>()
    };
    assert_eq!(order(&teacher.get(&plan).await.body), [1, 2, 3]);
    let lesson = teacher.get(&format!("{}/lessons/lesson-3/edit", course.page())).await.hidden("lesson");
    let up = [("course", course.id.as_str()), ("lesson", &lesson), ("by", "-1")];
    teacher.post("/fn/move_lesson", &up).await;
    assert_eq!(order(&teacher.get(&plan).await.body), [1, 3, 2]);
    for _ in 0..3 {
        teacher.post("/fn/move_lesson", &up).await;
    }
    assert_eq!(order(&teacher.get(&plan).await.body), [3, 1, 2], "at the top it stays");
    assert_eq!(teacher.post("/fn/delete_lesson", &up[..2]).await.location(), plan);
    assert_eq!(order(&teacher.get(&plan).await.body), [1, 2]);
}

#[tokio::test]
async fn a_lessons_summary_stands_in_the_plan_and_may_be_taken_out() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 0).await;
    let id = ("course", course.id.as_str());
    let words = [("title", "Clay"), ("body", "Words"), ("published", "yes")];
    let summary = ("summary", "What holds <water>\nand what lets it go.");
    let page = teacher.post("/fn/add_lesson", &[&words[..], &[id, summary]].concat()).await;
    assert_eq!(page.location(), format!("{}/lessons/clay", course.page()));
    assert!(app.anonymous().get(&course.page()).await.has("What holds &lt;water&gt; and what lets it go."));
    let edit = teacher.get(&format!("{}/lessons/clay/edit", course.page())).await;
    let (lesson, seen) = (edit.hidden("lesson"), edit.hidden("seen"));
    let ids = [id, ("lesson", &lesson), ("seen", &seen), ("summary", "")];
    teacher.post("/fn/save_lesson", &[&words[..], &ids[..]].concat()).await;
    assert!(!app.anonymous().get(&course.page()).await.has("What holds"));
}

#[tokio::test]
async fn two_people_writing_do_not_overwrite_each_other() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 1).await;
    let address = format!("{}/lessons/lesson-1/edit", course.page());
    let (mine, theirs) = (teacher.get(&address).await, teacher.get(&address).await);
    let fields = |page: &crate::app::Page, body: &'static str| {
        vec![
            ("course", course.id.clone()),
            ("lesson", page.hidden("lesson")),
            ("title", "Lesson 1".to_owned()),
            ("body", body.to_owned()),
            ("published", "yes".to_owned()),
            ("seen", page.hidden("seen")),
            ("_page", address.clone()),
        ]
    };
    let send = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        teacher.post("/fn/save_lesson", &fields).await
    };
    assert_eq!(send(fields(&theirs, "their text")).await.location(), format!("{}/lessons/lesson-1", course.page()));
    assert_eq!(send(fields(&mine, "my text")).await.location(), address);
    let page = teacher.get(&address).await;
    assert!(page.has("This was saved in another window while you wrote.") && page.has("my text"), "{}", page.body);
    assert!(teacher.get(&format!("{}/lessons/lesson-1", course.page())).await.has("their text"));
    assert_eq!(send(fields(&page, "my text")).await.location(), format!("{}/lessons/lesson-1", course.page()));
}

/// ASVS 3.2.1, 3.2.2
#[tokio::test]
async fn markup_in_a_lesson_stays_words() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 0).await;
    let body = "</textarea><script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))";
    let title = "</title><script>alert(2)</script>";
    let page = teacher
        .post("/fn/add_lesson", &[("course", &course.id), ("title", title), ("body", body), ("published", "yes")])
        .await;
    for address in [
        page.location().to_owned(),
        format!("{}/edit", page.location()),
        course.page(),
        format!("{}/edit", course.page()),
        format!("{}/lessons", course.page()),
    ] {
        let shown = teacher.get(&address).await;
        assert_eq!(shown.status, StatusCode::OK, "{address}");
        assert!(
            !shown.has("<script>alert") && !shown.has("<img") && !shown.has("href=\"javascript"),
            "{address}: {}",
            shown.body
        );
    }
    assert!(teacher.get(&format!("{}/edit", page.location())).await.has("&lt;/textarea&gt;"));
}
