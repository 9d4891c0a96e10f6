//! The site under test, and a type for each kind of caller. Callers go through public addresses, as a browser does.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use lectern::accounts::model::{Email, PersonName, SiteRole};
use lectern::accounts::policy::SystemTask;
use lectern::accounts::store::NewAccount;
use lectern::clock::{Clock, Millis};
use lectern::config::Config;
use lectern::credentials::password::hashing::{Cost, FLOOR, Hashing};
use lectern::credentials::password::model::Password;
use lectern::db::{Db, Place};
use lectern::error::AppError;
use lectern::failure::Failure;
use lectern::http::listen::Patience;
use lectern::http::{Site, form_token, router};
use lectern::mail::letter;
use lectern::sessions::caller::Caller;
use lectern::sessions::policy::RecentlyProven;
use lectern::sessions::store::{Found, public_find_caller};
use tempfile::TempDir;
use tower::ServiceExt;
use tower_sessions::SessionStore;

use crate::engine::{self, Snapshot};

/// Monday, 2 November 2026, 09:00 UTC.
pub const START: Millis = 1_793_610_000_000;
pub const PASSWORD: &str = "nine quiet herons at dusk";
pub const ORIGIN: &str = "http://localhost:3000";
pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

pub struct App {
    pub site: Arc<Site>,
    pub clock: Clock,
    router: Router,
    folder: Arc<TempDir>,
    place: Place,
}

