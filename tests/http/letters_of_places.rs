//! What people hear by mail of their place in a course, and when.

use std::sync::Arc;

use axum::http::Method;
use lectern::accounts::model::SiteRole;
use lectern::clock::{DAY, MINUTE};
use lectern::enrolments::{late_offers, letters};
use lectern::sessions::caller::Caller;

use crate::api::program::ALL;
use crate::app::{App, Course, Visitor};
use crate::blocks::move_to;
use crate::places::{GONE_ON, OK, SETTINGS, add, join, join_one_by_one, leave, reads, staff};
use crate::rosters;

/// Whom letters about places were written to since this was asked last.
async fn written_to(app: &App, seen: &mut usize) -> Vec<String> {
    let all: Vec<_> = app.letters().await.into_iter().filter(|letter| letter.kind == "course").collect();
    let mut new: Vec<String> = all[*seen..].iter().map(|letter| letter.address.clone()).collect();
    *seen = all.len();
    new.sort();
    new
}

/// A draft, and whose it is.
async fn draft(app: &App) -> (Visitor<'_>, Course) {
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.create_course("Rivers").await;
    (owner, course)
}

async fn publish(owner: &Visitor<'_>, course: &Course) -> String {
    let page = owner.post("/fn/publish_course", &[("course", &course.id)]).await;
    assert_eq!(page.status, GONE_ON);
    owner.get(page.location()).await.body
}

#[tokio::test]
async fn of_a_draft_nobody_hears_but_its_staff_until_it_is_published() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
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
    rosters::add(&owner, &course, "eve", "instructor", "now").await;
    rosters::add(&owner, &course, "co", "instructor", "now").await;
    assert_eq!(written_to(&app, &mut seen).await, ["co@uni.example", "eve@uni.example"]);

    let page = publish(&owner, &course).await;
    assert!(page.contains("3 people who were waiting for it hear of it by mail."), "{page}");
    assert!(app.letter_to("ada@uni.example").await.text.contains("You are in “Rivers” now, as a student."));
    assert!(app.letter_to("ben@uni.example").await.text.contains("You are invited to “Rivers”"));
    assert!(app.letter_to("new@uni.example").await.text.contains("There is a place for you in “Rivers”"));
    assert_eq!(written_to(&app, &mut seen).await, ["ada@uni.example", "ben@uni.example", "new@uni.example"]);
    let empty = owner.create_course("Seas").await;
    owner.post("/fn/archive_course", &[("course", &empty.id)]).await;
    assert!(
        owner.get(&format!("{}/people", empty.page())).await.has("Publish the course first."),
        "its address is 404"
    );
    // Once.
    owner.post("/fn/archive_course", &[("course", &course.id)]).await;
    assert!(!publish(&owner, &course).await.contains("by mail"));
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
}

/// A seat that becomes free at that moment is one piece of news, not two.
#[tokio::test]
async fn who_moves_up_when_a_draft_is_published_hears_once() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
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
    let (owner, course) = draft(&app).await;
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

/// Whom staff have invited has their yes already, and asks for nothing.
#[tokio::test]
async fn who_is_invited_and_takes_an_address_that_a_place_waits_for_stays_invited_where_all_seats_are_taken() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    assert_eq!(add(&owner, &course, "new", "now").await, OK);
    let ben = app.person("ben", SiteRole::Student).await;
    assert_eq!(add(&owner, &course, "ben", "invite").await, OK);
    owner.set_joining(&course, &[("capacity", "1")]).await;
    let ada = app.person("ada", SiteRole::Student).await;
    assert_eq!(join(&ada, &course).await, GONE_ON);
    move_to(&app, &ben, "new@uni.example").await;
    assert_eq!(app.count("awaited").await, 0);
    assert_eq!(app.words("select state from enrolments where state not in ('active')").await, ["invited"]);
    assert!(!reads(&ben, &course).await);
    assert_eq!(leave(&ada, &course).await, GONE_ON);
    assert_eq!(join(&ben, &course).await, GONE_ON);
    assert!(reads(&ben, &course).await);
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

