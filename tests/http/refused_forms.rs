//! A refused form: everything typed comes back, the summary links to the fields, the address stays clean.

use axum::http::{StatusCode, header};
use lectern::clock::HOUR;

use crate::app::{App, PASSWORD};

#[tokio::test]
async fn a_refused_form_comes_back_with_everything_typed() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let description = "## Plan\n\n<b>\"quotes\" & 'more'</b> </textarea> ünïcode";
    let fields =
        [("title", ""), ("summary", "A summary & more"), ("description", description), ("_page", "/courses/new")];
    let page = teacher.post("/fn/create_course", &fields).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/courses/new"));
    let form = teacher.get("/courses/new").await;
    assert!(form.has("<title>Error: New course - Lectern</title>"), "{}", form.body);
    assert!(form.has("Check one thing") && form.has("<a href=\"#title\">Enter a title</a>"));
    assert!(form.has("aria-invalid=\"true\"") && form.has("aria-describedby=\"title-hint title-error\""));
    assert!(form.has("A summary &amp; more</textarea>"));
    let mut ids: Vec<&str> = form.body.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    ids.sort_unstable();
    let unique = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), unique, "an id stands twice: {ids:?}");
    assert!(
        form.has("## Plan\n\n&lt;b&gt;\"quotes\" &amp; 'more'&lt;/b&gt; &lt;/textarea&gt; ünïcode</textarea>"),
        "{}",
        form.body
    );
    assert!(
        teacher.get("/courses/new").await.has("A summary &amp; more"),
        "it is still there when the page is loaded again"
    );
    teacher.get("/courses").await;
    assert!(!teacher.get("/courses/new").await.has("A summary &amp; more"), "it is gone when the person went on");
}

#[tokio::test]
async fn it_is_shown_on_its_own_page_to_its_own_browser_for_ten_minutes() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let fields = [("title", ""), ("summary", "Only mine"), ("description", ""), ("_page", "/courses/new")];
    teacher.post("/fn/create_course", &fields).await;
    assert!(!app.instructor("other").await.get("/courses/new").await.has("Only mine"));
    app.clock.advance(600_001);
    assert!(!teacher.get("/courses/new").await.has("Only mine"));
}

#[tokio::test]
async fn without_the_hidden_field_the_referer_leads_back_and_never_off_the_site() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let body = teacher.with_token(&[("title", ""), ("summary", "S"), ("description", "")]).await;
    for (referer, to) in [
        ("http://localhost:3000/courses/new?x=1", "/courses/new?x=1"),
        ("https://evil.example/courses/new", "/"),
        ("http://localhost:3000//evil.example", "/"),
    ] {
        let request =
            teacher.form("/fn/create_course", &[]).header(header::REFERER, referer).body(body.clone().into()).unwrap();
        assert_eq!(teacher.send(request).await.location(), to, "{referer}");
    }
    let page = teacher
        .post("/fn/create_course", &[("title", ""), ("summary", "S"), ("description", ""), ("_page", "//evil.example")])
        .await;
    assert_eq!(page.location(), "/");
}

#[tokio::test]
async fn a_script_gets_the_fields_as_json() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let page = teacher.call("/fn/create_course", &[("title", ""), ("summary", ""), ("description", "")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.header("content-type"), "application/json");
    assert!(page.has("\"field\":\"title\"") && page.has("\"field\":\"summary\""), "{}", page.body);
    assert_eq!(page.header("set-cookie"), "");
}

