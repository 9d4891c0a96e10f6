//! Getting, renewing and losing tokens.

use axum::http::{Method, StatusCode};
use lectern::accounts::model::SiteRole;
use lectern::clock::{DAY, MINUTE, SECOND};
use serde_json::json;

use super::bad_tokens::parts;
use crate::app::{App, PASSWORD};

#[tokio::test]
async fn a_program_signs_in_and_is_somebody_for_ten_minutes() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program_of("sam", &["account:read"]).await;
    let me = program.get("/api/v1/me").await;
    assert_eq!(me.status, StatusCode::OK, "{}", me.body);
    let me = me.json();
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("sam@uni.example"), Some("student")));
    assert_eq!(me["scope"], "account:read");
    app.clock.advance(10 * MINUTE - SECOND);
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    app.clock.advance(SECOND);
    let late = program.get("/api/v1/me").await;
    assert_eq!((late.status, late.problem()), (StatusCode::UNAUTHORIZED, "invalid-token".to_owned()));
    assert!(late.header("www-authenticate").contains("error=\"invalid_token\""));
}

/// ASVS 6.3.1
#[tokio::test]
async fn a_wrong_password_is_one_answer_and_slows_down_whoever_guesses() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program();
    let sent = |email: &str, password: &str| json!({"email": email, "password": password, "client": "my-script", "scopes": ["account:read"]});
    let wrong = program.post("/api/v1/sign-in", &sent("sam@uni.example", "not the right one, no")).await;
    let nobody = program.post("/api/v1/sign-in", &sent("nobody@uni.example", "not the right one, no")).await;
    assert_eq!((wrong.status, wrong.problem()), (StatusCode::UNAUTHORIZED, "not-signed-in".to_owned()));
    assert_eq!((nobody.status, &nobody.body), (wrong.status, &wrong.body));
    for _ in 0..5 {
        program.post("/api/v1/sign-in", &sent("sam@uni.example", "not the right one, no")).await;
    }
    let held = program.post("/api/v1/sign-in", &sent("sam@uni.example", PASSWORD)).await;
    assert_eq!((held.status, held.problem()), (StatusCode::TOO_MANY_REQUESTS, "too-many".to_owned()));
    assert!(!held.header("retry-after").is_empty());
    // The same count as at the form: a program is no second place to guess at.
    let browser = app.anonymous();
    browser.sign_in("sam", PASSWORD).await;
    assert_ne!(browser.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_sent_to_sign_in_is_read_strictly() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program();
    let good =
        json!({"email": "sam@uni.example", "password": PASSWORD, "client": "my-script", "scopes": ["account:read"]});
    for (field, value, status) in [
        ("scopes", json!([]), 422),
        ("scopes", json!(["admin"]), 422),
        ("scopes", json!("account:read"), 422),
        ("client", json!(""), 422),
        ("client", json!("<b>Your bank</b>"), 422),
        ("client", json!("x".repeat(61)), 422),
        ("email", json!("sam"), 422),
        ("email", json!(1), 422),
        ("password", json!(null), 422),
        ("password", json!(""), 422),
        ("role", json!("admin"), 422),
    ] {
        let mut sent = good.clone();
        sent[field] = value.clone();
        let reply = program.post("/api/v1/sign-in", &sent).await;
        assert_eq!(reply.status.as_u16(), status, "{field}: {value}: {}", reply.body);
        reply.problem();
    }
    assert_eq!(program.post("/api/v1/sign-in", &good).await.status, StatusCode::OK);
}

/// ASVS 9.2.2, 7.2.4
#[tokio::test]
async fn a_refresh_token_works_once_and_gives_the_next() {
    let app = App::start().await;
    app.student("sam").await;
    let mut program = app.program_of("sam", &["account:read"]).await;
    let first = program.refresh.clone().unwrap();
    app.clock.advance(11 * MINUTE);
    let renewed = program.renew(&first).await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    assert_eq!(renewed.header("cache-control"), "no-store");
    program.take(&renewed);
    assert_ne!(program.refresh.as_ref(), Some(&first));
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    // One kind of token is not another.
    program.token = program.refresh.clone();
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(program.renew(renewed.json()["access_token"].as_str().unwrap()).await.oauth(), "invalid_grant");
}

