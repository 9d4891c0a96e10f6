//! Short codes that people read out to each other and type: letters that are told apart, and spell no words.

use crate::random;

/// No vowels, and no digits that look like letters (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// So many of them: 25,600,000,000 codes, 34 bits.
const LENGTH: usize = 8;

/// A new one, each as likely, without the hyphen it is shown with.
pub fn make() -> String {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        // 240 is twelve times twenty: what is above would make the first letters likelier.
        for byte in random::bytes::<16>().into_iter().filter(|byte| *byte < 240).take(LENGTH - code.len()) {
            code.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        }
    }
    code
}

/// What was typed: small letters, spaces and hyphens are no matter. None when it cannot be one.
pub fn parse(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .take(LENGTH + 1)
        .collect();
    let is_one = code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte));
    is_one.then_some(code)
}

/// As it is shown: "WDJB-MJHT".
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(LENGTH / 2).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = make();
        let shown = grouped(&code);
        assert_eq!(shown.len(), 9);
        for typed in
            [shown.clone(), shown.to_lowercase(), shown.replace('-', ""), format!(" {} ", shown.replace('-', " "))]
        {
            assert_eq!(parse(&typed).as_ref(), Some(&code), "{typed}");
        }
        for wrong in ["", "WDJB-MJH", "WDJB-MJHTT", "AEIO-UAEI", "WDJB-MJH1", "ẞDJB-MJHT", &"B".repeat(10_000)] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
        assert_ne!(make(), make());
    }
}
