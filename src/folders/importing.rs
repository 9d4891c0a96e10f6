//! A folder from outside on its way to a course: unpacked, looked at, its files looked at as if they had been uploaded.

use std::fs::File;
use std::sync::Arc;

use super::folder::{Folder, FolderFile, Named};
use super::reading;
use super::unpacking::unpack;
use crate::config::Config;
use crate::db::Db;
use crate::failure::{Broken, Failure};
use crate::files::contents::Contents;
use crate::files::incoming::Incoming;
use crate::files::kind::{Kind, Shown};
use crate::files::name::FileName;
use crate::files::preparing::{Prepared, prepare};
use crate::files::store::public_knows;
use crate::sessions::caller::Caller;

/// A folder whose files can be kept.
#[derive(Debug)]
pub struct Ready {
    /// What the course will consist of.
    pub folder: Folder,
    /// Which files its texts name.
    pub named: Named,
    /// The same as `contents`, as the course will have them.
    pub files: Vec<FolderFile>,
    contents: Vec<Incoming>,
}

/// So many reasons are said; of the others, how many they are.
const REASONS: usize = 5;

/// What is wrong with a folder, as one sentence without a full stop.
pub fn in_words(reasons: &[String]) -> String {
    let said = reasons.iter().take(REASONS).cloned().collect::<Vec<_>>().join("; ");
    match reasons.len().saturating_sub(REASONS) {
        0 => said,
        more => format!("{said}; and {more} more"),
    }
}

/// Looks at a zip: all of it can become a course, or nothing does, for the reasons that are answered.
pub async fn look_at(
    zip: File,
    config: &Config,
    db: &Db,
    caller: Arc<Caller>,
) -> Result<Result<Ready, Vec<String>>, Failure> {
    let unpacked = match unpack(zip, &config.files, &config.data_dir).await? {
        Ok(unpacked) => unpacked,
        Err(reasons) => return Ok(Err(reasons)),
    };
    let mut folder = match reading::folder(unpacked.texts) {
        Ok(folder) => folder,
        Err(reasons) => return Ok(Err(reasons)),
    };
    // Numbers of seats and the like are the same everywhere; who reads it is not the site it came from.
    folder.announcements.sort_by_key(|announcement| announcement.posted);
    let mut known = Vec::new();
    let mut read = db.read(caller).await?;
    for file in &unpacked.files {
        known.push(public_knows(&mut read, &file.digest).await?);
    }
    drop(read);
    let (mut reasons, mut files, mut contents) = (Vec::new(), Vec::new(), Vec::new());
    for (file, is_known) in unpacked.files.into_iter().zip(known) {
        match take(file, is_known, config).await? {
            Ok(Prepared { name, content, .. }) => {
                files.push(FolderFile { name, digest: content.digest.clone(), size: content.size });
                contents.push(content);
            }
            Err(reason) => reasons.push(format!("files/{reason}")),
        }
    }
    if !reasons.is_empty() {
        return Ok(Err(reasons));
    }
    let named = folder.named().await?;
    Ok(Ok(Ready { folder, named, files, contents }))
}

/// A file as it will be kept. A picture that this site has written before is as it is: written anew it would be another each time.
async fn take(file: Incoming, is_known: bool, config: &Config) -> Result<Result<Prepared, String>, Failure> {
    let asked_for = file.name.clone();
    let name = FileName::parse(&file.name);
    if let Some(name) = name.filter(|name| is_known && Kind::of(name.ending()).shown == Shown::Picture)
        && config.files.takes(name.ending())
        && Kind::of(name.ending()).can_begin(&file.head)
    {
        return Ok(Ok(Prepared { name, content: file, renamed_from: None }));
    }
    match prepare(file, &config.files, &config.data_dir).await? {
        Ok(prepared) if prepared.name.as_str() != asked_for => Ok(Err(format!(
            "{asked_for} would be called {} here: change it first, and what the texts call it",
            prepared.name
        ))),
        other => Ok(other),
    }
}

impl Ready {
    /// Keeps the contents, which were announced. By itself: whoever closes the window leaves no half of it at a store elsewhere.
    pub async fn keep(&mut self, contents: &Contents) -> Result<(), Failure> {
        let (contents, mut all) = (contents.clone(), std::mem::take(&mut self.contents));
        let keeping = tokio::spawn(async move {
            for content in &mut all {
                contents.put(&content.digest, &mut content.file).await?;
            }
            Ok::<_, Failure>(())
        });
        keeping.await.broken("keep files")?
    }
}
