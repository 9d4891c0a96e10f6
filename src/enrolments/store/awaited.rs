//! Places that wait for a person: staff have written an address down that no account has yet, and they are given to the account that
//! shows that it has the address.

use super::moving::{Taking, take};
use super::untold::{news_of_stranger, put_untold, state_of_letters};
use crate::accounts::model::Email;
use crate::accounts::policy::Asked;
use crate::accounts::store::public_is_surely_theirs;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::policy::{CourseManager, CourseStaff};
use crate::db::{Connection, Write, query};
use crate::enrolments::machine::{Stays, Step};
use crate::enrolments::model::{CourseRole, Way};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{CourseId, UserId};

/// A place that waits for an address.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AwaitedRow {
    /// As staff typed it.
    pub email: String,
    /// As a roster wrote it.
    pub name: Option<String>,
    /// What they will be.
    pub role: CourseRole,
    /// Since when.
    pub since: Millis,
    /// An account says that it has this address and has not shown it.
    pub is_claimed: bool,
}

impl<C: Asked> CourseStaff<'_, C> {
    /// The addresses that places of this course wait for, from A on: `most` of them from the `skip`th on, and how many there are.
    pub async fn list_awaited(&mut self, most: i64, skip: i64) -> Result<(Vec<AwaitedRow>, i64), Failure> {
        let (on, course) = self.connection();
        let (total,): (i64,) = query("select count(*) from awaited where course_id = $1").bind(course).one(on).await?;
        let rows = query(
            "select a.email, a.name, a.role, a.since, exists (select 1 from users u where u.email_key = a.email_key) as is_claimed
             from awaited a where a.course_id = $1 order by a.email_key limit $2 offset $3",
        )
        .bind(course)
        .bind(most)
        .bind(skip)
        .all(on)
        .await?;
        Ok((rows, total))
    }
}

impl CourseManager<'_, Write> {
    /// Lets a place wait for this address, for the new role where one does already. Answers whether its person is still to be asked: none
    /// waited, or its letter still does.
    pub(super) async fn await_person(
        &mut self,
        email: &Email,
        role: CourseRole,
        way: Way,
        name: Option<&str>,
    ) -> Result<bool, Failure> {
        let (write, course) = self.connection();
        let now = write.now();
        let before: Option<(bool,)> = query("select untold from awaited where course_id = $1 and email_key = $2")
            .bind(course)
            .bind(email.key())
            .optional(write)
            .await?;
        query(
            "insert into awaited (course_id, email_key, email, role, way, since, name) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (course_id, email_key) do update
               set email = excluded.email, role = excluded.role, way = excluded.way, name = coalesce(excluded.name, awaited.name)",
        )
        .bind(course)
        .bind(email.key())
        .bind(email.as_typed())
        .bind(role.key())
        .bind(way.key())
        .bind(now)
        .bind(name.map(str::to_owned))
        .execute(write)
        .await?;
        let event = Event::of(What::CourseRoleChanged).on(Object::Course(course));
        note(write, event.after(format!("a place as {} waits for an address", role.key()))).await?;
        Ok(before.is_none_or(|(untold,)| untold))
    }

    /// Takes a place back that waits for this address. `NotFound` when none does.
    pub async fn forget_awaited(&mut self, email: &Email) -> Result<(), Failure> {
        let (write, course) = self.connection();
        let gone = query("delete from awaited where course_id = $1 and email_key = $2")
            .bind(course)
            .bind(email.key())
            .execute(write)
            .await?;
        if gone == 0 {
            return Err(AppError::NotFound.into());
        }
        let event = Event::of(What::CourseRoleChanged).on(Object::Course(course));
        note(write, event.before("a place waits for an address").after("none")).await
    }
}

#[derive(sqlx::FromRow)]
struct Waiting {
    course_id: CourseId,
    state: CourseState,
    role: CourseRole,
    way: Way,
    untold: bool,
}

/// Gives an account the places that wait for its address, once it is surely its person's. Called where somebody signs in, and where
/// an address is confirmed. Where there is neither seat nor line, its person asks for one by that: staff answer, and nobody loses what was
/// promised. A place whose person is blocked, or with whose address somebody is, waits no more.
pub async fn public_give_awaited(write: &mut Write, user: UserId) -> Result<(), Failure> {
    let places: Vec<Waiting> = query(concat!(
        "select a.course_id, ",
        state_of_letters!("c"),
        " as state, a.role, a.way, a.untold from awaited a join users u on u.email_key = a.email_key
         join courses c on c.id = a.course_id where u.id = $1 order by a.course_id"
    ))
    .bind(user)
    .all(write)
    .await?;
    if places.is_empty() || !public_is_surely_theirs(write, user).await? {
        return Ok(());
    }
    for Waiting { course_id, state, role, way, untold } in places {
        let step = if way == Way::Invitation { Step::Invite } else { Step::LetIn };
        let taking = Taking { user, step, role, way: Some(way) };
        let taken = match take(write, course_id, taking).await? {
            Err(Stays::NoRoom) => take(write, course_id, Taking { step: Step::Ask, ..taking }).await?,
            taken => taken,
        };
        if let Ok(moved) = taken {
            // They are here themselves, and their home says it: but of what waits for publication.
            if untold && news_of_stranger(role, way).waits_for_publication(state) {
                put_untold(write, course_id, user, true).await?;
            }
            // Who moved up for it, or lost a seat that was kept, hears within minutes: a sign-in writes no letters.
            for (other, _) in moved.silent().news {
                put_untold(write, course_id, other, true).await?;
            }
        }
        query("delete from awaited where course_id = $1 and email_key = (select email_key from users where id = $2)")
            .bind(course_id)
            .bind(user)
            .execute(write)
            .await?;
    }
    Ok(())
}
