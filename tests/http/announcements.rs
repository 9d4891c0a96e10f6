//! Announcements: who reads them and since when, and whom they reach by mail.

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::announcements::mailing::mail_out;
use lectern::clock::{DAY, HOUR};

use crate::app::{App, Course, Page, Visitor};

const MAIL: [(&str, &str); 1] = [("LECTERN_SMTP_URL", "smtp://127.0.0.1:1")];

fn list(course: &Course) -> String {
    format!("{}/announcements", course.page())
}

/// Posts one and answers the path of its page.
async fn post(visitor: &Visitor<'_>, course: &Course, title: &str, more: &[(&str, &str)]) -> String {
    let page = send(visitor, course, title, more).await;
    assert!(page.location().starts_with(&list(course)), "{} {}", page.status, page.body);
    page.location().to_owned()
}

async fn send(visitor: &Visitor<'_>, course: &Course, title: &str, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![("course", course.id.as_str()), ("title", title)];
    if !more.iter().any(|(name, _)| *name == "body") {
        fields.push(("body", "Bring **boots**."));
    }
    fields.extend(more);
    visitor.post("/fn/post_announcement", &fields).await
}

/// What its form would send, with these fields in place of what stands there.
async fn save(visitor: &Visitor<'_>, course: &Course, path: &str, seen: &str, more: &[(&str, &str)]) -> Page {
    let number = path.rsplit('/').next().unwrap();
    let mut fields = vec![("course", course.id.as_str()), ("announcement", number), ("seen", seen)];
    fields.extend(more);
    visitor.post("/fn/save_announcement", &fields).await
}

#[tokio::test]
async fn an_announcement_is_read_in_its_course_from_its_moment_on() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let student = app.student("student").await;
    student.post("/fn/join_course", &[("course", &course.id)]).await;
    assert!(student.get(&list(&course)).await.has("No announcements yet"));
    assert!(!student.get(&course.page()).await.has("All announcements"));

    let now = post(&owner, &course, "Field trip", &[]).await;
    let later = post(&owner, &course, "Exam", &[("posted_at", "2026-11-09T10:00")]).await;
    let page = student.get(&now).await;
    assert!(page.has("<strong>boots</strong>") && page.has("<bdi>owner</bdi>"), "{}", page.body);
    assert!(!page.has("It is not mailed"), "that is for the staff");
    assert_eq!(student.get(&later).await.status, StatusCode::NOT_FOUND);
    for address in [list(&course), course.page()] {
        let page = student.get(&address).await;
        assert!(page.has("Field trip") && !page.has("Exam"), "{}", page.body);
    }
    let page = owner.get(&list(&course)).await;
    assert!(page.has("Exam") && page.has("Monday 9 November 2026, 10:00 (UTC)"), "{}", page.body);
    assert!(!owner.get(&course.page()).await.has("Exam"), "the course's page shows what is out");
    // Who only knows of the course reads none, and an announcement of another course is none of this one.
    let other = app.instructor("other").await;
    let elsewhere = other.published_course("Sand", 0).await;
    for address in [list(&course), now.clone()] {
        assert_eq!(other.get(&address).await.status, StatusCode::FORBIDDEN);
    }
    let number = now.rsplit('/').next().unwrap();
    assert_eq!(other.get(&format!("{}/{number}", list(&elsewhere))).await.status, StatusCode::NOT_FOUND);
    let foreign = [("course", elsewhere.id.as_str()), ("announcement", number)];
    assert_eq!(other.call("/fn/delete_announcement", &foreign).await.status, StatusCode::NOT_FOUND);

    app.clock.advance(8 * DAY);
    let student = app.sign_in("student").await;
    assert!(student.get(&later).await.has("Exam") && student.get(&course.page()).await.has("Exam"));
    let owner = app.sign_in("owner").await;
    let ids = [("course", course.id.as_str()), ("announcement", number)];
    assert_eq!(owner.post("/fn/delete_announcement", &ids).await.location(), list(&course));
    assert_eq!(student.get(&now).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_new_in_ones_courses_stands_on_ones_own_page() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let (ana, bo) = (app.student("ana").await, app.student("bo").await);
    ana.post("/fn/join_course", &[("course", &course.id)]).await;
    assert!(!ana.get("/").await.has("Announcements"));
    post(&owner, &course, "First", &[]).await;
    let second = post(&owner, &course, "Second", &[]).await;
    post(&owner, &course, "Exam", &[("posted_at", "2026-11-09T10:00")]).await;
    let home = ana.get("/").await;
    let at = |words: &str| home.body.find(words).unwrap_or_else(|| panic!("{words}: {}", home.body));
    assert!(at(&format!("href=\"{second}\"")) < at(">First<") && !home.has("Exam"), "{}", home.body);
    // Neither who posted them nor who is not in the course.
    for visitor in [&owner, &bo] {
        assert!(!visitor.get("/").await.has(">First<"));
    }
    // At most three; none once they are old or the course is left.
    for title in ["Third", "Fourth"] {
        post(&owner, &course, title, &[]).await;
    }
    let home = ana.get("/").await;
    assert!(home.has(">Fourth<") && home.has(">Second<") && !home.has(">First<"), "{}", home.body);
    app.clock.advance(15 * DAY);
    let ana = app.sign_in("ana").await;
    let home = ana.get("/").await;
    assert!(home.has(">Exam<") && !home.has(">Fourth<"), "{}", home.body);
    ana.post("/fn/leave_course", &[("course", &course.id)]).await;
    assert!(!ana.get("/").await.has(">Exam<"));
}

