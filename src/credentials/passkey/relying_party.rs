//! What webauthn-rs is told of this site, and what it answers.

use std::net::IpAddr;

use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::config::PublicUrl;
use crate::failure::{Broken, Failure};

/// The site as authenticators know it.
#[derive(Clone, Debug)]
pub struct RelyingParty(Webauthn);

/// What came of an answer.
#[derive(Debug)]
pub enum Answer {
    /// It is right. Holds the key with its new counter.
    Right(Box<Passkey>),
    /// It is not: another key, another site, another challenge, nobody's finger, or no answer at all.
    Wrong,
    /// The key's counter went back.
    Copied,
}

impl RelyingParty {
    /// None where browsers offer no passkeys: an address without a name, or plain http beyond this machine.
    pub fn of(url: &PublicUrl) -> Result<Option<Self>, Failure> {
        let host = url.host();
        let is_name = host.parse::<IpAddr>().is_err() && !host.starts_with('[');
        if !is_name || !(url.https || host == "localhost" || host.ends_with(".localhost")) {
            return Ok(None);
        }
        let origin = Url::parse(&url.origin).broken("read LECTERN_PUBLIC_URL for passkeys")?;
        let made =
            WebauthnBuilder::new(host, &origin).map(|builder| builder.rp_name("Lectern")).and_then(|b| b.build());
        made.broken("prepare for passkeys").map(|webauthn| Some(Self(webauthn)))
    }

    /// A challenge to make a key, as a browser reads it, and what is kept of it. Keys of `known` are not made anew. The key is
    /// asked to be found without a name, so that signing in needs none.
    pub fn begin_registering(
        &self,
        handle: Uuid,
        email: &str,
        name: &str,
        known: &[Passkey],
    ) -> Result<(Value, PasskeyRegistration), Failure> {
        let exclude = known.iter().map(|key| key.cred_id().clone()).collect();
        let (challenge, state) =
            self.0.start_passkey_registration(handle, email, name, Some(exclude)).broken("begin to make a passkey")?;
        let mut options = serde_json::to_value(challenge).broken("write a challenge")?;
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
            selection["residentKey"] = json!("required");
            selection["requireResidentKey"] = json!(true);
        }
        Ok((options, state))
    }

    /// The key that was made; none when the answer is none to this challenge.
    pub fn finish_registering(&self, answer: &str, state: &PasskeyRegistration) -> Option<Passkey> {
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).ok()?;
        self.0.finish_passkey_registration(&answer, state).ok()
    }

    /// A challenge for whichever key the person has here, and what is kept of it.
    pub fn begin_asking(&self) -> Result<(Value, DiscoverableAuthentication), Failure> {
        let (challenge, state) = self.0.start_discoverable_authentication().broken("begin to ask for a passkey")?;
        let mut options = serde_json::to_value(challenge).broken("write a challenge")?;
        // Whether it is offered in the field or by a button is for the page to say.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        Ok((options, state))
    }

    /// Whose key an answer says it is: the handle of the account and the authenticator's name for the key. Not checked yet.
    pub fn claimed(&self, answer: &str) -> Option<(PublicKeyCredential, Uuid, Vec<u8>)> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
        let (handle, id) = self.0.identify_discoverable_authentication(&answer).ok()?;
        let id = id.to_vec();
        Some((answer, handle, id))
    }

    /// Checks an answer with the key it claims to be made with.
    pub fn finish_asking(
        &self,
        answer: &PublicKeyCredential,
        state: DiscoverableAuthentication,
        mut key: Passkey,
    ) -> Answer {
        match self.0.finish_discoverable_authentication_v2(answer, state, &key) {
            // The library refuses without; said once more here, since two proofs hang on it.
            Ok(result) if !result.user_verified() => Answer::Wrong,
            Ok(result) => {
                key.update_credential(&result);
                Answer::Right(Box::new(key))
            }
            Err(WebauthnError::CredentialPossibleCompromise) => Answer::Copied,
            Err(_) => Answer::Wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_need_a_name_and_https_or_this_machine() {
        let of = |url: &str| RelyingParty::of(&PublicUrl::parse(url).unwrap()).unwrap().is_some();
        assert!(of("https://lectern.example") && of("http://localhost:3000") && of("https://lectern.example:8443"));
        for without in ["http://lectern.example", "https://192.168.1.20", "http://127.0.0.1:3000", "https://[::1]"] {
            assert!(!of(without), "{without}");
        }
    }

    /// ASVS 6.7.2, 6.5.7
    #[test]
    fn a_challenge_has_32_random_bytes_and_asks_for_its_person() {
        let site = RelyingParty::of(&PublicUrl::parse("https://lectern.example").unwrap()).unwrap().unwrap();
        let (one, _) = site.begin_registering(Uuid::from_u128(7), "ada@uni.example", "Ada", &[]).unwrap();
        let (other, _) = site.begin_asking().unwrap();
        let challenge = |options: &Value| options.pointer("/publicKey/challenge").unwrap().as_str().unwrap().to_owned();
        assert!(challenge(&one).len() >= 43 && challenge(&one) != challenge(&other), "{one} {other}");
        assert_eq!(one.pointer("/publicKey/authenticatorSelection/userVerification").unwrap(), "required");
        assert_eq!(one.pointer("/publicKey/authenticatorSelection/residentKey").unwrap(), "required");
        assert_eq!(one.pointer("/publicKey/rp/id").unwrap(), "lectern.example");
        assert_eq!(other.pointer("/publicKey/userVerification").unwrap(), "required");
        assert_eq!(other.pointer("/publicKey/rpId").unwrap(), "lectern.example");
        assert!(site.claimed("{}").is_none() && site.claimed("not json").is_none());
    }
}
