//! What other programs find out by themselves: our keys, and what this server does of OAuth.

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::asker::Asker;
use super::oauth::DEVICE_GRANT;
use super::problem::Problem;
use crate::clock::SECOND;
use crate::tokens::keys::KEPT_BY_OTHERS;
use crate::tokens::scope::Scope;

/// The keys that tokens are checked with (RFC 7517), at `/.well-known/jwks.json`.
pub async fn jwks(asker: Asker) -> Result<Response, Problem> {
    let published = asker.site().keys.published(&mut asker.read().await?).await?;
    let mut response = Json(published).into_response();
    let kept = format!("public, max-age={}", KEPT_BY_OTHERS / SECOND);
    if let Ok(kept) = HeaderValue::from_str(&kept) {
        response.headers_mut().insert(CACHE_CONTROL, kept);
    }
    Ok(response)
}

/// What this server does of OAuth (RFC 8414), at `/.well-known/oauth-authorization-server`.
pub async fn metadata(asker: Asker) -> Json<Value> {
    let origin = &asker.site().config.public_url.origin;
    let scopes: Vec<&str> = Scope::ALL.into_iter().map(Scope::key).collect();
    Json(json!({
        "issuer": origin,
        "token_endpoint": format!("{origin}/api/v1/token"),
        "device_authorization_endpoint": format!("{origin}/api/v1/device-authorization"),
        "revocation_endpoint": format!("{origin}/api/v1/revoke"),
        "introspection_endpoint": format!("{origin}/api/v1/introspect"),
        "jwks_uri": format!("{origin}/.well-known/jwks.json"),
        "scopes_supported": scopes,
        "response_types_supported": [],
        "grant_types_supported": ["refresh_token", DEVICE_GRANT],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint_auth_methods_supported": ["bearer"],
        "service_documentation": format!("{origin}/api"),
    }))
}
