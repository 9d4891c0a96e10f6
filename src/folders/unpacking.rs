//! A zip from outside, looked into without believing it: what it says of itself, its sizes among it, is checked against what comes out, within
//! limits that hold before anything is kept. Nothing in it becomes a path on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

use unicode_normalization::UnicodeNormalization;
use zip::ZipReadOptions;
use zip::read::{Config, ZipFile};
use zip::unstable::read::ZipIterable;

use crate::announcements::store::MOST_ANNOUNCEMENTS;
use crate::config::FileLimits;
use crate::error::size_in_words;
use crate::files::incoming::Incoming;
use crate::files::name::FileName;
use crate::lessons::store::MOST_LESSONS;

/// Bytes of one text: 200,000 letters of the scripts that take the most, and a head.
const MOST_OF_TEXT: u64 = 1 << 20;

/// Bytes of all texts of a course.
pub(super) const MOST_OF_TEXTS: u64 = 128 << 20;

/// Names in a zip besides those of a course's own files: folders, and what programs leave there.
const OTHERS: usize = 1_000;

/// So many times as large as the zip is what comes out of it: texts become a tenth, and tables of numbers a thirtieth.
const MOST_TIMES: u64 = 100;

/// What a zip held.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// By their paths in the course's folder.
    pub texts: BTreeMap<String, String>,
    /// Named as in the course.
    pub files: Vec<Incoming>,
}

/// The most bytes of such a zip: as much as a course holds.
pub fn most_of_folder(limits: &FileLimits) -> u64 {
    limits.course_bytes.unsigned_abs().saturating_add(MOST_OF_TEXTS)
}

/// Takes everything out; else says what is wrong, without a full stop. `folder` is where files wait. Holds up its thread.
pub fn unpack(zip: File, limits: FileLimits, folder: PathBuf) -> Result<Unpacked, String> {
    let bytes = zip.metadata().map_or(0, |about| about.len());
    let most = bytes.saturating_mul(MOST_TIMES).saturating_add(MOST_OF_TEXT);
    let (top, seen, done) = (String::new(), BTreeSet::new(), Unpacked::default());
    Unpacking { limits, folder, most, top, seen, done, text_bytes: 0, file_bytes: 0 }.unpack(zip)
}

struct Unpacking {
    limits: FileLimits,
    folder: PathBuf,
    /// Bytes that may come out of it.
    most: u64,
    /// The folder in which everything lies, with its slash; empty: in none.
    top: String,
    seen: BTreeSet<String>,
    done: Unpacked,
    text_bytes: u64,
    file_bytes: u64,
}

impl Unpacking {
    fn unpack(mut self, zip: File) -> Result<Unpacked, String> {
        let body = zip.try_clone().map_err(|_| "the zip is gone".to_owned())?;
        let no_zip = |_| "this is no zip that can be read".to_owned();
        // Walked without a list of it in memory. What the directory says of a name must be what stands beside the file: other programs go by that.
        let mut zip = ZipIterable::try_new(BufReader::new(zip), Config::default())
            .map_err(no_zip)?
            .enforce_header_consistency(true);
        let most = usize::try_from(self.limits.per_course + MOST_LESSONS + MOST_ANNOUNCEMENTS).unwrap_or(usize::MAX);
        if zip.len() > most.saturating_add(OTHERS) {
            return Err(format!("there are {} names in it, more than a course can have", zip.len()));
        }
        let mut is_course = false;
        for entry in zip.files().map_err(no_zip)? {
            let path = path_of(entry.map_err(no_zip)?.name_raw())?;
            if let Some(top) = path.strip_suffix("/course.toml").filter(|top| !top.contains('/')) {
                self.top = format!("{top}/");
                is_course = true;
            }
            is_course |= path == "course.toml";
        }
        if !is_course {
            return Err(
                "course.toml is missing, which says what the course consists of: this is not a course’s folder"
                    .to_owned(),
            );
        }
        let mut files = zip.files_with_reader(BufReader::new(body), ZipReadOptions::new()).map_err(no_zip)?;
        while let Some(file) = files.next() {
            self.take(&mut file.map_err(no_zip)?)?;
        }
        Ok(self.done)
    }

