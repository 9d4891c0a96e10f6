//! The second step: setting it up, being asked for it, doing without it, and whose role needs it.

use axum::http::{Method, StatusCode};
use lectern::accounts::model::SiteRole;
use lectern::clock::{HOUR, MINUTE, SECOND};
use totp_rs::{Builder, Secret};

use crate::app::{App, PASSWORD, Visitor};

const ANOTHER: &str = "eleven loud geese at dawn";
const NEEDED: [(&str, &str); 1] = [("LECTERN_SECOND_STEP", "instructor,admin")];

/// A telephone with a code app.
pub struct Phone {
    secret: String,
}

impl Phone {
    /// The code it shows `later` milliseconds from now.
    pub fn code(&self, app: &App, later: i64) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let totp = Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
        totp.generate(u64::try_from((app.clock.now() + later) / SECOND).unwrap()).to_string()
    }
}

/// What stands between two marks of a page.
fn between<'p>(body: &'p str, from: &str, to: &str) -> &'p str {
    body.split_once(from).unwrap_or_else(|| panic!("no {from} in {body}")).1.split_once(to).unwrap().0
}

/// Sets up an app for somebody who has just signed in, and answers it with the recovery codes.
pub async fn set_up(visitor: &Visitor<'_>) -> (Phone, Vec<String>) {
    assert_eq!(visitor.post("/fn/begin_code_app", &[]).await.location(), "/account/security/code-app");
    let page = visitor.get("/account/security/code-app").await;
    let secret = between(&page.body, "<code class=\"key\">", "</code>").replace(' ', "");
    assert!(page.has("class=\"qr\"") && page.has(&format!("secret={secret}")), "{}", page.body);
    let phone = Phone { secret };
    let done = visitor.post("/fn/confirm_code_app", &[("code", &phone.code(visitor.app, 0))]).await;
    assert_eq!(done.location(), "/account/security/recovery-codes");
    let page = visitor.get("/account/security/recovery-codes").await;
    let codes: Vec<String> =
        page.body.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    (phone, codes)
}

/// Signs in with the password, which leads to the second step.
pub async fn half_way<'a>(app: &'a App, name: &str, password: &str) -> Visitor<'a> {
    let visitor = app.anonymous();
    assert_eq!(visitor.sign_in(name, password).await.location(), "/login/second");
    visitor
}

pub async fn show(visitor: &Visitor<'_>, code: &str) -> String {
    visitor.post("/fn/second_step", &[("code", code), ("_page", "/login/second")]).await.location().to_owned()
}

/// ASVS 6.5.1, 6.3.4
#[tokio::test]
async fn a_code_is_asked_for_at_every_sign_in_and_works_once() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let cookie = sam.cookie("lectern");
    sam.post("/fn/begin_code_app", &[]).await;
    sam.post("/fn/confirm_code_app", &[("code", ""), ("_page", "/account/security/code-app")]).await;
    assert!(sam.get("/account/security/code-app").await.has("Enter the code that the app shows"));
    let (phone, _) = set_up(&sam).await;
    assert_ne!(sam.cookie("lectern"), cookie, "a new session id");
    assert!(sam.get("/account/security").await.has("badge good\">In use"));

    let visitor = half_way(&app, "sam", PASSWORD).await;
    assert!(visitor.cookie("lectern").is_none(), "half way is not signed in");
    assert!(visitor.get("/account").await.location().starts_with("/login"));
    let page = visitor.get("/login/second").await;
    assert!(page.has("sam@uni.example") && page.has("autocomplete=\"one-time-code\""), "{}", page.body);
    assert_eq!(show(&visitor, "000000").await, "/login/second");
    assert!(visitor.get("/login/second").await.has("This code is wrong, or was used before"));
    assert_eq!(show(&visitor, "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF").await, "/login/second");
    assert!(visitor.get("/login/second").await.has("This is none of your recovery codes"));
    assert_eq!(show(&visitor, &phone.code(&app, 0)).await, "/login/second", "it was used to set the app up");
    app.clock.advance(30 * SECOND);
    assert_eq!(show(&visitor, &phone.code(&app, 0)).await, "/");
    assert!(visitor.get("/account/sessions").await.has("with a password and a code app"));
    assert!(visitor.get("/account/history").await.has("code of the second step"), "which of the two was wrong");
    assert!(visitor.cookie("lectern-half-way").is_none());
    // Somebody who read it over a shoulder, in the same half minute and in the next.
    let thief = half_way(&app, "sam", PASSWORD).await;
    let seen = phone.code(&app, 0);
    assert_eq!(show(&thief, &seen).await, "/login/second");
    app.clock.advance(30 * SECOND);
    assert_eq!(show(&thief, &seen).await, "/login/second");
    assert_eq!(show(&thief, &phone.code(&app, 30 * SECOND)).await, "/", "one step of skew");
}