#[tokio::test]
async fn a_race_gets_the_successor_and_nobody_else_does() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program_of("sam", &["account:read"]).await;
    let first = program.refresh.clone().unwrap();
    let winner = program.renew(&first).await.json();
    app.clock.advance(19 * SECOND);
    let loser = program.renew(&first).await;
    assert_eq!(loser.status, StatusCode::OK, "{}", loser.body);
    assert_eq!(loser.json()["refresh_token"], winner["refresh_token"], "both hold the same one");
    assert_eq!(program.renew(winner["refresh_token"].as_str().unwrap()).await.status, StatusCode::OK);
    // Two uses ago is no race any more.
    assert_eq!(program.renew(&first).await.oauth(), "invalid_grant");
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "and ends the family");
}

/// ASVS 10.4.5
#[tokio::test]
async fn a_copy_of_a_refresh_token_ends_the_family_and_the_person_is_told() {
    let app = App::with(&[("LECTERN_SMTP_URL", "smtp://127.0.0.1:9")]).await;
    app.person("sam", SiteRole::Student).await;
    for (after, agent) in [(21 * SECOND, "my-script/1"), (0, "a-thief/1")] {
        let program = app.program_of("sam", &["account:read"]).await;
        let first = program.refresh.clone().unwrap();
        let next = program.renew(&first).await.json();
        app.clock.advance(after);
        let mut thief = app.program();
        thief.user_agent = agent.to_owned();
        assert_eq!(thief.renew(&first).await.oauth(), "invalid_grant");
        assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "the access token is dead too");
        assert_eq!(program.renew(next["refresh_token"].as_str().unwrap()).await.oauth(), "invalid_grant");
        assert!(app.letter_to("sam@uni.example").await.text.contains("The app is signed out"));
        let sam = app.sign_in("sam").await;
        assert!(sam.get("/account/sessions").await.has("A copy of its token was used"));
        assert!(sam.get("/account/history").await.has("Copied token was used"));
    }
    // Somebody else's family lives on.
    assert_eq!(app.program_of("sam", &["account:read"]).await.get("/api/v1/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn scopes_shrink_and_never_grow() {
    let app = App::start().await;
    app.student("sam").await;
    let mut program = app.program_of("sam", &["account:read", "courses:read"]).await;
    let refresh = program.refresh.clone().unwrap();
    let with = |scope: &'static str| [("grant_type", "refresh_token"), ("scope", scope)];
    for wrong in ["account:read users:write", "everything", "", "account:read  courses:read"] {
        let fields = [&with("")[..1], &[("refresh_token", refresh.as_str()), ("scope", wrong)]].concat();
        assert_eq!(program.form("/api/v1/token", &fields).await.oauth(), "invalid_scope", "{wrong}");
    }
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("scope", "courses:read")];
    let narrower = program.form("/api/v1/token", &fields).await;
    assert_eq!(narrower.json()["scope"], "courses:read");
    program.take(&narrower);
    let me = program.get("/api/v1/me").await;
    assert_eq!((me.status, me.problem()), (StatusCode::FORBIDDEN, "insufficient-scope".to_owned()));
    assert!(me.header("www-authenticate").contains("scope=\"account:read\""));
    // The family keeps what it had.
    let again = program.renew(&program.refresh.clone().unwrap()).await.json();
    assert_eq!(again["scope"], "account:read courses:read");
    let other = [
        ("grant_type", "refresh_token"),
        ("refresh_token", again["refresh_token"].as_str().unwrap()),
        ("client_id", "another"),
    ];
    assert_eq!(program.form("/api/v1/token", &other).await.oauth(), "invalid_grant");
}

/// ASVS 10.4.8
#[tokio::test]
async fn a_family_ends_by_itself_after_14_days_without_use_and_after_30_in_any_case() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program_of("sam", &["account:read"]).await;
    app.clock.advance(14 * DAY);
    assert_eq!(program.renew(&program.refresh.clone().unwrap()).await.oauth(), "invalid_grant");
    let mut program = app.program_of("sam", &["account:read"]).await;
    for _ in 0..29 {
        app.clock.advance(DAY);
        let renewed = program.renew(&program.refresh.clone().unwrap()).await;
        assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
        program.take(&renewed);
    }
    app.clock.advance(DAY);
    assert_eq!(program.renew(&program.refresh.clone().unwrap()).await.oauth(), "invalid_grant");
}

