//! What says that a form comes from one of our own pages, made for this very sign-in (NIST SP 800-63B-4, 5.1).
//!
//! Each page marks its forms with a token: a random part, and its HMAC under a key that belongs to the sign-in and never
//! leaves the server. It differs from page to page, so that compression gives nothing of it away; it outlives a new session id,
//! so that other windows go on working; and it dies with the sign-in. The forms that sign somebody in belong to no sign-in yet:
//! theirs are made with a random cookie that only a browser which was shown such a form has, so that nobody can be signed in
//! to somebody else's account from another site.
//!
//! This stands behind `cross_site`, which asks where a request comes from: either alone would do.

use axum::http::{HeaderMap, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use leptos::server_fn::ServerFn;
use sha2::Sha256;

use super::request::Ctx;
use crate::credentials::one_time_code::api::{AskCode, EnterCode};
use crate::credentials::passkey::api::SignInWithPasskey;
use crate::credentials::password::api::{SignIn, SignUp};
use crate::credentials::second_step::api::SecondStep;
use crate::credentials::set_up_link::api::{MakeFirstAdmin, SetFirstPassword};
use crate::credentials::sign_up_link::api::FinishSignUp;
use crate::random;
use crate::sessions::caller::FormKey;

/// The hidden field.
pub const TOKEN_FIELD: &str = "_token";

/// The same from a script that sends no form.
pub const TOKEN_HEADER: HeaderName = HeaderName::from_static("x-lectern-token");

/// A token under `key`: 128 random bits and their HMAC-SHA256, in letters for an address.
pub fn make(key: &[u8]) -> String {
    let random = random::nonce();
    let mac = mac(key, &random).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).unwrap_or_default();
    format!("{random}.{mac}")
}

/// Whether a token was made under `key`. Takes the same time for every wrong one.
pub fn is_of(key: &[u8], token: &str) -> bool {
    let Some((random, sent)) = token.split_once('.') else { return false };
    let Ok(sent) = URL_SAFE_NO_PAD.decode(sent) else { return false };
    mac(key, random).is_some_and(|mac| mac.verify_slice(&sent).is_ok())
}

/// None never happens: HMAC takes a key of any length.
fn mac(key: &[u8], random: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(b"a form of this sign-in\n");
    mac.update(random.as_bytes());
    Some(mac)
}

/// What a form that was sent to `path` says about where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A page that was made for whoever sends it.
    OurPage,
    /// Another page: one from before this sign-in, or none of ours.
    Unknown,
}

/// Looks at the token in `body` or in the headers. Only forms of somebody who is signed in, and those that sign somebody in,
/// need one; for the latter a program that was never shown a page may do without, where its headers name our own site.
pub fn origin_of(ctx: &Ctx, path: &str, headers: &HeaderMap, body: &[u8]) -> Origin {
    let field = form_urlencoded::parse(body).find(|(name, _)| name == TOKEN_FIELD).map(|(_, value)| value.into_owned());
    let token = field.or_else(|| headers.get(TOKEN_HEADER)?.to_str().ok().map(str::to_owned));
    let is_under = |key: &[u8]| token.as_deref().is_some_and(|token| is_of(key, token));
    let of_person = ctx.person().map(|person| is_under(person.form_key.as_bytes()));
    let is_ours = if signs_in(path) {
        // A page to sign in at may have been opened before somebody did in another window.
        let of_visit = match (ctx.visit(), &token) {
            (Some(visit), _) => is_under(visit.as_bytes()),
            (None, Some(_)) => false,
            (None, None) => headers.contains_key("sec-fetch-site") || headers.contains_key("origin"),
        };
        of_visit || of_person == Some(true)
    } else {
        of_person.unwrap_or(true)
    };
    if is_ours { Origin::OurPage } else { Origin::Unknown }
}

/// Whether a form carries a token of the sign-in with this key.
pub fn is_marked(key: &FormKey, body: &[u8]) -> bool {
    form_urlencoded::parse(body).any(|(name, value)| name == TOKEN_FIELD && is_of(key.as_bytes(), &value))
}

/// Whether a function signs somebody in who need not be.
pub fn signs_in(path: &str) -> bool {
    [
        SignIn::PATH,
        SignUp::PATH,
        MakeFirstAdmin::PATH,
        SetFirstPassword::PATH,
        FinishSignUp::PATH,
        SecondStep::PATH,
        AskCode::PATH,
        EnterCode::PATH,
        SignInWithPasskey::PATH,
    ]
    .contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_under_its_own_key_alone_and_never_the_same() {
        let token = make(b"one key");
        assert!(is_of(b"one key", &token));
        assert!(!is_of(b"another", &token));
        assert_ne!(token, make(b"one key"));
        let (random, mac) = token.split_once('.').unwrap();
        for wrong in [
            "",
            ".",
            mac,
            random,
            &format!("{random}."),
            &format!("{random}.AAAA"),
            &format!("x{token}"),
            &format!("{token}A"),
        ] {
            assert!(!is_of(b"one key", wrong), "{wrong}");
        }
    }
}
