//! Looking at a course as a student does: no more than a student sees, nothing changed, and written down.

use axum::http::StatusCode;
use lectern::clock::DAY;

use crate::app::{App, Course, Visitor};

const BANNER: &str = "Nothing in it can be changed.";

/// A published course with an open lesson, a draft and one that opens in a day; the addresses of the three.
async fn course(app: &App, owner: &Visitor<'_>) -> (Course, [String; 3]) {
    let course = owner.published_course("Soil", 0).await;
    let later = lectern::zone::Zone::stored("UTC").in_field(app.clock.now() + DAY);
    let add = async |title: &str, more: &[(&str, &str)]| {
        let fields = [&[("course", course.id.as_str()), ("title", title), ("body", "Quartz")], more].concat();
        owner.post("/fn/add_lesson", &fields).await.location().to_owned()
    };
    let open = add("Open", &[("published", "yes")]).await;
    let draft = add("Draft", &[]).await;
    let later = add("Later", &[("published", "yes"), ("releases_at", &later)]).await;
    (course, [open, draft, later])
}

#[tokio::test]
async fn staff_see_what_any_student_sees_and_change_nothing() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let (course, [open, draft, later]) = course(&app, &owner).await;
    let other = owner.published_course("Sand", 1).await;
    let id = ("course", course.id.as_str());
    let phone = app.sign_in("owner").await;
    let edit = owner.get(&format!("{open}/edit")).await;
    assert_eq!(owner.post("/fn/begin_view", &[id]).await.location(), course.page());

    let page = owner.get(&course.page()).await;
    assert!(page.has(BANNER) && page.has("any student does") && page.has("Opens "), "{}", page.body);
    assert!(!page.has("Add a lesson") && !page.has(">Draft<") && !page.has("/people\""), "{}", page.body);
    assert!(owner.get(&open).await.has("Quartz"));
    assert_eq!(owner.get(&draft).await.status, StatusCode::NOT_FOUND);
    assert!(owner.get(&later).await.has("This lesson is not open yet"));
    let found = owner.get("/search?q=quartz").await;
    assert!(found.has(&open) && !found.has(&draft) && !found.has(&later), "{}", found.body);
    assert!(!owner.get("/search?q=words").await.has("/courses/sand"), "in the one course alone");
    for path in ["people", "edit", "lessons/new", "progress", "roster", "view-as", "joining"] {
        let refused = owner.get(&format!("{}/{path}", course.page())).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.has("You look at this course as a student") && refused.has(BANNER), "{path}");
    }
    let lesson = [id, ("lesson", &*edit.hidden("lesson"))];
    let text =
        [("seen", &*edit.hidden("seen")), ("title", "Taken"), ("body", "x"), ("summary", "x"), ("description", "")];
    for action in [
        "/fn/mark_read",
        "/fn/leave_course",
        "/fn/join_course",
        "/fn/save_lesson",
        "/fn/delete_lesson",
        "/fn/add_module",
        "/fn/keep_draft",
        "/fn/publish_course",
        "/fn/conclude_course",
        "/fn/save_course",
    ] {
        let refused = owner.post(action, &[&lesson[..], &text].concat()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{action}: {}", refused.location());
        assert!(refused.has("You look at this course as a student"), "{action}");
    }
    assert_eq!((app.count("lesson_reads").await, app.count("lesson_drafts").await), (0, 0));
    // Elsewhere they are themselves: in another course, and on another device.
    assert!(owner.get(&other.page()).await.has("Add a lesson") && owner.get("/").await.has(BANNER));
    assert!(phone.get(&course.page()).await.has("Add a lesson") && !phone.get("/").await.has(BANNER));

    assert_eq!(owner.post("/fn/end_view", &[]).await.location(), course.page());
    let page = owner.get(&course.page()).await;
    assert!(page.has("Add a lesson") && !page.has(BANNER));
    assert_eq!(owner.post("/fn/end_view", &[("_page", "/")]).await.location(), "/", "nothing happens twice");
    let events = app
        .words(
            "select d.content from audit_events e join audit_details d on d.seq = e.seq and d.kind = 'change'
             where e.event = 'course_viewed_as_student' order by e.seq",
        )
        .await;
    assert!(events.len() == 2 && events[0].contains("as any student") && events[1].contains("ended"), "{events:?}");
}

