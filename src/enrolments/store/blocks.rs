//! Blocks outlive an account: whoever deletes theirs and signs up again with the same address is blocked still.

use super::states::is_blocked;
use crate::accounts::model::Email;
use crate::db::{Write, query};
use crate::failure::Failure;
use crate::id::UserId;
use crate::random::digest;

/// Of an account about to be deleted, keeps a digest of its address where it is blocked in a course; of all others nothing.
pub(crate) async fn remember_address(write: &mut Write, user: UserId) -> Result<(), Failure> {
    let blocked: Option<(String,)> = query(concat!(
        "select u.email_key from users u where u.id = $1 and exists (select 1 from enrolments e where e.user_id = u.id and ",
        is_blocked!("e"),
        ")"
    ))
    .bind(user)
    .optional(write)
    .await?;
    let Some((address,)) = blocked else { return Ok(()) };
    query("update users set address_was = $2 where id = $1").bind(user).bind(of(&address)).execute(write).await?;
    Ok(())
}

/// Gives a new account the blocks of a deleted one that had its address.
pub(crate) async fn carry_over(write: &mut Write, user: UserId, email: &Email) -> Result<(), Failure> {
    let was = of(email.key());
    query(concat!(
        "update enrolments as e set user_id = $1 where ",
        is_blocked!("e"),
        " and e.user_id in (select id from users where address_was = $2)"
    ))
    .bind(user)
    .bind(was.as_str())
    .execute(write)
    .await?;
    query("update users set address_was = null where address_was = $1").bind(was).execute(write).await?;
    Ok(())
}

/// What is kept of an address: who has the database can find out whether it is one they think of, as with the addresses of all others there.
fn of(address: &str) -> String {
    digest(&format!("address of a blocked account\n{address}"))
}
