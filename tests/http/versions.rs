//! Texts of lessons: looked at before they are saved, kept after, and two people writing at once.

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;

use crate::app::{App, Course, Page, Visitor};

/// A lesson's form as its page has it now, with another text.
async fn fields(owner: &Visitor<'_>, course: &Course, body: &str) -> Vec<(&'static str, String)> {
    let edit = owner.get(&format!("{}/lessons/lesson-1/edit", course.page())).await;
    [
        ("course", course.id.clone()),
        ("lesson", edit.hidden("lesson")),
        ("seen", edit.hidden("seen")),
        ("title", "Lesson 1".to_owned()),
        ("summary", String::new()),
        ("body", body.to_owned()),
        ("published", "yes".to_owned()),
        ("_page", format!("{}/lessons/lesson-1/edit", course.page())),
    ]
    .into()
}

async fn send(owner: &Visitor<'_>, action: &str, fields: &[(&'static str, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    owner.post(action, &fields).await
}

async fn save(owner: &Visitor<'_>, course: &Course, body: &str) {
    let page = send(owner, "/fn/save_lesson", &fields(owner, course, body).await).await;
    assert!(page.location().ends_with("/lessons/lesson-1"), "{} {}", page.status, page.location());
}

/// Where the versions' own pages are, the last first.
async fn versions(owner: &Visitor<'_>, course: &Course) -> Vec<String> {
    let list = owner.get(&format!("{}/lessons/lesson-1/versions", course.page())).await;
    let links = list.body.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    links.filter(|link| link.contains("/versions/")).collect()
}

#[tokio::test]
async fn a_text_is_looked_at_before_it_is_saved_and_nothing_is_lost() {
    let app = App::cheap().await;
    let owner = app.instructor("ines").await;
    let course = owner.published_course("Rivers", 1).await;
    let address = format!("{}/lessons/lesson-1/edit", course.page());
    let typed = fields(&owner, &course, "## Spring\n\nWater, $x^2$.").await;
    let shown = send(&owner, "/fn/preview_lesson", &typed).await;
    assert_eq!(shown.location(), format!("{address}#preview"));
    let page = owner.get(&address).await;
    assert!(page.has("<h2 id=\"preview-spring\">Spring</h2>") && page.has("<msup>"), "{}", page.body);
    assert!(page.has("## Spring\n\nWater, $x^2$.</textarea>"), "what was typed is lost");
    assert!(!owner.get(&format!("{}/lessons/lesson-1", course.page())).await.has("Spring"), "it was saved");
    // A new lesson has the same button, and keeps its own words.
    let new = format!("{}/lessons/new", course.page());
    let fields_of_new =
        [("course", course.id.as_str()), ("title", "Deltas"), ("summary", ""), ("body", "**wide**"), ("_page", &new)];
    owner.post("/fn/preview_lesson", &fields_of_new).await;
    let page = owner.get(&new).await;
    assert!(page.has("<strong>wide</strong>") && page.has("value=\"Deltas\""), "{}", page.body);
    // A script gets the text itself, and what is refused is said beside its field.
    let html = owner.call("/fn/preview_lesson", &[("course", &course.id), ("body", "a **b**")]).await;
    assert!(html.body.contains("<strong>b</strong>"), "{}", html.body);
    let long = "x".repeat(200_001);
    let too_long = [("course", course.id.as_str()), ("body", &long), ("_page", &address)];
    assert_eq!(owner.post("/fn/preview_lesson", &too_long).await.location(), address);
    let page = owner.get(&address).await;
    assert!(page.has("Text can hold 200,000 characters, and this has 200,001") && !page.has("preview shown"));
}

