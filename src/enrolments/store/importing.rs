//! Doing what was ticked of a roster, and keeping what undoing it takes.

use super::managing::{Added, How};
use super::moving::{Moved, PlaceRow, find};
use crate::accounts::model::Email;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::courses::policy::CourseManager;
use crate::db::{Connection, Write, query};
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::enrolments::roster::plan::{Change, Row};
use crate::failure::Failure;
use crate::id::{CourseId, RosterId, UserId};
use crate::sessions::policy::RecentlyProven;

/// What came of an import.
#[derive(Debug, Default)]
pub struct Done {
    /// Who got a place.
    pub added: i64,
    /// Of those, who waits in line, for all seats are taken.
    pub in_line: i64,
    /// Who got another role.
    pub changed: i64,
    /// Who was taken out.
    pub dropped: i64,
    /// Ticked, and not done: there is no seat, or somebody was quicker.
    pub left: i64,
    /// What people hear.
    pub moved: Vec<Moved>,
    /// Whose address a place waits for, and who is still to be asked to make an account.
    pub strangers: Vec<Email>,
}

impl RecentlyProven<CourseManager<'_, Write>> {
    /// Does what the rows say, and keeps how to undo it. Seats that become free are there for who comes. What cannot be done is left, and
    /// counted: so are ticks, of `ticked`, that have no row any more.
    pub async fn import(&mut self, id: RosterId, mut rows: Vec<Row>, ticked: usize) -> Result<Done, Failure> {
        rows.sort_by_key(|row| match row.change {
            Change::Drop(_) => 0,
            Change::Role(..) => 1,
            Change::Add(_) => 2,
        });
        let mut done = Done { left: count(ticked) - count(rows.len()), ..Done::default() };
        let (write, course) = self.inner().connection();
        let now = write.now();
        query("delete from roster_changes where roster_id in (select id from rosters where course_id = $1)")
            .bind(course)
            .execute(write)
            .await?;
        for (number, row) in rows.iter().enumerate() {
            let (write, course) = self.inner().connection();
            let before = Before::of(write, course, row).await?;
            match self.do_row(row, &mut done).await? {
                Came::Done(state) => {
                    let (write, _) = self.inner().connection();
                    before.keep(write, id, count(number), row, state).await?;
                }
                Came::ToNothing => done.left += 1,
            }
        }
        let (write, course) = self.inner().connection();
        query(
            "update rosters set imported_at = $2, content = '', added = $3, changed = $4, dropped = $5 where id = $1 and course_id = $6",
        )
        .bind(id)
        .bind(now)
        .bind(done.added)
        .bind(done.changed)
        .bind(done.dropped)
        .bind(course)
        .execute(write)
        .await?;
        query("delete from roster_addresses where roster_id = $1").bind(id).execute(write).await?;
        let said =
            format!("a roster was imported: {} added, {} changed, {} dropped", done.added, done.changed, done.dropped);
        note(write, Event::of(What::Updated).on(Object::Course(course)).after(said)).await?;
        Ok(done)
    }

    /// Does one row. What is refused to it is no failure of the others.
    async fn do_row(&mut self, row: &Row, done: &mut Done) -> Result<Came, Failure> {
        match self.try_row(row, done).await {
            Err(Failure::Refused(_)) => Ok(Came::ToNothing),
            other => other,
        }
    }

    async fn try_row(&mut self, row: &Row, done: &mut Done) -> Result<Came, Failure> {
        match row.change {
            Change::Add(role) => {
                let state = match self.inner().add_person(&row.email, role, How::ByRoster(row.name.clone())).await? {
                    Added::Moved(_, moved) => {
                        let state = moved.state;
                        done.in_line += i64::from(state == PlaceState::Waitlisted);
                        done.moved.push(moved);
                        Some(state)
                    }
                    Added::Awaited(is_to_be_asked) => {
                        done.strangers.extend(is_to_be_asked.then(|| row.email.clone()));
                        None
                    }
                    Added::Stays(..) | Added::NoAccount => return Ok(Came::ToNothing),
                };
                done.added += 1;
                Ok(Came::Done(state))
            }
            Change::Role(before, role) => {
                match row.user {
                    Some(user) => done.moved.push(self.change_role(user, role).await?.1),
                    None => {
                        if before == CourseRole::Owner {
                            self.inner().spare_owners(None, Some(before)).await?;
                        }
                        self.inner().await_person(&row.email, role, Way::Roster, None).await?;
                    }
                }
                done.changed += 1;
                Ok(Came::Done(None))
            }
            Change::Drop(_) => {
                match row.user {
                    Some(user) => done.moved.push(self.inner().remove(user).await?.1),
                    None => self.inner().forget_awaited(&row.email).await?,
                }
                done.dropped += 1;
                Ok(Came::Done(None))
            }
        }
    }
}

