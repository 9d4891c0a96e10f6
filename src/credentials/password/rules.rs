//! Whether a new password may be used: long enough, not among the first that are tried, not the person's own words.
//!
//! NIST SP 800-63B-4, 3.1.1.2: length and a list, never a rule about kinds of characters, and the reason is said.

use super::breached::Breached;
use super::model::{MAX_BYTES, MIN_CHARACTERS, Password};
use crate::demo;
use crate::error::FieldErrors;
use crate::field::grouped;

/// A password that falls within so many tries is refused (zxcvbn's score 3 begins here). Far more than a form lets
/// through, and few enough for somebody with a stolen hash.
const TOO_FEW_GUESSES: u64 = 100_000_000;
/// What the estimate reads. More does not change its answer, and its time grows faster than the length.
const ESTIMATED: usize = 64;
/// What must be left when a person's own words are taken out.
const OF_ITS_OWN: usize = 8;

/// The same as [`check`], and refuses what is in the file of breached passwords, where there is one. A file that cannot be read
/// just now refuses nobody: the other rules hold, and the log says so.
pub async fn check_new(
    breached: Option<&Breached>,
    field: &'static str,
    password: &Password,
    own: &[&str],
) -> Result<(), FieldErrors> {
    check(field, password, own)?;
    let Some(breached) = breached.cloned() else { return Ok(()) };
    let password = password.clone();
    let looked = tokio::task::spawn_blocking(move || breached.has(&password)).await;
    match looked {
        Ok(Ok(false)) => Ok(()),
        Ok(Ok(true)) => Err(FieldErrors::one(field, BREACHED)),
        Ok(Err(failure)) => {
            tracing::error!(%failure, "could not look for a password among the breached ones");
            Ok(())
        }
        Err(_) => Ok(()),
    }
}

/// What is said of a breached one, here and on the command line.
pub const BREACHED: &str =
    "This password was found in a breach of another site, so it is tried early. Use one that you use nowhere else";

/// Refuses with a sentence at `field`. `own` are the words somebody who knows the person would try.
pub fn check(field: &str, password: &Password, own: &[&str]) -> Result<(), FieldErrors> {
    let typed = password.as_typed();
    if typed.is_empty() {
        return Err(FieldErrors::one(field, "Enter a password"));
    }
    if typed.len() > MAX_BYTES {
        return Err(FieldErrors::one(
            field,
            format!("A password can hold {} bytes, and this has {}", grouped(MAX_BYTES), grouped(typed.len())),
        ));
    }
    let characters = typed.chars().count();
    if characters < MIN_CHARACTERS {
        return Err(FieldErrors::one(
            field,
            format!("Use {MIN_CHARACTERS} characters or more; this has {characters}. A short sentence works well"),
        ));
    }
    let words = own_words(own);
    if is_made_of(typed, &words) {
        return Err(FieldErrors::one(
            field,
            "This is mostly your name, your email or the name of this site, which is what people try first. Use other words",
        ));
    }
    let begin: String = typed.chars().take(ESTIMATED).collect();
    let inputs: Vec<&str> = words.iter().map(String::as_str).collect();
    if typed == demo::PASSWORD || zxcvbn::zxcvbn(&begin, &inputs).guesses() < TOO_FEW_GUESSES {
        return Err(FieldErrors::one(
            field,
            "This is among the passwords that are tried first. Use words that do not belong together, or a sentence of your own",
        ));
    }
    Ok(())
}

/// The words in what somebody knows of a person, with the site's own.
fn own_words(own: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = own
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .chain(["lectern"])
        .filter(|word| word.chars().count() >= 3)
        .map(str::to_lowercase)
        .collect();
    // The longest first, so that a part of a word does not break the word.
    words.sort_by(|one, other| (other.len(), one).cmp(&(one.len(), other)));
    words.dedup();
    words
}

fn is_made_of(typed: &str, words: &[String]) -> bool {
    let mut rest = typed.to_lowercase();
    let before = rest.len();
    for word in words {
        rest = rest.replace(word.as_str(), " ");
    }
    // Digits are what people add to such a password, so they do not make it one of its own.
    rest.len() < before && rest.chars().filter(|c| c.is_alphabetic()).count() < OF_ITS_OWN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(typed: &str) -> Option<String> {
        let own = ["Bartholomew Featherstonehaugh", "b.feather@uni.example"];
        check("password", &Password::new(typed.to_owned()), &own).err().map(|errors| errors.0[0].message.clone())
    }

    #[test]
    fn short_ones_are_refused_with_their_length() {
        assert!(refused("fourteen chars").unwrap().starts_with("Use 15 characters or more; this has 14"));
        assert_eq!(refused("").unwrap(), "Enter a password");
    }

    #[test]
    fn common_ones_are_refused_however_long() {
        for common in [
            "passwordpassword",
            "123456789012345",
            "qwertyuiopasdfghjkl",
            "aaaaaaaaaaaaaaaaaa",
            "iloveyouiloveyou",
            "correct-lectern-demo",
        ] {
            assert!(refused(common).is_some_and(|why| why.contains("tried first")), "{common}");
        }
    }

    #[test]
    fn a_persons_own_words_are_refused() {
        for own in ["Bartholomew-1987-1987", "featherstonehaugh2026", "lectern-lectern-lectern"] {
            assert!(refused(own).is_some_and(|why| why.contains("your name")), "{own}");
        }
    }

    #[test]
    fn any_script_any_spaces_and_no_composition_rule() {
        for good in [
            "   leading spaces stay   ",
            "зелёный чайник поёт вслух",
            "只有我知道的一句很长的话语和雨声",
            "all small letters here",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
    }

    #[test]
    fn the_longest_is_1024_bytes() {
        let long = "a sentence that goes on ".repeat(50);
        assert_eq!(refused(&long[..1024]), None);
        assert!(refused(&long[..1025]).unwrap().contains("1,024 bytes"));
    }
}
