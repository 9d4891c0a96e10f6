//! Doing what was ticked of a roster, and undoing it.

use super::managing::{Added, How};
use super::moving::{Moved, PlaceRow, Taking, find, take};
use crate::accounts::model::Email;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::policy::CourseManager;
use crate::db::{Connection, Write, query};
use crate::enrolments::machine::Step;
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::enrolments::roster::plan::{Change, Row};
use crate::error::AppError;
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
    /// Who is asked to make an account.
    pub strangers: Vec<Email>,
}

/// What came of undoing one.
#[derive(Debug, Default)]
pub struct Undone {
    /// Who is as they were before.
    pub people: i64,
    /// Whose place has changed since, and stays.
    pub left: i64,
    /// Who hears of it: those in line.
    pub moved: Vec<Moved>,
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
            if self.do_row(row, &mut done).await? {
                let (write, _) = self.inner().connection();
                before.keep(write, id, count(number), row).await?;
            } else {
                done.left += 1;
            }
        }
        let (write, course) = self.inner().connection();
        query(
            "update rosters set imported_at = $2, content = '', added = $3, changed = $4, dropped = $5 where id = $1",
        )
        .bind(id)
        .bind(now)
        .bind(done.added)
        .bind(done.changed)
        .bind(done.dropped)
        .execute(write)
        .await?;
        query("delete from roster_addresses where roster_id = $1").bind(id).execute(write).await?;
        let said =
            format!("a roster was imported: {} added, {} changed, {} dropped", done.added, done.changed, done.dropped);
        note(write, Event::of(What::Updated).on(Object::Course(course)).after(said)).await?;
        Ok(done)
    }

    /// Whether it could be done. What the table of people refuses is no failure of the others.
    async fn do_row(&mut self, row: &Row, done: &mut Done) -> Result<bool, Failure> {
        match row.change {
            Change::Add(role) => match self.inner().add_person(&row.email, role, How::ByRoster(row.name.clone())).await
            {
                Ok(Added::Moved(_, moved)) => {
                    done.in_line += i64::from(moved.state == PlaceState::Waitlisted);
                    done.added += 1;
                    done.moved.push(moved);
                }
                Ok(Added::Awaited(_)) => {
                    done.added += 1;
                    done.strangers.push(row.email.clone());
                }
                Ok(Added::Stays(..) | Added::NoAccount) | Err(Failure::Refused(_)) => return Ok(false),
                Err(broken) => return Err(broken),
            },
            Change::Role(_, role) => {
                let changed = match row.user {
                    Some(user) => self.change_role(user, role).await.map(|(_, moved)| done.moved.push(moved)),
                    None => self.inner().await_person(&row.email, role, Way::Roster, None).await.map(drop),
                };
                match changed {
                    Ok(()) => done.changed += 1,
                    Err(Failure::Refused(_)) => return Ok(false),
                    Err(broken) => return Err(broken),
                }
            }
            Change::Drop(_) => {
                match row.user {
                    Some(user) => match self.inner().remove(user).await {
                        Ok((_, moved)) => done.moved.push(moved),
                        Err(Failure::Refused(_)) => return Ok(false),
                        Err(broken) => return Err(broken),
                    },
                    None => self.inner().forget_awaited(&row.email).await?,
                }
                done.dropped += 1;
            }
        }
        Ok(true)
    }

    /// Puts everybody back to where they were before the last import: but whose place has changed since. `Conflict` when it is not the
    /// last one, is undone already, or was too long ago.
    pub async fn undo_import(&mut self, id: RosterId) -> Result<Undone, Failure> {
        let head = self.inner().find_roster(id).await?;
        let Some(imported_at) = head.imported_at.filter(|_| head.can_be_undone) else {
            return Err(AppError::Conflict("This import cannot be undone any more.".to_owned()).into());
        };
        let (write, course) = self.inner().connection();
        let now = write.now();
        let rows: Vec<ChangeRow> = query(
            "select change, user_id, email, name, was_state, was_role, was_way, role from roster_changes where roster_id = $1 order by number desc",
        )
        .bind(id)
        .all(write)
        .await?;
        let mut undone = Undone::default();
        for row in rows {
            let (write, course) = self.inner().connection();
            let back = match row.user_id {
                Some(user) if row.change == Kind::Role => self.undo_role(&row, user).await?,
                Some(user) => row.undo_place(write, course, user, imported_at).await?,
                None => self.inner().undo_awaited(&row).await?,
            };
            match back {
                Back::Done(moved) => {
                    undone.people += 1;
                    undone.moved.extend(moved.map(Moved::untold));
                }
                Back::Left => undone.left += 1,
            }
        }
        let (write, _) = self.inner().connection();
        query("update rosters set undone_at = $2 where id = $1").bind(id).bind(now).execute(write).await?;
        query("delete from roster_changes where roster_id = $1").bind(id).execute(write).await?;
        let said = format!("an import was undone: {} put back, {} left", undone.people, undone.left);
        note(write, Event::of(What::Updated).on(Object::Course(course)).after(said)).await?;
        Ok(undone)
    }

    /// Only who may make owners gives somebody a role back that was one.
    async fn undo_role(&mut self, row: &ChangeRow, user: UserId) -> Result<Back, Failure> {
        let (write, course) = self.inner().connection();
        let is_as_it_was_left = find(write, course, user).await?.is_some_and(|place| place.role == row.role);
        let Some(role) = row.was_role.filter(|_| is_as_it_was_left) else { return Ok(Back::Left) };
        match self.change_role(user, role).await {
            Ok((_, moved)) => Ok(Back::Done(Some(moved))),
            Err(Failure::Refused(_)) => Ok(Back::Left),
            Err(broken) => Err(broken),
        }
    }
}