/// ASVS 6.5.1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_who_bring_the_same_code_one_is_in() {
    let app = App::cheap().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let (phone, codes) = set_up(&sam).await;
    app.clock.advance(MINUTE);
    for code in [phone.code(&app, 0), codes[0].clone()] {
        let mut visitors = Vec::new();
        for _ in 0..20 {
            visitors.push(half_way(&app, "sam", PASSWORD).await);
        }
        // Each from a place of its own, or guessing would be slowed down first.
        let shown = futures_util::future::join_all(visitors.iter().map(|visitor| show(visitor, &code))).await;
        assert_eq!(shown.iter().filter(|to| *to == "/").count(), 1, "{shown:?}");
        app.clock.advance(2 * HOUR);
        app.site.db.clock();
    }
}

/// ASVS 6.6.2
#[tokio::test]
async fn half_way_is_one_browser_ten_minutes_and_five_tries() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let (phone, _) = set_up(&sam).await;
    app.clock.advance(MINUTE);
    // Another browser has nothing to go on from.
    let other = app.anonymous();
    assert_eq!(other.get("/login/second").await.location(), "/login");
    assert_eq!(show(&other, &phone.code(&app, 0)).await, "/login");
    other.set_cookie("lectern-half-way", "made-up");
    assert_eq!(show(&other, &phone.code(&app, 0)).await, "/login");
    // Five wrong ones, and it is over, with the right one too.
    let visitor = half_way(&app, "sam", PASSWORD).await;
    for _ in 0..5 {
        show(&visitor, "000000").await;
    }
    assert_eq!(visitor.get("/login/second").await.location(), "/login");
    assert_eq!(show(&visitor, &phone.code(&app, 0)).await, "/login");
    assert!(visitor.get("/login").await.has("That took too long or too many tries"));
    // And so are ten minutes.
    app.clock.advance(HOUR);
    let visitor = half_way(&app, "sam", PASSWORD).await;
    app.clock.advance(10 * MINUTE);
    assert_eq!(show(&visitor, &phone.code(&app, 0)).await, "/login");
    // A new password ends what was half way with the old one.
    let visitor = half_way(&app, "sam", PASSWORD).await;
    let sam = half_way(&app, "sam", PASSWORD).await;
    assert_eq!(show(&sam, &phone.code(&app, 0)).await, "/");
    sam.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    app.clock.advance(30 * SECOND);
    assert_eq!(show(&visitor, &phone.code(&app, 0)).await, "/login");
}

/// Keycloak GHSA-85v8-vx4w-q684: guessing was not counted where a code app was set up.
/// ASVS 6.3.1
#[tokio::test]
async fn guessing_codes_slows_down_and_the_person_is_told() {
    let app = App::with(&[("LECTERN_SMTP_URL", "smtp://127.0.0.1:1")]).await;
    let sam = app.person("sam", SiteRole::Student).await;
    set_up(&sam).await;
    let mut waits = 0;
    for _ in 0..20 {
        let visitor = half_way(&app, "sam", PASSWORD).await;
        for _ in 0..5 {
            let page = visitor.call("/fn/second_step", &[("code", "000000")]).await;
            waits += u32::from(page.status == StatusCode::TOO_MANY_REQUESTS);
        }
    }
    assert!(waits > 80, "a hundred guesses: {waits} were not looked at");
    let told = app.letters().await.into_iter().filter(|letter| letter.text.contains("and then wrong codes")).count();
    assert_eq!(told, 1);
    // Wrong passwords are counted as ever: the code app is no way around.
    for _ in 0..5 {
        app.anonymous().sign_in("sam", "not the right one at all").await;
    }
    let slowed =
        app.anonymous().call("/fn/sign_in", &[("email", "sam@uni.example"), ("password", "another wrong one")]).await;
    assert!(slowed.status == StatusCode::UNPROCESSABLE_ENTITY || slowed.status == StatusCode::TOO_MANY_REQUESTS);
    let slowed = app.anonymous().call("/fn/sign_in", &[("email", "sam@uni.example"), ("password", PASSWORD)]).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
}

