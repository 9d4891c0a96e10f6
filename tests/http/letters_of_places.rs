//! What people hear by mail of their place in a course, and when.

use lectern::accounts::model::SiteRole;

use crate::app::{App, Course, Visitor};
use crate::places::{GONE_ON, OK, SETTINGS, add, join, leave, reads, staff};
use crate::rosters;

/// Whom letters about places were written to since this was asked last.
async fn written_to(app: &App, seen: &mut usize) -> Vec<String> {
    let all: Vec<_> = app.letters().await.into_iter().filter(|letter| letter.kind == "course").collect();
    let mut new: Vec<String> = all[*seen..].iter().map(|letter| letter.address.clone()).collect();
    *seen = all.len();
    new.sort();
    new
}

async fn publish(owner: &Visitor<'_>, course: &Course) -> String {
    let page = owner.post("/fn/publish_course", &[("course", &course.id)]).await;
    assert_eq!(page.status, GONE_ON);
    owner.get(page.location()).await.body
}

#[tokio::test]
async fn of_a_draft_nobody_hears_but_its_staff_until_it_is_published() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.create_course("Rivers").await;
    for name in ["ada", "ben", "cid", "dot"] {
        app.person(name, SiteRole::Student).await;
    }
    let rows = "email\nada@uni.example\nnew@uni.example";
    let list = rosters::read(&owner, &course, rows, false).await;
    assert!(owner.get(&list).await.has("once you publish the course"));
    assert_eq!(rosters::import(&owner, &course, &list, None, true).await.status, GONE_ON);
    // These are not to hear of it, whatever happens.
    let list = rosters::read(&owner, &course, "email\ncid@uni.example\nother@uni.example", false).await;
    assert_eq!(rosters::import(&owner, &course, &list, None, false).await.status, GONE_ON);
    for (name, how) in [("ben", "invite"), ("dot", "now")] {
        assert_eq!(add(&owner, &course, name, how).await, OK);
    }
    assert_eq!(staff(&owner, "/fn/remove_person", &course, "dot").await, GONE_ON);
    // Whoever was taken out by a slip is still to hear.
    for action in ["/fn/remove_person", "/fn/put_back"] {
        assert_eq!(staff(&owner, action, &course, "ada").await, GONE_ON);
    }
    assert_eq!(written_to(&app, &mut seen).await, [""; 0], "the address of a draft opens nothing for them");
    // A teacher sees a draft.
    app.person("eve", SiteRole::Instructor).await;
    let teacher =
        [("course", course.id.as_str()), ("email", "eve@uni.example"), ("role", "instructor"), ("how", "now")];
    assert_eq!(owner.call("/fn/add_person", &teacher).await.status, OK);
    let stranger =
        [("course", course.id.as_str()), ("email", "co@uni.example"), ("role", "instructor"), ("how", "now")];
    assert_eq!(owner.call("/fn/add_person", &stranger).await.status, OK);
    assert_eq!(written_to(&app, &mut seen).await, ["co@uni.example", "eve@uni.example"]);

    let page = publish(&owner, &course).await;
    assert!(page.contains("3 people who were waiting for it hear of it by mail."), "{page}");
    assert!(app.letter_to("ada@uni.example").await.text.contains("You are in “Rivers” now, as a student."));
    assert!(app.letter_to("ben@uni.example").await.text.contains("You are invited to “Rivers”"));
    assert!(app.letter_to("new@uni.example").await.text.contains("There is a place for you in “Rivers”"));
    assert_eq!(written_to(&app, &mut seen).await, ["ada@uni.example", "ben@uni.example", "new@uni.example"]);
    // Once.
    owner.post("/fn/archive_course", &[("course", &course.id)]).await;
    assert!(!publish(&owner, &course).await.contains("by mail"));
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
}

/// A seat that becomes free at that moment is one piece of news, not two.
#[tokio::test]
async fn who_moves_up_when_a_draft_is_published_hears_once() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.create_course("Rivers").await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes")]).await;
    for name in ["ada", "ben"] {
        app.person(name, SiteRole::Student).await;
        assert_eq!(add(&owner, &course, name, "now").await, OK);
    }
    assert_eq!(staff(&owner, "/fn/remove_person", &course, "ada").await, GONE_ON);
    publish(&owner, &course).await;
    assert_eq!(written_to(&app, &mut seen).await, ["ben@uni.example"]);
    assert!(app.letter_to("ben@uni.example").await.text.contains("now, as a student"));
}

/// Who makes the account that a draft's place waits for, before it is published, hears of it then.
#[tokio::test]
async fn a_place_in_a_draft_that_was_given_is_told_when_it_is_published() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.create_course("Rivers").await;
    assert_eq!(add(&owner, &course, "new", "now").await, OK);
    app.person("new", SiteRole::Student).await;
    app.sign_in("new").await;
    assert_eq!(app.count("awaited").await, 0, "given");
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
    publish(&owner, &course).await;
    assert_eq!(written_to(&app, &mut seen).await, ["new@uni.example"]);
}

/// A place was promised by mail; where neither seat nor line is left, staff answer.
#[tokio::test]
async fn who_comes_for_a_place_when_all_seats_are_taken_asks_for_one() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    assert_eq!(add(&owner, &course, "new", "now").await, OK);
    owner.set_joining(&course, &[("capacity", "1")]).await;
    let ada = app.person("ada", SiteRole::Student).await;
    assert_eq!(join(&ada, &course).await, GONE_ON);
    app.person("new", SiteRole::Student).await;
    let new = app.sign_in("new").await;
    assert_eq!(app.count("awaited").await, 0);
    let people = owner.get(&format!("{}/people", course.page())).await;
    assert!(people.has("Asking to join") && people.has("there is no line"), "{}", people.body);
    assert!(new.get("/").await.has("Rivers") && new.get(&course.page()).await.has("You have asked to join"));
    assert!(!reads(&new, &course).await);
    assert_eq!(leave(&ada, &course).await, GONE_ON);
    assert_eq!(staff(&owner, "/fn/approve_person", &course, "new").await, GONE_ON);
    assert!(reads(&new, &course).await);
}

#[tokio::test]
async fn who_was_turned_down_and_is_let_in_after_all_hears_of_it_and_who_was_put_back_does_not() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let ada = app.person("ada", SiteRole::Student).await;
    join(&ada, &course).await;
    owner.set_switches(&course, &["listed", "open", "approval"]).await;
    let ben = app.person("ben", SiteRole::Student).await;
    join(&ben, &course).await;
    for name in ["ada", "ben"] {
        assert_eq!(staff(&owner, "/fn/remove_person", &course, name).await, GONE_ON);
    }
    assert_eq!(written_to(&app, &mut seen).await, ["ben@uni.example"]);
    assert!(ben.get(&course.page()).await.has("Your place here ended"));
    assert!(
        !ben.get(&course.page()).await.has("What you did in it")
            && ada.get(&course.page()).await.has("What you did in it")
    );
    let page = owner.get(&format!("{}/people/{}", course.page(), owner.member_id(&course, "ben").await)).await;
    assert!(page.has("They never were in the course.") && !page.has("Put back"), "{}", page.body);
    for name in ["ada", "ben"] {
        assert_eq!(staff(&owner, "/fn/put_back", &course, name).await, GONE_ON);
    }
    let letter = app.letter_to("ben@uni.example").await.text;
    assert!(letter.contains("now, as a student."), "{letter}");
    assert_eq!(written_to(&app, &mut seen).await, ["ben@uni.example"], "nobody told ada that she was out");
}