#[tokio::test]
async fn staff_see_what_one_student_sees_at_a_moment() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let (course, [open, draft, later]) = course(&app, &owner).await;
    let id = ("course", course.id.as_str());
    let sam = app.student("sam").await;
    sam.post("/fn/join_course", &[id]).await;
    let lesson = owner.get(&format!("{open}/edit")).await.hidden("lesson");
    sam.post("/fn/mark_read", &[id, ("lesson", &lesson)]).await;
    let person = owner.member_id(&course, "sam").await;
    let form = owner.get(&format!("{}/view-as?person={person}", course.page())).await;
    assert!(form.has("See it as <bdi>sam</bdi> does"), "{}", form.body);
    let at = lectern::zone::Zone::stored("UTC").in_field(app.clock.now() + 2 * DAY);
    owner.post("/fn/begin_view", &[id, ("person", &person), ("at", &at)]).await;
    let page = owner.get(&course.page()).await;
    assert!(
        page.has("<bdi>sam</bdi>") && page.has(", at ") && page.has("1 of 2 lessons read") && !page.has("Opens "),
        "{}",
        page.body
    );
    assert!(owner.get(&later).await.has("Quartz"), "it is open by then");
    assert_eq!(owner.get(&draft).await.status, StatusCode::NOT_FOUND);
    assert!(owner.get("/search?q=quartz").await.has(&later));
    assert!(owner.get(&format!("{}/mine", course.page())).await.has("Open"));
    // What is shown stays the student's own: nothing was marked for them.
    assert_eq!(app.count("lesson_reads").await, 1);
    // Sam left meanwhile: so does the view.
    sam.post("/fn/leave_course", &[id]).await;
    assert_eq!(owner.get(&open).await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.get(&format!("{}/mine", course.page())).await.status, StatusCode::FORBIDDEN, "it is their own");
    // It is written down at the student, who can read it.
    assert!(sam.get("/account/history").await.has("Course viewed as a student"));
    // From one view to another without a stop between.
    owner.post("/fn/begin_view", &[id]).await;
    assert!(owner.get(&open).await.has("any student does"));
}

#[tokio::test]
async fn a_view_gives_nobody_more_than_they_have() {
    let app = App::start().await;
    let admin = app.admin("ada").await;
    let owner = app.instructor("owner").await;
    let (course, [open, ..]) = course(&app, &owner).await;
    let id = ("course", course.id.as_str());
    let sam = app.student("sam").await;
    app.student("kim").await;
    let helper = app.student("helper").await;
    for (name, role) in [("sam", "student"), ("kim", "student"), ("helper", "assistant")] {
        let email = format!("{name}@uni.example");
        owner.post("/fn/add_person", &[id, ("email", &email), ("role", role)]).await;
    }
    let (sam_id, kim_id) = (admin.id_of("sam").await, admin.id_of("kim").await);
    app.student("zoe").await;
    for person in [admin.id_of("owner").await, admin.id_of("zoe").await, "999".to_owned(), "x".to_owned()] {
        let refused = helper.post("/fn/begin_view", &[id, ("person", &person)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{person}");
        let page = helper.get(&format!("{}/view-as?person={person}", course.page())).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{person}");
    }
    assert_eq!(sam.post("/fn/begin_view", &[id, ("person", &kim_id)]).await.status, StatusCode::FORBIDDEN);
    let wrong =
        helper.post("/fn/begin_view", &[id, ("at", "soon"), ("_page", &format!("{}/view-as", course.page()))]).await;
    assert_eq!((wrong.location(), app.count("views").await), (&*format!("{}/view-as", course.page()), 0));

    // Whom one looks as becomes an owner: what is the owners' stays closed.
    helper.post("/fn/begin_view", &[id, ("person", &sam_id)]).await;
    owner.post("/fn/save_course_role", &[id, ("person", &sam_id), ("role", "owner")]).await;
    assert_eq!(helper.get(&format!("{}/edit", course.page())).await.status, StatusCode::FORBIDDEN);
    assert_eq!(helper.get(&open).await.status, StatusCode::FORBIDDEN);
    assert!(!helper.get("/search?q=quartz").await.has("/lessons/open"));
    // Who is staff no longer sees the course as themselves.
    helper.post("/fn/begin_view", &[id, ("person", &kim_id)]).await;
    assert_eq!(helper.get(&open).await.status, StatusCode::OK);
    let helper_id = admin.id_of("helper").await;
    owner.post("/fn/remove_person", &[id, ("person", &helper_id)]).await;
    assert_eq!(helper.get(&open).await.status, StatusCode::FORBIDDEN);
    assert_eq!(helper.get(&format!("{}/mine", course.page())).await.status, StatusCode::OK, "their own");
    assert!(!helper.get("/").await.has(BANNER), "there is no view any more");
    helper.post("/fn/end_view", &[("_page", "/")]).await;
    assert_eq!(app.count("views").await, 0);
    // Who has left is looked as by nobody: what they did is their own.
    owner.post("/fn/remove_person", &[id, ("person", &kim_id)]).await;
    let left = owner.post("/fn/begin_view", &[id, ("person", &kim_id)]).await;
    assert_eq!(left.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_draft_is_seen_as_it_will_be() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.create_course("Soil").await;
    let id = ("course", course.id.as_str());
    let fields = [id, ("title", "Open"), ("body", "Quartz"), ("published", "yes")];
    let open = owner.post("/fn/add_lesson", &fields).await.location().to_owned();
    owner.post("/fn/begin_view", &[id]).await;
    assert!(owner.get(&course.page()).await.has(BANNER) && owner.get(&open).await.has("Quartz"));
    assert!(owner.get("/search?q=quartz").await.has(&open));
    assert!(!owner.get(&course.page()).await.has("Only staff see this."));
    assert_eq!(owner.post("/fn/publish_course", &[id]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.student("sam").await.get(&course.page()).await.status, StatusCode::NOT_FOUND);
}
