//! GitHub, which speaks OAuth 2 and says who somebody is in its own way.

use axum::http;
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use serde::Deserialize;

use super::asking::Asking;
use super::store::{Identity, Secrets};
use crate::failure::{Broken, Failure};

/// What we are to GitHub.
#[derive(Debug)]
pub struct GitHub {
    /// `https://github.com`, or a server of one's own.
    site: String,
    /// `https://api.github.com`, or the same server's.
    api: String,
    client_id: String,
    client_secret: String,
    redirect: String,
    asking: Asking,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct User {
    id: i64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

/// The least that says who somebody is and where they are written to (ASVS 5.0, 10.2.3).
const SCOPES: &str = "read:user user:email";

impl GitHub {
    /// Asks nobody yet.
    pub fn new(site: &str, api: &str, (id, secret): (&str, &str), redirect: &str, asking: Asking) -> Self {
        Self {
            site: site.trim_end_matches('/').to_owned(),
            api: api.trim_end_matches('/').to_owned(),
            client_id: id.to_owned(),
            client_secret: secret.to_owned(),
            redirect: redirect.to_owned(),
            asking,
        }
    }

    /// Who it is: its tokens name nobody, so its address does.
    pub fn issuer(&self) -> &str {
        &self.site
    }

    /// Where the browser goes, with these secrets of the visit.
    pub fn begin(&self, secrets: &Secrets) -> String {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(secrets.verifier.clone()));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", SCOPES)
            .append_pair("state", &secrets.state)
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", challenge.method())
            .finish();
        format!("{}/login/oauth/authorize?{query}", self.site)
    }

    /// Who came back, by the code that their browser brings along; none when anything about it is not right.
    pub async fn finish(&self, secrets: Secrets, code: &str, iss: Option<&str>) -> Result<Option<Identity>, Failure> {
        if iss.is_some_and(|iss| iss.trim_end_matches('/') != self.site && iss != format!("{}/login/oauth", self.site))
        {
            return no("it came back from another issuer");
        }
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", &self.client_secret)
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("code_verifier", &secrets.verifier)
            .finish();
        let request = http::Request::post(format!("{}/login/oauth/access_token", self.site))
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.into_bytes())
            .broken("ask GitHub for a token")?;
        let Some(token) = self.ask::<Token>(request).await else { return no("it gave no token") };
        let Some(user) = self.get::<User>("/user", &token).await? else { return no("it did not say who it is") };
        let Some(addresses) = self.get::<Vec<Address>>("/user/emails", &token).await? else {
            return no("it did not say how they are written to");
        };
        let primary = addresses.into_iter().find(|address| address.primary);
        Ok(Some(Identity {
            issuer: self.site.clone(),
            subject: user.id.to_string(),
            is_verified: primary.as_ref().is_some_and(|address| address.verified),
            email: primary.map(|address| address.email),
            name: user.name.filter(|name| !name.trim().is_empty()).or_else(|| Some(user.login.clone())),
            label: Some(user.login),
        }))
    }

    async fn get<T: for<'d> Deserialize<'d>>(&self, path: &str, token: &Token) -> Result<Option<T>, Failure> {
        let request = http::Request::get(format!("{}{path}", self.api))
            .header("accept", "application/vnd.github+json")
            .header("authorization", format!("Bearer {}", token.access_token))
            .body(Vec::new())
            .broken("ask GitHub who somebody is")?;
        Ok(self.ask(request).await)
    }

    /// The answer, where it is a good one of this kind.
    async fn ask<T: for<'d> Deserialize<'d>>(&self, request: http::Request<Vec<u8>>) -> Option<T> {
        match self.asking.send(request).await {
            Ok(answer) if answer.status().is_success() => serde_json::from_slice(answer.body()).ok(),
            Ok(answer) => {
                tracing::warn!(status = answer.status().as_u16(), "GitHub refused");
                None
            }
            Err(error) => {
                tracing::warn!(%error, "GitHub could not be asked");
                None
            }
        }
    }
}

fn no(why: &str) -> Result<Option<Identity>, Failure> {
    tracing::warn!(event = "authn_login_fail", why, "a provider's answer was refused");
    Ok(None)
}