#[tokio::test]
async fn a_form_from_nobody_leads_to_the_sign_in_page_and_back() {
    let app = App::start().await;
    let visitor = app.anonymous();
    let page = visitor.post("/fn/save_profile", &[("name", "Sam"), ("_page", "/account")]).await;
    assert_eq!(page.location(), "/login?next=%2Fresend");
    assert_eq!(visitor.call("/fn/save_profile", &[("name", "Sam")]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_password_is_not_even_kept_on_the_server() {
    let app = App::start().await;
    let visitor = app.anonymous();
    visitor.post("/fn/sign_up", &[("email", "x"), ("name", "Sam"), ("password", PASSWORD), ("_page", "/signup")]).await;
    let bytes = app.dump().await;
    assert!(bytes.windows(3).any(|window| window == b"Sam"), "the form must be kept");
    assert!(!bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));
}

#[tokio::test]
async fn a_form_that_came_after_the_session_ended_is_sent_once_after_signing_in() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    app.clock.advance(HOUR + 1);
    let fields =
        [("title", "Rivers"), ("summary", "Long & thought over"), ("description", "A\r\nB"), ("_page", "/courses/new")];
    let page = teacher.post("/fn/create_course", &fields).await;
    assert_eq!(page.location(), "/login?next=%2Fresend&ended=1");
    assert!(teacher.get(page.location()).await.has("Sign in and we send what you wrote."));
    let signed_in = [("email", "teacher@uni.example"), ("password", PASSWORD), ("next", "/resend")];
    assert_eq!(teacher.post("/fn/sign_in", &signed_in).await.location(), "/courses/rivers");
    let course = teacher.get("/courses/rivers").await;
    assert!(course.has("Your course is a draft.") && course.has("Long &amp; thought over"), "{}", course.body);
    teacher.post("/fn/sign_out", &[]).await;
    assert_eq!(teacher.post("/fn/sign_in", &signed_in).await.location(), "/resend");
    assert_eq!(teacher.get("/resend").await.location(), "/");
    assert_eq!(teacher.get("/courses/rivers-2").await.status, StatusCode::NOT_FOUND, "sent twice");
}

#[tokio::test]
async fn a_form_that_waited_and_is_refused_comes_back_to_its_page() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    app.clock.advance(HOUR + 1);
    teacher
        .post(
            "/fn/create_course",
            &[("title", ""), ("summary", "Still here"), ("description", ""), ("_page", "/courses/new")],
        )
        .await;
    let page = teacher
        .post("/fn/sign_in", &[("email", "teacher@uni.example"), ("password", PASSWORD), ("next", "/resend")])
        .await;
    assert_eq!(page.location(), "/courses/new");
    let form = teacher.get("/courses/new").await;
    assert!(form.has("Enter a title") && form.has("Still here"), "{}", form.body);
}

