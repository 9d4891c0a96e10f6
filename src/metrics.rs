//! What the server counts, for Prometheus: at `LECTERN_METRICS_ADDR` and nowhere else. Nothing in it says who did anything.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use tokio::net::TcpListener;

use crate::failure::{Broken, Failure};
use crate::http::Site;
use crate::http::listen::{self, Patience};
use crate::mail::smtp::Sent;
use crate::sessions::caller::Caller;
use crate::sessions::store::{How, public_count_live};

const REQUESTS: &str = "lectern_http_requests_total";
const SECONDS: &str = "lectern_http_request_seconds";
const SIGN_INS: &str = "lectern_sign_ins_total";
const MAIL: &str = "lectern_mail_total";
const LIVE: &str = "lectern_sign_ins_live";
const CONNECTIONS: &str = "lectern_database_connections";
const QUEUE: &str = "lectern_queue_length";
const BUILD: &str = "lectern_build_info";

/// Upper ends of the histogram, in seconds: from a page out of a warm file to the longest a request waits for the database.
const BUCKETS: [f64; 12] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// How long a scrape waits for the database before it leaves out what only the database knows.
const SCRAPE: Duration = Duration::from_secs(1);

/// What came of an attempt to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody is signed in.
    Success,
    /// The address or the password was wrong, or the account is closed.
    Wrong,
    /// It came too soon after wrong ones, or its place or the server had too many under way.
    Wait,
}

/// Counts an attempt to sign in.
pub fn signing_in(how: How, outcome: Outcome) {
    let outcome = match outcome {
        Outcome::Success => "success",
        Outcome::Wrong => "wrong",
        Outcome::Wait => "wait",
    };
    counter!(SIGN_INS, "how" => how.key(), "outcome" => outcome).increment(1);
}

/// Counts a letter that was tried to be sent.
pub fn mail(sent: &Sent) {
    let outcome = match sent {
        Sent::Yes => "sent",
        Sent::Later(_) => "later",
        Sent::Never(_) => "never",
    };
    counter!(MAIL, "outcome" => outcome).increment(1);
}

/// Counts an answered request. `route` is the pattern it matched: never what a client made up, of which there is no end.
pub fn answered(route: Option<&str>, method: &Method, status: u16, took: Duration) {
    let method = match method.as_str() {
        known @ ("GET" | "HEAD" | "POST") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let route = route.unwrap_or("none").to_owned();
    counter!(REQUESTS, "route" => route.clone(), "method" => method.clone(), "status" => status.to_string())
        .increment(1);
    histogram!(SECONDS, "route" => route, "method" => method).record(took.as_secs_f64());
}

/// What counts from now on, and shows what it counted.
pub struct Counting {
    handle: PrometheusHandle,
    process: Collector,
}

/// Begins to count: before the first request is answered, so that it is counted too. Fails where the process counts already.
pub fn begin() -> Result<Counting, Failure> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BUCKETS)
        .broken("begin to count")?
        .install_recorder()
        .broken("begin to count")?;
    describe_counter!(REQUESTS, "Answered requests by route, method and status");
    describe_histogram!(SECONDS, "How long answers took, in seconds, by route and method");
    describe_counter!(SIGN_INS, "Attempts to sign in by way and outcome (success, wrong, wait)");
    describe_counter!(MAIL, "Letters tried by outcome (sent, later, never)");
    describe_gauge!(LIVE, "Sign-ins that are live now, on all nodes");
    describe_gauge!(CONNECTIONS, "Connections to the database by pool and state (used, idle)");
    describe_gauge!(QUEUE, "What is under way and limited: passwords to check, long forms being read");
    describe_gauge!(BUILD, "Always 1; its labels say what runs");
    let process = Collector::default();
    process.describe();
    Ok(Counting { handle, process })
}

impl Counting {
    /// Serves what was counted until `stop` ends.
    pub async fn serve(self, site: Arc<Site>, listener: TcpListener, stop: impl Future<Output = ()>) {
        let service = Router::new().route("/metrics", get(scrape)).with_state((site, self.handle, self.process));
        listen::serve(listener, service, Patience::default(), stop).await;
    }
}

async fn scrape(State((site, handle, process)): State<(Arc<Site>, PrometheusHandle, Collector)>) -> impl IntoResponse {
    for (pool, size, idle) in site.db.connections() {
        gauge!(CONNECTIONS, "pool" => pool, "state" => "idle").set(f64::from(idle));
        gauge!(CONNECTIONS, "pool" => pool, "state" => "used").set(f64::from(size.saturating_sub(idle)));
    }
    #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
    {
        gauge!(QUEUE, "of" => "passwords").set(site.hashing.under_way() as f64);
        gauge!(QUEUE, "of" => "long_forms").set(site.long_bodies.taken() as f64);
    }
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION"), "database" => site.db.engine_name()).set(1.0);
    gauge!(LIVE).set(live(&site).await.unwrap_or(f64::NAN));
    process.collect();
    handle.run_upkeep();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render())
}

/// None where the database does not say in time.
async fn live(site: &Site) -> Option<f64> {
    let count = async {
        let mut read = site.db.read(Arc::new(Caller::of_the_system())).await?;
        public_count_live(&mut read).await
    };
    #[expect(clippy::cast_precision_loss, reason = "exact to 2^53 sign-ins")]
    let count = tokio::time::timeout(SCRAPE, count).await.ok()?.ok()? as f64;
    Some(count)
}