/// ASVS 6.5.1, 6.5.2, 6.5.6
#[tokio::test]
async fn a_recovery_code_stands_in_once_and_is_told() {
    let app = App::with(&[("LECTERN_SMTP_URL", "smtp://127.0.0.1:1")]).await;
    let sam = app.person("sam", SiteRole::Student).await;
    set_up(&sam).await;
    // Asked for by another site, ahead, or without looking, they wait for who looks.
    sam.post("/fn/make_recovery_codes", &[]).await;
    let unseen = [
        (Method::GET, ("sec-fetch-site", "cross-site")),
        (Method::GET, ("sec-purpose", "prefetch")),
        (Method::HEAD, ("sec-fetch-site", "none")),
    ];
    for (method, (name, value)) in unseen {
        let request = sam.request(method, "/account/security/recovery-codes").header(name, value);
        let page = sam.send(request.body("".into()).unwrap()).await;
        assert!(page.status == StatusCode::OK && !page.has("<li><code>"), "{name}: {}", page.body);
    }
    let page = sam.get("/account/security/recovery-codes").await;
    let codes: Vec<String> =
        page.body.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    let page = sam.get("/account/security/recovery-codes").await;
    assert!(page.has("They were shown once") && !page.has(&codes[0]), "{}", page.body);
    assert!(sam.get("/account/security").await.has("10 are left"));

    let visitor = half_way(&app, "sam", PASSWORD).await;
    assert_eq!(show(&visitor, &codes[3].to_lowercase().replace('-', " ")).await, "/");
    assert!(visitor.get("/").await.has("You used a recovery code. 9 are left."));
    assert!(visitor.get("/account/sessions").await.has("with a password and a recovery code"));
    assert!(app.letter_to("sam@uni.example").await.text.contains("9 are left"));
    let again = half_way(&app, "sam", PASSWORD).await;
    assert_eq!(show(&again, &codes[3]).await, "/login/second", "once");
    // Somebody else's are none of theirs.
    let eve = app.person("eve", SiteRole::Student).await;
    let (_, others) = set_up(&eve).await;
    assert_eq!(show(&again, &others[0]).await, "/login/second");
    // New ones end the old ones.
    assert_eq!(visitor.post("/fn/make_recovery_codes", &[]).await.location(), "/account/security/recovery-codes");
    assert!(visitor.get("/account/security/recovery-codes").await.has("<li><code>"));
    app.clock.advance(HOUR);
    let late = half_way(&app, "sam", PASSWORD).await;
    assert_eq!(show(&late, &codes[4]).await, "/login/second");
    let none = app.person("none", SiteRole::Student).await;
    assert_eq!(none.post("/fn/make_recovery_codes", &[]).await.status, StatusCode::CONFLICT);
    let dump = String::from_utf8_lossy(&app.dump().await).into_owned();
    for code in codes.iter().chain(&others) {
        assert!(!dump.contains(code.as_str()) && !dump.contains(&code.replace('-', "")));
    }
}

