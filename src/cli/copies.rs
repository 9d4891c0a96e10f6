//! `lectern backup` and `lectern restore`: the database and the files in one file.

use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::{alone, file_of, rows};
use crate::clock::Clock;
use crate::config::{Config, FilesPlace};
use crate::db::{self, Packed};
use crate::failure::{Broken, Failure};
use crate::files::contents::Contents;
use crate::files::incoming::{Incoming, hexadecimal};

pub(super) async fn back_up(config: Config, file: PathBuf) -> Result<(), Failure> {
    db::back_up(file_of(&config, "pg_dump makes its backups")?, &file).await?;
    // Half a backup must not be taken for one.
    let packed = pack(&config, &file).await.inspect_err(|_| drop(std::fs::remove_file(&file)))?;
    let counts = db::verify(&file).await?;
    println!("{} written and opened: {}.", file.display(), rows(&counts));
    match &config.files_place {
        FilesPlace::Folder(_) => println!("{} with it.", files(packed.kept)),
        place => println!("Files are at {place}, and not in it."),
    }
    if packed.missing.is_empty() {
        return Ok(());
    }
    Err(Failure::Broken(anyhow::anyhow!(
        "{} of {} are not there or not whole, and so not in the backup: {}",
        files(packed.missing.len()),
        config.files_place,
        packed.missing.join(", ")
    )))
}

#[derive(Default)]
struct Packing {
    kept: usize,
    /// Course and name of one file each.
    missing: Vec<String>,
}

/// Packs the contents of a folder into the copy, each looked at whole. What is in a store elsewhere stays there.
async fn pack(config: &Config, copy: &Path) -> Result<Packing, Failure> {
    let mut done = Packing::default();
    if !matches!(config.files_place, FilesPlace::Folder(_)) {
        return Ok(done);
    }
    let contents = Contents::open(&config.files_place)?;
    let packed = Packed::open_to_write(copy).await?;
    for (digest, size, name) in packed.list_meant().await? {
        if !contents.has(&digest, size.unsigned_abs()).await? {
            done.missing.push(name);
            continue;
        }
        let mut pieces = contents.get(&digest, None).await?;
        let mut sum = Sha256::new();
        let next = async || {
            let bytes = pieces.next().await.transpose().broken("read a file")?.map(|bytes| bytes.to_vec());
            sum.update(bytes.as_deref().unwrap_or_default());
            Ok(bytes)
        };
        packed.put(&digest, next).await?;
        if hexadecimal(&sum.finalize()) == digest {
            done.kept += 1;
        } else {
            // Whoever restores it must not be told that it is one.
            packed.forget(&digest).await?;
            done.missing.push(name);
        }
    }
    packed.close().await;
    Ok(done)
}

pub(super) async fn restore(config: Config, file: PathBuf) -> Result<(), Failure> {
    let database = file_of(&config, "pg_restore puts its backups in place")?;
    let _alone = alone(&config.database).await?;
    // First, so that no file is named that is not there.
    let unpacked = unpack(&config, &file).await?;
    let (kept, counts) = db::restore(&file, database, Clock::system().now()).await?;
    println!("{} is in place: {}.", database.display(), rows(&counts));
    let damaged = unpacked.as_ref().map_or(0, |unpacked| unpacked.damaged);
    if let Some(unpacked) = unpacked {
        println!("{} with it, at {}.", files(unpacked.kept), config.files_place);
    }
    println!("Everybody signs in anew, and one-time links that were waiting are void.");
    if let Some(kept) = kept {
        println!("What was there before is kept as {}.", kept.display());
    }
    if damaged > 0 {
        let why = format!("{} in the backup: not what it was, and left out", files(damaged));
        return Err(Failure::Broken(anyhow::anyhow!(why)));
    }
    Ok(())
}

struct Unpacked {
    kept: usize,
    damaged: usize,
}

/// Puts what is packed into a copy where files are kept; none where nothing is. What is not what its digest says is left out.
async fn unpack(config: &Config, copy: &Path) -> Result<Option<Unpacked>, Failure> {
    let Some(packed) = Packed::open_to_read(copy).await? else { return Ok(None) };
    let contents = Contents::open(&config.files_place)?;
    let mut done = Unpacked { kept: 0, damaged: 0 };
    for digest in packed.list().await? {
        let mut file = Incoming::empty(&config.data_dir, &digest).await?;
        let mut number = 0;
        while let Some(bytes) = packed.piece(&digest, number).await? {
            file.write(&bytes).await?;
            number += 1;
        }
        file.end().await?;
        if file.digest == digest {
            contents.put(&digest, &mut file.file).await?;
            done.kept += 1;
        } else {
            done.damaged += 1;
        }
    }
    packed.close().await;
    Ok(Some(done))
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}
