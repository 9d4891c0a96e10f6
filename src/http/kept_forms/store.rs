//! All SQL about kept forms. Whoever holds the token may read one: it was made for their browser alone.

use super::RefusedForm;
use crate::db::{Connection, Read, Write, query};
use crate::failure::Failure;

/// Stores a form for `lasts` milliseconds, and clears a few that nobody came back for.
pub async fn public_keep(
    write: &mut Write,
    digest: &str,
    form: &RefusedForm,
    page: &str,
    content: String,
    lasts: i64,
) -> Result<(), Failure> {
    let now = write.now();
    public_delete_expired(write).await?;
    query("insert into kept_forms (token_digest, action, page, content, expires_at) values ($1, $2, $3, $4, $5)")
        .bind(digest)
        .bind(&form.action)
        .bind(page)
        .bind(content)
        .bind(now + lasts)
        .execute(write)
        .await
        .map(drop)
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