impl App {
    /// An empty site with the default settings.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// An empty site with these settings.
    pub async fn with(settings: &[(&'static str, &str)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let place = engine::empty(folder.path()).await;
        Self::open(folder, place, Clock::standing_at(START), settings, None).await
    }

    /// The same with passwords that cost next to nothing, for tests that sign in thousands of times.
    pub async fn cheap() -> Self {
        Self::cheap_with(&[]).await
    }

    /// The same with these settings.
    pub async fn cheap_with(settings: &[(&'static str, &str)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let place = engine::empty(folder.path()).await;
        let hashing = Hashing::new(Cost { memory: 16, passes: 1, lanes: 1 }).unwrap();
        Self::open(folder, place, Clock::standing_at(START), settings, Some(hashing)).await
    }

    /// The same site, started anew with these settings.
    pub async fn set_to(&self, settings: &[(&'static str, &str)]) -> Self {
        let hashing = Some(self.site.hashing.clone());
        Self::open(self.folder.clone(), self.place.clone(), self.clock.clone(), settings, hashing).await
    }

    async fn open(
        folder: Arc<TempDir>,
        place: Place,
        clock: Clock,
        settings: &[(&'static str, &str)],
        hashing: Option<Hashing>,
    ) -> Self {
        let set = |name: &str| settings.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        // scripts/test_stores.sh runs the tests of sessions on each store.
        let store =
            |name: &str| std::env::var("LECTERN_TEST_SESSION_STORE").ok().filter(|_| name == "LECTERN_SESSION_STORE");
        let key = |name: &str| {
            (name == "LECTERN_KEY_FILE").then(|| folder.path().join("lectern.key").to_str().unwrap().to_owned())
        };
        let data = |name: &str| (name == "LECTERN_DATA_DIR").then(|| folder.path().to_str().unwrap().to_owned());
        // A second step is for the tests that are about it.
        let off = |name: &str| (name == "LECTERN_SECOND_STEP").then(|| "off".to_owned());
        let config = Config::read(|name| {
            set(name).or_else(|| store(name)).or_else(|| key(name)).or_else(|| data(name)).or_else(|| off(name))
        })
        .unwrap();
        let db = Db::open(&place, &folder.path().join("backups"), clock.clone()).await.unwrap();
        let hashing = match hashing {
            Some(hashing) => hashing,
            None => Hashing::new(FLOOR).unwrap(),
        };
        let patience =
            Patience { body: Duration::from_millis(300), mail: Duration::from_secs(5), ..Patience::default() };
        let site = Site::open(config, db, hashing, patience).await.unwrap();
        let router = router::router(&site);
        Self { site, clock, router, folder, place }
    }

    /// What the site holds now, to make copies of.
    pub async fn freeze(&self) -> Snapshot {
        engine::freeze(&self.place, self.folder()).await
    }

    /// The same site on a copy of its database as it was frozen: what is done there does not happen here.
    pub async fn thaw(&self, snapshot: &Snapshot) -> Self {
        self.on(engine::copy(snapshot, self.folder()).await).await
    }

    /// The same site on another database.
    pub async fn on(&self, place: Place) -> Self {
        Self::open(self.folder.clone(), place, self.clock.clone(), &[], Some(self.site.hashing.clone())).await
    }

    /// Where its database is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Lets go of a copy and removes it.
    pub async fn discard(self) {
        self.site.db.close().await;
        engine::discard(&self.place);
    }

    /// Every byte the database holds.
    pub async fn dump(&self) -> Vec<u8> {
        engine::dump(&self.place, self.folder()).await
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        engine::count(&self.place, table).await
    }

    /// What one column of text holds: for invariants that no page shows as a whole.
    pub async fn words(&self, sql: &str) -> Vec<String> {
        engine::words(&self.place, sql).await
    }

    /// The file, for tests of what SQLite alone does; none while the tests run on PostgreSQL.
    pub fn file(&self) -> Option<&Path> {
        self.place.file().map(PathBuf::as_path)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Visitor<'_> {
        Visitor { app: self, cookies: RefCell::default(), user_agent: FIREFOX.to_owned() }
    }

    /// Somebody who has just signed up as `{name}@uni.example`.
    pub async fn student(&self, name: &str) -> Visitor<'_> {
        let visitor = self.anonymous();
        let email = format!("{name}@uni.example");
        let page = visitor.post("/fn/sign_up", &[("email", &email), ("name", name), ("password", PASSWORD)]).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/"), "{}", page.body);
        visitor
    }

    /// Somebody with this site role, made on the command line and signed in by password.
    pub async fn person(&self, name: &str, role: SiteRole) -> Visitor<'_> {
        let hash = self
            .site
            .hashing
            .turn([127, 0, 0, 1].into())
            .unwrap()
            .hash(Password::new(PASSWORD.to_owned()))
            .await
            .unwrap();
        let (email, person) = (Email::parse(&format!("{name}@uni.example")).unwrap(), PersonName::parse(name).unwrap());
        let mut write = self.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
        let account = NewAccount { email: &email, name: &person, role, password_hash: Some(hash) };
        task().admin(&mut write).add_account(account).await.unwrap();
        write.commit().await.unwrap();
        self.sign_in(name).await
    }

    pub async fn instructor(&self, name: &str) -> Visitor<'_> {
        self.person(name, SiteRole::Instructor).await
    }

    pub async fn admin(&self, name: &str) -> Visitor<'_> {
        self.person(name, SiteRole::Admin).await
    }

    /// Somebody who exists, signed in on one more device.
    pub async fn sign_in(&self, name: &str) -> Visitor<'_> {
        self.sign_in_with(name, PASSWORD).await
    }

    /// The same with another password.
    pub async fn sign_in_with(&self, name: &str, password: &str) -> Visitor<'_> {
        let visitor = self.anonymous();
        let page = visitor.sign_in(name, password).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/"), "{}", page.body);
        assert!(visitor.cookie(self.site.config.public_url.cookie_name()).is_some(), "{name} is not signed in");
        visitor
    }

    /// A visitor with these cookies.
    pub fn visitor(&self, jar: &[(String, String)]) -> Visitor<'_> {
        let visitor = self.anonymous();
        visitor.cookies.borrow_mut().extend(jar.iter().cloned());
        visitor
    }

    /// The letters that wait in the outbox, the oldest first.
    pub async fn letters(&self) -> Vec<Post> {
        let system = Arc::new(Caller::of_the_system());
        let mut read = self.site.db.read(system.clone()).await.unwrap();
        let rows = task().admin(&mut read).list_letters("waiting", 0, 1_000).await.unwrap();
        drop(read);
        let mut letters = Vec::new();
        for row in rows.into_iter().rev() {
            let mut write = self.site.db.begin_write(system.clone()).await.unwrap();
            let mut admin = RecentlyProven::of(task().admin(&mut write)).unwrap();
            let parts = match admin.open_letter(row.id, &self.site.key).await {
                Ok(opened) => opened.parts.unwrap(),
                // It left since it was listed.
                Err(Failure::Refused(AppError::NotFound)) => continue,
                Err(broken) => panic!("{broken:?}"),
            };
            letters.push(Post { kind: row.kind, address: row.address, text: letter::text(&parts, ORIGIN) });
        }
        letters
    }

    /// The last letter to an address.
    pub async fn letter_to(&self, address: &str) -> Post {
        let letters = self.letters().await;
        letters
            .into_iter()
            .rfind(|letter| letter.address == address)
            .unwrap_or_else(|| panic!("no letter to {address}"))
    }

    /// The service itself, to be put behind a port.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    pub async fn send(&self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Page { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

/// A letter in the outbox.
#[derive(Debug)]
pub struct Post {
    pub kind: String,
    pub address: String,
    pub text: String,
}

impl Post {
    /// The path of the link in it.
    pub fn link(&self) -> String {
        let at = self.text.find(&format!("{ORIGIN}/")).unwrap_or_else(|| panic!("no link in {}", self.text));
        self.text[at + ORIGIN.len()..].split_whitespace().next().unwrap().to_owned()
    }

    /// What stands at the end of that link.
    pub fn token(&self) -> String {
        self.link().rsplit('/').next().unwrap().to_owned()
    }
}

pub fn task() -> SystemTask {
    #[expect(clippy::disallowed_methods, reason = "tests make the people that the command line would")]
    SystemTask::new()
}

/// A browser with its cookies.
pub struct Visitor<'a> {
    pub app: &'a App,
    cookies: RefCell<BTreeMap<String, String>>,
    pub user_agent: String,
}

impl Visitor<'_> {
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// Sends a plain form, as a browser without JavaScript does.
    pub async fn post(&self, action: &str, fields: &[(&str, &str)]) -> Page {
        let body = self.body_for(action, fields).await;
        self.send(self.form(action, fields).body(Body::from(body)).unwrap()).await
    }

