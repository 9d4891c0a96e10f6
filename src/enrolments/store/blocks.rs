//! Blocks outlive the address they were about: of who is blocked from a course and gives an address up, by deleting the account or for another
//! one, a mark of it stays, and no other account with that address comes into a course that they are blocked from.
//!
//! A mark is the address's MAC with the site's key: who has the database alone cannot try addresses. It is made only of an address that is
//! surely its person's: whoever signs up with somebody else's could else have its owner kept out. Nothing is written down of an account
//! that a mark keeps out.

use std::collections::HashSet;

use super::states::{had_blocked_address, is_blocked};
use crate::accounts::store::public_is_surely_theirs;
use crate::db::{Connection, Write, query};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};
use crate::site_key::Purpose;

/// The mark of an address, by its key; none without the site's key.
pub(crate) fn mark_of(on: &impl Connection, address_key: &str) -> Option<String> {
    on.key().map(|key| key.mac(Purpose::GivenUpAddress, address_key))
}

/// Keeps a mark of the address that an account has, where its person is blocked somewhere. Called before the account has another one, or none.
pub(crate) async fn keep_mark(write: &mut Write, user: UserId) -> Result<(), Failure> {
    if !public_is_surely_theirs(write, user).await? {
        return Ok(());
    }
    let now = write.now();
    let (address,): (String,) = query("select email_key from users where id = $1").bind(user).one(write).await?;
    let Some(mark) = mark_of(write, &address) else { return Ok(()) };
    query(concat!(
        "insert into given_up_addresses (user_id, address_mac, since)
         select u.id, $2, $3 from users u where u.id = $1 and exists (select 1 from enrolments e where e.user_id = u.id and ",
        is_blocked!("e"),
        ") on conflict do nothing"
    ))
    .bind(user)
    .bind(mark)
    .bind(now)
    .execute(write)
    .await
    .map(drop)
}

/// Forgets the marks of somebody who is blocked nowhere any more.
pub(super) async fn forget_marks(write: &mut Write, user: UserId) -> Result<(), Failure> {
    query(concat!(
        "delete from given_up_addresses where user_id = $1 and not exists (select 1 from enrolments e where e.user_id = $1 and ",
        is_blocked!("e"),
        ")"
    ))
    .bind(user)
    .execute(write)
    .await
    .map(drop)
}

/// Whether somebody who is blocked from the course has had this address.
pub(super) async fn is_address_blocked(
    on: &mut impl Connection,
    course: CourseId,
    address_key: &str,
) -> Result<bool, Failure> {
    let mark = mark_of(on, address_key);
    let (is,): (bool,) =
        query(concat!("select ", had_blocked_address!("$1", "$2"))).bind(course).bind(mark).one(on).await?;
    Ok(is)
}

/// The same for the address that an account has.
pub(super) async fn has_blocked_address(
    on: &mut impl Connection,
    course: CourseId,
    user: UserId,
) -> Result<bool, Failure> {
    let (address,): (String,) = query("select email_key from users where id = $1").bind(user).one(on).await?;
    is_address_blocked(on, course, &address).await
}

/// Which of the addresses of a roster they have had who are blocked from the course.
pub(super) async fn blocked_of(
    on: &mut impl Connection,
    course: CourseId,
    addresses: impl Iterator<Item = String>,
) -> Result<HashSet<String>, Failure> {
    let marks: Vec<(String,)> = query(concat!(
        "select distinct g.address_mac from given_up_addresses g join enrolments e on e.user_id = g.user_id where e.course_id = $1 and ",
        is_blocked!("e")
    ))
    .bind(course)
    .all(on)
    .await?;
    if marks.is_empty() {
        return Ok(HashSet::new());
    }
    let marks: HashSet<String> = marks.into_iter().map(|(mark,)| mark).collect();
    Ok(addresses.filter(|address| mark_of(on, address).is_some_and(|mark| marks.contains(&mark))).collect())
}
