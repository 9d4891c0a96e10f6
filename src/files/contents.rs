//! Where the bytes of files are kept: in a folder of this machine, or in any store that speaks S3. Each under its SHA-256.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::asking::Asking;
use crate::clock::{DAY, Millis};
use crate::config::FilesPlace;
use crate::failure::{Broken, Failure};

/// What is sent in one request at most; more goes in parts of as much (S3 takes 5 GB in one, and no part below 5 MB).
const ONE_PART: usize = 16 * 1024 * 1024;

/// How long a store elsewhere is asked again before somebody is told to come back.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// What a write that a crash cut off leaves in a folder is older than that.
const HALF_FOR: Millis = DAY;

/// The contents of files. A clone is the same store.
#[derive(Clone, Debug)]
pub struct Contents {
    store: Arc<dyn ObjectStore>,
    place: FilesPlace,
}

impl Contents {
    /// Opens the store; a folder is made, for this account alone.
    pub fn open(place: &FilesPlace) -> Result<Self, Failure> {
        let store: Arc<dyn ObjectStore> = match place {
            FilesPlace::Folder(folder) => {
                make_folder(folder).broken("make the folder for files")?;
                let store = LocalFileSystem::new_with_prefix(folder).broken("open the folder for files")?;
                // What a person is told is kept outlives a loss of power.
                Arc::new(store.with_fsync(true))
            }
            FilesPlace::S3(bucket) => {
                let mut builder = AmazonS3Builder::new()
                    .with_http_connector(Asking)
                    .with_bucket_name(&bucket.name)
                    .with_region(&bucket.region)
                    .with_access_key_id(&bucket.key_id)
                    .with_secret_access_key(&bucket.secret)
                    .with_retry(RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() });
                if let Some(endpoint) = &bucket.endpoint {
                    builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
                }
                Arc::new(PrefixStore::new(builder.build().broken("open the store for files")?, bucket.prefix.as_str()))
            }
        };
        Ok(Self { store, place: place.clone() })
    }

    /// Where they are, for who runs the server.
    pub fn place(&self) -> &FilesPlace {
        &self.place
    }

    /// Keeps what is in `file`, from its beginning, under its digest. Doing so twice changes nothing.
    pub async fn put(&self, digest: &str, file: &mut File) -> Result<(), Failure> {
        file.rewind().await.broken("read an upload")?;
        let mut writer = BufWriter::with_capacity(self.store.clone(), key(digest), ONE_PART);
        let copied = tokio::io::copy(file, &mut writer).await;
        if let Err(error) = copied {
            let _ = writer.abort().await;
            return Err(error).broken("keep a file");
        }
        writer.shutdown().await.broken("keep a file")
    }

    /// The bytes of a content, or those of a range of them; piece by piece.
    pub async fn get(
        &self,
        digest: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, Failure> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store.get_opts(&key(digest), options).await.broken("open a file")?;
        Ok(found.into_stream().boxed())
    }

    /// Whether it is there, with so many bytes.
    pub async fn has(&self, digest: &str, size: u64) -> Result<bool, Failure> {
        match self.store.head(&key(digest)).await {
            Ok(found) => Ok(found.size == size),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error).broken("look for a file"),
        }
    }

    /// Deletes a content; fine when it is not there.
    pub async fn delete(&self, digest: &str) -> Result<(), Failure> {
        match self.store.delete(&key(digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error).broken("delete a file"),
        }
    }

    /// Deletes what writes that never ended have left in a folder. A store elsewhere has a rule for its own.
    pub async fn clear_halves(&self, now: Millis) -> Result<(), Failure> {
        let FilesPlace::Folder(folder) = &self.place else { return Ok(()) };
        let folder = folder.clone();
        tokio::task::spawn_blocking(move || clear_halves(&folder, now)).await.broken("look through the files")?
    }
}

/// Two letters make a folder: some systems are slow with many files in one.
fn key(digest: &str) -> Key {
    Key::from(format!("{}/{digest}", digest.get(..2).unwrap_or_default()))
}

/// The library writes beside the place, as `{name}#{number}`, and renames once all is there.
fn clear_halves(folder: &Path, now: Millis) -> Result<(), Failure> {
    let long_ago = Duration::from_millis((now - HALF_FOR).unsigned_abs());
    for shelf in std::fs::read_dir(folder).broken("look through the files")?.flatten() {
        let Ok(files) = std::fs::read_dir(shelf.path()) else { continue };
        for file in files.flatten() {
            if !file.file_name().to_string_lossy().contains('#') {
                continue;
            }
            let is_old = file
                .metadata()
                .and_then(|data| data.modified())
                .is_ok_and(|at| at.duration_since(UNIX_EPOCH).is_ok_and(|at| at < long_ago));
            if is_old {
                std::fs::remove_file(file.path()).broken("delete half a file")?;
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}
