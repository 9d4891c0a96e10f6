//! Rosters: what a list of people changes in a course, what it leaves alone, and how it is undone.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use lectern::accounts::model::SiteRole;
use lectern::db::counted;

use crate::app::{App, Course, Page, Visitor};

const MAIL: [(&str, &str); 1] = [("LECTERN_SMTP_URL", "smtp://127.0.0.1:1")];

/// A list that was read, at its address.
pub async fn read(owner: &Visitor<'_>, course: &Course, rows: &str, is_whole: bool) -> String {
    let mut fields = vec![("course", course.id.as_str()), ("rows", rows)];
    if is_whole {
        fields.push(("is_whole", "yes"));
    }
    let page = owner.post("/fn/read_roster", &fields).await;
    assert!(page.status == StatusCode::SEE_OTHER && page.location().contains("/roster/"), "{}", page.body);
    page.location().to_owned()
}

/// What its page has ticked.
fn ticked(page: &Page) -> Vec<String> {
    let boxes = page.body.split("<input ").filter(|input| input.contains("name=\"ticked[]\""));
    let boxes = boxes.map(|input| input.split('>').next().unwrap()).filter(|input| input.contains("checked"));
    boxes.map(|input| input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
}

/// Imports a list with these ticks, or with those its page has.
pub async fn import(owner: &Visitor<'_>, course: &Course, address: &str, ticks: Option<&[&str]>, tell: bool) -> Page {
    let from_page = ticked(&owner.get(address).await);
    let ticks: Vec<&str> = ticks.map_or_else(|| from_page.iter().map(String::as_str).collect(), <[&str]>::to_vec);
    let id = address.rsplit('/').next().unwrap();
    let mut fields = vec![("course", course.id.as_str()), ("roster", id)];
    fields.extend(ticks.into_iter().map(|tick| ("ticked[]", tick)));
    if tell {
        fields.push(("tell", "yes"));
    }
    owner.post("/fn/import_roster", &fields).await
}

pub async fn undo(owner: &Visitor<'_>, course: &Course, address: &str) -> StatusCode {
    let id = address.rsplit('/').next().unwrap();
    owner.call("/fn/undo_import", &[("course", &course.id), ("roster", id)]).await.status
}

/// Who is where: `name state role way`, and `address waits role`.
async fn places(app: &App) -> Vec<String> {
    let mut all = app
        .words("select u.name || ' ' || e.state || ' ' || e.role || ' ' || e.way from enrolments e join users u on u.id = e.user_id")
        .await;
    all.extend(app.words("select email || ' waits ' || role from awaited").await);
    all.sort();
    all
}

pub async fn add(owner: &Visitor<'_>, course: &Course, name: &str, role: &str, how: &str) {
    let email = format!("{name}@uni.example");
    let fields = [("course", course.id.as_str()), ("email", &email), ("role", role), ("how", how)];
    assert_eq!(owner.call("/fn/add_person", &fields).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_list_is_looked_at_imported_imported_again_and_undone() {
    let app = App::with(&MAIL).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let ada = app.person("ada", SiteRole::Student).await;
    for name in ["bo", "cy"] {
        app.person(name, SiteRole::Student).await;
    }
    add(&owner, &course, "cy", "assistant", "now").await;
    let before = places(&app).await;
    let list = "Name,Email\nAda,ada@uni.example\nBo,bo@uni.example\nCy,cy@uni.example\n\"New, Nina\",nina@uni.example\nno,address\n";
    let address = read(&owner, &course, list, false).await;
    let page = owner.get(&address).await;
    assert_eq!(places(&app).await, before, "nothing changes before somebody says so");
    assert_eq!(
        ticked(&page),
        ["add-student-ada@uni.example", "add-student-bo@uni.example", "add-student-nina@uni.example"]
    );
    assert!(page.has("Row 6") && page.has("“address” is no email address"), "{}", page.body);
    assert!(page.has("Row 4") && page.has("In the course already") && page.has("Nina New"));
    // One row is left out.
    let page =
        import(&owner, &course, &address, Some(&["add-student-ada@uni.example", "add-student-nina@uni.example"]), true)
            .await;
    assert_eq!(page.location(), address);
    assert!(owner.get(&address).await.has("2 added."));
    let after = places(&app).await;
    assert!(after.contains(&"ada active student roster".to_owned()), "{after:?}");
    assert!(after.contains(&"nina@uni.example waits student".to_owned()), "{after:?}");
    assert!(!after.iter().any(|place| place.starts_with("bo ")), "{after:?}");
    assert!(app.letter_to("ada@uni.example").await.text.contains("You are in “Rivers” now"));
    assert!(app.letter_to("nina@uni.example").await.text.contains("There is a place for you in “Rivers”"));
    assert!(ada.get(&format!("{}/lessons/lesson-1", course.page())).await.status == StatusCode::OK);
    assert!(app.words("select content from rosters where imported_at is not null").await.iter().all(String::is_empty));
    // The same once more, with the row that was left out.
    let again = read(&owner, &course, list, false).await;
    assert_eq!(ticked(&owner.get(&again).await), ["add-student-bo@uni.example"]);
    import(&owner, &course, &again, None, false).await;
    let third = read(&owner, &course, list, true).await;
    assert!(owner.get(&third).await.has("Nothing to change"));
    // The last one alone can be undone, once.
    assert_eq!(undo(&owner, &course, &address).await, StatusCode::CONFLICT);
    assert_eq!(undo(&owner, &course, &again).await, StatusCode::OK);
    assert_eq!(undo(&owner, &course, &again).await, StatusCode::CONFLICT);
    let now = places(&app).await;
    assert!(now.contains(&"bo removed student roster".to_owned()), "{now:?}");
    // And whom an import took out another puts in.
    assert_eq!(ticked(&owner.get(&read(&owner, &course, list, false).await).await), ["add-student-bo@uni.example"]);
}

#[tokio::test]
async fn undoing_puts_everybody_back_but_whose_place_has_changed_since() {
    let app = App::with(&MAIL).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    for name in ["ada", "bo", "cy", "dee", "eve", "fay"] {
        app.person(name, SiteRole::Student).await;
    }
    add(&owner, &course, "bo", "student", "invite").await;
    add(&owner, &course, "cy", "student", "now").await;
    add(&owner, &course, "dee", "assistant", "now").await;
    add(&owner, &course, "old", "student", "now").await;
    let before = places(&app).await;
    let list = "Email,Role\nada@uni.example,\nbo@uni.example,student\ndee@uni.example,student\nnew@uni.example,\nfay@uni.example,ta\neve@uni.example,";
    let address = read(&owner, &course, list, true).await;
    let page = owner.get(&address).await;
    // Staff, roles and who was put in by hand are not ticked.
    assert_eq!(
        ticked(&page),
        [
            "add-student-ada@uni.example",
            "add-student-bo@uni.example",
            "add-student-new@uni.example",
            "add-student-eve@uni.example"
        ]
    );
    let all = [
        "add-student-ada@uni.example",
        "add-student-bo@uni.example",
        "add-student-new@uni.example",
        "add-student-eve@uni.example",
        "add-assistant-fay@uni.example",
        "role-assistant-student-dee@uni.example",
        "drop-student-cy@uni.example",
        "drop-student-old@uni.example",
        // Of no row: of nobody, and of a row that says something else.
        "add-student-zed@uni.example",
        "drop-student-ada@uni.example",
    ];
    import(&owner, &course, &address, Some(&all), false).await;
    assert!(owner.get("/").await.has("2 could not be done, and are as they were."));
    assert!(app.letters().await.iter().all(|letter| !letter.text.contains("ada@")), "nobody was to be told");
    let after = places(&app).await;
    for place in [
        "bo active student roster",
        "cy removed student staff",
        "dee active student staff",
        "fay active assistant roster",
    ] {
        assert!(after.contains(&place.to_owned()), "{place}: {after:?}");
    }
    assert!(!after.iter().any(|place| place.starts_with("old@")), "{after:?}");
    // Two places change by hand, and an account is made for an address that waits.
    let block = [("course", course.id.as_str()), ("person", &owner.member_id(&course, "eve").await)];
    owner.post("/fn/block_person", &block).await;
    add(&owner, &course, "cy", "student", "now").await;
    app.person("new", SiteRole::Student).await;
    assert!(places(&app).await.contains(&"new active student roster".to_owned()));
    assert_eq!(undo(&owner, &course, &address).await, StatusCode::OK);
    let mut expected: Vec<String> = before.into_iter().filter(|place| !place.starts_with("cy ")).collect();
    expected.extend(
        [
            "ada removed student roster",
            "new removed student roster",
            "fay removed assistant roster",
            "eve blocked student roster",
            "cy active student staff",
        ]
        .map(str::to_owned),
    );
    expected.sort();
    assert_eq!(places(&app).await, expected);
}

#[tokio::test]
async fn seats_go_to_who_waits_and_who_comes_by_a_list_stands_in_line() {
    let app = App::with(&MAIL).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "2"), ("waitlist", "yes")]).await;
    let first = read(&owner, &course, "ada@uni.example\nbo@uni.example", false).await;
    for name in ["ada", "bo", "cy", "dee"] {
        app.person(name, SiteRole::Student).await;
    }
    import(&owner, &course, &first, None, false).await;
    let cy = app.sign_in("cy").await;
    cy.post("/fn/join_course", &[("course", &course.id)]).await;
    // One goes and one comes: the seat is for who has waited.
    let second = read(&owner, &course, "ada@uni.example\ndee@uni.example", true).await;
    assert_eq!(ticked(&owner.get(&second).await), ["add-student-dee@uni.example", "drop-student-bo@uni.example"]);
    import(&owner, &course, &second, None, false).await;
    assert!(owner.get("/").await.has("1 of them waits in line: all seats are taken."));
    let states = app.words("select u.name || ' ' || e.state from enrolments e join users u on u.id = e.user_id where e.role = 'student' order by 1").await;
    assert_eq!(states, ["ada active", "bo removed", "cy active", "dee waitlisted"]);
    assert!(app.letter_to("cy@uni.example").await.text.contains("You are in “Rivers” now"), "who moves up hears of it");
    // Undone, nobody is pushed out for who comes back: they stand in line.
    assert_eq!(undo(&owner, &course, &second).await, StatusCode::OK);
    let states = app.words("select u.name || ' ' || e.state from enrolments e join users u on u.id = e.user_id where e.role = 'student' order by 1").await;
    assert_eq!(states, ["ada active", "bo waitlisted", "cy active", "dee removed"]);
}

