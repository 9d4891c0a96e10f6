//! What a field of a form may hold: untrusted text in, clean text or a sentence out.
//!
//! Lengths are counted in characters (Unicode scalar values), as the contract gives them.

use crate::error::FieldErrors;

/// A field with one line: trimmed, not empty, at most `max` characters, no control characters.
pub fn line(field: &str, label: &str, raw: &str, max: usize) -> Result<String, FieldErrors> {
    let text = raw.trim();
    if text.chars().all(is_invisible) {
        return Err(FieldErrors::one(field, format!("Enter {}", article(label))));
    }
    within(field, label, text, max)?;
    if text.chars().any(|c| c.is_control() || is_invisible_direction(c)) {
        return Err(FieldErrors::one(
            field,
            format!("{label} holds a character that cannot be shown. Type it again without it"),
        ));
    }
    Ok(text.to_owned())
}

/// A field with many lines: at most `max` characters, line ends made alike, no control characters but tab and newline.
pub fn text(field: &str, label: &str, raw: &str, max: usize) -> Result<String, FieldErrors> {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    within(field, label, &text, max)?;
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(FieldErrors::one(
            field,
            format!("{label} holds a character that cannot be shown. Type it again without it"),
        ));
    }
    Ok(text)
}

fn within(field: &str, label: &str, text: &str, max: usize) -> Result<(), FieldErrors> {
    let length = text.chars().count();
    if length <= max {
        return Ok(());
    }
    Err(FieldErrors::one(
        field,
        format!("{label} can hold {} characters, and this has {}", grouped(max), grouped(length)),
    ))
}

fn article(label: &str) -> String {
    let label = label.to_lowercase();
    let article = if label.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {label}")
}

/// Overrides of the writing direction can make one name look like another.
fn is_invisible_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Letters that nobody sees: white space, Default_Ignorable_Code_Point of the Unicode Character Database (version 16,
/// DerivedCoreProperties.txt), and the empty pattern of Braille. Some belong into words of some scripts, but none is a word.
pub fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// "200,000".
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_counted_in_characters() {
        assert_eq!(line("title", "Title", "  Ünïcode \u{1f600} ", 9).unwrap(), "Ünïcode \u{1f600}");
        let error = line("title", "Title", &"ü".repeat(121), 120).unwrap_err();
        assert_eq!(error.of("title"), Some("Title can hold 120 characters, and this has 121"));
    }

    #[test]
    fn an_empty_line_asks_for_what_is_missing() {
        assert_eq!(line("title", "Title", " \t ", 120).unwrap_err().of("title"), Some("Enter a title"));
        assert_eq!(line("email", "Email", "", 254).unwrap_err().of("email"), Some("Enter an email"));
    }

    #[test]
    fn control_characters_and_direction_overrides_are_refused() {
        for unseen in ["\u{200b}\u{feff}", "\u{2800}\u{2800}", "\u{e0041}", "\u{fe0f}\u{34f}"] {
            assert!(line("name", "Name", unseen, 100).is_err(), "nobody would see {unseen:?}");
        }
        for bad in ["a\0b", "a\nb", "a\u{7f}b", "a\u{202e}b"] {
            assert!(line("name", "Name", bad, 100).is_err(), "{bad:?}");
        }
        assert!(text("body", "Text", "a\0b", 100).is_err());
        assert_eq!(text("body", "Text", "a\r\nb\tc\rd", 100).unwrap(), "a\nb\tc\nd");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([grouped(0), grouped(999), grouped(1_000), grouped(200_000)], ["0", "999", "1,000", "200,000"]);
    }
}
