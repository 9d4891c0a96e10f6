//! Whose account it surely is, and whose it was: what getting one back, or taking one over, is measured by.

use crate::clock::{DAY, Millis};
use crate::db::{Connection, Write, query};
use crate::failure::Failure;
use crate::id::UserId;

/// Writes down that an admin, or whoever runs the server, says whose account it is: whoever signs up says so themselves, and may
/// type anybody's address.
pub(crate) async fn vouch(write: &mut Write, user: UserId) -> Result<(), Failure> {
    let now = write.now();
    query("update users set vouched_at = coalesce(vouched_at, $2) where id = $1")
        .bind(user)
        .bind(now)
        .execute(write)
        .await
        .map(drop)
}

/// Whether an account's address is its person's: they read what was sent there, or somebody who looks after the site said so.
pub async fn public_is_surely_theirs(on: &mut impl Connection, user: UserId) -> Result<bool, Failure> {
    let row: Option<(bool,)> =
        query("select email_verified_at is not null or vouched_at is not null from users where id = $1")
            .bind(user)
            .optional(on)
            .await?;
    Ok(row.is_some_and(|(is,)| is))
}

/// How long an account counts as an admin's that was one: else another admin could make it a student's, take it over, and make it
/// an admin's again (ours: the audit log is looked at in that time).
const STILL_AN_ADMINS: Millis = 30 * DAY;

/// The moment since which an account counts as an admin's, though it is none now.
pub fn still_an_admins_since(now: Millis) -> Millis {
    now - STILL_AN_ADMINS
}

/// Whether the account `u` is an admin's, or was since then.
macro_rules! is_admins {
    ($since:literal) => {
        concat!("(u.role = 'admin' or coalesce(u.admin_until, 0) > ", $since, ")")
    };
}
pub(crate) use is_admins;

/// Whether an account is an admin's, or was lately: nobody but its person and whoever runs the server gets into it.
pub async fn public_is_admins(on: &mut impl Connection, user: UserId) -> Result<bool, Failure> {
    let since = still_an_admins_since(on.now());
    let row: Option<(bool,)> = query(concat!("select ", is_admins!("$2"), " from users u where u.id = $1"))
        .bind(user)
        .bind(since)
        .optional(on)
        .await?;
    Ok(row.is_some_and(|(is,)| is))
}
