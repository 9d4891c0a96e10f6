//! Texts and files in a zip, in a file without a name that is gone when it is dropped. The same folder makes the same bytes.

use std::fs;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use tokio::runtime::Handle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::folder::FolderFile;
use super::turns::UnderWay;
use crate::failure::{Broken, Failure};
use crate::files::contents::Contents;
use crate::files::kind::Kind;

/// A zip that is ready to be sent.
#[derive(Debug)]
pub struct Packed {
    /// At its beginning.
    pub file: fs::File,
    /// In bytes.
    pub size: u64,
}

/// What goes into a zip.
pub struct Pack {
    /// Everything lies in a folder of this name.
    pub top: String,
    /// Paths and texts, in their order.
    pub texts: Vec<(String, String)>,
    /// They lie in `files/`, after the texts.
    pub files: Vec<FolderFile>,
}

impl Pack {
    /// Packs it, in the turn that was waited for before its texts were read. `folder` is where the zip waits.
    pub async fn pack(self, contents: &Contents, folder: &Path, turn: UnderWay) -> Result<Packed, Failure> {
        let (contents, folder, runtime) = (contents.clone(), folder.to_owned(), Handle::current());
        let packing = tokio::task::spawn_blocking(move || {
            // Held here: a request that is given up does not end the work.
            let packed = self.write(&contents, folder, &runtime);
            drop(turn);
            packed
        });
        packing.await.broken("pack a course")?
    }

    fn write(self, contents: &Contents, folder: PathBuf, runtime: &Handle) -> Result<Packed, Failure> {
        fs::create_dir_all(&folder).broken("make room for a zip")?;
        let mut zip = ZipWriter::new(tempfile::tempfile_in(folder).broken("make room for a zip")?);
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644);
        for (path, text) in &self.texts {
            zip.start_file(format!("{}/{path}", self.top), options).broken("begin a file in a zip")?;
            zip.write_all(text.as_bytes()).broken("write a zip")?;
        }
        for file in &self.files {
            let is_text = Kind::of(file.name.ending()).media.starts_with("text/");
            // Pictures, films and the like are as small as they get.
            let method = if is_text { CompressionMethod::Deflated } else { CompressionMethod::Stored };
            let is_large = file.size > u64::from(u32::MAX);
            let options = options.compression_method(method).large_file(is_large);
            zip.start_file(format!("{}/files/{}", self.top, file.name), options).broken("begin a file in a zip")?;
            let mut pieces = runtime.block_on(contents.get(&file.digest, None))?;
            while let Some(piece) = runtime.block_on(pieces.next()) {
                zip.write_all(&piece.broken("read a file")?).broken("write a zip")?;
            }
        }
        let mut file = zip.finish().broken("end a zip")?;
        let size = file.stream_position().broken("end a zip")?;
        file.rewind().broken("end a zip")?;
        Ok(Packed { file, size })
    }
}
