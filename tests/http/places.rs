//! Places in a course: who comes by which way, who waits, who is let in, who stays out.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use futures_util::future::join_all;
use lectern::accounts::model::SiteRole;
use lectern::clock::{DAY, HOUR};
use lectern::enrolments::late_offers;
use lectern::sessions::caller::Caller;

use crate::app::{App, Course, PASSWORD, Visitor};

/// Letters wait in the outbox, and nobody is signed out while a test moves the clock by days.
pub const SETTINGS: [(&str, &str); 3] =
    [("LECTERN_SMTP_URL", "smtp://127.0.0.1:1"), ("LECTERN_SESSION_IDLE", "72h"), ("LECTERN_SESSION_ABSOLUTE", "72h")];

pub async fn join(visitor: &Visitor<'_>, course: &Course) -> StatusCode {
    visitor.post("/fn/join_course", &[("course", &course.id)]).await.status
}

/// People who come in this order.
pub async fn join_one_by_one<'a, const N: usize>(app: &'a App, course: &Course, names: [&str; N]) -> [Visitor<'a>; N] {
    let mut people = Vec::new();
    for name in names {
        let visitor = app.person(name, SiteRole::Student).await;
        assert_eq!(join(&visitor, course).await, GONE_ON);
        people.push(visitor);
    }
    people.try_into().unwrap_or_else(|_| panic!("as many as were named"))
}

pub async fn leave(visitor: &Visitor<'_>, course: &Course) -> StatusCode {
    visitor.post("/fn/leave_course", &[("course", &course.id)]).await.status
}

pub async fn reads(visitor: &Visitor<'_>, course: &Course) -> bool {
    visitor.get(&format!("{}/lessons/lesson-1", course.page())).await.status == StatusCode::OK
}

/// Does something with somebody's place, as staff.
pub async fn staff(owner: &Visitor<'_>, action: &str, course: &Course, name: &str) -> StatusCode {
    let person = owner.member_id(course, name).await;
    owner.post(action, &[("course", &course.id), ("person", &person)]).await.status
}

pub async fn add(owner: &Visitor<'_>, course: &Course, name: &str, how: &str) -> StatusCode {
    let email = format!("{name}@uni.example");
    let fields = [("course", course.id.as_str()), ("email", &email), ("role", "student"), ("how", how)];
    owner.call("/fn/add_person", &fields).await.status
}

pub async fn code(owner: &Visitor<'_>, course: &Course, until: &str, most: &str) -> String {
    let fields = [("course", course.id.as_str()), ("code_until", until), ("code_most", most)];
    assert_eq!(owner.call("/fn/make_join_code", &fields).await.status, StatusCode::OK);
    owner.code_of(course).await
}

pub async fn with_code(visitor: &Visitor<'_>, code: &str) -> StatusCode {
    visitor.call("/fn/join_with_code", &[("join_code", code)]).await.status
}

