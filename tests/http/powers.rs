//! Every address as every kind of caller, compared with `powers.txt`, which a reviewer can read. An address without a
//! row fails; a check taken away shows as a changed word. `LECTERN_BLESS=1` writes what is true into the file.
//!
//! Each request is made on a fresh copy of one small world, once as a plain form or page and once as a script's call.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::http::{Method, StatusCode};
use lectern::app::App as Pages;
use lectern::http::router::PLAIN_ROUTES;
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::generate_route_list;

use crate::app::{App, Course, PASSWORD, Page, Visitor, task};

const TABLE: &str = include_str!("powers.txt");

pub const KINDS: [&str; 13] = [
    "anonymous",
    "student",
    "invited",
    "asks",
    "waiting",
    "enrolled",
    "left",
    "blocked",
    "other",
    "assistant",
    "instructor",
    "owner",
    "admin",
];

/// Whom the published course knows in some other way than as one of its own. To everything else they are students like any other, and are
/// not asked once more: each change is made on a copy of the whole database.
pub const STUDENTS_ELSEWHERE: [&str; 5] = ["invited", "asks", "waiting", "left", "blocked"];

/// Everybody, and what they can lay hands on.
pub struct World {
    pub app: App,
    pub published: Course,
    pub draft: Course,
    /// The id of a student, of a member of the course, of a lesson, of somebody's sign-in; a link for somebody new.
    pub someone: String,
    lesson: String,
    seen: String,
    published_seen: String,
    draft_seen: String,
    pub sign_in: String,
    link: String,
    /// Who asks to join, and who is blocked; the course's join code.
    asks: String,
    blocked: String,
    code: String,
    /// Of the published course and of the draft: a list that was read, and one that was imported.
    rosters: [[String; 2]; 2],
    /// Of the lesson.
    version: String,
    /// Of the published course.
    module: String,
    announcement: String,
    announcement_seen: String,
}

impl World {
    pub async fn make() -> (Self, Vec<(&'static str, Vec<(String, String)>)>) {
        let app = App::start().await;
        let admin = app.admin("admin").await;
        let owner = app.instructor("owner").await;
        let other = app.instructor("other").await;
        let instructor = app.instructor("instructor").await;
        let student = app.student("student").await;
        let enrolled = app.student("enrolled").await;
        let assistant = app.student("assistant").await;
        app.student("someone").await;
        let published = owner.published_course("Published", 2).await;
        let draft = owner.create_course("Draft").await;
        for course in [&published, &draft] {
            for (email, role) in [("instructor@uni.example", "instructor"), ("assistant@uni.example", "assistant")] {
                owner.post("/fn/add_person", &[("course", &course.id), ("email", email), ("role", role)]).await;
            }
            owner
                .post(
                    "/fn/add_person",
                    &[("course", &course.id), ("email", "enrolled@uni.example"), ("role", "student")],
                )
                .await;
            owner
                .post(
                    "/fn/add_person",
                    &[("course", &course.id), ("email", "someone@uni.example"), ("role", "student")],
                )
                .await;
        }
        owner
            .post("/fn/add_lesson", &[("course", &draft.id), ("title", "Lesson 1"), ("body", ""), ("published", "yes")])
            .await;
        // Named in a lesson of each.
        for course in [&published, &draft] {
            owner.upload(course, &[("notes.txt", b"Notes")], &[]).await;
            let address = format!("{}/lessons/lesson-1/edit", course.page());
            let page = owner.get(&address).await;
            let (lesson, seen) = (page.hidden("lesson"), page.hidden("seen"));
            let fields = [
                ("course", &*course.id),
                ("lesson", &lesson),
                ("seen", &seen),
                ("title", "Lesson 1"),
                ("published", "yes"),
            ];
            owner.post("/fn/save_lesson", &[&fields[..], &[("body", "[Notes](files/notes.txt)")]].concat()).await;
        }
        owner.post("/fn/add_module", &[("course", &published.id), ("title", "Week 1")]).await;
        let module = app.words("select cast(id as text) from modules").await.remove(0);
        let posted = [("course", published.id.as_str()), ("title", "News"), ("body", "Words")];
        let posted = owner.post("/fn/post_announcement", &posted).await;
        let announcement = posted.location().rsplit('/').next().unwrap().to_owned();
        let announcement_seen = owner.get(&format!("{}/edit", posted.location())).await.hidden("seen");
        let others = Self::everybody_else(&app, &owner, &published, &draft).await;
        let code = owner.code_of(&published).await;
        let rosters = [Self::rosters(&owner, &published).await, Self::rosters(&owner, &draft).await];
        let (asks, blocked) = (admin.id_of("asks").await, admin.id_of("blocked").await);
        let edit = owner.get(&format!("{}/lessons/lesson-1/edit", published.page())).await;
        let sign_in = {
            app.sign_in("someone").await;
            let page = app.sign_in("someone").await.get("/account/sessions").await;
            page.hidden("sign_in")
        };
        let link = {
            use lectern::id::UserId;
            let mut write = app
                .site
                .db
                .begin_write(std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system()))
                .await
                .unwrap();
            let user = UserId(admin.id_of("someone").await.parse().unwrap());
            let token = task().admin(&mut write).make_set_up_link(Some(user)).await.unwrap();
            write.commit().await.unwrap();
            token
        };
        let (published_seen, draft_seen) = (owner.seen(&published).await, owner.seen(&draft).await);
        let someone = admin.id_of("someone").await;
        let (lesson, seen) = (edit.hidden("lesson"), edit.hidden("seen"));
        let version = app
            .words(&format!("select cast(id as text) from lesson_versions where lesson_id = {lesson}"))
            .await
            .remove(0);
        let [invited, asking, in_line, left, out] = others;
        let everybody = [
            ("anonymous", app.anonymous().jar()),
            ("student", student.jar()),
            ("invited", invited),
            ("asks", asking),
            ("waiting", in_line),
            ("enrolled", enrolled.jar()),
            ("left", left),
            ("blocked", out),
            ("other", other.jar()),
            ("assistant", assistant.jar()),
            ("instructor", instructor.jar()),
            ("owner", owner.jar()),
            ("admin", admin.jar()),
        ]
        .to_vec();
        drop((admin, owner, other, instructor, student, enrolled, assistant));
        let world = Self {
            published_seen,
            draft_seen,
            published,
            draft,
            someone,
            lesson,
            seen,
            sign_in,
            link,
            asks,
            blocked,
            code,
            rosters,
            version,
            module,
            announcement,
            announcement_seen,
            app,
        };
        (world, everybody)
    }

