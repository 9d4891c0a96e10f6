//! Blocks: who is blocked from a course stays out of it, with this account and with the next one that has their address.

use std::sync::Arc;

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::MINUTE;
use lectern::sessions::caller::Caller;

use crate::app::{App, Course, PASSWORD, Visitor, task};
use crate::places::{FORBIDDEN, GONE_ON, OK, REFUSED, SETTINGS, add, code, join, leave, reads, staff, with_code};
use crate::rosters;

/// A course, its owner, and somebody who is blocked from it, with their number.
async fn ada_blocked(app: &App) -> (Visitor<'_>, Course, Visitor<'_>, String) {
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let ada = app.person("ada", SiteRole::Student).await;
    assert_eq!(join(&ada, &course).await, GONE_ON);
    assert_eq!(staff(&owner, "/fn/block_person", &course, "ada").await, GONE_ON);
    let person = owner.member_id(&course, "ada").await;
    (owner, course, ada, person)
}

async fn delete(visitor: &Visitor<'_>, name: &str) {
    let confirm = format!("{name}@uni.example");
    let page = visitor.post("/fn/delete_account", &[("confirm", &confirm)]).await;
    assert_eq!((page.status, page.location()), (GONE_ON, "/"), "{}", page.body);
}

/// Lifts the block of a person whose number is known.
async fn lift(owner: &Visitor<'_>, course: &Course, person: &str) {
    let fields = [("course", course.id.as_str()), ("person", person)];
    assert_eq!(owner.post("/fn/unblock_person", &fields).await.status, GONE_ON);
}

/// Gives the account another address, by the link that is sent there.
pub async fn move_to(app: &App, visitor: &Visitor<'_>, address: &str) {
    let page = visitor.post("/fn/change_address", &[("email", address)]).await;
    assert_eq!(page.location(), "/account/security", "{}", page.body);
    let token = app.letter_to(address).await.token();
    assert_eq!(visitor.post("/fn/take_new_address", &[("token", &token)]).await.status, GONE_ON);
}

#[tokio::test]
async fn no_way_leads_back_in_for_who_is_blocked() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let good = code(&owner, &course, "", "").await;
    let ada = app.person("ada", SiteRole::Student).await;
    join(&ada, &course).await;
    assert_eq!(staff(&owner, "/fn/block_person", &course, "ada").await, GONE_ON);
    assert!(!reads(&ada, &course).await);
    assert_eq!(join(&ada, &course).await, FORBIDDEN);
    assert!(ada.get(&course.page()).await.has("You cannot join this course"));
    assert_eq!(with_code(&ada, &good).await, FORBIDDEN);
    for how in ["now", "invite"] {
        assert_eq!(add(&owner, &course, "ada", how).await, REFUSED, "{how}");
    }
    assert_eq!(leave(&ada, &course).await, FORBIDDEN, "nor out of the block");
    for action in ["/fn/put_back", "/fn/approve_person", "/fn/remove_person"] {
        assert_eq!(staff(&owner, action, &course, "ada").await, StatusCode::NOT_FOUND, "{action}");
    }
    assert!(!ada.get("/").await.has("Before"));
    assert_eq!(staff(&owner, "/fn/unblock_person", &course, "ada").await, GONE_ON);
    assert!(!reads(&ada, &course).await, "not blocked is not in it");
    assert_eq!(join(&ada, &course).await, GONE_ON);
    assert!(reads(&ada, &course).await);
    // The last owner is not blocked by anybody, themselves included.
    assert_eq!(staff(&owner, "/fn/block_person", &course, "ines").await, FORBIDDEN);
}

