//! The code that a person types to let an app in that has no keyboard or no browser (RFC 8628, 6.1).

use std::fmt;

use crate::random;
use crate::site_key::{Purpose, SiteKey};

/// Letters that are told apart when they are read out, and spell no words: no vowels (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// So many of them: 34 bits, for ten minutes and a few tries.
const LENGTH: usize = 8;

/// A code, without the hyphen it is shown with.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A new one, each as likely.
    pub fn make() -> Self {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            // 240 is twelve times twenty: what is above would make the first letters likelier.
            for byte in random::bytes::<16>().into_iter().filter(|byte| *byte < 240).take(LENGTH - code.len()) {
                code.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            }
        }
        Self(code)
    }

    /// What was typed: small letters, spaces and hyphens are no matter. None when it cannot be one.
    pub fn parse(typed: &str) -> Option<Self> {
        let code: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .take(LENGTH + 1)
            .collect();
        let is_one = code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte));
        is_one.then_some(Self(code))
    }

    /// What is kept of it: short as it is, its digest alone would be found by trying.
    pub fn kept(&self, key: &SiteKey) -> String {
        key.mac(Purpose::Code, &format!("device {}", self.0))
    }
}

/// As it is shown: "WDJB-MJHT".
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", &self.0[..LENGTH / 2], &self.0[LENGTH / 2..])
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode::make();
        let shown = code.to_string();
        assert_eq!(shown.len(), 9);
        for typed in
            [shown.clone(), shown.to_lowercase(), shown.replace('-', ""), format!(" {} ", shown.replace('-', " "))]
        {
            assert_eq!(UserCode::parse(&typed).unwrap(), code, "{typed}");
        }
        for wrong in ["", "WDJB-MJH", "WDJB-MJHTT", "AEIO-UAEI", "WDJB-MJH1", "ẞDJB-MJHT", &"B".repeat(10_000)] {
            assert!(UserCode::parse(wrong).is_none(), "{wrong}");
        }
        assert_ne!(UserCode::make(), UserCode::make());
    }
}
