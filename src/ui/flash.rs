//! The sentence after an action, shown once, on the page the action leads to.
//!
//! It travels in a cookie, so that visitors who are not signed in leave nothing on the server. The browser could write
//! it itself: it is shown as text, and an undo is one of a few known ones, never an address.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

use crate::enrolments::api::{JoinCourse, PutBack};
use crate::http::form_token::TOKEN_FIELD;
use crate::http::forms::PAGE_FIELD;
use crate::id::{CourseId, UserId};

/// What is said after an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flash {
    /// Nothing, and no cookie.
    #[default]
    None,
    /// A strip under the header.
    Said {
        /// With its full stop; shown as text.
        sentence: String,
        /// What the button beside it takes back; none: there is no button.
        undo: Option<Undo>,
    },
}

/// What can be taken back with one press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    /// Leaving a course.
    Join(CourseId),
    /// Removing somebody from a course.
    Remove(CourseId, UserId),
}

/// A cookie may not be longer than 4,096 bytes with its attributes.
const LONGEST: usize = 2_000;

impl Flash {
    /// A sentence alone.
    pub fn said(sentence: impl Into<String>) -> Self {
        Self::Said { sentence: sentence.into(), undo: None }
    }

    /// What was done, and how many other sign-ins ended with it.
    pub fn said_and_ended(done: impl Into<String>, ended: u64) -> Self {
        let done = done.into();
        Self::said(match ended {
            0 => done,
            1 => format!("{done} Your other sign-in ended."),
            many => format!("{done} Your {many} other sign-ins ended."),
        })
    }

    /// A sentence with the button that takes back what it says.
    pub fn undo(sentence: impl Into<String>, undo: Undo) -> Self {
        Self::Said { sentence: sentence.into(), undo: Some(undo) }
    }

    /// From a cookie. What cannot be read says nothing.
    pub fn read(cookie: &str) -> Self {
        let json = URL_SAFE_NO_PAD.decode(cookie).ok().filter(|json| json.len() <= LONGEST);
        json.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
    }

    /// For a cookie.
    pub fn write(&self) -> Option<String> {
        if *self == Self::None {
            return None;
        }
        serde_json::to_vec(self).ok().filter(|json| json.len() <= LONGEST).map(|json| URL_SAFE_NO_PAD.encode(json))
    }

    /// The strip under the header.
    pub fn into_view(self, page: &str, token: Option<String>) -> AnyView {
        let Self::Said { sentence, undo } = self else { return ().into_any() };
        let undo = undo.map(|undo| {
            let (action, fields) = match undo {
                Undo::Join(course) => (JoinCourse::PATH, vec![("course", course.to_string())]),
                Undo::Remove(course, person) => {
                    (PutBack::PATH, vec![("course", course.to_string()), ("person", person.to_string())])
                }
            };
            let fields: Vec<AnyView> = fields
                .into_iter()
                .map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.into_any())
                .collect();
            view! {
                <form method="post" action=action>
                    <input type="hidden" name=PAGE_FIELD value=page.to_owned() />
                    {token.map(|token| view! { <input type="hidden" name=TOKEN_FIELD value=token /> })}
                    {fields}
                    <button class="button small">"Undo"</button>
                </form>
            }
        });
        view! { <div class="flash wrap" role="status">{super::icon::tick()}<p dir="auto">{sentence}</p>{undo}</div> }
            .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let flash = Flash::undo("You have left Ünïcode.", Undo::Join(CourseId(7)));
        assert_eq!(Flash::read(&flash.write().unwrap()), flash);
        for nonsense in ["", "x", "e30", "\u{0}", &"A".repeat(5_000)] {
            assert_eq!(Flash::read(nonsense), Flash::None);
        }
        assert_eq!(Flash::None.write(), None);
    }
}
