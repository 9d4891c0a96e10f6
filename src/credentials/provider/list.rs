//! The providers that the settings name.

use super::asking::Asking;
use super::github::GitHub;
use super::oidc::Oidc;
use super::store::{Identity, Secrets};
use crate::clock::Clock;
use crate::config::{ProviderKind, ProviderSetting, PublicUrl};
use crate::failure::Failure;

/// One of them.
#[derive(Debug)]
pub struct Provider {
    /// As settings and addresses have it.
    pub name: String,
    /// As people read it.
    pub label: String,
    speaks: Speaks,
}

#[derive(Debug)]
enum Speaks {
    Oidc(Box<Oidc>),
    GitHub(GitHub),
}

impl Provider {
    /// Asks nobody yet.
    pub fn new(setting: &ProviderSetting, url: &PublicUrl, clock: Clock) -> Result<Self, Failure> {
        let asking = Asking::new(setting.is_private)?;
        let redirect = format!("{}/login/with/{}/back", url.origin, setting.name);
        let (id, secret) = (setting.id.as_str(), setting.secret.as_str());
        let speaks = match &setting.kind {
            ProviderKind::Oidc { issuer } => {
                Speaks::Oidc(Box::new(Oidc::new(issuer, id, secret, &redirect, asking, clock)?))
            }
            ProviderKind::GitHub { site, api } => {
                Speaks::GitHub(GitHub::new(site, api, (id, secret), &redirect, asking))
            }
        };
        Ok(Self { name: setting.name.clone(), label: setting.label.clone(), speaks })
    }

    /// Where the browser goes. `anew`: the person is to prove it there once more, where the provider can be asked to.
    pub async fn begin(&self, secrets: &Secrets, anew: bool) -> Result<String, Failure> {
        match &self.speaks {
            Speaks::Oidc(oidc) => oidc.begin(secrets, anew).await,
            Speaks::GitHub(github) => Ok(github.begin(secrets)),
        }
    }

    /// Who came back; none when anything about the answer is not right, which the log says.
    pub async fn finish(
        &self,
        secrets: Secrets,
        code: &str,
        iss: Option<&str>,
        anew: bool,
    ) -> Result<Option<Identity>, Failure> {
        match &self.speaks {
            Speaks::Oidc(oidc) => oidc.finish(secrets, code, iss, anew).await,
            Speaks::GitHub(github) => github.finish(secrets, code, iss).await,
        }
    }
}