#[tokio::test]
async fn what_goes_out_comes_in_again_and_changes_nothing() {
    let app = App::with(&MAIL).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_joining(&course, &[("capacity", "4"), ("waitlist", "yes")]).await;
    for (name, called) in
        [("ada", "=HYPERLINK(\"x\")"), ("bo", "Łukasz, \"Luke\""), ("cy", "نور"), ("dee", "'Dee"), ("eve", "-Eve")]
    {
        let visitor = app.person(name, SiteRole::Student).await;
        visitor.post("/fn/save_profile", &[("name", called)]).await;
        visitor.post("/fn/join_course", &[("course", &course.id)]).await;
    }
    add(&owner, &course, "nobody", "student", "now").await;
    app.person("tea", SiteRole::Student).await;
    add(&owner, &course, "tea", "assistant", "now").await;
    let csv = owner.get(&format!("{}/people.csv", course.page())).await;
    assert_eq!(csv.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"people.csv\"");
    assert!(csv.body.contains("\"'=HYPERLINK(\"\"x\"\")\"") && csv.body.contains("\"'-Eve\","), "{}", csv.body);
    assert!(
        csv.body.lines().skip(1).all(|line| !line.trim_start_matches('"').starts_with(['=', '+', '-', '@'])),
        "{}",
        csv.body
    );
    assert_eq!(csv.body.lines().count(), 1 + 1 + 5 + 1 + 1);
    let page = owner.get(&read(&owner, &course, &csv.body, true).await).await;
    assert!(page.has("Nothing to change") && !page.has("Cannot be done:"), "{}", page.body);
    assert!(app.words("select event from audit_events").await.contains(&"sensitive_read".to_owned()));
    // A page of another site cannot have it sent for.
    let request = owner
        .request(Method::GET, &format!("{}/people.csv", course.page()))
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "no-cors");
    assert_eq!(owner.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::FORBIDDEN);
}

