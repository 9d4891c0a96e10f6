//! The admin and the accounts; set-up links; the last admin.

use axum::http::StatusCode;
use lectern::clock::DAY;
use lectern::id::UserId;
use lectern::sessions::caller::Caller;

use crate::app::{App, PASSWORD, task};

async fn link(app: &App, user: Option<&str>) -> String {
    let mut write = app.site.db.begin_write(std::sync::Arc::new(Caller::of_the_system())).await.unwrap();
    let user = user.map(|id| UserId(id.parse().unwrap()));
    let token = task().admin(&mut write).make_set_up_link(user).await.unwrap();
    write.commit().await.unwrap();
    format!("/set-up/{token}")
}

/// ASVS 8.3.2
#[tokio::test]
async fn a_changed_role_holds_at_the_next_request() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let sam = app.student("sam").await;
    let id = admin.id_of("sam").await;
    let page = admin
        .post("/fn/save_role", &[("person", &id), ("role", "instructor"), ("_page", &format!("/people/{id}"))])
        .await;
    assert_eq!(page.location(), format!("/people/{id}"));
    assert!(admin.get(&format!("/people/{id}")).await.has("sam is now an instructor."));
    assert_eq!(sam.get("/courses/new").await.status, StatusCode::OK);
    admin.post("/fn/save_role", &[("person", &id), ("role", "student")]).await;
    assert_eq!(
        sam.post("/fn/create_course", &[("title", "T"), ("summary", "S"), ("description", "")]).await.status,
        StatusCode::FORBIDDEN
    );
}

/// ASVS 7.4.2, 8.3.2
#[tokio::test]
async fn a_disabled_person_is_out_at_the_next_request_and_can_not_come_back_until_enabled() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let sam = app.student("sam").await;
    let id = admin.id_of("sam").await;
    admin.post("/fn/disable_account", &[("person", &id)]).await;
    assert!(sam.get("/account").await.location().starts_with("/login"));
    let again = app.anonymous();
    again.post("/fn/sign_in", &[("email", "sam@uni.example"), ("password", PASSWORD), ("_page", "/login")]).await;
    assert!(again.get("/login").await.has("do not belong together"));
    admin.post("/fn/enable_account", &[("person", &id)]).await;
    assert_eq!(app.anonymous().sign_in("sam", PASSWORD).await.location(), "/");
    assert!(sam.get("/account").await.location().starts_with("/login"), "the old sign-in stays dead");
}

#[tokio::test]
async fn an_admin_ends_somebodys_sign_ins() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let sam = app.student("sam").await;
    let id = admin.id_of("sam").await;
    admin.post("/fn/end_their_sign_ins", &[("person", &id), ("_page", &format!("/people/{id}"))]).await;
    assert!(admin.get(&format!("/people/{id}")).await.has("1 sign-in of sam ended."));
    admin.post("/fn/end_their_sign_ins", &[("person", &id), ("_page", &format!("/people/{id}"))]).await;
    assert!(admin.get(&format!("/people/{id}")).await.has("sam was signed in nowhere."));
    assert_eq!(admin.post("/fn/end_their_sign_ins", &[("person", "999999")]).await.status, StatusCode::NOT_FOUND);
    assert!(sam.get("/account").await.location().starts_with("/login"));
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let second = app.admin("second").await;
    let (first_id, second_id) = (second.id_of("admin").await, admin.id_of("second").await);
    admin.post("/fn/disable_account", &[("person", &second_id)]).await;
    for (action, fields) in [
        ("/fn/disable_account", vec![("person", first_id.as_str())]),
        ("/fn/save_role", vec![("person", first_id.as_str()), ("role", "student")]),
    ] {
        let page = admin.post(action, &fields).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{action}");
        assert!(page.has("Lectern needs an admin"), "{}", page.body);
    }
    assert_eq!(admin.get("/admin/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_paged() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    for number in 0..30 {
        app.person(&format!("person{number:02}"), lectern::accounts::model::SiteRole::Student).await;
    }
    let first = admin.get("/admin/users").await;
    assert!(first.has("1 to 25 of 31") && first.has("href=\"/admin/users?page=2\""), "{}", first.body);
    assert!(admin.get("/admin/users?page=2").await.has("26 to 31 of 31"));
    let found = admin.get("/admin/users?q=person07").await;
    assert!(found.has("person07@") && !found.has("person08@"));
    assert!(!admin.get("/admin/users?role=admin").await.has("person07"));
    assert!(admin.get("/admin/users?q=%25").await.has("Nobody called “%” here"), "% is a letter, not a wildcard");
    for odd in ["page=0", "page=-1", "page=x", "page=99999999999999999999", "page=9999", "role=god"] {
        assert_eq!(admin.get(&format!("/admin/users?{odd}")).await.status, StatusCode::OK, "{odd}");
    }
}

