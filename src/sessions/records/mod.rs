//! tower-sessions' stores, with what they lack.
//!
//! Which store is a setting; every one keeps the same promises (tests/stores/README.md has the table):
//!
//! - An id is made fresh here at every create. One a client brought, or one used before, is never adopted.
//! - A store holds the first 128 bits of the id's SHA-256: who reads it cannot sign in with it.
//! - `save` only updates. A request that was under way at sign-out cannot bring its session back.
//! - Of many requests that give one session a new id at once, one does.
//! - A record has an end, is not read after it, and is cleared away by an index.
//! - A store that does not answer is an error after [`PATIENCE`], never a wait without an end.

pub mod place;
mod shelf;

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::Session;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

use self::place::StorePlace;
use self::shelf::{InMemory, Shelf};
use crate::clock::Clock;
use crate::db::{self, Db, Place};
use crate::failure::Failure;
use crate::random;

/// How long a store is waited for before the request is told 503.
const PATIENCE: Duration = Duration::from_secs(3);
/// The largest record, in bytes as it is written down. Ours have about 60; MySQL's column would cut one at 65,535.
pub const LARGEST: usize = 4_096;

/// The session store of the site. A clone is the same store.
#[derive(Clone, Debug)]
pub struct Records {
    shelf: Arc<dyn Shelf>,
    clock: Clock,
    longer: time::Duration,
}

impl Records {
    /// Opens the store: over the connections of `db`, or over its own, making its table where there is none.
    pub async fn open(place: &StorePlace, db: &Db) -> std::result::Result<Self, Failure> {
        let wrong_name = |error: String| Failure::Broken(anyhow::anyhow!("the table of sessions: {error}"));
        let shelf: Box<dyn Shelf> = match place {
            StorePlace::Database => shelf::over(db.pools()).map_err(wrong_name)?,
            StorePlace::Memory => Box::new(InMemory::new()),
            StorePlace::Apart(place) => {
                let pools = db::connect_apart(place).await?;
                shelf::make_table(&pools).await?;
                shelf::over(&pools).map_err(wrong_name)?
            }
            StorePlace::Mysql(options) => shelf::on_mysql(options).await?,
            StorePlace::Redis(config) => shelf::on_redis(config).await?,
        };
        Ok(Self { shelf: shelf.into(), clock: db.clock().clone(), longer: time::Duration::ZERO })
    }

    /// Whether the store at `place` can be reached, for who looks after it. Makes nothing there.
    pub async fn reach(place: &StorePlace) -> std::result::Result<(), Failure> {
        match place {
            StorePlace::Database | StorePlace::Memory | StorePlace::Apart(Place::Sqlite(_)) => Ok(()),
            StorePlace::Apart(place) => db::connect_apart(place).await.map(drop),
            StorePlace::Mysql(options) => shelf::connect_mysql(options).await.map(drop),
            StorePlace::Redis(config) => shelf::on_redis(config).await.map(drop),
        }
    }

    /// The same, with each record kept so much longer than tower-sessions asks.
    pub fn keeping(self, longer: time::Duration) -> Self {
        Self { longer, ..self }
    }

    /// Deletes records past their end, at most `most` of them, and says how many. Uses the index on the end; a store
    /// that clears itself has none to delete.
    pub async fn delete_expired(&self, most: i64) -> Result<u64> {
        let now = OffsetDateTime::from_unix_timestamp(self.clock.now() / 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        in_time(self.shelf.delete_expired(now, most)).await
    }

    /// Whether the store can be spoken to now.
    pub async fn answers(&self) -> Result<()> {
        in_time(self.shelf.answers()).await
    }

    /// As the store has it.
    fn hidden(&self, record: &Record) -> Result<Record> {
        let expiry_date = record.expiry_date.saturating_add(self.longer);
        let row = Record { id: stored(&record.id), expiry_date, ..record.clone() };
        let size = rmp_serde::to_vec(&row).map_err(|error| Error::Encode(error.to_string()))?.len();
        if size > LARGEST {
            return Err(Error::Encode(format!("a session record of {size} bytes, and {LARGEST} are the most")));
        }
        Ok(row)
    }
}

tokio::task_local! {
    /// Set while a session gets a new id: whether its old one was still there to be taken.
    static TAKEN: Cell<bool>;
}

/// Gives a session a new id, when no other request has just done so: the old one is taken out of the store, and only who
/// took it goes on. False for the others; their session is dead.
pub async fn rotate(session: &Session) -> std::result::Result<bool, tower_sessions::session::Error> {
    TAKEN
        .scope(Cell::new(true), async {
            match session.cycle_id().await {
                Err(_) if !TAKEN.with(Cell::get) => Ok(false),
                done => done.map(|()| true),
            }
        })
        .await
}

/// Removes a session's record and lets its cookie go. When the store fails, the session stays as it is: emptied, the layer
/// around it would try to save it, fail again, and make an empty 500 of the page.
pub async fn remove(session: &Session, records: &Records) -> Result<()> {
    if let Some(id) = session.id() {
        records.delete(&id).await?;
    }
    session.flush().await.map_err(|error| Error::Backend(error.to_string()))
}

async fn in_time<T>(work: impl Future<Output = Result<T>> + Send) -> Result<T> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => Err(Error::Backend(format!("the session store did not answer within {} s", PATIENCE.as_secs()))),
    }
}

/// What a store knows an id by. A random id of 128 bits needs no salt and no slow hash.
fn stored(id: &Id) -> Id {
    let digest = Sha256::digest(id.0.to_le_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Id(i128::from_le_bytes(half))
}

#[async_trait]
impl SessionStore for Records {
    async fn create(&self, record: &mut Record) -> Result<()> {
        record.id = Id(random::id128());
        // The family's store makes another id when this one is taken; that one would not be hidden. 128 random bits
        // do not meet by chance: a meeting is a broken random source, and refusing is right.
        let mut row = self.hidden(record)?;
        let wanted = row.id;
        in_time(self.shelf.family().1.create(&mut row)).await?;
        if row.id == wanted { Ok(()) } else { Err(Error::Backend("a session id was taken".to_owned())) }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        in_time(self.shelf.update(&self.hidden(record)?)).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        db::asked();
        let row = in_time(self.shelf.family().0.load(&stored(id))).await?;
        Ok(row.map(|row| Record { id: *id, expiry_date: row.expiry_date.saturating_sub(self.longer), ..row }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let was_there = in_time(self.shelf.remove(&stored(id))).await?;
        if was_there || TAKEN.try_with(|taken| taken.set(false)).is_err() {
            return Ok(());
        }
        Err(Error::Backend("another request gave this session a new id".to_owned()))
    }
}
