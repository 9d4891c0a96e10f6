//! Refresh tokens, as an app holds them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::id::SignInId;
use crate::random;
use crate::site_key::{Purpose, SiteKey};

/// How one begins, so that it is found where it does not belong.
const PREFIX: &str = "lectern_rt_";

/// A refresh token that we made. Its first half says of which family it is and holds 256 random bits; its second is a MAC with the
/// site's key, so that what we never made is told from what was used before without keeping what was. A secret: it prints itself as
/// nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    text: String,
    sign_in: SignInId,
}

impl RefreshToken {
    /// A new one for a family.
    pub fn make(key: &SiteKey, sign_in: SignInId) -> Self {
        let body = URL_SAFE_NO_PAD.encode([&sign_in.0.to_be_bytes()[..], &random::bytes::<32>()].concat());
        let mac = key.mac(Purpose::Refresh, &body);
        Self { text: format!("{PREFIX}{body}.{mac}"), sign_in }
    }

    /// Whether a text looks like one.
    pub fn is_like(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// One that we made; none for everything else.
    pub fn parse(key: &SiteKey, text: &str) -> Option<Self> {
        let (body, mac) = text.strip_prefix(PREFIX)?.split_once('.')?;
        if !key.is_mac(Purpose::Refresh, body, mac) {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
        let sign_in = SignInId(i64::from_be_bytes(bytes.get(..8)?.try_into().ok()?));
        Some(Self { text: text.to_owned(), sign_in })
    }

    /// Its family.
    pub fn sign_in(&self) -> SignInId {
        self.sign_in
    }

    /// As its app holds it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As it is kept.
    pub fn digest(&self) -> String {
        random::digest(&self.text)
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_made_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let key = SiteKey::open_or_make(&folder.path().join("a")).unwrap();
        let other = SiteKey::open_or_make(&folder.path().join("b")).unwrap();
        let token = RefreshToken::make(&key, SignInId(i64::MAX));
        assert_eq!(RefreshToken::parse(&key, token.as_str()).unwrap().sign_in(), SignInId(i64::MAX));
        assert!(RefreshToken::parse(&other, token.as_str()).is_none());
        for at in [12, 20, 40, 70, 100] {
            let mut bent = token.as_str().to_owned().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            assert!(RefreshToken::parse(&key, std::str::from_utf8(&bent).unwrap()).is_none(), "{at}");
        }
        for wrong in ["", PREFIX, "lectern_rt_.", &format!("{}x", token.as_str()), &token.as_str()[1..]] {
            assert!(RefreshToken::parse(&key, wrong).is_none(), "{wrong}");
        }
        assert!(!format!("{token:?}").contains(&token.as_str()[11..30]));
        assert_ne!(token, RefreshToken::make(&key, SignInId(i64::MAX)));
    }
}