/// How it was before a row of a roster was done.
enum Before {
    Place(UserId, Option<PlaceRow>),
    Awaited(Option<AwaitedBefore>),
}

#[derive(sqlx::FromRow)]
struct AwaitedBefore {
    role: CourseRole,
    way: Way,
    name: Option<String>,
    untold: bool,
}

impl Before {
    async fn of(write: &mut Write, course: CourseId, row: &Row) -> Result<Self, Failure> {
        // Of an address that no enabled account has, or has not shown yet, the place that waits is what changes.
        let user = match row.change {
            Change::Add(_) => query("select id from users where email_key = $1 and disabled_at is null")
                .bind(row.email.key())
                .optional::<(UserId,)>(write)
                .await?
                .map(|(user,)| user),
            Change::Role(..) | Change::Drop(_) => row.user,
        };
        Ok(match user {
            Some(user) => Self::Place(user, find(write, course, user).await?),
            None => Self::Awaited(
                query("select role, way, name, untold from awaited where course_id = $1 and email_key = $2")
                    .bind(course)
                    .bind(row.email.key())
                    .optional(write)
                    .await?,
            ),
        })
    }

    async fn keep(
        self,
        write: &mut Write,
        id: RosterId,
        number: i64,
        row: &Row,
        state: Option<PlaceState>,
    ) -> Result<(), Failure> {
        let (kind, role) = match row.change {
            Change::Add(role) => ("add", role),
            Change::Role(_, role) => ("role", role),
            Change::Drop(role) => ("drop", role),
        };
        let insert = query(
            "insert into roster_changes (roster_id, number, change, role, state, user_id, was_state, was_role, was_way, was_since,
               was_joined_at, was_words, email, email_key, name, was_untold)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(id)
        .bind(number)
        .bind(kind)
        .bind(role.key())
        .bind(state.map(|state| state.key().to_owned()));
        let insert = match self {
            Self::Place(user, place) => insert
                .bind(Some(user))
                .bind(place.as_ref().map(|place| place.state.key().to_owned()))
                .bind(place.as_ref().map(|place| place.role.key().to_owned()))
                .bind(place.as_ref().map(|place| place.way.key().to_owned()))
                .bind(place.as_ref().map(|place| place.since))
                .bind(place.as_ref().and_then(|place| place.joined_at))
                .bind(place.as_ref().and_then(|place| place.words.clone()))
                .bind(None::<String>)
                .bind(None::<String>)
                .bind(None::<String>)
                .bind(place.is_some_and(|place| place.untold)),
            Self::Awaited(before) => insert
                .bind(None::<UserId>)
                .bind(None::<String>)
                .bind(before.as_ref().map(|before| before.role.key().to_owned()))
                .bind(before.as_ref().map(|before| before.way.key().to_owned()))
                .bind(None::<i64>)
                .bind(None::<i64>)
                .bind(None::<String>)
                .bind(Some(row.email.as_typed().to_owned()))
                .bind(Some(row.email.key().to_owned()))
                .bind(row.name.clone().or(before.as_ref().and_then(|before| before.name.clone())))
                .bind(before.is_some_and(|before| before.untold)),
        };
        insert.execute(write).await.map(drop)
    }
}

/// What came of a row.
enum Came {
    /// It is done; where the place is then, where there is one.
    Done(Option<PlaceState>),
    /// It could not be done.
    ToNothing,
}

fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}
