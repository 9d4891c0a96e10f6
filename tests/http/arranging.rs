//! The plan of a course: lessons in modules, in an order, each from a moment on.

use axum::http::StatusCode;
use lectern::clock::{DAY, HOUR};

use crate::app::{App, Course, Visitor};

/// The lessons and modules of a course, as whoever arranges them sees them: numbers of lessons, titles of modules in brackets.
async fn plan(visitor: &Visitor<'_>, course: &Course) -> String {
    let body = visitor.get(&format!("{}/lessons", course.page())).await.body;
    let mut found: Vec<(usize, String)> = (1..=5)
        .filter_map(|number| Some((body.find(&format!("lessons/lesson-{number}/edit"))?, number.to_string())))
        .collect();
    for name in ["Week A", "Week B", "Week C"] {
        found.extend(body.find(&format!(">{name}</h2>")).map(|at| (at, format!("[{}]", &name[5..]))));
    }
    found.sort_unstable();
    found.into_iter().map(|(_, word)| word).collect()
}

/// Five lessons; the numbers of lessons and modules as the site gave them.
async fn course_of_modules(app: &App, owner: &Visitor<'_>) -> (Course, Vec<String>, Vec<String>) {
    let course = owner.published_course("Soil", 5).await;
    for name in ["Week A", "Week B"] {
        owner.post("/fn/add_module", &[("course", &course.id), ("title", name)]).await;
    }
    let lessons = app.words("select cast(id as text) from lessons order by id").await;
    let modules = app.words("select cast(id as text) from modules order by id").await;
    (course, lessons, modules)
}

#[tokio::test]
async fn lessons_stand_in_modules_and_move_between_them() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let (course, lessons, modules) = course_of_modules(&app, &owner).await;
    let id = ("course", course.id.as_str());
    assert_eq!(plan(&owner, &course).await, "12345[A][B]");
    let place = async |lesson: usize, module: &str, before: &str| {
        let fields = [id, ("lesson", &*lessons[lesson - 1]), ("module", module), ("before", before)];
        owner.post("/fn/place_lesson", &fields).await
    };
    assert!(place(2, &modules[0], "").await.location().ends_with(&format!("#lesson-{}", lessons[1])));
    place(4, &modules[0], &lessons[1]).await;
    place(5, &modules[1], "").await;
    assert_eq!(plan(&owner, &course).await, "13[A]42[B]5");
    let step = async |lesson: usize, by: &str| {
        owner.post("/fn/move_lesson", &[id, ("lesson", &*lessons[lesson - 1]), ("by", by)]).await;
        plan(&owner, &course).await
    };
    assert_eq!(step(3, "1").await, "1[A]342[B]5", "over the edge of a module");
    assert_eq!(step(5, "-1").await, "1[A]3425[B]");
    owner.post("/fn/move_module", &[id, ("module", &modules[1]), ("by", "-1")]).await;
    assert_eq!(plan(&owner, &course).await, "1[B][A]3425");
    // A reader sees the same order, and no module that is empty.
    let sam = app.student("sam").await;
    sam.post("/fn/join_course", &[id]).await;
    let page = sam.get(&course.page()).await;
    assert!(page.has("Week A") && !page.has("Week B"), "{}", page.body);
    let reading = sam.get(&format!("{}/lessons/lesson-1", course.page())).await;
    assert!(reading.has("Lesson 1 of 5") && reading.has("Next: Lesson 3"), "{}", reading.body);
    // A new lesson goes to the end of the last module, or where it is said to go.
    let new = async |title: &str, module: &[(&str, &str)]| {
        let fields = [&[id, ("title", title), ("body", ""), ("published", "yes")], module].concat();
        owner.post("/fn/add_lesson", &fields).await
    };
    new("Lesson 6", &[]).await;
    new("Lesson 7", &[("module", "0")]).await;
    new("Lesson 8", &[("module", &modules[1])]).await;
    let order = app
        .words(
            "select l.slug || ':' || coalesce(m.title, '') from lessons l left join modules m on m.id = l.module_id order by l.position",
        )
        .await;
    let of = |number: i32, module: &str| format!("lesson-{number}:{module}");
    let after: Vec<String> =
        [(1, ""), (7, ""), (8, "Week B"), (3, "Week A"), (4, "Week A"), (2, "Week A"), (5, "Week A"), (6, "Week A")]
            .map(|(number, module)| of(number, module))
            .to_vec();
    assert_eq!(order, after);
    let places = app.words("select cast(position as text) from lessons order by position").await;
    assert_eq!(places, ["1", "2", "3", "4", "5", "6", "7", "8"]);
    // Without its module a lesson goes on where it was.
    let deleted = owner.post("/fn/delete_module", &[id, ("module", &modules[0])]).await;
    assert_eq!(deleted.location(), format!("{}/lessons", course.page()));
    assert_eq!(plan(&owner, &course).await, "1[B]3425");
    assert!(owner.get(&format!("{}/lessons", course.page())).await.has("Lesson 6"));
}

