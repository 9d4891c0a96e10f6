//! Apps: what acts for somebody beside their browsers.

use crate::clock::{DAY, Millis};
use crate::tokens::scope::Scopes;

/// How an app came to act for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// It asked for their password and the second step itself.
    Api,
    /// It showed a code, and they let it in with a browser.
    Device,
    /// It was given a token that they made by hand.
    Personal,
}

impl AppKind {
    /// In no order that matters.
    pub const ALL: [Self; 3] = [Self::Api, Self::Device, Self::Personal];

    /// As it is stored. What is none of them is a browser.
    pub fn key(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Device => "device",
            Self::Personal => "personal",
        }
    }

    /// As it was stored.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// An app that is to act for somebody.
#[derive(Clone, Debug)]
pub struct App {
    /// How it came to.
    pub kind: AppKind,
    /// What it may do.
    pub scopes: Scopes,
    /// What it calls itself: 1 to 60 letters.
    pub client: String,
    /// What its person calls it.
    pub name: Option<String>,
}

/// What a request with a token brings besides the sign-in it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Of an access token, for the denylist.
    pub jti: Option<String>,
    /// The key that signed it.
    pub kid: Option<String>,
    /// Of its account, when it was signed.
    pub epoch: Option<i64>,
    /// What it is for: never more than its family.
    pub scopes: Scopes,
}

/// After so long without a request an app's sign-in ends, and so long after it began in any case (security.md: 14 and 30 days).
pub const APP_IDLE: Millis = 14 * DAY;
/// See [`APP_IDLE`].
pub const APP_ABSOLUTE: Millis = 30 * DAY;