impl CourseManager<'_, Write> {
    /// A place that waits for an address, or was given to its account since.
    async fn undo_awaited(&mut self, row: &ChangeRow) -> Result<Back, Failure> {
        let Some(email) = row.email.as_deref().and_then(|email| Email::parse(email).ok()) else {
            return Ok(Back::Left);
        };
        let (write, course) = self.connection();
        let waiting: Option<(CourseRole, Way)> =
            query("select role, way from awaited where course_id = $1 and email_key = $2")
                .bind(course)
                .bind(email.key())
                .optional(write)
                .await?;
        let before = row.was_role.zip(row.was_way);
        let is_ours = waiting.is_some_and(|(role, way)| role == row.role && way == Way::Roster);
        match (row.change, waiting, before) {
            (Kind::Drop, None, Some((role, way))) => {
                let (write, course) = self.connection();
                let given: Option<(UserId,)> = query(
                    "select u.id from users u join enrolments e on e.user_id = u.id and e.course_id = $2 where u.email_key = $1",
                )
                .bind(email.key())
                .bind(course)
                .optional(write)
                .await?;
                if given.is_some() {
                    return Ok(Back::Left);
                }
                self.await_person(&email, role, way, row.name.as_deref()).await?;
            }
            (Kind::Add | Kind::Role, Some(_), Some((role, way))) if is_ours => {
                self.await_person(&email, role, way, row.name.as_deref()).await?;
            }
            (Kind::Add, Some(_), None) if is_ours => self.forget_awaited(&email).await?,
            (Kind::Add, None, None) => {
                // Somebody has made the account since, and has the place.
                let (write, course) = self.connection();
                let given: Option<(UserId,)> =
                    query("select id from users where email_key = $1").bind(email.key()).optional(write).await?;
                let Some((user,)) = given else { return Ok(Back::Left) };
                return row.undo_addition(write, course, user).await;
            }
            _ => return Ok(Back::Left),
        }
        Ok(Back::Done(None))
    }
}

/// What a change was, in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase", type_name = "text")]
enum Kind {
    Add,
    Role,
    Drop,
}

/// How it was before a row of a roster was done.
enum Before {
    Place(UserId, Option<PlaceRow>),
    Awaited(Option<(CourseRole, Way, Option<String>)>),
}

