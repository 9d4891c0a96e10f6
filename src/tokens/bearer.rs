//! What an app brings with a request, and whether it is good.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::access::{self, Claims, LONGEST, Unusable};
use super::scope::Scopes;
use super::store::public_find_personal;
use crate::db::Read;
use crate::failure::Failure;
use crate::http::Site;
use crate::id::SignInId;
use crate::sessions::app::Bearer;

/// How a token made by hand begins.
pub use super::store::PREFIX as PERSONAL_PREFIX;

/// What stands in `Authorization`.
#[derive(Clone, PartialEq, Eq)]
pub enum Brought {
    /// No such header.
    Nothing,
    /// A token, not looked at yet.
    Token(String),
    /// Something that is no bearer token (RFC 6750, 3.1: `invalid_request`).
    Unreadable,
}

impl fmt::Debug for Brought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Token(_) => "Token(…)",
            Self::Unreadable => "Unreadable",
        })
    }
}

impl Brought {
    /// Of these headers. Two of them are none that can be believed.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut all = headers.get_all(AUTHORIZATION).into_iter();
        let Some(first) = all.next() else { return Self::Nothing };
        if all.next().is_some() {
            return Self::Unreadable;
        }
        let Some((scheme, token)) = first.to_str().ok().and_then(|value| value.split_once(' ')) else {
            return Self::Unreadable;
        };
        // RFC 6750, 2.1.
        let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
        match scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.chars().all(is_token) {
            true => Self::Token(token.to_owned()),
            false => Self::Unreadable,
        }
    }
}

/// A token whose own word is good: whether its family, key and account still are, the database says.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Its family.
    pub sign_in: SignInId,
    /// What goes on to be asked of the database.
    pub bearer: Bearer,
    /// What it says; none for a token made by hand, which says nothing.
    pub claims: Option<Claims>,
}

/// Reads a token: an access token by its signature and claims, one made by hand by its digest. Why it is not good is for the log.
pub async fn read(site: &Site, read: &mut Read, token: &str) -> Result<Result<Sound, Unusable>, Failure> {
    if token.len() > LONGEST {
        return Ok(Err(Unusable::TooLong));
    }
    if token.starts_with(PERSONAL_PREFIX) {
        let Some(sign_in) = public_find_personal(read, token).await? else { return Ok(Err(Unusable::Key)) };
        let bearer = Bearer { jti: None, kid: None, epoch: None, scopes: Scopes::EVERYTHING };
        return Ok(Ok(Sound { sign_in, bearer, claims: None }));
    }
    let (kid, algorithm) = match access::named(token) {
        Ok(named) => named,
        Err(unusable) => return Ok(Err(unusable)),
    };
    let Some(key) = site.keys.find(read, &kid, &site.key).await? else { return Ok(Err(Unusable::Key)) };
    let origin = &site.config.public_url.origin;
    let claims = match access::check(token, &key, algorithm, origin, &access::audience(origin), site.db.clock().now()) {
        Ok(claims) => claims,
        Err(unusable) => return Ok(Err(unusable)),
    };
    let Ok(sign_in) = claims.sid.parse() else { return Ok(Err(Unusable::Claims)) };
    let bearer = Bearer {
        jti: Some(claims.jti.clone()),
        kid: Some(kid),
        epoch: Some(claims.epoch),
        scopes: Scopes::stored(&claims.scope),
    };
    Ok(Ok(Sound { sign_in, bearer, claims: Some(claims) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_bearer_token_is_read() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, value.parse().unwrap());
            }
            Brought::of(&headers)
        };
        assert_eq!(of(&[]), Brought::Nothing);
        assert_eq!(of(&["Bearer abc.def-_~+/="]), Brought::Token("abc.def-_~+/=".to_owned()));
        assert_eq!(of(&["bearer abc"]), Brought::Token("abc".to_owned()));
        for wrong in [
            &["Basic YTpi"][..],
            &["Bearer"],
            &["Bearer "],
            &["Bearer a b"],
            &["Bearer a,b"],
            &["Bearer a", "Bearer b"],
            &["abc"],
        ] {
            assert_eq!(of(wrong), Brought::Unreadable, "{wrong:?}");
        }
    }
}