/// ASVS 6.3.2, 6.4.1
#[tokio::test]
async fn the_first_admin_comes_by_a_link_that_works_once() {
    let app = App::start().await;
    let address = link(&app, None).await;
    let visitor = app.anonymous();
    let page = visitor.get(&address).await;
    assert!(page.has("Make the first admin"), "{}", page.body);
    let token = page.hidden("token");
    let fields = [("token", token.as_str()), ("email", "root@uni.example"), ("name", "Root"), ("password", PASSWORD)];
    assert_eq!(visitor.post("/fn/make_first_admin", &fields).await.location(), "/");
    assert_eq!(visitor.get("/admin/users").await.status, StatusCode::OK);
    let other = app.anonymous();
    assert_eq!(other.get(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.post("/fn/make_first_admin", &fields).await.status, StatusCode::NOT_FOUND);
}

/// ASVS 6.4.1
#[tokio::test]
async fn a_refused_set_up_form_comes_back_without_its_secrets() {
    let app = App::start().await;
    let address = link(&app, None).await;
    let visitor = app.anonymous();
    let token = visitor.get(&address).await.hidden("token");
    let page = visitor
        .post(
            "/fn/make_first_admin",
            &[
                ("token", &token),
                ("email", "root@uni.example"),
                ("name", ""),
                ("password", "short"),
                ("_page", &address),
            ],
        )
        .await;
    assert_eq!(page.location(), address);
    let page = visitor.get(&address).await;
    assert!(
        page.has("Check two things") && page.has("root@uni.example") && page.hidden("token") == token,
        "{}",
        page.body
    );
}

/// ASVS 6.4.1, 6.4.3
#[tokio::test]
async fn a_link_for_somebody_sets_their_password_and_ends_after_a_day() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    app.student("sam").await;
    let id = admin.id_of("sam").await;
    let late = link(&app, Some(&id)).await;
    app.clock.advance(DAY + 1);
    assert_eq!(app.anonymous().get(&late).await.status, StatusCode::NOT_FOUND);
    let address = link(&app, Some(&id)).await;
    let sam = app.anonymous();
    let token = sam.get(&address).await.hidden("token");
    let fields = [("token", token.as_str()), ("password", "eleven loud geese at dawn")];
    assert_eq!(sam.post("/fn/set_first_password", &fields).await.location(), "/");
    assert!(sam.get("/account").await.has("sam@uni.example"));
    assert_eq!(app.anonymous().post("/fn/set_first_password", &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.anonymous().get("/set-up/AAAA").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_gives_their_own_role_away_is_led_to_where_they_still_may_be() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let admin = app.admin("admin").await;
    let course = owner.published_course("Soil", 1).await;
    for (role, way_on) in [("assistant", "/courses/soil/people"), ("student", "/courses/soil")] {
        let name = format!("second-{role}");
        let second = app.instructor(&name).await;
        let (email, id) = (format!("{name}@uni.example"), admin.id_of(&name).await);
        owner.post("/fn/add_person", &[("course", &course.id), ("email", &email), ("role", "instructor")]).await;
        let fields = [("course", course.id.as_str()), ("person", &id), ("role", role)];
        let page = second.post("/fn/save_course_role", &fields).await;
        assert_eq!((page.location(), second.get(way_on).await.status), (way_on, StatusCode::OK));
    }
}

#[tokio::test]
async fn enabling_an_account_that_is_enabled_signs_nobody_out() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let sam = app.student("sam").await;
    let id = admin.id_of("sam").await;
    assert_eq!(admin.post("/fn/enable_account", &[("person", &id)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sam.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_removal_is_undone_with_one_press_by_who_may_manage_people() {
    let app = App::start().await;
    let (owner, sam) = (app.instructor("owner").await, app.student("sam").await);
    let admin = app.admin("admin").await;
    let course = owner.published_course("Soil", 1).await;
    sam.post("/fn/join_course", &[("course", &course.id)]).await;
    let id = admin.id_of("sam").await;
    let who = [("course", course.id.as_str()), ("person", id.as_str())];
    let lesson = format!("{}/lessons/lesson-1", course.page());
    assert_eq!(owner.post("/fn/put_back", &who).await.status, StatusCode::NOT_FOUND, "nobody was removed");
    owner.post("/fn/remove_person", &who).await;
    assert_eq!(sam.get(&lesson).await.status, StatusCode::FORBIDDEN);
    assert_eq!(sam.post("/fn/put_back", &who).await.status, StatusCode::FORBIDDEN);
    assert!(owner.get(&format!("{}/people", course.page())).await.has("action=\"/fn/put_back\""));
    owner.post("/fn/put_back", &who).await;
    assert_eq!(sam.get(&lesson).await.status, StatusCode::OK);
    // Who left by themselves is not fetched back.
    sam.post("/fn/leave_course", &who[..1]).await;
    assert_eq!(owner.post("/fn/put_back", &who).await.status, StatusCode::NOT_FOUND);
}
