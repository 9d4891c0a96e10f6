//! Blocks: who is blocked from a course stays out of it, with this account and with the next one that has their address.

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::MINUTE;

use crate::app::{App, Course, PASSWORD, Visitor};
use crate::places::{FORBIDDEN, GONE_ON, REFUSED, SETTINGS, add, code, join, leave, reads, staff, with_code};

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
async fn move_to(app: &App, visitor: &Visitor<'_>, address: &str) {
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
async fn a_new_account_with_the_address_of_who_is_blocked_is_blocked_in_that_course_alone() {
    let app = App::with(&SETTINGS).await;
    let (owner, rivers, ada, was) = ada_blocked(&app).await;
    let lakes = owner.published_course("Lakes", 1).await;
    let good = code(&owner, &rivers, "", "").await;
    let ben = app.person("ben", SiteRole::Student).await;
    join(&ben, &rivers).await;
    delete(&ada, "ada").await;
    delete(&ben, "ben").await;
    assert_eq!(app.count("blocked_addresses").await, 1, "of who is blocked nowhere nothing is kept");
    let kept = app.words("select address_mac from blocked_addresses").await;
    assert!(kept.iter().all(|mark| mark.len() == 43), "a MAC: {kept:?}");

    let [ada, ben] = [app.person("Ada", SiteRole::Student).await, app.person("ben", SiteRole::Student).await];
    assert!(ada.get(&rivers.page()).await.has("You cannot join this course"), "and no button that does nothing");
    assert_eq!((join(&ada, &rivers).await, with_code(&ada, &good).await), (FORBIDDEN, FORBIDDEN));
    for how in ["now", "invite"] {
        assert_eq!(add(&owner, &rivers, "ada", how).await, REFUSED, "{how}");
    }
    assert!(!reads(&ada, &rivers).await);
    assert_eq!((join(&ada, &lakes).await, join(&ben, &rivers).await), (GONE_ON, GONE_ON));
    // Staff see whom they blocked, and that it is why.
    let now = owner.member_id(&rivers, "ada").await;
    let page = owner.get(&format!("{}/people/{now}", rivers.page())).await;
    let why = format!("people/{was}\"><bdi>Deleted person {was}</bdi></a> was blocked, and had this address");
    assert!(page.has(&why), "{}", page.body);
    assert!(!owner.get(&format!("{}/people/{was}", rivers.page())).await.has("had this address"));
    let log = app.words("select content from audit_details where kind = 'change'").await;
    let said = format!("blocked, as person {was} was with the same address");
    assert!(log.iter().any(|line| line.contains(&said)), "{log:?}");

    // It goes on from account to account until it is lifted, and then it is.
    delete(&ada, "ada").await;
    let ada = app.person("ada", SiteRole::Student).await;
    assert_eq!(join(&ada, &rivers).await, FORBIDDEN);
    assert_eq!(app.count("blocked_addresses").await, 1);
    assert_eq!(staff(&owner, "/fn/unblock_person", &rivers, "ada").await, GONE_ON);
    assert_eq!(app.count("blocked_addresses").await, 0);
    assert_eq!((join(&ada, &rivers).await, reads(&ada, &rivers).await), (GONE_ON, true));
    delete(&ada, "ada").await;
    assert_eq!(join(&app.person("ada", SiteRole::Student).await, &rivers).await, GONE_ON);
}

#[tokio::test]
async fn a_block_that_is_lifted_from_who_was_deleted_holds_for_nobody() {
    let app = App::with(&SETTINGS).await;
    let (owner, course, ada, person) = ada_blocked(&app).await;
    delete(&ada, "ada").await;
    lift(&owner, &course, &person).await;
    assert_eq!(app.count("blocked_addresses").await, 0);
    assert_eq!(join(&app.person("ada", SiteRole::Student).await, &course).await, GONE_ON);
}

/// Whoever signs up may type anybody's address: its owner would be blocked for what a stranger did.
#[tokio::test]
async fn of_an_address_that_was_only_typed_no_block_is_kept() {
    let app = App::start().await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let stranger = app.student("ada").await;
    join(&stranger, &course).await;
    assert_eq!(staff(&owner, "/fn/block_person", &course, "ada").await, GONE_ON);
    delete(&stranger, "ada").await;
    assert_eq!(app.count("blocked_addresses").await, 0);
    assert_eq!(join(&app.student("ada").await, &course).await, GONE_ON);
}

/// By every way to a new account, and where the account is not new but the address.
#[tokio::test]
async fn a_block_holds_for_an_address_that_was_given_up_for_another() {
    let app = App::with(&SETTINGS).await;
    let (owner, course, ada, was) = ada_blocked(&app).await;
    move_to(&app, &ada, "lovelace@uni.example").await;
    assert_eq!(join(&ada, &course).await, FORBIDDEN, "it is the same account");
    let data: serde_json::Value = serde_json::from_str(&ada.get("/account/data.json").await.body).unwrap();
    assert_eq!(data["blocked_addresses"][0]["course"], "rivers");

    // Somebody who was in the course and left takes the address; who is in it keeps the seat.
    let [cid, dot] = [app.person("cid", SiteRole::Student).await, app.person("dot", SiteRole::Student).await];
    for visitor in [&cid, &dot] {
        assert_eq!(join(visitor, &course).await, GONE_ON);
    }
    leave(&cid, &course).await;
    move_to(&app, &cid, "ada@uni.example").await;
    assert_eq!(join(&cid, &course).await, FORBIDDEN);
    delete(&ada, "lovelace").await;
    app.clock.advance(MINUTE);
    move_to(&app, &dot, "lovelace@uni.example").await;
    assert!(reads(&dot, &course).await);
    assert_eq!(app.count("blocked_addresses").await, 2);

    // A link in a mail makes an account, as most do.
    delete(&cid, "ada").await;
    let eve = app.anonymous();
    eve.get("/signup").await;
    eve.post("/fn/sign_up", &[("email", "ada@uni.example"), ("name", "Eve"), ("password", PASSWORD)]).await;
    let token = app.letter_to("ada@uni.example").await.token();
    assert_eq!(eve.post("/fn/finish_sign_up", &[("token", &token)]).await.location(), "/");
    assert_eq!(join(&eve, &course).await, FORBIDDEN);
    let page = owner.get(&format!("{}/people/{}", course.page(), owner.member_id(&course, "ada").await)).await;
    assert!(page.has(&format!("Deleted person {was}")), "{}", page.body);
}

/// "This was not me" gives an address back, and what holds for it: meanwhile it was another account's, which was blocked.
#[tokio::test]
async fn who_gets_an_address_back_is_blocked_where_it_is() {
    let app = App::with(&SETTINGS).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let ada = app.person("ada", SiteRole::Student).await;
    move_to(&app, &ada, "lovelace@uni.example").await;
    let told = app.letter_to("ada@uni.example").await.token();
    let meanwhile = app.person("ada", SiteRole::Student).await;
    join(&meanwhile, &course).await;
    assert_eq!(staff(&owner, "/fn/block_person", &course, "ada").await, GONE_ON);
    delete(&meanwhile, "ada").await;
    assert_eq!(app.anonymous().post("/fn/say_not_me", &[("token", &told)]).await.location(), "/not-me");
    let reset = app.letter_to("ada@uni.example").await.token();
    let again = [("token", reset.as_str()), ("new_password", "seven slow otters at dawn")];
    assert_eq!(app.anonymous().post("/fn/reset_password", &again).await.location(), "/login");
    let ada = app.sign_in_with("ada", "seven slow otters at dawn").await;
    assert_eq!(join(&ada, &course).await, FORBIDDEN);
}
