//! How many questions a page asks of the database: as many for a long list as for a short one.

use lectern::accounts::model::SiteRole;
use lectern::clock::SECOND;
use lectern::db::counted;

use crate::app::{App, Course, Visitor};
use crate::rosters;

/// A course with so many people in each state, and so many lessons, that its owner and one of its students look at.
async fn course_of(app: &App, owner: &Visitor<'_>, title: &str, many: usize) -> Course {
    let course = owner.published_course(title, many).await;
    let of = ("course", course.id.as_str());
    let add = async |name: String, how: &str| {
        let email = format!("{name}@uni.example");
        owner.post("/fn/add_person", &[of, ("email", &email), ("role", "student"), ("how", how)]).await;
    };
    for number in 0..many {
        for (state, how) in [("in", "now"), ("out", "now"), ("asked", "invite"), ("nobody", "now")] {
            let name = format!("{state}{number}{}", course.slug);
            if state != "nobody" {
                app.person(&name, SiteRole::Student).await;
            }
            add(name, how).await;
        }
    }
    for number in 0..many {
        let list = rosters::read(owner, &course, &format!("email\nlisted{number}@uni.example"), false).await;
        assert_eq!(rosters::import(owner, &course, &list, None, false).await.status, 303);
        app.clock.advance(10 * SECOND);
    }
    let seats = many * 2;
    owner.set_joining(&course, &[("capacity", &seats.to_string()), ("waitlist", "yes")]).await;
    for number in 0..many {
        add(format!("line{number}"), "now").await;
        let visitor = app.person(&format!("line{number}{}", course.slug), SiteRole::Student).await;
        visitor.post("/fn/join_course", &[of]).await;
    }
    for number in 0..many {
        owner.post("/fn/post_announcement", &[of, ("title", &format!("News {number}")), ("body", "")]).await;
        owner.upload(&course, &[(&format!("f{number}.txt"), b"x")], &[]).await;
        let form = owner.get(&format!("{}/lessons/lesson-1/edit", course.page())).await;
        let (lesson, seen, body) = (form.hidden("lesson"), form.hidden("seen"), format!("Text {number}."));
        let text = [("title", "Lesson 1"), ("body", &*body), ("published", "yes")];
        owner.post("/fn/save_lesson", &[&[of, ("lesson", &*lesson), ("seen", &*seen)], &text[..]].concat()).await;
    }
    let seen = owner.seen(&course).await;
    let text = [("title", title), ("summary", "A summary"), ("description", ""), ("open", "ask"), ("seen", &seen)];
    owner.post("/fn/save_course", &[&[of], &text[..]].concat()).await;
    for number in 0..many {
        let visitor = app.person(&format!("wants{number}{}", course.slug), SiteRole::Student).await;
        visitor.post("/fn/join_course", &[of, ("words", "Please.")]).await;
    }
    course
}

