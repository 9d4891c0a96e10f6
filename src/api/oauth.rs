//! The addresses that OAuth names: getting, renewing, taking back and asking about tokens.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asker::Asker;
use super::body::FormSent;
use super::problem::Problem;
use crate::accounts::policy::Oneself;
use crate::clock::SECOND;
use crate::db::Read;
use crate::failure::Failure;
use crate::id::{SignInId, UserId};
use crate::notices::{self, Notice};
use crate::sessions::store::{Found, public_find_caller};
use crate::tokens::bearer::{self, Sound};
use crate::tokens::issuing;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::scope::Scopes;
use crate::tokens::store::{
    Held, Polled, Rotated, public_end_family, public_find_held, public_is_waiting, public_poll, public_revoke,
    public_rotate,
};

/// The name of the device flow among the ways to get tokens (RFC 8628, 3.4).
pub(super) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A refusal as OAuth writes it (RFC 6749, 5.2).
#[derive(Serialize, ToSchema)]
pub struct OauthError {
    /// A word that programs know.
    #[schema(example = "invalid_grant")]
    error: &'static str,
    /// A sentence for a person.
    error_description: &'static str,
}

pub(super) fn refuse(error: &'static str, error_description: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, Json(OauthError { error, error_description })).into_response()
}

/// What tokens are asked for with.
#[derive(Deserialize, ToSchema)]
pub struct TokenRequest {
    /// `refresh_token`, or `urn:ietf:params:oauth:grant-type:device_code`.
    #[schema(example = "refresh_token")]
    grant_type: String,
    /// With `refresh_token`: the one in force.
    #[schema(nullable = false, example = "$REFRESH")]
    refresh_token: Option<String>,
    /// With the device flow: what it was begun with.
    #[schema(nullable = false)]
    device_code: Option<String>,
    /// What the app calls itself: needed with the device flow.
    #[schema(nullable = false)]
    client_id: Option<String>,
    /// With `refresh_token`: no more than before; less holds for the new access token alone.
    #[schema(nullable = false)]
    scope: Option<String>,
}

/// Renew tokens, or get the first ones of the device flow
///
/// A refresh token works once: the answer holds the next one. Sent twice within 20 seconds by the same program from the same place, it
/// is answered with the same successor; used again later, or from elsewhere, it ends the app's sign-in, since somebody has a copy.
/// The device flow is polled here with `device_code` and `client_id`, no more often than every `interval` seconds: until somebody has
/// answered the `error` is `authorization_pending`, or `slow_down` for who asks too often; then `access_denied`, or `expired_token`.
#[utoipa::path(post, path = "/token", tag = "Getting tokens", security(()),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Tokens", body = issuing::Tokens),
        (status = 400, description = "Not given, and why in a word (RFC 6749, 5.2; RFC 8628, 3.5)", body = OauthError),
    ))]
pub async fn token(asker: Asker, FormSent(sent): FormSent<TokenRequest>) -> Result<Response, Problem> {
    match sent.grant_type.as_str() {
        "refresh_token" => renew(asker, sent).await,
        DEVICE_GRANT => poll(asker, sent).await,
        _ => Ok(refuse("unsupported_grant_type", "This server knows refresh_token and the device flow.")),
    }
}

async fn renew(asker: Asker, sent: TokenRequest) -> Result<Response, Problem> {
    const OVER: &str = "This refresh token is over, or none of ours. Sign in again.";
    let Some(text) = sent.refresh_token else { return Ok(refuse("invalid_request", "refresh_token is missing.")) };
    let site = asker.site();
    let Some(token) = RefreshToken::parse(&site.key, &text) else { return Ok(refuse("invalid_grant", OVER)) };
    let narrower = match sent.scope.as_deref().map(|scope| Scopes::parse(scope).ok_or(())).transpose() {
        Ok(narrower) => narrower,
        Err(()) => return Ok(refuse("invalid_scope", "This is no list of scopes.")),
    };
    let mut write = asker.begin_write().await?;
    match public_rotate(&mut write, &site.key, &token).await? {
        Rotated::Next(next, mut about) => {
            // What is refused from here on leaves the token as it was: the transaction is let go.
            if sent.client_id.is_some_and(|client| client != about.client) {
                return Ok(refuse("invalid_grant", "This refresh token is another app’s."));
            }
            if let Some(narrower) = narrower {
                if !narrower.is_within(about.scopes) {
                    return Ok(refuse("invalid_scope", "An app’s scopes do not grow. Sign in again with more."));
                }
                about.scopes = narrower;
            }
            let tokens = issuing::issue(&mut write, site, about, &next).await?;
            write.commit().await?;
            Ok(Json(tokens).into_response())
        }
        Rotated::Reused(user) => {
            notices::tell(&mut write, site, user, Notice::TokenReused).await?;
            write.commit().await?;
            tracing::warn!(event = "authn_token_reuse", person = user.0, "a refresh token was used twice");
            Ok(refuse("invalid_grant", OVER))
        }
        Rotated::Over => Ok(refuse("invalid_grant", OVER)),
    }
}

