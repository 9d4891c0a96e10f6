//! Connections: taken, given a time for what they send, and ended in good order.
//!
//! axum's own loop gives a client for ever to send its headers: a few hundred idle connections would hold every place.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// How long is waited for what others do.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a request's headers, from the first byte or the end of the request before: also the longest a connection idles.
    pub headers: Duration,
    /// For the whole of a form. 2 MB in two minutes is a slow telephone.
    pub body: Duration,
    /// For requests under way, once the server is told to stop.
    pub stop: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { headers: Duration::from_secs(30), body: Duration::from_secs(120), stop: Duration::from_secs(10) }
    }
}

/// After a connection could not be taken (mostly: too many files are open), until the next is tried.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stop` ends; then takes no more connections and lets the requests under way end.
pub async fn serve(listener: TcpListener, service: Router, patience: Patience, stop: impl Future<Output = ()>) {
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(patience.headers);
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(%error, "could not take a connection");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        // Without it, small answers wait for the acknowledgement of the ones before.
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        let answer = service_fn(move |request: Request<Incoming>| answer(service.clone(), request, peer));
        let connection = open.watch(protocol.serve_connection(TokioIo::new(stream), answer));
        // A client that breaks off is its own affair.
        tokio::spawn(async move { drop(connection.await) });
    }
    drop(listener);
    if tokio::time::timeout(patience.stop, open.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

async fn answer(
    service: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<axum::response::Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    service.oneshot(request).await
}