    /// The same without the token that every page of ours puts into its forms.
    pub async fn post_bare(&self, action: &str, fields: &[(&str, &str)]) -> Page {
        self.send(self.form(action, fields).body(Body::from(encode(fields))).unwrap()).await
    }

    /// A page to sign in at is marked for its browser, whoever was signed in there before.
    async fn body_for(&self, action: &str, fields: &[(&str, &str)]) -> String {
        let visit = self.visit_token();
        match (form_token::signs_in(action), visit) {
            (true, Some(token)) if fields.iter().all(|(name, _)| *name != "_token") => {
                encode(&[fields, &[("_token", token.as_str())]].concat())
            }
            (true, _) => encode(fields),
            (false, _) => self.with_token(fields).await,
        }
    }

    fn visit_token(&self) -> Option<String> {
        self.cookie("lectern-visit").map(|visit| form_token::make(visit.as_bytes()))
    }

    /// The form as a page of ours would send it. The token is made from what the server keeps, which spares reading a page.
    pub async fn with_token(&self, fields: &[(&str, &str)]) -> String {
        let mut fields = fields.to_vec();
        let token = self.form_token().await;
        if let Some(token) = token.as_deref().filter(|_| fields.iter().all(|(name, _)| *name != "_token")) {
            fields.push(("_token", token));
        }
        encode(&fields)
    }

    /// What marks the forms of this browser's pages; nothing for a visitor who was shown none to sign in with.
    pub async fn form_token(&self) -> Option<String> {
        self.form_token_of_sign_in().await.or_else(|| self.visit_token())
    }

