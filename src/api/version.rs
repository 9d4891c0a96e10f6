//! Which version of a thing was read: `ETag`, `If-None-Match` and `If-Match` (RFC 9110, 8.8 and 13.1).

use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;
use crate::failure::{Broken, Failure};
use crate::random;

/// A thing as it is shown, with its version, which is a digest of it.
pub struct Versioned {
    text: String,
    // The tag begins with it.
    part: String,
    tag: String,
}

impl Versioned {
    /// Of what is shown.
    pub fn of(shown: &impl Serialize) -> Result<Self, Failure> {
        Self::of_part(shown, shown)
    }

    /// The same where a change collides with changes of a part alone, since the rest changes by itself: `If-Match` looks at that part of
    /// the tag, and `If-None-Match` at all of it.
    pub fn of_part(shown: &impl Serialize, part: &impl Serialize) -> Result<Self, Failure> {
        let text = serde_json::to_string(shown).broken("write down an answer")?;
        let part = digest(&serde_json::to_string(part).broken("write down an answer")?);
        let tag = format!("\"{part}{}\"", digest(&text));
        Ok(Self { text, part, tag })
    }

    /// What is shown, and its version, for an answer that is kept.
    pub fn into_parts(self) -> (String, String) {
        (self.text, self.tag)
    }

    /// The answer to who reads it: 304 for who has it.
    pub fn answer(self, headers: &HeaderMap) -> Result<Response, Problem> {
        // For what was read, a weak tag says as much as a strong one (RFC 9110, 13.1.2).
        if Named::of(headers, &IF_NONE_MATCH)?
            .is_some_and(|named| named.has(|tag| tag.strip_prefix("W/").unwrap_or(tag) == self.tag))
        {
            return Ok((StatusCode::NOT_MODIFIED, [(ETAG, self.tag)]).into_response());
        }
        Ok(self.answer_with(StatusCode::OK))
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
        match Named::of(headers, &IF_MATCH)? {
            // A weak tag is none that a change can be made by (RFC 9110, 13.1.1).
            Some(named) if !named.has(|tag| tag.strip_prefix('"').is_some_and(|tag| tag.starts_with(&self.part))) => {
                let words = "It was changed since you read it. Read it again, then change it.";
                Err(Problem::new(StatusCode::PRECONDITION_FAILED, "changed-meanwhile", words)
                    .with_header(ETAG, &self.tag))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The versions that a request names.
enum Named {
    /// `*`: whichever there is.
    Any,
    /// These.
    These(Vec<String>),
}

impl Named {
    /// What stands in a header; none where it is not there. What is no list of tags is refused.
    fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Problem> {
        let mut all = headers.get_all(name).iter();
        let Some(first) = all.next() else { return Ok(None) };
        let wrong = || Problem::unreadable(format!("{name} holds one ETag as it was answered, in its quotes."));
        let text = first.to_str().ok().filter(|_| all.next().is_none()).ok_or_else(wrong)?;
        if text == "*" {
            return Ok(Some(Self::Any));
        }
        let tags: Vec<String> = text.split(',').map(|tag| tag.trim_matches(' ').to_owned()).collect();
        if tags.iter().all(|tag| is_tag(tag)) { Ok(Some(Self::These(tags))) } else { Err(wrong()) }
    }

    fn has(&self, is_it: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|tag| is_it(tag)),
        }
    }
}

/// 72 bits: enough to tell versions of one thing apart.
fn digest(text: &str) -> String {
    random::digest(text)[..12].to_owned()
}

/// RFC 9110, 8.8.3, but for letters beyond ASCII, and for commas, which none of ours has.
fn is_tag(text: &str) -> bool {
    let inner = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.is_some_and(|inner| inner.bytes().all(|byte| matches!(byte, b'!' | b'#'..=b'+' | b'-'..=b'~')))
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
        for other in ["\"x\"", "\"\"", "\"a\",W/\"b\"", weak.as_str()] {
            assert_eq!(with(Some(other)), Err(412), "{other}");
        }
        for wrong in ["", "x", ",", "\"", "w/\"x\"", "\"a\" \"b\"", "**", thing.tag.trim_matches('"')] {
            assert_eq!(with(Some(wrong)), Err(400), "{wrong}");
        }
    }
}
