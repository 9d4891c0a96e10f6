//! The database: one SQL text, and everything that depends on the engine below it.
//!
//! SQLite in one file, the default, or PostgreSQL. Features write SQL in their `store.rs`, through [`query`], and never
//! learn which engine answers. On both, **one write at a time**: what a write has read cannot be overtaken before it
//! commits. SQLite has one writing connection for it, PostgreSQL an advisory lock that every write takes first, on
//! whichever node it runs.

mod backup;
mod counting;
#[expect(clippy::disallowed_methods, reason = "the upkeep of tables is no feature of the site")]
mod folding;
mod migrate;
mod packed;
mod place;
mod postgres;
mod query;
mod sqlite;
mod tables;
mod transfer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Postgres, Sqlite, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::clock::{Clock, Millis};
use crate::failure::{Broken, Failure};
use crate::sessions::caller::Caller;
use crate::site_key::SiteKey;

pub use backup::{back_up, restore, verify};
pub use counting::{asked, counted};
pub use packed::Packed;
pub use place::Place;
pub use query::{Query, Row, Value, like, like_folded, query, query_by_engine};
pub use sqlite::serve_alone;
pub use tables::{COUNTED, Kind, TABLES};
pub use transfer::{Sum, transfer};

/// How long a request waits for a connection, or for somebody else's write to end, before it is told 503.
const PATIENCE: Duration = Duration::from_secs(5);

/// So often a pool is closed anew while it has connections, ten milliseconds apart: a second in all.
const CLOSINGS: u32 = 100;

/// The open database.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    clock: Clock,
    key: Option<SiteKey>,
}

/// The connections, by engine.
#[derive(Clone, Debug)]
pub(crate) enum Pools {
    /// One connection writes and checkpoints; the others only read.
    Sqlite { read: SqlitePool, write: SqlitePool },
    /// Those that read may do nothing else. `turn` lets one write of this node at a time wait for those of others.
    Postgres { read: PgPool, write: PgPool, turn: Arc<Mutex<()>> },
}

impl Db {
    /// Opens the database, making a file where there is none, and brings its tables up to date. `backups` is the folder
    /// for the copy of a file made before its tables change. Of several nodes that start at once, one changes the tables
    /// and the others wait.
    pub async fn open(place: &Place, backups: &Path, clock: Clock) -> Result<Self, Failure> {
        let pools = match place {
            Place::Sqlite(path) => sqlite::open(path, backups, clock.now()).await?,
            Place::Postgres(options) => postgres::open(options).await?,
        };
        let db = Self { pools, clock, key: None };
        folding::fold(&db).await?;
        Ok(db)
    }

