//! Brings the tables up to date at start: a file after a copy of it as it was, a server under a lock that lets one node
//! at a time through. Both engines have the same migrations under the same names (tests/http/migrations.rs).

use std::path::Path;

use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqlitePool;

use super::backup;
use crate::clock::Millis;
use crate::failure::{Broken, Failure};

static IN_FILE: Migrator = sqlx::migrate!("migrations/sqlite");
static ON_SERVER: Migrator = sqlx::migrate!("migrations/postgres");

/// Applies what is missing. A file that already holds something is first copied into `backups`.
pub async fn bring_up_to_date_in_file(
    pool: &SqlitePool,
    path: &Path,
    backups: &Path,
    now: Millis,
) -> Result<(), Failure> {
    let missing = missing_in_file(pool).await?;
    let is_new = missing.len() == IN_FILE.iter().count();
    if !missing.is_empty() && !is_new {
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("lectern");
        std::fs::create_dir_all(backups).broken("make the folder for backups")?;
        let copy = backups.join(format!("{name}-before-{}-{now}.db", missing[0]));
        backup::copy_into(pool, &copy).await?;
        tracing::info!(copy = %copy.display(), "kept a copy of the database as it was before its tables change");
    }
    IN_FILE.run(pool).await.broken("bring the tables up to date")
}

/// Applies what is missing, while other nodes that start wait.
pub async fn bring_up_to_date_on_server(connection: &mut PgConnection) -> Result<(), Failure> {
    ON_SERVER.run(connection).await.broken("bring the tables up to date")
}

/// The versions of the changes that this file has not seen, in order. Only reads.
pub async fn missing_in_file(pool: &SqlitePool) -> Result<Vec<i64>, Failure> {
    let mut connection = pool.acquire().await.broken("open the database")?;
    missing(&mut *connection, &IN_FILE).await
}

/// How many changes there are in all: a database that has seen none of them is none of ours.
pub fn known() -> usize {
    IN_FILE.iter().count()
}

/// The same for a server's database.
pub async fn missing_on_server(connection: &mut PgConnection) -> Result<Vec<i64>, Failure> {
    missing(connection, &ON_SERVER).await
}

async fn missing(connection: &mut impl Migrate, migrations: &Migrator) -> Result<Vec<i64>, Failure> {
    let applied = match connection.list_applied_migrations().await {
        Ok(applied) => applied,
        Err(error) if has_no_table(&error) => Vec::new(),
        Err(error) => return Err(error).broken("read which migrations were applied"),
    };
    let is_missing = |version: &i64| applied.iter().all(|done| done.version != *version);
    Ok(migrations.iter().map(|migration| migration.version).filter(is_missing).collect())
}

/// Whether nothing was ever applied: SQLite says it in words, PostgreSQL by a code.
fn has_no_table(error: &MigrateError) -> bool {
    let MigrateError::Execute(error) = error else { return false };
    error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table"))
}
