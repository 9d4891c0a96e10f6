//! What it costs to know who asks: a session in each store, a token with each algorithm, with and without the questions that can end it
//! early, with ten ids on the denylist and with a hundred thousand; and a page, for scale.
//!
//! Writes `docs/measured.md`, and fails when a budget is passed. Servers of others are measured where `LECTERN_TEST_POSTGRES`,
//! `LECTERN_TEST_MYSQL` and `LECTERN_TEST_REDIS` say where they are (`make bench` does).

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop where it is")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use criterion::Criterion;
use lectern::clock::{Clock, SECOND};
use lectern::config::Config;
use lectern::credentials::password::hashing::{Cost, Hashing};
use lectern::db::{Db, Place};
use lectern::http::listen::Patience;
use lectern::http::{Site, router};
use lectern::id::SignInId;
use lectern::random;
use lectern::sessions::app::Bearer;
use lectern::sessions::caller::Caller;
use lectern::sessions::store::{Found, public_find_caller};
use lectern::tokens::access::{self, Claims};
use lectern::tokens::algorithm::Algorithm;
use lectern::tokens::keys::Key;
use lectern::tokens::scope::Scopes;
use lectern::tokens::store::public_revoke;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use tower_sessions::SessionStore;
use tower_sessions::session::Id;

const ORIGIN: &str = "http://localhost:3000";
const PASSWORD: &str = "nine quiet herons at dusk";

/// Ids on the denylist, few and many.
const FEW: usize = 10;
const MANY: usize = 100_000;

/// Microseconds (the budgets).
const HS256_MOST: f64 = 10.0;
const ES256_MOST: f64 = 200.0;
/// The most that many may cost of what few do.
const RATIO_MOST: f64 = 1.2;

/// A site with one person, signed in with a browser and with an app.
struct Subject {
    site: Arc<Site>,
    router: Router,
    cookie: Id,
    token: String,
    claims: Claims,
    _folder: TempDir,
}