/// Mission: no page makes a number of queries that grows with its rows.
#[tokio::test]
async fn a_page_asks_as_many_questions_for_a_long_list_as_for_a_short_one() {
    let app = App::cheap().await;
    let (one, other) = (app.instructor("one").await, app.instructor("other").await);
    let (short, long) = (course_of(&app, &one, "Short", 1).await, course_of(&app, &other, "Long", 12).await);
    let pages = [
        "/courses",
        "/",
        "{}",
        "{}/lessons",
        "{}/lessons/lesson-1",
        "{}/lessons/lesson-1/versions",
        "{}/edit",
        "{}/files",
        "{}/copy",
        "{}/announcements",
        "{}/announcements/new",
        "/account/mail",
        "{}/joining",
        "{}/people",
        "{}/people?state=requested",
        "{}/people?state=waitlisted",
        "{}/people?state=invited",
        "{}/people?sort=joined&q=uni",
        "{}/people/awaited",
        "{}/roster",
        "{}/progress",
        "/search?q=lesson",
    ];
    // When somebody was last seen is written once a minute, and is no question of a page's.
    for visitor in [&one, &other] {
        visitor.get("/account").await;
    }
    for page in pages {
        let ask = async |visitor: &Visitor<'_>, course: &Course| {
            let (page, asked) = counted(visitor.get(&page.replace("{}", &course.page()))).await;
            assert_eq!(page.status, 200, "{}", page.body);
            asked
        };
        let (few, many) = (ask(&one, &short).await, ask(&other, &long).await);
        assert!(few > 1, "{page} asked {few}: nobody counted");
        assert_eq!(few, many, "{page}");
    }
    // Of one person, for the staff, and for the student who has read all there is.
    let of_one = async |owner: &Visitor<'_>, course: &Course| {
        let name = format!("in0{}", course.slug);
        let (person, student) = (owner.member_id(course, &name).await, app.sign_in(&name).await);
        let lessons = format!("select cast(id as text) from lessons where course_id = {}", course.id);
        for lesson in app.words(&lessons).await {
            student.post("/fn/mark_read", &[("course", &course.id), ("lesson", &lesson)]).await;
        }
        let mut all = Vec::new();
        for (visitor, path) in [
            (owner, format!("/people/{person}")),
            (owner, format!("/people/{person}/why")),
            (owner, format!("/view-as?person={person}")),
            (&student, String::new()),
            (&student, "/lessons/lesson-1".to_owned()),
            (&student, "/announcements".to_owned()),
            (&student, "/mine".to_owned()),
        ] {
            let (page, asked) = counted(visitor.get(&format!("{}{path}", course.page()))).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            all.push(asked);
        }
        all
    };
    assert_eq!(of_one(&one, &short).await, of_one(&other, &long).await);
    // Several people at once are found in one question, however many they are.
    let picked = async |visitor: &Visitor<'_>, course: &Course, names: &str| {
        let list = visitor.get(&format!("{}/people?q={names}", course.page())).await;
        let ids = list.body.split("name=\"picked\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let query: Vec<String> = ids.map(|id| format!("&picked={id}")).collect();
        let address = format!("{}/people/picked?what=remove{}", course.page(), query.concat());
        (query.len(), counted(visitor.get(&address)).await.1)
    };
    let ((a, few), (b, many)) = (picked(&one, &short, "in0").await, picked(&other, &long, "in").await);
    assert!(b > a && few == many, "{few} questions for {a}, {many} for {b}");
}

/// The pages that show what is of several courses, before and after there are more of them, to the same person.
#[tokio::test]
async fn pages_of_many_courses_ask_as_many_questions_as_those_of_one() {
    let app = App::cheap().await;
    let owner = app.instructor("owner").await;
    let (student, other) = (app.student("student").await, app.student("other").await);
    let more = async |title: &str| {
        let course = owner.published_course(title, 2).await;
        let of = ("course", course.id.as_str());
        student.post("/fn/join_course", &[of]).await;
        owner.post("/fn/post_announcement", &[of, ("title", "News"), ("body", "")]).await;
        let left = owner.published_course(&format!("{title} left"), 1).await;
        student.post("/fn/join_course", &[("course", &left.id)]).await;
        student.post("/fn/leave_course", &[("course", &left.id)]).await;
        let full = owner.published_course(&format!("{title} full"), 1).await;
        owner.set_joining(&full, &[("capacity", "1"), ("waitlist", "yes")]).await;
        for visitor in [&other, &student] {
            visitor.post("/fn/join_course", &[("course", &full.id)]).await;
        }
    };
    let ask = async || {
        let mut all = Vec::new();
        for page in ["/", "/courses", "/courses/first", "/search?q=lesson", "/account/mail"] {
            for visitor in [&owner, &student] {
                let (answer, asked) = counted(visitor.get(page)).await;
                assert_eq!(answer.status, 200, "{page}: {}", answer.body);
                all.push((page, asked));
            }
        }
        all
    };
    more("First").await;
    let few = ask().await;
    for number in 0..6 {
        more(&format!("More {number}")).await;
    }
    let home = student.get("/").await;
    assert!(home.has("Waiting") && home.has("Before") && home.has("Announcements"), "{}", home.body);
    assert_eq!(few, ask().await);
}