    fn take<R: Read>(&mut self, file: &mut ZipFile<'_, R>) -> Result<(), String> {
        let path = path_of(file.name_raw())?;
        if file.is_dir() || is_noise(&path) {
            return Ok(());
        }
        if file.is_symlink() || file.encrypted() {
            return Err(format!("{path} is a link or is locked: only plain files are taken"));
        }
        let path = path.strip_prefix(&self.top).unwrap_or(&path).to_owned();
        // As files are compared: what is one name for a course must not be two here.
        if !self.seen.insert(path.to_lowercase().nfc().collect()) {
            return Err(format!("{path} is in it twice"));
        }
        match place_of(&path) {
            Some(Place::Text) => self.take_text(path, file),
            Some(Place::File(name)) => self.take_file(&path, &name, file),
            None => Err(format!("{path} has no place in a course’s folder")),
        }
    }

    /// Refuses what was made to be large.
    fn weigh(&self) -> Result<(), String> {
        if self.text_bytes + self.file_bytes <= self.most {
            return Ok(());
        }
        Err(format!("more than {MOST_TIMES} times as much comes out of it as went in: it was made to fill a disk"))
    }

    fn take_text(&mut self, path: String, reader: &mut impl Read) -> Result<(), String> {
        let mut bytes = Vec::new();
        let read = reader.by_ref().take(MOST_OF_TEXT + 1).read_to_end(&mut bytes);
        read.map_err(|_| format!("{path} is damaged"))?;
        if bytes.len() as u64 > MOST_OF_TEXT {
            return Err(format!("{path} is longer than any text of a course"));
        }
        self.text_bytes += bytes.len() as u64;
        self.weigh()?;
        if self.text_bytes > MOST_OF_TEXTS {
            return Err(format!("the texts are larger than {} together", size_in_words(MOST_OF_TEXTS)));
        }
        let text = String::from_utf8(bytes).map_err(|_| format!("{path} is not text in UTF-8"))?;
        self.done.texts.insert(path, text);
        Ok(())
    }

    fn take_file(&mut self, path: &str, name: &str, reader: &mut impl Read) -> Result<(), String> {
        let limits = &self.limits;
        let most = limits.most_bytes.min(self.most);
        if i64::try_from(self.done.files.len()).map_or(true, |count| count >= limits.per_course) {
            return Err(format!("there are more than {} files in it", limits.per_course));
        }
        // What is named so and so is asked for by that name: another that could be made of it is no help.
        if FileName::parse(name).is_none_or(|parsed| parsed.as_str() != name) {
            return Err(format!(
                "{path} has a name that files of a course cannot have: letters, digits, -, _ and an ending"
            ));
        }
        let file = Incoming::of_reader(&self.folder, name, reader, most).map_err(|_| format!("{path} is damaged"))?;
        if file.size > limits.most_bytes {
            return Err(format!("{path} is larger than {}", size_in_words(limits.most_bytes)));
        }
        self.file_bytes += file.size;
        self.weigh()?;
        if self.file_bytes > limits.course_bytes.unsigned_abs() {
            let most = size_in_words(limits.course_bytes.unsigned_abs());
            return Err(format!("the files are larger than {most} together, which a course holds"));
        }
        self.done.files.push(file);
        Ok(())
    }
}

/// Where something in a course's folder goes.
enum Place {
    Text,
    File(String),
}

fn place_of(path: &str) -> Option<Place> {
    if ["course.toml", "description.md"].contains(&path) {
        return Some(Place::Text);
    }
    let (folder, name) = path.split_once('/')?;
    if name.contains('/') {
        return None;
    }
    match folder {
        "lessons" | "announcements" if name.ends_with(".md") => Some(Place::Text),
        "files" => Some(Place::File(name.to_owned())),
        _ => None,
    }
}

/// A name in a zip as a path without tricks, its accents composed; programs for the Mac take them apart.
fn path_of(raw: &[u8]) -> Result<String, String> {
    let shown = || String::from_utf8_lossy(raw).chars().filter(|c| !c.is_control()).take(100).collect::<String>();
    let raw = raw.strip_prefix(b"./").unwrap_or(raw);
    if raw.is_empty() {
        return Ok(String::new());
    }
    let path = std::str::from_utf8(raw).map_err(|_| format!("{} is not a name in UTF-8", shown()))?;
    let is_plain = !path.contains(['\\', '\0'])
        && !path.chars().any(char::is_control)
        && path.strip_suffix('/').unwrap_or(path).split('/').all(|part| !matches!(part, "" | "." | ".."));
    if is_plain { Ok(path.nfc().collect()) } else { Err(format!("{} is no path within a folder", shown())) }
}

/// What programs leave in a folder by themselves.
fn is_noise(path: &str) -> bool {
    path.is_empty()
        || path.starts_with("__MACOSX/")
        || matches!(path.rsplit('/').next(), Some(".DS_Store" | "Thumbs.db" | "desktop.ini"))
}