/// ASVS 7.5.1, 6.5.6
#[tokio::test]
async fn setting_up_and_removing_need_a_recent_proof_of_all_there_is() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let other = app.sign_in("sam").await;
    app.clock.advance(11 * MINUTE);
    assert!(sam.post("/fn/begin_code_app", &[]).await.location().starts_with("/prove"));
    sam.post("/fn/prove_again", &[("password", PASSWORD)]).await;
    assert!(sam.post("/fn/confirm_code_app", &[("code", "123456")]).await.status == StatusCode::NOT_FOUND);
    sam.post("/fn/begin_code_app", &[]).await;
    let wrong = sam.post("/fn/confirm_code_app", &[("code", "000000"), ("_page", "/account/security/code-app")]).await;
    assert_eq!(wrong.location(), "/account/security/code-app");
    assert!(sam.get("/account/security/code-app").await.has("This is not the code the app shows now"));
    let (phone, _) = set_up(&sam).await;
    assert_eq!(sam.post("/fn/begin_code_app", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(
        sam.get("/account/security/code-app").await.status,
        StatusCode::NOT_FOUND,
        "the seed is not shown again"
    );

    // Another sign-in of the same person, from before, with the password alone: asked for what is missing, and no more.
    other.post("/fn/prove_again", &[("password", PASSWORD), ("code", &phone.code(&app, 30 * SECOND))]).await;
    let late = app.anonymous();
    assert_eq!(late.sign_in("sam", PASSWORD).await.location(), "/login/second");
    app.clock.advance(MINUTE);
    assert_eq!(show(&late, &phone.code(&app, 0)).await, "/");
    assert_eq!(late.post("/fn/end_other_sign_ins", &[]).await.location(), "/account/sessions");
    app.clock.advance(11 * MINUTE);
    let asked = late.post("/fn/remove_code_app", &[("_page", "/account/security")]).await;
    assert!(asked.location().starts_with("/prove"), "{}", asked.location());
    let page = late.get(asked.location()).await;
    assert!(page.has("Remove your code app: enter your password and a code"), "{}", page.body);
    let (next, send) = (page.hidden("next"), page.hidden("_send"));
    let prove = async |password: &str, code: &str| {
        let fields =
            [("password", password), ("code", code), ("next", &next), ("_send", &send), ("_page", asked.location())];
        late.post("/fn/prove_again", &fields).await.location().to_owned()
    };
    assert_eq!(prove(PASSWORD, "").await, asked.location());
    assert!(late.get(asked.location()).await.has("Enter a code"));
    assert_eq!(prove(PASSWORD, "000000").await, asked.location());
    assert_eq!(prove("not the right one", &phone.code(&app, 0)).await, asked.location());
    app.clock.advance(2 * SECOND);
    assert_eq!(prove(PASSWORD, &phone.code(&app, 0)).await, "/account/security");
    assert!(late.get("/account/security").await.has("The code app is removed"));
    app.sign_in("sam").await;
}

/// ASVS 7.5.3
#[tokio::test]
async fn what_needs_a_proof_needs_both_where_there_are_two() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let (phone, _) = set_up(&sam).await;
    app.clock.advance(10 * MINUTE);
    let asked = sam.post("/fn/end_other_sign_ins", &[("_page", "/account/sessions")]).await;
    assert!(asked.location().starts_with("/prove"), "{}", asked.location());
    let page = sam.get(asked.location()).await;
    assert!(page.has("name=\"code\"") && page.has("type=\"password\""), "{}", page.body);
    // The password is not replaced by who knows it alone.
    let change = [("current_password", PASSWORD), ("new_password", ANOTHER), ("_page", "/account")];
    assert!(sam.post("/fn/change_password", &change).await.location().starts_with("/prove"));
    let code = phone.code(&app, 0);
    sam.post("/fn/prove_again", &[("code", &code)]).await;
    assert!(sam.post("/fn/change_password", &change).await.location().starts_with("/prove"), "a code alone");
    app.clock.advance(30 * SECOND);
    sam.post("/fn/prove_again", &[("password", PASSWORD), ("code", &phone.code(&app, 0))]).await;
    assert_eq!(sam.post("/fn/end_other_sign_ins", &[]).await.location(), "/account/sessions");
    // The password alone keeps no proof of two recent.
    app.clock.advance(9 * MINUTE);
    assert!(sam.get("/prove").await.has("name=\"code\""));
    sam.post("/fn/prove_again", &[("password", PASSWORD), ("_page", "/prove")]).await;
    assert!(sam.get("/prove").await.has("Enter a code"));
    app.clock.advance(2 * MINUTE);
    assert!(sam.post("/fn/remove_code_app", &[]).await.location().starts_with("/prove"));
    // What would be lost on the way to a proof is not asked for before it.
    let page = sam.get("/account").await;
    assert!(page.has("/prove?next=%2Faccount%23change-password") && !page.has("new_password"), "{}", page.body);
    sam.post("/fn/prove_again", &[("password", PASSWORD), ("code", &phone.code(&app, 0))]).await;
    assert!(sam.get("/account").await.has("new_password"));
    assert_eq!(sam.post("/fn/change_password", &change).await.location(), "/account");
}