    /// One person in each state but active, an address that waits, and a join code. Two seats, both taken.
    async fn everybody_else(
        app: &App,
        owner: &Visitor<'_>,
        published: &Course,
        draft: &Course,
    ) -> [Vec<(String, String)>; 5] {
        let [invited, asks, in_line, left, blocked] = [
            app.student("invited").await,
            app.student("asks").await,
            app.student("waiting").await,
            app.student("left").await,
            app.student("blocked").await,
        ];
        for visitor in [&left, &blocked] {
            visitor.post("/fn/join_course", &[("course", &published.id)]).await;
        }
        left.post("/fn/leave_course", &[("course", &published.id)]).await;
        let id = owner.member_id(published, "blocked").await;
        owner.post("/fn/block_person", &[("course", &published.id), ("person", &id)]).await;
        for course in [published, draft] {
            for email in ["invited@uni.example", "nobody@uni.example"] {
                let fields = [("course", course.id.as_str()), ("email", email), ("role", "student"), ("how", "invite")];
                owner.post("/fn/add_person", &fields).await;
            }
        }
        owner.set_joining(published, &[("capacity", "2"), ("waitlist", "yes")]).await;
        in_line.post("/fn/join_course", &[("course", &published.id)]).await;
        owner.set_switches(published, &["listed", "open", "approval"]).await;
        asks.post("/fn/join_course", &[("course", &published.id)]).await;
        owner.set_switches(published, &["listed", "open"]).await;
        owner.post("/fn/make_join_code", &[("course", &published.id), ("code_until", ""), ("code_most", "")]).await;
        [invited.jar(), asks.jar(), in_line.jar(), left.jar(), blocked.jar()]
    }

    async fn rosters(owner: &Visitor<'_>, course: &Course) -> [String; 2] {
        let read = async |rows: &str| {
            let page = owner.post("/fn/read_roster", &[("course", &course.id), ("rows", rows)]).await;
            page.location().rsplit('/').next().unwrap().to_owned()
        };
        let imported = read("earlier@uni.example").await;
        let ticked =
            [("course", course.id.as_str()), ("roster", &imported), ("ticked[]", "add-student-earlier@uni.example")];
        owner.post("/fn/import_roster", &ticked).await;
        [read("newer@uni.example").await, imported]
    }

