//! Tokens that are not good: each is refused alike, before anything is done. What a header or a claim may hold is tried beside the code
//! that reads it (`tokens/access.rs`); here stands what needs the whole site.

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lectern::clock::{MINUTE, SECOND};
use lectern::sessions::caller::Caller;
use lectern::tokens::algorithm::Algorithm;
use lectern::tokens::keys::Key;
use lectern::tokens::{access, keys};
use serde_json::{Value, json};

use crate::app::App;

/// The parts of a token, read.
pub(super) fn parts(token: &str) -> (Value, Value) {
    let part = |at: usize| {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
    };
    (part(0), part(1))
}

/// The site's own key, with which a test can sign what the site never would.
async fn own_key(app: &App) -> std::sync::Arc<Key> {
    let mut write = app.site.db.begin_write(std::sync::Arc::new(Caller::of_the_system())).await.unwrap();
    app.site.keys.signer(&mut write, &app.site.key).await.unwrap()
}

fn signed(header: &Value, claims: &Value, key: &Key) -> String {
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key.signing, key.algorithm.library()).unwrap();
    format!("{message}.{signature}")
}

async fn status(app: &App, token: &str) -> u16 {
    let reply =
        app.program().ask(Method::GET, "/api/v1/me", None, &[("authorization", &format!("Bearer {token}"))]).await;
    if reply.status == StatusCode::UNAUTHORIZED {
        assert_eq!(reply.problem(), "invalid-token", "every reason is answered alike");
        assert!(reply.header("www-authenticate").contains("invalid_token"));
    }
    reply.status.as_u16()
}

/// ASVS 9.1.1, 9.1.2, 9.1.3, 9.2.1, 9.2.2, 9.2.3, 9.2.4, 10.3.1, 10.3.3
#[tokio::test]
async fn a_well_signed_token_that_says_something_else_is_refused() {
    let app = App::start().await;
    app.student("sam").await;
    app.student("kim").await;
    let program = app.program_of("sam", &["account:read"]).await;
    let other = app.program_of("kim", &["account:read"]).await;
    let key = own_key(&app).await;
    let (header, claims) = parts(program.token());
    assert_eq!(status(&app, &signed(&header, &claims, &key)).await, 200, "the same again is good");
    let kims = parts(other.token()).1;
    for (name, value) in [
        ("epoch", json!(1)),
        ("epoch", json!(-1)),
        ("sid", json!("1")),
        ("aud", json!("http://localhost:3000")),
        ("aud", json!("http://localhost:3000/api/v2")),
        ("iss", json!("http://127.0.0.1:3000")),
        ("exp", json!(app.clock.now() / SECOND)),
        ("exp", json!((app.clock.now() / SECOND).to_string())),
        ("iat", json!(app.clock.now() / SECOND + 3_600)),
        ("jti", json!(null)),
    ] {
        let mut bent = claims.clone();
        bent[name] = value.clone();
        assert_eq!(status(&app, &signed(&header, &bent, &key)).await, 401, "{name}: {value}");
    }
    let mut wider = claims.clone();
    wider["scope"] = json!("account:read account:write users:write");
    let wider = signed(&header, &wider, &key);
    assert_eq!(status(&app, &wider).await, 200);
    let change = app
        .program()
        .ask(
            Method::PATCH,
            "/api/v1/me",
            Some(&json!({"name": "Mallory"})),
            &[("authorization", &format!("Bearer {wider}")), ("if-match", "*")],
        )
        .await;
    assert_eq!((change.status, change.problem()), (StatusCode::FORBIDDEN, "insufficient-scope".to_owned()));
    // Whose family it is decides, whatever stands in `sub`: the two cannot be mixed.
    let mut mixed = claims.clone();
    mixed["sub"] = kims["sub"].clone();
    assert_eq!(status(&app, &signed(&header, &mixed, &key)).await, 401, "another person’s number");
}

/// ASVS 9.1.3
#[tokio::test]
async fn a_key_is_one_of_ours_whatever_a_header_says() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program_of("sam", &["account:read"]).await;
    let (header, claims) = parts(program.token());
    let (stranger, _) = Key::make(Algorithm::Es256).unwrap();
    assert_eq!(status(&app, &signed(&header, &claims, &stranger)).await, 401, "signed by somebody else");
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        header
    };
    for header in [
        with("kid", json!(stranger.kid)),
        with("kid", json!("../../../../dev/null")),
        with("kid", json!("' or 1=1 --")),
        with("kid", json!("")),
        with("kid", json!("a\u{0}b")),
        with("jwk", serde_json::to_value(stranger.jwk.as_ref().unwrap()).unwrap()),
        with("jku", json!("http://127.0.0.1:1/keys")),
        with("x5u", json!("http://127.0.0.1:1/cert")),
        with("x5c", json!(["MIIB"])),
        with("alg", json!("none")),
        with("alg", json!("HS256")),
        with("typ", json!("JWT")),
    ] {
        assert_eq!(status(&app, &signed(&header, &claims, &stranger)).await, 401, "{header}");
    }
    // No signature, and the words of one who hopes.
    let unsigned = program.token().rsplit_once('.').unwrap().0;
    for token in [format!("{unsigned}."), format!("{unsigned}.e30"), unsigned.to_owned()] {
        assert_eq!(status(&app, &token).await, 401);
    }
}