/// ASVS 6.3.3
#[tokio::test]
async fn with_one_proof_an_instructor_reaches_their_own_account_alone() {
    let app = App::with(&NEEDED).await;
    let ada = app.instructor("ada").await;
    for path in ["/", "/courses", "/courses/new"] {
        let page = ada.get(path).await;
        let is_public = page.status == StatusCode::OK && page.has("Your role needs a second step");
        assert!(is_public || page.location() == "/account/security?needed=1", "{path}: {}", page.body);
    }
    let typed = [("title", "Tides"), ("summary", "And moons"), ("description", "Words"), ("_page", "/courses/new")];
    let refused = ada.post("/fn/create_course", &typed).await;
    assert_eq!(refused.location(), "/account/security?needed=1");
    assert_eq!(ada.call("/fn/create_course", &typed).await.status, StatusCode::FORBIDDEN);
    let page = ada.get("/account/security?needed=1").await;
    assert!(page.has("needs a second step besides the password. Add a passkey or set up a code app"), "{}", page.body);
    let admin = app.admin("bo").await;
    for path in ["/admin/users", "/admin/audit", "/admin/server", "/admin/outbox", "/admin/audit.csv", "/people/1"] {
        let page = admin.get(path).await;
        assert!(
            page.location().starts_with("/account/security") || page.status == StatusCode::FORBIDDEN,
            "{path}: {}",
            page.status
        );
    }
    assert!(!admin.get("/account").await.has("/admin/users"));
    // A student needs none.
    assert_eq!(app.student("sam").await.get("/").await.status, StatusCode::OK);

    // What was typed waits, and is sent with one press.
    let (phone, _) = set_up(&ada).await;
    assert!(ada.get("/account").await.has("What you sent waits"));
    let waiting = ada.get("/resend").await;
    assert!(waiting.has("Tides"), "{}", waiting.body);
    assert_eq!(ada.get("/courses/new").await.status, StatusCode::OK);
    // The next sign-in asks for it, and then all is there.
    let again = half_way(&app, "ada", PASSWORD).await;
    app.clock.advance(30 * SECOND);
    assert_eq!(show(&again, &phone.code(&app, 0)).await, "/");
    assert_eq!(again.get("/courses/new").await.status, StatusCode::OK);
    // It stays while the role needs it.
    let page = again.post("/fn/remove_code_app", &[]).await;
    assert!(page.status == StatusCode::FORBIDDEN && page.has("Your role needs a second step"), "{}", page.body);
    assert!(again.get("/account/security").await.has("badge good\">In use"));
}

/// ASVS 6.4.3, 6.4.4
#[tokio::test]
async fn a_reset_takes_the_second_step_of_who_signed_up_with_an_address_and_never_confirmed_it() {
    let app = App::start().await;
    for is_confirmed in [true, false] {
        let name = if is_confirmed { "sam" } else { "eve" };
        let email = format!("{name}@uni.example");
        let visitor = app.student(name).await;
        set_up(&visitor).await;
        if is_confirmed {
            visitor.post("/fn/ask_confirmation", &[]).await;
            let token = app.letter_to(&email).await.token();
            visitor.post("/fn/confirm_address", &[("token", &token)]).await;
        }
        app.anonymous().post("/fn/ask_reset", &[("email", &email)]).await;
        let token = app.letter_to(&email).await.token();
        app.anonymous().post("/fn/reset_password", &[("token", &token), ("new_password", ANOTHER)]).await;
        let to = app.anonymous().sign_in(name, ANOTHER).await.location().to_owned();
        // Who made the other account may be somebody else than reads at its address, and what they set up is gone.
        assert_eq!(to, if is_confirmed { "/login/second" } else { "/" });
    }
}

#[tokio::test]
async fn a_set_up_link_leads_to_the_second_step_as_well() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let (phone, _) = set_up(&sam).await;
    let id: i64 = app.admin("ada").await.id_of("sam").await.parse().unwrap();
    let mut write =
        app.site.db.begin_write(std::sync::Arc::new(lectern::sessions::caller::Caller::of_the_system())).await.unwrap();
    let token = crate::app::task().admin(&mut write).make_set_up_link(Some(lectern::id::UserId(id))).await.unwrap();
    write.commit().await.unwrap();
    let visitor = app.anonymous();
    let page = visitor.post("/fn/set_first_password", &[("token", &token), ("password", ANOTHER)]).await;
    assert_eq!((page.location(), visitor.cookie("lectern")), ("/login/second", None));
    app.clock.advance(30 * SECOND);
    assert_eq!(show(&visitor, &phone.code(&app, 0)).await, "/");
}

#[tokio::test]
async fn staying_signed_in_goes_through_the_second_step() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    let (phone, _) = set_up(&sam).await;
    let visitor = app.anonymous();
    let fields = [("email", "sam@uni.example"), ("password", PASSWORD), ("remember", "yes"), ("next", "/account")];
    assert_eq!(visitor.post("/fn/sign_in", &fields).await.location(), "/login/second");
    app.clock.advance(30 * SECOND);
    assert_eq!(show(&visitor, &phone.code(&app, 0)).await, "/account");
    assert!(visitor.get("/account/sessions").await.has("Stays signed in"));
}
