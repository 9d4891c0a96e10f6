//! PostgreSQL: connections, and the lock that lets one write at a time pass.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Postgres, Transaction};

use super::{PATIENCE, Pools, migrate};
use crate::failure::{Broken, Failure};

/// Connections of one node. PostgreSQL takes 100 in all by default, so four nodes and a person with psql find room.
const CONNECTIONS: u32 = 20;
/// The name of the lock every write takes: "LECT" in ASCII. Locks of this kind are the database's own.
const WRITE_LOCK: i64 = 0x4c45_4354;
/// A statement that takes longer is broken off: no page of ours needs a hundredth of it.
const LONGEST_STATEMENT: Duration = Duration::from_secs(20);

pub(super) async fn open(options: &PgConnectOptions) -> Result<Pools, Failure> {
    open_to_fill(options).await?.close().await.broken("connect to the database")?;
    Ok(Pools::Postgres(connect(options).await?))
}

/// A connection to a database with its tables. Without our limits: a change of a large table, and the wait for another
/// node's, may take its time.
pub(super) async fn open_to_fill(options: &PgConnectOptions) -> Result<PgConnection, Failure> {
    let mut alone = PgConnection::connect_with(options).await.broken("connect to the database")?;
    migrate::bring_up_to_date_on_server(&mut alone).await?;
    Ok(alone)
}

pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgPool, Failure> {
    let options = options.clone().application_name("lectern").options([
        ("lock_timeout", millis(PATIENCE)),
        ("statement_timeout", millis(LONGEST_STATEMENT)),
        // A write whose node has gone silent must not hold up the others.
        ("idle_in_transaction_session_timeout", millis(LONGEST_STATEMENT)),
    ]);
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
        .broken("connect to the database")
}

fn millis(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}

/// A transaction that no other write of any node overtakes: the same promise SQLite's one writer gives, so that no
/// feature needs to know which engine it has. Whoever waits longer than `PATIENCE` is told 503.
pub(super) async fn begin_write(pool: &PgPool) -> Result<Transaction<'static, Postgres>, Failure> {
    let mut transaction = pool.begin().await.broken("begin to write")?;
    #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(WRITE_LOCK)
        .execute(&mut *transaction)
        .await
        .broken("wait for another write to end")?;
    Ok(transaction)
}
