//! A provider that speaks OpenID Connect.

use std::pin::Pin;
use std::sync::Mutex;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::asking::{Asking, NoAnswer};
use super::store::{Identity, Secrets};
use crate::clock::{Clock, MINUTE, Millis};
use crate::failure::{Broken, Failure};

/// How long what a provider says about itself is believed: its keys change, and it publishes new ones before it uses them.
const BELIEVED: Millis = 10 * MINUTE;
/// How far its clock may differ from ours (security.md: 30 seconds at most), in seconds.
const LEEWAY: i64 = 30;

/// What we take a signature of: by a key of the provider's, of at least 128 bits. Nothing that our own secret could make.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Whether its answers name it (RFC 9207).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NamesItself {
    authorization_response_iss_parameter_supported: Option<bool>,
}

impl AdditionalProviderMetadata for NamesItself {}

type Metadata = ProviderMetadata<
    NamesItself,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// An issuer, and what we are to it.
#[derive(Debug)]
pub struct Oidc {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect: RedirectUrl,
    asking: Asking,
    clock: Clock,
    known: Mutex<Option<(Millis, Metadata)>>,
}

impl Oidc {
    /// Asks nobody yet.
    pub fn new(
        issuer: &str,
        id: &str,
        secret: &str,
        redirect: &str,
        asking: Asking,
        clock: Clock,
    ) -> Result<Self, Failure> {
        Ok(Self {
            issuer: IssuerUrl::new(issuer.to_owned()).broken("read a provider's issuer")?,
            client_id: ClientId::new(id.to_owned()),
            client_secret: ClientSecret::new(secret.to_owned()),
            redirect: RedirectUrl::new(redirect.to_owned()).broken("read where a provider sends people back to")?,
            asking,
            clock,
            known: Mutex::default(),
        })
    }

    /// Who it is, as its tokens name it.
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// What it says about itself. Its name there must be the one that is set (ASVS 5.0, 10.5.3).
    async fn metadata(&self) -> Result<Metadata, Failure> {
        let now = self.clock.now();
        let known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if let Some((at, metadata)) = known
            && (0..BELIEVED).contains(&(now - at))
        {
            return Ok(metadata);
        }
        let ask = asker(&self.asking);
        let metadata =
            Metadata::discover_async(self.issuer.clone(), &ask).await.broken("ask a provider about itself")?;
        *self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((now, metadata.clone()));
        Ok(metadata)
    }

    /// Where the browser goes, with these secrets of the visit. `anew`: the person is to prove it there once more.
    pub async fn begin(&self, secrets: &Secrets, anew: bool) -> Result<String, Failure> {
        let client = CoreClient::from_provider_metadata(
            self.metadata().await?,
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        )
        .set_redirect_uri(self.redirect.clone());
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if anew {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO);
        }
        Ok(request.url().0.to_string())
    }

    /// Who came back, by the code and the issuer that their browser brings along; none when anything about it is not right.
    pub async fn finish(
        &self,
        secrets: Secrets,
        code: &str,
        iss: Option<&str>,
        anew: bool,
    ) -> Result<Option<Identity>, Failure> {
        let metadata = self.metadata().await?;
        let names_itself = metadata.additional_metadata().authorization_response_iss_parameter_supported == Some(true);
        let is_ours = match iss {
            Some(iss) => iss == self.issuer.as_str(),
            None => !names_itself,
        };
        if !is_ours {
            return no("it came back from another issuer");
        }
        let client =
            CoreClient::from_provider_metadata(metadata, self.client_id.clone(), Some(self.client_secret.clone()))
                .set_redirect_uri(self.redirect.clone());
        let ask = asker(&self.asking);
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned())).broken("ask for a token")?;
        let answer = request.set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier)).request_async(&ask).await;
        let token = match answer {
            Ok(token) => token,
            Err(error) => return no(&format!("its token endpoint: {error}")),
        };
        let Some(id_token) = token.id_token() else { return no("it sent no ID token") };
        let clock = self.clock.clone();
        let now = move || {
            OffsetDateTime::from_unix_timestamp(clock.now() / 1_000).ok().and_then(chrono_of).unwrap_or_default()
        };
        let latest = now() + chrono::TimeDelta::seconds(LEEWAY);
        let verifier =
            client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(now).set_issue_time_verifier_fn(
                move |issued| {
                    if issued <= latest { Ok(()) } else { Err("it was issued in the future".to_owned()) }
                },
            );
        let claims = match id_token.claims(&verifier, &Nonce::new(secrets.nonce)) {
            Ok(claims) => claims,
            Err(error) => return no(&format!("its ID token: {error}")),
        };
        // More than one audience, or somebody else's token for us: named, and not us.
        if claims.authorized_party().is_some_and(|party| *party != self.client_id) {
            return no("its ID token was made for somebody else");
        }
        let oldest = latest - chrono::TimeDelta::seconds(2 * LEEWAY + 10 * 60);
        // With `max_age` in the request the time must stand in the answer (OpenID Connect Core, 3.1.2.1).
        if anew && claims.auth_time().is_none_or(|at| at < oldest) {
            return no("it did not ask its person anew");
        }
        Ok(Some(Identity {
            issuer: self.issuer.as_str().to_owned(),
            subject: claims.subject().as_str().to_owned(),
            email: claims.email().map(|email| email.as_str().to_owned()),
            is_verified: claims.email_verified() == Some(true),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()),
            label: claims.email().map(|email| email.as_str().to_owned()),
        }))
    }
}

/// The same as a function that the library can call; it owns what it asks with, since its answer may outlive this call.
fn asker(
    asking: &Asking,
) -> impl Fn(HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send>> + Send + Sync + use<>
{
    let asking = asking.clone();
    move |request| {
        let asking = asking.clone();
        Box::pin(async move { asking.send(request).await })
    }
}

fn chrono_of(at: OffsetDateTime) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp(at.unix_timestamp(), 0)
}

/// What the log says of somebody who came back and was not taken.
fn no(why: &str) -> Result<Option<Identity>, Failure> {
    tracing::warn!(event = "authn_login_fail", why, "a provider's answer was refused");
    Ok(None)
}
