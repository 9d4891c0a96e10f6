//! Courses: making, publishing, concluding, archiving; the catalogue; joining and leaving; the roster.

use axum::http::StatusCode;

use crate::app::App;

#[tokio::test]
async fn an_instructor_makes_and_publishes_a_course_and_a_student_finds_and_joins_it() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let sam = app.student("sam").await;
    let course = teacher.create_course("Reading a city").await;
    assert_eq!(course.slug, "reading-a-city");
    assert!(teacher.get(&course.page()).await.has("Only staff see this."));
    assert_eq!(sam.get(&course.page()).await.status, StatusCode::NOT_FOUND);
    assert!(!sam.get("/courses").await.has("Reading a city"));

    teacher.post("/fn/publish_course", &[("course", &course.id)]).await;
    assert!(sam.get("/courses").await.has("Reading a city"));
    let page = sam.get(&course.page()).await;
    assert!(page.has("Join course") && page.has("<em>words</em>"), "{}", page.body);
    assert_eq!(sam.post("/fn/join_course", &[("course", &course.id)]).await.location(), course.page());
    let page = sam.get(&course.page()).await;
    assert!(page.has("You are in.") && page.has("Leave course") && !page.has("Join course"), "{}", page.body);
    assert!(teacher.get(&format!("{}/people", course.page())).await.has("sam@uni.example"));
    assert!(sam.get("/").await.has("Reading a city"));
}

#[tokio::test]
async fn leaving_can_be_undone_and_joining_twice_is_refused() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 1).await;
    let sam = app.student("sam").await;
    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    assert_eq!(sam.post("/fn/join_course", &[("course", &course.id)]).await.location(), course.page());
    assert!(sam.get(&course.page()).await.has("You are in this course already."));
    sam.post("/fn/leave_course", &[("course", &course.id)]).await;
    let page = sam.get(&course.page()).await;
    assert!(page.has("You have left Soil.") && page.has("Undo"), "{}", page.body);
    assert_eq!(sam.get(&format!("{}/lessons/lesson-1", course.page())).await.status, StatusCode::FORBIDDEN);
    assert_eq!(sam.post("/fn/leave_course", &[("course", &course.id)]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(sam.post("/fn/join_course", &[("course", &course.id)]).await.location(), course.page());
    assert_eq!(sam.get(&format!("{}/lessons/lesson-1", course.page())).await.status, StatusCode::OK);
}

#[tokio::test]
async fn staff_do_not_join_and_the_last_owner_does_not_leave() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 0).await;
    let page = teacher.get(&course.page()).await;
    assert!(!page.has("Join course") && !page.has("Leave course"), "{}", page.body);
    assert_eq!(teacher.post("/fn/join_course", &[("course", &course.id)]).await.status, StatusCode::FORBIDDEN);
    let refused = teacher.post("/fn/leave_course", &[("course", &course.id)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.has("This course needs an owner"));

    app.student("kim").await;
    teacher.post("/fn/add_person", &[("course", &course.id), ("email", "kim@uni.example"), ("role", "owner")]).await;
    assert!(teacher.get(&course.page()).await.has("Leave course"));
    assert_eq!(teacher.post("/fn/leave_course", &[("course", &course.id)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(teacher.get(&format!("{}/edit", course.page())).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_last_owner_is_neither_removed_nor_demoted() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 0).await;
    let id = admin.id_of("teacher").await;
    for (action, fields) in [
        ("/fn/remove_person", vec![("course", course.id.as_str()), ("person", &id)]),
        ("/fn/save_course_role", vec![("course", course.id.as_str()), ("person", &id), ("role", "student")]),
    ] {
        assert_eq!(admin.post(action, &fields).await.status, StatusCode::FORBIDDEN, "{action}");
    }
    assert_eq!(teacher.get(&format!("{}/edit", course.page())).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_course_that_is_closed_or_unlisted_says_so() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 0).await;
    let seen = teacher.seen(&course).await;
    let text = [
        ("course", course.id.as_str()),
        ("title", "Soil"),
        ("summary", "S"),
        ("description", ""),
        ("_page", "/courses/soil/edit"),
    ];
    assert_eq!(
        teacher.post("/fn/save_course", &[&text[..], &[("seen", &seen)]].concat()).await.location(),
        "/courses/soil/edit"
    );
    let sam = app.student("sam").await;
    assert!(!sam.get("/courses").await.has("Soil"), "it is not listed any more");
    let page = sam.get(&course.page()).await;
    assert!(page.has("takes nobody new") && !page.has("Join course"), "{}", page.body);
    assert_eq!(sam.post("/fn/join_course", &[("course", &course.id)]).await.status, StatusCode::FORBIDDEN);
    let seen = teacher.seen(&course).await;
    teacher
        .post("/fn/save_course", &[&text[..4], &[("listed", "yes"), ("open", "yes"), ("seen", &seen)]].concat())
        .await;
    assert_eq!(sam.post("/fn/join_course", &[("course", &course.id)]).await.location(), course.page());
}

#[tokio::test]
async fn two_people_changing_a_course_do_not_overwrite_each_other() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 0).await;
    let seen = teacher.seen(&course).await;
    let text = |title: &'static str| {
        [
            ("course", course.id.as_str()),
            ("title", title),
            ("summary", "S"),
            ("description", ""),
            ("seen", seen.as_str()),
            ("_page", "/courses/soil/edit"),
        ]
    };
    teacher.post("/fn/save_course", &text("Theirs")).await;
    teacher.post("/fn/save_course", &text("Mine")).await;
    let page = teacher.get("/courses/soil/edit").await;
    assert!(
        page.has("This was saved in another window while you wrote.") && page.has("value=\"Mine\""),
        "{}",
        page.body
    );
    assert!(teacher.get("/courses/soil").await.has("Theirs"));
}