impl Before {
    async fn of(write: &mut Write, course: CourseId, row: &Row) -> Result<Self, Failure> {
        let user = match row.user {
            Some(user) => Some(user),
            None => query("select id from users where email_key = $1 and disabled_at is null")
                .bind(row.email.key())
                .optional::<(UserId,)>(write)
                .await?
                .map(|(user,)| user),
        };
        Ok(match user {
            // A place that waits for an address some account has not shown is still that address's.
            Some(user) if row.user.is_some() || matches!(row.change, Change::Add(_)) => {
                Self::Place(user, find(write, course, user).await?)
            }
            _ => Self::Awaited(
                query("select role, way, name from awaited where course_id = $1 and email_key = $2")
                    .bind(course)
                    .bind(row.email.key())
                    .optional(write)
                    .await?,
            ),
        })
    }

    async fn keep(self, write: &mut Write, id: RosterId, number: i64, row: &Row) -> Result<(), Failure> {
        let (kind, role) = match row.change {
            Change::Add(role) => ("add", role),
            Change::Role(_, role) => ("role", role),
            Change::Drop(role) => ("drop", role),
        };
        let (user, state, was_role, way, name) = match self {
            Self::Place(user, place) => {
                let state = place.as_ref().map(|place| place.state.key().to_owned());
                (Some(user), state, place.as_ref().map(|place| place.role), place.map(|place| place.way), None)
            }
            Self::Awaited(before) => {
                let name = row.name.clone().or_else(|| before.as_ref().and_then(|(.., name)| name.clone()));
                (None, None, before.as_ref().map(|(role, ..)| *role), before.map(|(_, way, _)| way), name)
            }
        };
        let email = user.is_none().then_some(&row.email);
        query(
            "insert into roster_changes (roster_id, number, change, user_id, email, email_key, name, was_state, was_role, was_way, role)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(id)
        .bind(number)
        .bind(kind)
        .bind(user)
        .bind(email.map(|email| email.as_typed().to_owned()))
        .bind(email.map(|email| email.key().to_owned()))
        .bind(name)
        .bind(state)
        .bind(was_role.map(|role| role.key().to_owned()))
        .bind(way.map(|way| way.key().to_owned()))
        .bind(role.key())
        .execute(write)
        .await
        .map(drop)
    }
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    change: Kind,
    user_id: Option<UserId>,
    email: Option<String>,
    name: Option<String>,
    was_state: Option<PlaceState>,
    was_role: Option<CourseRole>,
    was_way: Option<Way>,
    role: CourseRole,
}

enum Back {
    Done(Option<Moved>),
    Left,
}

impl ChangeRow {
    async fn undo_place(
        &self,
        write: &mut Write,
        course: CourseId,
        user: UserId,
        imported_at: Millis,
    ) -> Result<Back, Failure> {
        let place = find(write, course, user).await?;
        match (self.change, place) {
            (Kind::Add, _) => self.undo_addition(write, course, user).await,
            (Kind::Drop, Some(place)) if place.state == PlaceState::Removed && place.since == imported_at => {
                let taking = Taking { user, step: Step::LetIn, role: self.role, way: self.was_way };
                Ok(take(write, course, taking).await?.map_or(Back::Left, |moved| Back::Done(Some(moved))))
            }
            _ => Ok(Back::Left),
        }
    }

    /// Takes a place back that the roster gave, unless it was given another role since, or is over.
    async fn undo_addition(&self, write: &mut Write, course: CourseId, user: UserId) -> Result<Back, Failure> {
        let place = find(write, course, user).await?;
        if !place.is_some_and(|place| place.role == self.role && place.way == Way::Roster) {
            return Ok(Back::Left);
        }
        let taking = Taking {
            user,
            step: Step::Undo(self.was_state),
            role: self.was_role.unwrap_or(self.role),
            way: self.was_way,
        };
        Ok(take(write, course, taking).await?.map_or(Back::Left, |moved| Back::Done(Some(moved))))
    }
}

fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}
