//! Copies of a SQLite file: made while it is used, verified by opening them. (PostgreSQL brings pg_dump.)

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::failure::{Broken, Failure};

/// How many times a tenth of a second `restore` waits for the database to be let go.
const TRIES: u32 = 30;

/// Writes the database at `from`, as it is at this moment, into a new file `to`, and opens the copy to verify it.
/// People may go on working meanwhile. Refuses to overwrite a file. Answers how many rows the copy holds by table.
pub async fn back_up(from: &Path, to: &Path) -> Result<Vec<(String, i64)>, Failure> {
    let pool = open(from, false).await?;
    copy_into(&pool, to).await?;
    pool.close().await;
    verify(to).await
}

/// Puts the copy `from` in the place of the database `to`. What was there is kept beside it, and its name answered.
/// The server must not be running: SQLite's file cannot be changed under it.
pub async fn restore(from: &Path, to: &Path, stamp: i64) -> Result<(Option<PathBuf>, Vec<(String, i64)>), Failure> {
    let counts = verify(from).await?;
    // Copied beside it first: a full disk or a stop in between leaves what was there.
    let half = to.with_extension("restoring");
    let kept = put_in_place(from, &half, to, stamp).await.inspect_err(|_| drop(std::fs::remove_file(&half)))?;
    Ok((kept, counts))
}

async fn put_in_place(from: &Path, half: &Path, to: &Path, stamp: i64) -> Result<Option<PathBuf>, Failure> {
    // Made before it is filled, so that nobody else can read it, whatever mode the backup came back with.
    let _ = std::fs::remove_file(half);
    super::sqlite::keep_to_ourselves(half).broken("copy the backup")?;
    std::fs::File::open(from)
        .and_then(|mut source| std::io::copy(&mut source, &mut std::fs::OpenOptions::new().write(true).open(half)?))
        .broken("copy the backup")?;
    std::fs::File::open(half).and_then(|file| file.sync_all()).broken("write the backup to disk")?;
    forget_sign_ins(half).await?;
    let mut kept = None;
    if to.exists() {
        // Leaving write-ahead logging folds the log into the file, and only works while nobody else has it open.
        let pool = open(to, true).await?;
        let mut alone = run(&pool, "pragma journal_mode = delete").await;
        // A server that has just been stopped may still be letting go; this statement does not wait by itself.
        for _ in 0..TRIES {
            // What is damaged stays so, and is set aside as it is.
            if alone.as_ref().map_or_else(is_damaged, |()| true) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            alone = run(&pool, "pragma journal_mode = delete").await;
        }
        pool.close().await;
        if let Err(error) = alone
            && !is_damaged(&error)
        {
            return Err(error).broken("take the database over (is the server still running? stop it first)");
        }
        let aside = to.with_extension(format!("before-restore-{stamp}.db"));
        std::fs::rename(to, &aside).broken("keep the database that was there")?;
        set_logs_aside(to, Some(&aside))?;
        kept = Some(aside);
    }
    // A log that a crash left behind would be played into the backup.
    set_logs_aside(to, None)?;
    std::fs::rename(half, to).broken("put the backup in place")?;
    Ok(kept)
}

/// Moves what SQLite puts beside a database to the one it belongs to; what belongs to none goes.
fn set_logs_aside(of: &Path, to: Option<&Path>) -> Result<(), Failure> {
    let beside = |path: &Path, suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    for suffix in ["-wal", "-shm", "-journal"] {
        let log = beside(of, suffix);
        if !log.exists() {
            continue;
        }
        match to {
            Some(to) => {
                std::fs::rename(&log, beside(to, suffix)).broken("keep the log of the database that was there")?
            }
            None => std::fs::remove_file(&log).broken("remove a log that belongs to no database")?,
        }
    }
    Ok(())
}

/// SQLite's result codes for a file that is damaged (CORRUPT) or no database at all (NOTADB).
fn is_damaged(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 11 | 26))
}

/// Ends every sign-in and link of a copy: what was ended since it was made must not come back to life with it.
async fn forget_sign_ins(copy: &Path) -> Result<(), Failure> {
    let pool = open(copy, true).await?;
    for sql in [
        "update users set epoch = epoch + 1",
        "delete from session_records",
        "delete from kept_forms",
        "delete from set_up_links where used_at is null",
        // What was packed into it is in its place by now.
        "drop table if exists packed_contents",
        "vacuum",
    ] {
        run(&pool, sql).await.broken("end the sign-ins of the copy")?;
    }
    run(&pool, "pragma journal_mode = delete").await.broken("end the sign-ins of the copy")?;
    pool.close().await;
    Ok(())
}

/// Opens a copy, has SQLite check every page of it, and counts its rows by table.
pub async fn verify(copy: &Path) -> Result<Vec<(String, i64)>, Failure> {
    let pool = open(copy, false).await?;
    #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
    let (answer,): (String,) =
        sqlx::query_as("pragma integrity_check").fetch_one(&pool).await.map_err(|error| not_ours(copy, &error))?;
    if answer != "ok" {
        return Err(Failure::Broken(anyhow::anyhow!("{} is damaged: {answer}", copy.display())));
    }
    #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
    let tables: Vec<(String,)> = sqlx::query_as(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like '_sqlx%' order by name",
    )
    .fetch_all(&pool)
    .await
    .map_err(|error| not_ours(copy, &error))?;
    if !tables.iter().any(|(name,)| name == "users") {
        return Err(Failure::Broken(anyhow::anyhow!("{} is not a Lectern database", copy.display())));
    }
    let mut counts = Vec::new();
    for (table,) in tables {
        #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand; the name comes from the schema")]
        let (count,): (i64,) = sqlx::query_as(&format!("select count(*) from \"{table}\""))
            .fetch_one(&pool)
            .await
            .broken("count the copy's rows")?;
        counts.push((table, count));
    }
    pool.close().await;
    Ok(counts)
}

fn not_ours(copy: &Path, error: &sqlx::Error) -> Failure {
    let words = error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    Failure::Broken(anyhow::anyhow!("{} cannot be read: {words}", copy.display()))
}

/// `vacuum into`: a consistent copy without the free pages, made inside a read transaction.
pub(super) async fn copy_into(pool: &SqlitePool, to: &Path) -> Result<(), Failure> {
    if to.exists() {
        return Err(Failure::Broken(anyhow::anyhow!("{} exists already", to.display())));
    }
    // SQLite writes into an empty file as into a new one, and this one is ours alone.
    super::sqlite::keep_to_ourselves(to).broken("make the copy's file")?;
    #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
    sqlx::query("vacuum into ?1")
        .bind(to.to_string_lossy().into_owned())
        .execute(pool)
        .await
        // Half a copy must not stand in the way of the next try.
        .inspect_err(|_| drop(std::fs::remove_file(to)))
        .broken("copy the database")?;
    Ok(())
}

async fn run(pool: &SqlitePool, sql: &'static str) -> sqlx::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
    sqlx::query(sql).execute(pool).await.map(drop)
}

pub(super) async fn open(path: &Path, write: bool) -> Result<SqlitePool, Failure> {
    if !path.exists() {
        return Err(Failure::Broken(anyhow::anyhow!("there is no file {}", path.display())));
    }
    SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(SqliteConnectOptions::new().filename(path).read_only(!write))
        .await
        .broken("open the file")
}
