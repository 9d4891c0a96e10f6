//! Reading what is uploaded: piece by piece into a file that has no name, so that an upload which ends early, or a server that is killed,
//! leaves nothing behind.
//!
//! The form's other fields come first, as browsers send them in the order of the page. With them it is asked whether the sender may add
//! files at all: of somebody who may not, nothing is kept, and the function refuses. Only who may takes one of the shares that there are.

use std::future::Future;
use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use leptos::server_fn::ServerFn;
use multer::{Field, Multipart};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::api::AddFiles;
use super::pieces::{Pieces, Progress};
use crate::accounts::policy::CourseMaker;
use crate::courses::policy::CourseWriter;
use crate::error::AppError;
use crate::failure::{Broken, Failure, busy};
use crate::folders::api::ImportCourse;
use crate::folders::unpacking::most_of_folder;
use crate::http::Site;
use crate::http::form_body::{FIELDS_MAX, SHORT_MAX, Unread};
use crate::http::form_token::{Origin, origin_of};
use crate::http::request::Ctx;
use crate::id::CourseId;
use crate::network::{NoneLeft, Share};

/// So many files in one form.
pub const IN_A_FORM: usize = 10;

/// So many forms with files are under way at once, from their first file to the last that is kept.
pub const AT_ONCE: usize = 16;
/// So many of them from one place on the network: rooms full of people share an address.
pub const FROM_ONE_PLACE: usize = 6;

/// What is kept in memory of how a file begins, to see what it is.
const HEAD: usize = 8 * 1024;

/// Bytes that are read at once where a thread may be held up.
const PIECE: usize = 64 * 1024;

/// However steadily it comes: 50 MB over a line of half a megabit in a second take a quarter of an hour.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Bytes that are read of who may not add files, and thrown away: a browser that is cut off shows nobody why.
const READ_IN_VAIN: u64 = 16 * 1024 * 1024;

/// What arrived with a form.
#[derive(Debug, Default)]
pub struct Uploads {
    /// In the order in which they were chosen: at most [`IN_A_FORM`].
    pub files: Vec<Incoming>,
    /// There were more.
    pub were_more: bool,
    /// Held until all of them are kept or refused.
    share: Option<Share>,
}

impl Uploads {
    /// The files, whether there were more, and what says that they are under way for as long as it lives.
    pub fn into_parts(self) -> (Vec<Incoming>, bool, Option<Share>) {
        (self.files, self.were_more, self.share)
    }
}

/// A file that has arrived, and has no name on the disk: gone when this is dropped.
#[derive(Debug)]
pub struct Incoming {
    /// As the device calls it; anything may stand here.
    pub name: String,
    /// Its bytes.
    pub file: File,
    /// Bytes of it that were kept. More than the setting allows: there were more.
    pub size: u64,
    /// SHA-256, in hexadecimal.
    pub digest: String,
    /// How it begins: at most 8 kB.
    pub head: Vec<u8>,
    sum: Sha256,
}

impl Incoming {
    /// An empty one. `folder` is where its bytes wait.
    pub async fn empty(folder: &Path, name: &str) -> Result<Self, Failure> {
        let folder = folder.to_owned();
        let made = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder)?;
            tempfile::tempfile_in(&folder)
        });
        let file = File::from_std(made.await.broken("make room for an upload")?.broken("make room for an upload")?);
        let (digest, head, sum) = (String::new(), Vec::new(), Sha256::new());
        Ok(Self { name: name.to_owned(), file, size: 0, digest, head, sum })
    }

    /// Adds to it.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.size += bytes.len() as u64;
        self.sum.update(bytes);
        let head = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..head]);
        self.file.write_all(bytes).await.broken("write an upload")
    }

    /// There is no more of it.
    pub async fn end(&mut self) -> Result<(), Failure> {
        self.digest = hexadecimal(&self.sum.finalize_reset());
        self.file.flush().await.broken("write an upload")
    }

    /// One with what a reader gives: of more than `most` bytes one more. Holds up its thread.
    pub fn of_reader(folder: &Path, name: &str, reader: &mut impl Read, most: u64) -> std::io::Result<Self> {
        let mut file = tempfile::tempfile_in(folder)?;
        let (mut sum, mut head, mut size) = (Sha256::new(), Vec::new(), 0u64);
        let mut piece = vec![0; PIECE];
        while size <= most {
            let read = match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let bytes = piece.get(..read).unwrap_or_default();
            size += bytes.len() as u64;
            sum.update(bytes);
            head.extend_from_slice(bytes.get(..HEAD.saturating_sub(head.len()).min(read)).unwrap_or_default());
            file.write_all(bytes)?;
        }
        let digest = hexadecimal(&sum.finalize_reset());
        Ok(Self { name: name.to_owned(), file: File::from_std(file), size, digest, head, sum })
    }

    /// One with these bytes.
    pub async fn of_bytes(folder: &Path, name: &str, bytes: &[u8]) -> Result<Self, Failure> {
        let mut incoming = Self::empty(folder, name).await?;
        incoming.write(bytes).await?;
        incoming.end().await?;
        Ok(incoming)
    }
}