pub const OK: StatusCode = StatusCode::OK;
pub const GONE_ON: StatusCode = StatusCode::SEE_OTHER;
pub const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
pub const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[tokio::test]
async fn who_comes_when_all_seats_are_taken_waits_and_gets_the_next_one_in_order() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes")]).await;
    let [ada, ben, cid] = join_one_by_one(&app, &course, ["ada", "ben", "cid"]).await;
    assert!(reads(&ada, &course).await && !reads(&ben, &course).await && !reads(&cid, &course).await);
    assert!(ben.get(&course.page()).await.has("You are first in line"));
    assert!(cid.get("/").await.has("You are number 2 in line."));
    // A second press changes nothing, and stands nowhere else in line.
    assert_eq!(join(&ben, &course).await, GONE_ON);
    assert!(cid.get(&course.page()).await.has("You are number 2 in line"));
    assert!(app.letters().await.is_empty(), "nobody hears of what they did themselves");
    // The seat goes to who waits longest, in the same transaction, and they hear of it.
    assert_eq!(leave(&ada, &course).await, GONE_ON);
    assert!(reads(&ben, &course).await && !reads(&cid, &course).await);
    let letter = app.letter_to("ben@uni.example").await;
    assert!(letter.text.contains("You are in “Rivers” now, as a student."), "{}", letter.text);
    assert_eq!(app.letters().await.len(), 1);
    // Who comes back stands behind who waits.
    assert_eq!(join(&ada, &course).await, GONE_ON);
    assert!(ada.get(&course.page()).await.has("You are number 2 in line"));
    // Staff take no seat, and one who becomes staff frees theirs.
    assert_eq!(add(&owner, &course, "dan", "now").await, OK);
    let ben_is = owner.member_id(&course, "ben").await;
    owner.post("/fn/save_course_role", &[("course", &course.id), ("person", &ben_is), ("role", "assistant")]).await;
    assert!(reads(&cid, &course).await && reads(&ben, &course).await);
    // And nobody becomes a student without one.
    let back = [("course", course.id.as_str()), ("person", &ben_is), ("role", "student")];
    assert_eq!(owner.call("/fn/save_course_role", &back).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn more_seats_let_the_line_in_and_fewer_than_are_taken_are_refused() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes")]).await;
    let mut people = Vec::new();
    for name in ["ada", "ben", "cid", "dan"] {
        let visitor = app.person(name, SiteRole::Student).await;
        join(&visitor, &course).await;
        people.push(visitor);
    }
    owner.set_joining(&course, &[("capacity", "3"), ("waitlist", "yes")]).await;
    for (visitor, is_in) in people.iter().zip([true, true, true, false]) {
        assert_eq!(reads(visitor, &course).await, is_in);
    }
    let fewer = [
        ("course", course.id.as_str()),
        ("from", ""),
        ("until", ""),
        ("time_zone", "UTC"),
        ("capacity", "2"),
        ("offer_hours", ""),
    ];
    let refused = owner.call("/fn/save_joining", &fewer).await;
    assert!(refused.status == REFUSED && refused.has("3 seats are taken"), "{}", refused.body);
    // Without a line a full course takes nobody; who stands in it keeps their turn.
    owner.set_joining(&course, &[("capacity", "3")]).await;
    let late = app.person("eve", SiteRole::Student).await;
    assert_eq!(join(&late, &course).await, FORBIDDEN);
    assert!(late.get(&course.page()).await.has("All seats are taken"));
    assert_eq!(leave(&people[0], &course).await, GONE_ON);
    assert!(reads(&people[3], &course).await);
}

#[tokio::test]
async fn a_seat_is_kept_for_the_first_in_line_and_goes_on_when_they_do_not_take_it() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes"), ("offer_hours", "24")]).await;
    let [ada, ben, cid] = join_one_by_one(&app, &course, ["ada", "ben", "cid"]).await;
    leave(&ada, &course).await;
    assert!(!reads(&ben, &course).await);
    let page = ben.get(&course.page()).await;
    assert!(page.has("A seat is kept for you") && page.has("Take your seat"), "{}", page.body);
    assert!(app.letter_to("ben@uni.example").await.text.contains("is kept for you until"));
    // Nobody else gets it meanwhile, whoever comes.
    let dan = app.person("dan", SiteRole::Student).await;
    join(&dan, &course).await;
    assert!(!reads(&dan, &course).await && !reads(&cid, &course).await);
    app.clock.advance(DAY);
    // It is late, and nobody has passed it on yet: it is not theirs any more, and they stand behind the others when they try.
    assert_eq!(join(&ben, &course).await, GONE_ON);
    assert!(!reads(&ben, &course).await);
    let system = Arc::new(Caller::of_the_system());
    late_offers::pass_on(&app.site, system.clone()).await.unwrap();
    assert!(app.letters().await.iter().any(|letter| letter.address == "cid@uni.example"), "the next one hears");
    assert_eq!(join(&cid, &course).await, GONE_ON);
    assert!(reads(&cid, &course).await);
    assert!(dan.get(&course.page()).await.has("You are first in line"));
    assert!(ben.get(&course.page()).await.has("You are number 2 in line"));
    // Nothing is late now, and asking again changes nothing.
    late_offers::pass_on(&app.site, system).await.unwrap();
    assert!(dan.get(&course.page()).await.has("You are first in line"));
}

