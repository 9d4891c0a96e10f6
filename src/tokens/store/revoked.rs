//! The denylist: access tokens that were taken back, until they would have ended by themselves.

use crate::clock::Millis;
use crate::db::{Connection, Write, query};
use crate::failure::Failure;

/// Puts a token on it. Twice is no error.
pub async fn public_revoke(write: &mut Write, jti: &str, expires_at: Millis) -> Result<(), Failure> {
    query("insert into revoked_tokens (jti, expires_at) values ($1, $2) on conflict (jti) do nothing")
        .bind(jti)
        .bind(expires_at)
        .execute(write)
        .await
        .map(drop)
}

/// Forgets those that have ended, a few hundred at a time.
pub async fn public_delete_over(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from revoked_tokens where jti in (select jti from revoked_tokens where expires_at <= $1 order by expires_at limit 500)")
        .bind(now)
        .execute(write)
        .await
}
