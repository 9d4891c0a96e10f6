//! The stores of the tower-sessions family, each with what the wrapper needs beyond the family's trait.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use fred::clients::Pool as RedisPool;
use fred::interfaces::{ClientLike, KeysInterface};
use fred::types::config::{Config as RedisConfig, ReconnectPolicy};
use fred::types::{Builder, Expiration, SetOptions};
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::{PgPool, SqlitePool};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use tower_sessions_moka_store::MokaStore;
use tower_sessions_redis_store::RedisStore;
use tower_sessions_sqlx_store::{MySqlStore, PostgresStore, SqliteStore};

use super::PATIENCE;
use crate::db::Pools;
use crate::failure::{Broken, Failure};

/// A store of the family with four things it lacks.
#[async_trait]
pub trait Shelf: fmt::Debug + Send + Sync {
    /// The family's store to read with, and the one to write with.
    fn family(&self) -> (&dyn SessionStore, &dyn SessionStore);
    /// Changes the row with this id, where there is one. Makes none.
    async fn update(&self, row: &Record) -> Result<()>;
    /// Removes the row with this id, and says whether it was there: of many who try at once, one is told yes.
    async fn remove(&self, id: &Id) -> Result<bool>;
    /// Removes rows whose end is before `now`, at most `most`, and says how many.
    async fn delete_expired(&self, now: OffsetDateTime, most: i64) -> Result<u64>;
    /// Whether the store can be spoken to.
    async fn answers(&self) -> Result<()>;
}

/// The table, wherever it is.
pub const TABLE: &str = "session_records";

