//! A password on its way in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most bytes a password may have (the contract). Longer ones would only cost us time.
pub const MAX_BYTES: usize = 1024;
/// The fewest characters (NIST SP 800-63B-4, 3.1.1.2: 15 where a password is the only factor).
pub const MIN_CHARACTERS: usize = 15;

/// A password as typed. It shows itself to nobody.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Takes anything: whether it may be somebody's is for `rules.rs` to say.
    pub fn new(typed: String) -> Self {
        Self(typed)
    }

    /// As typed: not trimmed, not folded.
    pub fn as_typed(&self) -> &str {
        &self.0
    }

    /// Whether nothing was typed. Spaces are something.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_show_itself() {
        let shown = format!("{:?}", Password::new("correct horse".to_owned()));
        assert!(!shown.contains("correct"), "{shown}");
    }
}
