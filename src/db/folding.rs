//! Folds, at start, what is not folded as this version does it: written before `0028_folded.sql`, by an older node that still ran beside this
//! one, or before `folded()` itself changed. A start later than the last older node's end leaves nothing behind.

use std::sync::Arc;

use super::{Db, query};
use crate::failure::Failure;
use crate::folded::folded;
use crate::sessions::caller::Caller;

/// So many rows are looked at, and written, at a time: others write in between.
const AT_ONCE: i64 = 500;

/// A row's number, what it says, and how that is kept.
type Kept = (i64, String, String);

/// Looks at every name, and at every course's words: title and summary, in two lines, as `courses::store::words_folded` has them.
pub(super) async fn fold(db: &Db) -> Result<(), Failure> {
    let names = "select id, name, name_folded from users where id > $1 order by id limit $2";
    fold_all(db, names, "update users set name_folded = $2 where id = $1 and name = $3").await?;
    let words = "select id, title || '\n' || summary, words_folded from courses where id > $1 order by id limit $2";
    let keep_words = "update courses set words_folded = $2 where id = $1 and title || '\n' || summary = $3";
    fold_all(db, words, keep_words).await
}

async fn fold_all(db: &Db, find: &'static str, keep: &'static str) -> Result<(), Failure> {
    let caller = Arc::new(Caller::of_the_system());
    let mut after = 0;
    loop {
        let rows: Vec<Kept> = query(find).bind(after).bind(AT_ONCE).all(&mut db.read(caller.clone()).await?).await?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after = *last;
        let stale: Vec<Kept> = rows
            .into_iter()
            .filter_map(|(id, text, kept)| {
                let new = folded(&text);
                (new != kept).then_some((id, text, new))
            })
            .collect();
        if stale.is_empty() {
            continue;
        }
        let mut write = db.begin_write(caller.clone()).await?;
        for (id, text, new) in stale {
            // Not where somebody has changed the text meanwhile: whoever did has folded it.
            query(keep).bind(id).bind(new).bind(text).execute(&mut write).await?;
        }
        write.commit().await?;
    }
}