async fn poll(asker: Asker, sent: TokenRequest) -> Result<Response, Problem> {
    let (Some(code), Some(client)) = (sent.device_code, sent.client_id) else {
        return Ok(refuse("invalid_request", "device_code or client_id is missing."));
    };
    const OVER: (&str, &str) = ("expired_token", "This code is over, or none of ours. Begin again.");
    if !public_is_waiting(&mut asker.read().await?, &code).await? {
        return Ok(refuse(OVER.0, OVER.1));
    }
    let mut write = asker.begin_write().await?;
    let answer = match public_poll(&mut write, &code, &client).await? {
        Polled::Pending => refuse("authorization_pending", "Nobody has answered yet."),
        Polled::SlowDown => refuse("slow_down", "Ask less often: five seconds more between two."),
        Polled::Refused => refuse("access_denied", "The person did not let this app in."),
        Polled::Over => refuse(OVER.0, OVER.1),
        Polled::In(sign_in) => match begin(&asker, &mut write, sign_in).await? {
            Some(tokens) => tokens,
            None => refuse("access_denied", "The app’s sign-in has ended already."),
        },
    };
    write.commit().await?;
    Ok(answer)
}

/// The first tokens of an app that was let in; none when its sign-in has ended in between.
async fn begin(asker: &Asker, write: &mut crate::db::Write, sign_in: SignInId) -> Result<Option<Response>, Failure> {
    if crate::tokens::store::public_about(write, sign_in).await?.is_none() {
        return Ok(None);
    }
    let tokens = issuing::begin(write, asker.site(), sign_in).await?;
    tracing::info!(event = "authn_login_success", "an app that was let in has its tokens");
    Ok(Some(Json(tokens).into_response()))
}

/// A token that is meant.
#[derive(Deserialize, ToSchema)]
pub struct TokenMeant {
    /// Of any kind.
    token: String,
    /// Passed over: a token says itself which kind it is.
    #[schema(nullable = false)]
    #[expect(dead_code, reason = "RFC 7009 and 7662 let it be sent")]
    token_type_hint: Option<String>,
}

/// What a token is, whichever kind.
enum Meant {
    Access(Box<Sound>),
    Refresh(Held),
    Nothing,
}

async fn meant(asker: &Asker, read: &mut Read, token: &str) -> Result<Meant, Failure> {
    let site = asker.site();
    if RefreshToken::is_like(token) {
        let Some(token) = RefreshToken::parse(&site.key, token) else { return Ok(Meant::Nothing) };
        return Ok(Meant::Refresh(public_find_held(read, &token).await?));
    }
    Ok(bearer::read(site, read, token).await?.map_or(Meant::Nothing, |sound| Meant::Access(Box::new(sound))))
}

/// Take a token back
///
/// Whoever holds a token can end it (RFC 7009). An access token is put on the denylist until it would have ended; a refresh token, or
/// one made by hand, ends the app's sign-in and every token of it. The answer is the same whether there was such a token or not.
#[utoipa::path(post, path = "/revoke", tag = "Getting tokens", security(()),
    request_body(content = TokenMeant, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "It is good for nothing any more")))]