fn broken(error: impl fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

fn encoded(row: &Record) -> Result<Vec<u8>> {
    rmp_serde::to_vec(row).map_err(|error| Error::Encode(error.to_string()))
}

/// The rows of a database. `$update`: the bytes, the end, the id. `$expired`: the moment, the most.
macro_rules! sql_shelf {
    ($shelf:ident, $update:literal, $remove:literal, $expired:literal) => {
        #[async_trait]
        impl Shelf for $shelf {
            fn family(&self) -> (&dyn SessionStore, &dyn SessionStore) {
                (&self.reading, &self.writing)
            }

            async fn update(&self, row: &Record) -> Result<()> {
                let update = sqlx::query($update).bind(encoded(row)?).bind(row.expiry_date).bind(row.id.to_string());
                update.execute(&self.write).await.map(drop).map_err(broken)
            }

            async fn remove(&self, id: &Id) -> Result<bool> {
                let removed = sqlx::query($remove).bind(id.to_string()).execute(&self.write).await.map_err(broken)?;
                Ok(removed.rows_affected() > 0)
            }

            async fn delete_expired(&self, now: OffsetDateTime, most: i64) -> Result<u64> {
                let deleted = sqlx::query($expired).bind(now).bind(most).execute(&self.write).await.map_err(broken)?;
                Ok(deleted.rows_affected())
            }

            async fn answers(&self) -> Result<()> {
                // On a reading connection: somebody's long write is no reason to be called gone.
                sqlx::query("select 1").execute(&self.read).await.map(drop).map_err(broken)
            }
        }
    };
}

/// A file. Read on the reading connections, so that a page never waits for somebody's write.
#[derive(Debug)]
pub struct InFile {
    reading: SqliteStore,
    writing: SqliteStore,
    read: SqlitePool,
    write: SqlitePool,
}

/// A PostgreSQL server.
#[derive(Debug)]
pub struct OnPostgres {
    reading: PostgresStore,
    writing: PostgresStore,
    read: PgPool,
    write: PgPool,
}

/// A MySQL or MariaDB server.
#[derive(Debug)]
pub struct OnMysql {
    reading: MySqlStore,
    writing: MySqlStore,
    read: MySqlPool,
    write: MySqlPool,
}

sql_shelf!(
    InFile,
    "update session_records set data = $1, expiry_date = $2 where id = $3",
    "delete from session_records where id = $1",
    "delete from session_records where id in (select id from session_records where expiry_date < $1 limit $2)"
);
sql_shelf!(
    OnPostgres,
    "update session_records set data = $1, expiry_date = $2 where id = $3",
    "delete from session_records where id = $1",
    "delete from session_records where id in (select id from session_records where expiry_date < $1 limit $2)"
);
sql_shelf!(
    OnMysql,
    "update session_records set data = ?, expiry_date = ? where id = ?",
    "delete from session_records where id = ?",
    "delete from session_records where expiry_date < ? order by expiry_date limit ?"
);

/// Over these pools, whose table is there.
pub fn over(pools: &Pools) -> std::result::Result<Box<dyn Shelf>, String> {
    Ok(match pools {
        Pools::Sqlite { read, write } => Box::new(InFile {
            reading: SqliteStore::new(read.clone()).with_table_name(TABLE)?,
            writing: SqliteStore::new(write.clone()).with_table_name(TABLE)?,
            read: read.clone(),
            write: write.clone(),
        }),
        Pools::Postgres { read, write, .. } => Box::new(OnPostgres {
            reading: PostgresStore::new(read.clone()).with_schema_name("public")?.with_table_name(TABLE)?,
            writing: PostgresStore::new(write.clone()).with_schema_name("public")?.with_table_name(TABLE)?,
            read: read.clone(),
            write: write.clone(),
        }),
    })
}

/// Makes the table in a database that holds nothing else; as in `migrations/`, 0001.
pub async fn make_table(pools: &Pools) -> std::result::Result<(), Failure> {
    let index = "create index if not exists session_records_by_expiry on session_records (expiry_date)";
    match pools {
        Pools::Sqlite { write, .. } => {
            let table = "create table if not exists session_records
                             (id text primary key not null, data blob not null, expiry_date text not null) strict";
            for statement in [table, index] {
                sqlx::query(statement).execute(write).await.broken("make the table of sessions")?;
            }
        }
        Pools::Postgres { write, .. } => {
            let table = "create table if not exists session_records
                             (id text primary key not null, data bytea not null, expiry_date timestamptz not null)";
            // Of nodes that start at once, one makes it and the others wait: `if not exists` alone lets two try.
            let mut transaction = write.begin().await.broken("make the table of sessions")?;
            let lock = "select pg_advisory_xact_lock(hashtext('session_records'))";
            for statement in [lock, table, index] {
                sqlx::query(statement).execute(&mut *transaction).await.broken("make the table of sessions")?;
            }
            transaction.commit().await.broken("make the table of sessions")?;
        }
    }
    Ok(())
}

/// Connections of one node to MySQL. A session costs a read or two by its key.
const MYSQL_CONNECTIONS: u32 = 10;

/// Connects to MySQL or MariaDB.
pub async fn connect_mysql(options: &MySqlConnectOptions) -> std::result::Result<MySqlPool, Failure> {
    MySqlPoolOptions::new()
        .max_connections(MYSQL_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone())
        .await
        .broken("connect to the session store")
}

/// The table on MySQL or MariaDB, made where there is none.
pub async fn on_mysql(options: &MySqlConnectOptions) -> std::result::Result<Box<dyn Shelf>, Failure> {
    let pool = connect_mysql(options).await?;
    // The family's own table compares ids without regard to capitals, ends in 2038, and has no index on the end.
    sqlx::query(
        "create table if not exists session_records (
             id char(22) character set ascii collate ascii_bin primary key not null,
             data blob not null,
             expiry_date datetime(6) not null,
             index session_records_by_expiry (expiry_date))",
    )
    .execute(&pool)
    .await
    .broken("make the table of sessions")?;
    let wrong_name = |error| Failure::Broken(anyhow::anyhow!("the session store's database: {error}"));
    let database = options.get_database().unwrap_or("lectern");
    let store = MySqlStore::new(pool.clone())
        .with_schema_name(database)
        .and_then(|store| store.with_table_name(TABLE))
        .map_err(wrong_name)?;
    Ok(Box::new(OnMysql { reading: store.clone(), writing: store, read: pool.clone(), write: pool }))
}

