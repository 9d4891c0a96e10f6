//! Which version of a thing was read: `ETag`, `If-None-Match` and `If-Match` (RFC 9110, 8.8 and 13.1).

use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;
use crate::failure::{Broken, Failure};
use crate::random;

/// A thing as it is shown, with its version, which is a digest of it.
pub struct Versioned {
    text: String,
    tag: String,
}

impl Versioned {
    /// Of what is shown.
    pub fn of(shown: &impl Serialize) -> Result<Self, Failure> {
        let text = serde_json::to_string(shown).broken("write down an answer")?;
        let tag = format!("\"{}\"", &random::digest(&text)[..22]);
        Ok(Self { text, tag })
    }

    /// The same where only a part of what is shown makes a version: the rest changes by itself.
    pub fn of_part(shown: &impl Serialize, part: &impl Serialize) -> Result<Self, Failure> {
        let text = serde_json::to_string(shown).broken("write down an answer")?;
        Ok(Self { text, tag: Self::of(part)?.tag })
    }

    /// What is shown, and its version, for an answer that is kept.
    pub fn into_parts(self) -> (String, String) {
        (self.text, self.tag)
    }

    /// The answer to who reads it: 304 for who has it.
    pub fn answer(self, headers: &HeaderMap) -> Response {
        let has = headers.get_all(IF_NONE_MATCH).iter().any(|value| names(value, &self.tag));
        if has {
            return (StatusCode::NOT_MODIFIED, [(ETAG, self.tag)]).into_response();
        }
        self.answer_with(StatusCode::OK)
    }

    /// The answer to who changed or made it.
    pub fn answer_with(self, status: StatusCode) -> Response {
        (status, [(CONTENT_TYPE, "application/json".to_owned()), (ETAG, self.tag)], self.text).into_response()
    }

    /// Refuses a change by somebody who has read another version, or does not say which: 412 and 428 (RFC 6585, 3).
    pub fn require(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if !headers.contains_key(IF_MATCH) {
            let words = "Say with If-Match which version you have read: its ETag.";
            return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "version-required", words));
        }
        self.check(headers)
    }

    /// The same for what may come without.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let mut named = headers.get_all(IF_MATCH).iter().peekable();
        if named.peek().is_none() || named.any(|value| names(value, &self.tag)) {
            return Ok(());
        }
        let words = "It was changed since you read it. Read it again, then change it.";
        Err(Problem::new(StatusCode::PRECONDITION_FAILED, "changed-meanwhile", words).with_header(ETAG, &self.tag))
    }
}

fn names(value: &HeaderValue, tag: &str) -> bool {
    value.to_str().is_ok_and(|value| value.trim() == "*" || value.split(',').any(|one| one.trim() == tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_exactly() {
        let thing = Versioned::of(&serde_json::json!({"a": 1})).unwrap();
        let with = |value: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(IF_MATCH, value.parse().unwrap());
            }
            thing.require(&headers).map_err(|problem| problem.status)
        };
        assert_eq!(with(None), Err(428));
        assert_eq!(
            [with(Some(&thing.tag)), with(Some("*")), with(Some(&format!("\"x\", {}", thing.tag)))],
            [Ok(()); 3]
        );
        // A weak tag is no match for a change (RFC 9110, 13.1.1).
        let weak = format!("W/{}", thing.tag);
        for wrong in ["\"x\"", "", weak.as_str(), thing.tag.trim_matches('"')] {
            assert_eq!(with(Some(wrong)), Err(412), "{wrong}");
        }
    }
}
