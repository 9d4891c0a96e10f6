//! What an app gets: an access token, and the refresh token that gets the next.

use serde::Serialize;
use utoipa::ToSchema;

use super::access::{self, About, LASTS};
use super::refresh::RefreshToken;
use super::store::{public_about, public_begin_family};
use crate::clock::SECOND;
use crate::db::{Connection, Write};
use crate::failure::Failure;
use crate::http::Site;
use crate::id::SignInId;

/// Tokens, as an app gets them (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// A JWT: `Authorization: Bearer` with every request.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// In seconds.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// For `POST /api/v1/token`, once: the answer holds the next one.
    pub refresh_token: String,
    /// What they are for, in words with spaces between them.
    #[schema(example = "account:read courses:read")]
    pub scope: String,
}

/// Signs the access token that goes with a refresh token.
pub async fn issue(write: &mut Write, site: &Site, about: About, refresh: &RefreshToken) -> Result<Tokens, Failure> {
    let key = site.keys.signer(write, &site.key).await?;
    let scope = about.scopes.to_string();
    let claims = access::claims(about, &site.config.public_url.origin, write.now());
    Ok(Tokens {
        access_token: access::sign(&key, &claims)?,
        token_type: "Bearer",
        expires_in: LASTS / SECOND,
        refresh_token: refresh.as_str().to_owned(),
        scope,
    })
}

/// The first tokens of an app that was just let in.
pub async fn begin(write: &mut Write, site: &Site, sign_in: SignInId) -> Result<Tokens, Failure> {
    let refresh = public_begin_family(write, &site.key, sign_in).await?;
    let about = public_about(write, sign_in).await?;
    let about = about.ok_or_else(|| Failure::Broken(anyhow::anyhow!("an app that was just let in is not")))?;
    issue(write, site, about, &refresh).await
}
