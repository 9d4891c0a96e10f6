//! Passwords that were found in breaches: a file on disk, looked into and never loaded.
//!
//! The file has one line for each password, the 40 hexadecimal letters of its SHA-1 and, if it likes, a colon and how often it was
//! seen; sorted by the hash. That is what Have I Been Pwned hands out (its downloader, in one file). A password is found by
//! halving: some thirty short reads in a file of forty gigabytes. No part of a password leaves this machine.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha1::{Digest, Sha1};
use unicode_normalization::UnicodeNormalization;

use super::model::Password;
use crate::failure::{Broken, Failure};

/// Letters of a SHA-1.
const HASH: usize = 40;
/// The longest a line may be: the hash, a colon, a number, a line end.
const LINE: usize = 80;

/// The file, known to be one. A clone is the same.
#[derive(Clone, Debug)]
pub struct Breached {
    path: Arc<PathBuf>,
}

impl Breached {
    /// Opens it and looks at its first lines and at some between: hashes, in order. Refused with what is wrong.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::Broken(anyhow::anyhow!("{}: {why}", path.display()));
        let mut file = File::open(path).map_err(|error| wrong(&error.to_string()))?;
        let length = length(&mut file)?;
        let mut last = String::new();
        for part in 0..=16_u64 {
            // The last sample begins a line before the end.
            let at = (length / 16 * part).min(length.saturating_sub(2 * LINE as u64));
            match line_from(&mut file, at, length)? {
                Some((_, hash)) if is_hash(&hash) && hash >= last => last = hash,
                Some((_, hash)) if is_hash(&hash) => return Err(wrong("its lines are not sorted by their hash")),
                _ if part > 0 && !last.is_empty() => {}
                _ => return Err(wrong("needs lines that begin with the SHA-1 of a password, 40 hexadecimal letters")),
            }
        }
        Ok(Self { path: Arc::new(path.to_owned()) })
    }

    /// Whether the password is in it, as it was typed or in composed letters. Reads the disk.
    pub fn has(&self, password: &Password) -> Result<bool, Failure> {
        let typed = password.as_typed();
        let composed: String = typed.nfc().collect();
        Ok(self.has_hash(&hash(typed))? || (composed != typed && self.has_hash(&hash(&composed))?))
    }

    fn has_hash(&self, wanted: &str) -> Result<bool, Failure> {
        let mut file = File::open(self.path.as_ref()).broken("open the file of breached passwords")?;
        let length = length(&mut file)?;
        // The wanted line, if there is one, begins at or after `from` and before `to`.
        let (mut from, mut to) = (0, length);
        while from < to {
            let middle = from + (to - from) / 2;
            match line_from(&mut file, middle, length)? {
                // No line begins between the middle and the end of what is left.
                None => to = middle,
                Some((at, _)) if at >= to => to = middle,
                Some((_, hash)) if hash == wanted => return Ok(true),
                Some((at, hash)) if hash.as_str() < wanted => from = at + 1,
                Some(_) => to = middle,
            }
        }
        // The search goes by lines that begin after a place; the first one of what was left is looked at by itself.
        Ok(line_from(&mut file, from.saturating_sub(1), length)?.is_some_and(|(_, hash)| hash == wanted)
            || (from == 0 && line_from(&mut file, 0, length)?.is_some_and(|(_, hash)| hash == wanted)))
    }
}

fn hash(password: &str) -> String {
    Sha1::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn length(file: &mut File) -> Result<u64, Failure> {
    file.seek(SeekFrom::End(0)).broken("read the file of breached passwords")
}

/// The first line that begins at or after `from`: where, and its hash in capitals. None when there is none.
fn line_from(file: &mut File, from: u64, length: u64) -> Result<Option<(u64, String)>, Failure> {
    // One letter before, so that a line that begins right there is seen to.
    let start = from.saturating_sub(1);
    file.seek(SeekFrom::Start(start)).broken("read the file of breached passwords")?;
    let mut buffer = Vec::with_capacity(3 * LINE);
    file.take(3 * LINE as u64).read_to_end(&mut buffer).broken("read the file of breached passwords")?;
    let skipped = match from {
        0 => 0,
        _ => match buffer.iter().position(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None => return Ok(None),
        },
    };
    let at = start + skipped as u64;
    let rest = &buffer[skipped..];
    if at >= length || rest.is_empty() {
        return Ok(None);
    }
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let hash = String::from_utf8_lossy(&line[..line.len().min(HASH)]).to_ascii_uppercase();
    Ok(Some((at, hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(lines: &[String]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("breached.txt");
        std::fs::write(&path, lines.concat()).unwrap();
        (folder, path)
    }

    /// ASVS 6.2.12
    #[test]
    fn every_password_of_the_file_is_found_and_no_other() {
        for (count, end) in [(1, "\n"), (2, "\r\n"), (3, ":7\r\n"), (500, ":12345\n"), (501, "\n")] {
            let known: Vec<String> = (0..count).map(|number| format!("a password that leaked, no. {number}")).collect();
            let mut lines: Vec<String> = known.iter().map(|password| format!("{}{end}", hash(password))).collect();
            lines.sort();
            let (_folder, path) = file(&lines);
            let breached = Breached::open(&path).unwrap();
            for password in &known {
                assert!(breached.has(&Password::new(password.clone())).unwrap(), "{password} of {count} with {end:?}");
            }
            for number in 0..200 {
                assert!(!breached.has(&Password::new(format!("nobody has this one, {number}"))).unwrap());
            }
        }
        let (_folder, path) = file(&[format!("{}:2", hash("caf\u{e9} at the corner").to_lowercase())]);
        let breached = Breached::open(&path).unwrap();
        assert!(breached.has(&Password::new("cafe\u{301} at the corner".to_owned())).unwrap(), "in composed letters");
    }

    #[test]
    fn what_is_no_such_file_is_refused_at_the_start() {
        let hashes =
            |passwords: &[&str]| passwords.iter().map(|password| format!("{}\n", hash(password))).collect::<Vec<_>>();
        let (_folder, words) = file(&["password1234567\n".to_owned(), "another\n".to_owned()]);
        assert!(Breached::open(&words).unwrap_err().to_string().contains("40 hexadecimal letters"));
        let mut sorted = hashes(&["a", "b", "c", "d", "e", "f", "g", "h"]);
        sorted.sort();
        sorted.reverse();
        let (_folder, unsorted) = file(&sorted);
        assert!(Breached::open(&unsorted).unwrap_err().to_string().contains("not sorted"));
        let (_folder, empty) = file(&[]);
        assert!(Breached::open(&empty).is_err());
        assert!(Breached::open(Path::new("/nowhere/at/all")).is_err());
    }
}
