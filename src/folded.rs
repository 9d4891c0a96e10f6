//! Text as it is compared with what somebody looks for: without capitals and accents, in every script.
//!
//! The engines fold words of lessons much the same (FTS5's `unicode61`); their `lower()` does not: SQLite's knows A to Z alone.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Without signs over and under letters, in small letters. `"Jiří Żak"` is `"jiri zak"`; letters that are no others with a sign stay, like ł and ø.
pub fn folded(text: &str) -> String {
    let letters = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    // The sigma at the end of a word is the one within it.
    letters.map(|c| if c == 'ς' { 'σ' } else { c }).nfc().collect()
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
        assert_ne!(folded("김민준"), folded("김민지"));
        assert_eq!(folded(&folded("Jiří")), folded("Jiří"));
    }
}
