//! The lab: what it shows, what it measures, and that it leaves nothing behind.

use axum::http::StatusCode;
use lectern::clock::SECOND;
use lectern::id::{SignInId, UserId};
use lectern::lab::taking_back::claims;
use lectern::sessions::caller::Caller;
use lectern::tokens::access;

use crate::app::App;

/// A page is read by extensions, printed, and sent to others: nothing in it may open anything.
#[tokio::test]
async fn the_page_shows_a_pair_and_never_a_credential() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let before = app.count("session_records").await;
    for visitor in [&sam, &app.anonymous()] {
        let page = visitor.get("/lab").await;
        assert_eq!(page.status, StatusCode::OK);
        for words in
            ["Two ways to stay signed in", "What you send", "What we keep", "not measured yet", "jti", "localStorage"]
        {
            assert!(page.body.to_lowercase().contains(&words.to_lowercase()), "{words}");
        }
        // A token is three long parts: nowhere do two whole ones follow each other.
        let text = page.body.replace("<span class=\"part payload\">", "").replace("</span>", "");
        let whole = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).find(|word| {
            let parts: Vec<&str> = word.split('.').collect();
            parts.len() > 1 && parts.iter().filter(|part| part.len() > 30).count() > 1
        });
        assert_eq!(whole, None);
    }
    let cookie = sam.cookie("lectern").unwrap();
    let page = sam.get("/lab").await;
    assert!(page.has(&format!("{}•", &cookie[..4])) && !page.has(&cookie[..8]), "its start alone");
    assert!(page.has("You hold one of each") && app.anonymous().get("/lab").await.has("belongs to nobody"));
    assert_eq!(app.count("session_records").await, before, "looking keeps nothing");
    assert_eq!(app.count("lab_sign_ins").await, 0);
}

/// ASVS 9.2.4
#[tokio::test]
async fn what_the_lab_signs_opens_nothing_but_the_lab() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program_of("sam", &["account:read"]).await;
    let own = program.get("/api/v1/sign-ins").await.json();
    let family =
        own.as_array().unwrap().iter().find(|row| row["is_this"] == true).unwrap()["id"].as_str().unwrap().to_owned();
    let id = program.get("/api/v1/me").await.json()["id"].as_i64().unwrap();
    let mut read = app.site.db.read(std::sync::Arc::new(Caller::of_the_system())).await.unwrap();
    let key = app.site.keys.signer(&mut read, &app.site.key).await.unwrap();
    let mut of_lab = claims(&app.site, SignInId(family.parse().unwrap()), UserId(id), app.clock.now());
    let ask = async |claims: &access::Claims| {
        let token = access::sign(&key, claims).unwrap();
        let bearer = format!("Bearer {token}");
        app.program().ask(axum::http::Method::GET, "/api/v1/courses", None, &[("authorization", &bearer)]).await.status
    };
    assert_eq!(ask(&of_lab).await, StatusCode::UNAUTHORIZED);
    of_lab.aud = access::audience("http://localhost:3000");
    assert_eq!(ask(&of_lab).await, StatusCode::OK, "nothing else about it was wrong");
}

#[tokio::test]
async fn what_a_check_costs_is_measured_and_counted() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    assert!(app.anonymous().get("/lab").await.has("Not measured yet"));
    let before = app.count("session_records").await;
    assert_eq!(sam.post("/fn/measure_lab", &[]).await.location(), "/lab#measured");
    let measured = app.site.lab.last().unwrap();
    let questions: Vec<(bool, u32)> = measured.lines.iter().map(|line| (line.is_session, line.questions)).collect();
    assert_eq!(questions[..2], [(true, 2), (false, 1)], "the store and the database; one question for a token");
    assert!(
        questions[2..].iter().all(|line| *line == (false, 0)) && questions.len() == 6,
        "a signature alone asks nobody"
    );
    assert!(measured.lines.iter().all(|line| line.check.as_nanos() > 0));
    let sent: Vec<usize> = measured.lines.iter().map(|line| line.sent).collect();
    assert!(sent[0] < 60 && sent[1] > 400 && sent[1] < 1_000, "{sent:?}");
    let page = app.anonymous().get("/lab").await;
    for words in [
        "Session, in ",
        "Token, ES256, as this server",
        "Token, PS256, its signature alone",
        "<svg viewBox=\"0 0 350",
        "just now",
    ] {
        assert!(page.has(words), "{words}");
    }
    assert!(!page.has("RS256"), "only where the site allows it");
    assert_eq!(app.count("session_records").await, before, "the spare is gone");
    // Somebody who presses at once sees the same numbers.
    sam.post("/fn/measure_lab", &[]).await;
    assert_eq!(app.site.lab.last().unwrap().at, measured.at);
    app.clock.advance(5 * SECOND);
    sam.post("/fn/measure_lab", &[]).await;
    assert_ne!(app.site.lab.last().unwrap().at, measured.at);
}

