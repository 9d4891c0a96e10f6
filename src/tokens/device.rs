//! The code that a person types to let an app in that has no keyboard or no browser (RFC 8628, 6.1).

use std::fmt;

use crate::site_key::{Purpose, SiteKey};
use crate::spoken_code;

/// A code, without the hyphen it is shown with.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A new one, each as likely: 34 bits, for ten minutes and a few tries.
    pub fn make() -> Self {
        Self(spoken_code::make())
    }

    /// What was typed: small letters, spaces and hyphens are no matter. None when it cannot be one.
    pub fn parse(typed: &str) -> Option<Self> {
        spoken_code::parse(typed).map(Self)
    }

    /// What is kept of it: short as it is, its digest alone would be found by trying.
    pub fn kept(&self, key: &SiteKey) -> String {
        key.mac(Purpose::Code, &format!("device {}", self.0))
    }
}

/// As it is shown: "WDJB-MJHT".
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spoken_code::grouped(&self.0))
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(not shown)")
    }
}
