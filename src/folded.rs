//! Text as it is compared with what somebody looks for: without capitals and accents.
//!
//! SQLite's `lower()` knows A to Z alone, and neither engine's takes accents away.

use unicode_normalization::UnicodeNormalization;

/// In small letters, without the accents of scripts that have any. `"Jiří Żak"` is `"jiri zak"`. Letters that are no others with an accent stay,
/// like ł and ø, and so do signs that make another word, like the vowels of Devanagari. Empty for nothing alone.
pub fn folded(text: &str) -> String {
    together(text, bare(text).flat_map(char::to_lowercase))
}

/// The same, in capitals and small letters as they are: for an engine that makes them small in its own way.
pub fn without_accents(text: &str) -> String {
    together(text, bare(text))
}

fn bare(text: &str) -> impl Iterator<Item = char> {
    text.nfd().filter(|c| !is_accent(*c))
}

fn together(text: &str, letters: impl Iterator<Item = char>) -> String {
    // The sigma at the end of a word is the one within it.
    let folded: String = letters.map(|c| if c == 'ς' { 'σ' } else { c }).nfc().collect();
    if folded.is_empty() { text.to_owned() } else { folded }
}

/// Unicode's blocks of combining diacritical marks, those that supplement and extend them, and half marks.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_are_the_same_in_small_letters_and_without_accents() {
        for (name, typed) in [
            ("Jiří Żak", "jiri zak"),
            ("Łukasz", "łukasz"),
            ("ÅSA", "asa"),
            ("Åsa", "A\u{30a}SA"),
            ("Γιώργος", "ΓΙΩΡΓΟΣ"),
            ("Дмитро Гайденко", "ДМИТРО ГАЙДЕНКО"),
            ("Nguyễn Thị Hoài Thương", "nguyen thi hoai thuong"),
            ("İpek", "ipek"),
            ("김민준", "김민준"),
            ("سلمى", "سلمى"),
        ] {
            assert_eq!(folded(name), folded(typed), "{name}");
        }
        for (one, other) in [("김민준", "김민지"), ("राम", "रीमा"), ("がく", "かく"), ("سلمى", "سليم")]
        {
            assert_ne!(folded(one), folded(other));
        }
        assert_eq!(folded("\u{301}"), "\u{301}", "what is accents alone is not nothing");
        assert_eq!(folded(&folded("Jiří")), folded("Jiří"));
    }
}