#[tokio::test]
async fn what_is_no_place_of_this_course_is_refused() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let (course, lessons, modules) = course_of_modules(&app, &owner).await;
    let other = owner.published_course("Sand", 1).await;
    owner.post("/fn/add_module", &[("course", &other.id), ("title", "Theirs")]).await;
    let theirs = app.words("select cast(max(id) as text) from modules").await.remove(0);
    let id = ("course", course.id.as_str());
    let lesson = ("lesson", lessons[0].as_str());
    for (module, before, status) in [
        (theirs.as_str(), "", StatusCode::CONFLICT),
        (modules[0].as_str(), lessons[1].as_str(), StatusCode::CONFLICT),
        ("week", "", StatusCode::NOT_FOUND),
        ("", "", StatusCode::NOT_FOUND),
        ("0", "first", StatusCode::NOT_FOUND),
    ] {
        let page = owner.post("/fn/place_lesson", &[id, lesson, ("module", module), ("before", before)]).await;
        assert_eq!(page.status, status, "{module} {before}");
    }
    for action in ["/fn/rename_module", "/fn/move_module", "/fn/delete_module"] {
        let fields = [id, ("module", &theirs), ("title", "Mine"), ("by", "1")];
        assert_eq!(owner.post(action, &fields).await.status, StatusCode::NOT_FOUND, "{action}");
    }
    let fields = [id, ("title", "Clay"), ("body", ""), ("module", &*theirs)];
    assert_eq!(owner.post("/fn/add_lesson", &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.words("select title from modules order by id").await, ["Week A", "Week B", "Theirs"]);
    assert_eq!(app.count("lessons").await, 6);
    // A title that is none comes back to its own form.
    let page = format!("{}/lessons", course.page());
    owner.post("/fn/rename_module", &[id, ("module", &modules[1]), ("title", " "), ("_page", &page)]).await;
    let again = owner.get(&page).await;
    assert!(again.has(&format!("href=\"#title-{}\"", modules[1])), "{}", again.body);
}

