//! Posts that may come twice: a program that names one with `Idempotency-Key` sends it again when no answer came, and it is done once.
//!
//! The name is written down in the transaction of what is done, with the answer: either both are there or neither is. The same name
//! with another request is refused.

#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;

use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use self::store::{Kept, public_find, public_keep};
use super::asker::Asker;
use super::problem::Problem;
use crate::db::Write;
use crate::failure::{Broken, Failure};
use crate::id::UserId;
use crate::random;

/// The header (draft-ietf-httpapi-idempotency-key-header).
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Set on an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest name, as the description says it too. A UUID has 36 letters.
const LONGEST: usize = 255;

/// What is answered to a post.
pub struct Answer {
    /// 200 or 201.
    pub status: StatusCode,
    /// Of what was made.
    pub location: Option<String>,
    /// Its version, where it has one.
    pub tag: Option<String>,
    /// JSON; empty for none.
    pub text: String,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.text).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [(LOCATION, self.location), (ETAG, self.tag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// A post that is done for the first time, or has no name.
pub struct Once {
    named: Option<(UserId, String, String)>,
}

/// What is to be done with a post.
pub enum Begun {
    /// Nothing: it was done before, and this was the answer.
    Before(Response),
    /// What it asks for, and then [`Once::answer`].
    Now(Once),
}

impl Once {
    /// Looks whether the post was done before. `body` is the digest of what was sent with it.
    pub async fn begin(write: &mut Write, asker: &Asker, headers: &HeaderMap, body: &str) -> Result<Begun, Problem> {
        let mut names = headers.get_all(HEADER).iter();
        let (Some(name), Some(person)) = (names.next(), asker.0.person()) else {
            return Ok(Begun::Now(Self { named: None }));
        };
        let is_name =
            |name: &&str| (1..=LONGEST).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        let name = name.to_str().ok().filter(is_name).filter(|_| names.next().is_none());
        let Some(name) = name else {
            return Err(Problem::unreadable(format!(
                "Idempotency-Key is one name of 1 to {LONGEST} letters of ASCII, without a space."
            )));
        };
        // Another app of the same person does not hear what this one was answered.
        let key = random::digest(&format!("{}\n{name}", person.sign_in));
        let version: Vec<&HeaderValue> = headers.get_all(IF_MATCH).iter().collect();
        let request = random::digest(&format!("POST\n{}\n{version:?}\n{body}", asker.0.address));
        match public_find(write, person.id, &key).await? {
            None => Ok(Begun::Now(Self { named: Some((person.id, key, request)) })),
            Some(kept) if kept.request_digest == request => Ok(Begun::Before(replay(kept)?)),
            Some(_) => {
                let words = "This Idempotency-Key was used for another request. Take a new one for each.";
                Err(Problem::field("Idempotency-Key", words.trim_end_matches('.')))
            }
        }
    }

    /// Keeps the answer with what was done, and commits both.
    pub async fn answer(self, mut write: Write, answer: Answer) -> Result<Response, Problem> {
        if let Some((user, key, request)) = self.named {
            let headers = serde_json::to_string(&(&answer.location, &answer.tag)).broken("write down an answer")?;
            public_keep(&mut write, user, &key, &request, i64::from(answer.status.as_u16()), &headers, &answer.text)
                .await?;
        }
        write.commit().await?;
        Ok(answer.into_response())
    }
}

fn replay(kept: Kept) -> Result<Response, Failure> {
    let (location, tag) = serde_json::from_str(&kept.headers).broken("read an answer")?;
    let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let answer = Answer {
        status: status.ok_or_else(|| Failure::Broken(anyhow::anyhow!("a kept answer has no status")))?,
        location,
        tag,
        text: kept.content,
    };
    let mut response = answer.into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