#[tokio::test]
async fn who_did_not_take_a_seat_in_time_is_told_and_is_out_of_the_line() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes"), ("offer_hours", "2")]).await;
    let [ada, ben, cid] = join_one_by_one(&app, &course, ["ada", "ben", "cid"]).await;
    leave(&ada, &course).await;
    app.clock.advance(2 * HOUR - 1);
    late_offers::pass_on(&app.site, Arc::new(Caller::of_the_system())).await.unwrap();
    assert!(ben.get(&course.page()).await.has("A seat is kept for you"), "until then");
    app.clock.advance(1);
    late_offers::pass_on(&app.site, Arc::new(Caller::of_the_system())).await.unwrap();
    assert!(app.letter_to("ben@uni.example").await.text.contains("was not taken in time"));
    let page = ben.get(&course.page()).await;
    assert!(page.has("Your place here ended") && !page.has("What you did in it"), "{}", page.body);
    assert!(cid.get(&course.page()).await.has("A seat is kept for you"));
}

#[tokio::test]
async fn where_staff_let_people_in_one_asks_and_hears() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_switches(&course, &["listed", "open", "approval"]).await;
    let (ada, ben) = (app.person("ada", SiteRole::Student).await, app.person("ben", SiteRole::Student).await);
    assert!(ada.get(&course.page()).await.has("Ask to join"));
    for visitor in [&ada, &ben] {
        assert_eq!(join(visitor, &course).await, GONE_ON);
        assert_eq!(join(visitor, &course).await, GONE_ON, "a second press asks no second time");
        assert!(!reads(visitor, &course).await);
        assert!(visitor.get(&course.page()).await.has("You have asked to join"));
    }
    assert!(owner.get(&format!("{}/people", course.page())).await.has("Asking to join"));
    assert_eq!(staff(&owner, "/fn/approve_person", &course, "ada").await, GONE_ON);
    assert_eq!(staff(&owner, "/fn/remove_person", &course, "ben").await, GONE_ON);
    assert!(reads(&ada, &course).await && !reads(&ben, &course).await);
    assert!(app.letter_to("ada@uni.example").await.text.contains("You are in “Published” now"));
    assert!(app.letter_to("ben@uni.example").await.text.contains("did not let you in"));
    // Inviting who asks is saying yes.
    assert_eq!(join(&ben, &course).await, GONE_ON);
    assert_eq!(add(&owner, &course, "ben", "invite").await, OK);
    assert!(reads(&ben, &course).await);
}

#[tokio::test]
async fn who_asks_says_why_and_only_staff_read_it() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_switches(&course, &["listed", "open", "approval"]).await;
    let ada = app.person("ada", SiteRole::Student).await;
    let said = "I took Lakes <b>with you</b>.";
    let page = course.page();
    let long = [("course", course.id.as_str()), ("words", &"x".repeat(501)), ("_page", &page)];
    assert_eq!(ada.post("/fn/join_course", &long).await.status, GONE_ON);
    assert!(ada.get(&page).await.has("What you say can hold 500 characters"));
    ada.post("/fn/join_course", &[("course", &course.id), ("words", said)]).await;
    let people = format!("{page}/people");
    assert!(owner.get(&people).await.has("I took Lakes &lt;b&gt;with you&lt;/b&gt;."));
    assert!(!ada.get(&page).await.has("I took Lakes"));
    assert_eq!(staff(&owner, "/fn/approve_person", &course, "ada").await, GONE_ON);
    assert!(!owner.get(&people).await.has("I took Lakes"), "it was for the answer alone");
    assert_eq!(app.count("enrolments where words is not null").await, 0);
}

