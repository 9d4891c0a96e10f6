//! The contents of files inside a copy of the database: a backup is one file. In pieces, since a row holds a gigabyte at most, and the memory less.

use std::path::Path;

use sqlx::sqlite::SqlitePool;

use super::backup::open;
use crate::failure::{Broken, Failure};

/// So much is in memory at once.
const PIECE: usize = 1024 * 1024;

/// The name of the table in a copy; a database in use has none of it.
pub(super) const TABLE: &str = "packed_contents";

/// A copy of the database, open for what is packed into it.
#[derive(Debug)]
pub struct Packed {
    pool: SqlitePool,
}

#[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
impl Packed {
    /// Opens a copy to pack into.
    pub async fn open_to_write(copy: &Path) -> Result<Self, Failure> {
        let pool = open(copy, true).await?;
        sqlx::query("create table packed_contents (digest text not null, piece integer not null, bytes blob not null, primary key (digest, piece)) strict")
            .execute(&pool)
            .await
            .broken("make room for the files")?;
        Ok(Self { pool })
    }

    /// Opens a copy to unpack; none where nothing was packed into it.
    pub async fn open_to_read(copy: &Path) -> Result<Option<Self>, Failure> {
        let pool = open(copy, false).await?;
        let (is_there,): (bool,) =
            sqlx::query_as("select exists (select 1 from sqlite_schema where type = 'table' and name = ?1)")
                .bind(TABLE)
                .fetch_one(&pool)
                .await
                .broken("look into the copy")?;
        Ok(is_there.then_some(Self { pool }))
    }

    /// The contents that the copy's files mean: digest, bytes, and course and name of one of the files.
    pub async fn list_meant(&self) -> Result<Vec<(String, i64, String)>, Failure> {
        sqlx::query_as(
            "select c.digest, c.size, min(o.slug || '/' || f.name) from contents c join files f on f.digest = c.digest
             join courses o on o.id = f.course_id group by c.digest, c.size order by c.digest",
        )
        .fetch_all(&self.pool)
        .await
        .broken("list the copy's files")
    }

    /// Takes a content out again.
    pub async fn forget(&self, digest: &str) -> Result<(), Failure> {
        sqlx::query("delete from packed_contents where digest = ?1")
            .bind(digest)
            .execute(&self.pool)
            .await
            .map(drop)
            .broken("take a file out of the copy")
    }

    /// The contents that are packed.
    pub async fn list(&self) -> Result<Vec<String>, Failure> {
        let rows: Vec<(String,)> = sqlx::query_as("select distinct digest from packed_contents order by digest")
            .fetch_all(&self.pool)
            .await
            .broken("list what is packed")?;
        Ok(rows.into_iter().map(|(digest,)| digest).collect())
    }

    /// Packs a content, piece by piece, as `next` hands it over.
    pub async fn put(
        &self,
        digest: &str,
        mut next: impl AsyncFnMut() -> Result<Option<Vec<u8>>, Failure>,
    ) -> Result<(), Failure> {
        let mut number = 0i64;
        let mut waiting = Vec::new();
        loop {
            let bytes = next().await?;
            let is_end = bytes.is_none();
            waiting.extend(bytes.unwrap_or_default());
            if waiting.len() >= PIECE || (is_end && !waiting.is_empty()) {
                sqlx::query("insert into packed_contents (digest, piece, bytes) values (?1, ?2, ?3)")
                    .bind(digest)
                    .bind(number)
                    .bind(std::mem::take(&mut waiting))
                    .execute(&self.pool)
                    .await
                    .broken("pack a file")?;
                number += 1;
            }
            if is_end {
                return Ok(());
            }
        }
    }

    /// A piece of a content, from 0 on; none after the last.
    pub async fn piece(&self, digest: &str, number: i64) -> Result<Option<Vec<u8>>, Failure> {
        let row: Option<(Vec<u8>,)> =
            sqlx::query_as("select bytes from packed_contents where digest = ?1 and piece = ?2")
                .bind(digest)
                .bind(number)
                .fetch_optional(&self.pool)
                .await
                .broken("unpack a file")?;
        Ok(row.map(|(bytes,)| bytes))
    }

    /// Writes all of it to the disk.
    pub async fn close(self) {
        self.pool.close().await;
    }
}