/// Whether files of any kind come with a form that goes to this function.
pub fn takes_files(path: &str) -> bool {
    [AddFiles::PATH, ImportCourse::PATH].contains(&path)
}

/// Bytes of a file, and files, that come with such a form at most.
fn bounds(site: &Site, path: &str) -> (u64, usize) {
    let limits = &site.config.files;
    if path == ImportCourse::PATH { (most_of_folder(limits), 1) } else { (limits.most_bytes, IN_A_FORM) }
}

/// A digest as contents are named.
pub fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The form without its files, which wait in `ctx` for the function it goes to. Refused: too large, too slow, too many at once, cut off.
pub async fn read(
    site: &Arc<Site>,
    ctx: &Arc<Ctx>,
    path: &str,
    headers: &HeaderMap,
    body: Body,
    boundary: &str,
) -> Result<Bytes, Unread> {
    let (most, in_a_form) = bounds(site, path);
    let most_in_all = most.saturating_mul(in_a_form as u64).saturating_add(SHORT_MAX as u64);
    if body.size_hint().lower() > most_in_all {
        return Err(too_large(most_in_all));
    }
    let (pieces, progress) = Pieces::of(body, most_in_all);
    let (fields, uploads) = (Vec::new(), Uploads::default());
    let mut reading = Reading { site, ctx, path, headers, most, in_a_form, progress, fields, uploads };
    let mut parts = Multipart::new(pieces, boundary);
    let Some(first) = reading.fields(&mut parts).await? else { return Ok(written(&reading.fields)) };
    if reading.may_add().await? {
        reading.uploads.share = Some(match site.uploads.take(ctx.caller.address) {
            Ok(share) => share,
            Err(NoneLeft::Here) => return Err(Unread::Refused(AppError::TooMany { retry_after: 30 })),
            Err(NoneLeft::Anywhere) => return Err(Unread::Refused(busy("too many uploads at once"))),
        });
        match tokio::time::timeout(LONGEST, reading.files(first, parts)).await {
            Ok(done) => done?,
            Err(_) => return Err(Unread::TooSlow),
        }
        ctx.put_uploads(std::mem::take(&mut reading.uploads));
    } else {
        reading.progress.allow_no_more_than(READ_IN_VAIN);
        let _ = tokio::time::timeout(site.patience.body, read_in_vain(first, parts, &reading.progress)).await;
    }
    Ok(written(&reading.fields))
}

async fn read_in_vain<'p>(first: Field<'p>, mut parts: Multipart<'p>, progress: &Progress) {
    let mut next = Some(first);
    while let Some(mut part) = next {
        while let Ok(Some(_)) = part.chunk().await {
            progress.note_piece();
        }
        drop(part);
        next = parts.next_field().await.ok().flatten();
        progress.note_piece();
    }
}

struct Reading<'r> {
    site: &'r Arc<Site>,
    ctx: &'r Arc<Ctx>,
    /// Of the function that the form goes to.
    path: &'r str,
    headers: &'r HeaderMap,
    /// Bytes of a file.
    most: u64,
    /// Files.
    in_a_form: usize,
    progress: Progress,
    fields: Vec<(String, String)>,
    uploads: Uploads,
}