    fn rosters_of(&self, course: &str) -> [String; 2] {
        let [published, draft] = self.rosters.clone();
        if course == self.draft.id { draft } else { published }
    }

    /// What a well-formed request to this function holds. A function without an arm here has no row.
    fn fields(&self, path: &str, course: &Course) -> Option<Vec<(&'static str, String)>> {
        let course = ("course", course.id.clone());
        let person = ("person", self.someone.clone());
        let lesson = ("lesson", self.lesson.clone());
        let module = ("module", self.module.clone());
        let title = ("title", "A title".to_owned());
        let email = ("email", "someone@uni.example".to_owned());
        let password = ("password", PASSWORD.to_owned());
        let text = vec![title.clone(), ("summary", "A summary".to_owned()), ("description", "Words".to_owned())];
        Some(match path {
            "/fn/sign_up" => vec![("email", "new@uni.example".to_owned()), ("name", "New".to_owned()), password],
            "/fn/sign_in" => vec![email, password],
            "/fn/sign_out" | "/fn/end_other_sign_ins" | "/fn/end_all_sign_ins" | "/fn/end_everybodys_sign_ins" => {
                vec![]
            }
            "/fn/change_password" => vec![
                ("current_password", PASSWORD.to_owned()),
                ("new_password", "eleven loud geese at dawn".to_owned()),
            ],
            "/fn/prove_again" => vec![password],
            "/fn/ask_reset" => vec![email],
            "/fn/invite" => vec![
                ("email", "invited@uni.example".to_owned()),
                ("name", "Ines".to_owned()),
                ("role", "student".to_owned()),
            ],
            "/fn/send_link" => vec![person],
            "/fn/reset_second_step" => vec![person, ("reason", "Showed me her passport".to_owned())],
            "/fn/begin_passkey_sign_in" | "/fn/begin_passkey_proof" | "/fn/begin_passkey" => vec![],
            "/fn/sign_in_with_passkey" | "/fn/prove_with_passkey" => {
                vec![("ceremony", "unknown".to_owned()), ("credential", "{}".to_owned())]
            }
            "/fn/add_passkey" => vec![
                ("ceremony", "unknown".to_owned()),
                ("credential", "{}".to_owned()),
                ("passkey_name", "Laptop".to_owned()),
            ],
            "/fn/rename_passkey" => vec![("passkey", "1".to_owned()), ("passkey_name", "Laptop".to_owned())],
            "/fn/remove_passkey" => vec![("passkey", "1".to_owned())],
            "/fn/remove_provider" => vec![("account", "1".to_owned())],
            "/fn/ask_code" => vec![email, ("by", "mail".to_owned())],
            "/fn/enter_code" | "/fn/confirm_phone" => vec![("code", "123456".to_owned())],
            "/fn/set_phone" => vec![("phone", "+491701234567".to_owned())],
            "/fn/remove_phone" => vec![],
            "/fn/second_step" | "/fn/confirm_code_app" => vec![("code", "123456".to_owned())],
            "/fn/begin_code_app" | "/fn/remove_code_app" | "/fn/make_recovery_codes" => vec![],
            "/fn/change_address" => vec![("email", "newer@uni.example".to_owned())],
            "/fn/ask_confirmation" => vec![],
            "/fn/confirm_address" | "/fn/take_new_address" | "/fn/say_not_me" | "/fn/finish_sign_up" => {
                vec![("token", "unknown".to_owned())]
            }
            "/fn/reset_password" => {
                vec![("token", "unknown".to_owned()), ("new_password", "eleven loud geese at dawn".to_owned())]
            }
            "/fn/retry_letter" | "/fn/delete_letter" => vec![("letter", "1".to_owned())],
            "/fn/delete_account" => vec![("confirm", "someone@uni.example".to_owned())],
            "/fn/measure_lab" | "/fn/time_lab" => vec![],
            "/fn/make_token" => {
                vec![
                    ("token_name", "Script".to_owned()),
                    ("lasts", "30".to_owned()),
                    ("account_read", "yes".to_owned()),
                ]
            }
            "/fn/revoke_token" => vec![("personal_token", self.sign_in.clone())],
            "/fn/let_app_in" | "/fn/turn_app_away" => vec![("user_code", "BBBB-BBBB".to_owned())],
            "/fn/name_sign_in" => vec![("sign_in", self.sign_in.clone()), ("device_name", "The lab".to_owned())],
            "/fn/sign_in_ends" | "/fn/stay_signed_in" => vec![],
            "/fn/forget_waiting" => vec![("which", "unknown".to_owned())],
            "/fn/end_their_sign_in" => vec![person, ("sign_in", self.sign_in.clone())],
            "/fn/save_profile" => vec![("name", "Renamed".to_owned())],
            "/fn/end_sign_in" => vec![("sign_in", self.sign_in.clone())],
            "/fn/save_role" => vec![person, ("role", "instructor".to_owned())],
            "/fn/disable_account" | "/fn/enable_account" | "/fn/end_their_sign_ins" => vec![person],
            "/fn/make_first_admin" => {
                vec![
                    ("token", self.link.clone()),
                    ("email", "new@uni.example".to_owned()),
                    ("name", "New".to_owned()),
                    password,
                ]
            }
            "/fn/set_first_password" => vec![("token", self.link.clone()), password],
            "/fn/create_course" => text,
            "/fn/save_course" => [
                vec![
                    course.clone(),
                    (
                        "seen",
                        if course.1 == self.draft.id { self.draft_seen.clone() } else { self.published_seen.clone() },
                    ),
                ],
                text,
            ]
            .concat(),
            "/fn/publish_course"
            | "/fn/conclude_course"
            | "/fn/archive_course"
            | "/fn/join_course"
            | "/fn/leave_course" => vec![course],
            "/fn/search_courses" => vec![("words", "pub".to_owned())],
            "/fn/add_person" => {
                vec![course, ("email", "other@uni.example".to_owned()), ("role", "assistant".to_owned())]
            }
            "/fn/join_with_code" => vec![("join_code", self.code.clone())],
            "/fn/approve_person" => vec![course, ("person", self.asks.clone())],
            "/fn/unblock_person" => vec![course, ("person", self.blocked.clone())],
            "/fn/block_person" => vec![course, person],
            "/fn/forget_awaited" => vec![course, ("email", "nobody@uni.example".to_owned())],
            "/fn/save_joining" => vec![
                course,
                ("from", String::new()),
                ("until", String::new()),
                ("time_zone", "Europe/Berlin".to_owned()),
                ("capacity", "30".to_owned()),
                ("offer_hours", String::new()),
            ],
            "/fn/make_join_code" => vec![course, ("code_until", String::new()), ("code_most", String::new())],
            "/fn/end_join_code" => vec![course],
            "/fn/preview_lesson" => vec![course, ("body", "Words".to_owned())],
            "/fn/restore_version" => vec![course, lesson, ("version", self.version.clone())],
            "/fn/read_roster" => vec![course, ("rows", "nobody@uni.example, Nobody\n".to_owned())],
            "/fn/save_columns" => {
                let [read, _] = self.rosters_of(&course.1);
                vec![course, ("roster", read), ("columns[]", "email".to_owned())]
            }
            "/fn/import_roster" => {
                let [read, _] = self.rosters_of(&course.1);
                vec![course, ("roster", read), ("ticked[]", "add-student-newer@uni.example".to_owned())]
            }
            "/fn/forget_roster" => {
                let [read, _] = self.rosters_of(&course.1);
                vec![course, ("roster", read)]
            }
            "/fn/undo_import" => {
                let [_, imported] = self.rosters_of(&course.1);
                vec![course, ("roster", imported)]
            }
            "/fn/let_in_picked" => vec![course, ("people", self.asks.clone())],
            "/fn/remove_picked" => vec![course, ("people", format!("{},999999", self.someone))],
            "/fn/role_of_picked" => vec![course, ("people", self.someone.clone()), ("role", "assistant".to_owned())],
            "/fn/write_to_picked" => {
                vec![course, ("people", self.someone.clone()), ("message", "The room has changed.".to_owned())]
            }
            "/fn/hand_course_over" => vec![course, person],
            "/fn/save_course_role" => vec![course, person, ("role", "assistant".to_owned())],
            "/fn/remove_person" | "/fn/put_back" => vec![course, person],
            "/fn/add_lesson" => vec![course, title, ("body", "Words".to_owned())],
            "/fn/save_lesson" => vec![course, lesson, title, ("body", "Words".to_owned()), ("seen", self.seen.clone())],
            "/fn/add_module" => vec![course, ("title", "Week 2".to_owned())],
            "/fn/rename_module" => vec![course, module, ("title", "Week one".to_owned())],
            "/fn/move_module" => vec![course, module, ("by", "1".to_owned())],
            "/fn/delete_module" => vec![course, module],
            "/fn/place_lesson" => vec![course, lesson, module],
            "/fn/post_announcement" => vec![course, title, ("body", "Words".to_owned())],
            "/fn/save_announcement" => vec![
                course,
                ("announcement", self.announcement.clone()),
                ("seen", self.announcement_seen.clone()),
                title,
                ("body", "Words".to_owned()),
            ],
            "/fn/delete_announcement" => vec![course, ("announcement", self.announcement.clone())],
            "/fn/save_mail_wish" => vec![("announcements", "daily".to_owned())],
            // Without one: what it does is in tests/http/folders.rs.
            "/fn/import_course" => vec![],
            "/fn/copy_course" | "/fn/preview_copy" => vec![course, title],
            "/fn/make_calendar" | "/fn/remove_calendar" => vec![],
            "/fn/begin_view" => vec![course],
            "/fn/end_view" => vec![],
            "/fn/keep_draft" => vec![course, title, ("body", "Words".to_owned())],
            "/fn/drop_draft" => vec![course],
            // Without one: what they may is in tests/http/files.rs.
            "/fn/add_files" => vec![course],
            "/fn/delete_file" => vec![course, ("name", "notes.txt".to_owned())],
            "/fn/move_lesson" => vec![course, lesson, ("by", "1".to_owned())],
            "/fn/delete_lesson" | "/fn/mark_read" | "/fn/mark_unread" => vec![course, lesson],
            _ => return None,
        })
    }

