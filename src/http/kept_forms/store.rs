//! All SQL about kept forms. Whoever holds the token may read one: it was made for their browser alone.

use super::RefusedForm;
use crate::db::{Connection, Read, Write, query};
use crate::failure::Failure;
use crate::random;

/// How many bytes of forms of all strangers together are kept, of each kind; the oldest go first.
const OF_STRANGERS: i64 = 64 * 1024 * 1024;
/// And how many of one person.
const OF_ONE: i64 = 16 * 1024 * 1024;

/// What a row counts besides its content, in bytes: more than it takes, so that many small forms have an end as well. The
/// pile is added up at each new one, of at most 16,384 rows then.
const OF_A_ROW: i64 = 4 * 1024;

/// What is kept of a form, and for how long.
pub struct Kept<'a> {
    pub form: &'a RefusedForm,
    pub page: &'a str,
    pub content: String,
    /// Milliseconds.
    pub lasts: i64,
}

/// Stores a form, and clears a few that nobody came back for.
pub async fn public_keep(write: &mut Write, digest: &str, kept: Kept<'_>) -> Result<(), Failure> {
    let now = write.now();
    let unsent = kept.form.unsent.as_ref();
    let user = write.caller().person.as_ref().map(|person| person.id).or(unsent.and_then(|unsent| unsent.person));
    public_delete_expired(write).await?;
    query(
        "insert into kept_forms (token_digest, action, page, content, user_id, unsent, expires_at, size)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(digest)
    .bind(&kept.form.action)
    .bind(random::digest(kept.page))
    .bind(&kept.content)
    .bind(user)
    .bind(unsent.is_some())
    .bind(now + kept.lasts)
    .bind(i64::try_from(kept.content.len()).unwrap_or(i64::MAX).saturating_add(OF_A_ROW))
    .execute(write)
    .await?;
    query(
        "delete from kept_forms where token_digest in
            (select token_digest from
                (select token_digest, sum(size) over (order by expires_at desc, token_digest) as up_to_here
                 from kept_forms where user_id is not distinct from $1 and unsent = $2) as piled
             where up_to_here > $3 limit 1000)",
    )
    .bind(user)
    .bind(unsent.is_some())
    .bind(if user.is_none() { OF_STRANGERS } else { OF_ONE })
    .execute(write)
    .await
    .map(drop)
}

pub async fn public_find(read: &mut Read, digest: &str, page: &str) -> Result<Option<String>, Failure> {
    let now = read.now();
    let row: Option<(String,)> =
        query("select content from kept_forms where token_digest = $1 and page = $2 and expires_at > $3")
            .bind(digest)
            .bind(random::digest(page))
            .bind(now)
            .optional(read)
            .await?;
    Ok(row.map(|(content,)| content))
}

pub async fn public_take(write: &mut Write, digest: &str, page: &str) -> Result<Option<String>, Failure> {
    let now = write.now();
    let row: Option<(String,)> =
        query("delete from kept_forms where token_digest = $1 and page = $2 and expires_at > $3 returning content")
            .bind(digest)
            .bind(random::digest(page))
            .bind(now)
            .optional(write)
            .await?;
    Ok(row.map(|(content,)| content))
}

/// Deletes what nobody came back for, a hundred at a time.
pub async fn public_delete_expired(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query(
        "delete from kept_forms where token_digest in
            (select token_digest from kept_forms where expires_at <= $1 order by expires_at limit 100)",
    )
    .bind(now)
    .execute(write)
    .await
}
