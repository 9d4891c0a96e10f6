//! SQLite: one file, write-ahead logged. One connection writes and checkpoints; any number only read.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::{PATIENCE, Pools, migrate};
use crate::clock::Millis;
use crate::failure::{Broken, Failure};

/// Reading connections. A read is well under a millisecond, so a few serve many people; each costs about 2 MB.
const READERS: u32 = 8;

pub(super) async fn open(path: &Path, backups: &Path, now: Millis) -> Result<Pools, Failure> {
    let write = connect_to_write(path).await?;
    migrate::bring_up_to_date_in_file(&write, path, backups, now).await?;
    Ok(Pools::Sqlite { read: connect_to_read(path).await?, write })
}

/// The same for a file whose tables are somebody else's affair.
pub(super) async fn connect(path: &Path) -> Result<Pools, Failure> {
    let write = connect_to_write(path).await?;
    Ok(Pools::Sqlite { read: connect_to_read(path).await?, write })
}

/// A new file with its tables, for a move to fill.
pub(super) async fn open_to_fill(path: &Path) -> Result<SqlitePool, Failure> {
    let write = connect_to_write(path).await?;
    let beside = path.parent().unwrap_or(Path::new("."));
    migrate::bring_up_to_date_in_file(&write, path, beside, 0).await?;
    Ok(write)
}

async fn connect_to_write(path: &Path) -> Result<SqlitePool, Failure> {
    make_folder_of(path)?;
    keep_to_ourselves(path).broken("make the database's file")?;
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options(path).create_if_missing(true))
        .await
        .broken("open the database for writing")
}

async fn connect_to_read(path: &Path) -> Result<SqlitePool, Failure> {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .connect_with(options(path).read_only(true).pragma("wal_autocheckpoint", "0"))
        .await
        .broken("open the database for reading")
}

pub(super) async fn open_to_read(path: &Path) -> Result<SqlitePool, Failure> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(PATIENCE))
        .await
        .broken("open the database for reading")
}

/// How long a start waits for a server on the same file that is just stopping.
const STOPPING: Duration = Duration::from_secs(3);

/// Makes this process the only one that serves the file at `path`, as long as what is answered lives. The lock is the
/// operating system's, on a file beside it, and ends with the process however that ends. SQLite 3.46 can damage its log
/// when two processes write at the same instant (see docs/OPERATING.md).
pub async fn serve_alone(path: &Path) -> Result<std::fs::File, Failure> {
    make_folder_of(path)?;
    let lock = path.with_extension("db-serving");
    keep_to_ourselves(&lock).broken("make the file that says who serves the database")?;
    let file = std::fs::File::open(&lock).broken("open the file that says who serves the database")?;
    let step = Duration::from_millis(100);
    for _ in 0..STOPPING.as_millis() / step.as_millis() {
        if file.try_lock().is_ok() {
            return Ok(file);
        }
        tokio::time::sleep(step).await;
    }
    Err(Failure::Broken(anyhow::anyhow!("another lectern serves {} already: stop it first", path.display())))
}

fn make_folder_of(path: &Path) -> Result<(), Failure> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::create_dir_all(folder).broken("make the database's folder"),
        None => Ok(()),
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // In WAL mode a commit survives the end of the process; NORMAL risks the last moments only when power fails.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .pragma("temp_store", "memory")
}

/// Makes the file where there is none, readable by nobody else. What SQLite puts beside it follows its mode.
pub(super) fn keep_to_ourselves(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
