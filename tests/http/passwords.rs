//! Passwords: what is refused and why, changing, rehashing.

use std::sync::Arc;

use axum::http::StatusCode;
use lectern::credentials::guessing::{Few, Guess, public_take_one};
use lectern::id::SignInId;
use lectern::sessions::caller::Caller;

use crate::app::{App, PASSWORD};

const ANOTHER: &str = "eleven loud geese at dawn";

/// ASVS 6.2.1, 6.2.4, 6.2.5, 6.2.11
#[tokio::test]
async fn a_refused_password_is_refused_with_its_reason_and_never_shown() {
    let app = App::start().await;
    for (password, why) in [
        ("", "Enter a password"),
        ("fourteen chars", "Use 15 characters or more; this has 14"),
        ("passwordpassword", "among the passwords that are tried first"),
        ("sam-poe-sam-poe-sam", "mostly your name"),
        (&"x y".repeat(400), "1,024 bytes"),
    ] {
        let visitor = app.anonymous();
        visitor
            .post(
                "/fn/sign_up",
                &[("email", "sam@uni.example"), ("name", "Sam Poe"), ("password", password), ("_page", "/signup")],
            )
            .await;
        let page = visitor.get("/signup").await;
        assert!(page.has(why), "{password}: {}", page.body);
        assert!(page.has("href=\"#password\"") && page.has("aria-invalid=\"true\""));
        assert!(page.has("<title>Error: Create account - Lectern</title>"), "{}", page.body);
        assert!(password.is_empty() || !page.has(password));
    }
}

/// ASVS 6.2.8
#[tokio::test]
async fn spaces_around_a_password_are_part_of_it() {
    let app = App::start().await;
    let spaced = "  nine quiet herons at dusk  ";
    app.anonymous().post("/fn/sign_up", &[("email", "sam@uni.example"), ("name", "Sam"), ("password", spaced)]).await;
    let signed_in = app.anonymous().sign_in("sam", spaced).await;
    assert_eq!(signed_in.location(), "/");
    assert!(
        app.anonymous().sign_in("sam", spaced.trim()).await.location() != "/"
            || app.anonymous().get("/account").await.location().starts_with("/login")
    );
    let trimmed = app.anonymous();
    trimmed.sign_in("sam", spaced.trim()).await;
    assert!(trimmed.get("/account").await.location().starts_with("/login"));
}

/// ASVS 6.2.2, 6.2.3, 7.2.4, 7.4.3, 7.5.1
#[tokio::test]
async fn changing_a_password_asks_for_the_old_one_and_ends_the_other_sign_ins() {
    let app = App::start().await;
    let here = app.student("sam").await;
    let phone = app.sign_in("sam").await;
    let before = here.cookie("lectern").unwrap();

    here.post(
        "/fn/change_password",
        &[("current_password", "not this one, no"), ("new_password", ANOTHER), ("_page", "/account")],
    )
    .await;
    assert!(here.get("/account").await.has("This is not your current password"));

    let page = here.post("/fn/change_password", &[("current_password", PASSWORD), ("new_password", ANOTHER)]).await;
    assert_eq!(page.location(), "/account");
    assert!(here.get("/account").await.has("your other sign-in ended"));
    assert_ne!(here.cookie("lectern").unwrap(), before, "the session id must change");
    assert!(phone.get("/account").await.location().starts_with("/login"), "the phone must be signed out");
    let mut stolen = app.anonymous();
    stolen.user_agent = "curl/8.5".to_owned();
    stolen.set_cookie("lectern", &before);
    assert!(stolen.get("/account").await.location().starts_with("/login"), "the old id must be dead");

    assert_eq!(app.anonymous().sign_in("sam", ANOTHER).await.location(), "/");
    let old = app.anonymous();
    old.sign_in("sam", PASSWORD).await;
    assert!(old.get("/account").await.location().starts_with("/login"));
}

/// ASVS 6.2.1, 6.2.4
#[tokio::test]
async fn a_new_password_has_the_same_rules() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    sam.post(
        "/fn/change_password",
        &[("current_password", PASSWORD), ("new_password", "short"), ("_page", "/account")],
    )
    .await;
    let page = sam.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.has("Use 15 characters or more; this has 5") && page.has("href=\"#new_password\""), "{}", page.body);
}

