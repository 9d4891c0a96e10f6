//! Access tokens: JWTs as RFC 9068 has them, signed with one of our keys and read with more distrust than the library has by default.
//!
//! The header is read first, and strictly: three words, each once, and nothing that points to a key elsewhere. The key is one of
//! ours, found by its name, and says itself with which algorithm it is used. Only what its signature covers is looked at then; every
//! claim is required, once, of its own type, and nothing else may stand there.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use super::algorithm::Algorithm;
use super::keys::{Key, SKEW};
use super::scope::Scopes;
use crate::clock::{MINUTE, Millis, SECOND};
use crate::failure::{Broken, Failure};
use crate::id::{SignInId, UserId};
use crate::random;

/// How long an access token lasts (security.md: 5 to 15 minutes).
pub const LASTS: Millis = 10 * MINUTE;
/// What its header calls it (RFC 9068, 2.1).
pub const TYPE: &str = "at+jwt";
/// The longest token that is looked at. One of ours has about 700 letters, or 1,100 with an RSA signature.
pub const LONGEST: usize = 4_096;

/// What a token says, every word of it required (RFC 9068, 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who signed it: the site's address.
    pub iss: String,
    /// Whose it is: the account's number.
    pub sub: String,
    /// For whom: the site's API.
    pub aud: String,
    /// The app it was given to.
    pub client_id: String,
    /// When it was signed, in seconds.
    pub iat: i64,
    /// When it ends, in seconds.
    pub exp: i64,
    /// Its own name, for the denylist: 22 random letters.
    pub jti: String,
    /// What the app may do, in words with spaces between them.
    pub scope: String,
    /// The sign-in it belongs to: its family. Text, for JSON's numbers are not as long.
    pub sid: String,
    /// The account's epoch: what was signed in an earlier one is over.
    pub epoch: i64,
    /// When the person showed who they are, in seconds.
    pub auth_time: i64,
}

/// What a token is about, before it is one.
#[derive(Clone, Debug)]
pub struct About {
    /// Whose.
    pub user: UserId,
    /// Its family.
    pub sign_in: SignInId,
    /// What the app calls itself.
    pub client: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Of the account.
    pub epoch: i64,
    /// When the family began.
    pub signed_in_at: Millis,
}

/// For whom the tokens of a site are.
pub fn audience(origin: &str) -> String {
    format!("{origin}/api/v1")
}

/// The claims of a new token.
pub fn claims(about: About, origin: &str, now: Millis) -> Claims {
    Claims {
        iss: origin.to_owned(),
        sub: about.user.to_string(),
        aud: audience(origin),
        client_id: about.client,
        iat: now / SECOND,
        exp: (now + LASTS) / SECOND,
        jti: random::nonce(),
        scope: about.scopes.to_string(),
        sid: about.sign_in.to_string(),
        epoch: about.epoch,
        auth_time: about.signed_in_at / SECOND,
    }
}

/// Signs.
pub fn sign(key: &Key, claims: &Claims) -> Result<String, Failure> {
    let mut header = Header::new(key.algorithm.library());
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.kid.clone());
    encode(&header, claims, &key.signing).broken("sign a token")
}

/// Why a token is not good. For the log: whoever sent it hears that it is not, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Longer than any of ours.
    TooLong,
    /// Not three parts, or a header that is none of ours.
    Header,
    /// Not an access token.
    Type,
    /// No key of ours has that name.
    Key,
    /// The key is not for that algorithm.
    Algorithm,
    /// The signature is not by that key.
    Signature,
    /// A claim is missing, twice there, of another type, or none of ours.
    Claims,
    /// By or for somebody else.
    Audience,
    /// It has ended.
    Expired,
    /// It says that it was signed later than now.
    NotYet,
    /// Its key, its family or itself was taken back, or its account is not what it was.
    Revoked,
}