/// A form with a file, as a browser sends it.
async fn send_file(owner: &Visitor<'_>, course: &Course, file: &[u8]) -> Page {
    let fields = owner
        .with_token(&[
            ("course", &course.id),
            ("rows", "typed@uni.example"),
            ("_page", &format!("{}/roster", course.page())),
        ])
        .await;
    let mut body = Vec::new();
    for (name, value) in form_urlencoded::parse(fields.as_bytes()) {
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"rows\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--edge--\r\n");
    let mut request = owner.form("/fn/read_roster", &[]).body(Body::from(body)).unwrap();
    request.headers_mut().insert(header::CONTENT_TYPE, "multipart/form-data; boundary=edge".parse().unwrap());
    owner.send(request).await
}

#[tokio::test]
async fn a_file_is_read_whatever_its_letters_and_one_that_is_none_is_refused() {
    let app = App::cheap().await;
    let owner = app.instructor("ines").await;
    let course = owner.published_course("Rivers", 1).await;
    for file in
        [&b"Name;Email\nJ\xfcrgen;j@uni.example\n"[..], b"\xef\xbb\xbfName;Email\r\nJ\xc3\xbcrgen;j@uni.example\r\n"]
    {
        let page = send_file(&owner, &course, file).await;
        let page = owner.get(page.location()).await;
        assert!(page.has("Jürgen") && !page.has("typed@uni.example"), "{}", page.body);
    }
    let refused = send_file(&owner, &course, b"PK\x03\x04\x14\0\x06\0").await;
    assert!(refused.location().ends_with("/roster"), "{}", refused.location());
    assert!(owner.get(&format!("{}/roster", course.page())).await.has("That file is no text"));
    // No other form takes a file, and a form that is cut off is none.
    let mut cut = owner.form("/fn/add_person", &[]).body(Body::from("--edge")).unwrap();
    cut.headers_mut().insert(header::CONTENT_TYPE, "multipart/form-data; boundary=edge".parse().unwrap());
    assert_eq!(owner.send(cut).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_refused_list_comes_back_and_one_that_is_too_long_says_how_long_it_is() {
    let app = App::cheap().await;
    let owner = app.instructor("ines").await;
    let course = owner.published_course("Rivers", 1).await;
    let address = format!("{}/roster", course.page());
    for (rows, words) in [
        (String::new(), "Paste a list or choose a file with one"),
        ("x@uni.example\n".repeat(50_000), "A list can have 2,000 rows, and this has 50,000. Import it in parts"),
        ("x@uni.example\n".repeat(100_000), "A list can have 1,000,000 bytes, and this has 1,400,000"),
    ] {
        let fields = [("course", course.id.as_str()), ("rows", &rows), ("is_whole", "yes"), ("_page", &address)];
        let refused = owner.post("/fn/read_roster", &fields).await;
        assert_eq!(refused.location(), address);
        let page = owner.get(&address).await;
        assert!(page.has(words));
        assert!(page.body.contains(rows.lines().next().unwrap_or_default()), "what was pasted is lost");
    }
    // Nothing ticked, nothing done; ticks that were sent come back.
    let read = read(&owner, &course, "ada@uni.example\nbo@uni.example", false).await;
    let id = read.rsplit('/').next().unwrap();
    let none = [("course", course.id.as_str()), ("roster", id), ("_page", &read)];
    assert_eq!(owner.post("/fn/import_roster", &none).await.location(), read);
    assert!(owner.get(&read).await.has("Tick at least one row"));
    // Which column has the addresses must be said.
    let columns =
        |key: &'static str| [("course", course.id.as_str()), ("roster", id), ("columns[]", key), ("_page", &read)];
    assert_eq!(owner.post("/fn/save_columns", &columns("name")).await.location(), read);
    assert!(owner.get(&read).await.has("Say which column has the email addresses"));
    assert_eq!(owner.call("/fn/save_columns", &columns("email")).await.status, StatusCode::OK);
    // A list of one course is none of another.
    let other = owner.published_course("Lakes", 1).await;
    assert_eq!(owner.get(&format!("{}/roster/{id}", other.page())).await.status, StatusCode::NOT_FOUND);
    let elsewhere = [("course", other.id.as_str()), ("roster", id), ("ticked[]", "add-student-ada@uni.example")];
    assert_eq!(owner.call("/fn/import_roster", &elsewhere).await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.call("/fn/forget_roster", &[("course", &course.id), ("roster", id)]).await.status, StatusCode::OK);
    assert_eq!(owner.get(&read).await.status, StatusCode::NOT_FOUND);
}

/// Mission: no page makes a number of queries that grows with its rows.
#[tokio::test]
async fn a_long_list_is_read_with_as_many_questions_as_a_short_one() {
    let app = App::cheap().await;
    let owner = app.instructor("ines").await;
    let course = owner.published_course("Rivers", 1).await;
    let list = |many: usize| {
        (0..many).fold(String::new(), |mut list, number| {
            let _ = writeln!(list, "Person {number},person{number}@uni.example");
            list
        })
    };
    let short = read(&owner, &course, &list(2), false).await;
    let long = read(&owner, &course, &list(500), false).await;
    let ((one, few), (other, many)) = (counted(owner.get(&short)).await, counted(owner.get(&long)).await);
    assert_eq!((ticked(&one).len(), ticked(&other).len()), (2, 500));
    assert_eq!(few, many);
}

#[tokio::test]
async fn who_makes_no_owners_makes_none_by_undoing_an_import() {
    let app = App::with(&MAIL).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    let instructor = app.person("ivo", SiteRole::Instructor).await;
    add(&owner, &course, "ivo", "instructor", "now").await;
    app.person("ada", SiteRole::Student).await;
    add(&owner, &course, "ada", "owner", "invite").await;
    add(&owner, &course, "nobody", "owner", "now").await;
    // An owner whose place waits is changed by who makes owners alone.
    let list = "Email,Role\nada@uni.example,student\nnobody@uni.example,student\n";
    let address = read(&instructor, &course, list, false).await;
    let ticks = ["add-student-ada@uni.example", "role-owner-student-nobody@uni.example"];
    import(&instructor, &course, &address, Some(&ticks), false).await;
    let now = places(&app).await;
    assert!(now.contains(&"nobody@uni.example waits owner".to_owned()), "{now:?}");
    assert!(now.contains(&"ada active student roster".to_owned()), "{now:?}");
    // What the import took from an invited owner it gives back by who makes owners alone.
    assert_eq!(undo(&instructor, &course, &address).await, StatusCode::OK);
    assert!(places(&app).await.contains(&"ada active student roster".to_owned()));
}

#[tokio::test]
async fn who_had_asked_asks_again_with_their_words_and_keeps_their_turn() {
    let app = App::with(&MAIL).await;
    let owner = app.person("ines", SiteRole::Instructor).await;
    let course = owner.published_course("Rivers", 1).await;
    owner.set_switches(&course, &["listed", "open", "approval"]).await;
    let ada = app.person("ada", SiteRole::Student).await;
    ada.post("/fn/join_course", &[("course", &course.id), ("words", "I like water.")]).await;
    let asked = "select cast(since as text) || words || way || state from enrolments where state = 'requested'";
    let before = app.words(asked).await;
    app.clock.advance(60_000);
    let address = read(&owner, &course, "ada@uni.example", false).await;
    import(&owner, &course, &address, None, false).await;
    assert!(app.words(asked).await.is_empty());
    // Who is taken out by hand since is not brought back into the line of those who ask.
    app.clock.advance(60_000);
    assert_eq!(undo(&owner, &course, &address).await, StatusCode::OK);
    assert_eq!(app.words(asked).await, before);
    // Removed and put back by hand: that is not the import's any more.
    let address = read(&owner, &course, "ada@uni.example", false).await;
    import(&owner, &course, &address, None, false).await;
    app.clock.advance(60_000);
    let person = owner.member_id(&course, "ada").await;
    let ada_is = [("course", course.id.as_str()), ("person", person.as_str())];
    owner.post("/fn/remove_person", &ada_is).await;
    owner.post("/fn/put_back", &ada_is).await;
    assert_eq!(undo(&owner, &course, &address).await, StatusCode::OK);
    assert!(
        owner
            .get(&address)
            .await
            .has("1 stays: their place has changed since, there is no seat, or their address is blocked.")
    );
    assert!(places(&app).await.iter().any(|place| place.starts_with("ada active")));
}