#[tokio::test]
async fn several_people_are_let_in_removed_written_to_and_given_a_role_at_once() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_switches(&course, &["listed", "open", "approval"]).await;
    let mut people = Vec::new();
    for name in ["ada", "ben", "cid"] {
        let visitor = app.person(name, SiteRole::Student).await;
        join(&visitor, &course).await;
        people.push(visitor);
    }
    let mut ids = Vec::new();
    for name in ["ada", "ben", "cid", "ines"] {
        ids.push(owner.member_id(&course, name).await);
    }
    let picked = |which: &[usize]| which.iter().map(|at| ids[*at].clone()).collect::<Vec<_>>().join(",");
    // The page before says who and what.
    let list = format!("{}/people/picked?what=let_in&picked={}&picked={}&picked=x", course.page(), ids[0], ids[1]);
    let page = owner.get(&list).await;
    assert!(page.has("Let them in?") && page.has("ada") && page.has("ben") && !page.has("cid"), "{}", page.body);
    for nothing in ["?what=let_in", "?picked=1", "", "?what=nonsense&picked=1"] {
        assert!(owner.get(&format!("{}/people/picked{nothing}", course.page())).await.has("Nobody is picked"));
    }
    let of = ("course", course.id.as_str());
    // Those with whom it cannot be done stay as they are, and fail nobody else.
    let all = picked(&[0, 1, 3]);
    assert_eq!(owner.call("/fn/let_in_picked", &[of, ("people", &all)]).await.status, OK);
    assert!(reads(&people[0], &course).await && reads(&people[1], &course).await && !reads(&people[2], &course).await);
    let roles = picked(&[0, 2, 3]);
    let assistant = [of, ("people", roles.as_str()), ("role", "assistant")];
    owner.post("/fn/role_of_picked", &assistant).await;
    assert!(
        owner
            .get(&format!("{}/people", course.page()))
            .await
            .has("1 person is now an assistant. 2 were left as they are.")
    );
    let before = app.letters().await.len();
    let letter = [of, ("people", all.as_str()), ("message", "The room has changed.\n\nIt is 12 now.")];
    assert_eq!(owner.call("/fn/write_to_picked", &letter).await.status, OK);
    assert_eq!(app.letters().await.len(), before + 3);
    let text = app.letter_to("ben@uni.example").await.text;
    assert!(text.contains("ines writes to you about “Published”:\n\nThe room has changed.\n\nIt is 12 now."), "{text}");
    assert!(text.contains("Answer them at ines@uni.example."));
    assert_eq!(owner.call("/fn/write_to_picked", &[of, ("people", &all), ("message", "  ")]).await.status, REFUSED);
    assert_eq!(owner.call("/fn/remove_picked", &[of, ("people", &all)]).await.status, OK);
    assert!(!reads(&people[0], &course).await && !reads(&people[1], &course).await);
    assert!(reads(&owner, &course).await, "the last owner stays");
    let many = (1..=101).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    for nonsense in ["", "x", ",", many.as_str()] {
        let status = owner.call("/fn/remove_picked", &[of, ("people", nonsense)]).await.status;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{nonsense}");
    }
    // An assistant sees the list, and picks nobody from it.
    assert_eq!(
        owner.call("/fn/add_person", &[of, ("email", "ada@uni.example"), ("role", "assistant")]).await.status,
        OK
    );
    let page = people[0].get(&format!("{}/people", course.page())).await;
    assert!(page.status == OK && !page.has("name=\"picked\"") && !page.has("Add people"));
}

/// A course, its owner, a student in it, and the student's number.
async fn ada_in_a_course(app: &App) -> (Visitor<'_>, Course, Visitor<'_>, String) {
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let ada = app.person("ada", SiteRole::Student).await;
    join(&ada, &course).await;
    let person = owner.member_id(&course, "ada").await;
    (owner, course, ada, person)
}

#[tokio::test]
async fn a_course_is_handed_over_and_never_without_an_owner() {
    let app = App::with(&SETTINGS).await;
    let (owner, course, ada, person) = ada_in_a_course(&app).await;
    let fields = [("course", course.id.as_str()), ("person", person.as_str())];
    assert_eq!(owner.post("/fn/hand_course_over", &fields).await.status, GONE_ON);
    assert!(owner.get(&format!("{}/people", course.page())).await.has("you are none any more"));
    // What was theirs is not any more: they are an instructor.
    assert_eq!(owner.call("/fn/hand_course_over", &fields).await.status, FORBIDDEN);
    assert!(ada.get(&format!("{}/edit", course.page())).await.status == OK);
    assert_eq!(leave(&ada, &course).await, FORBIDDEN, "the last owner");
}