#[tokio::test]
async fn an_announcement_is_changed_once_and_stays_out_since_when_it_was() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    let path = post(&owner, &course, "Exam", &[("posted_at", "2026-11-09T10:00")]).await;
    let edit = format!("{path}/edit");
    let page = owner.get(&edit).await;
    assert!(page.has("value=\"2026-11-09T10:00\""), "{}", page.body);
    let seen = page.hidden("seen");
    let moved =
        [("title", "Exam"), ("body", "In room 2."), ("posted_at", "2026-11-08T10:00"), ("_page", edit.as_str())];
    assert_eq!(save(&owner, &course, &path, &seen, &moved).await.location(), path);
    assert!(owner.get(&path).await.has("8 November 2026, 10:00"));
    // Somebody else's window knows nothing of that.
    let theirs = [("title", "Exam"), ("body", "In room 3."), ("_page", edit.as_str())];
    assert_eq!(save(&owner, &course, &path, &seen, &theirs).await.location(), edit);
    let page = owner.get(&edit).await;
    assert!(page.has("This was saved in another window") && page.has("In room 3."), "{}", page.body);
    // What is past or never is, is refused with its reason and every word.
    for (at, words) in [("2020-01-01T10:00", "This is past."), ("2026-02-30T10:00", "enter a date and a time")] {
        let fields = [("title", "Exam"), ("body", "In room 4."), ("posted_at", at), ("_page", edit.as_str())];
        save(&owner, &course, &path, &page.hidden("seen"), &fields).await;
        let page = owner.get(&edit).await;
        assert!(page.has(words) && page.has("In room 4."), "{}", page.body);
    }
    for (name, long) in [("title", "x".repeat(121)), ("body", "x".repeat(20_001))] {
        let new = format!("{}/new", list(&course));
        let title = if name == "title" { &*long } else { "Long" };
        send(&owner, &course, title, &[("body", if name == "body" { &*long } else { "" }), ("_page", &new)]).await;
        assert!(owner.get(&new).await.has("characters, and this has"), "{name}");
    }
    assert_eq!(app.count("announcements").await, 1);

    app.clock.advance(8 * DAY);
    let owner = app.sign_in("owner").await;
    let page = owner.get(&edit).await;
    assert!(!page.has("name=\"posted_at\"") && page.has("It is out"), "{}", page.body);
    let fields = [("title", "Exam in room 5"), ("body", ""), ("posted_at", "2030-01-01T10:00")];
    assert_eq!(save(&owner, &course, &path, &page.hidden("seen"), &fields).await.location(), path);
    assert!(owner.get(&path).await.has("Posted ") && owner.get(&list(&course)).await.has("Exam in room 5"));
}

