//! A telephone number.

use crate::error::FieldErrors;

/// As E.164 writes it: a plus and 8 to 15 digits. (The standard has no least; shorter ones are services, which cost.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Takes spaces, dashes, dots and brackets as people write them. Refused at `phone`.
    pub fn parse(raw: &str) -> Result<Self, FieldErrors> {
        let wrong = || {
            FieldErrors::one(
                "phone",
                "Enter the number in full, with a plus and the country first, like +49 170 1234567",
            )
        };
        let plain: String =
            raw.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}')).collect();
        let digits = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")).ok_or_else(wrong)?;
        let fits =
            (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if fits { Ok(Self(format!("+{digits}"))) } else { Err(wrong()) }
    }

    /// `+491701234567`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is shown of a number: its country, mostly, and its end.
pub fn hidden(number: &str) -> String {
    let (head, tail) = (number.get(..3).unwrap_or(number), number.get(number.len().saturating_sub(2)..).unwrap_or(""));
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for written in ["+49 170 1234567", "0049 (170) 123-4567", " +49.170/1234567 "] {
            assert_eq!(Phone::parse(written).unwrap().as_str(), "+491701234567", "{written}");
        }
        for wrong in [
            "",
            "0170 1234567",
            "+49",
            "+0491701234567",
            "+4917012345678901",
            "+49170x234567",
            "+49170123４567",
            "+491701234567,+491700000000",
        ] {
            assert!(Phone::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(hidden("+491701234567"), "+49…67");
    }
}
