//! From what arrived to what is kept: a name, a kind that the bytes agree with, and pictures written anew.

use std::path::Path;

use super::incoming::Incoming;
use super::kind::{Kind, Shown};
use super::name::FileName;
use super::pictures;
use crate::config::FileLimits;
use crate::error::size_in_words;
use crate::failure::Failure;

/// A file that can be kept.
#[derive(Debug)]
pub struct Prepared {
    /// In its course.
    pub name: FileName,
    /// Its bytes, with their size and digest.
    pub content: Incoming,
    /// What its device called it, where it could not stay so.
    pub renamed_from: Option<String>,
}

/// Looks at a file, or says why it is not kept: a sentence that begins with its name. `folder` is where bytes wait.
pub async fn prepare(
    incoming: Incoming,
    limits: &FileLimits,
    folder: &Path,
) -> Result<Result<Prepared, String>, Failure> {
    let shown = shown_name(&incoming.name);
    let refused = |why: &str| Ok(Err(format!("{shown} {why}")));
    let Some(name) = FileName::parse(&incoming.name) else {
        return refused("needs a name with an ending, like notes.pdf");
    };
    if !limits.takes(name.ending()) {
        return refused(&format!("is of a kind (.{}) that is not taken here", name.ending()));
    }
    let kind = Kind::of(name.ending());
    let is_picture = kind.shown == Shown::Picture;
    let most = if is_picture { limits.most_bytes.min(pictures::MOST_BYTES) } else { limits.most_bytes };
    if incoming.size > most {
        return refused(&format!("is larger than {}", size_in_words(most)));
    }
    if incoming.size == 0 {
        return refused("is empty");
    }
    if !kind.can_begin(&incoming.head) {
        return refused(&format!("is not what its name says: it does not begin as a .{} does", name.ending()));
    }
    let (content, name) = if is_picture {
        match pictures::remake(incoming, name.ending()).await? {
            Ok(remade) => {
                // A jpeg is a jpg: nobody's name changes for that.
                let is_alike = Kind::of(remade.ending).media == kind.media;
                let name = if is_alike { name } else { name.with_ending(remade.ending) };
                (Incoming::of_bytes(folder, name.as_str(), &remade.bytes).await?, name)
            }
            Err(unusable) => return refused(unusable.words()),
        }
    } else {
        (incoming, name)
    };
    if content.size > limits.most_bytes {
        return refused(&format!("is larger than {} once it is written anew", size_in_words(limits.most_bytes)));
    }
    let renamed_from = (name.as_str().to_lowercase() != shown.to_lowercase()).then_some(shown);
    Ok(Ok(Prepared { name, content, renamed_from }))
}

/// What somebody's device calls a file, for a sentence about it: its last part, and not all of a long one.
fn shown_name(raw: &str) -> String {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control()).take(100).collect();
    if shown.trim().is_empty() { "A file without a name".to_owned() } else { shown }
}