#[tokio::test]
async fn a_form_that_waited_is_for_its_sender_and_nobody_else() {
    let app = App::start().await;
    app.instructor("other").await;
    let teacher = app.instructor("teacher").await;
    app.clock.advance(HOUR + 1);
    teacher
        .post(
            "/fn/create_course",
            &[("title", "Mine"), ("summary", "Private words"), ("description", ""), ("_page", "/courses/new")],
        )
        .await;
    let next = teacher
        .post("/fn/sign_in", &[("email", "other@uni.example"), ("password", PASSWORD), ("next", "/resend")])
        .await;
    assert_eq!(next.location(), "/resend");
    let page = teacher.get("/resend").await;
    assert!(page.location() == "/" && !page.has("Private words"));
    assert_eq!(teacher.get("/courses/mine").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_whose_sender_was_never_known_is_shown_first() {
    let app = App::start().await;
    app.instructor("teacher").await;
    let visitor = app.anonymous();
    visitor
        .post(
            "/fn/create_course",
            &[("title", "Rivers"), ("summary", "<b>bold</b>"), ("description", ""), ("_page", "/courses/new")],
        )
        .await;
    let next = visitor
        .post("/fn/sign_in", &[("email", "teacher@uni.example"), ("password", PASSWORD), ("next", "/resend")])
        .await;
    assert_eq!(next.location(), "/resend");
    let page = visitor.get("/resend").await;
    assert!(
        page.has("Send what you wrote?") && page.has("&lt;b&gt;bold") && page.hidden("title") == "Rivers",
        "{}",
        page.body
    );
    assert_eq!(visitor.get("/courses/rivers").await.status, StatusCode::NOT_FOUND, "it asks first");
    let which = page.hidden("_resend");
    let send = [
        ("title", "Rivers"),
        ("summary", "<b>bold</b>"),
        ("description", ""),
        ("_page", "/courses/new"),
        ("_resend", which.as_str()),
    ];
    assert_eq!(visitor.post("/fn/create_course", &send).await.location(), "/courses/rivers");
    let again = visitor.post("/fn/create_course", &send).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a second press sends nothing");
    assert!(again.has("sent already") && again.has("&lt;b&gt;bold"), "and loses nothing: {}", again.body);
    assert_eq!(visitor.get("/courses/rivers-2").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/resend").await.location(), "/");
}

#[tokio::test]
async fn of_two_forms_that_wait_the_one_that_was_shown_is_sent() {
    let app = App::start().await;
    app.instructor("teacher").await;
    let visitor = app.anonymous();
    let write = async |title: &str| {
        let fields = [("title", title), ("summary", "S"), ("description", ""), ("_page", "/courses/new")];
        visitor.post("/fn/create_course", &fields).await;
    };
    write("First").await;
    visitor.sign_in("teacher", PASSWORD).await;
    let shown = visitor.get("/resend").await.hidden("_resend");
    // In another tab that was open before, a second form begins to wait.
    let session = visitor.cookie("lectern").unwrap();
    visitor.set_cookie("lectern", "");
    write("Second").await;
    visitor.set_cookie("lectern", &session);
    let first = [("title", "First"), ("summary", "S"), ("description", ""), ("_resend", shown.as_str())];
    let answer = visitor.post("/fn/create_course", &first).await;
    assert_eq!(answer.location(), "/courses/first", "{}", answer.body);
    assert!(visitor.get("/").await.has("What you sent waits"));
    assert!(visitor.get("/resend").await.has("Second"), "the other still waits");
}

#[tokio::test]
async fn what_waited_waits_again_when_our_side_fails_and_the_sign_in_stays() {
    use lectern::db::{Connection, Engine};
    let app = App::start().await;
    if app.file().is_none() {
        return;
    }
    let teacher = app.instructor("teacher").await;
    app.clock.advance(13 * 3_600_000);
    let fields = [("title", "Rivers"), ("summary", "S"), ("description", ""), ("_page", "/courses/new")];
    teacher.post("/fn/create_course", &fields).await;
    let run = async |sql: &'static str| {
        let mut write = app
            .site
            .db
            .begin_write(std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system()))
            .await
            .unwrap();
        let Engine::Sqlite(connection) = write.engine() else { panic!("not a file") };
        #[expect(clippy::disallowed_methods, reason = "breaks the table")]
        sqlx::query(sql).execute(connection).await.unwrap();
        write.commit().await.unwrap();
    };
    run("alter table courses rename column summary to away").await;
    let signed_in = teacher.sign_in("teacher", PASSWORD).await;
    run("alter table courses rename column away to summary").await;
    assert_eq!((signed_in.status, signed_in.location()), (StatusCode::SEE_OTHER, "/resend"), "{}", signed_in.body);
    let page = teacher.get("/resend").await;
    assert!(page.has("We could not save this just now") && page.hidden("title") == "Rivers", "{}", page.body);
    assert!(teacher.get("/account").await.has("teacher@uni.example"), "the sign-in went well");
}

#[tokio::test]
async fn a_visitor_who_presses_join_is_in_after_signing_in() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Rivers", 1).await;
    app.student("sam").await;
    let visitor = app.anonymous();
    assert!(visitor.get(&course.page()).await.has("Join course"));
    let page = visitor.post("/fn/join_course", &[("course", &course.id), ("_page", &course.page())]).await;
    assert_eq!(page.location(), "/login?next=%2Fcourses%2Frivers&joining=1");
    assert!(visitor.get(page.location()).await.has("Sign in and we finish joining you."));
    let signed_in = [("email", "sam@uni.example"), ("password", PASSWORD), ("next", "/courses/rivers")];
    assert_eq!(visitor.post("/fn/sign_in", &signed_in).await.location(), "/courses/rivers");
    let page = visitor.get("/courses/rivers").await;
    assert!(page.has("You are in.") && page.has("Leave course"), "{}", page.body);
    // Somebody else who signs in on this computer later, from elsewhere, joins nothing.
    app.student("kim").await;
    let shared = app.anonymous();
    shared.post("/fn/join_course", &[("course", &course.id), ("_page", &course.page())]).await;
    shared.sign_in("kim", PASSWORD).await;
    assert!(shared.get("/courses/rivers").await.has("Join course"));
    // Somebody who is in already is not told off for it.
    let again = app.anonymous();
    again.post("/fn/join_course", &[("course", &course.id), ("_page", &course.page())]).await;
    assert_eq!(again.post("/fn/sign_in", &signed_in).await.location(), "/courses/rivers");
    assert!(again.get("/courses/rivers").await.has("Leave course"));
}