#[tokio::test]
async fn a_file_that_an_announcement_names_is_opened_by_who_may_read_that() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    let student = app.student("student").await;
    student.post("/fn/join_course", &[("course", &course.id)]).await;
    owner.upload(&course, &[("map.txt", b"Here"), ("exam.txt", b"One")], &[]).await;
    let now = post(&owner, &course, "Trip", &[("body", "[Map](files/map.txt)")]).await;
    post(&owner, &course, "Exam", &[("body", "[Exam](files/exam.txt)"), ("posted_at", "2026-11-09T10:00")]).await;
    let status =
        async |visitor: &Visitor<'_>, name: &str| visitor.get(&format!("{}/files/{name}", course.page())).await.status;
    assert_eq!(status(&student, "map.txt").await, StatusCode::OK);
    assert_eq!(status(&student, "exam.txt").await, StatusCode::NOT_FOUND);
    assert_ne!(status(&app.student("other").await, "map.txt").await, StatusCode::OK);
    let files = owner.get(&format!("{}/files", course.page())).await;
    assert!(files.has(&format!("href=\"{now}\" dir=\"auto\">Trip")), "{}", files.body);
    let seen = owner.get(&format!("{now}/edit")).await.hidden("seen");
    save(&owner, &course, &now, &seen, &[("title", "Trip"), ("body", "No map.")]).await;
    assert_eq!(status(&student, "map.txt").await, StatusCode::NOT_FOUND);
    app.clock.advance(8 * DAY);
    assert_eq!(status(&app.sign_in("student").await, "exam.txt").await, StatusCode::OK);
}

/// Everybody of a course in which mail matters, with confirmed addresses but for one.
async fn class(app: &App) -> (Visitor<'_>, Course) {
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    for name in ["each", "daily", "none", "left", "unsure", "closed"] {
        let student = app.person(name, SiteRole::Student).await;
        student.post("/fn/join_course", &[("course", &course.id)]).await;
        match name {
            "daily" | "none" => {
                let saved = student.post("/fn/save_mail_wish", &[("announcements", name)]).await;
                assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
            }
            "left" => drop(student.post("/fn/leave_course", &[("course", &course.id)]).await),
            _ => {}
        }
    }
    app.words("update users set email_verified_at = created_at where name <> 'unsure' returning name").await;
    app.words("update users set disabled_at = created_at where name = 'closed' returning name").await;
    app.words("delete from outbox returning kind").await;
    (owner, course)
}

/// To whom letters of announcements wait, and what stands in each.
async fn letters(app: &App) -> Vec<(String, String)> {
    mail_out(&app.site).await.unwrap();
    let letters = app.letters().await.into_iter().filter(|letter| letter.kind == "announcement");
    letters.map(|letter| (letter.address.replace("@uni.example", ""), letter.text)).collect()
}

#[tokio::test]
async fn an_announcement_is_mailed_once_to_who_is_in_the_course_and_wants_it() {
    let app = App::with(&MAIL).await;
    let (owner, course) = class(&app).await;
    let quiet = post(&owner, &course, "Quiet", &[]).await;
    assert!(owner.get(&quiet).await.has("It is not mailed."));
    assert!(letters(&app).await.is_empty());

    let loud = post(&owner, &course, "Loud\u{200e} news", &[("mails", "yes")]).await;
    let later = post(&owner, &course, "Later", &[("mails", "yes"), ("posted_at", "2026-11-09T10:00")]).await;
    for _ in 0..2 {
        let all = letters(&app).await;
        let to: Vec<&str> = all.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, ["each", "daily"], "the second has it in the first mail of their day");
        let (_, text) = &all[0];
        assert!(text.contains("owner announced in “Soil”:\n\nLoud") && text.contains("Bring boots."), "{text}");
        assert!(text.contains(&format!("{loud}\n")) && text.contains("/account/mail\n"), "{text}");
    }
    assert_eq!(app.words("select subject from outbox order by id").await[0], "Soil: Loud news");
    assert!(owner.get(&loud).await.has("It was mailed to who wants that."));
    assert!(owner.get(&later).await.has("It will be mailed"));

    // What comes within a day waits for the next mail of several; what is deleted meanwhile is in none.
    app.words("delete from outbox returning kind").await;
    for title in ["Two", "Three", "Four"] {
        post(&owner, &course, title, &[("mails", "yes")]).await;
    }
    let to: Vec<String> = letters(&app).await.into_iter().map(|(to, _)| to).collect();
    assert_eq!(to, ["each"; 3]);
    let three = post(&owner, &course, "Five", &[("mails", "yes")]).await;
    letters(&app).await;
    let ids = [("course", course.id.as_str()), ("announcement", three.rsplit('/').next().unwrap())];
    owner.post("/fn/delete_announcement", &ids).await;
    app.words("delete from outbox returning kind").await;
    app.clock.advance(DAY);
    let all = letters(&app).await;
    assert_eq!(all.len(), 1, "{all:?}");
    let (to, text) = &all[0];
    assert!(
        to == "daily" && text.contains("Soil: Two\nBring") && text.contains("Soil: Four") && !text.contains("Five")
    );
    assert_eq!(app.count("gathered").await, 0);
    app.clock.advance(DAY);
    assert_eq!(letters(&app).await.len(), 1, "nothing new, no mail");
}