#[tokio::test]
async fn spares_are_taken_back_and_nothing_of_them_stays() {
    let app = App::start().await;
    let sam = app.student("sam").await;
    let before = app.count("session_records").await;
    for visitor in [&sam, &app.anonymous()] {
        let done = visitor.post("/fn/time_lab", &[]).await;
        assert!(
            done.location().starts_with("/lab?timed=") && done.location().ends_with("#take-back"),
            "{}",
            done.location()
        );
        let page = visitor.get(done.location().trim_end_matches("#take-back")).await;
        assert!(page.has("<span data-watch=\"alone\">10:00</span>") && page.has("Time it again"), "{}", page.body);
        assert!(!page.has("<span data-watch=\"session\">–</span>"));
        let call = visitor.call("/fn/time_lab", &[]).await;
        let timed: serde_json::Value = serde_json::from_str(&call.body).unwrap();
        for which in ["session", "denylist", "epoch"] {
            assert!(timed[which].as_u64().unwrap() > 0, "{which}: {timed}");
        }
        assert_eq!(timed["alone"], 600, "what nobody asks about goes on");
    }
    for table in ["lab_sign_ins", "revoked_tokens"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    assert_eq!(app.count("session_records").await, before);
    assert_eq!(sam.get("/account").await.status, StatusCode::OK, "the reader stays signed in");
    // Numbers that were not measured here are not shown.
    let made_up = "eyJzZXNzaW9uIjoxLCJkZW55bGlzdCI6MSwiZXBvY2giOjEsImFsb25lIjoxLCJhdCI6MX0.AAAA";
    for address in [format!("/lab?timed={made_up}"), "/lab?timed=".to_owned(), "/lab?timed=x.y".to_owned()] {
        assert!(sam.get(&address).await.has("<span data-watch=\"session\">–</span>"), "{address}");
    }
}

#[tokio::test]
async fn the_lab_is_used_only_so_often() {
    let app = App::start().await;
    let visitor = app.anonymous();
    for _ in 0..30 {
        assert_eq!(visitor.post("/fn/measure_lab", &[]).await.status, StatusCode::SEE_OTHER);
    }
    for path in ["/fn/measure_lab", "/fn/time_lab"] {
        assert_eq!(visitor.post(path, &[]).await.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
    }
    app.clock.advance(60 * SECOND);
    assert_eq!(visitor.post("/fn/time_lab", &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_chooser_answers_with_reasons() {
    let app = App::start().await;
    let visitor = app.anonymous();
    let session = visitor.get("/lab?who=pages&nodes=one&revoke=now").await;
    assert!(session.has("<h3>A session</h3>") && session.has("with HttpOnly no script can read it"));
    let token = visitor.get("/lab?who=mobile&nodes=apart&revoke=now").await;
    assert!(token.has("<h3>Short tokens, renewed</h3>") && token.has("That is state, as a session is."));
    assert!(token.has("id=\"who-mobile\" name=\"who\" value=\"mobile\" checked"), "{}", token.body);
    for half in ["who=pages", "asked=yes"] {
        assert!(visitor.get(&format!("/lab?{half}")).await.has("Answer all three"), "{half}");
    }
    assert!(visitor.get("/lab?who=%3Cscript%3E&nodes=one&revoke=now").await.has("Answer all three"));
    assert!(!visitor.get("/lab").await.has("Answer all three"));
}

/// Every operation, scope and kind of refusal can be read about by people.
#[tokio::test]
async fn the_api_is_described_for_people() {
    use lectern::api::describe;
    use lectern::api::problem::KINDS;
    let app = App::start().await;
    let page = app.anonymous().get("/api").await;
    assert_eq!(page.status, StatusCode::OK);
    for item in describe::document().paths.paths.values() {
        for operation in [&item.get, &item.post, &item.patch, &item.delete].into_iter().flatten() {
            let name = operation.operation_id.as_deref().unwrap();
            assert!(page.has(&format!("<article id=\"{name}\" class=\"operation\"")), "{name}");
        }
    }
    for (address, ..) in KINDS {
        assert!(page.has(&format!("id=\"{}\"", address.trim_start_matches("/api#"))), "{address}");
    }
    assert!(
        page.has("-H &quot;Authorization: Bearer $TOKEN&quot;") || page.has("-H \"Authorization: Bearer $TOKEN\""),
        "{}",
        page.body
    );
    assert!(page.has("http://localhost:3000/api/v1/me"));
}