#[tokio::test]
async fn a_scheduled_lesson_is_announced_and_opens_by_itself() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    owner.set_joining(&course, &[("time_zone", "Europe/Berlin")]).await;
    let id = ("course", course.id.as_str());
    let at = lectern::zone::Zone::stored("Europe/Berlin").in_field(app.clock.now() + DAY);
    let words = [id, ("title", "Clay"), ("body", "what holds water"), ("releases_at", at.as_str())];
    let page = format!("{}/lessons/new", course.page());
    owner.post("/fn/add_lesson", &[&words[..], &[("_page", &page)]].concat()).await;
    assert!(owner.get(&page).await.has("Tick that students can read it as well"), "a draft has no date");
    let added = owner.post("/fn/add_lesson", &[&words[..], &[("published", "yes")]].concat()).await;
    let clay = added.location().to_owned();
    assert!(owner.get(&clay).await.has("Only staff see this lesson yet. It opens "));

    let sam = app.student("sam").await;
    sam.post("/fn/join_course", &[id]).await;
    for visitor in [&sam, &app.anonymous()] {
        let plan = visitor.get(&course.page()).await;
        assert!(plan.has("Clay") && plan.has("Opens ") && plan.has("(Europe/Berlin)"), "{}", plan.body);
        assert!(!plan.has("href=\"/courses/soil/lessons/clay\""));
    }
    let refused = sam.get(&clay).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.has("This lesson is not open yet") && !refused.has("what holds water"), "{}", refused.body);
    assert!(app.anonymous().get(&clay).await.location().starts_with("/login"));
    let lesson = owner.get(&format!("{clay}/edit")).await.hidden("lesson");
    assert_eq!(sam.post("/fn/mark_read", &[id, ("lesson", &lesson)]).await.status, StatusCode::FORBIDDEN);
    // It counts for nobody's progress yet, and is not what comes next.
    let first = owner.get(&format!("{}/lessons/lesson-1/edit", course.page())).await.hidden("lesson");
    let next = sam.post("/fn/mark_read", &[id, ("lesson", &first)]).await;
    assert_eq!(next.location(), course.page());
    let page = sam.get(&course.page()).await;
    assert!(page.has("1 of 1 lesson read") && page.has("You have read all that is open so far."), "{}", page.body);
    assert!(sam.get(&format!("{}/lessons/lesson-1", course.page())).await.has("opens later"));

    app.clock.advance(DAY - HOUR);
    let sam = app.sign_in("sam").await;
    assert_eq!(sam.get(&clay).await.status, StatusCode::FORBIDDEN);
    app.clock.advance(HOUR);
    let sam = app.sign_in("sam").await;
    assert!(sam.get(&clay).await.has("what holds water"));
    assert!(sam.get("/").await.has("Clay"));
    assert!(sam.get(&course.page()).await.has("1 of 2 lessons read"));
    // Saved again without a date, it stays out since then.
    let owner = app.sign_in("owner").await;
    let edit = owner.get(&format!("{clay}/edit")).await;
    assert!(edit.has("name=\"releases_at\" type=\"datetime-local\" value=\"\""), "{}", edit.body);
    let before = app.words("select cast(releases_at as text) from lessons where slug = 'clay'").await;
    let fields = [
        id,
        ("lesson", &*lesson),
        ("title", "Clay"),
        ("body", "more"),
        ("published", "yes"),
        ("seen", &*edit.hidden("seen")),
    ];
    owner.post("/fn/save_lesson", &fields).await;
    assert_eq!(app.words("select cast(releases_at as text) from lessons where slug = 'clay'").await, before);
}

#[tokio::test]
async fn dates_in_an_hour_that_clocks_skip_or_repeat() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    owner.set_joining(&course, &[("time_zone", "Europe/Berlin")]).await;
    let page = format!("{}/lessons/new", course.page());
    let add = async |title: &str, at: &str| {
        let fields = [
            ("course", course.id.as_str()),
            ("title", title),
            ("body", "Words"),
            ("published", "yes"),
            ("releases_at", at),
            ("_page", &page),
        ];
        owner.post("/fn/add_lesson", &fields).await.location().to_owned()
    };
    assert_eq!(add("Skipped", "2027-03-28T02:30").await, page);
    let again = owner.get(&page).await;
    assert!(
        again.has("02:30 does not happen on 28 March 2027 in Europe/Berlin") && again.has("value=\"2027-03-28T02:30\"")
    );
    // The first of the two times it is half past two: nobody waits longer than they must.
    add("Repeated", "2027-10-31T02:30").await;
    assert_eq!(app.words("select cast(releases_at as text) from lessons").await, ["1824942600000"]);
}