    /// The same, for what is done with the site's key beside it: by a server, and not by commands.
    pub fn with_key(self, key: SiteKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// A connection to read with, on behalf of `caller`.
    pub async fn read(&self, caller: Arc<Caller>) -> Result<Read, Failure> {
        let connection = match &self.pools {
            Pools::Sqlite { read, .. } => Reading::Sqlite(read.acquire().await.broken("wait for a connection")?),
            Pools::Postgres { read, .. } => Reading::Postgres(read.acquire().await.broken("wait for a connection")?),
        };
        Ok(Read { connection, caller, now: self.clock.now(), key: self.key.clone() })
    }

    /// A transaction to write in, on behalf of `caller`. It takes the write lock at once: a read that decides a write
    /// cannot be overtaken. Dropped without [`Write::commit`], it leaves nothing behind.
    pub async fn begin_write(&self, caller: Arc<Caller>) -> Result<Write, Failure> {
        let transaction = match &self.pools {
            Pools::Sqlite { write, .. } => {
                Writing::Sqlite(write.begin_with("BEGIN IMMEDIATE").await.broken("begin to write")?)
            }
            Pools::Postgres { write, turn, .. } => {
                let (transaction, alone) = postgres::begin_write(write, turn.clone()).await?;
                Writing::Postgres(transaction, alone)
            }
        };
        Ok(Write { transaction, caller, now: self.clock.now(), key: self.key.clone() })
    }

    /// Each pool's name, how many connections it has, and how many of those idle.
    pub fn connections(&self) -> Vec<(&'static str, u32, u32)> {
        let idle = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        match &self.pools {
            Pools::Sqlite { read, write } => {
                vec![("read", read.size(), idle(read.num_idle())), ("write", write.size(), idle(write.num_idle()))]
            }
            Pools::Postgres { read, write, .. } => {
                vec![("read", read.size(), idle(read.num_idle())), ("write", write.size(), idle(write.num_idle()))]
            }
        }
    }

    /// What answers, for people who look after it.
    pub fn engine_name(&self) -> &'static str {
        match &self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres { .. } => "postgres",
        }
    }

    /// What every connection takes its moment from when it begins.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The pools themselves, for the session store, which brings its own SQL.
    pub(crate) fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Ends every connection; SQLite's write-ahead log is folded into the file.
    pub async fn close(&self) {
        // Again while there are any: sqlx 0.8 closes what is idle, then waits for what is in use, and leaves a connection open that
        // comes back during the last wait.
        for _ in 0..CLOSINGS {
            let open = match &self.pools {
                Pools::Sqlite { read, write } => {
                    read.close().await;
                    write.close().await;
                    read.size() + write.size()
                }
                Pools::Postgres { read, write, .. } => {
                    read.close().await;
                    write.close().await;
                    read.size() + write.size()
                }
            };
            if open == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Connections to a database that is not the site's own, with no tables of ours in it.
pub(crate) async fn connect_apart(place: &Place) -> Result<Pools, Failure> {
    match place {
        Place::Sqlite(path) => sqlite::connect(path).await,
        Place::Postgres(options) => postgres::connect(options).await,
    }
}

/// Opens the database for looking alone: nothing in it changes, whatever version its tables have. Answers how many
/// changes of its tables are missing as well.
pub async fn open_to_read(place: &Place, clock: Clock, caller: Arc<Caller>) -> Result<(Read, usize), Failure> {
    let (connection, missing) = match place {
        Place::Sqlite(path) => {
            let pool = sqlite::open_to_read(path).await?;
            let missing = migrate::missing_in_file(&pool).await?;
            (Reading::Sqlite(pool.acquire().await.broken("open the database for reading")?), missing)
        }
        Place::Postgres(options) => {
            let pool = postgres::connect_to_read(options).await?;
            let mut connection = pool.acquire().await.broken("open the database for reading")?;
            let missing = migrate::missing_on_server(&mut connection).await?;
            (Reading::Postgres(connection), missing)
        }
    };
    Ok((Read { connection, caller, now: clock.now(), key: None }, missing.len()))
}

/// The connection below a query, by engine. Only `db/` looks.
pub enum Engine<'c> {
    /// A connection to a file.
    Sqlite(&'c mut SqliteConnection),
    /// A connection to a server.
    Postgres(&'c mut PgConnection),
}

/// Something a query runs on.
pub trait Connection: Send {
    /// The connection, or the one inside the transaction.
    fn engine(&mut self) -> Engine<'_>;
    /// Who asks.
    fn caller(&self) -> &Caller;
    /// The moment this request's work counts as happening.
    fn now(&self) -> Millis;
    /// The site's key, for what is kept as its MAC; none for a command, which keeps and looks for nothing of that kind.
    fn key(&self) -> Option<&SiteKey>;
}

enum Reading {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

enum Writing {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>, OwnedMutexGuard<()>),
}

/// A connection that only reads, and who asks.
pub struct Read {
    connection: Reading,
    caller: Arc<Caller>,
    now: Millis,
    key: Option<SiteKey>,
}

/// A transaction, and who asks.
pub struct Write {
    transaction: Writing,
    caller: Arc<Caller>,
    now: Millis,
    key: Option<SiteKey>,
}

impl Write {
    /// Keeps what was written. Only after this may anybody be told that it was.
    pub async fn commit(self) -> Result<(), Failure> {
        match self.transaction {
            Writing::Sqlite(transaction) => transaction.commit().await,
            Writing::Postgres(transaction, _alone) => transaction.commit().await,
        }
        .broken("commit")
    }
}

impl Connection for Read {
    fn engine(&mut self) -> Engine<'_> {
        match &mut self.connection {
            Reading::Sqlite(connection) => Engine::Sqlite(connection),
            Reading::Postgres(connection) => Engine::Postgres(connection),
        }
    }

    fn caller(&self) -> &Caller {
        &self.caller
    }

    fn now(&self) -> Millis {
        self.now
    }

    fn key(&self) -> Option<&SiteKey> {
        self.key.as_ref()
    }
}

impl Connection for Write {
    fn engine(&mut self) -> Engine<'_> {
        match &mut self.transaction {
            Writing::Sqlite(transaction) => Engine::Sqlite(transaction),
            Writing::Postgres(transaction, _) => Engine::Postgres(transaction),
        }
    }

    fn caller(&self) -> &Caller {
        &self.caller
    }

    fn now(&self) -> Millis {
        self.now
    }

    fn key(&self) -> Option<&SiteKey> {
        self.key.as_ref()
    }
}