/// Five wrong tries from where this visitor is.
async fn guess_five_times(visitor: &crate::app::Visitor<'_>, name: &str) {
    for _ in 0..5 {
        let page = visitor
            .call("/fn/sign_in", &[("email", &format!("{name}@uni.example")), ("password", "not the right one, no")])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

/// ASVS 6.3.1
#[tokio::test]
async fn guessing_slows_down_the_guesser_more_and_more() {
    let app = App::start().await;
    app.student("sam").await;
    let guesser = app.anonymous();
    guess_five_times(&guesser, "sam").await;
    let mut waited = Vec::new();
    for _ in 0..12 {
        let wrong = [("email", "sam@uni.example"), ("password", "not the right one, no")];
        assert_eq!(guesser.call("/fn/sign_in", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = guesser.call("/fn/sign_in", &wrong).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        let seconds: i64 = page.header("retry-after").parse().unwrap();
        waited.push(seconds);
        app.clock.advance(seconds * 1_000);
    }
    assert_eq!(waited, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
}

#[tokio::test]
async fn the_wait_is_said_beside_what_was_typed_and_holds_for_the_right_password_too() {
    let app = App::start().await;
    app.student("sam").await;
    let guesser = app.anonymous();
    guess_five_times(&guesser, "sam").await;
    guesser.sign_in("sam", "not the right one, no").await;
    let right = [("email", "sam@uni.example"), ("password", PASSWORD), ("_page", "/login")];
    assert_eq!(guesser.post("/fn/sign_in", &right).await.location(), "/login");
    let page = guesser.get("/login").await;
    assert!(page.has("Too many tries. Wait 1 second") && page.has("value=\"sam@uni.example\""), "{}", page.body);
    app.clock.advance(1_000);
    assert_eq!(guesser.post("/fn/sign_in", &right).await.location(), "/");
}

/// ASVS 6.3.1
#[tokio::test]
async fn the_right_person_elsewhere_and_others_behind_the_same_address_sign_in() {
    let app = App::with(&[("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.student("sam").await;
    app.student("kim").await;
    let guesser = app.anonymous();
    guess_five_times(&guesser, "sam").await;
    guesser.sign_in("sam", "not the right one, no").await;
    assert_eq!(app.anonymous().sign_in("kim", PASSWORD).await.location(), "/", "the guesser's neighbour");
    let elsewhere = app.anonymous();
    let mut request = elsewhere
        .form("/fn/sign_in", &[])
        .body(crate::app::encode(&[("email", "sam@uni.example"), ("password", PASSWORD)]).into())
        .unwrap();
    request.headers_mut().insert("x-forwarded-for", "198.51.100.7".parse().unwrap());
    assert_eq!(elsewhere.send(request).await.location(), "/", "the right person, from elsewhere");
    let still = guesser.call("/fn/sign_in", &[("email", "sam@uni.example"), ("password", PASSWORD)]).await;
    assert_eq!(still.status, StatusCode::TOO_MANY_REQUESTS, "their success must not free the guesser");
}

#[tokio::test]
async fn a_stranger_and_nobody_wait_alike() {
    let app = App::start().await;
    let guesser = app.anonymous();
    guess_five_times(&guesser, "nobody").await;
    guesser.sign_in("nobody", "not the right one, no").await;
    let page = guesser.call("/fn/sign_in", &[("email", "nobody@uni.example"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn asking_which_addresses_have_an_account_is_slowed_down() {
    let app = App::start().await;
    app.student("sam").await;
    let asker = app.anonymous();
    let taken = [("email", "sam@uni.example"), ("name", "X"), ("password", PASSWORD)];
    for _ in 0..6 {
        assert_eq!(asker.call("/fn/sign_up", &taken).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(asker.call("/fn/sign_up", &taken).await.status, StatusCode::TOO_MANY_REQUESTS);
    let fresh = [("email", "new@uni.example"), ("name", "X"), ("password", PASSWORD)];
    assert_eq!(
        asker.call("/fn/sign_up", &fresh).await.status,
        StatusCode::OK,
        "a class behind one address can sign up"
    );
}

#[tokio::test]
async fn a_busy_server_counts_no_guess() {
    let app = App::start().await;
    app.student("sam").await;
    let wrong = [("email", "sam@uni.example"), ("password", "not the right one, no")];
    let visitor = app.anonymous();
    let mut turns = Vec::new();
    while let Ok(turn) = app.site.hashing.turn([127, 0, 0, 1].into()) {
        turns.push(turn);
    }
    for _ in 0..10 {
        let page = visitor.call("/fn/sign_in", &wrong).await;
        assert_eq!((page.status, page.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "5"), "{}", page.body);
    }
    for household in 0..=255 {
        while let Ok(turn) = app.site.hashing.turn([198, 51, 100, household].into()) {
            turns.push(turn);
        }
    }
    for _ in 0..10 {
        let page = visitor.call("/fn/sign_in", &wrong).await;
        assert_eq!((page.status, page.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "30"), "{}", page.body);
    }
    drop(turns);
    guess_five_times(&visitor, "sam").await;
    assert_eq!(visitor.sign_in("sam", PASSWORD).await.location(), "/", "the sixth try is free of a wait");
}

/// ASVS 6.3.1
#[tokio::test]
async fn one_password_on_many_accounts_is_guessing_as_well() {
    let app = App::with(&[("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.student("sam").await;
    let visitor = app.anonymous();
    let from = async |address: &str, name: &str, password: &str| {
        let fields = [("email", &*format!("{name}@uni.example")), ("password", password)];
        let mut request = visitor.form("/fn/sign_in", &[]).body(crate::app::encode(&fields).into()).unwrap();
        request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
        request.headers_mut().insert("accept", "application/json".parse().unwrap());
        visitor.send(request).await
    };
    for number in 0..19 {
        let page = from("2001:db8:1:2::1", &format!("person{number}"), "not the right one, no").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
    }
    // Being right clears none of them: else an account of one's own would.
    assert_eq!(from("2001:db8:1:2::2", "sam", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(
        from("2001:db8:1:2::3", "other", "not the right one, no").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    app.clock.advance(20_000);
    let refused = from("2001:db8:1:2::4", "sam", PASSWORD).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "40"));
    assert_eq!(from("2001:db8:1:3::1", "sam", PASSWORD).await.status, StatusCode::OK, "the neighbour's household");
    app.clock.advance(40_000);
    assert_eq!(from("2001:db8:1:2::4", "sam", PASSWORD).await.status, StatusCode::OK);
}

/// Tries at `name`'s password from `from` without a comparison: only whether they are let in, and counted as wrong.
async fn wrong_from(app: &App, name: &str, from: &str, is_known: bool) -> bool {
    let guess = Guess::at_password(&format!("{name}@uni.example"), from.parse().unwrap(), is_known);
    let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
    if guess.count(&mut write).await.is_err() {
        return false;
    }
    guess.count_wrong(&mut write).await.unwrap();
    write.commit().await.unwrap();
    true
}

/// ASVS 6.3.1
#[tokio::test]
async fn a_hundred_tries_at_one_account_from_many_places_slow_down_unknown_places_alone() {
    let app = App::with(&[("LECTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.student("sam").await;
    app.student("kim").await;
    for number in 0..101 {
        app.clock.advance(1_000);
        assert!(wrong_from(&app, "sam", &format!("198.51.100.{number}"), false).await, "{number}");
    }
    assert!(!wrong_from(&app, "sam", "198.51.100.200", false).await, "the botnet's next has to wait");
    // Its person is not locked out of where they have been, ...
    assert_eq!(app.anonymous().sign_in("sam", PASSWORD).await.location(), "/");
    // ... nor anybody else of anywhere.
    assert!(wrong_from(&app, "kim", "198.51.100.200", false).await);
    // From a new place they wait with the guessers, a quarter of an hour at most, and being right ends it.
    let elsewhere = app.anonymous();
    let from_elsewhere = async || {
        let fields = [("email", "sam@uni.example"), ("password", PASSWORD)];
        let mut request = elsewhere.form("/fn/sign_in", &[]).body(crate::app::encode(&fields).into()).unwrap();
        request.headers_mut().insert("x-forwarded-for", "203.0.113.5".parse().unwrap());
        request.headers_mut().insert("accept", "application/json".parse().unwrap());
        elsewhere.send(request).await
    };
    let waits = from_elsewhere().await;
    assert_eq!((waits.status, waits.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    app.clock.advance(1_000);
    assert_eq!(from_elsewhere().await.status, StatusCode::OK);
    assert!(wrong_from(&app, "sam", "198.51.100.201", false).await, "the count begins anew");
}

/// ASVS 6.3.1
#[tokio::test]
async fn after_three_hundred_wrong_ones_in_a_minute_unknown_places_have_one_try_each() {
    let app = App::start().await;
    app.student("sam").await;
    for number in 0..300 {
        let from = format!("198.51.{}.{}", 100 + number / 250, number % 250);
        assert!(wrong_from(&app, &format!("person{number}"), &from, false).await, "{number}");
    }
    assert!(wrong_from(&app, "someone", "203.0.113.9", false).await, "each place has one try in the minute");
    assert!(!wrong_from(&app, "another", "203.0.113.9", false).await, "and no more");
    assert_eq!(app.anonymous().sign_in("sam", PASSWORD).await.location(), "/", "a known place");
    app.clock.advance(60_000);
    assert!(wrong_from(&app, "someone", "203.0.113.9", false).await);
}

#[tokio::test]
async fn one_place_makes_five_hundred_accounts_in_an_hour() {
    let app = App::start().await;
    let made = async || {
        let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
        let counted = public_take_one(&mut write, Few::Accounts, "127.0.0.1").await;
        write.commit().await.unwrap();
        counted.is_ok()
    };
    for number in 0..499 {
        assert!(made().await, "{number}");
    }
    app.student("last").await;
    let fields = [("email", "over@uni.example"), ("name", "X"), ("password", PASSWORD)];
    let page = app.anonymous().call("/fn/sign_up", &fields).await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "3600"));
    app.clock.advance(3_600_000);
    assert_eq!(app.anonymous().call("/fn/sign_up", &fields).await.status, StatusCode::OK);
}

/// A clock that was set back must not make anybody wait for as long as it was ahead.
#[tokio::test]
async fn a_clock_that_jumps_makes_nobody_wait_longer_than_the_longest_wait() {
    let app = App::start().await;
    app.student("sam").await;
    let guesser = app.anonymous();
    guess_five_times(&guesser, "sam").await;
    guesser.sign_in("sam", "not the right one, no").await;
    app.clock.advance(-86_400_000);
    let page = guesser.call("/fn/sign_in", &[("email", "sam@uni.example"), ("password", PASSWORD)]).await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "900"));
}

/// Whoever has somebody's session must not guess the password with it from a thousand addresses.
#[tokio::test]
async fn guessing_inside_a_stolen_session_is_counted_wherever_it_comes_from() {
    let app = App::start().await;
    let sign_in = SignInId(7);
    let mut taken = 0;
    for number in 0..40 {
        let guess = Guess::at_own_password("sam@uni.example", [198, 51, 100, number].into(), sign_in);
        let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
        if guess.count(&mut write).await.is_ok() {
            write.commit().await.unwrap();
            taken += 1;
        }
    }
    assert_eq!(taken, 21, "twenty are free, and the one after them begins the wait");
}

/// ASVS 6.2.12
#[tokio::test]
async fn what_was_found_in_a_breach_is_refused_wherever_a_password_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("breached.txt");
    let leaked = "seven brave foxes by the sea";
    let hash = sha1_of(leaked);
    std::fs::write(
        &path,
        format!(
            "0000000000000000000000000000000000000000:9\r\n{hash}:2\r\nFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:1\r\n"
        ),
    )
    .unwrap();
    let file = path.to_str().unwrap();
    let app = App::with(&[("LECTERN_BREACHED_FILE", file), ("LECTERN_SMTP_URL", "smtp://127.0.0.1:1")]).await;
    let sam = app.person("sam", lectern::accounts::model::SiteRole::Student).await;
    sam.post("/fn/ask_reset", &[("email", "sam@uni.example")]).await;
    let token = app.letter_to("sam@uni.example").await.token();
    let refused = [
        sam.call("/fn/sign_up", &[("email", "new@uni.example"), ("name", "New"), ("password", leaked)]).await,
        sam.call("/fn/change_password", &[("current_password", PASSWORD), ("new_password", leaked)]).await,
        sam.call("/fn/reset_password", &[("token", &token), ("new_password", leaked)]).await,
    ];
    for page in refused {
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.has("found in a breach of another site"), "{}", page.body);
    }
    let taken = sam.call("/fn/reset_password", &[("token", &token), ("new_password", ANOTHER)]).await;
    assert_eq!(taken.status, StatusCode::OK);
    // A file that is gone refuses nobody, and the log says so.
    std::fs::remove_file(&path).unwrap();
    let sam = app.sign_in_with("sam", ANOTHER).await;
    let page = sam.call("/fn/change_password", &[("current_password", ANOTHER), ("new_password", leaked)]).await;
    assert_eq!(page.status, StatusCode::OK);
}

/// What sha1sum prints.
fn sha1_of(text: &str) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut sum = Command::new("sha1sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    sum.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let made = sum.wait_with_output().unwrap().stdout;
    String::from_utf8(made).unwrap()[..40].to_uppercase()
}