#[tokio::test]
async fn a_draft_can_not_be_concluded_into_sight() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.create_course("Soil").await;
    assert_eq!(teacher.post("/fn/conclude_course", &[("course", &course.id)]).await.status, StatusCode::CONFLICT);
    assert_eq!(app.anonymous().get(&course.page()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_address_stays_when_the_title_changes_and_is_given_once() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let first = teacher.create_course("Soil").await;
    let second = teacher.create_course("Soil").await;
    assert_eq!((first.slug.as_str(), second.slug.as_str()), ("soil", "soil-2"));
    let seen = teacher.seen(&first).await;
    teacher
        .post(
            "/fn/save_course",
            &[("course", &first.id), ("title", "Sand"), ("summary", "S"), ("description", ""), ("seen", &seen)],
        )
        .await;
    assert!(teacher.get("/courses/soil").await.has("<h1 dir=\"auto\">Sand</h1>"));
    assert_eq!(teacher.create_course("New").await.slug, "course-new");
    assert_eq!(teacher.create_course("统计学").await.slug, "course");
}

#[tokio::test]
async fn a_concluded_course_is_read_and_an_archived_one_is_for_its_people() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 1).await;
    let (sam, kim) = (app.student("sam").await, app.student("kim").await);
    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    teacher.post("/fn/conclude_course", &[("course", &course.id)]).await;
    assert!(kim.get("/courses").await.has("Concluded"));
    assert!(!kim.get(&course.page()).await.has("Join course"));
    assert_eq!(sam.get(&format!("{}/lessons/lesson-1", course.page())).await.status, StatusCode::OK);
    let refused = teacher.post("/fn/add_lesson", &[("course", &course.id), ("title", "T"), ("body", "")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.has("can only be read now"));

    teacher.post("/fn/archive_course", &[("course", &course.id)]).await;
    assert!(!kim.get("/courses").await.has("Soil"));
    assert_eq!(kim.get(&course.page()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.anonymous().get(&course.page()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(sam.get(&course.page()).await.status, StatusCode::OK);
    teacher.post("/fn/publish_course", &[("course", &course.id)]).await;
    assert_eq!(kim.get(&course.page()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_catalogue_is_searched_filtered_and_paged() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let empty = app.anonymous().get("/courses").await;
    assert!(empty.has("No courses yet"), "{}", empty.body);
    for number in 0..27 {
        teacher.published_course(&format!("Course number {number:02}"), 0).await;
    }
    let visitor = app.anonymous();
    assert!(visitor.get("/").await.has("1 to 25 of 27"));
    assert!(visitor.get("/courses?page=2").await.has("26 to 27 of 27"));
    let found = visitor.get("/courses?q=NUMBER+07").await;
    assert!(found.has("Course number 07") && !found.has("Course number 08"));
    assert!(visitor.get("/courses?q=zebra").await.has("No course matches “zebra”"));
    let attack = visitor.get("/courses?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27").await;
    assert!(!attack.has("<script>alert"), "{}", attack.body);
    for odd in ["q=%00", "q=%FF", "page=x", "show=everything", "q=%25%27%3B--"] {
        assert_eq!(visitor.get(&format!("/courses?{odd}")).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn searching_while_typing_finds_only_what_the_catalogue_shows() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    teacher.published_course("Soil for all", 0).await;
    teacher.create_course("Soil in secret").await;
    let found = app.anonymous().call("/fn/search_courses", &[("words", "soil")]).await;
    assert_eq!(found.status, StatusCode::OK);
    assert!(found.has("Soil for all") && !found.has("secret"), "{}", found.body);
}

#[tokio::test]
async fn the_roster_is_searched_sorted_and_paged() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 2).await;
    let people = format!("{}/people", course.page());
    assert!(teacher.get(&people).await.has("Nobody has joined yet"));
    for number in 0..26 {
        let name = format!("person{number:02}");
        app.person(&name, lectern::accounts::model::SiteRole::Student).await;
        app.clock.advance(1_000);
        let email = format!("{name}@uni.example");
        teacher.post("/fn/add_person", &[("course", &course.id), ("email", &email), ("role", "student")]).await;
    }
    let first = teacher.get(&people).await;
    assert!(first.has("1 to 25 of 27") && first.has("person00@") && !first.has("person25@"), "{}", first.body);
    let newest = teacher.get(&format!("{people}?sort=joined")).await;
    assert!(newest.has("person25@") && !newest.has("person00@"));
    assert!(newest.has(&format!("href=\"{people}?sort=joined&amp;page=2\"")), "{}", newest.body);
    assert!(teacher.get(&format!("{people}?q=person07")).await.has("person07@uni.example"));
    assert!(teacher.get(&format!("{people}?q=zebra")).await.has("Nobody called “zebra” here"));
    let staff = teacher.get(&format!("{people}?role=owner")).await;
    assert!(staff.has("teacher@uni.example") && !staff.has("person01@"));
}

#[tokio::test]
async fn names_of_every_script_are_found_in_small_letters_and_without_accents() {
    let app = App::start().await;
    app.admin("root").await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Ökologie der Flüsse", 1).await;
    let names = [("a", "Łukasz Żak"), ("b", "Åsa Öberg"), ("c", "Ελένη Καραβασίλη"), ("d", "Дмитро Гайденко")];
    for (login, name) in names {
        app.student(login).await.post("/fn/join_course", &[("course", &course.id)]).await;
        let as_before =
            format!("update users set name = '{name}', name_folded = 'stale' where name = '{login}' returning name");
        app.words(&as_before).await;
    }
    app.words("update courses set words_folded = 'stale' returning slug").await;
    // What a version before left is folded at the next start.
    let app = app.on(app.place().clone()).await;
    let (root, owner) = (app.sign_in("root").await, app.sign_in("owner").await);
    let (people, progress) = (format!("{}/people", course.page()), format!("{}/progress", course.page()));
    let quoted = |typed: &str| typed.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    for (typed, found) in [("łukasz", 0), ("zak", 0), ("asa oberg", 1), ("ÖBERG", 1), ("ΕΛΈΝΗ", 2), ("гайденко", 3)]
    {
        for (visitor, path) in [(&owner, &*people), (&owner, &*progress), (&root, "/admin/users")] {
            let page = visitor.get(&format!("{path}?q={}", quoted(typed))).await;
            for (number, (_, name)) in names.into_iter().enumerate() {
                let is_there = page.has(&format!("{name}</bdi>"));
                assert_eq!(is_there, number == found, "{typed} in {path}: {name}");
            }
        }
    }
    assert!(app.anonymous().get(&format!("/courses?q={}", quoted("ÖKOLOGIE"))).await.has("der Flüsse"));
    assert!(app.anonymous().get(&format!("/courses?q={}", quoted("okologie der flusse"))).await.has("der Flüsse"));
    // A changed name, and a changed title, are found at once.
    owner.post("/fn/save_profile", &[("name", "Ægir Þór")]).await;
    assert!(owner.get(&format!("{people}?q={}", quoted("ÆGIR þór"))).await.has("<bdi>Ægir Þór</bdi>"));
}

#[tokio::test]
async fn people_are_added_changed_and_removed_by_who_may() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 1).await;
    let kim = app.student("kim").await;
    let id = admin.id_of("kim").await;
    let people = format!("{}/people", course.page());

    teacher
        .post(
            "/fn/add_person",
            &[("course", &course.id), ("email", "nobody@uni.example"), ("role", "student"), ("_page", &people)],
        )
        .await;
    assert!(
        teacher.get(&people).await.has("No account has nobody@uni.example yet. A place as a student waits for it.")
    );
    teacher
        .post("/fn/add_person", &[("course", &course.id), ("email", "KIM@uni.example"), ("role", "assistant")])
        .await;
    teacher
        .post(
            "/fn/add_person",
            &[("course", &course.id), ("email", "kim@uni.example"), ("role", "student"), ("_page", &people)],
        )
        .await;
    assert!(teacher.get(&people).await.has("kim is in this course already, as an assistant."));
    assert_eq!(kim.get(&people).await.status, StatusCode::OK, "an assistant sees the roster");
    let page = kim.get(&format!("{people}/{id}")).await;
    assert!(page.status == StatusCode::OK && page.has("Why can"), "{}", page.body);
    let changes =
        ["save_course_role", "remove_person", "block_person", "put_back", "approve_person", "hand_course_over"];
    for action in changes {
        assert!(!page.has(&format!("/fn/{action}")), "and does not manage it: {action}");
    }
    let remove = [("course", course.id.as_str()), ("person", id.as_str())];
    assert_eq!(kim.call("/fn/remove_person", &remove).await.status, StatusCode::FORBIDDEN);

    teacher.post("/fn/save_course_role", &[("course", &course.id), ("person", &id), ("role", "student")]).await;
    assert_eq!(kim.get(&people).await.status, StatusCode::FORBIDDEN);
    assert!(teacher.get(&format!("{people}/{id}")).await.has("Save role"));
    teacher.post("/fn/remove_person", &[("course", &course.id), ("person", &id)]).await;
    assert_eq!(kim.get(&format!("{}/lessons/lesson-1", course.page())).await.status, StatusCode::FORBIDDEN);
    assert!(teacher.get(&format!("{people}/{id}")).await.has("Put back"));
    assert_eq!(
        teacher.post("/fn/remove_person", &[("course", &course.id), ("person", &id)]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_home_is_never_blank() {
    let app = App::start().await;
    assert!(app.student("sam").await.get("/").await.has("Find a course"));
    assert!(app.instructor("teacher").await.get("/").await.has("You teach no course yet."));
}

#[tokio::test]
async fn only_an_owner_makes_changes_and_removes_owners() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let owner = app.instructor("owner").await;
    let second = app.instructor("second").await;
    app.student("kim").await;
    let course = owner.published_course("Soil", 0).await;
    owner
        .post("/fn/add_person", &[("course", &course.id), ("email", "second@uni.example"), ("role", "instructor")])
        .await;
    let (owner_id, second_id) = (admin.id_of("owner").await, admin.id_of("second").await);
    for (action, fields) in [
        ("/fn/save_course_role", vec![("course", course.id.as_str()), ("person", &second_id), ("role", "owner")]),
        ("/fn/save_course_role", vec![("course", course.id.as_str()), ("person", &owner_id), ("role", "student")]),
        ("/fn/remove_person", vec![("course", course.id.as_str()), ("person", &owner_id)]),
        ("/fn/add_person", vec![("course", course.id.as_str()), ("email", "kim@uni.example"), ("role", "owner")]),
    ] {
        let page = second.post(action, &fields).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{action}");
        assert!(page.has("This is for the course’s owners"), "{}", page.body);
    }
    assert_eq!(owner.get(&format!("{}/edit", course.page())).await.status, StatusCode::OK);
    owner.post("/fn/save_course_role", &[("course", &course.id), ("person", &second_id), ("role", "owner")]).await;
    assert_eq!(
        second.post("/fn/remove_person", &[("course", &course.id), ("person", &owner_id)]).await.status,
        StatusCode::SEE_OTHER
    );
}
