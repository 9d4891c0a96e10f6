//! All SQL about posts that may come twice.

use crate::clock::{DAY, Millis};
use crate::db::{Connection, Write, query};
use crate::failure::Failure;
use crate::id::UserId;

/// How long a name is remembered (ours: longer than any program goes on trying).
const KEPT_FOR: Millis = DAY;

/// As many of one person are remembered, the last (ours: a night's import fits, and what somebody can put on the disk has a bound).
const MOST: i64 = 1_000;

/// What was answered.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Kept {
    /// Of address, version and body.
    pub request_digest: String,
    /// Of the answer.
    pub status: i64,
    /// JSON: where it was made, and its version.
    pub headers: String,
    /// The body of the answer.
    pub content: String,
}

/// What was answered to this person's request of that name, where there was one.
pub async fn public_find(write: &mut Write, user: UserId, key_digest: &str) -> Result<Option<Kept>, Failure> {
    let now = write.now();
    query(
        "select request_digest, status, headers, content from idempotency_keys where user_id = $1 and key_digest = $2 and expires_at > $3",
    )
    .bind(user)
    .bind(key_digest)
    .bind(now)
    .optional(write)
    .await
}

/// Writes down what is answered.
pub async fn public_keep(
    write: &mut Write,
    user: UserId,
    key_digest: &str,
    request_digest: &str,
    status: i64,
    headers: &str,
    content: &str,
) -> Result<(), Failure> {
    let now = write.now();
    query(
        "insert into idempotency_keys (user_id, key_digest, request_digest, status, headers, content, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (user_id, key_digest) do update set request_digest = excluded.request_digest, status = excluded.status,
           headers = excluded.headers, content = excluded.content, expires_at = excluded.expires_at",
    )
    .bind(user)
    .bind(key_digest)
    .bind(request_digest)
    .bind(status)
    .bind(headers)
    .bind(content)
    .bind(now + KEPT_FOR)
    .execute(write)
    .await?;
    query(
        "delete from idempotency_keys where user_id = $1 and expires_at <
            (select expires_at from idempotency_keys where user_id = $1 order by expires_at desc limit 1 offset $2)",
    )
    .bind(user)
    .bind(MOST - 1)
    .execute(write)
    .await
    .map(drop)
}

/// Forgets names whose time is over, a few hundred at a time.
pub async fn public_delete_over(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query(
        "delete from idempotency_keys where (user_id, key_digest) in
            (select user_id, key_digest from idempotency_keys where expires_at <= $1 order by expires_at limit 500)",
    )
    .bind(now)
    .execute(write)
    .await
}