    async fn form_token_of_sign_in(&self) -> Option<String> {
        let id = self.cookie(self.app.site.config.public_url.cookie_name())?.parse().ok()?;
        let record = self.app.site.records.load(&id).await.ok()??;
        let sign_in = serde_json::from_value(record.data.get("sign_in")?.clone()).ok()?;
        let mut read = self.app.site.db.read(Arc::new(Caller::of_the_system())).await.ok()?;
        match public_find_caller(&mut read, sign_in).await.ok()?? {
            Found::Live(person) => Some(form_token::make(person.form_key.as_bytes())),
            Found::Ended(lapsed) => Some(form_token::make(lapsed.form_key.as_bytes())),
        }
    }

    /// Sends files to a course, as its page does. The fields come first, as they stand there.
    pub async fn upload(&self, course: &Course, files: &[(&str, &[u8])], fields: &[(&str, &str)]) -> Page {
        let fields: Vec<(&str, &str)> = [("course", course.id.as_str())].iter().chain(fields).copied().collect();
        self.upload_to("/fn/add_files", files, &fields).await
    }

    /// Sends a course's folder to be imported.
    pub async fn import(&self, zip: &[u8]) -> Page {
        self.upload_to("/fn/import_course", &[("soil.zip", zip)], &[("_page", "/courses/import")]).await
    }

    async fn upload_to(&self, action: &str, files: &[(&str, &[u8])], fields: &[(&str, &str)]) -> Page {
        let mut body = Vec::new();
        let token = self.form_token().await.unwrap_or_default();
        for (name, value) in fields.iter().chain(&[("_token", token.as_str())]) {
            body.extend(
                format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for (name, bytes) in files {
            body.extend(
                format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes(),
            );
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        let mut request = self.upload_of(Body::from(body));
        *request.uri_mut() = action.parse().unwrap();
        self.send(request).await
    }

    /// The request of a form with files.
    pub fn upload_of(&self, body: Body) -> Request<Body> {
        let mut request = self.form("/fn/add_files", &[]).body(body).unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, "multipart/form-data; boundary=edge".parse().unwrap());
        request
    }

    /// The bytes at an address.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        let response = self.app.router().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    /// Calls a function as a script does, and gets JSON.
    pub async fn call(&self, action: &str, fields: &[(&str, &str)]) -> Page {
        let body = self.body_for(action, fields).await;
        let mut request = self.form(action, fields).body(Body::from(body)).unwrap();
        request.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
        self.send(request).await
    }

    /// A form's request but for its body.
    pub fn form(&self, action: &str, _: &[(&str, &str)]) -> axum::http::request::Builder {
        self.request(Method::POST, action)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, &self.app.site.config.public_url.origin)
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::USER_AGENT, &self.user_agent)
            .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        request
    }

