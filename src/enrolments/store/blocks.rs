//! Blocks outlive the address they were about: who is blocked from a course and gives an address up, by deleting the account or for another
//! address, leaves a mark of it with the course, and the account that has the address next is blocked from the beginning.
//!
//! The mark is the address's MAC with the site's key: who has the database alone cannot try addresses. It is made only of an address that
//! is surely its person's: whoever signs up with an address that nobody confirmed could else have its owner blocked.

use super::moving::{Taking, take};
use super::states::{is_blocked, is_in, is_pending};
use crate::accounts::model::Email;
use crate::accounts::policy::Asked;
use crate::accounts::store::public_is_surely_theirs;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::courses::policy::CourseStaff;
use crate::db::{Connection, Write, query};
use crate::enrolments::machine::Step;
use crate::enrolments::model::CourseRole;
use crate::failure::Failure;
use crate::id::{CourseId, UserId};
use crate::site_key::{Purpose, SiteKey};

fn mark_of(key: &SiteKey, address_key: &str) -> String {
    key.mac(Purpose::BlockedAddress, address_key)
}

/// Keeps the blocks of somebody who is about to give the address up that the account has now.
pub(crate) async fn keep_blocks(write: &mut Write, key: &SiteKey, user: UserId) -> Result<(), Failure> {
    if !public_is_surely_theirs(write, user).await? {
        return Ok(());
    }
    let now = write.now();
    let (address,): (String,) = query("select email_key from users where id = $1").bind(user).one(write).await?;
    let kept: Vec<(CourseId,)> = query(concat!(
        "insert into blocked_addresses (course_id, address_mac, user_id, blocked_id, since)
         select e.course_id, $2, e.user_id, e.user_id, $3 from enrolments e where e.user_id = $1 and ",
        is_blocked!("e"),
        " on conflict (course_id, address_mac) do update set user_id = excluded.user_id returning course_id"
    ))
    .bind(user)
    .bind(mark_of(key, &address))
    .bind(now)
    .all(write)
    .await?;
    for (course,) in kept {
        let event = Event::of(What::CourseRoleChanged).on(Object::Course(course)).about(user);
        note(write, event.after("blocked, and so is who has the address next")).await?;
    }
    Ok(())
}

/// Gives an account the blocks that hold for the address it has from now on. Who is in a course already, or waits for an answer there,
/// stays: they came as somebody else, and staff have let them.
pub(crate) async fn take_blocks(write: &mut Write, key: &SiteKey, user: UserId, email: &Email) -> Result<(), Failure> {
    let mark = mark_of(key, email.key());
    let blocks: Vec<(CourseId, UserId)> = query(concat!(
        "select b.course_id, b.blocked_id from blocked_addresses b where b.address_mac = $1 and b.user_id <> $2
           and not exists (select 1 from enrolments e where e.course_id = b.course_id and e.user_id = $2 and (",
        is_in!("e"),
        " or ",
        is_pending!("e"),
        ")) order by b.course_id"
    ))
    .bind(mark.as_str())
    .bind(user)
    .all(write)
    .await?;
    for (course, blocked) in blocks {
        // Who has no place frees no seat, so nobody hears of it; a block of their own stays what it is.
        let _moved =
            take(write, course, Taking { user, step: Step::Block, role: CourseRole::Student, way: None }).await?;
        query("update blocked_addresses set user_id = $3 where course_id = $1 and address_mac = $2")
            .bind(course)
            .bind(mark.as_str())
            .bind(user)
            .execute(write)
            .await?;
        let event = Event::of(What::CourseRoleChanged).on(Object::Course(course)).about(user);
        note(write, event.after(format!("blocked, as person {blocked} was with the same address"))).await?;
    }
    Ok(())
}

/// Forgets the addresses that somebody's block in a course holds for: it is lifted.
pub(super) async fn lift_blocks(write: &mut Write, course: CourseId, user: UserId) -> Result<(), Failure> {
    query("delete from blocked_addresses where course_id = $1 and user_id = $2")
        .bind(course)
        .bind(user)
        .execute(write)
        .await
        .map(drop)
}

impl<C: Asked> CourseStaff<'_, C> {
    /// Who was blocked with the address that somebody is blocked for, and as what they are called by now; none where staff blocked
    /// this account itself.
    pub async fn find_blocked_before(&mut self, user: UserId) -> Result<Option<(UserId, String)>, Failure> {
        let (on, course) = self.connection();
        query(
            "select u.id, u.name from blocked_addresses b join users u on u.id = b.blocked_id
             where b.course_id = $1 and b.user_id = $2 and b.blocked_id <> $2 order by b.since desc, u.id limit 1",
        )
        .bind(course)
        .bind(user)
        .optional(on)
        .await
    }
}
