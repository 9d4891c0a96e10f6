//! What happens at the same moment: signing out while requests are under way, new session ids while a page is read, two who end
//! the same sign-ins. Over and over, on whichever session store the tests run (`scripts/test_stores.sh` runs all of them).

use axum::http::StatusCode;
use futures_util::future::join_all;
use lectern::clock::MINUTE;

use crate::app::{App, PASSWORD, Visitor};

/// How often each race is run; `LECTERN_TEST_RACES` says otherwise.
fn rounds() -> usize {
    std::env::var("LECTERN_TEST_RACES").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(40)
}

async fn is_in(visitor: &Visitor<'_>) -> bool {
    visitor.get("/account").await.status == StatusCode::OK
}

/// Bugs 12, 19 and 20 of security.md: a request that was under way at sign-out brings the session back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_while_requests_are_under_way_is_final() {
    let app = App::cheap().await;
    app.student("sam").await;
    for round in 0..rounds() {
        let sam = app.sign_in("sam").await;
        let jar = sam.jar();
        // Marked once, as a page that was open: whoever is quickest, the others' forms are theirs all the same.
        let token = sam.form_token().await.unwrap();
        let mark = ("_token", token.as_str());
        let others: Vec<Visitor<'_>> = (0..3).map(|_| app.visitor(&jar)).collect();
        // Long enough ago that each of them notes that it was seen, and one gives the session a new id.
        app.clock.advance(MINUTE);
        let late = others.iter().enumerate().map(async |(nth, other)| match nth {
            0 => other.get("/account").await,
            1 => other.post("/fn/save_profile", &[("name", "Sam"), ("_page", "/account"), mark]).await,
            _ => other.post("/fn/prove_again", &[("password", PASSWORD), ("_page", "/prove"), mark]).await,
        });
        let marked = [mark];
        let (left, answers) = tokio::join!(sam.post("/fn/sign_out", &marked), join_all(late));
        assert_eq!((left.status, left.location()), (StatusCode::SEE_OTHER, "/"), "round {round}: {}", left.body);
        for answer in answers {
            assert!(!answer.status.is_server_error(), "round {round}: {} {}", answer.status, answer.body);
        }
        for visitor in others.iter().chain([&sam]) {
            // Whoever came just before is out as well now.
            assert!(!is_in(visitor).await, "round {round}: signed in after signing out");
        }
        assert!(!is_in(&app.visitor(&jar)).await, "round {round}: the id itself is good again");
    }
}

/// Bug 14 of security.md: a new id in one answer signs out what is read beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_id_signs_out_nothing_that_is_read_beside_it() {
    let app = App::cheap().await;
    let admin = app.admin("ada").await;
    let sam = app.student("sam").await;
    let id = admin.id_of("sam").await;
    for round in 0..rounds() {
        if round % 50 == 0 {
            admin.post("/fn/prove_again", &[("password", PASSWORD)]).await;
        }
        let role = if round % 2 == 0 { "instructor" } else { "student" };
        admin.post("/fn/save_role", &[("person", &id), ("role", role)]).await;
        let before = sam.cookie("lectern").unwrap();
        let pages = join_all((0..4).map(|_| sam.get("/account"))).await;
        for page in &pages {
            assert_eq!(page.status, StatusCode::OK, "round {round}: {}", page.location());
        }
        let after = sam.cookie("lectern");
        assert!(after.as_ref().is_some_and(|after| *after != before), "round {round}: {after:?}");
        let given = pages
            .iter()
            .filter(|page| {
                page.headers.get_all("set-cookie").iter().any(|cookie| cookie.as_bytes().starts_with(b"lectern="))
            })
            .count();
        assert_eq!(given, 1, "round {round}: one new id, and no cookie taken away");
        assert!(is_in(&sam).await, "round {round}");
        // A sign-in of a student lasts longer than this test's clock moves.
        app.clock.advance(100);
    }
}

/// Two who end the same sign-ins at once: each is over, once, and nobody is told that something broke.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_end_the_same_sign_ins_are_both_told_so() {
    let app = App::cheap().await;
    let admin = app.admin("ada").await;
    app.student("sam").await;
    let id = admin.id_of("sam").await;
    for round in 0..rounds() {
        if round % 50 == 0 {
            admin.post("/fn/prove_again", &[("password", PASSWORD)]).await;
        }
        let (laptop, phone) = (app.sign_in("sam").await, app.sign_in("sam").await);
        let person = [("person", id.as_str())];
        let (one, two, three) = tokio::join!(
            laptop.post("/fn/end_other_sign_ins", &[]),
            phone.post("/fn/end_all_sign_ins", &[]),
            admin.post("/fn/end_their_sign_ins", &person),
        );
        for answer in [one, two, three] {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "round {round}: {}", answer.body);
        }
        assert!(!is_in(&laptop).await && !is_in(&phone).await, "round {round}: the admin's word stands");
        assert!(is_in(&admin).await);
        app.clock.advance(100);
    }
}