#[tokio::test]
async fn a_new_account_with_the_address_of_who_is_blocked_is_kept_out_of_that_course_alone() {
    let app = App::with(&SETTINGS).await;
    let (owner, rivers, ada, was) = ada_blocked(&app).await;
    let lakes = owner.published_course("Lakes", 1).await;
    let good = code(&owner, &rivers, "", "").await;
    let ben = app.person("ben", SiteRole::Student).await;
    join(&ben, &rivers).await;
    delete(&ada, "ada").await;
    delete(&ben, "ben").await;
    let kept = app.words("select address_mac from given_up_addresses").await;
    assert!(kept.len() == 1 && kept[0].len() == 43, "a MAC, and nothing of who is blocked nowhere: {kept:?}");

    // Where no account has the address, staff are told at once.
    for how in ["now", "invite"] {
        assert_eq!(add(&owner, &rivers, "ada", how).await, REFUSED, "{how}");
    }
    assert_eq!(app.count("awaited").await, 0);
    let [ada, ben] = [app.person("Ada", SiteRole::Student).await, app.person("ben", SiteRole::Student).await];
    let page = ada.get(&rivers.page()).await;
    assert!(page.has("somebody who had your email address before is kept out of it"), "{}", page.body);
    assert!(!page.has("/fn/join_course"), "no button that does nothing: {}", page.body);
    let page = ada.get(&format!("/join/{good}")).await;
    assert!(page.has("If that was not you, ask its staff") && !page.has("/fn/join_with_code"), "{}", page.body);
    assert_eq!((join(&ada, &rivers).await, with_code(&ada, &good).await), (FORBIDDEN, FORBIDDEN));
    let fields = [("course", rivers.id.as_str()), ("email", "ada@uni.example"), ("role", "student"), ("how", "now")];
    let told = owner.call("/fn/add_person", &fields).await;
    let words = format!("Ada stays out: Deleted person {was} had the address before, and is blocked from this course");
    assert!(told.status == REFUSED && told.has(&words), "{}", told.body);
    let list = [("course", rivers.id.as_str()), ("rows", "email\nada@uni.example\nben@uni.example")];
    let list = owner.post("/fn/read_roster", &list).await.location().to_owned();
    let list = owner.get(&list).await;
    let words = format!("<bdi>Deleted person {was}</bdi> had this address before, and is blocked from this course");
    assert!(list.has(&words), "{}", list.body);
    assert!(list.has("add-student-ben@uni.example") && !list.has("add-student-ada@uni.example"), "{}", list.body);
    assert!(!reads(&ada, &rivers).await);
    assert_eq!((join(&ada, &lakes).await, join(&ben, &rivers).await), (GONE_ON, GONE_ON));

    // Where it is lifted stands whom staff blocked, and nothing that an account which is gone could do.
    let page = owner.get(&format!("{}/people/{was}", rivers.page())).await;
    assert!(page.has(&format!("Deleted person {was}")) && page.has("That cannot be taken back"), "{}", page.body);
    assert!(!page.has("/why\"") && !page.has("view-as?person"), "{}", page.body);

    // It holds for every account after, until it is lifted, and then for none.
    delete(&ada, "ada").await;
    let ada = app.person("ada", SiteRole::Student).await;
    assert_eq!(join(&ada, &rivers).await, FORBIDDEN);
    lift(&owner, &rivers, &was).await;
    assert_eq!(app.count("given_up_addresses").await, 0);
    assert_eq!((join(&ada, &rivers).await, reads(&ada, &rivers).await), (GONE_ON, true));
    let page = owner.get(&format!("{}/people/{was}", rivers.page())).await;
    assert!(
        !page.has("id=\"block\"") && !page.has("Put back"),
        "of who is deleted there is nothing to do: {}",
        page.body
    );
    let fields = [("course", rivers.id.as_str()), ("person", was.as_str())];
    assert_eq!(owner.post("/fn/put_back", &fields).await.status, StatusCode::NOT_FOUND, "nor is a seat given away");
    let picked = [("course", rivers.id.as_str()), ("people", was.as_str())];
    assert_eq!(owner.call("/fn/let_in_picked", &picked).await.status, OK);
    assert_eq!(app.words(&format!("select state from enrolments where user_id = {was}")).await, ["removed"]);
    let table = owner.get(&format!("{}/people?state=removed", rivers.page())).await;
    assert!(table.has("Deleted person") && !table.has("name=\"picked\""), "{}", table.body);
    delete(&ada, "ada").await;
    assert_eq!(join(&app.person("ada", SiteRole::Student).await, &rivers).await, GONE_ON);
}

/// Whoever signs up may type anybody's address: its owner would be kept out for what a stranger did. The other way round it holds: no
/// account has to show whose its address is to be kept out.
#[tokio::test]
async fn of_an_address_that_was_only_typed_no_mark_is_kept() {
    let app = App::start().await;
    let (owner, course, ada, _) = ada_blocked(&app).await;
    let stranger = app.student("ben").await;
    join(&stranger, &course).await;
    assert_eq!(staff(&owner, "/fn/block_person", &course, "ben").await, GONE_ON);
    delete(&stranger, "ben").await;
    assert_eq!(app.count("given_up_addresses").await, 0);
    assert_eq!(join(&app.student("ben").await, &course).await, GONE_ON);
    delete(&ada, "ada").await;
    assert_eq!(app.count("given_up_addresses").await, 1);
    assert_eq!(join(&app.student("ada").await, &course).await, FORBIDDEN);
}

