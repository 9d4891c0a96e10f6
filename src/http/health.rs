//! Two addresses for machines: is the process alive, and can it do its work.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Site;
use crate::accounts::store::public_is_empty;
use crate::sessions::caller::Caller;

/// `/healthz`: the process answers.
pub async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n")
}

/// `/readyz`: the database answers as well.
pub async fn readyz(State(site): State<Arc<Site>>) -> Response {
    let answer = async { public_is_empty(&mut site.db.read(Arc::new(Caller::of_the_system())).await?).await };
    match answer.await {
        Ok(_) => plain(StatusCode::OK, "ready\n"),
        Err(failure) => {
            tracing::error!(?failure, "not ready: the database does not answer");
            plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