impl Reading<'_> {
    /// Reads up to the first file, and answers it.
    async fn fields<'p>(&mut self, parts: &mut Multipart<'p>) -> Result<Option<Field<'p>>, Unread> {
        while let Some(part) = self.next(parts).await? {
            let name = part.name().ok_or_else(malformed)?.to_owned();
            if part.file_name().is_some() {
                return Ok(Some(part));
            }
            if self.fields.len() >= FIELDS_MAX {
                return Err(malformed());
            }
            let value = self.text(part).await?;
            self.fields.push((name, value));
        }
        Ok(None)
    }

    /// Reads all files. A field after them is nobody's browser's.
    async fn files<'p>(&mut self, first: Field<'p>, mut parts: Multipart<'p>) -> Result<(), Unread> {
        let mut next = Some(first);
        while let Some(part) = next {
            if part.file_name().is_none() {
                return Err(malformed());
            }
            self.take_file(part).await?;
            next = self.next(&mut parts).await?;
        }
        Ok(())
    }

    /// Whether the sender may add files to the course, and sends them from a page of ours. The function that the form goes to, and the layer
    /// before it, ask again and say no in their own words.
    async fn may_add(&self) -> Result<bool, Unread> {
        if origin_of(self.ctx, self.path, self.headers, &written(&self.fields)) == Origin::Unknown {
            return Ok(false);
        }
        let course: Option<CourseId> =
            self.fields.iter().find(|(name, _)| name == "course").and_then(|(_, id)| id.parse().ok());
        let asked = async {
            let mut read = self.site.db.read(self.ctx.caller.clone()).await?;
            if self.path == ImportCourse::PATH {
                return CourseMaker::claim(&mut read).await.map(drop);
            }
            CourseWriter::claim(&mut read, course.ok_or(AppError::NotFound)?).await.map(drop)
        };
        match asked.await {
            Ok(()) => Ok(true),
            Err(Failure::Refused(_)) => Ok(false),
            Err(broken) => Err(unread(broken)),
        }
    }

    async fn take_file(&mut self, mut part: Field<'_>) -> Result<(), Unread> {
        let name = part.file_name().unwrap_or_default().to_owned();
        let is_one_too_many = self.uploads.files.len() >= self.in_a_form;
        let mut incoming = None;
        while let Some(bytes) = self.in_time(part.chunk()).await? {
            if is_one_too_many || bytes.is_empty() {
                continue;
            }
            let incoming = match &mut incoming {
                Some(incoming) => incoming,
                None => incoming.insert(self.begin(&name).await?),
            };
            // Of what is too large nothing more is kept.
            if incoming.size <= self.most {
                incoming.write(&bytes).await.map_err(unread)?;
            }
        }
        self.uploads.were_more |= is_one_too_many;
        // A field in which no file was chosen is sent as one without a name and without bytes.
        if incoming.is_none() && !name.is_empty() && !is_one_too_many {
            incoming = Some(self.begin(&name).await?);
        }
        if let Some(mut incoming) = incoming {
            incoming.end().await.map_err(unread)?;
            self.uploads.files.push(incoming);
        }
        Ok(())
    }

    async fn begin(&self, name: &str) -> Result<Incoming, Unread> {
        Incoming::empty(&self.site.config.data_dir, name).await.map_err(unread)
    }

    async fn text(&mut self, mut part: Field<'_>) -> Result<String, Unread> {
        let mut value = Vec::new();
        while let Some(bytes) = self.in_time(part.chunk()).await? {
            value.extend_from_slice(&bytes);
            if value.len() > SHORT_MAX {
                return Err(too_large(SHORT_MAX as u64));
            }
        }
        String::from_utf8(value).map_err(|_| malformed())
    }

    async fn next<'p>(&self, parts: &mut Multipart<'p>) -> Result<Option<Field<'p>>, Unread> {
        self.in_time(parts.next_field()).await
    }

    /// The next piece: for none of them a slow line is waited for longer than for a whole form.
    async fn in_time<T>(&self, next: impl Future<Output = Result<T, multer::Error>>) -> Result<T, Unread> {
        let next = tokio::time::timeout(self.site.patience.body, next).await;
        self.progress.note_piece();
        match next {
            Ok(Ok(next)) => Ok(next),
            Ok(Err(_)) if self.progress.was_too_much() => Err(too_large(self.progress.most())),
            Ok(Err(_)) => Err(malformed()),
            Err(_) => Err(Unread::TooSlow),
        }
    }
}

fn malformed() -> Unread {
    Unread::Refused(AppError::Malformed)
}

fn too_large(most: u64) -> Unread {
    Unread::Refused(AppError::TooLarge { most: usize::try_from(most).unwrap_or(usize::MAX) })
}

fn unread(failure: Failure) -> Unread {
    Unread::Refused(failure.into())
}

fn written(fields: &[(String, String)]) -> Bytes {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    Bytes::from(form.finish())
}
