//! What tokens are signed with, and how keys for it are made.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::failure::{Broken, Failure};
use crate::random;

/// A way to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256: short signatures, understood everywhere. The default.
    Es256,
    /// Ed25519: the same strength, quicker, understood by newer libraries.
    EdDsa,
    /// RSA with PSS padding, 3,072 bits (security.md: at least; ASVS 5.0, 11.2.3: 128 bits of strength).
    Ps256,
    /// HMAC-SHA256 with 32 random bytes: whoever checks could sign as well, so it is for one server, and for comparing.
    Hs256,
    /// RSA with the padding of PKCS #1 v1.5, which ASVS disallows and RFC 9068 wants: behind a setting of its own.
    Rs256,
}

/// Bytes of an HMAC's key (RFC 7518, 3.2: as many as the hash has).
const HMAC_BYTES: usize = 32;

/// What is kept of a key: the secret half, and the public one as a JWK where there is one.
pub struct Made {
    /// PKCS #8 in DER; PEM for RSA; the bytes of an HMAC.
    pub secret: Vec<u8>,
    /// None for an HMAC.
    pub jwk: Option<Jwk>,
}

impl Algorithm {
    /// The default first.
    pub const ALL: [Self; 5] = [Self::Es256, Self::EdDsa, Self::Ps256, Self::Hs256, Self::Rs256];

    /// As a token's header, a setting and the database write it (RFC 7518, 3.1; RFC 8037, 3.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
        }
    }

    /// Exactly as written: `none`, `nOnE` and all others are no algorithm.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether whoever can check a signature can make one too.
    pub fn is_symmetric(self) -> bool {
        match self {
            Self::Hs256 => true,
            Self::Es256 | Self::EdDsa | Self::Ps256 | Self::Rs256 => false,
        }
    }

    /// As the library calls it.
    pub fn library(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
            Self::Hs256 => jsonwebtoken::Algorithm::HS256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }

    /// A new key. An RSA one takes up to some seconds.
    pub fn make(self) -> Result<Made, Failure> {
        let secret = match self {
            Self::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).broken("make a P-256 key")?;
                pair.to_pkcs8v1().broken("write down a P-256 key")?.as_ref().to_vec()
            }
            Self::EdDsa => {
                let pair = Ed25519KeyPair::generate().broken("make an Ed25519 key")?;
                pair.to_pkcs8v1().broken("write down an Ed25519 key")?.as_ref().to_vec()
            }
            Self::Ps256 | Self::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa3072).broken("make an RSA key")?;
                pem(pair.as_der().broken("write down an RSA key")?.as_ref()).into_bytes()
            }
            Self::Hs256 => random::bytes::<HMAC_BYTES>().to_vec(),
        };
        let jwk = match self.is_symmetric() {
            true => None,
            false => {
                let key = self.signing(&secret)?;
                Some(Jwk::from_encoding_key(&key, self.library()).broken("take the public half of a key")?)
            }
        };
        Ok(Made { secret, jwk })
    }

    /// The key that signs, from what is kept of it.
    pub fn signing(self, secret: &[u8]) -> Result<EncodingKey, Failure> {
        match self {
            Self::Es256 => Ok(EncodingKey::from_ec_der(secret)),
            Self::EdDsa => Ok(EncodingKey::from_ed_der(secret)),
            Self::Ps256 | Self::Rs256 => EncodingKey::from_rsa_pem(secret).broken("read an RSA key"),
            Self::Hs256 => Ok(EncodingKey::from_secret(secret)),
        }
    }

    /// The key that checks: the public half, or the secret where there is none.
    pub fn checking(self, secret: &[u8], jwk: Option<&Jwk>) -> Result<DecodingKey, Failure> {
        match (self.is_symmetric(), jwk) {
            (false, Some(jwk)) => DecodingKey::from_jwk(jwk).broken("read a public key"),
            (true, _) if secret.len() >= HMAC_BYTES => Ok(DecodingKey::from_secret(secret)),
            _ => Err(Failure::Broken(anyhow::anyhow!("a signing key is not whole"))),
        }
    }
}

/// DER as PEM (RFC 7468), which is what the library reads PKCS #8 keys of RSA in.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_written_exactly_are_algorithms() {
        for name in ["none", "None", "nOnE", "NONE", "", "es256", "HS256 ", "HS512", "RS1"] {
            assert_eq!(Algorithm::of_name(name), None, "{name}");
        }
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::of_name(algorithm.name()), Some(algorithm));
        }
    }

    /// 128 bits of strength (ASVS 5.0, 11.2.3).
    #[test]
    fn every_key_is_strong_and_its_public_half_holds_no_secret() {
        for algorithm in Algorithm::ALL {
            let made = algorithm.make().unwrap();
            assert_ne!(made.secret, algorithm.make().unwrap().secret, "{algorithm:?}");
            let Some(jwk) = &made.jwk else {
                assert!(algorithm.is_symmetric() && made.secret.len() == 32);
                continue;
            };
            let text = serde_json::to_value(jwk).unwrap();
            for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(text.get(secret).is_none(), "{algorithm:?} publishes {secret}");
            }
            if matches!(algorithm, Algorithm::Ps256 | Algorithm::Rs256) {
                // 3,072 bits are 384 bytes, which are 512 letters.
                assert_eq!(text["n"].as_str().unwrap().len(), 512, "{algorithm:?}");
            }
            assert!(algorithm.checking(&[], Some(jwk)).is_ok());
            assert!(algorithm.checking(&made.secret, None).is_err(), "{algorithm:?} needs its public half");
        }
        assert!(Algorithm::Hs256.checking(&[7; 31], None).is_err(), "a short secret is none");
    }
}
