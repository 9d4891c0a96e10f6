//! All SQL about kept forms. Whoever holds the token may read one: it was made for their browser alone.

use super::RefusedForm;
use crate::db::{Connection, Read, Write, query};
use crate::failure::Failure;

/// How many forms of people who were not signed in are kept at a time; the oldest go first. With `STRANGERS_MAX` bytes
/// each, they fill at most 32 MB.
const STRANGERS: i64 = 500;

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
    let stranger =
        write.caller().person.is_none() && kept.form.unsent.as_ref().is_none_or(|unsent| unsent.person.is_none());
    public_delete_expired(write).await?;
    query("insert into kept_forms (token_digest, action, page, content, stranger, expires_at) values ($1, $2, $3, $4, $5, $6)")
        .bind(digest)
        .bind(&kept.form.action)
        .bind(kept.page)
        .bind(kept.content)
        .bind(stranger)
        .bind(now + kept.lasts)
        .execute(write)
        .await?;
    if stranger {
        query(
            "delete from kept_forms where token_digest in
                (select token_digest from kept_forms where stranger order by expires_at desc, token_digest limit 100 offset $1)",
        )
        .bind(STRANGERS)
        .execute(write)
        .await?;
    }
    Ok(())
}

pub async fn public_find(read: &mut Read, digest: &str, page: &str) -> Result<Option<String>, Failure> {
    let now = read.now();
    let row: Option<(String,)> =
        query("select content from kept_forms where token_digest = $1 and page = $2 and expires_at > $3")
            .bind(digest)
            .bind(page)
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
            .bind(page)
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