#[tokio::test]
async fn each_save_keeps_a_version_and_any_of_them_comes_back() {
    let app = App::cheap().await;
    let owner = app.instructor("ines").await;
    let course = owner.published_course("Rivers", 1).await;
    save(&owner, &course, "The spring.\n\nThe brook.").await;
    save(&owner, &course, "The spring.\n\nThe river.").await;
    // What only changes who can read it is no other text.
    let mut hidden = fields(&owner, &course, "The spring.\n\nThe river.").await;
    hidden.retain(|(name, _)| *name != "published");
    assert!(send(&owner, "/fn/save_lesson", &hidden).await.location().ends_with("/lesson-1"));
    save(&owner, &course, "The spring.\n\nThe river.").await;
    let links = versions(&owner, &course).await;
    assert_eq!(links.len(), 3, "{links:?}");
    let page = owner.get(&links[1]).await;
    assert!(page.has("What this version changed") && page.has("What has changed since"), "{}", page.body);
    assert!(page.has("<mark>brook</mark>") && page.has("<mark>river</mark>"), "{}", page.body);
    let last = owner.get(&links[0]).await;
    assert!(last.has("This is how the lesson stands.") && !last.has("/fn/restore_version"));
    let id = links[1].rsplit('/').next().unwrap();
    let lesson = page.hidden("lesson");
    let back = [("course", course.id.as_str()), ("lesson", &lesson), ("version", id)];
    assert_eq!(
        owner.post("/fn/restore_version", &back).await.location(),
        format!("{}/lessons/lesson-1", course.page())
    );
    assert!(owner.get(&format!("{}/lessons/lesson-1", course.page())).await.has("The brook."));
    assert_eq!(versions(&owner, &course).await.len(), 4, "what stood there is kept as well");
    // A version of one lesson is none of another, and a course's are none of another course.
    let other = owner.published_course("Lakes", 1).await;
    let elsewhere = owner.get(&format!("{}/lessons/lesson-1/versions/{id}", other.page())).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    let elsewhere = [("course", other.id.as_str()), ("lesson", &lesson), ("version", id)];
    assert_eq!(owner.call("/fn/restore_version", &elsewhere).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_lesson_from_before_versions_were_kept_keeps_its_first_text_and_the_oldest_go() {
    let app = App::cheap().await;
    let owner = app.instructor("ines").await;
    let course = owner.published_course("Rivers", 1).await;
    app.words("delete from lesson_versions returning title").await;
    assert!(owner.get(&format!("{}/lessons/lesson-1/versions", course.page())).await.has("No earlier text yet"));
    save(&owner, &course, "Another text.").await;
    let links = versions(&owner, &course).await;
    assert_eq!(links.len(), 2);
    assert!(owner.get(&links[1]).await.has("It is the oldest that is kept."));
    for number in 0..105 {
        save(&owner, &course, &format!("Text {number}.")).await;
    }
    assert_eq!(app.count("lesson_versions").await, 100);
    for number in 0..30 {
        save(&owner, &course, &format!("{number}{}", "x".repeat(190_000))).await;
    }
    let long = app.words("select cast(sum(length(body)) as text) from lesson_versions").await;
    assert!(long[0].parse::<i64>().unwrap() <= 4_000_000, "{long:?}");
}

#[tokio::test]
async fn who_saves_second_is_shown_both_texts_and_nothing_is_overwritten_unseen() {
    let app = App::cheap().await;
    let owner = app.instructor("ines").await;
    let course = owner.published_course("Rivers", 1).await;
    let second = app.person("ivo", SiteRole::Instructor).await;
    let add = [("course", course.id.as_str()), ("email", "ivo@uni.example"), ("role", "instructor")];
    owner.post("/fn/add_person", &add).await;
    let typed = fields(&second, &course, "What Ivo wrote.").await;
    save(&owner, &course, "What Ines wrote.").await;
    let address = format!("{}/lessons/lesson-1/edit", course.page());
    assert_eq!(send(&second, "/fn/save_lesson", &typed).await.location(), address);
    let page = second.get(&address).await;
    assert!(page.has("Both texts") && page.has("<bdi>ines</bdi>"), "{}", page.body);
    assert!(page.has("<mark>Ines</mark>") && page.has("<mark>Ivo</mark>"), "{}", page.body);
    assert!(page.has("What Ivo wrote.</textarea>"), "what was typed is lost");
    assert!(owner.get(&format!("{}/lessons/lesson-1", course.page())).await.has("What Ines wrote."));
    // Having seen both, they may; the other's text stays a version.
    let mut again = typed;
    again[2].1 = page.hidden("seen");
    assert!(send(&second, "/fn/save_lesson", &again).await.location().ends_with("/lesson-1"));
    assert!(owner.get(&versions(&owner, &course).await[1]).await.has("What Ines wrote."));
}