async fn send(router: &Router, request: Request<Body>) -> (header::HeaderMap, Vec<u8>) {
    let response = router.clone().oneshot(request).await.unwrap();
    assert!(response.status().is_success() || response.status().is_redirection(), "{}", response.status());
    let (parts, body) = response.into_parts();
    (parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

fn part(token: &str) -> Claims {
    use base64::Engine;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

impl Subject {
    async fn make(store: &str, algorithm: Algorithm) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let config = Config::read(|name| match name {
            "LECTERN_SESSION_STORE" => Some(store.replace("{folder}", folder.path().to_str().unwrap())),
            "LECTERN_KEY_FILE" => Some(at("lectern.key")),
            "LECTERN_SECOND_STEP" => Some("off".to_owned()),
            "LECTERN_TOKEN_ALGORITHM" => Some(algorithm.name().to_owned()),
            _ => None,
        });
        let place = Place::parse(&format!("sqlite://{}", at("lectern.db"))).unwrap();
        let db = Db::open(&place, &folder.path().join("backups"), Clock::system()).await.unwrap();
        let hashing = Hashing::new(Cost { memory: 16, passes: 1, lanes: 1 }).unwrap();
        let site = Site::open(config.unwrap(), db, hashing, Patience::default()).await.unwrap();
        let router = router::router(&site);
        let form = format!("email=sam%40uni.example&name=Sam&password={}", PASSWORD.replace(' ', "+"));
        let request = Request::post("/fn/sign_up")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html")
            .header(header::ORIGIN, ORIGIN)
            .body(Body::from(form))
            .unwrap();
        let (headers, _) = send(&router, request).await;
        let cookies = headers.get_all(header::SET_COOKIE).into_iter();
        let cookie = cookies.filter_map(|it| it.to_str().unwrap().strip_prefix("lectern=")).next().unwrap();
        let cookie: Id = cookie.split(';').next().unwrap().parse().unwrap();
        let body =
            json!({"email": "sam@uni.example", "password": PASSWORD, "client": "bench", "scopes": ["account:read"]});
        let request = Request::post("/api/v1/sign-in")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let (_, answer) = send(&router, request).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        let claims = part(&token);
        Self { site, router, cookie, token, claims, _folder: folder }
    }

    /// As each request with a cookie.
    async fn check_session(&self) {
        let record = self.site.records.load(&self.cookie).await.unwrap().unwrap();
        let sign_in: SignInId = serde_json::from_value(record.data["sign_in"].clone()).unwrap();
        let mut read = self.site.db.read(Arc::new(Caller::of_the_system())).await.unwrap();
        assert!(matches!(public_find_caller(&mut read, sign_in).await.unwrap(), Some(Found::Live(_))));
    }

    /// As each request with a token.
    async fn check_token(&self, key: &Key) {
        let claims = check(&self.token, key);
        let bearer = Bearer {
            jti: Some(claims.jti),
            kid: Some(key.kid.clone()),
            epoch: Some(claims.epoch),
            scopes: Scopes::stored(&claims.scope),
        };
        let caller = Arc::new(Caller { bearer: Some(bearer), ..Caller::of_the_system() });
        let mut read = self.site.db.read(caller).await.unwrap();
        let found = public_find_caller(&mut read, claims.sid.parse().unwrap()).await.unwrap();
        assert!(matches!(found, Some(Found::Live(_))));
    }

    async fn key(&self) -> Arc<Key> {
        let mut read = self.site.db.read(Arc::new(Caller::of_the_system())).await.unwrap();
        self.site.keys.signer(&mut read, &self.site.key).await.unwrap()
    }

    /// Fills the denylist up with ids that nobody brings.
    async fn revoke(&self, count: usize) {
        let mut write = self.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
        for _ in 0..count {
            public_revoke(&mut write, &random::nonce(), self.claims.exp * SECOND).await.unwrap();
        }
        write.commit().await.unwrap();
    }

    /// The sign-in form, whole, through every layer.
    async fn page(&self) {
        send(&self.router, Request::get("/login").body(Body::empty()).unwrap()).await;
    }
}

fn check(token: &str, key: &Key) -> Claims {
    let (_, algorithm) = access::named(token).unwrap();
    access::check(token, key, algorithm, ORIGIN, &access::audience(ORIGIN), Clock::system().now()).unwrap()
}

/// The median of a benchmark, in microseconds, as Criterion wrote it down.
fn median(group: &str, name: &str) -> f64 {
    let folder = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let path = Path::new(&folder).join("criterion").join(group).join(name).join("new/estimates.json");
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["median"]["point_estimate"].as_f64().unwrap() / 1_000.0
}

fn main() {
    let runtime = Runtime::new().unwrap();
    let mut criterion = Criterion::default()
        .sample_size(60)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .without_plots();

    let mut stores = vec![
        ("database".to_owned(), "database".to_owned()),
        ("memory".to_owned(), "memory".to_owned()),
        ("sqlite".to_owned(), "sqlite://{folder}/sessions.db".to_owned()),
    ];
    for (name, variable) in
        [("postgres", "LECTERN_TEST_POSTGRES"), ("mysql", "LECTERN_TEST_MYSQL"), ("redis", "LECTERN_TEST_REDIS")]
    {
        if let Ok(address) = std::env::var(variable) {
            stores.push((name.to_owned(), address));
        }
    }
    let mut group = criterion.benchmark_group("session");
    for (name, store) in &stores {
        let subject = runtime.block_on(Subject::make(store, Algorithm::Es256));
        group.bench_function(name.as_str(), |it| it.to_async(&runtime).iter(|| subject.check_session()));
    }
    group.finish();

    let algorithms = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Ps256, Algorithm::Hs256];
    let mut subject = None;
    for algorithm in algorithms {
        let one = runtime.block_on(Subject::make("database", algorithm));
        let key = runtime.block_on(one.key());
        let mut group = criterion.benchmark_group("token");
        group.bench_function(algorithm.name(), |it| it.iter(|| check(&one.token, &key)));
        group.finish();
        let mut group = criterion.benchmark_group("token, and whether it was taken back");
        runtime.block_on(one.revoke(FEW));
        group.bench_function(algorithm.name(), |it| it.to_async(&runtime).iter(|| one.check_token(&key)));
        group.finish();
        subject.get_or_insert((one, key));
    }

    let (few, key) = subject.unwrap();
    let many = runtime.block_on(Subject::make("database", Algorithm::Es256));
    let many_key = runtime.block_on(many.key());
    runtime.block_on(many.revoke(MANY));
    // One after the other, twice: a machine that others use is not the same after a minute.
    let mut group = criterion.benchmark_group("denylist");
    for turn in 1..=2 {
        group.bench_function(format!("few {turn}"), |it| it.to_async(&runtime).iter(|| few.check_token(&key)));
        group.bench_function(format!("many {turn}"), |it| it.to_async(&runtime).iter(|| many.check_token(&many_key)));
    }
    group.finish();
    let both = |which: &str| median("denylist", &format!("{which} 1")) + median("denylist", &format!("{which} 2"));
    let ratio = both("many") / both("few");

    let mut group = criterion.benchmark_group("page");
    group.bench_function("login", |it| it.to_async(&runtime).iter(|| few.page()));
    group.finish();

    let page = median("page", "login");
    let mut out = String::from(
        "# Measured\n\n\
         Written by `make bench` (`benches/checks.rs`), never by hand. Medians, in microseconds, of one run on one machine: read the \
         ratios. What each means is on `/lab`, which measures the server it runs on.\n\n\
         | who asks is known by | one check | of a `/login` page |\n|---|---|---|\n",
    );
    let mut line = |words: &str, took: f64| {
        let _ = writeln!(out, "| {words} | {took:.1} | {:.0} % |", took / page * 100.0);
    };
    for (name, _) in &stores {
        line(&format!("a session, in {name}"), median("session", name));
    }
    for algorithm in algorithms {
        line(
            &format!("a token, {}, its signature and claims alone", algorithm.name()),
            median("token", algorithm.name()),
        );
    }
    for algorithm in algorithms {
        let took = median("token, and whether it was taken back", algorithm.name());
        line(&format!("a token, {}, and whether it was taken back", algorithm.name()), took);
    }
    line("a whole `/login` page, for scale", page);
    let _ = write!(
        out,
        "\nWith {MANY} ids on the denylist a check takes {ratio:.2} times what it takes with {FEW} (budget {RATIO_MOST}): it is found by its index.\n\
         HS256 {:.1} µs (budget {HS256_MOST:.0}), ES256 {:.1} µs (budget {ES256_MOST:.0}).\n",
        median("token", "HS256"),
        median("token", "ES256"),
    );
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/measured.md"), &out).unwrap();
    println!("{out}");
    assert!(ratio < RATIO_MOST, "the denylist costs {ratio:.2} times as much when it is long");
    assert!(
        median("token", "HS256") < HS256_MOST && median("token", "ES256") < ES256_MOST,
        "a signature costs too much"
    );
}