    /// An address for a page's pattern.
    fn address(&self, pattern: &str, course: &Course) -> String {
        pattern
            .replace("{slug}", &course.slug)
            .replace("{lesson}", "lesson-1")
            .replace("{name}", "notes.txt")
            .replace("/announcements/{id}", &format!("/announcements/{}", self.announcement))
            .replace("/versions/{id}", &format!("/versions/{}", self.version))
            .replace("{token}", &self.link)
            .replace("{code}", &self.code)
            .replace("/roster/{id}", &format!("/roster/{}", self.rosters_of(&course.id)[0]))
            .replace("{id}", &self.someone)
    }
}

/// A page or a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Endpoint {
    method: &'static str,
    path: String,
}

fn endpoints() -> BTreeSet<Endpoint> {
    let functions = server_fn_paths().map(|(path, method)| {
        assert_eq!(method, Method::POST, "{path} changes or reads by {method}: functions are sent by POST");
        Endpoint { method: "POST", path: path.to_owned() }
    });
    let pages =
        generate_route_list(Pages).into_iter().map(|page| Endpoint { method: "GET", path: page.path().to_owned() });
    let plain = PLAIN_ROUTES.iter().map(|path| Endpoint { method: "GET", path: (*path).to_owned() });
    functions.chain(pages).chain(plain).collect()
}