#[tokio::test]
async fn a_form_waits_an_hour_and_one_with_a_password_does_not_wait_at_all() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    app.clock.advance(HOUR + 1);
    teacher
        .post(
            "/fn/create_course",
            &[("title", "Rivers"), ("summary", "S"), ("description", ""), ("_page", "/courses/new")],
        )
        .await;
    app.clock.advance(HOUR + 1);
    let page = teacher
        .post("/fn/sign_in", &[("email", "teacher@uni.example"), ("password", PASSWORD), ("next", "/resend")])
        .await;
    assert_eq!(page.location(), "/resend");
    assert_eq!(teacher.get("/resend").await.location(), "/");
    assert_eq!(teacher.get("/courses/rivers").await.status, StatusCode::NOT_FOUND);

    app.clock.advance(HOUR + 1);
    let fields = [("current_password", PASSWORD), ("new_password", "eleven loud geese at dawn"), ("_page", "/account")];
    assert_eq!(teacher.post("/fn/change_password", &fields).await.location(), "/login?next=%2Faccount&ended=1");
}

#[tokio::test]
async fn a_one_time_link_is_not_written_down_with_a_refused_form() {
    let app = App::start().await;
    let token = {
        let mut write = app
            .site
            .db
            .begin_write(std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system()))
            .await
            .unwrap();
        let token = crate::app::task().admin(&mut write).make_set_up_link(None).await.unwrap();
        write.commit().await.unwrap();
        token
    };
    let visitor = app.anonymous();
    let address = format!("/set-up/{token}");
    visitor
        .post(
            "/fn/make_first_admin",
            &[("token", &token), ("email", "x"), ("name", "Root"), ("password", PASSWORD), ("_page", &address)],
        )
        .await;
    assert!(visitor.get(&address).await.has("Enter an email address in full"));
    let bytes = app.dump().await;
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
}

#[tokio::test]
async fn strangers_cannot_push_out_forms_of_another_kind_nor_fill_the_disk() {
    let app = App::start().await;
    let reader = app.anonymous();
    reader.post("/fn/sign_up", &[("email", "x"), ("name", "Sam"), ("password", PASSWORD), ("_page", "/signup")]).await;
    let flooder = app.anonymous();
    let large = "x".repeat(2_000_000);
    for _ in 0..40 {
        flooder.post("/fn/create_course", &[("title", "T"), ("summary", "S"), ("description", &large)]).await;
    }
    assert!(reader.get("/signup").await.has("Enter an email address in full"));
    let kept = app.count("kept_forms").await;
    assert!((30..=34).contains(&kept), "64 MiB and the reader's: {kept}");
}

#[tokio::test]
async fn the_longest_lesson_outlives_its_session() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Rivers", 0).await;
    let body = "水".repeat(199_000);
    let visitor = app.anonymous();
    visitor
        .post(
            "/fn/add_lesson",
            &[("course", &course.id), ("title", "Long"), ("body", &body), ("_page", "/courses/rivers/lessons/new")],
        )
        .await;
    visitor.post("/fn/sign_in", &[("email", "teacher@uni.example"), ("password", PASSWORD), ("next", "/resend")]).await;
    assert!(visitor.get("/resend").await.has(&body), "a lesson of the contract's length must be kept, whoever sent it");
}