/// Who came from a provider, or has a passkey alone, has no password and signs in all the same.
#[tokio::test]
async fn an_owner_without_a_password_is_one_when_something_else_signs_them_in() {
    let app = App::with(&SETTINGS).await;
    let (owner, course, ada, person) = ada_in_a_course(&app).await;
    let fields = [("course", course.id.as_str()), ("person", person.as_str())];
    app.words("update users set password_hash = null where name = 'ada' returning name").await;
    assert_eq!(owner.call("/fn/hand_course_over", &fields).await.status, FORBIDDEN, "nobody can sign in as ada");
    let elsewhere = "insert into provider_accounts (user_id, provider, issuer, subject, label, created_at)
                     select id, 'uni', 'https://uni.example', '1', 'ada', 0 from users where name = 'ada' returning label";
    app.words(elsewhere).await;
    assert_eq!(owner.post("/fn/hand_course_over", &fields).await.status, GONE_ON);
    assert_eq!(leave(&owner, &course).await, GONE_ON, "there is an owner beside them");
    assert_eq!(leave(&ada, &course).await, FORBIDDEN, "the last owner");
}

#[tokio::test]
async fn staff_see_why_somebody_can_and_cannot() {
    let app = App::with(&SETTINGS).await;
    let admin = app.person("root", SiteRole::Admin).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let draft = [("course", course.id.as_str()), ("title", "Hidden"), ("body", "")];
    owner.post("/fn/add_lesson", &draft).await;
    let (ada, ben) = (app.person("ada", SiteRole::Student).await, app.person("ben", SiteRole::Student).await);
    join(&ada, &course).await;
    let why = |id: &str, more: &str| format!("{}/people/{id}/why{more}", course.page());
    let (is_ada, is_ben) = (owner.member_id(&course, "ada").await, admin.id_of("ben").await);
    let page = owner.get(&why(&is_ada, "")).await;
    assert!(page.has("in it, as a student") && page.has("Who is in the course reads its lessons."), "{}", page.body);
    assert!(page.has("This is for the course’s staff, and they are none of it."));
    let page = owner.get(&why(&is_ada, "?lesson=hidden")).await;
    assert!(page.has("This lesson is a draft: staff alone see it."));
    assert_eq!(
        ada.get(&format!("{}/lessons/hidden", course.page())).await.status,
        StatusCode::NOT_FOUND,
        "and so it is"
    );
    // Whether somebody has an account at all is not staff's to know; admins know.
    assert_eq!(owner.get(&why(&is_ben, "")).await.status, StatusCode::NOT_FOUND);
    assert!(admin.get(&why(&is_ben, "")).await.has("never in it"));
    let looked_for = format!("{}/people?q=ben%40uni.example", course.page());
    let link = format!("href=\"{}\"", why(&is_ben, ""));
    assert!(admin.get(&looked_for).await.has(&link), "whose address an admin looks for is found");
    let page = owner.get(&looked_for).await;
    assert!(page.has("Nobody called") && !page.has(&link), "{}", page.body);
    assert_eq!(owner.get(&why("999999", "")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.get(&why(&is_ada, "")).await.status, FORBIDDEN);
    assert_eq!(ben.get(&why(&is_ada, "")).await.status, FORBIDDEN);
    staff(&owner, "/fn/block_person", &course, "ada").await;
    assert!(owner.get(&why(&is_ada, "")).await.has("They are blocked from this course."));
}

#[tokio::test]
async fn a_code_opens_a_closed_course_until_its_time_its_number_or_another_code() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_switches(&course, &["listed", "approval"]).await;
    let [ada, ben, cid, dan] = [
        app.person("ada", SiteRole::Student).await,
        app.person("ben", SiteRole::Student).await,
        app.person("cid", SiteRole::Student).await,
        app.person("dan", SiteRole::Student).await,
    ];
    assert_eq!(join(&ada, &course).await, FORBIDDEN);
    let first = code(&owner, &course, "", "1").await;
    assert!(ada.get(&format!("/join/{first}")).await.has("Published"));
    assert_eq!(with_code(&ada, &format!(" {} ", first.to_lowercase().replace('-', " "))).await, OK);
    assert!(reads(&ada, &course).await, "and staff need not say yes");
    assert_eq!(with_code(&ben, &first).await, REFUSED, "it lets one person in");
    assert_eq!(ben.get(&format!("/join/{first}")).await.status, StatusCode::NOT_FOUND);
    let second = code(&owner, &course, "2026-11-02T10:00", "").await;
    assert_eq!(with_code(&ben, &first).await, REFUSED, "another has taken its place");
    assert_eq!(with_code(&ben, &format!("http://localhost:3000/join/{second}.")).await, OK);
    app.clock.advance(HOUR);
    assert_eq!(with_code(&cid, &second).await, REFUSED, "it was good until ten");
    let third = code(&owner, &course, "", "").await;
    owner.post("/fn/end_join_code", &[("course", &course.id)]).await;
    assert_eq!(with_code(&cid, &third).await, REFUSED);
    // A draft does not exist, whoever has its code.
    let draft = owner.create_course("Lakes").await;
    let hidden = code(&owner, &draft, "", "").await;
    assert_eq!(with_code(&dan, &hidden).await, REFUSED);
    assert_eq!(dan.get(&format!("/join/{hidden}")).await.status, StatusCode::NOT_FOUND);
    // Pressed by somebody who is not signed in yet, it is done once they are.
    let fourth = code(&owner, &course, "", "").await;
    let visitor = app.anonymous();
    let page = format!("/join/{fourth}");
    let sent = visitor.post("/fn/join_with_code", &[("join_code", &fourth), ("_page", &page)]).await;
    assert!(sent.location().starts_with("/login?next=%2Fjoin%2F"), "{}", sent.location());
    let fields = [("email", "cid@uni.example"), ("password", PASSWORD), ("next", page.as_str())];
    assert_eq!(visitor.post("/fn/sign_in", &fields).await.location(), course.page());
    assert!(reads(&visitor, &course).await);
}

