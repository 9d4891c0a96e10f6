//! A code as it is made, typed and kept.

use crate::random;

/// How many are made at once.
pub const MADE: usize = 10;

/// Crockford's base 32: no I, L, O and U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code: 24 letters of five bits each, in groups of four.
pub fn make() -> String {
    let letters: Vec<char> =
        random::recovery().iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is kept of a code, however it is typed; none when it can be no code.
pub fn digest(typed: &str) -> Option<String> {
    let letters: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let is_code = letters.len() == 24 && letters.bytes().all(|byte| LETTERS.contains(&byte));
    is_code.then(|| random::digest(&format!("recovery code\n{letters}")))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// ASVS 6.5.2, 6.5.3, 6.5.4
    #[test]
    fn codes_have_120_random_bits_and_are_read_however_they_are_typed() {
        let codes: HashSet<String> = (0..1_000).map(|_| make()).collect();
        assert_eq!(codes.len(), 1_000);
        let mut seen = [0_u32; 32];
        for letter in codes.iter().flat_map(|code| code.bytes()).filter(|byte| *byte != b'-') {
            seen[LETTERS.iter().position(|other| *other == letter).unwrap()] += 1;
        }
        // 24,000 letters, 750 of each: chi-square with 31 degrees of freedom is below 70 but once in ten thousand runs.
        let chi: f64 = seen.iter().map(|count| (f64::from(*count) - 750.0).powi(2) / 750.0).sum();
        assert!(chi < 80.0, "{chi}: {seen:?}");
        let code = make();
        assert_eq!(code.len(), 29);
        let kept = digest(&code).unwrap();
        for typed in [
            code.to_lowercase(),
            code.replace('-', ""),
            code.replace('-', " "),
            code.replace('0', "o").replace('1', "l"),
        ] {
            assert_eq!(digest(&typed).as_ref(), Some(&kept), "{typed}");
        }
        for wrong in ["", "123456", &code[..28], "UUUU-UUUU-UUUU-UUUU-UUUU-UUUU"] {
            assert_eq!(digest(wrong), None, "{wrong}");
        }
    }
}