pub async fn revoke(asker: Asker, FormSent(sent): FormSent<TokenMeant>) -> Result<Response, Problem> {
    let meant = meant(&asker, &mut asker.read().await?, &sent.token).await?;
    // What is none of ours costs nobody the turn to write.
    if matches!(meant, Meant::Refresh(Held::Gone) | Meant::Nothing) {
        return Ok(StatusCode::OK.into_response());
    }
    let mut write = asker.begin_write().await?;
    match meant {
        Meant::Access(sound) => match sound.claims {
            Some(claims) => public_revoke(&mut write, &claims.jti, claims.exp * SECOND).await?,
            None => public_end_family(&mut write, sound.sign_in, "signed_out").await?,
        },
        Meant::Refresh(Held::Current(sign_in) | Held::Earlier(sign_in)) => {
            public_end_family(&mut write, sign_in, "signed_out").await?;
        }
        Meant::Refresh(Held::Gone) | Meant::Nothing => {}
    }
    write.commit().await?;
    Ok(StatusCode::OK.into_response())
}

/// What is known of a token (RFC 7662, 2.2).
#[derive(Serialize, ToSchema)]
pub struct Introspection {
    /// Whether it is good now. All else is left out when it is not.
    active: bool,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The app it was given to.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// `access_token`, `refresh_token` or `personal_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// When it ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// When it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// Whose: the account's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    /// Who signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// Its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

const INACTIVE: Introspection = Introspection {
    active: false,
    scope: None,
    client_id: None,
    token_type: None,
    exp: None,
    iat: None,
    sub: None,
    aud: None,
    iss: None,
    jti: None,
};

/// Ask about a token
///
/// A person learns what their own tokens are worth now (RFC 7662); everybody else's are answered as not active, as is what is no token.
#[utoipa::path(post, path = "/introspect", tag = "Getting tokens",
    request_body(content = TokenMeant, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What is known of it", body = Introspection)))]
pub async fn introspect(asker: Asker, FormSent(sent): FormSent<TokenMeant>) -> Result<Json<Introspection>, Problem> {
    let mut read = asker.read().await?;
    let user = Oneself::claim(&mut read).await?.person().id;
    let (sound, token_type) = match meant(&asker, &mut read, &sent.token).await? {
        Meant::Access(sound) => {
            let kind = if sound.claims.is_some() { "access_token" } else { "personal_token" };
            (*sound, kind)
        }
        Meant::Refresh(Held::Current(sign_in)) => {
            let bearer = crate::sessions::app::Bearer { jti: None, kid: None, epoch: None, scopes: Scopes::EVERYTHING };
            (Sound { sign_in, bearer, claims: None }, "refresh_token")
        }
        Meant::Refresh(Held::Earlier(_) | Held::Gone) | Meant::Nothing => return Ok(Json(INACTIVE)),
    };
    drop(read);
    Ok(Json(about(&asker, user, sound, token_type).await?.unwrap_or(INACTIVE)))
}

/// What is known of a sound token, when it is this person's and still good.
async fn about(
    asker: &Asker,
    user: UserId,
    sound: Sound,
    token_type: &'static str,
) -> Result<Option<Introspection>, Failure> {
    // Asked as the token itself would ask.
    let mut caller = (*asker.0.caller).clone();
    caller.bearer = Some(sound.bearer);
    let mut read = asker.site().db.read(std::sync::Arc::new(caller)).await?;
    let Some(Found::Live(person)) = public_find_caller(&mut read, sound.sign_in).await? else { return Ok(None) };
    if person.id != user {
        return Ok(None);
    }
    let origin = asker.site().config.public_url.origin.clone();
    let ends = if token_type == "refresh_token" { person.idle_ends_at } else { person.absolute_ends_at };
    let client = crate::tokens::store::public_about(&mut read, sound.sign_in).await?.map(|about| about.client);
    Ok(Some(match sound.claims {
        Some(claims) => Introspection {
            active: true,
            scope: Some(person.scopes.to_string()),
            client_id: Some(claims.client_id),
            token_type: Some(token_type),
            exp: Some(claims.exp),
            iat: Some(claims.iat),
            sub: Some(claims.sub),
            aud: Some(claims.aud),
            iss: Some(claims.iss),
            jti: Some(claims.jti),
        },
        None => Introspection {
            active: true,
            scope: Some(person.scopes.to_string()),
            client_id: client,
            token_type: Some(token_type),
            exp: Some(ends / SECOND),
            iat: Some(person.signed_in_at / SECOND),
            sub: Some(person.id.to_string()),
            aud: None,
            iss: Some(origin),
            jti: None,
        },
    }))
}
