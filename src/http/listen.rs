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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
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
    /// For the mail server to take one letter.
    pub mail: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(30),
            body: Duration::from_secs(120),
            stop: Duration::from_secs(10),
            mail: Duration::from_secs(30),
        }
    }
}

/// After a connection could not be taken (mostly: too many files are open), until the next is tried.
const PAUSE: Duration = Duration::from_millis(200);

/// Once told to stop, how long a client that has connected and said nothing may still begin to.
const LAST_WORD: Duration = Duration::from_millis(100);

/// Serves until `stop` ends; then takes no more connections and lets the requests under way end. Who stood in line by then
/// is still answered: behind a proxy that sends to several nodes, stopping one fails nobody.
pub async fn serve(listener: TcpListener, service: Router, patience: Patience, stop: impl Future<Output = ()>) {
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(patience.headers);
    let (tell, told) = watch::channel(false);
    // Each connection holds one end; when the last is gone, so is what `done` waits for.
    let (open, mut done) = mpsc::channel::<Infallible>(1);
    let begin = |stream: TcpStream, peer: SocketAddr| {
        let (protocol, service, told, open) = (protocol.clone(), service.clone(), told.clone(), open.clone());
        tokio::spawn(async move {
            serve_one(protocol, stream, peer, service, patience, told).await;
            drop(open);
        });
    };
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            taken = listener.accept() => match taken {
                Ok((stream, peer)) => begin(stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "could not take a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    // Closing the door breaks off whoever stands before it, so they are let in first.
    if let Ok(listener) = listener.into_std() {
        while let Ok((stream, peer)) = listener.accept() {
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                begin(stream, peer);
            }
        }
    }
    tell.send_replace(true);
    drop(open);
    if tokio::time::timeout(patience.stop, done.recv()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// Serves one connection to its end, or, once told to stop, to the end of the request under way.
async fn serve_one(
    protocol: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    service: Router,
    patience: Patience,
    mut told: watch::Receiver<bool>,
) {
    // Without it, small answers wait for the acknowledgement of the ones before.
    let _ = stream.set_nodelay(true);
    // hyper ends a connection at once that is told to before it has read a byte, be the byte there or not.
    let mut last_word = told.clone();
    tokio::select! {
        biased;
        ready = stream.readable() => if ready.is_err() { return },
        () = tokio::time::sleep(patience.headers) => return,
        () = async { drop(last_word.wait_for(|told| *told).await); tokio::time::sleep(LAST_WORD).await } => return,
    }
    let answer = service_fn(move |request: Request<Incoming>| answer(service.clone(), request, peer));
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), answer));
    tokio::select! {
        biased;
        // A client that breaks off is its own affair.
        _ = connection.as_mut() => return,
        _ = told.wait_for(|told| *told) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
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
