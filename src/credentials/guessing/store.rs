//! All SQL about guesses.

use super::{FORGOTTEN, too_many, wait};
use crate::clock::Millis;
use crate::db::{Connection, Write, query};
use crate::failure::Failure;

pub async fn public_count(write: &mut Write, key: &str) -> Result<(), Failure> {
    let now = write.now();
    query("delete from guesses where key in (select key from guesses where last_at < $1 order by last_at limit 50)")
        .bind(now - FORGOTTEN)
        .execute(write)
        .await?;
    let counted: Option<(i64, Millis)> =
        query("select failures, waits_until from guesses where key = $1").bind(key).optional(write).await?;
    let (failures, waits_until) = counted.unwrap_or((0, 0));
    if waits_until > now {
        return Err(too_many(waits_until - now));
    }
    query(
        "insert into guesses (key, failures, last_at, waits_until) values ($1, $2, $3, $4)
         on conflict (key) do update set failures = excluded.failures, last_at = excluded.last_at, waits_until = excluded.waits_until",
    )
    .bind(key)
    .bind(failures + 1)
    .bind(now)
    .bind(now + wait(failures + 1))
    .execute(write)
    .await
    .map(drop)
}

pub async fn public_clear(write: &mut Write, key: &str) -> Result<(), Failure> {
    query("delete from guesses where key = $1").bind(key).execute(write).await.map(drop)
}
