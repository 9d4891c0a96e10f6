//! The device flow begins (RFC 8628). It goes on at [`super::oauth::token`].

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asker::Asker;
use super::body::FormSent;
use super::oauth::{OauthError, refuse};
use super::problem::Problem;
use super::sign_in::client;
use crate::clock::SECOND;
use crate::credentials::guessing::{Few, public_take_one};
use crate::network::place_of;
use crate::tokens::scope::{Scope, Scopes};
use crate::tokens::store::{POLL_EVERY, WAITS, public_ask_device};

/// An app without a keyboard, or without a browser, asks to be let in.
#[derive(Deserialize, ToSchema)]
pub struct DeviceRequest {
    /// What the app calls itself: its person reads it before they let it in.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[A-Za-z0-9]([A-Za-z0-9 ._()/+-]*[A-Za-z0-9._()/+-])?$",
        example = "lectern-cli"
    )]
    client_id: String,
    /// What it wants to do, scopes with spaces between them. Not said: `account:read courses:read`.
    #[schema(
        nullable = false,
        example = "account:read courses:read",
        pattern = "^(((account|courses|people|users):(read|write)|enrolments:write)( ((account|courses|people|users):(read|write)|enrolments:write))*)?$"
    )]
    scope: Option<String>,
}

/// What the app shows its person, and asks with.
#[derive(Serialize, ToSchema)]
pub struct DeviceAuthorization {
    /// For the app alone.
    device_code: String,
    /// For its person to type.
    #[schema(example = "WDJB-MJHT")]
    user_code: String,
    /// Where to type it.
    verification_uri: String,
    /// The same with the code in it.
    verification_uri_complete: String,
    /// In seconds.
    #[schema(example = 600)]
    expires_in: i64,
    /// Seconds between two questions.
    #[schema(example = 5)]
    interval: i64,
}

/// Begin the device flow
///
/// For command-line clients and devices without a browser (RFC 8628): show the person `user_code` and `verification_uri`, then ask
/// `/api/v1/token` every `interval` seconds until they have answered. Refused as OAuth does: `{"error": ...}`.
#[utoipa::path(post, path = "/device-authorization", tag = "Getting tokens", security(()),
    request_body(content = DeviceRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Waits for its person", body = DeviceAuthorization),
        (status = 400, description = "Why not, in a word", body = OauthError),
    ))]
pub async fn authorize_device(asker: Asker, FormSent(sent): FormSent<DeviceRequest>) -> Result<Response, Problem> {
    let Ok(client) = client("client_id", &sent.client_id) else {
        return Ok(refuse(
            "invalid_client",
            "client_id has letters, digits, spaces and . _ ( ) / + - in it, at most 60.",
        ));
    };
    let usual = Scopes::of(&[Scope::AccountRead, Scope::CoursesRead]);
    let scopes = match sent.scope.as_deref().filter(|scope| !scope.is_empty()) {
        None => usual,
        Some(scope) => match Scopes::parse(scope) {
            Some(scopes) => scopes,
            None => return Ok(refuse("invalid_scope", "This is no list of scopes.")),
        },
    };
    let site = asker.site();
    let mut write = asker.begin_write().await?;
    public_take_one(&mut write, Few::DevicesAsking, &place_of(asker.0.caller.address)).await?;
    let asked = public_ask_device(&mut write, &site.key, &client, scopes).await?;
    write.commit().await?;
    let page = format!("{}/device", site.config.public_url.origin);
    let answer = DeviceAuthorization {
        device_code: asked.device_code,
        verification_uri_complete: format!("{page}?user_code={}", asked.user_code),
        user_code: asked.user_code.to_string(),
        verification_uri: page,
        expires_in: WAITS / SECOND,
        interval: POLL_EVERY / SECOND,
    };
    Ok(Json(answer).into_response())
}