/// What happened, in a word.
fn word(page: &Page, endpoint: &Endpoint) -> String {
    match page.status {
        StatusCode::OK => "yes".to_owned(),
        StatusCode::SEE_OTHER if page.location().starts_with("/login") => "login".to_owned(),
        StatusCode::SEE_OTHER if page.location().ends_with("#preview") => "shown".to_owned(),
        StatusCode::SEE_OTHER
            if page.headers.get_all("set-cookie").iter().any(|cookie| cookie.to_str().unwrap().contains("-form=")) =>
        {
            "fields".to_owned()
        }
        StatusCode::SEE_OTHER if page.location().starts_with("/courses/") && endpoint.method == "GET" => {
            "to course".to_owned()
        }
        StatusCode::SEE_OTHER if endpoint.method == "GET" => format!("to {}", page.location()),
        StatusCode::SEE_OTHER => "yes".to_owned(),
        other => other.as_u16().to_string(),
    }
}

/// What a script's call must answer when the form was answered so.
fn status_for_call(word: &str) -> u16 {
    match word {
        "login" => 401,
        "fields" => 422,
        "yes" | "shown" => 200,
        other => other.parse().unwrap_or(200),
    }
}

async fn ask(visitor: &Visitor<'_>, world: &World, endpoint: &Endpoint, course: &Course, plainly: bool) -> Page {
    if endpoint.method == "GET" {
        return visitor.get(&world.address(&endpoint.path, course)).await;
    }
    let fields = world
        .fields(&endpoint.path, course)
        .unwrap_or_else(|| panic!("{} has no row: add its fields here and bless powers.txt", endpoint.path));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if plainly { visitor.post(&endpoint.path, &fields).await } else { visitor.call(&endpoint.path, &fields).await }
}