#[tokio::test]
async fn who_wants_no_mail_any_more_gets_not_even_what_was_gathered() {
    let app = App::with(&MAIL).await;
    let (owner, course) = class(&app).await;
    for title in ["One", "Two"] {
        post(&owner, &course, title, &[("mails", "yes")]).await;
        letters(&app).await;
    }
    assert_eq!(app.count("gathered").await, 1);
    let daily = app.sign_in("daily").await;
    assert!(daily.get("/account/mail").await.has("<option value=\"daily\" selected"));
    let wrong = [("announcements", "hourly"), ("_page", "/account/mail")];
    daily.post("/fn/save_mail_wish", &wrong).await;
    assert!(daily.get("/account/mail").await.has("Choose one of these"));
    daily.post("/fn/save_mail_wish", &[("announcements", "none")]).await;
    assert_eq!(app.count("gathered").await, 0);
    // Who leaves takes the wish along, and nothing else stays.
    daily.post("/fn/prove_again", &[("password", crate::app::PASSWORD)]).await;
    assert_eq!(daily.get("/account/data.json").await.json()["mail"]["announcements"], "none");
    owner.post("/fn/prove_again", &[("password", crate::app::PASSWORD)]).await;
    assert_eq!(owner.get("/account/data.json").await.json()["announcements"][1]["title"], "Two");
    daily.post("/fn/delete_account", &[("confirm", "daily@uni.example")]).await;
    assert_eq!(app.count("mail_wishes").await, 1, "of the one who wants none");
}

#[tokio::test]
async fn a_draft_is_mailed_once_it_is_published_and_a_long_list_in_steps() {
    let app = App::cheap_with(&MAIL).await;
    let owner = app.instructor("owner").await;
    let course = owner.create_course("Soil").await;
    for number in 0..205 {
        app.words(&format!(
            "insert into users (email, email_key, name, role, created_at, changed_at, email_verified_at)
             values ('s{number}@uni.example', 's{number}@uni.example', 'S', 'student', 1, 1, 1) returning name"
        ))
        .await;
    }
    app.words(&format!(
        "insert into enrolments (course_id, user_id, role, state, since, joined_at, way)
         select {}, id, 'student', 'active', 1, 1, 'open' from users where name = 'S' returning role",
        course.id
    ))
    .await;
    post(&owner, &course, "Welcome", &[("mails", "yes")]).await;
    assert!(letters(&app).await.is_empty(), "nobody sees a draft");
    app.clock.advance(HOUR / 2);
    owner.post("/fn/publish_course", &[("course", &course.id)]).await;
    let mut to: Vec<String> = letters(&app).await.into_iter().map(|(to, _)| to).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), letters(&app).await.len()), (205, 205));
    // Two weeks later it is no news.
    let old = owner.create_course("Sand").await;
    post(&owner, &old, "Welcome", &[("mails", "yes")]).await;
    app.words(&format!("update enrolments set course_id = {} where role = 'student' returning role", old.id)).await;
    app.clock.advance(15 * DAY);
    app.sign_in("owner").await.post("/fn/publish_course", &[("course", &old.id)]).await;
    assert_eq!(letters(&app).await.len(), 205);
}

#[tokio::test]
async fn a_course_mails_ten_announcements_a_day_and_posts_as_many_as_it_likes() {
    let app = App::with(&MAIL).await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    for number in 0..10 {
        post(&owner, &course, &format!("News {number}"), &[("mails", "yes")]).await;
    }
    let new = format!("{}/new", list(&course));
    let refused = send(&owner, &course, "News 10", &[("mails", "yes"), ("_page", &new)]).await;
    assert_eq!(refused.location(), new);
    let page = owner.get(&new).await;
    assert!(
        page.has("News 10")
            && page.has("id=\"mails-error\"")
            && page.has("10 announcements of this course were mailed within a day"),
        "{}",
        page.body
    );
    post(&owner, &course, "News 10", &[]).await;
    assert_eq!(app.count("announcements").await, 11);
}