/// ASVS 7.4.1, 7.4.2, 10.4.9
#[tokio::test]
async fn whatever_ends_a_sign_in_ends_its_tokens_at_the_next_request() {
    let app = App::start().await;
    let admin = app.admin("admin").await;
    let sam = app.student("sam").await;
    let id = admin.id_of("sam").await;
    let program = app.program_of("sam", &["account:read"]).await;
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    // Ended by its person: it stands on the page as what it calls itself.
    let page = sam.get("/account/sessions").await;
    assert!(page.has("my-script") && page.has("Token"), "{}", page.body);
    sam.post("/fn/end_other_sign_ins", &[]).await;
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(program.renew(&program.refresh.clone().unwrap()).await.oauth(), "invalid_grant");
    // By a new password.
    let program = app.program_of("sam", &["account:read"]).await;
    let change = [("current_password", PASSWORD), ("new_password", "eleven loud geese at dawn")];
    sam.post("/fn/change_password", &change).await;
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    let back = [("current_password", "eleven loud geese at dawn"), ("new_password", PASSWORD)];
    sam.post("/fn/change_password", &back).await;
    // By another role: what it was let do was what the earlier one could.
    let program = app.program_of("sam", &["account:read"]).await;
    admin.post("/fn/save_role", &[("person", &id), ("role", "instructor")]).await;
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    // By an admin who closes the account.
    let program = app.program_of("sam", &["account:read"]).await;
    admin.post("/fn/disable_account", &[("person", &id)]).await;
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(program.renew(&program.refresh.clone().unwrap()).await.oauth(), "invalid_grant");
    assert_eq!(app.program().sign_in("sam", &["account:read"]).await.status, StatusCode::UNAUTHORIZED);
    admin.post("/fn/enable_account", &[("person", &id)]).await;
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "what ended stays ended");
}

/// RFC 7009, 7662
#[tokio::test]
async fn a_token_is_taken_back_by_whoever_holds_it_and_asked_about_by_its_person() {
    let app = App::start().await;
    app.student("sam").await;
    app.student("kim").await;
    let (program, other) =
        (app.program_of("sam", &["account:read"]).await, app.program_of("kim", &["account:read"]).await);
    let (access, refresh) = (program.token().to_owned(), program.refresh.clone().unwrap());
    let ask = async |who: &super::program::Program<'_>, token: &str| {
        who.form("/api/v1/introspect", &[("token", token)]).await.json()
    };
    let asker = app.program_of("sam", &["account:read"]).await;
    let known = ask(&asker, &access).await;
    assert_eq!((known["active"].as_bool(), known["client_id"].as_str()), (Some(true), Some("my-script")));
    assert_eq!(ask(&asker, &refresh).await["token_type"], "refresh_token");
    assert_eq!(ask(&other, &access).await, json!({"active": false}), "somebody else’s");
    for nothing in ["", "x", "lectern_rt_x.y", "a.b.c"] {
        assert_eq!(ask(&asker, nothing).await, json!({"active": false}));
    }
    assert_eq!(app.program().form("/api/v1/introspect", &[("token", &access)]).await.status, StatusCode::UNAUTHORIZED);

    // The access token alone: its family goes on.
    let anybody = app.program();
    assert_eq!(
        anybody.form("/api/v1/revoke", &[("token", &access), ("token_type_hint", "refresh_token")]).await.status,
        StatusCode::OK
    );
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&asker, &access).await, json!({"active": false}));
    assert_eq!(app.count("revoked_tokens").await, 1);
    let mut program = program;
    program.take(&program.renew(&refresh).await);
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    // The refresh token: the app is signed out.
    let refresh = program.refresh.clone().unwrap();
    assert_eq!(anybody.form("/api/v1/revoke", &[("token", &refresh)]).await.status, StatusCode::OK);
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    for nothing in ["", "x", refresh.as_str(), "lectern_pat_x"] {
        assert_eq!(
            anybody.form("/api/v1/revoke", &[("token", nothing)]).await.status,
            StatusCode::OK,
            "nothing is told"
        );
    }
    assert_eq!(anybody.form("/api/v1/revoke", &[]).await.status, StatusCode::BAD_REQUEST);
}