/// ASVS 8.2.1, 8.2.2, 8.3.1, 8.4.1, 3.5.3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_answers_every_kind_of_caller_as_the_table_says() {
    let (world, everybody) = World::make().await;
    let mut table =
        String::from("# What each address answers each kind of caller. Checked, and written, by powers.rs.\n");
    table.push_str(
        "# yes: done or shown; shown: back at its form, with what it comes to; login: 303 to the sign-in page; fields: a field was refused; numbers: that page.\n",
    );
    let frozen = world.app.freeze().await;
    // A copy on which nothing was done yet. A refusal changes nothing, so the next request can have the same one.
    let mut untouched: Option<App> = None;
    for (title, course) in [("a published course", &world.published), ("a draft", &world.draft)] {
        let _ = write!(table, "\n# {title}\n{:<52}", "");
        for kind in KINDS {
            let _ = write!(table, "{kind:<12}");
        }
        table.truncate(table.trim_end().len());
        table.push('\n');
        for endpoint in endpoints() {
            let about_courses = endpoint.path.contains("{slug}")
                || world
                    .fields(&endpoint.path, course)
                    .is_some_and(|fields| fields.iter().any(|(name, _)| *name == "course"));
            if title == "a draft" && !about_courses {
                continue;
            }
            let _ = write!(table, "{:<52}", format!("{} {}", endpoint.method, endpoint.path));
            let about_places = about_courses || endpoint.path.contains("join") || endpoint.method == "GET";
            let mut of_a_student = String::new();
            for (kind, jar) in &everybody {
                if !about_places && STUDENTS_ELSEWHERE.contains(kind) {
                    let _ = write!(table, "{of_a_student:<12}");
                    continue;
                }
                let mut words = Vec::new();
                for plainly in [true, false] {
                    if !plainly && endpoint.method == "GET" {
                        continue;
                    }
                    let copy = match untouched.take() {
                        Some(copy) => Some(copy),
                        // Reading changes nothing, so the world itself will do.
                        None if endpoint.method == "GET" => None,
                        None => Some(world.app.thaw(&frozen).await),
                    };
                    let visitor = copy.as_ref().unwrap_or(&world.app).visitor(jar);
                    let page = ask(&visitor, &world, &endpoint, course, plainly).await;
                    let is_refused = page.status.is_client_error() || word(&page, &endpoint) == "login";
                    assert!(!page.status.is_server_error(), "{kind} {endpoint:?}: {}", page.body);
                    if plainly {
                        words.push(word(&page, &endpoint));
                    } else {
                        assert_eq!(
                            page.status.as_u16(),
                            status_for_call(&words[0]),
                            "{kind} calls {endpoint:?}: {}",
                            page.body
                        );
                    }
                    match copy {
                        Some(copy) if is_refused => untouched = Some(copy),
                        Some(copy) => copy.discard().await,
                        None => {}
                    }
                }
                let _ = write!(table, "{:<12}", words[0]);
                if *kind == "student" {
                    of_a_student.clone_from(&words[0]);
                }
            }
            table.truncate(table.trim_end().len());
            table.push('\n');
        }
    }
    if std::env::var("LECTERN_BLESS").is_ok() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/powers.txt"), &table).unwrap();
        return;
    }
    for (line, (said, is)) in TABLE.lines().zip(table.lines()).enumerate() {
        assert_eq!(said, is, "powers.txt, line {}", line + 1);
    }
    assert_eq!(TABLE, table);
}

/// ASVS 8.1.1
#[test]
fn the_printed_matrix_is_the_one_reviewed() {
    let said = include_str!("matrix.txt");
    let is = lectern::powers::table();
    if std::env::var("LECTERN_BLESS").is_ok() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/matrix.txt"), &is).unwrap();
        return;
    }
    assert_eq!(said, is);
}
