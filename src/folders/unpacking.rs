//! A zip from outside, looked into without believing it: what it says of itself, its sizes among it, is checked against what comes out, within
//! limits that hold before anything is kept. Nothing in it becomes a path on this machine.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zip::ZipArchive;
use zip::read::ZipFile;

use super::reading::MOST_ANNOUNCEMENTS;
use crate::config::FileLimits;
use crate::error::size_in_words;
use crate::failure::{Broken, Failure};
use crate::files::incoming::Incoming;
use crate::files::name::FileName;
use crate::lessons::store::MOST_LESSONS;

/// Bytes of one text: 200,000 letters of the scripts that take the most, and a head.
const MOST_OF_TEXT: u64 = 1 << 20;

/// Bytes of all texts of a course.
const MOST_OF_TEXTS: u64 = 64 << 20;

/// Names in a zip besides those of a course's own files: folders, and what programs leave there.
const OTHERS: usize = 1_000;

/// Bytes that are read of a zip before it is known how many names it has: each takes 46 and its own, and some hundred in memory.
const MOST_OF_DIRECTORY: u64 = 8 << 20;

/// So many are unpacked at once: the texts of a course are in memory for as long. The next waits.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

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

/// Takes everything out; else says what is wrong, in sentences without a full stop. `folder` is where files wait.
pub async fn unpack(zip: File, limits: &FileLimits, folder: &Path) -> Result<Result<Unpacked, Vec<String>>, Failure> {
    let turn = AT_ONCE.acquire().await.broken("wait to unpack a course")?;
    let (limits, folder) = (limits.clone(), folder.to_owned());
    let unpacking = tokio::task::spawn_blocking(move || {
        let unpacked = Unpacking::new(limits, folder).unpack(zip);
        drop(turn);
        unpacked
    });
    Ok(unpacking.await.broken("unpack a course")?.map_err(|wrong| vec![wrong]))
}

struct Unpacking {
    limits: FileLimits,
    folder: PathBuf,
    /// The folder in which everything lies, with its slash; empty: in none.
    top: String,
    seen: BTreeSet<String>,
    done: Unpacked,
    text_bytes: u64,
    file_bytes: u64,
}

impl Unpacking {
    fn new(limits: FileLimits, folder: PathBuf) -> Self {
        let (top, seen, done) = (String::new(), BTreeSet::new(), Unpacked::default());
        Self { limits, folder, top, seen, done, text_bytes: 0, file_bytes: 0 }
    }

    fn unpack(mut self, zip: File) -> Result<Unpacked, String> {
        let no_zip = |_| "this is no zip that can be read".to_owned();
        let left = Rc::new(Cell::new(MOST_OF_DIRECTORY));
        let reader = Limited { inner: BufReader::new(zip), left: left.clone() };
        let mut zip = ZipArchive::new(reader).map_err(no_zip)?;
        left.set(u64::MAX);
        let per_course = usize::try_from(self.limits.per_course).unwrap_or(usize::MAX);
        let lessons = usize::try_from(MOST_LESSONS).unwrap_or(usize::MAX);
        if zip.len() > per_course.saturating_add(lessons + MOST_ANNOUNCEMENTS + OTHERS) {
            return Err(format!("there are {} names in it, more than a course can have", zip.len()));
        }
        // Other programs go by what stands before each file: the two must say the same. No two files share bytes, so a small zip stays small.
        if zip.validate_header_consistency().is_err() {
            return Err("what the zip says of its files is not what stands beside them".to_owned());
        }
        let mut paths = Vec::new();
        for name in zip.file_names_raw() {
            let path = path_of(name)?;
            if !path.ends_with('/') && !is_noise(&path) {
                paths.push(path);
            }
        }
        if !paths.iter().any(|path| path == "course.toml") {
            self.top = common_top(&paths);
        }
        for number in 0..zip.len() {
            let mut file = zip.by_index(number).map_err(|error| format!("something in it cannot be read: {error}"))?;
            self.take(&mut file)?;
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
        if !self.seen.insert(path.to_lowercase()) {
            return Err(format!("{path} is in it twice"));
        }
        match place_of(&path) {
            Some(Place::Text) => self.take_text(path, file),
            Some(Place::File(name)) => self.take_file(&path, &name, file),
            None => Err(format!("{path} has no place in a course’s folder")),
        }
    }

    fn take_text(&mut self, path: String, reader: &mut impl Read) -> Result<(), String> {
        let mut bytes = Vec::new();
        let read = reader.by_ref().take(MOST_OF_TEXT + 1).read_to_end(&mut bytes);
        read.map_err(|_| format!("{path} is damaged"))?;
        if bytes.len() as u64 > MOST_OF_TEXT {
            return Err(format!("{path} is longer than any text of a course"));
        }
        self.text_bytes += bytes.len() as u64;
        if self.text_bytes > MOST_OF_TEXTS {
            return Err(format!("the texts are larger than {} together", size_in_words(MOST_OF_TEXTS)));
        }
        let text = String::from_utf8(bytes).map_err(|_| format!("{path} is not text in UTF-8"))?;
        self.done.texts.insert(path, text);
        Ok(())
    }

    fn take_file(&mut self, path: &str, name: &str, reader: &mut impl Read) -> Result<(), String> {
        let limits = &self.limits;
        let most = limits.most_bytes;
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
        if file.size > most {
            return Err(format!("{path} is larger than {}", size_in_words(most)));
        }
        self.file_bytes += file.size;
        if self.file_bytes > limits.course_bytes.unsigned_abs() {
            let most = size_in_words(limits.course_bytes.unsigned_abs());
            return Err(format!("the files are larger than {most} together, which a course holds"));
        }
        self.done.files.push(file);
        Ok(())
    }
}

/// A reader that ends after so many bytes.
struct Limited<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left.get()).unwrap_or(usize::MAX).min(into.len());
        if most == 0 && !into.is_empty() {
            return Err(io::Error::other("more than is read"));
        }
        let read = self.inner.read(into.get_mut(..most).unwrap_or_default())?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}

impl<R: Seek> Seek for Limited<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
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
    let path = std::str::from_utf8(raw).map_err(|_| format!("{} is not a name in UTF-8", shown()))?;
    let is_plain = !path.contains(['\\', '\0'])
        && !path.chars().any(char::is_control)
        && path.strip_suffix('/').unwrap_or(path).split('/').all(|part| !matches!(part, "" | "." | ".."));
    if is_plain { Ok(path.nfc().collect()) } else { Err(format!("{} is no path within a folder", shown())) }
}

/// What programs leave in a folder by themselves.
fn is_noise(path: &str) -> bool {
    path.starts_with("__MACOSX/") || matches!(path.rsplit('/').next(), Some(".DS_Store" | "Thumbs.db" | "desktop.ini"))
}

/// The one folder in which everything lies, with its slash; empty where there is none.
fn common_top(paths: &[String]) -> String {
    let top = paths.first().and_then(|path| path.split_once('/')).map(|(top, _)| top);
    let top = top.filter(|top| !["lessons", "announcements", "files"].contains(top)).map(|top| format!("{top}/"));
    top.filter(|top| paths.iter().all(|path| path.starts_with(top.as_str()))).unwrap_or_default()
}
