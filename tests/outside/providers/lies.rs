//! Providers that say what is not so, in every way we know of, and the same ones telling the truth.

use serde_json::{Value, json};

use super::{ONE_AT_A_TIME, app, away, is_signed_in, lie, seen, walk};
use crate::app::ORIGIN;

/// ASVS 6.8.2, 10.5.1, 10.5.3, 10.5.4, 10.2.2
#[tokio::test]
async fn a_provider_that_lies_signs_nobody_in() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for told in [
        json!({"alg": "none"}),
        json!({"alg": "HS256"}),
        json!({"alg": "HS256-jwk"}),
        json!({"alg": "HS256-secret"}),
        json!({"alg": "other-key"}),
        json!({"alg": "stripped"}),
        json!({"aud": "somebody-else"}),
        json!({"aud": ["lectern", "somebody-else"]}),
        json!({"aud": null}),
        json!({"azp": "somebody-else"}),
        json!({"iss": "http://localhost:1"}),
        json!({"iss": null}),
        json!({"iss_back": "http://localhost:1"}),
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"iat": 3600}),
        json!({"exp": -60}),
        json!({"exp": null}),
        json!({"subject": null}),
        json!({"state": "another"}),
        json!({"metadata_issuer": "http://localhost:1"}),
        json!({"token_redirect": "http://localhost:1/"}),
        json!({"metadata_redirect": "http://localhost:1/"}),
        json!({"status": 500}),
        json!({"huge": 3_000_000}),
        json!({"error": "server_error"}),
    ] {
        // A new site each time: what a provider says about itself is believed for ten minutes.
        let app = app().await;
        let visitor = app.anonymous();
        lie("LECTERN_TEST_LIAR", told.clone()).await;
        let page = visitor.get("/login/with/liar").await;
        if page.location().starts_with("/login") {
            assert!(visitor.get(page.location()).await.has("liar does not answer just now"), "{told}");
        } else {
            let back = walk(page.location(), "").await;
            let page = visitor.get(&back).await;
            assert!(page.location().starts_with("/login"), "{told}: {} {}", page.status, page.location());
        }
        assert!(!is_signed_in(&visitor), "{told}");
        assert_eq!(app.count("users").await, 0, "{told}");
        lie("LECTERN_TEST_LIAR", json!({})).await;
    }
}

/// ASVS 10.2.3
#[tokio::test]
async fn the_same_provider_telling_the_truth_does_and_is_asked_for_the_least() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for told in [json!({}), json!({"alg": "RS256"}), json!({"iat": 20}), json!({"azp": "lectern"})] {
        let app = app().await;
        let visitor = app.anonymous();
        lie("LECTERN_TEST_LIAR", told.clone()).await;
        let back = away(&visitor, "/login/with/liar", "").await;
        assert_eq!(visitor.get(&back).await.location(), "/", "{told}");
        assert!(is_signed_in(&visitor), "{told}");
    }
    let asked: Vec<Value> =
        seen("LECTERN_TEST_LIAR").await.into_iter().filter(|it| it["path"] == "/authorize").collect();
    for one in asked {
        assert_eq!(one["query"]["scope"], "openid email profile", "{one}");
        assert_eq!(one["query"]["code_challenge_method"], "S256", "{one}");
        assert_eq!(one["query"]["redirect_uri"], format!("{ORIGIN}/login/with/liar/back"), "{one}");
    }
}

/// ASVS 6.8.1, 10.1.2, 10.2.1, 10.2.3
#[tokio::test]
async fn github_says_who_somebody_is_by_their_number() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let app = app().await;
    let visitor = app.anonymous();
    let back = away(&visitor, "/login/with/github?next=/courses", "").await;
    assert_eq!(visitor.get(&back).await.location(), "/courses");
    assert!(visitor.get("/account/security").await.has("octo@people.example"));
    let asked = seen("LECTERN_TEST_GITHUB").await;
    let authorize = asked.iter().rfind(|it| it["path"] == "/login/oauth/authorize").unwrap();
    assert_eq!(authorize["query"]["scope"], "read:user user:email");
    assert_eq!(authorize["query"]["code_challenge_method"], "S256");
    // Renamed there, and with another address: the same person.
    lie("LECTERN_TEST_GITHUB", json!({"login": "octopus", "emails": [{"email": "octopus@people.example", "primary": true, "verified": true, "visibility": null}]})).await;
    let again = app.anonymous();
    again.get(&away(&again, "/login/with/github", "").await).await;
    assert!(again.get("/account/security").await.has("octo@people.example") && app.count("users").await == 1);
    for told in [
        json!({"id": 2, "emails": [{"email": "two@people.example", "primary": true, "verified": false, "visibility": null}]}),
        json!({"id": 3, "emails": []}),
        json!({"id": 4, "emails": [{"email": "octo@people.example", "primary": true, "verified": true, "visibility": null}]}),
        json!({"state": "another"}),
        json!({"error": "access_denied"}),
        json!({"status": 500}),
        json!({"status": 401}),
        json!({"redirect": "http://localhost:1/"}),
        json!({"huge": 3_000_000}),
    ] {
        lie("LECTERN_TEST_GITHUB", told.clone()).await;
        let other = app.anonymous();
        let page = other.get(&away(&other, "/login/with/github", "").await).await;
        assert!(page.location().starts_with("/login"), "{told}: {}", page.location());
        assert!(!is_signed_in(&other), "{told}");
        lie("LECTERN_TEST_GITHUB", json!({})).await;
    }
    assert_eq!(app.count("users").await, 1);
}