/// An archived course is seen by who is in it, and by nobody who is only asked to come.
#[tokio::test]
async fn who_is_invited_into_an_archived_course_hears_when_it_opens_again() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let ada = app.person("ada", SiteRole::Student).await;
    app.person("ben", SiteRole::Student).await;
    owner.set_switches(&course, &["listed", "open", "approval"]).await;
    let cid = app.person("cid", SiteRole::Student).await;
    join(&cid, &course).await;
    owner.post("/fn/archive_course", &[("course", &course.id)]).await;
    for (name, how) in [("ada", "now"), ("ben", "invite"), ("here", "now"), ("later", "invite")] {
        assert_eq!(add(&owner, &course, name, how).await, OK);
    }
    assert_eq!(written_to(&app, &mut seen).await, ["ada@uni.example", "here@uni.example"]);
    assert_eq!(ada.get(&course.page()).await.status, OK, "as her letter says");
    assert_eq!(staff(&owner, "/fn/remove_person", &course, "cid").await, GONE_ON);
    let letter = app.letter_to("cid@uni.example").await.text;
    assert!(letter.contains("There is no place for you") && !letter.contains("/courses/"), "{letter}");
    written_to(&app, &mut seen).await;
    assert!(publish(&owner, &course).await.contains("2 people who were waiting for it hear of it by mail."));
    assert_eq!(written_to(&app, &mut seen).await, ["ben@uni.example", "later@uni.example"]);
}

/// Apps publish by the same step.
#[tokio::test]
async fn what_waited_is_written_when_an_app_publishes() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
    app.person("ada", SiteRole::Student).await;
    for name in ["ada", "new"] {
        assert_eq!(add(&owner, &course, name, "now").await, OK);
    }
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
    let program = app.program_of("ines", &ALL).await;
    let reply = program.ask(Method::POST, "/api/v1/courses/rivers/publish", None, &[]).await;
    assert_eq!(reply.status, OK, "{}", reply.body);
    assert_eq!(written_to(&app, &mut seen).await, ["ada@uni.example", "new@uni.example"]);
}

/// Where no mail is sent nothing says that somebody hears by it, and a letter that waited is not one that was sent.
#[tokio::test]
async fn without_a_mail_server_nobody_is_promised_a_letter() {
    let app = App::start().await;
    let (owner, course) = draft(&app).await;
    app.person("ada", SiteRole::Student).await;
    assert!(owner.get(&format!("{}/people", course.page())).await.has("This server sends no mail."));
    for name in ["ada", "new"] {
        assert_eq!(add(&owner, &course, name, "now").await, OK);
        let page = owner.get(&format!("{}/people", course.page())).await;
        assert!(!page.has("hear of it"), "{}", page.body);
    }
    assert!(!publish(&owner, &course).await.contains("by mail"));
    assert_eq!(app.count("outbox").await, 0);
}

/// Minutes later.
async fn late(app: &App) {
    letters::tell_late(&app.site, Arc::new(Caller::of_the_system())).await.unwrap();
}

#[tokio::test]
async fn who_moves_up_and_is_taken_out_at_once_hears_of_no_seat() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes")]).await;
    join_one_by_one(&app, &course, ["ada", "ben", "cid"]).await;
    let picked = format!("{},{}", owner.member_id(&course, "ada").await, owner.member_id(&course, "ben").await);
    assert_eq!(owner.call("/fn/remove_picked", &[("course", &course.id), ("people", &picked)]).await.status, OK);
    assert_eq!(
        app.words("select state from enrolments where role = 'student' order by user_id").await,
        ["removed", "removed", "active"]
    );
    assert_eq!(written_to(&app, &mut seen).await, ["cid@uni.example"]);
}

/// Who hears of another place at once does not hear of it again.
#[tokio::test]
async fn who_becomes_staff_of_a_draft_hears_once_with_an_account_or_without() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
    app.person("ada", SiteRole::Student).await;
    let page = format!("{}/people", course.page());
    for name in ["ada", "new"] {
        assert_eq!(add(&owner, &course, name, "invite").await, OK);
        assert!(owner.get(&page).await.has("They hear of it once the course is published."));
        let email = format!("{name}@uni.example");
        rosters::add(&owner, &course, name, "instructor", "now").await;
        assert!(!owner.get(&page).await.has("They hear of it"));
        assert_eq!(written_to(&app, &mut seen).await, [email]);
    }
    assert!(!publish(&owner, &course).await.contains("by mail"));
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
}

/// No address gets two of these within a minute, and no course's letter is lost by that.
#[tokio::test]
async fn an_address_that_had_another_letter_a_moment_before_has_the_next_one_later() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    for title in ["Rivers", "Lakes"] {
        let course = owner.create_course(title).await;
        assert_eq!(add(&owner, &course, "new", "now").await, OK);
        assert!(publish(&owner, &course).await.contains("1 person who was waiting for it hears of it by mail."));
    }
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, ["new@uni.example"]);
    app.clock.advance(MINUTE);
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, ["new@uni.example"]);
    assert!(app.letter_to("new@uni.example").await.text.contains("“Lakes”"));
    app.clock.advance(MINUTE);
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, [""; 0], "once");
    // Nor that of a draft, to one who can open it.
    for title in ["Seas", "Ponds"] {
        let course = owner.create_course(title).await;
        rosters::add(&owner, &course, "prof", "instructor", "now").await;
    }
    assert_eq!(written_to(&app, &mut seen).await, ["prof@uni.example"]);
    app.clock.advance(MINUTE);
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, ["prof@uni.example"]);
    assert!(app.letter_to("prof@uni.example").await.text.contains("“Ponds”"));
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
}