/// ASVS 7.1.2
#[tokio::test]
async fn a_program_that_signs_in_again_and_again_ends_no_browser() {
    let app = App::cheap().await;
    let sam = app.student("sam").await;
    let first = app.program_of("sam", &["account:read"]).await;
    for _ in 0..50 {
        app.clock.advance(SECOND);
        app.program_of("sam", &["account:read"]).await;
    }
    assert_eq!(first.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "the one used longest ago made room");
    assert_eq!(sam.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_token_stands_in_the_database() {
    let app = App::start().await;
    app.student("sam").await;
    let mut program = app.program_of("sam", &["account:read"]).await;
    let first = program.refresh.clone().unwrap();
    program.take(&program.renew(&first).await);
    let dump = app.dump().await;
    let dump = String::from_utf8_lossy(&dump);
    for secret in [program.token(), &first, program.refresh.as_ref().unwrap()] {
        let part = &secret[secret.len() - 30..];
        assert!(!dump.contains(part), "a token is kept");
    }
    // Nor does the half of a key that signs.
    assert!(!dump.contains("PRIVATE KEY"));
}

/// ASVS 9.1.3
#[tokio::test]
async fn keys_are_published_follow_on_each_other_and_end() {
    use crate::app::task;
    use lectern::sessions::caller::Caller;
    use lectern::site_key::Purpose;
    use lectern::tokens::algorithm::Algorithm;
    use lectern::tokens::keys::Key;
    let app = App::start().await;
    app.student("sam").await;
    let kid_of = |token: &str| parts(token).0["kid"].as_str().unwrap().to_owned();
    let published = async || {
        let reply = app.program().get("/.well-known/jwks.json").await;
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
        let keys = reply.json()["keys"].as_array().unwrap().clone();
        keys.into_iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut program = app.program_of("sam", &["account:read"]).await;
    let old = kid_of(program.token());
    assert_eq!(published().await, std::slice::from_ref(&old));
    let system = std::sync::Arc::new(Caller::of_the_system());
    let follow = async || {
        let (next, secret) = Key::make(Algorithm::Es256).unwrap();
        let sealed = app.site.key.seal(Purpose::SigningKey, &secret).unwrap();
        let mut write = app.site.db.begin_write(system.clone()).await.unwrap();
        task().admin(&mut write).rotate_keys(&next, &sealed).await.unwrap();
        write.commit().await.unwrap();
        next.kid
    };
    app.clock.advance(SECOND);
    let new = follow().await;
    assert_eq!(published().await, [new.clone(), old.clone()], "heard of before it signs");
    program.take(&program.renew(&program.refresh.clone().unwrap()).await);
    assert_eq!(kid_of(program.token()), old);
    app.clock.advance(10 * MINUTE - SECOND);
    program.take(&program.renew(&program.refresh.clone().unwrap()).await);
    assert_eq!(kid_of(program.token()), old, "the last one it signs");
    app.clock.advance(SECOND);
    let mut later = app.program_of("sam", &["account:read"]).await;
    assert_eq!(kid_of(later.token()), new);
    // Nothing breaks while both are good.
    app.clock.advance(10 * MINUTE - 2 * SECOND);
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    assert_eq!(later.get("/api/v1/me").await.status, StatusCode::OK);
    app.clock.advance(MINUTE);
    assert_eq!(published().await, std::slice::from_ref(&new));
    // A key that got out is retired: what it signed is refused at the next request, and another signs.
    later.take(&later.renew(&later.refresh.clone().unwrap()).await);
    assert_eq!(later.get("/api/v1/me").await.status, StatusCode::OK);
    let (next, secret) = Key::make(Algorithm::Es256).unwrap();
    let sealed = app.site.key.seal(Purpose::SigningKey, &secret).unwrap();
    let mut write = app.site.db.begin_write(system.clone()).await.unwrap();
    let signing = app.site.config.tokens;
    assert!(task().admin(&mut write).retire_key(&new, signing, (&next, &sealed)).await.unwrap());
    assert!(!task().admin(&mut write).retire_key(&new, signing, (&next, &sealed)).await.unwrap(), "twice");
    write.commit().await.unwrap();
    assert_eq!(later.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    later.take(&later.renew(&later.refresh.clone().unwrap()).await);
    assert_eq!(kid_of(later.token()), next.kid);
    assert_eq!(later.get("/api/v1/me").await.status, StatusCode::OK);
    // The one that follows is retired, and the one before has its end already: there is always one that signs.
    let follows = follow().await;
    app.clock.advance(5 * MINUTE);
    let (last, secret) = Key::make(Algorithm::Es256).unwrap();
    let sealed = app.site.key.seal(Purpose::SigningKey, &secret).unwrap();
    let mut write = app.site.db.begin_write(system.clone()).await.unwrap();
    assert!(task().admin(&mut write).retire_key(&follows, signing, (&last, &sealed)).await.unwrap());
    write.commit().await.unwrap();
    assert_eq!(published().await, [last.kid.clone(), next.kid.clone()]);
    for (minutes, kid) in [(0, &next.kid), (4, &next.kid), (2, &last.kid), (60, &last.kid)] {
        app.clock.advance(minutes * MINUTE);
        later.take(&later.renew(&later.refresh.clone().unwrap()).await);
        assert_eq!(&kid_of(later.token()), kid, "{minutes} minutes later");
        assert_eq!(later.get("/api/v1/me").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_key_that_has_signed_for_sixty_days_is_followed_by_another() {
    let app = App::start().await;
    let due = async || app.site.keys.rotate_when_due(&app.site.db, &app.site.key).await.unwrap();
    app.clock.advance(60 * DAY - SECOND);
    assert!(!due().await);
    app.clock.advance(SECOND);
    assert!(due().await && !due().await, "once");
    let keys = app.program().get("/.well-known/jwks.json").await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn each_algorithm_is_a_setting_and_what_the_last_one_signed_stays_good() {
    let app = App::start().await;
    app.student("sam").await;
    let mut before = "ES256";
    for (algorithm, allowed, is_published) in
        [("EdDSA", "0", true), ("PS256", "0", true), ("HS256", "0", false), ("RS256", "1", true)]
    {
        let other = app.set_to(&[("LECTERN_TOKEN_ALGORITHM", algorithm), ("LECTERN_ALLOW_RS256", allowed)]).await;
        let keys = other.program().get("/.well-known/jwks.json").await.json();
        let has = keys["keys"].as_array().unwrap().iter().any(|key| key["alg"] == algorithm);
        assert_eq!(has, is_published, "{algorithm}");
        // The key before goes on signing until everybody has heard of the new one.
        app.clock.advance(10 * MINUTE - SECOND);
        let earlier = other.program_of("sam", &["account:read"]).await;
        assert_eq!(parts(earlier.token()).0["alg"], before);
        app.clock.advance(SECOND);
        let program = other.program_of("sam", &["account:read"]).await;
        assert_eq!(parts(program.token()).0["alg"], algorithm);
        for (program, words) in [(&earlier, before), (&program, algorithm)] {
            assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK, "{words} beside {algorithm}");
        }
        before = algorithm;
        if algorithm == "RS256" {
            // Without the setting that allows it, a key for RS256 is none.
            let strict = app.set_to(&[]).await;
            let strict = super::program::Program { token: program.token.clone(), ..strict.program() };
            assert_eq!(strict.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
            let keys = app.program().get("/.well-known/jwks.json").await.json();
            assert!(keys["keys"].as_array().unwrap().iter().all(|key| key["alg"] != "RS256"));
        }
    }
}

/// ASVS 6.6.1
#[tokio::test]
async fn a_program_shows_the_second_step_where_there_is_one() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let (phone, _) = crate::second_step::set_up(&sam).await;
    app.clock.advance(MINUTE);
    let program = app.program();
    let half = program.sign_in("sam", &["account:read"]).await;
    assert_eq!(half.status, StatusCode::ACCEPTED, "{}", half.body);
    let token = half.json()["second_step_token"].as_str().unwrap().to_owned();
    assert!(half.json().get("access_token").is_none());
    let send = async |token: &str, code: &str| {
        let sent = json!({"second_step_token": token, "code": code, "client": "my-script", "scopes": ["account:read"]});
        program.post("/api/v1/sign-in/second-step", &sent).await
    };
    let wrong = send(&token, "000000").await;
    assert_eq!((wrong.status, wrong.problem()), (StatusCode::UNAUTHORIZED, "not-signed-in".to_owned()));
    assert_eq!(send("unknown", "000000").await.status, StatusCode::UNAUTHORIZED);
    let code = phone.code(&app, 0);
    let done = send(&token, &code).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let mut signed_in = app.program();
    signed_in.take(&done);
    assert_eq!(signed_in.get("/api/v1/me").await.json()["second_step"], true);
    assert_eq!(send(&token, &code).await.status, StatusCode::UNAUTHORIZED, "used up");
    // A password alone is no way around: it gives no token.
    assert_eq!(
        app.program()
            .ask(Method::GET, "/api/v1/me", None, &[("authorization", &format!("Bearer {token}"))])
            .await
            .status,
        401
    );
}