impl Unusable {
    /// For the log.
    pub fn key(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Header => "header",
            Self::Type => "type",
            Self::Key => "key",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Revoked => "revoked",
        }
    }
}

/// What a header of ours holds, and nothing else: no `jku`, `x5u`, `jwk` or `crit`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    alg: String,
    typ: String,
    kid: String,
}

/// The name of the key that a token says it is signed with, and the algorithm. Nothing is believed yet.
pub fn named(token: &str) -> Result<(String, Algorithm), Unusable> {
    if token.len() > LONGEST {
        return Err(Unusable::TooLong);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(Unusable::Header);
    };
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Unusable::Header)?;
    let header: Named = serde_json::from_slice(&header).map_err(|_| Unusable::Header)?;
    if header.typ != TYPE {
        return Err(Unusable::Type);
    }
    let algorithm = Algorithm::of_name(&header.alg).ok_or(Unusable::Algorithm)?;
    Ok((header.kid, algorithm))
}

/// Checks a token with the key it names, for `audience`, at `now`: signature first, then every claim.
pub fn check(
    token: &str,
    key: &Key,
    algorithm: Algorithm,
    origin: &str,
    audience: &str,
    now: Millis,
) -> Result<Claims, Unusable> {
    if key.algorithm != algorithm {
        return Err(Unusable::Algorithm);
    }
    let mut rules = Validation::new(algorithm.library());
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.set_issuer(&[origin]);
    rules.set_audience(&[audience]);
    // By our own clock, below: the library has the system's, and a minute's patience.
    rules.validate_exp = false;
    let claims = decode::<Claims>(token, &key.checking, &rules).map_err(|error| {
        use jsonwebtoken::errors::ErrorKind;
        match error.kind() {
            ErrorKind::InvalidSignature | ErrorKind::Signing(_) => Unusable::Signature,
            ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => Unusable::Audience,
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => Unusable::Algorithm,
            ErrorKind::InvalidToken | ErrorKind::Base64(_) => Unusable::Header,
            _ => Unusable::Claims,
        }
    })?;
    let claims = claims.claims;
    // The library lets one of several be enough.
    if claims.iss != origin || claims.aud != audience {
        return Err(Unusable::Audience);
    }
    let seconds = now.div_euclid(SECOND);
    if claims.exp <= seconds {
        return Err(Unusable::Expired);
    }
    // Another node's clock may be a little ahead; nothing of ours lasts longer than it says.
    if claims.iat > seconds + SKEW / SECOND || claims.exp - claims.iat > LASTS / SECOND {
        return Err(Unusable::NotYet);
    }
    if claims.sub.parse::<UserId>().is_err() || claims.sid.parse::<SignInId>().is_err() {
        return Err(Unusable::Claims);
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ORIGIN: &str = "https://lectern.example";
    const NOW: Millis = 1_793_610_000_000;

    fn about() -> About {
        About {
            user: UserId(7),
            sign_in: SignInId(9),
            client: "curl".to_owned(),
            scopes: Scopes::parse("courses:read").unwrap(),
            epoch: 0,
            signed_in_at: NOW,
        }
    }

    fn check_now(token: &str, key: &Key) -> Result<Claims, Unusable> {
        let (kid, algorithm) = named(token)?;
        if kid == key.kid { check(token, key, algorithm, ORIGIN, &audience(ORIGIN), NOW) } else { Err(Unusable::Key) }
    }

    /// A token with any header and claims, signed with the key as `algorithm` would.
    fn forged(header: &Value, claims: &str, key: &Key) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let message = format!("{}.{}", part(&header.to_string()), part(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key.signing, key.algorithm.library()).unwrap();
        format!("{message}.{signature}")
    }

    /// ASVS 9.1.1
    #[test]
    fn every_algorithm_signs_what_it_checks_and_one_bit_spoils_it() {
        for algorithm in Algorithm::ALL {
            let (key, _) = Key::make(algorithm).unwrap();
            let token = sign(&key, &claims(about(), ORIGIN, NOW)).unwrap();
            assert!(token.len() < 1_200, "{algorithm:?}: {}", token.len());
            assert_eq!(check_now(&token, &key).unwrap().sub, "7", "{algorithm:?}");
            let other = Key { kid: key.kid.clone(), ..Key::make(algorithm).unwrap().0 };
            assert_eq!(check_now(&token, &other), Err(Unusable::Signature), "{algorithm:?}");
            let at = token.rfind('.').unwrap() + 5;
            for at in [3, 60, token.find('.').unwrap() + 9, at] {
                let mut bent = token.clone().into_bytes();
                bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
                assert!(check_now(&String::from_utf8(bent).unwrap(), &key).is_err(), "{algorithm:?} {at}");
            }
        }
    }

    /// ASVS 9.1.2, 9.1.3
    #[test]
    fn a_header_that_is_not_exactly_ours_is_refused_before_any_key_is_used() {
        let (key, _) = Key::make(Algorithm::Es256).unwrap();
        let good = serde_json::to_string(&claims(about(), ORIGIN, NOW)).unwrap();
        let with = |header: Value| check_now(&forged(&header, &good, &key), &key);
        let kid = key.kid.clone();
        assert!(with(json!({"alg": "ES256", "typ": "at+jwt", "kid": kid})).is_ok());
        for alg in ["none", "None", "nOnE", "HS256", "RS256", "PS256", "EdDSA", "ES384", ""] {
            let refused = with(json!({"alg": alg, "typ": "at+jwt", "kid": kid})).unwrap_err();
            assert_eq!(refused, Unusable::Algorithm, "{alg}");
        }
        for typ in ["JWT", "jwt", "AT+JWT", "application/at+jwt", "refresh", ""] {
            assert_eq!(with(json!({"alg": "ES256", "typ": typ, "kid": kid})), Err(Unusable::Type), "{typ}");
        }
        for (name, value) in [
            ("jku", json!("https://evil.example/keys")),
            ("x5u", json!("https://evil.example/cert")),
            ("x5c", json!(["MIIB"])),
            ("jwk", json!({"kty": "EC"})),
            ("crit", json!(["exp"])),
            ("cty", json!("JWT")),
        ] {
            let mut header = json!({"alg": "ES256", "typ": "at+jwt", "kid": kid});
            header[name] = value;
            assert_eq!(with(header), Err(Unusable::Header), "{name}");
        }
        assert_eq!(with(json!({"alg": "ES256", "typ": "at+jwt", "kid": "../../etc/passwd"})), Err(Unusable::Key));
        assert_eq!(with(json!({"alg": "ES256", "typ": "at+jwt"})), Err(Unusable::Header));
        assert_eq!(with(json!({"alg": "ES256", "typ": "at+jwt", "kid": 1})), Err(Unusable::Header));
    }

    /// The oldest trick there is: what everybody can read, used as the secret of an HMAC.
    #[test]
    fn a_public_key_is_no_secret() {
        for algorithm in [Algorithm::Es256, Algorithm::Ps256, Algorithm::Rs256, Algorithm::EdDsa] {
            let (key, _) = Key::make(algorithm).unwrap();
            let public = serde_json::to_vec(key.jwk.as_ref().unwrap()).unwrap();
            let hmac = Key {
                kid: key.kid.clone(),
                algorithm: Algorithm::Hs256,
                signing: jsonwebtoken::EncodingKey::from_secret(&public),
                checking: key.checking.clone(),
                jwk: None,
            };
            let token = sign(&hmac, &claims(about(), ORIGIN, NOW)).unwrap();
            assert_eq!(check_now(&token, &key), Err(Unusable::Algorithm), "{algorithm:?}");
            // Even for a key that were taken for one of an HMAC, the library refuses to use it so.
            assert_eq!(check_now(&token, &hmac), Err(Unusable::Algorithm), "{algorithm:?}");
        }
    }

    /// ASVS 9.2.1, 9.2.3
    #[test]
    fn every_claim_is_required_once_and_of_its_own_type() {
        let (key, _) = Key::make(Algorithm::EdDsa).unwrap();
        let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid});
        let good = serde_json::to_value(claims(about(), ORIGIN, NOW)).unwrap();
        let try_out = |claims: &str| check_now(&forged(&header, claims, &key), &key);
        assert!(try_out(&good.to_string()).is_ok());
        for name in good.as_object().unwrap().keys() {
            let mut without = good.clone();
            without.as_object_mut().unwrap().remove(name);
            assert!(try_out(&without.to_string()).is_err(), "without {name}");
            let twice = good.to_string().replacen('{', &format!("{{\"{name}\":{},", good[name]), 1);
            assert_eq!(try_out(&twice), Err(Unusable::Claims), "{name} twice");
        }
        let wrong = [
            ("exp", json!("1793610600"), Unusable::Claims),
            ("exp", json!(1.793e9), Unusable::Claims),
            ("exp", json!(null), Unusable::Claims),
            ("exp", json!(NOW / 1_000), Unusable::Expired),
            ("exp", json!(NOW / 1_000 - 1), Unusable::Expired),
            ("exp", json!(NOW / 1_000 + 601), Unusable::NotYet),
            ("exp", json!(i64::MAX), Unusable::NotYet),
            ("iat", json!(NOW / 1_000 + 31), Unusable::NotYet),
            ("iat", json!("now"), Unusable::Claims),
            ("nbf", json!(NOW / 1_000 + 1), Unusable::Claims),
            ("aud", json!("https://other.example/api/v1"), Unusable::Audience),
            ("aud", json!([audience(ORIGIN)]), Unusable::Claims),
            ("aud", json!([audience(ORIGIN), "https://other.example"]), Unusable::Claims),
            ("iss", json!("https://lectern.example.evil"), Unusable::Audience),
            ("sub", json!(7), Unusable::Claims),
            ("sub", json!("7 or 1=1"), Unusable::Claims),
            ("sid", json!("../9"), Unusable::Claims),
            ("epoch", json!("0"), Unusable::Claims),
            ("scope", json!(["courses:read"]), Unusable::Claims),
            ("role", json!("admin"), Unusable::Claims),
            ("deep", json!([[[[[[[[]]]]]]]]), Unusable::Claims),
        ];
        for (name, value, why) in wrong {
            let mut claims = good.clone();
            claims[name] = value.clone();
            assert_eq!(try_out(&claims.to_string()), Err(why), "{name}: {value}");
        }
        // A clock that is a little ahead on another node, and the last second.
        for (name, value) in [("iat", NOW / 1_000 + 30), ("exp", NOW / 1_000 + 1)] {
            let mut claims = good.clone();
            claims[name] = json!(value);
            assert!(try_out(&claims.to_string()).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        let (key, _) = Key::make(Algorithm::Hs256).unwrap();
        let good = sign(&key, &claims(about(), ORIGIN, NOW)).unwrap();
        let deep = URL_SAFE_NO_PAD.encode("[".repeat(2_000));
        for (token, why) in [
            (String::new(), Unusable::Header),
            ("a.b".to_owned(), Unusable::Header),
            (format!("{good}.x"), Unusable::Header),
            (format!("{good}."), Unusable::Header),
            (good[..good.len() - 19].to_owned(), Unusable::Signature),
            (format!("{}.", good.rsplit_once('.').unwrap().0), Unusable::Signature),
            (format!("{deep}.{deep}.x"), Unusable::TooLong),
            (format!("{}.x.y", &deep[..2_000]), Unusable::Header),
            ("x".repeat(LONGEST + 1), Unusable::TooLong),
            (good.replace('.', "=."), Unusable::Header),
        ] {
            assert_eq!(check_now(&token, &key), Err(why), "{}", &token[..token.len().min(60)]);
        }
    }
}