#[tokio::test]
async fn a_block_holds_for_an_address_that_was_given_up_for_another() {
    let app = App::with(&SETTINGS).await;
    let (owner, course, ada, was) = ada_blocked(&app).await;
    move_to(&app, &ada, "lovelace@uni.example").await;
    assert_eq!(join(&ada, &course).await, FORBIDDEN, "it is the same account");
    let data: serde_json::Value = serde_json::from_str(&ada.get("/account/data.json").await.body).unwrap();
    assert_eq!(data["given_up_addresses"].as_array().unwrap().len(), 1);

    // To lift it takes more than a slip of the finger: there is an address that no later block holds for.
    let table = owner.get(&format!("{}/people?state=blocked", course.page())).await;
    assert!(!table.has("/fn/unblock_person"), "{}", table.body);
    let page = owner.get(&format!("{}/people/{was}", course.page())).await;
    assert!(page.has("They have had another address before"), "{}", page.body);

    // Somebody who was in the course and left takes the address: what they did there is still theirs.
    let [cid, dot] = [app.person("cid", SiteRole::Student).await, app.person("dot", SiteRole::Student).await];
    join(&cid, &course).await;
    leave(&cid, &course).await;
    move_to(&app, &cid, "ada@uni.example").await;
    assert_eq!(join(&cid, &course).await, FORBIDDEN);
    assert_eq!(cid.get(&format!("{}/mine", course.page())).await.status, OK);
    let why = format!("{}/people/{}/why", course.page(), owner.member_id(&course, "ada").await);
    let page = owner.get(&why).await;
    assert!(page.has("Somebody who had their address before is blocked from this course"), "{}", page.body);
    assert!(page.has(&format!("people/{was}\"><bdi>ada</bdi></a>, who is blocked")), "{}", page.body);
    // Whom staff have asked to come as somebody else may come.
    assert_eq!(add(&owner, &course, "dot", "invite").await, OK);
    delete(&ada, "lovelace").await;
    app.clock.advance(MINUTE);
    move_to(&app, &dot, "lovelace@uni.example").await;
    assert_eq!((join(&dot, &course).await, reads(&dot, &course).await), (GONE_ON, true));

    // A link in a mail makes an account, as most do.
    delete(&cid, "ada").await;
    let eve = app.anonymous();
    eve.get("/signup").await;
    eve.post("/fn/sign_up", &[("email", "ada@uni.example"), ("name", "Eve"), ("password", PASSWORD)]).await;
    let token = app.letter_to("ada@uni.example").await.token();
    assert_eq!(eve.post("/fn/finish_sign_up", &[("token", &token)]).await.location(), "/");
    assert_eq!(join(&eve, &course).await, FORBIDDEN);
    // One lift, and every address of that person is free.
    lift(&owner, &course, &was).await;
    assert_eq!((join(&eve, &course).await, app.count("given_up_addresses").await), (GONE_ON, 0));
}

/// "This was not me" gives an old address back, and gives the new one up.
#[tokio::test]
async fn an_address_that_not_me_takes_away_is_kept_out_and_so_is_who_gets_a_blocked_one_back() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let ada = app.person("ada", SiteRole::Student).await;
    move_to(&app, &ada, "lovelace@uni.example").await;
    let told = app.letter_to("ada@uni.example").await.token();
    join(&ada, &course).await;
    assert_eq!(staff(&owner, "/fn/block_person", &course, "lovelace").await, GONE_ON);
    let was = owner.member_id(&course, "lovelace").await;
    assert_eq!(app.anonymous().post("/fn/say_not_me", &[("token", &told)]).await.location(), "/not-me");
    let next = app.person("lovelace", SiteRole::Student).await;
    assert_eq!(join(&next, &course).await, FORBIDDEN, "given up by saying so");

    lift(&owner, &course, &was).await;
    // Where somebody else has the old address by now, the account keeps the new one, and gives up nothing.
    app.clock.advance(MINUTE);
    let cid = app.person("cid", SiteRole::Student).await;
    move_to(&app, &cid, "cedric@uni.example").await;
    let told = app.letter_to("cid@uni.example").await.token();
    join(&cid, &course).await;
    assert_eq!(staff(&owner, "/fn/block_person", &course, "cedric").await, GONE_ON);
    app.person("cid", SiteRole::Student).await;
    assert_eq!(app.anonymous().post("/fn/say_not_me", &[("token", &told)]).await.status, GONE_ON);
    assert_eq!(app.words("select email from users where email_key like 'ced%'").await, ["cedric@uni.example"]);
    assert_eq!(app.count("given_up_addresses").await, 0);

    app.clock.advance(MINUTE);
    let bea = app.person("bea", SiteRole::Student).await;
    move_to(&app, &bea, "beatrix@uni.example").await;
    let told = app.letter_to("bea@uni.example").await.token();
    let meanwhile = app.person("bea", SiteRole::Student).await;
    join(&meanwhile, &course).await;
    assert_eq!(staff(&owner, "/fn/block_person", &course, "bea").await, GONE_ON);
    delete(&meanwhile, "bea").await;
    assert_eq!(app.anonymous().post("/fn/say_not_me", &[("token", &told)]).await.location(), "/not-me");
    let reset = app.letter_to("bea@uni.example").await.token();
    let again = [("token", reset.as_str()), ("new_password", "seven slow otters at dawn")];
    assert_eq!(app.anonymous().post("/fn/reset_password", &again).await.location(), "/login");
    assert_eq!(join(&app.sign_in_with("bea", "seven slow otters at dawn").await, &course).await, FORBIDDEN);
}

