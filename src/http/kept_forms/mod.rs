//! A refused form, kept for the moment between the redirect and the page it goes back to.
//!
//! What was typed stays on the server, never in an address; the cookie names it by 256 random bits. Secret fields are
//! left out before anything is stored. Kept for ten minutes, and only shown on the page the form was on.
//!
//! A form whose sender had to sign in first is kept too, for an hour: see `forms.rs`.

#[expect(clippy::disallowed_methods, reason = "the SQL of kept forms stands in their store")]
mod store;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Site;
use crate::error::FieldErrors;
use crate::failure::{Broken, Failure};
use crate::id::UserId;
use crate::random;
use crate::sessions::caller::{Caller, Person};

/// Where a form that waits for its sender is shown.
pub const UNSENT_PAGE: &str = "/resend";
/// How many may wait in one browser; the oldest is let go. Each takes 44 bytes of a cookie, whose most is 4,096.
pub const WAITING: usize = 8;
/// How long it waits (the contract: an hour).
pub const UNSENT_SECONDS: u32 = 3_600;
/// The most bytes kept of a refused form of somebody who is not signed in: no form that is open to strangers needs more.
pub const STRANGERS_MAX: usize = 64 * 1024;

/// How long a refused form waits for its page: long enough to think, over a bad line.
pub const KEPT_SECONDS: u32 = 600;

/// Fields whose values are never kept. A password is typed again.
const SECRET: [&str; 7] = ["password", "current_password", "new_password", "token", "code", "ceremony", "credential"];

/// However it is written: a form of ours writes it small, and another's mistake must not be shown either.
fn is_secret(name: &str) -> bool {
    SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// A form that came back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedForm {
    /// The address it was sent to.
    pub action: String,
    /// The fields as typed, without the secret ones.
    pub values: Vec<(String, String)>,
    /// What is said beside the fields; empty for a form that waits for its sender.
    pub errors: FieldErrors,
    /// The form was whole, and only its sender had to sign in first.
    pub unsent: Option<Unsent>,
    /// Of those that wait in a browser, which this is: the digest of its token, once it was found by it.
    #[serde(skip)]
    pub which: String,
}

/// A form that waits for its sender to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The page it was on.
    pub page: String,
    /// Whose sign-in had ended; none when there was no sign-in to tell by.
    pub person: Option<UserId>,
    /// It waits for more than a sign-in: for a proof, or for a press on the page that shows it.
    #[serde(default)]
    pub asks_first: bool,
}

impl RefusedForm {
    /// Keeps `values` but for the secret ones.
    pub fn new(action: &str, values: Vec<(String, String)>, errors: FieldErrors) -> Self {
        let values = Self::without_secrets(values);
        Self { action: action.to_owned(), values, errors, unsent: None, which: String::new() }
    }

    /// The fields that may be kept and shown.
    pub fn without_secrets(values: Vec<(String, String)>) -> Vec<(String, String)> {
        values.into_iter().filter(|(name, _)| !is_secret(name)).collect()
    }

    /// Whether all that was sent can be kept, so that it can be sent again.
    pub fn is_whole(sent: &[(String, String)]) -> bool {
        sent.iter().all(|(name, _)| !is_secret(name))
    }

    /// What was typed into `field`.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }
}

/// Keeps `form` for `page`, and answers the token that finds it.
pub async fn keep(site: &Site, caller: Arc<Caller>, page: &str, form: &RefusedForm) -> Result<String, Failure> {
    let token = random::token();
    let content = serde_json::to_string(form).broken("write down a refused form")?;
    let seconds = if form.unsent.is_some() { UNSENT_SECONDS } else { KEPT_SECONDS };
    let mut write = site.db.begin_write(caller).await?;
    let kept = store::Kept { form, page, content, lasts: i64::from(seconds) * 1_000 };
    store::public_keep(&mut write, &random::digest(&token), kept).await?;
    write.commit().await?;
    Ok(token)
}

/// The form kept under `token`, when it belongs to the page at `path`.
pub async fn find_for_page(site: &Site, token: &str, path: &str) -> Result<Option<RefusedForm>, Failure> {
    let mut read = site.db.read(Arc::new(Caller::of_the_system())).await?;
    let Some(content) = store::public_find(&mut read, &random::digest(token), path).await? else { return Ok(None) };
    serde_json::from_str(&content).broken("read a refused form").map(Some)
}

/// The forms that wait in this browser for `person`, or for somebody who was not known, the newest first.
pub async fn find_waiting(
    site: &Site,
    tokens: &[String],
    person: Option<&Person>,
) -> Result<Vec<RefusedForm>, Failure> {
    let mut found = Vec::new();
    for token in tokens {
        let form = find_for_page(site, token, UNSENT_PAGE).await?;
        let is_theirs =
            |unsent: &Unsent| unsent.person.is_none_or(|sender| person.is_some_and(|person| person.id == sender));
        if let Some(form) = form.filter(|form| form.unsent.as_ref().is_some_and(is_theirs)) {
            found.push(RefusedForm { which: random::digest(token), ..form });
        }
    }
    Ok(found)
}

/// Takes the form kept under `token` out of the store, when it waits for its sender: it is sent at most once.
pub async fn take_unsent(site: &Site, token: &str) -> Result<Option<RefusedForm>, Failure> {
    let mut write = site.db.begin_write(Arc::new(Caller::of_the_system())).await?;
    let content = store::public_take(&mut write, &random::digest(token), UNSENT_PAGE).await?;
    write.commit().await?;
    content.map(|content| serde_json::from_str(&content).broken("read a kept form")).transpose()
}

pub use store::public_delete_expired;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_kept() {
        let values = ["email", "password", "Password", "current_password", "new_password", "token"]
            .map(|name| (name.to_owned(), "x".to_owned()));
        let form = RefusedForm::new("/fn/sign_in", values.to_vec(), FieldErrors::default());
        assert_eq!(form.values, [("email".to_owned(), "x".to_owned())]);
    }
}
