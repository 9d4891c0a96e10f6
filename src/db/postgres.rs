//! PostgreSQL: connections, and the lock that lets one write at a time pass.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Postgres, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{PATIENCE, Pools, migrate};
use crate::failure::{Broken, Failure};

/// How the connections of nodes are called on the server.
pub(super) const NAME: &str = "lectern";
/// Connections of one node that only read. PostgreSQL takes 100 in all by default, so four nodes and a person with psql find
/// room.
const READERS: u32 = 16;
/// Connections that write: one for the site, since a node writes one thing at a time, the others for sessions.
const WRITERS: u32 = 4;
/// A connection that has rested so long is asked whether its server is still there before it is used.
const RESTED: Duration = Duration::from_secs(1);
/// The name of the lock every write takes: "LECT" in ASCII. Locks of this kind are the database's own.
const WRITE_LOCK: i64 = 0x4c45_4354;
/// A statement that takes longer is broken off: no page of ours needs a hundredth of it.
const LONGEST_STATEMENT: Duration = Duration::from_secs(20);

pub(super) async fn open(options: &PgConnectOptions) -> Result<Pools, Failure> {
    open_to_fill(options).await?.close().await.broken("connect to the database")?;
    connect(options).await
}

/// A connection to a database with its tables. Without our limits: a change of a large table, and the wait for another
/// node's, may take its time.
pub(super) async fn open_to_fill(options: &PgConnectOptions) -> Result<PgConnection, Failure> {
    let mut alone = PgConnection::connect_with(options).await.broken("connect to the database")?;
    migrate::bring_up_to_date_on_server(&mut alone).await?;
    Ok(alone)
}

/// The pools of a node.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<Pools, Failure> {
    let write = connect_pool(within_limits(options), WRITERS).await?;
    Ok(Pools::Postgres { read: connect_to_read(options).await?, write, turn: Arc::default() })
}

/// Connections that the server refuses to write on, so that a read cannot come to write by mistake.
pub(super) async fn connect_to_read(options: &PgConnectOptions) -> Result<PgPool, Failure> {
    connect_pool(within_limits(options).options([("default_transaction_read_only", "on")]), READERS).await
}

fn within_limits(options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().application_name(NAME).options([
        ("lock_timeout", millis(PATIENCE)),
        ("statement_timeout", millis(LONGEST_STATEMENT)),
        // A write whose node has gone silent must not hold up the others.
        ("idle_in_transaction_session_timeout", millis(LONGEST_STATEMENT)),
    ])
}

async fn connect_pool(options: PgConnectOptions, most: u32) -> Result<PgPool, Failure> {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(PATIENCE)
        // Asking each time whether the server is still there would double the way of most statements.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for < RESTED {
                    return Ok(true);
                }
                connection.ping().await.map(|()| true)
            })
        })
        .connect_with(options)
        .await
        .broken("connect to the database")
}

fn millis(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}

/// A transaction that no other write of any node overtakes: the same promise SQLite's one writer gives, so that no
/// feature needs to know which engine it has. Who waits longer than `PATIENCE` in all is told 503. Writes of one node wait in
/// its own memory, where waiting costs no connection.
pub(super) async fn begin_write(
    pool: &PgPool,
    turn: Arc<Mutex<()>>,
) -> Result<(Transaction<'static, Postgres>, OwnedMutexGuard<()>), Failure> {
    let begun = tokio::time::timeout(PATIENCE, async {
        let alone = turn.lock_owned().await;
        let mut transaction = pool.begin().await?;
        #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
        sqlx::query("select pg_advisory_xact_lock($1)").bind(WRITE_LOCK).execute(&mut *transaction).await?;
        Ok((transaction, alone))
    });
    begun.await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).broken("wait for another write to end")
}
