//! Asks a store elsewhere over HTTP, with the client that the rest of the server asks others with.

use std::error::Error;

use async_trait::async_trait;
use axum::http;
use http_body_util::BodyExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use reqwest::redirect::Policy;

use super::contents::PATIENCE;

/// Makes the client.
#[derive(Debug)]
pub struct Asking;

impl HttpConnector for Asking {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        // A store has no reason to send us elsewhere, and what is signed is for it alone.
        let client =
            reqwest::Client::builder().redirect(Policy::none()).connect_timeout(PATIENCE).read_timeout(PATIENCE);
        let client =
            client.build().map_err(|error| object_store::Error::Generic { store: "S3", source: error.into() })?;
        Ok(HttpClient::new(Client(client)))
    }
}

#[derive(Debug)]
struct Client(reqwest::Client);

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = request.map(reqwest::Body::wrap);
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let response: http::Response<reqwest::Body> = self.0.execute(request).await.map_err(failed)?.into();
        Ok(response.map(|body| HttpResponseBody::new(body.map_err(failed))))
    }
}

/// What it was says whether the library asks again.
fn failed(error: reqwest::Error) -> HttpError {
    let broke_off = || {
        let mut source = error.source();
        while let Some(error) = source {
            if error.downcast_ref::<std::io::Error>().is_some() {
                return true;
            }
            source = error.source();
        }
        false
    };
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_decode() {
        HttpErrorKind::Decode
    } else if broke_off() {
        HttpErrorKind::Interrupted
    } else {
        HttpErrorKind::Unknown
    };
    HttpError::new(kind, error.without_url())
}
