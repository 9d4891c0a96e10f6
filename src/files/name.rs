//! Names of files: safe in an address, in Markdown, in a folder of any system, and in letters of every script.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What stands before a name in a text: `![A map](files/map.png)`.
pub const IN_TEXTS: &str = "files/";

/// Characters of a name at most. Folders of common systems take 255 bytes.
const MOST_CHARACTERS: usize = 80;
/// Bytes of it: letters of some scripts take three and four.
const MOST_BYTES: usize = 200;

/// What an ending consists of at most: longer ones are none.
const MOST_OF_ENDING: usize = 10;

/// These are no names of files in Windows, whatever ending they have.
const TAKEN_IN_WINDOWS: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// All but letters, digits and these is written as `%..` in an address.
const IN_ADDRESSES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// A file's name: letters, digits, `-`, `_` and `.`, with an ending in small ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// From what a device calls it: without its folders, and with `-` for all that a name may not hold. None: nothing is left, or it has no
    /// ending.
    pub fn parse(raw: &str) -> Option<Self> {
        let last = raw.rsplit(['/', '\\']).next()?;
        let composed: String = last.nfc().collect();
        let (stem, ending) = composed.rsplit_once('.')?;
        let ending = ending.to_ascii_lowercase();
        if !is_ending(&ending) {
            return None;
        }
        let mut stem = plain(stem);
        // COM1 and LPT9 are, and so is NUL.
        let first = stem.trim_start_matches(['-', '.']).split('.').next().unwrap_or_default();
        let first = first.trim_end_matches(|c: char| c == '-' || c.is_ascii_digit()).to_lowercase();
        if TAKEN_IN_WINDOWS.contains(&first.as_str()) {
            stem = format!("file-{}", stem.trim_start_matches(['-', '.']));
        }
        while stem.chars().count() > MOST_CHARACTERS - MOST_OF_ENDING || stem.len() > MOST_BYTES - MOST_OF_ENDING {
            stem.pop();
        }
        let stem = stem.trim_matches(['-', '.']);
        if stem.is_empty() {
            return None;
        }
        Some(Self(format!("{stem}.{ending}")))
    }

    /// From a text of the course: what follows [`IN_TEXTS`] there, or in an address.
    pub fn of_address(encoded: &str) -> Option<Self> {
        let raw = percent_decode_str(encoded).decode_utf8().ok()?;
        let name = Self::parse(&raw)?;
        // Only what it is called, not what could be made into that.
        (name.key() == key_of(&raw)).then_some(name)
    }

    /// The same with another ending.
    pub fn with_ending(&self, ending: &str) -> Self {
        let stem = self.0.rsplit_once('.').map_or(self.0.as_str(), |(stem, _)| stem);
        Self(format!("{stem}.{ending}"))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared: no two files of a course differ in capitals alone.
    pub fn key(&self) -> String {
        key_of(&self.0)
    }

    /// What stands after its last dot, in small letters.
    pub fn ending(&self) -> &str {
        self.0.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// As it stands in an address.
    pub fn in_address(&self) -> String {
        in_address(&self.0)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a name may end so after its dot.
pub fn is_ending(text: &str) -> bool {
    (1..=MOST_OF_ENDING).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A name that is a file's, as it stands in an address.
pub fn in_address(name: &str) -> String {
    utf8_percent_encode(name, IN_ADDRESSES).to_string()
}

fn key_of(name: &str) -> String {
    name.to_lowercase().nfc().collect()
}

/// With one `-` for each stretch of what is no letter, digit, mark, `_` or `.`.
fn plain(stem: &str) -> String {
    let mut out = String::new();
    for c in stem.chars() {
        match c {
            c if c.is_alphanumeric() || is_combining_mark(c) || c == '_' => out.push(c),
            // Two dots in a row lead out of a folder.
            '.' if !out.ends_with(['.', '-']) => out.push('.'),
            _ if out.ends_with(['-', '.']) => {}
            _ => out.push('-'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_device_calls_it_becomes_a_safe_name() {
        for (raw, name) in [
            ("map.png", "map.png"),
            ("C:\\Users\\ann\\My map (1).PNG", "My-map-1.png"),
            ("../../etc/passwd.txt", "passwd.txt"),
            ("u\u{308}ber.txt", "über.txt"),
            ("地図.pdf", "地図.pdf"),
            ("हिन्दी.pdf", "हिन्दी.pdf"),
            ("a..b.txt", "a.b.txt"),
            (".htaccess.txt", "htaccess.txt"),
            ("x\u{202e}gpj.exe", "x-gpj.exe"),
            ("a<script>.html", "a-script.html"),
            ("nul.txt", "file-nul.txt"),
            ("COM7.x.txt", "file-COM7.x.txt"),
            ("archive.tar.gz", "archive.tar.gz"),
        ] {
            assert_eq!(FileName::parse(raw).unwrap().as_str(), name, "{raw}");
        }
        for raw in ["", "README", ".png", "a.", "a.b c", "a/", "...txt", "-.txt", "a.\u{fc}"] {
            assert_eq!(FileName::parse(raw), None, "{raw}");
        }
        let taken = format!("aux.{}.txt", "a".repeat(70));
        for raw in ["com1-.txt", "-nul.txt", "a-.b.txt", "aux..b.txt", &taken, &format!("{}. .txt", "地".repeat(70))] {
            let name = FileName::parse(raw).unwrap();
            assert_eq!(FileName::parse(name.as_str()).as_ref(), Some(&name), "{raw}: a name that is made once stays");
        }
        let long = FileName::parse(&format!("{}.pdf", "ü".repeat(300))).unwrap();
        assert!(long.as_str().chars().count() <= MOST_CHARACTERS && long.as_str().ends_with("ü.pdf"), "{long}");
    }

    #[test]
    fn a_text_names_a_file_by_its_name_and_not_by_what_could_become_it() {
        let of = |text: &str| FileName::of_address(text).map(|name| name.key());
        assert_eq!(of("Map.png"), Some("map.png".to_owned()));
        assert_eq!(of("%C3%BCber.txt"), Some("über.txt".to_owned()));
        assert_eq!(of("über.txt"), of("%C3%BCber.txt"));
        for text in ["../map.png", "a/map.png", "my%20map.png", "map.png?x", "%FF.png", "map.png#x"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(FileName::parse("ü b.txt").unwrap().in_address(), "%C3%BC-b.txt");
    }
}