#[tokio::test]
async fn a_form_refused_for_another_reason_does_not_pass_over_what_was_saved_meanwhile() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 0).await;
    let edit = format!("{}/edit", course.page());
    let seen = teacher.seen(&course).await;
    let send = async |title: &str, description: &str, seen: &str| {
        let fields = [
            ("course", course.id.as_str()),
            ("title", title),
            ("summary", "S"),
            ("description", description),
            ("seen", seen),
            ("_page", &edit),
        ];
        teacher.post("/fn/save_course", &fields).await
    };
    app.clock.advance(1_000);
    send("Soil", "theirs", &seen).await;
    // Mine lacks its title: the page that says so must not make me a reader of theirs.
    send("", "mine", &seen).await;
    let page = teacher.get(&edit).await;
    assert!(page.has("Enter a title") && page.hidden("seen") == seen, "{}", page.body);
    send("Soil", "mine", &page.hidden("seen")).await;
    let page = teacher.get(&edit).await;
    assert!(page.has("This was saved in another window while you wrote.") && page.has("mine"), "{}", page.body);
    assert!(teacher.get(&course.page()).await.has("theirs"));
    assert_ne!(page.hidden("seen"), seen, "who was told may replace it");
    send("Soil", "mine", &page.hidden("seen")).await;
    assert!(teacher.get(&course.page()).await.has("mine"));
}

#[tokio::test]
async fn what_was_typed_into_something_that_is_gone_can_be_copied() {
    let app = App::start().await;
    let teacher = app.instructor("teacher").await;
    let course = teacher.published_course("Soil", 1).await;
    let edit = format!("{}/lessons/lesson-1/edit", course.page());
    let page = teacher.get(&edit).await;
    let (lesson, seen) = (page.hidden("lesson"), page.hidden("seen"));
    let fields = [
        ("course", course.id.as_str()),
        ("lesson", &lesson),
        ("seen", &seen),
        ("title", "Clay"),
        ("body", "A <long> text about clay"),
        ("_page", &edit),
    ];
    teacher.post("/fn/conclude_course", &[("course", &course.id)]).await;
    let read_only = teacher.post("/fn/save_lesson", &fields).await;
    teacher.post("/fn/publish_course", &[("course", &course.id)]).await;
    teacher.post("/fn/delete_lesson", &fields[..2]).await;
    let gone = teacher.post("/fn/save_lesson", &fields).await;
    for (page, status) in [(read_only, StatusCode::FORBIDDEN), (gone, StatusCode::NOT_FOUND)] {
        assert_eq!(page.status, status);
        assert!(page.has("A &lt;long&gt; text about clay") && page.has("What you wrote"), "{}", page.body);
        assert!(page.has("href=\"/courses/soil\""), "there is a way back to the course: {}", page.body);
        assert!(!page.has(&format!("<dd dir=\"auto\">{lesson}</dd>")), "only what was typed: {}", page.body);
    }
    let refused =
        teacher.post("/fn/change_password", &[("current_password", "nine quiet herons"), ("extra", "x")]).await;
    assert!(!refused.has("nine quiet herons"), "{}", refused.body);
}

#[tokio::test]
async fn what_a_stranger_left_behind_borrows_no_power() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    app.student("sam").await;
    let id = admin.id_of("sam").await;
    let course = admin.published_course("Soil", 1).await;
    let lesson = admin.get(&format!("{}/lessons/lesson-1/edit", course.page())).await.hidden("lesson");
    let (in_course, person) = (("course", course.id.as_str()), ("person", id.as_str()));
    for (action, fields) in [
        ("/fn/save_role", vec![person, ("role", "admin")]),
        ("/fn/disable_account", vec![person]),
        ("/fn/archive_course", vec![in_course]),
        ("/fn/delete_lesson", vec![in_course, ("lesson", lesson.as_str())]),
        ("/fn/remove_person", vec![in_course, person]),
        ("/fn/end_other_sign_ins", vec![]),
    ] {
        let shared = app.anonymous();
        let page = shared.post(action, &[&fields[..], &[("_page", "/courses")]].concat()).await;
        assert_eq!(page.location(), "/login?next=%2Fcourses", "{action}");
        assert_eq!(shared.cookie("lectern-unsent"), None, "{action}");
        shared.sign_in("admin", PASSWORD).await;
        assert_eq!(shared.get("/resend").await.location(), "/", "{action}");
    }
    // What was written is still kept, and says what it is.
    let writer = app.anonymous();
    let lesson = [in_course, ("title", "Clay"), ("body", "Words"), ("_page", "/courses/soil/lessons/new")];
    writer.post("/fn/add_lesson", &lesson).await;
    writer.sign_in("admin", PASSWORD).await;
    let page = writer.get("/resend").await;
    assert!(page.has("Add a lesson") && page.has("href=\"/courses/soil/lessons/new\""), "{}", page.body);
}