/// What everybody can read must not be the secret of an HMAC.
///
/// ASVS 9.1.2
#[tokio::test]
async fn an_hmac_made_with_a_published_key_is_refused_on_a_site_that_signs_with_hmacs() {
    let app = App::start().await;
    app.student("sam").await;
    let hmac = app.set_to(&[("LECTERN_TOKEN_ALGORITHM", "HS256")]).await;
    let published = app.program().get("/.well-known/jwks.json").await;
    app.clock.advance(10 * MINUTE - SECOND);
    let program = app.program_of("sam", &["account:read"]).await;
    app.clock.advance(SECOND);
    let own = own_key(&hmac).await;
    assert_eq!(own.algorithm, Algorithm::Hs256);
    let (header, claims) = parts(program.token());
    let jwk = published.json()["keys"][0].clone();
    for secret in [
        published.body.clone().into_bytes(),
        jwk.to_string().into_bytes(),
        jwk["x"].as_str().unwrap().as_bytes().to_vec(),
    ] {
        let forger = Key {
            kid: own.kid.clone(),
            algorithm: Algorithm::Hs256,
            signing: jsonwebtoken::EncodingKey::from_secret(&secret),
            checking: jsonwebtoken::DecodingKey::from_secret(&secret),
            jwk: None,
        };
        for kid in [header["kid"].clone(), json!(own.kid)] {
            let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": kid});
            assert_eq!(status(&hmac, &signed(&header, &claims, &forger)).await, 401, "{header}");
        }
    }
}

#[tokio::test]
async fn what_is_no_bearer_token_is_refused_wherever_it_is_brought() {
    let app = App::start().await;
    for (value, status, problem) in [
        ("Basic c2FtOnNhbQ==", 400, "invalid-request"),
        ("Bearer", 400, "invalid-request"),
        ("Bearer a b", 400, "invalid-request"),
        ("Bearer x", 401, "invalid-token"),
        ("Bearer lectern_pat_x", 401, "invalid-token"),
        ("Bearer lectern_rt_x.y", 401, "invalid-token"),
    ] {
        // Also where nobody need be signed in: a bad token is not nobody.
        for path in ["/api/v1/me", "/api/v1/courses"] {
            let reply = app.program().ask(Method::GET, path, None, &[("authorization", value)]).await;
            assert_eq!((reply.status.as_u16(), reply.problem().as_str()), (status, problem), "{value} {path}");
        }
    }
    let long = format!("Bearer {}", "x".repeat(access::LONGEST + 1));
    let reply = app.program().ask(Method::GET, "/api/v1/me", None, &[("authorization", &long)]).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let twice = app
        .program()
        .ask(Method::GET, "/api/v1/me", None, &[("authorization", "Bearer a"), ("authorization", "Bearer b")])
        .await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    // A program that always sends its token can still get a new one with it.
    let free = app.program().ask(Method::GET, "/api/v1/openapi.json", None, &[("authorization", "Bearer x")]).await;
    assert_eq!(free.status, StatusCode::OK);
}

/// A page does not know tokens: what a browser may do hangs on its session alone.
#[tokio::test]
async fn a_token_opens_no_page_and_no_form() {
    let app = App::start().await;
    app.student("sam").await;
    let program = app.program_of("sam", &super::program::ALL).await;
    let bearer = format!("Bearer {}", program.token());
    for path in ["/account", "/account/tokens", "/account/data.json"] {
        let reply = app.program().ask(Method::GET, path, None, &[("authorization", &bearer)]).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}: {}", reply.body);
    }
    let reply = program.form("/fn/save_profile", &[("name", "Mallory")]).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_denylist_forgets_what_has_ended() {
    use lectern::tokens::store::public_delete_over;
    let app = App::start().await;
    app.student("sam").await;
    let system = std::sync::Arc::new(Caller::of_the_system());
    for _ in 0..3 {
        let program = app.program_of("sam", &["account:read"]).await;
        app.program().form("/api/v1/revoke", &[("token", program.token())]).await;
        app.clock.advance(4 * MINUTE);
    }
    assert_eq!(app.count("revoked_tokens").await, 3);
    let mut write = app.site.db.begin_write(system).await.unwrap();
    assert_eq!(public_delete_over(&mut write).await.unwrap(), 1, "twelve minutes: the first has ended");
    write.commit().await.unwrap();
    assert_eq!(app.count("revoked_tokens").await, 2);
    const { assert!(keys::SKEW < access::LASTS) }
}
