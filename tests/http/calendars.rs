//! A person's calendar: what stands in it, for whom, and when its address is nothing any more.

use axum::http::{Method, StatusCode};
use lectern::clock::{DAY, HOUR};
use lectern::db::counted;

use crate::app::{App, Visitor};

const PAGE: &str = "/account/calendar";

/// The path of the calendar that the person's page shows.
async fn feed(visitor: &Visitor<'_>) -> String {
    let page = visitor.get(PAGE).await;
    let at = page.body.find("/dates/").unwrap_or_else(|| panic!("no address in {}", page.body));
    page.body[at..].split('"').next().unwrap().to_owned()
}

/// The summaries in a calendar, in their order.
fn summaries(text: &str) -> Vec<String> {
    let unfolded = text.replace("\r\n ", "");
    unfolded.lines().filter_map(|line| line.strip_prefix("SUMMARY:")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_calendar_holds_what_its_person_sees_and_needs_no_sign_in() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let id = ("course", course.id.as_str());
    let student = app.student("student").await;
    student.post("/fn/join_course", &[id]).await;
    let later = [id, ("title", "Clay"), ("body", ""), ("published", "yes"), ("releases_at", "2026-11-09T10:00")];
    owner.post("/fn/add_lesson", &later).await;
    owner.post("/fn/add_lesson", &[id, ("title", "Hidden"), ("body", "")]).await;
    owner.set_joining(&course, &[("from", "2026-11-01T08:00"), ("until", "2026-12-01T08:00")]).await;
    // Of a course that is a draft, nobody but its staff.
    let draft = owner.create_course("Sand").await;
    let planned = [("course", draft.id.as_str()), ("title", "Dunes"), ("body", ""), ("published", "yes")];
    owner.post("/fn/add_lesson", &planned).await;
    owner.post("/fn/add_person", &[("course", &draft.id), ("email", "student@uni.example"), ("role", "student")]).await;

    assert!(student.get(PAGE).await.has("Your calendar has no address yet."));
    for visitor in [&owner, &student] {
        assert_eq!(visitor.post("/fn/make_calendar", &[]).await.location(), PAGE);
    }
    let program = app.anonymous();
    let path = feed(&student).await;
    let read = program.get(&path).await;
    assert_eq!((read.status, read.header("content-type")), (StatusCode::OK, "text/calendar; charset=utf-8"));
    assert_eq!(summaries(&read.body), ["Soil: Lesson 1 opens", "Soil: Clay opens"]);
    assert!(
        read.has("DTSTART:20261109T100000Z") && read.body.replace("\r\n ", "").contains("/courses/soil/lessons/clay")
    );
    let of_owner = program.get(&feed(&owner).await).await;
    let all =
        ["Soil: joining begins", "Soil: Lesson 1 opens", "Sand: Dunes opens", "Soil: Clay opens", "Soil: joining ends"];
    assert_eq!(summaries(&of_owner.body), all);
    // The same again is not sent again.
    let mut again = program.request(Method::GET, &path).body(Default::default()).unwrap();
    again.headers_mut().insert("if-none-match", read.header("etag").parse().unwrap());
    assert_eq!(program.send(again).await.status, StatusCode::NOT_MODIFIED);
    assert!(student.get(PAGE).await.has("A program last read it"));
    // It changes nothing, and nobody is signed in by it.
    assert!(program.jar().is_empty());
    // Who leaves has nothing of the course in it, and a seat that is kept stands in it.
    student.post("/fn/leave_course", &[id]).await;
    assert_eq!(summaries(&program.get(&path).await.body), [""; 0]);
    owner.set_joining(&course, &[("capacity", "1"), ("waitlist", "yes"), ("offer_hours", "24")]).await;
    let other = app.student("other").await;
    for visitor in [&other, &student] {
        visitor.post("/fn/join_course", &[id]).await;
    }
    other.post("/fn/leave_course", &[id]).await;
    let read = program.get(&path).await;
    assert_eq!(summaries(&read.body), ["Soil: last moment to take your seat"], "{}", read.body);
    // What opened long ago is not in the way.
    app.clock.advance(80 * DAY);
    assert_eq!(summaries(&program.get(&feed(&app.sign_in("owner").await).await).await.body), [""; 0]);
}

#[tokio::test]
async fn an_address_ends_when_it_is_renewed_or_removed_or_its_account_is_closed() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let person = app.student("person").await;
    let program = app.anonymous();
    person.post("/fn/make_calendar", &[]).await;
    let first = feed(&person).await;
    assert_eq!(program.get(&first).await.status, StatusCode::OK);
    let page = person.post("/fn/make_calendar", &[]).await;
    assert!(person.get(page.location()).await.has("The one before opens nothing any more."));
    let second = feed(&person).await;
    let status = async |path: &str| program.get(path).await.status;
    assert_eq!((status(&first).await, status(&second).await), (StatusCode::NOT_FOUND, StatusCode::OK));
    for wrong in ["/dates/x.ics", "/dates/.ics", second.trim_end_matches(".ics"), &second.to_uppercase()] {
        assert_eq!(status(wrong).await, StatusCode::NOT_FOUND, "{wrong}");
    }
    admin.post("/fn/disable_account", &[("person", &admin.id_of("person").await)]).await;
    assert_eq!(status(&second).await, StatusCode::NOT_FOUND);
    admin.post("/fn/enable_account", &[("person", &admin.id_of("person").await)]).await;
    assert_eq!(status(&second).await, StatusCode::OK);
    let person = app.sign_in("person").await;
    person.post("/fn/remove_calendar", &[]).await;
    assert_eq!((status(&second).await, app.count("calendar_feeds").await), (StatusCode::NOT_FOUND, 0));
    assert_eq!(person.post("/fn/remove_calendar", &[]).await.location(), PAGE);
    // What is kept of it is a digest, and a seal that another key does not open.
    person.post("/fn/make_calendar", &[]).await;
    let token = feed(&person).await;
    let token = token.trim_start_matches("/dates/").trim_end_matches(".ics");
    let kept = app.words("select token || token_digest from calendar_feeds").await;
    assert!(!kept[0].contains(token) && token.len() >= 22, "{kept:?}");
    let data = person.get("/account/data.json").await;
    assert!(data.json()["calendar"]["made_at"].is_i64() && !data.has(token), "{}", data.body);
    person.post("/fn/delete_account", &[("confirm", "person@uni.example")]).await;
    assert_eq!(app.count("calendar_feeds").await, 0);
}

#[tokio::test]
async fn a_calendar_asks_as_much_for_many_dates_as_for_one() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    owner.post("/fn/make_calendar", &[]).await;
    let path = feed(&owner).await;
    let program = app.anonymous();
    program.get(&path).await;
    let (_, few) = counted(program.get(&path)).await;
    for number in 0..12 {
        let title = format!("More {number}");
        let lesson = [("course", &*course.id), ("title", &title), ("body", ""), ("published", "yes")];
        owner.post("/fn/add_lesson", &lesson).await;
    }
    let (many, asked) = counted(program.get(&path)).await;
    assert_eq!((summaries(&many.body).len(), asked), (13, few));
    // That it was read is written down once in an hour.
    app.clock.advance(HOUR + 1);
    let (_, noted) = counted(program.get(&path)).await;
    assert!(noted > few);
    let (_, after) = counted(program.get(&path)).await;
    assert_eq!(after, few);
}
