//! A folder from outside on its way to a course: unpacked, looked at, its files looked at as if they had been uploaded, kept, and made a draft.

use std::fs::File;
use std::sync::Arc;

use super::folder::{Folder, FolderFile, Named};
use super::reading;
use super::store::{NewFolder, add_for_system, announce_for_system};
use super::turns::{self, UnderWay, Way};
use super::unpacking::unpack;
use crate::accounts::policy::{CourseMaker, SystemTask};
use crate::config::Config;
use crate::db::Db;
use crate::error::size_in_words;
use crate::failure::{Broken, Failure};
use crate::files::contents::Contents;
use crate::files::incoming::Incoming;
use crate::files::kind::{Kind, Shown};
use crate::files::name::FileName;
use crate::files::preparing::{Prepared, prepare};
use crate::files::store::public_is_file_of_kind;
use crate::id::UserId;
use crate::sessions::caller::Caller;

/// A folder whose files can be kept.
#[derive(Debug)]
pub struct Ready {
    folder: Folder,
    named: Named,
    /// The same as `contents`, as the course will have them.
    files: Vec<FolderFile>,
    contents: Vec<Incoming>,
    /// All of it is in memory or on the disk until it is a course.
    _turn: UnderWay,
}

/// So many reasons are said, each so long; of the others, how many they are.
const REASONS: usize = 5;
const CHARACTERS: usize = 250;

/// What is wrong with a folder, as one sentence without a full stop.
pub fn in_words(reasons: &[String]) -> String {
    let cut = |reason: &String| reason.chars().filter(|c| !c.is_control()).take(CHARACTERS).collect::<String>();
    let said = reasons.iter().take(REASONS).map(cut).collect::<Vec<_>>().join("; ");
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
    let turn = turns::begin(Way::In).await?;
    let (limits, data) = (config.files.clone(), config.data_dir.clone());
    let looking = tokio::task::spawn_blocking(move || {
        let unpacked = unpack(zip, limits, data).map_err(|reason| vec![reason])?;
        Ok((reading::folder(unpacked.texts)?, unpacked.files))
    });
    let (mut folder, arrived) = match looking.await.broken("look at a folder")? {
        Ok(read) => read,
        Err(reasons) => return Ok(Err(reasons)),
    };
    // As the site lists them; names of files say no more than which was written first.
    folder.announcements.sort_by_key(|announcement| announcement.posted);
    let (mut reasons, mut files, mut contents) = (Vec::new(), Vec::new(), Vec::new());
    for file in arrived {
        let is_known = is_picture_of_ours(&file, db, caller.clone()).await?;
        match take(file, is_known, config).await? {
            Ok(Prepared { name, content, .. }) => {
                files.push(FolderFile { name, digest: content.digest.clone(), size: content.size });
                contents.push(content);
            }
            Err(reason) => reasons.push(format!("files/{reason}")),
        }
    }
    // Pictures may have become larger.
    let most = config.files.course_bytes.unsigned_abs();
    if files.iter().map(|file| file.size).sum::<u64>() > most {
        reasons.push(format!("the files are larger than {} together, which a course holds", size_in_words(most)));
    }
    if !reasons.is_empty() {
        return Ok(Err(reasons));
    }
    let named = folder.named().await?;
    if let Some(reason) = named.too_many() {
        return Ok(Err(vec![reason]));
    }
    Ok(Ok(Ready { folder, named, files, contents, _turn: turn }))
}

/// Whether it is a picture as this site has written it: some course has a file of this kind with these very bytes.
async fn is_picture_of_ours(file: &Incoming, db: &Db, caller: Arc<Caller>) -> Result<bool, Failure> {
    let Some(name) = FileName::parse(&file.name) else { return Ok(false) };
    let kind = Kind::of(name.ending());
    if kind.shown != Shown::Picture {
        return Ok(false);
    }
    let alike = Kind::endings_of(kind.media);
    public_is_file_of_kind(&mut db.read(caller).await?, &file.digest, &alike).await
}

/// A file as it will be kept. A picture that this site has written is as it is: written anew it would be another each time.
async fn take(file: Incoming, is_known: bool, config: &Config) -> Result<Result<Prepared, String>, Failure> {
    let asked_for = file.name.clone();
    if let Some(name) = FileName::parse(&file.name)
        && is_known
        && config.files.takes(name.ending())
    {
        return Ok(Ok(Prepared { name, content: file, renamed_from: None }));
    }
    match prepare(file, &config.files, &config.data_dir).await? {
        Ok(prepared) if prepared.name.as_str() != asked_for => {
            let words = "would be called";
            Ok(Err(format!("{asked_for} {words} {} here: change it first, and what the texts call it", prepared.name)))
        }
        other => Ok(other),
    }
}

/// Whose course it becomes.
#[derive(Clone, Copy, Debug)]
pub enum Owner<'t> {
    /// Whoever asks, if they may make courses.
    Asker,
    /// The one whom the person says who runs the server.
    Named(&'t SystemTask, UserId),
}

impl Ready {
    /// What else is to be said of it: its texts name files that are not in it. None: they do not.
    pub fn missing(&self) -> Option<String> {
        let there: Vec<String> = self.files.iter().map(|file| file.name.key()).collect();
        let missing: Vec<&str> = self.named.all().filter(|name| !there.contains(name)).map(String::as_str).collect();
        let first = missing.iter().take(REASONS).copied().collect::<Vec<_>>().join(", ");
        match missing.len() {
            0 => None,
            few if few <= REASONS => Some(format!("Its texts name what is not among its files: {first}.")),
            many => Some(format!("Its texts name what is not among its files: {first}, and {} more.", many - REASONS)),
        }
    }

    /// Keeps the files and makes the course, a draft. Answers its slug.
    pub async fn bring_in(
        mut self,
        config: &Config,
        db: &Db,
        contents: &Contents,
        caller: Arc<Caller>,
        owner: Owner<'_>,
    ) -> Result<String, Failure> {
        let mut write = db.begin_write(caller.clone()).await?;
        let announced: Vec<_> = self.files.iter().map(|file| (file.digest.as_str(), file.size)).collect();
        match owner {
            Owner::Asker => CourseMaker::claim(&mut write).await?.announce(&announced, &config.files).await?,
            Owner::Named(task, _) => announce_for_system(task, &mut write, &announced, &config.files).await?,
        }
        write.commit().await?;
        self.keep(contents).await?;
        let Self { folder, named, files, .. } = &self;
        let new = NewFolder { folder, named, files, from: "from a folder", was: &folder.slug };
        let mut write = db.begin_write(caller).await?;
        let slug = match owner {
            Owner::Asker => CourseMaker::claim(&mut write).await?.add_folder(new).await?,
            Owner::Named(task, user) => add_for_system(task, &mut write, user, new).await?,
        };
        write.commit().await?;
        Ok(slug)
    }

    /// Keeps the contents, which were announced. By itself: whoever closes the window leaves no half of it at a store elsewhere.
    async fn keep(&mut self, contents: &Contents) -> Result<(), Failure> {
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
