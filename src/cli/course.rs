//! `lectern course export` and `lectern course import`: a course as a folder, for who runs the server.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{open_existing, system};
use crate::accounts::model::Email;
use crate::accounts::policy::SystemTask;
use crate::config::Config;
use crate::db::Db;
use crate::error::AppError;
use crate::failure::{Broken, Failure};
use crate::files::contents::Contents;
use crate::folders::importing::{Owner, in_words, look_at};
use crate::folders::packing::Pack;
use crate::folders::store::take_out_for_system;
use crate::folders::turns::{self, Way};
use crate::folders::writing::texts;

/// Writes a course to a zip that is not there yet.
pub async fn export(config: Config, task: SystemTask, slug: &str, file: &Path) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    // What is there is somebody's.
    let mut out = std::fs::File::create_new(file)
        .map_err(|error| broken(format!("{} cannot be made: {error}", file.display())))?;
    let written = write_out(&config, &task, &db, slug, &mut out).await;
    let (lessons, announcements, files) = written.inspect_err(|_| drop(std::fs::remove_file(file)))?;
    println!("{} written. Lessons: {lessons}. Announcements: {announcements}. Files: {files}.", file.display());
    db.close().await;
    Ok(())
}

async fn write_out(
    config: &Config,
    task: &SystemTask,
    db: &Db,
    slug: &str,
    out: &mut std::fs::File,
) -> Result<(usize, usize, usize), Failure> {
    let mut write = db.begin_write(system()).await?;
    let found = take_out_for_system(task, &mut write, slug).await;
    let (folder, files) = found.map_err(|failure| match failure {
        Failure::Refused(AppError::NotFound) => broken(format!("there is no course {slug}")),
        other => other,
    })?;
    write.commit().await?;
    let sizes = (folder.all_lessons().count(), folder.announcements.len(), files.len());
    let pack = Pack { top: folder.slug.clone(), texts: texts(&folder)?, files };
    let contents = Contents::open(&config.files_place)?;
    let mut packed = pack.pack(&contents, &config.data_dir, turns::begin(Way::Out).await?).await?;
    std::io::copy(&mut packed.file, out).and_then(|_| out.flush()).broken("write the zip")?;
    Ok(sizes)
}

/// Makes a draft of a zip, which somebody owns from then on.
pub async fn import(config: Config, task: SystemTask, file: PathBuf, owner: &str) -> Result<(), Failure> {
    let db = open_existing(&config).await?;
    let email = Email::parse(owner)?;
    let mut write = db.begin_write(system()).await?;
    let found = task.admin(&mut write).find_by_email(&email).await?;
    drop(write);
    let owner = found.ok_or_else(|| broken(format!("there is no account {owner}")))?;
    let zip =
        std::fs::File::open(&file).map_err(|error| broken(format!("{} cannot be opened: {error}", file.display())))?;
    let ready = match look_at(zip, &config, &db, system()).await? {
        Ok(ready) => ready,
        Err(reasons) => return Err(broken(format!("{}: {}", file.display(), in_words(&reasons)))),
    };
    if let Some(words) = ready.missing() {
        println!("{words}");
    }
    let contents = Contents::open(&config.files_place)?;
    let slug = ready.bring_in(&config, &db, &contents, system(), Owner::Named(&task, owner)).await?;
    println!("The course is at {}/courses/{slug}, as a draft.", config.public_url.origin);
    db.close().await;
    Ok(())
}

fn broken(words: String) -> Failure {
    Failure::Broken(anyhow::anyhow!(words))
}
