//! From what arrived to files of a course: looked at, tried, kept, and only then named.

use super::incoming::{IN_A_FORM, Uploads};
use super::preparing::{Prepared, prepare};
use super::store::Added;
use crate::courses::policy::CourseWriter;
use crate::db::Write;
use crate::failure::{Broken, Failure};
use crate::http::Site;
use crate::http::request;
use crate::id::CourseId;

/// What became of the files of a form, in sentences.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Each with its full stop.
    pub kept: Vec<String>,
    /// Each begins with the file's name, without a full stop.
    pub refused: Vec<String>,
}

/// Bytes of what is said of those that are kept, and of those that are not: what a cookie holds, and a person reads.
const LONGEST: [usize; 2] = [500, 1_000];

impl Outcome {
    /// All of it, or how many they are where that would be too long.
    pub fn words(&self) -> String {
        let kept = match self.kept.join(" ") {
            all if all.len() <= LONGEST[0] => all,
            _ => format!("{} files are kept.", self.kept.len()),
        };
        let mut refused = self.refused.join("; ");
        if refused.len() > LONGEST[1] {
            let first: Vec<&str> = self.refused.iter().take(2).map(String::as_str).collect();
            refused = format!("{}; and {} more", first.join("; "), self.refused.len() - first.len());
        }
        match (kept.is_empty(), refused.is_empty()) {
            (_, true) => kept,
            (true, false) => format!("Not kept: {refused}"),
            (false, false) => format!("{kept} Not kept: {refused}."),
        }
    }
}

/// Keeps what can be kept, in a course that the asker may write in. A file takes the place of another of its name where it `replaces`.
pub async fn keep(course: CourseId, uploads: Uploads, replaces: bool) -> Result<Outcome, Failure> {
    let site = request::site()?;
    let mut outcome = Outcome::default();
    let mut ready: Vec<Prepared> = Vec::new();
    // Held to the end: one of the shares of those that can be under way.
    let (files, were_more, _share) = uploads.into_parts();
    for file in files {
        match prepare(file, &site.config.files, &site.config.data_dir).await? {
            Ok(prepared) => ready.push(prepared),
            Err(why) => outcome.refused.push(why),
        }
    }
    if were_more {
        outcome.refused.push(format!("what came after the first {IN_A_FORM} files: choose those again"));
    }
    // Tried in a transaction that leaves nothing behind: what the course has no room for is not kept for a day.
    let mut trial = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut trial, course).await?;
    announce(&mut writer, &site, &ready).await?;
    ready = add(&mut writer, &site, ready, replaces, &mut outcome.refused).await?.0;
    drop(trial);
    if ready.is_empty() {
        return Ok(outcome);
    }
    let mut write = request::begin_write().await?;
    announce(&mut CourseWriter::claim(&mut write, course).await?, &site, &ready).await?;
    write.commit().await?;
    // By itself: whoever closes the window now leaves no half of it at a store elsewhere.
    let contents = site.contents.clone();
    let putting = tokio::spawn(async move {
        for file in &mut ready {
            contents.put(&file.content.digest, &mut file.content.file).await?;
        }
        Ok::<_, Failure>(ready)
    });
    let ready = putting.await.broken("keep files")??;
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    (_, outcome.kept) = add(&mut writer, &site, ready, replaces, &mut outcome.refused).await?;
    write.commit().await?;
    Ok(outcome)
}

/// Says which contents are about to be kept.
async fn announce(writer: &mut CourseWriter<'_, Write>, site: &Site, files: &[Prepared]) -> Result<(), Failure> {
    let contents: Vec<_> = files.iter().map(|file| (file.content.digest.as_str(), file.content.size)).collect();
    writer.announce(&contents, &site.config.files).await
}

/// Adds files whose contents were announced. Answers those that are added, and what is to be said of them.
async fn add(
    writer: &mut CourseWriter<'_, Write>,
    site: &Site,
    files: Vec<Prepared>,
    replaces: bool,
    refused: &mut Vec<String>,
) -> Result<(Vec<Prepared>, Vec<String>), Failure> {
    let limits = &site.config.files;
    let (mut added, mut said) = (Vec::new(), Vec::new());
    for file in files {
        let Prepared { name, content, renamed_from } = &file;
        match writer.add_file(name, &content.digest, limits, replaces).await? {
            Added::New => said.push(match renamed_from {
                Some(was) => format!("{was} is added as {name}."),
                None => format!("{name} is added."),
            }),
            Added::Replaced => said.push(format!("{name} is in the place of the one before.")),
            Added::Same => said.push(format!("{name} is there already.")),
            Added::Taken => {
                refused.push(format!(
                    "{name} is the name of another file here: tick that it takes its place, or give it another name"
                ));
                continue;
            }
            Added::Full => {
                refused.push(format!("{name} is more than this course may hold: delete others first"));
                continue;
            }
        }
        added.push(file);
    }
    Ok((added, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_files_is_said_in_a_few_sentences() {
        let said = |kept: usize, refused: usize| {
            let of = |count: usize, words: &str| (0..count).map(|number| format!("{number} {words}")).collect();
            Outcome { kept: of(kept, "is added."), refused: of(refused, &"is large".repeat(30)) }.words()
        };
        assert_eq!(said(2, 0), "0 is added. 1 is added.");
        assert!(said(1, 1).starts_with("0 is added. Not kept: 0 is large") && said(1, 1).ends_with("is large."));
        assert!(said(100, 0) == "100 files are kept." && said(100, 10).len() < 1_200);
        assert!(said(0, 10).starts_with("Not kept: 0 is") && said(0, 10).ends_with("; and 8 more"));
    }
}
