//! Blocks outlive the address they were about: of who is blocked from a course and gives an address up, by deleting the account or for another
//! one, a mark of it stays, and no other account with that address comes into a course that they are blocked from.
//!
//! A mark is the address's MAC with the site's key: who has the database alone cannot try addresses. It is made only of an address that is
//! surely its person's: whoever signs up with somebody else's could else have its owner kept out. Nothing is written down of an account
//! that a mark keeps out.

use std::collections::HashMap;

use super::states::is_blocked;
use crate::accounts::store::public_is_surely_theirs;
use crate::db::{Connection, Write, query};
use crate::failure::Failure;
use crate::id::{CourseId, RosterId, UserId};
use crate::site_key::Purpose;

/// The mark of an address, by its key. Fails where there is no site's key: to find nothing then would let everybody in.
pub(crate) fn mark_of(on: &impl Connection, address_key: &str) -> Result<String, Failure> {
    let key =
        on.key().ok_or_else(|| Failure::Broken(anyhow::anyhow!("addresses are compared without the site's key")))?;
    Ok(key.mac(Purpose::GivenUpAddress, address_key))
}

/// Keeps a mark of the address that an account has, where its person is blocked somewhere. Called before the account has another one, or none.
pub(crate) async fn keep_mark(write: &mut Write, user: UserId) -> Result<(), Failure> {
    if !public_is_surely_theirs(write, user).await? {
        return Ok(());
    }
    let now = write.now();
    let (address,): (String,) = query("select email_key from users where id = $1").bind(user).one(write).await?;
    let mark = mark_of(write, &address)?;
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

/// The marks of those who are blocked from a course, each with what the first of them is called who had the address. Most courses have none.
async fn marks_of(on: &mut impl Connection, course: CourseId) -> Result<HashMap<String, String>, Failure> {
    let marks: Vec<(String, String)> = query(concat!(
        "select g.address_mac, u.name from given_up_addresses g join users u on u.id = g.user_id
           join enrolments e on e.user_id = g.user_id where e.course_id = $1 and ",
        is_blocked!("e"),
        " order by g.user_id"
    ))
    .bind(course)
    .all(on)
    .await?;
    let mut firsts = HashMap::new();
    for (mark, name) in marks {
        firsts.entry(mark).or_insert(name);
    }
    Ok(firsts)
}

/// What somebody is called who is blocked from the course and has had this address; none where nobody has.
pub(super) async fn blocked_with_address(
    on: &mut impl Connection,
    course: CourseId,
    address_key: &str,
) -> Result<Option<String>, Failure> {
    let mut marks = marks_of(on, course).await?;
    if marks.is_empty() { Ok(None) } else { Ok(marks.remove(&mark_of(on, address_key)?)) }
}

/// The same for the address that an account has.
pub(super) async fn blocked_with_address_of(
    on: &mut impl Connection,
    course: CourseId,
    user: UserId,
) -> Result<Option<String>, Failure> {
    let mut marks = marks_of(on, course).await?;
    if marks.is_empty() {
        return Ok(None);
    }
    let (address,): (String,) = query("select email_key from users where id = $1").bind(user).one(on).await?;
    Ok(marks.remove(&mark_of(on, &address)?))
}

/// Of the addresses of a roster, by their keys, those that somebody who is blocked has had, with what they are called.
pub(super) async fn blocked_of_roster(
    on: &mut impl Connection,
    course: CourseId,
    roster: RosterId,
) -> Result<HashMap<String, String>, Failure> {
    let marks = marks_of(on, course).await?;
    if marks.is_empty() {
        return Ok(HashMap::new());
    }
    let addresses: Vec<(String,)> =
        query("select email_key from roster_addresses where roster_id = $1").bind(roster).all(on).await?;
    let mut blocked = HashMap::new();
    for (address,) in addresses {
        if let Some(name) = marks.get(&mark_of(on, &address)?) {
            blocked.insert(address, name.clone());
        }
    }
    Ok(blocked)
}
