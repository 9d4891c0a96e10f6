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

/// `/readyz`: the database and the session store answer as well, and the server is not about to stop.
pub async fn readyz(State(site): State<Arc<Site>>) -> Response {
    if site.is_stopping() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    let answer = async { public_is_empty(&mut site.db.read(Arc::new(Caller::of_the_system())).await?).await };
    if let Err(failure) = answer.await {
        tracing::error!(%failure, "not ready: the database does not answer");
        return plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n");
    }
    if let Err(error) = site.records.answers().await {
        tracing::error!(%error, "not ready: the session store does not answer");
        return plain(StatusCode::SERVICE_UNAVAILABLE, "the session store does not answer\n");
    }
    plain(StatusCode::OK, "ready\n")
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