    /// Sends a request, and keeps the cookies of the answer.
    pub async fn send(&self, request: Request<Body>) -> Page {
        let page = self.app.send(request).await;
        for cookie in page.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") || value.is_empty() {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }

    pub async fn sign_in(&self, name: &str, password: &str) -> Page {
        self.post("/fn/sign_in", &[("email", &format!("{name}@uni.example")), ("password", password)]).await
    }

    /// All cookies.
    pub fn jar(&self) -> Vec<(String, String)> {
        self.cookies.borrow().clone().into_iter().collect()
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// Makes a course through the form, and answers its slug and id.
    pub async fn create_course(&self, title: &str) -> Course {
        let page = self
            .post("/fn/create_course", &[("title", title), ("summary", "A summary"), ("description", "Some *words*")])
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        let slug = page.location().strip_prefix("/courses/").unwrap().to_owned();
        let id = self.get(&format!("/courses/{slug}/edit")).await.hidden("course");
        Course { slug, id }
    }

    /// When the text of a course last changed, as its form says.
    pub async fn seen(&self, course: &Course) -> String {
        self.get(&format!("{}/edit", course.page())).await.hidden("seen")
    }

    /// Makes a published course with `lessons` published lessons.
    pub async fn published_course(&self, title: &str, lessons: usize) -> Course {
        let course = self.create_course(title).await;
        for number in 1..=lessons {
            let lesson = [
                ("course", course.id.as_str()),
                ("title", &format!("Lesson {number}")),
                ("body", "Words"),
                ("published", "yes"),
            ];
            assert_eq!(self.post("/fn/add_lesson", &lesson).await.status, StatusCode::SEE_OTHER);
        }
        let page = self.post("/fn/publish_course", &[("course", &course.id)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        course
    }

    /// One's own id, from nothing but the site: an admin finds it in the list.
    pub async fn id_of(&self, name: &str) -> String {
        let page = self.get(&format!("/admin/users?q={name}%40uni.example")).await;
        let at = page.body.find("href=\"/people/").unwrap_or_else(|| panic!("no {name} in {}", page.body));
        page.body[at + "href=\"/people/".len()..].split('"').next().unwrap().to_owned()
    }
}

/// What staff do with places in a course, through its pages.
impl Visitor<'_> {
    /// What a course's form about joining would send, with these fields in place of what stands there.
    pub async fn set_joining(&self, course: &Course, fields: &[(&str, &str)]) {
        let mut all = vec![
            ("course", course.id.as_str()),
            ("from", ""),
            ("until", ""),
            ("time_zone", "UTC"),
            ("capacity", ""),
            ("offer_hours", ""),
        ];
        for (name, value) in fields {
            all.retain(|(other, _)| other != name);
            all.push((name, value));
        }
        let page = self.call("/fn/save_joining", &all).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    }

    /// Ticks these switches of a course's settings, and no others.
    pub async fn set_switches(&self, course: &Course, ticked: &[&str]) {
        let seen = self.seen(course).await;
        let mut all = vec![
            ("course", course.id.as_str()),
            ("title", "Published"),
            ("summary", "A summary"),
            ("description", ""),
            ("seen", seen.as_str()),
        ];
        all.extend(ticked.iter().filter(|name| **name == "listed").map(|name| (*name, "yes")));
        match (ticked.contains(&"open"), ticked.contains(&"approval")) {
            (true, true) => all.push(("open", "ask")),
            (true, false) => all.push(("open", "yes")),
            (false, _) => {}
        }
        assert_eq!(self.post("/fn/save_course", &all).await.status, StatusCode::SEE_OTHER);
    }

    /// The number of somebody with a place in the course, whatever state it is in.
    pub async fn member_id(&self, course: &Course, name: &str) -> String {
        for state in ["active", "requested", "invited", "waitlisted", "dropped", "removed", "blocked"] {
            let page = self.get(&format!("{}/people?q={name}%40uni.example&state={state}", course.page())).await;
            let mark = "name=\"picked\" value=\"";
            if let Some(at) = page.body.find(mark) {
                return page.body[at + mark.len()..].split('"').next().unwrap().to_owned();
            }
        }
        panic!("no {name} in {}", course.page())
    }

    /// The join code that the course's page for it shows.
    pub async fn code_of(&self, course: &Course) -> String {
        let page = self.get(&format!("{}/joining", course.page())).await;
        let mark = "class=\"key\">";
        let at = page.body.find(mark).unwrap_or_else(|| panic!("no code in {}", page.body));
        page.body[at + mark.len()..].split('<').next().unwrap().to_owned()
    }
}

/// A course under test.
#[derive(Clone, Debug)]
pub struct Course {
    pub slug: String,
    pub id: String,
}

impl Course {
    pub fn page(&self) -> String {
        format!("/courses/{}", self.slug)
    }
}

/// An answer.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Page {
    /// Where it leads; empty when nowhere.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of the first hidden field with this name.
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&mark).unwrap_or_else(|| panic!("no field {name} in {}", self.body));
        self.body[at + mark.len()..].split('"').next().unwrap().to_owned()
    }

    pub fn has(&self, words: &str) -> bool {
        self.body.contains(words)
    }

    /// The answer as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