/// Connections of one node to Redis. Each carries many commands at once.
const REDIS_CONNECTIONS: usize = 4;
/// Between two tries to connect again, in milliseconds: soon enough that a restart of Redis is over within a second.
const REDIS_RECONNECT: u32 = 500;

/// A Redis or Valkey server, which ends each record by itself.
#[derive(Debug)]
pub struct OnRedis {
    store: RedisStore<RedisPool>,
    pool: RedisPool,
}

/// Connects to Redis; afterwards, a lost connection is made anew for as long as it takes.
pub async fn on_redis(config: &RedisConfig) -> std::result::Result<Box<dyn Shelf>, Failure> {
    let pool = Builder::from_config(config.clone())
        .with_performance_config(|performance| performance.default_command_timeout = PATIENCE)
        .with_connection_config(|connection| {
            connection.connection_timeout = PATIENCE;
            connection.internal_command_timeout = PATIENCE;
            // A server that is there and says nothing counts as gone.
            connection.unresponsive.max_timeout = Some(PATIENCE);
            connection.unresponsive.interval = Duration::from_secs(1);
        })
        .set_policy(ReconnectPolicy::new_constant(0, REDIS_RECONNECT))
        .build_pool(REDIS_CONNECTIONS)
        .broken("connect to the session store")?;
    pool.init().await.broken("connect to the session store")?;
    Ok(Box::new(OnRedis { store: RedisStore::new(pool.clone()), pool }))
}

#[async_trait]
impl Shelf for OnRedis {
    fn family(&self) -> (&dyn SessionStore, &dyn SessionStore) {
        (&self.store, &self.store)
    }

    /// The family's own save is the same command, and fails where there is nothing to change.
    async fn update(&self, row: &Record) -> Result<()> {
        let end = Expiration::EXAT(row.expiry_date.unix_timestamp());
        let (key, data) = (row.id.to_string(), encoded(row)?);
        let changed =
            self.pool.set::<Option<String>, _, _>(key, data.as_slice(), Some(end), Some(SetOptions::XX), false);
        changed.await.map(drop).map_err(broken)
    }

    async fn remove(&self, id: &Id) -> Result<bool> {
        let removed: i64 = self.pool.del(id.to_string()).await.map_err(broken)?;
        Ok(removed > 0)
    }

    async fn delete_expired(&self, _: OffsetDateTime, _: i64) -> Result<u64> {
        Ok(0)
    }

    async fn answers(&self) -> Result<()> {
        self.pool.ping::<String>(None).await.map(drop).map_err(broken)
    }
}

/// This process's memory.
#[derive(Debug)]
pub struct InMemory {
    store: MokaStore,
    /// Held while a record changes: looking and then writing must be one step.
    changing: Mutex<()>,
}

impl InMemory {
    /// With nothing in it. As many as there are people signed in, each of about 200 bytes, and each ends by itself.
    pub fn new() -> Self {
        Self { store: MokaStore::new(None), changing: Mutex::default() }
    }
}

#[async_trait]
impl Shelf for InMemory {
    fn family(&self) -> (&dyn SessionStore, &dyn SessionStore) {
        (&self.store, &self.store)
    }

    async fn update(&self, row: &Record) -> Result<()> {
        let _alone = self.changing.lock().await;
        if self.store.load(&row.id).await?.is_some() { self.store.save(row).await } else { Ok(()) }
    }

    async fn remove(&self, id: &Id) -> Result<bool> {
        let _alone = self.changing.lock().await;
        let was_there = self.store.load(id).await?.is_some();
        self.store.delete(id).await?;
        Ok(was_there)
    }

    async fn delete_expired(&self, _: OffsetDateTime, _: i64) -> Result<u64> {
        Ok(0)
    }

    async fn answers(&self) -> Result<()> {
        Ok(())
    }
}
