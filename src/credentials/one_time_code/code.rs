//! Six digits.

use crate::random;

/// How many a code has.
const DIGITS: usize = 6;

/// A new code; all are as likely.
pub fn make() -> String {
    format!("{:0DIGITS$}", random::below_a_million())
}

/// As it was sent, however it is typed; none when it can be no code.
pub fn read(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ASVS 6.5.3, 6.5.4
    #[test]
    fn codes_are_six_digits_and_every_digit_as_likely_at_every_place() {
        let mut seen = [[0_u32; 10]; DIGITS];
        for _ in 0..10_000 {
            let code = make();
            assert_eq!(read(&code).as_ref(), Some(&code));
            for (place, digit) in code.bytes().enumerate() {
                seen[place][usize::from(digit - b'0')] += 1;
            }
        }
        for place in seen {
            // 9 degrees of freedom: above 40 once in a hundred thousand runs.
            let chi: f64 = place.iter().map(|count| (f64::from(*count) - 1_000.0).powi(2) / 1_000.0).sum();
            assert!(chi < 45.0, "{chi}: {place:?}");
        }
        assert_eq!(read(" 123 456").as_deref(), Some("123456"));
        for wrong in ["", "12345", "1234567", "１２３４５６", "12345a"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
