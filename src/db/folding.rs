//! Folds what was written by a version before `0028_folded.sql`, or while one still ran beside this: once, at start.

use std::sync::Arc;

use super::{Db, query};
use crate::failure::Failure;
use crate::folded::folded;
use crate::sessions::caller::Caller;

/// So many rows in one transaction: others write in between.
const AT_ONCE: i64 = 500;

/// Folds every name, and every course's words, that is not folded yet.
pub(super) async fn fold(db: &Db) -> Result<(), Failure> {
    for (find, keep) in [
        (
            "select id, name from users where name_folded = '' limit $1",
            "update users set name_folded = $2 where id = $1",
        ),
        (
            "select id, title || '\n' || summary from courses where words_folded = '' limit $1",
            "update courses set words_folded = $2 where id = $1",
        ),
    ] {
        while fold_some(db, find, keep).await? == AT_ONCE {}
    }
    Ok(())
}

/// Answers how many there were.
async fn fold_some(db: &Db, find: &'static str, keep: &'static str) -> Result<i64, Failure> {
    let caller = Arc::new(Caller::of_the_system());
    let rows: Vec<(i64, String)> = query(find).bind(AT_ONCE).all(&mut db.read(caller.clone()).await?).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut write = db.begin_write(caller).await?;
    let mut count = 0;
    for (id, text) in rows {
        // A space is what nothing is folded to, so that this ends.
        let words = Some(folded(&text)).filter(|words| !words.is_empty()).unwrap_or_else(|| " ".to_owned());
        query(keep).bind(id).bind(words).execute(&mut write).await?;
        count += 1;
    }
    write.commit().await?;
    Ok(count)
}
