//! Brings the tables up to date at start, after a copy of the file as it was.

use std::path::Path;

use sqlx::migrate::{Migrate, Migrator};
use sqlx::sqlite::SqlitePool;

use super::backup;
use crate::clock::Millis;
use crate::failure::{Broken, Failure};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Applies what is missing. A file that already holds something is first copied into `backups`.
pub async fn bring_up_to_date(pool: &SqlitePool, path: &Path, backups: &Path, now: Millis) -> Result<(), Failure> {
    let mut connection = pool.acquire().await.broken("open the database")?;
    connection.ensure_migrations_table().await.broken("read which migrations were applied")?;
    drop(connection);
    let missing = missing(pool).await?;
    let is_new = missing.len() == MIGRATIONS.iter().count();
    if !missing.is_empty() && !is_new {
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("lectern");
        std::fs::create_dir_all(backups).broken("make the folder for backups")?;
        let copy = backups.join(format!("{name}-before-{}-{now}.db", missing[0]));
        backup::copy_into(pool, &copy).await?;
        tracing::info!(copy = %copy.display(), "kept a copy of the database as it was before its tables change");
    }
    MIGRATIONS.run(pool).await.broken("bring the tables up to date")
}

/// The versions of the changes that this database has not seen, in order. Only reads.
pub async fn missing(pool: &SqlitePool) -> Result<Vec<i64>, Failure> {
    let mut connection = pool.acquire().await.broken("open the database")?;
    let applied = connection.list_applied_migrations().await.broken("read which migrations were applied")?;
    let is_missing = |version: &i64| applied.iter().all(|done| done.version != *version);
    Ok(MIGRATIONS.iter().map(|migration| migration.version).filter(is_missing).collect())
}