/// Two who had one address, one after another, and are blocked in two courses: each block is lifted by itself.
#[tokio::test]
async fn each_course_and_each_person_is_lifted_by_itself_and_a_lost_key_forgets_all() {
    let app = App::with(&SETTINGS).await;
    let (owner, rivers, ada, first) = ada_blocked(&app).await;
    let lakes = owner.published_course("Lakes", 1).await;
    delete(&ada, "ada").await;
    let ada = app.person("ada", SiteRole::Student).await;
    join(&ada, &lakes).await;
    assert_eq!(staff(&owner, "/fn/block_person", &lakes, "ada").await, GONE_ON);
    let second = owner.member_id(&lakes, "ada").await;
    delete(&ada, "ada").await;
    assert_eq!(app.count("given_up_addresses").await, 2);
    lift(&owner, &rivers, &first).await;
    let ada = app.person("ada", SiteRole::Student).await;
    assert_eq!((join(&ada, &rivers).await, join(&ada, &lakes).await), (GONE_ON, FORBIDDEN));
    assert_eq!(app.count("given_up_addresses").await, 1);
    let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
    let said = task().admin(&mut write).forget_key().await.unwrap();
    write.commit().await.unwrap();
    assert!(said.contains("1 addresses that blocked people had before"), "{said}");
    assert_eq!(join(&ada, &lakes).await, GONE_ON);
    assert!(owner.get(&format!("{}/people/{second}", lakes.page())).await.has("Unblock"), "the block itself stays");
}

/// A list that took a waiting place away is undone, when whoever it waited for has come, was blocked and has another address by now.
#[tokio::test]
async fn no_place_waits_again_for_a_blocked_address_when_an_import_is_undone() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    for rows in ["email\nada@uni.example", "email\nben@uni.example"] {
        let list = rosters::read(&owner, &course, rows, true).await;
        assert_eq!(rosters::import(&owner, &course, &list, None, false).await.status, GONE_ON);
    }
    assert_eq!(app.words("select email from awaited").await, ["ben@uni.example"]);
    let ada = app.person("ada", SiteRole::Student).await;
    join(&ada, &course).await;
    assert_eq!(staff(&owner, "/fn/block_person", &course, "ada").await, GONE_ON);
    move_to(&app, &ada, "lovelace@uni.example").await;
    let last = app.words("select cast(max(id) as text) from rosters").await.remove(0);
    let fields = [("course", course.id.as_str()), ("roster", last.as_str())];
    let page = owner.post("/fn/undo_import", &fields).await;
    assert_eq!(page.status, GONE_ON, "{}", page.body);
    assert!(owner.get(page.location()).await.has("1 stays: their place has changed since"), "of two, one is undone");
    assert_eq!(app.count("awaited").await, 0, "neither for ben, who was added, nor again for ada");
}

/// Nor does a place that was promised to an address they take afterwards.
#[tokio::test]
async fn a_place_that_waits_for_an_address_is_not_for_who_is_blocked_and_takes_it() {
    let app = App::with(&SETTINGS).await;
    let (owner, course, ada, _) = ada_blocked(&app).await;
    assert_eq!(add(&owner, &course, "new", "now").await, OK);
    assert_eq!(app.count("awaited").await, 1);
    move_to(&app, &ada, "new@uni.example").await;
    assert_eq!(app.count("awaited").await, 0, "it waits for nobody else");
    assert_eq!(app.words("select state from enrolments where role = 'student'").await, ["blocked"]);
    assert!(!reads(&ada, &course).await && ada.get(&course.page()).await.has("You cannot join this course"));
}