/// ASVS 6.3.1
#[tokio::test]
async fn ten_thousand_guesses_at_a_code_are_three_hundred_and_the_right_person_still_comes_in() {
    let app = App::cheap_with(&[SETTINGS[1], SETTINGS[2], ("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let good = code(&owner, &course, "", "").await;
    let guesser = app.anonymous();
    let look = async |code: &str| {
        let mut request = guesser.request(Method::GET, &format!("/join/{code}")).body(Body::empty()).unwrap();
        request.headers_mut().insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
        guesser.send(request).await.status
    };
    let (mut looked_at, mut waits) = (0, 0);
    for number in 0..10_000_u32 {
        let letters = b"BCDFGHJKLMNPQRSTVWXZ";
        let guess: String =
            (0..8_u32).map(|at| char::from(letters[(number / 20_u32.pow(at % 4) % 20) as usize])).collect();
        match look(&guess).await {
            StatusCode::NOT_FOUND => looked_at += 1,
            StatusCode::TOO_MANY_REQUESTS => waits += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((looked_at, waits), (300, 9_700));
    assert_eq!(look(&good).await, StatusCode::TOO_MANY_REQUESTS, "nor is it told");
    // From elsewhere, and an account of its own: thirty tries.
    let ada = app.person("ada", SiteRole::Student).await;
    for _ in 0..30 {
        assert_eq!(with_code(&ada, "BBBB-BBBB").await, REFUSED);
    }
    assert_eq!(with_code(&ada, &good).await, StatusCode::TOO_MANY_REQUESTS);
    let ben = app.person("ben", SiteRole::Student).await;
    assert_eq!(with_code(&ben, &good).await, OK, "others behind the same address come in");
    app.clock.advance(HOUR);
    assert_eq!(with_code(&ada, &good).await, OK);
}

#[tokio::test]
async fn people_come_by_themselves_between_two_moments_of_the_courses_zone() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    // 09:00 UTC is 10:00 in Berlin.
    let window = [("from", "2026-11-02T11:00"), ("until", "2026-11-02T12:00"), ("time_zone", "Europe/Berlin")];
    owner.set_joining(&course, &window).await;
    let [ada, ben, cid] = [
        app.person("ada", SiteRole::Student).await,
        app.person("ben", SiteRole::Student).await,
        app.person("cid", SiteRole::Student).await,
    ];
    assert_eq!(join(&ada, &course).await, FORBIDDEN);
    let page = ada.get(&course.page()).await;
    assert!(page.has("People can join from Monday 2 November 2026, 11:00 (Europe/Berlin)."), "{}", page.body);
    app.clock.advance(HOUR);
    assert_eq!(join(&ada, &course).await, GONE_ON);
    app.clock.advance(HOUR);
    assert_eq!(join(&ben, &course).await, FORBIDDEN);
    assert!(ben.get(&course.page()).await.has("People could join until"));
    let good = code(&owner, &course, "", "").await;
    assert_eq!(with_code(&ben, &good).await, FORBIDDEN);
    // Whom staff invite is beyond it.
    assert_eq!(add(&owner, &course, "cid", "invite").await, OK);
    assert_eq!(join(&cid, &course).await, GONE_ON);
    assert!(reads(&cid, &course).await);
}

#[tokio::test]
async fn an_invitation_is_answered_by_its_person() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_switches(&course, &["listed"]).await;
    let [ada, ben, cid] = [
        app.person("ada", SiteRole::Student).await,
        app.person("ben", SiteRole::Student).await,
        app.person("cid", SiteRole::Student).await,
    ];
    for name in ["ada", "ben"] {
        assert_eq!(add(&owner, &course, name, "invite").await, OK);
    }
    assert_eq!(add(&owner, &course, "ada", "invite").await, REFUSED, "once");
    assert!(app.letter_to("ada@uni.example").await.text.contains("You are invited to “Published”"));
    assert!(ada.get("/").await.has("You are invited, as a student."));
    assert!(!reads(&ada, &course).await && join(&cid, &course).await == FORBIDDEN);
    assert_eq!(join(&ada, &course).await, GONE_ON);
    assert!(reads(&ada, &course).await);
    let said = ben.post("/fn/leave_course", &[("course", &course.id)]).await;
    assert_eq!(said.status, GONE_ON);
    assert!(ben.get(&course.page()).await.has("You have said no to the invitation"));
    assert_eq!(join(&ben, &course).await, FORBIDDEN, "an invitation that was turned down opens nothing");
}

#[tokio::test]
async fn who_left_reads_what_they_did_and_nothing_else() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 2).await;
    let [ada, ben] = [app.person("ada", SiteRole::Student).await, app.person("ben", SiteRole::Student).await];
    join(&ada, &course).await;
    let lesson = ada.get(&format!("{}/lessons/lesson-1", course.page())).await.hidden("lesson");
    ada.post("/fn/mark_read", &[("course", &course.id), ("lesson", &lesson)]).await;
    leave(&ada, &course).await;
    assert!(!reads(&ada, &course).await);
    let mine = format!("{}/mine", course.page());
    let page = ada.get(&mine).await;
    assert!(page.has("You left it just now.") && page.has("Lesson 1") && !page.has("Lesson 2"), "{}", page.body);
    assert!(ada.get("/").await.has(&format!("href=\"{mine}\"")));
    assert_eq!(ben.get(&mine).await.status, FORBIDDEN);
    // Also of a course that they cannot see any more.
    owner.post("/fn/archive_course", &[("course", &course.id)]).await;
    assert_eq!(ada.get(&course.page()).await.status, StatusCode::NOT_FOUND);
    assert!(ada.get(&mine).await.has("Lesson 1"));
    assert_eq!(ben.get(&mine).await.status, StatusCode::NOT_FOUND);
    assert!(app.anonymous().get(&mine).await.status == StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_place_waits_for_an_address_and_is_given_to_who_shows_that_it_is_theirs() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    assert_eq!(add(&owner, &course, "new", "now").await, OK);
    assert!(owner.get(&format!("{}/people", course.page())).await.has("No account yet"));
    let letter = app.letter_to("new@uni.example").await;
    assert!(letter.text.contains("There is a place for you in “Rivers”"), "{}", letter.text);
    // An address that changes hands: only what is confirmed counts.
    let sam = app.person("sam", SiteRole::Student).await;
    sam.post("/fn/change_address", &[("email", "New@uni.example")]).await;
    assert!(!reads(&sam, &course).await);
    let link = app.letter_to("New@uni.example").await.link();
    let token = link.rsplit('/').next().unwrap().to_owned();
    assert_eq!(sam.post("/fn/take_new_address", &[("token", &token)]).await.status, GONE_ON);
    assert!(reads(&sam, &course).await);
    assert_eq!(app.count("awaited").await, 0);
    // Taken back, it waits no more.
    assert_eq!(add(&owner, &course, "other", "invite").await, OK);
    let forget = [("course", course.id.as_str()), ("email", "other@uni.example")];
    assert_eq!(owner.post("/fn/forget_awaited", &forget).await.status, GONE_ON);
    assert_eq!(owner.post("/fn/forget_awaited", &forget).await.status, StatusCode::NOT_FOUND);
}

/// Whoever signs up may type anybody's address: where no mail is sent, that alone gives nobody a place.
#[tokio::test]
async fn an_address_that_was_only_typed_gets_no_place() {
    let app = App::start().await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    assert_eq!(add(&owner, &course, "victim", "now").await, OK);
    let eve = app.anonymous();
    let fields = [("email", "victim@uni.example"), ("name", "victim"), ("password", PASSWORD)];
    let page = eve.call("/fn/sign_up", &fields).await;
    assert_eq!(page.status, OK, "{}", page.body);
    assert!(!reads(&eve, &course).await);
    assert!(!reads(&app.sign_in("victim").await, &course).await);
    assert!(owner.get(&format!("{}/people", course.page())).await.has("has not confirmed it"));
}

#[tokio::test]
async fn an_account_that_is_deleted_gives_its_seat_to_the_next_in_line() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes")]).await;
    let [ada, ben] = [app.person("ada", SiteRole::Student).await, app.person("ben", SiteRole::Student).await];
    join(&ada, &course).await;
    join(&ben, &course).await;
    assert_eq!(ada.post("/fn/delete_account", &[("confirm", "ada@uni.example")]).await.status, GONE_ON);
    assert!(reads(&ben, &course).await);
}

/// "200 people join at the same instant, 30 seats: exactly 30 active, 170 waitlisted in order; then 30 leave at once: exactly 60 have
/// had a seat."
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_at_once_for_thirty_seats() {
    const PEOPLE: usize = 200;
    let app = App::cheap().await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "30"), ("waitlist", "yes")]).await;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(app.person(&format!("s{number:03}"), SiteRole::Student).await);
    }
    let joined = join_all(people.iter().map(|visitor| join(visitor, &course))).await;
    assert!(joined.iter().all(|status| *status == GONE_ON), "{joined:?}");
    let tally = async || {
        let page = owner.get(&format!("{}/people", course.page())).await;
        let figure = |name: &str| {
            let at = page.body.find(&format!("<dt>{name}</dt>")).map_or(page.body.len(), |at| at);
            page.body[at..].split(|c: char| !c.is_ascii_digit()).find_map(|word| word.parse::<i64>().ok()).unwrap_or(0)
        };
        (figure("Students"), figure("In line"))
    };
    assert_eq!(tally().await, (30, 170));
    // Everybody in line has a number of their own, from 1 to 170.
    let (mut students, mut positions) = (Vec::new(), Vec::new());
    for visitor in &people {
        let page = visitor.get(&course.page()).await;
        match page.body.split("You are number ").nth(1) {
            Some(rest) => positions.push((rest.split(' ').next().unwrap().parse::<usize>().unwrap(), visitor)),
            None if page.has("You are first in line") => positions.push((1, visitor)),
            None => students.push(visitor),
        }
    }
    positions.sort_unstable_by_key(|(position, _)| *position);
    assert!(positions.iter().map(|(position, _)| *position).eq(1..=170));
    assert_eq!(students.len(), 30);
    let left = join_all(students.iter().map(|visitor| leave(visitor, &course))).await;
    assert!(left.iter().all(|status| *status == GONE_ON), "{left:?}");
    assert_eq!(tally().await, (30, 140));
    let mut now_in = 0;
    for visitor in &people {
        now_in += usize::from(reads(visitor, &course).await);
    }
    assert_eq!(now_in, 30);
    assert!(!reads(students[0], &course).await);
    for (position, visitor) in &positions {
        assert_eq!(reads(visitor, &course).await, *position <= 30, "number {position}");
    }
    // Thirty were in before, and thirty others are in now.
    assert_eq!(app.count("enrolments where joined_at is not null and role = 'student'").await, 60);
}