/// A sign-in gives a place and with it a seat to the next in line: they hear of it as of any other.
#[tokio::test]
async fn who_moves_up_because_somebody_takes_a_place_while_they_sign_in_hears_of_it() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes"), ("offer_hours", "24")]).await;
    let [ada, ben, cid] = join_one_by_one(&app, &course, ["ada", "ben", "cid"]).await;
    assert_eq!(leave(&ada, &course).await, GONE_ON);
    rosters::add(&owner, &course, "prof", "instructor", "now").await;
    assert_eq!(written_to(&app, &mut seen).await, ["ben@uni.example", "prof@uni.example"]);
    move_to(&app, &ben, "prof@uni.example").await;
    assert!(cid.get(&course.page()).await.has("A seat is kept for you"));
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, ["cid@uni.example"]);
    assert!(app.letter_to("cid@uni.example").await.text.contains("is kept for you until"));
}

/// A course that is over has no next one, and nobody comes by themselves.
#[tokio::test]
async fn of_a_course_that_is_over_letters_promise_nothing() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes"), ("offer_hours", "24")]).await;
    let [ada, _ben] = join_one_by_one(&app, &course, ["ada", "ben"]).await;
    assert_eq!(leave(&ada, &course).await, GONE_ON);
    owner.post("/fn/conclude_course", &[("course", &course.id)]).await;
    written_to(&app, &mut seen).await;
    app.person("cid", SiteRole::Student).await;
    assert_eq!(add(&owner, &course, "cid", "invite").await, OK);
    assert_eq!(written_to(&app, &mut seen).await, [""; 0], "they could not say yes");
    app.clock.advance(DAY);
    late_offers::pass_on(&app.site, Arc::new(Caller::of_the_system())).await.unwrap();
    let letter = app.letter_to("ben@uni.example").await.text;
    assert!(letter.contains("was not taken in time.") && !letter.contains("next in line"), "{letter}");
    assert_eq!(written_to(&app, &mut seen).await, ["ben@uni.example"]);
    publish(&app.sign_in("ines").await, &course).await;
    assert_eq!(written_to(&app, &mut seen).await, ["cid@uni.example"]);
}

/// Undoing an import puts a letter that waited back, too.
#[tokio::test]
async fn a_letter_that_waited_waits_again_when_the_import_that_took_its_place_is_undone() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
    for (address, tell) in [("new", true), ("silent", false)] {
        let list = rosters::read(&owner, &course, &format!("email\n{address}@uni.example"), false).await;
        assert_eq!(rosters::import(&owner, &course, &list, None, tell).await.status, GONE_ON);
    }
    let list = rosters::read(&owner, &course, "email\nother@uni.example", true).await;
    assert_eq!(rosters::import(&owner, &course, &list, None, false).await.status, GONE_ON);
    assert_eq!(app.words("select email from awaited").await, ["other@uni.example"]);
    assert_eq!(rosters::undo(&owner, &course, &list).await, OK);
    assert_eq!(app.count("awaited").await, 2);
    publish(&owner, &course).await;
    assert_eq!(written_to(&app, &mut seen).await, ["new@uni.example"]);
}

/// What somebody does themselves, or hears otherwise, no letter that waited says again.
#[tokio::test]
async fn a_letter_that_waited_is_not_written_of_ones_own_step_or_twice() {
    for does in ["take the seat", "be let in"] {
        let (app, mut seen) = (App::with(&SETTINGS).await, 0);
        let owner = app.person("ines", SiteRole::Instructor).await;
        let course = owner.published_course("Rivers", 1).await;
        owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes"), ("offer_hours", "24")]).await;
        let [ada, ben, cid] = join_one_by_one(&app, &course, ["ada", "ben", "cid"]).await;
        assert_eq!(leave(&ada, &course).await, GONE_ON);
        rosters::add(&owner, &course, "prof", "instructor", "now").await;
        move_to(&app, &ben, "prof@uni.example").await;
        written_to(&app, &mut seen).await;
        if does == "take the seat" {
            assert_eq!(join(&cid, &course).await, GONE_ON);
        } else {
            assert_eq!(add(&owner, &course, "cid", "now").await, OK);
            assert_eq!(written_to(&app, &mut seen).await, ["cid@uni.example"]);
        }
        assert!(reads(&cid, &course).await);
        late(&app).await;
        assert_eq!(written_to(&app, &mut seen).await, [""; 0], "{does}");
    }
}

