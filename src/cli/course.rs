//! `lectern course export` and `lectern course import`: a course as a folder, for who runs the server.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{open_existing, system};
use crate::accounts::model::Email;
use crate::accounts::policy::SystemTask;
use crate::config::Config;
use crate::error::AppError;
use crate::failure::{Broken, Failure};
use crate::files::contents::Contents;
use crate::folders::importing::{in_words, look_at};
use crate::folders::packing::Pack;
use crate::folders::store::{NewFolder, add_for_system, announce_for_system, read_for_system};
use crate::folders::writing::texts;

/// Writes a course to a zip that is not there yet.
pub async fn export(config: Config, task: SystemTask, slug: &str, file: &Path) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    let mut read = db.read(system()).await?;
    let found = read_for_system(&task, &mut read, slug).await;
    drop(read);
    let (folder, files) = found.map_err(|failure| match failure {
        Failure::Refused(AppError::NotFound) => broken(format!("there is no course {slug}")),
        other => other,
    })?;
    let sizes = (folder.all_lessons().count(), folder.announcements.len(), files.len());
    let pack = Pack { top: folder.slug.clone(), texts: texts(&folder)?, files };
    let mut packed = pack.pack(&Contents::open(&config.files_place)?, &config.data_dir).await?;
    // What is there is somebody's.
    let mut out = std::fs::File::create_new(file).broken("make the zip")?;
    let written = std::io::copy(&mut packed.file, &mut out).and_then(|_| out.flush());
    written.broken("write the zip").inspect_err(|_| drop(std::fs::remove_file(file)))?;
    println!("{} written: {} lessons, {} announcements, {} files.", file.display(), sizes.0, sizes.1, sizes.2);
    db.close().await;
    Ok(())
}

/// Makes a draft of a zip, which somebody owns from then on.
pub async fn import(config: Config, task: SystemTask, file: PathBuf, owner: &str) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    let email = Email::parse(owner)?;
    let mut write = db.begin_write(system()).await?;
    let found = task.admin(&mut write).find_by_email(&email).await?;
    drop(write);
    let owner = found.ok_or_else(|| broken(format!("there is no account {owner}")))?;
    let zip = std::fs::File::open(&file).broken("open the zip")?;
    let mut ready = match look_at(zip, &config, &db, system()).await? {
        Ok(ready) => ready,
        Err(reasons) => return Err(broken(format!("{}: {}", file.display(), in_words(&reasons)))),
    };
    let mut write = db.begin_write(system()).await?;
    for file in &ready.files {
        announce_for_system(&task, &mut write, &file.digest, file.size, &config.files).await?;
    }
    write.commit().await?;
    ready.keep(&Contents::open(&config.files_place)?).await?;
    let mut write = db.begin_write(system()).await?;
    let new = NewFolder { folder: &ready.folder, named: &ready.named, files: &ready.files, from: "from a folder" };
    let slug = add_for_system(&task, &mut write, owner, new).await?;
    write.commit().await?;
    println!("The course is at {}/courses/{slug}, as a draft.", config.public_url.origin);
    db.close().await;
    Ok(())
}

fn broken(words: String) -> Failure {
    Failure::Broken(anyhow::anyhow!(words))
}
