//! tower-sessions' store, with what it lacks.
//!
//! - An id is made fresh here at every create. One a client brought, or one used before, is never adopted.
//! - The table holds the first 128 bits of the id's SHA-256: who reads the file cannot sign in with it.
//! - `save` only updates. A request that was under way at sign-out cannot bring its session back.
//! - On SQLite, records are read on the reading connections, so a page never waits for somebody's write.

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use sqlx::{PgPool, SqlitePool};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use tower_sessions_sqlx_store::{PostgresStore, SqliteStore};

use crate::clock::Clock;
use crate::db::{Db, Pools};
use crate::random;

/// The session store of the site.
#[derive(Clone, Debug)]
pub struct Records {
    stores: Stores,
    clock: Clock,
}

/// The family's store for each engine, with the pool below it for what it lacks.
#[derive(Clone, Debug)]
enum Stores {
    Sqlite { reading: SqliteStore, writing: SqliteStore, pool: SqlitePool },
    Postgres { store: PostgresStore, pool: PgPool },
}

const TABLE: &str = "session_records";

impl Records {
    /// Over the pools of `db`. Fails only where the library refuses the table's name.
    pub fn of(db: &Db) -> std::result::Result<Self, String> {
        let stores = match db.pools() {
            Pools::Sqlite { read, write } => Stores::Sqlite {
                reading: SqliteStore::new(read.clone()).with_table_name(TABLE)?,
                writing: SqliteStore::new(write.clone()).with_table_name(TABLE)?,
                pool: write.clone(),
            },
            Pools::Postgres(pool) => Stores::Postgres {
                store: PostgresStore::new(pool.clone()).with_schema_name("public")?.with_table_name(TABLE)?,
                pool: pool.clone(),
            },
        };
        Ok(Self { stores, clock: db.clock().clone() })
    }

    /// Deletes records past their end, at most `most` of them, and says how many. Uses the index on the end.
    pub async fn delete_expired(&self, most: i64) -> Result<u64> {
        let now = OffsetDateTime::from_unix_timestamp(self.clock.now() / 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let sql =
            "delete from session_records where id in (select id from session_records where expiry_date < $1 limit $2)";
        let done = match &self.stores {
            Stores::Sqlite { pool, .. } => {
                sqlx::query(sql).bind(now).bind(most).execute(pool).await.map(|done| done.rows_affected())
            }
            Stores::Postgres { pool, .. } => {
                sqlx::query(sql).bind(now).bind(most).execute(pool).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(|error| Error::Backend(error.to_string()))
    }

    /// The store that reads, and the one that writes.
    fn family(&self) -> (&dyn SessionStore, &dyn SessionStore) {
        match &self.stores {
            Stores::Sqlite { reading, writing, .. } => (reading, writing),
            Stores::Postgres { store, .. } => (store, store),
        }
    }
}

/// What the table knows an id by. A random id of 128 bits needs no salt and no slow hash.
fn stored(id: &Id) -> Id {
    let digest = Sha256::digest(id.0.to_le_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Id(i128::from_le_bytes(half))
}

/// As the table has it. tower-sessions gives a record two weeks; a sign-in may last thirty days, and says itself when it
/// ends, so the record outlives it.
fn hidden(record: &Record) -> Record {
    let expiry_date = record.expiry_date.saturating_add(time::Duration::days(17));
    Record { id: stored(&record.id), expiry_date, ..record.clone() }
}

#[async_trait]
impl SessionStore for Records {
    async fn create(&self, record: &mut Record) -> Result<()> {
        record.id = Id(random::id128());
        // The family's store makes another id when this one is taken; that one would not be hidden. 128 random bits
        // do not meet by chance: a meeting is a broken random source, and refusing is right.
        let mut row = hidden(record);
        let wanted = row.id;
        self.family().1.create(&mut row).await?;
        if row.id == wanted { Ok(()) } else { Err(Error::Backend("a session id was taken".to_owned())) }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let row = hidden(record);
        let data = rmp_serde::to_vec(&row).map_err(|error| Error::Encode(error.to_string()))?;
        let (id, expiry) = (row.id.to_string(), row.expiry_date);
        let sql = "update session_records set data = $2, expiry_date = $3 where id = $1";
        let saved = match &self.stores {
            Stores::Sqlite { pool, .. } => {
                sqlx::query(sql).bind(id).bind(data).bind(expiry).execute(pool).await.map(drop)
            }
            Stores::Postgres { pool, .. } => {
                sqlx::query(sql).bind(id).bind(data).bind(expiry).execute(pool).await.map(drop)
            }
        };
        saved.map_err(|error| Error::Backend(error.to_string()))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = self.family().0.load(&stored(id)).await?;
        Ok(row.map(|row| Record { id: *id, ..row }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.family().1.delete(&stored(id)).await
    }
}
