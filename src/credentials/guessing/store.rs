//! All SQL about guesses.

use super::{FORGOTTEN, LONGEST_WAIT, too_many, wait};
use crate::clock::Millis;
use crate::db::{Connection, Write, query};
use crate::failure::Failure;

/// Refuses while a count has to wait.
pub async fn public_check(write: &mut Write, key: &str) -> Result<(), Failure> {
    let now = write.now();
    let counted: Option<(Millis,)> =
        query("select waits_until from guesses where key = $1").bind(key).optional(write).await?;
    // A clock that was set back makes nobody wait longer than the longest wait.
    match counted {
        Some((until,)) if until > now => Err(too_many((until - now).min(LONGEST_WAIT))),
        _ => Ok(()),
    }
}

/// Counts one more try, of which `free` cost nothing and none waits longer than `longest`; refuses while the count has to wait.
pub async fn public_count(write: &mut Write, key: &str, free: i64, longest: Millis) -> Result<(), Failure> {
    let now = write.now();
    query("delete from guesses where key in (select key from guesses where last_at < $1 order by last_at limit 50)")
        .bind(now - FORGOTTEN)
        .execute(write)
        .await?;
    let counted: Option<(i64, Millis)> =
        query("select failures, waits_until from guesses where key = $1").bind(key).optional(write).await?;
    let (failures, waits_until) = counted.unwrap_or((0, 0));
    if waits_until > now {
        return Err(too_many((waits_until - now).min(longest)));
    }
    query(
        "insert into guesses (key, failures, last_at, waits_until) values ($1, $2, $3, $4)
         on conflict (key) do update set failures = excluded.failures, last_at = excluded.last_at, waits_until = excluded.waits_until",
    )
    .bind(key)
    .bind(failures + 1)
    .bind(now)
    .bind(now + wait(failures + 1, free).min(longest))
    .execute(write)
    .await
    .map(drop)
}

/// Says whether there were tries besides the last.
pub async fn public_clear(write: &mut Write, key: &str) -> Result<bool, Failure> {
    let row: Option<(i64,)> =
        query("delete from guesses where key = $1 returning failures").bind(key).optional(write).await?;
    Ok(row.is_some_and(|(failures,)| failures > 1))
}

/// Refuses while a window holds `most`. `last_at` is when it began, `waits_until` when it ends.
pub async fn public_check_window(on: &mut impl Connection, key: &str, most: i64) -> Result<(), Failure> {
    let now = on.now();
    let counted: Option<(i64, Millis)> =
        query("select failures, waits_until from guesses where key = $1").bind(key).optional(on).await?;
    match counted {
        Some((failures, ends)) if failures >= most && ends > now => Err(too_many(ends - now)),
        _ => Ok(()),
    }
}

/// Counts one more in a window; the first one begins it.
pub async fn public_count_in_window(write: &mut Write, key: &str, lasts: Millis) -> Result<(), Failure> {
    let now = write.now();
    query(
        "insert into guesses (key, failures, last_at, waits_until) values ($1, 1, $2, $3)
         on conflict (key) do update set
           failures = case when guesses.waits_until > $2 then guesses.failures + 1 else 1 end,
           last_at = case when guesses.waits_until > $2 then guesses.last_at else $2 end,
           waits_until = case when guesses.waits_until > $2 then guesses.waits_until else $3 end",
    )
    .bind(key)
    .bind(now)
    .bind(now + lasts)
    .execute(write)
    .await
    .map(drop)
}