/// Whose import was undone is as before, and the next one says by itself whether it writes.
#[tokio::test]
async fn a_silent_import_after_one_that_was_undone_writes_to_nobody() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
    app.person("ada", SiteRole::Student).await;
    let rows = "email\nada@uni.example\nnew@uni.example";
    let list = rosters::read(&owner, &course, rows, false).await;
    assert_eq!(rosters::import(&owner, &course, &list, None, true).await.status, GONE_ON);
    assert_eq!(rosters::undo(&owner, &course, &list).await, OK);
    let list = rosters::read(&owner, &course, rows, false).await;
    assert_eq!(rosters::import(&owner, &course, &list, None, false).await.status, GONE_ON);
    assert_eq!(app.words("select state from enrolments where role = 'student'").await, ["active"]);
    assert!(!publish(&owner, &course).await.contains("by mail"));
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
}

#[tokio::test]
async fn who_comes_by_a_silent_import_hears_nothing_of_an_earlier_place() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
    app.person("ada", SiteRole::Student).await;
    assert_eq!(add(&owner, &course, "ada", "now").await, OK);
    assert_eq!(staff(&owner, "/fn/remove_person", &course, "ada").await, GONE_ON);
    let list = rosters::read(&owner, &course, "email\nada@uni.example", false).await;
    let row = "add-student-ada@uni.example";
    assert_eq!(rosters::import(&owner, &course, &list, Some(&[row]), false).await.status, GONE_ON);
    assert_eq!(app.words("select state from enrolments where role = 'student'").await, ["active"]);
    publish(&owner, &course).await;
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
}

/// Nobody has told them that they were out, nor that they were in.
#[tokio::test]
async fn who_was_taken_out_of_a_draft_by_a_slip_and_is_put_back_after_publication_hears_once() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
    app.person("ada", SiteRole::Student).await;
    assert_eq!(add(&owner, &course, "ada", "now").await, OK);
    assert_eq!(staff(&owner, "/fn/remove_person", &course, "ada").await, GONE_ON);
    publish(&owner, &course).await;
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
    assert_eq!(staff(&owner, "/fn/put_back", &course, "ada").await, GONE_ON);
    for _ in 0..2 {
        late(&app).await;
    }
    assert_eq!(written_to(&app, &mut seen).await, ["ada@uni.example"]);
    assert!(app.letter_to("ada@uni.example").await.text.contains("now, as a student."));
}

/// A draft that is given up announces nothing.
#[tokio::test]
async fn a_draft_that_is_archived_writes_to_nobody() {
    let (app, mut seen) = (App::with(&SETTINGS).await, 0);
    let (owner, course) = draft(&app).await;
    app.person("ada", SiteRole::Student).await;
    for name in ["ada", "new"] {
        assert_eq!(add(&owner, &course, name, "now").await, OK);
    }
    owner.post("/fn/archive_course", &[("course", &course.id)]).await;
    assert_eq!(add(&owner, &course, "ben", "now").await, OK);
    assert!(owner.get(&format!("{}/people", course.page())).await.has("They hear of it once the course is published."));
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
    assert!(publish(&owner, &course).await.contains("3 people who were waiting for it hear of it by mail."));
    assert_eq!(written_to(&app, &mut seen).await, ["ada@uni.example", "ben@uni.example", "new@uni.example"]);
}

/// Whose account has a place is not asked to make one, whatever becomes of that place.
#[tokio::test]
async fn an_address_whose_account_has_a_place_is_not_asked_to_make_one() {
    let (without_mail, mut seen) = (App::start().await, 0);
    let owner = without_mail.instructor("ines").await;
    let course = owner.create_course("Rivers").await;
    assert_eq!(add(&owner, &course, "new", "now").await, OK);
    // Their address is not confirmed, so that the place that waits is not theirs.
    without_mail.student("new").await;
    assert_eq!(add(&owner, &course, "new", "now").await, OK);
    assert_eq!(without_mail.count("awaited").await, 1);
    let app = without_mail.set_to(&SETTINGS).await;
    let owner = app.sign_in("ines").await;
    publish(&owner, &course).await;
    assert_eq!(written_to(&app, &mut seen).await, ["new@uni.example"]);
    assert!(app.letter_to("new@uni.example").await.text.contains("You are in “Rivers” now"));
    assert_eq!(staff(&owner, "/fn/remove_person", &course, "new").await, GONE_ON);
    late(&app).await;
    assert_eq!(written_to(&app, &mut seen).await, [""; 0]);
}
