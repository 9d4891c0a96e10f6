//! The digests that hold the log together.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::clock::Millis;

/// One event as it is stored, but for its own hash.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Link {
    /// 1, 2, 3, ...
    pub seq: i64,
    /// When it happened.
    pub at: Millis,
    /// `What::key`.
    pub event: String,
    /// `person`, `visitor` or `system`.
    pub actor_kind: String,
    /// Who, for a person.
    pub actor_id: Option<i64>,
    /// Whose account it happened to.
    pub about_id: Option<i64>,
    /// `Object::parts`.
    pub object_kind: Option<String>,
    /// The same.
    pub object_id: Option<i64>,
    /// Of the details of the kind `place`.
    pub place_digest: String,
    /// Of the details of the kind `change`.
    pub change_digest: String,
}

impl Link {
    /// The event's hash, after one with the hash `before`. Each field stands with its length: no two rows read alike.
    pub fn hash(&self, before: &str) -> String {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let mut digest = Sha256::new();
        for field in [
            Some(before.to_owned()),
            number(Some(self.seq)),
            number(Some(self.at)),
            Some(self.event.clone()),
            Some(self.actor_kind.clone()),
            number(self.actor_id),
            number(self.about_id),
            self.object_kind.clone(),
            number(self.object_id),
            Some(self.place_digest.clone()),
            Some(self.change_digest.clone()),
        ] {
            match field {
                Some(field) => {
                    digest.update(field.len().to_string());
                    digest.update(":");
                    digest.update(field);
                }
                None => digest.update("-"),
            }
        }
        URL_SAFE_NO_PAD.encode(digest.finalize())
    }
}

/// What an event keeps of a detail: enough to know it again, and nothing that tells what it was.
pub fn digest_of(salt: &str, content: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(salt);
    digest.update("\n");
    digest.update(content);
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_changed_changes_the_hash() {
        let link = Link {
            seq: 7,
            at: 1,
            event: "authz_fail".to_owned(),
            actor_kind: "person".to_owned(),
            actor_id: Some(1),
            about_id: None,
            object_kind: None,
            object_id: None,
            place_digest: "p".to_owned(),
            change_digest: "c".to_owned(),
        };
        let hash = link.hash("before");
        assert_eq!(hash, link.hash("before"));
        assert_ne!(hash, link.hash("befor"));
        for other in [
            Link { seq: 8, ..link.clone() },
            Link { at: 11, ..link.clone() },
            Link { event: "authz_fai".to_owned(), ..link.clone() },
            Link { actor_id: None, about_id: Some(1), ..link.clone() },
            Link { object_kind: Some("course".to_owned()), object_id: Some(1), ..link.clone() },
            Link { place_digest: "pc".to_owned(), change_digest: String::new(), ..link.clone() },
        ] {
            assert_ne!(hash, other.hash("before"), "{other:?}");
        }
    }
}
