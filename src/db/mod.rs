//! The database: one SQL text, and everything that depends on the engine below it.
//!
//! SQLite in one file, write-ahead logged. **One** connection writes and checkpoints; any number only read. Features
//! write SQL in their `store.rs`, through [`query`], and never learn which engine answers.

mod backup;
mod migrate;
mod query;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqliteConnection, Transaction, pool::PoolConnection};

use crate::clock::{Clock, Millis};
use crate::failure::{Broken, Failure};
use crate::sessions::caller::Caller;

pub use backup::{back_up, restore, verify};
pub use query::{Query, Row, Value, query};

/// How long a request waits for the writing connection, or for a lock another process holds, before it is told 503.
const PATIENCE: Duration = Duration::from_secs(5);
/// Reading connections. A read is well under a millisecond, so a few serve many people; each costs about 2 MB.
const READERS: u32 = 8;

/// The open database.
#[derive(Clone, Debug)]
pub struct Db {
    read: SqlitePool,
    write: SqlitePool,
    clock: Clock,
    path: Arc<Path>,
}

impl Db {
    /// Opens the file at `path`, making it and its folder where there is none, and brings its tables up to date.
    /// `backups` is the folder for the copy made before tables change.
    pub async fn open(path: &Path, backups: &Path, clock: Clock) -> Result<Self, Failure> {
        make_folder_of(path)?;
        keep_to_ourselves(path).broken("make the database's file")?;
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options(path).create_if_missing(true))
            .await
            .broken("open the database for writing")?;
        migrate::bring_up_to_date(&write, path, backups, clock.now()).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .connect_with(options(path).read_only(true).pragma("wal_autocheckpoint", "0"))
            .await
            .broken("open the database for reading")?;
        Ok(Self { read, write, clock, path: path.into() })
    }

    /// A connection to read with, on behalf of `caller`.
    pub async fn read(&self, caller: Arc<Caller>) -> Result<Read, Failure> {
        let connection = self.read.acquire().await.broken("wait for a reading connection")?;
        Ok(Read { connection, caller, now: self.clock.now() })
    }

    /// A transaction to write in, on behalf of `caller`. It takes the write lock at once: a read that decides a write
    /// cannot be overtaken. Dropped without [`Write::commit`], it leaves nothing behind.
    pub async fn begin_write(&self, caller: Arc<Caller>) -> Result<Write, Failure> {
        let transaction = self.write.begin_with("BEGIN IMMEDIATE").await.broken("begin to write")?;
        Ok(Write { transaction, caller, now: self.clock.now() })
    }

    /// What every connection takes its moment from when it begins.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The pools themselves, for the session store, which brings its own SQL.
    pub(crate) fn pools(&self) -> (&SqlitePool, &SqlitePool) {
        (&self.read, &self.write)
    }

    /// Ends every connection; the write-ahead log is folded into the file.
    pub async fn close(&self) {
        // Twice: sqlx 0.8 closes what is idle, then waits for what is in use, and leaves a connection open that comes back
        // during the last wait. A pool of one has only one wait.
        for pool in [&self.read, &self.write, &self.read, &self.write] {
            pool.close().await;
        }
    }
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
    Err(Failure::Broken(anyhow::anyhow!(
        "another lectern serves {} already, and only one may: stop it first, or set LECTERN_DATABASE_URL to another file",
        path.display()
    )))
}

fn make_folder_of(path: &Path) -> Result<(), Failure> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::create_dir_all(folder).broken("make the database's folder"),
        None => Ok(()),
    }
}

/// Opens the file for looking alone: nothing in it changes, whatever version its tables have. Answers how many changes
/// of its tables are missing as well.
pub async fn open_to_read(path: &Path, clock: Clock, caller: Arc<Caller>) -> Result<(Read, usize), Failure> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(PATIENCE))
        .await
        .broken("open the database for reading")?;
    let missing = migrate::missing(&pool).await?.len();
    let connection = pool.acquire().await.broken("open the database for reading")?;
    Ok((Read { connection, caller, now: clock.now() }, missing))
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
fn keep_to_ourselves(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// `sqlite://relative/path` and `sqlite:///absolute/path`.
pub fn path_of(url: &str) -> Option<PathBuf> {
    url.strip_prefix("sqlite://").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Something a query runs on.
pub trait Connection: Send {
    /// What the statement of a [`Query`] is sent through; nothing else needs it.
    fn sqlite(&mut self) -> &mut SqliteConnection;
    /// Who asks.
    fn caller(&self) -> &Caller;
    /// The moment this request's work counts as happening.
    fn now(&self) -> Millis;
}

/// A connection that only reads, and who asks.
pub struct Read {
    connection: PoolConnection<Sqlite>,
    caller: Arc<Caller>,
    now: Millis,
}

/// A transaction, and who asks.
pub struct Write {
    transaction: Transaction<'static, Sqlite>,
    caller: Arc<Caller>,
    now: Millis,
}

impl Write {
    /// Keeps what was written. Only after this may anybody be told that it was.
    pub async fn commit(self) -> Result<(), Failure> {
        self.transaction.commit().await.broken("commit")
    }
}

impl Connection for Read {
    fn sqlite(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    fn caller(&self) -> &Caller {
        &self.caller
    }

    fn now(&self) -> Millis {
        self.now
    }
}

impl Connection for Write {
    fn sqlite(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    fn caller(&self) -> &Caller {
        &self.caller
    }

    fn now(&self) -> Millis {
        self.now
    }
}
