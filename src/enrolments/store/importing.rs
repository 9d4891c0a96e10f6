//! Doing what was ticked of a roster, and undoing it.

use super::managing::{Added, How};
use super::moving::{Moved, PlaceRow, Taking, find, restore, take};
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
    /// Whose address has a place that waits from now on.
    pub strangers: Vec<Email>,
}

/// What came of undoing one.
#[derive(Debug, Default)]
pub struct Undone {
    /// Who is as they were before.
    pub people: i64,
    /// Whose place has changed since, or has no seat any more: they stay as they are.
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
                    Added::Awaited(is_new) => {
                        done.strangers.extend(is_new.then(|| row.email.clone()));
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
            "select change, user_id, email, name, was_state, was_role, was_way, was_since, was_joined_at, was_words, role, state
             from roster_changes where roster_id = $1 order by number desc",
        )
        .bind(id)
        .all(write)
        .await?;
        let mut undone = Undone::default();
        for row in rows {
            match self.undo_row(&row, imported_at).await? {
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

    /// Only who may make owners gives somebody an owner's place back.
    async fn undo_row(&mut self, row: &ChangeRow, imported_at: Millis) -> Result<Back, Failure> {
        if row.was_role == Some(CourseRole::Owner) {
            match self.inner().spare_owners(None, row.was_role).await {
                Ok(()) => {}
                Err(Failure::Refused(_)) => return Ok(Back::Left),
                Err(broken) => return Err(broken),
            }
        }
        let (write, course) = self.inner().connection();
        match row.user_id {
            Some(user) if row.change == Kind::Role => self.undo_role(row, user).await,
            Some(user) => row.undo_place(write, course, user, imported_at).await,
            None => self.inner().undo_awaited(row, imported_at).await,
        }
    }

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
    async fn undo_awaited(&mut self, row: &ChangeRow, imported_at: Millis) -> Result<Back, Failure> {
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
                let place = find(write, course, user).await?;
                let is_from_it = place.is_some_and(|place| {
                    place.way == Way::Roster && place.since >= imported_at && place.role == row.role
                });
                return if is_from_it { row.put_back(write, course, user).await } else { Ok(Back::Left) };
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
                query("select role, way, name from awaited where course_id = $1 and email_key = $2")
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
               was_joined_at, was_words, email, email_key, name)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
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
                .bind(place.and_then(|place| place.words))
                .bind(None::<String>)
                .bind(None::<String>)
                .bind(None::<String>),
            Self::Awaited(before) => insert
                .bind(None::<UserId>)
                .bind(None::<String>)
                .bind(before.as_ref().map(|(role, ..)| role.key().to_owned()))
                .bind(before.as_ref().map(|(_, way, _)| way.key().to_owned()))
                .bind(None::<i64>)
                .bind(None::<i64>)
                .bind(None::<String>)
                .bind(Some(row.email.as_typed().to_owned()))
                .bind(Some(row.email.key().to_owned()))
                .bind(row.name.clone().or(before.and_then(|(.., name)| name))),
        };
        insert.execute(write).await.map(drop)
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
    was_since: Option<Millis>,
    was_joined_at: Option<Millis>,
    was_words: Option<String>,
    role: CourseRole,
    state: Option<PlaceState>,
}

/// What came of a row.
enum Came {
    /// It is done; where the place is then, where there is one.
    Done(Option<PlaceState>),
    /// It could not be done.
    ToNothing,
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
        let Some(place) = find(write, course, user).await? else { return Ok(Back::Left) };
        // Who was let in from the line since is where the import wanted them.
        let has_moved_up = self.state == Some(PlaceState::Waitlisted) && place.state == PlaceState::Active;
        let is_as_it_was_left = place.role == self.role && (place.since == imported_at || has_moved_up);
        if is_as_it_was_left { self.put_back(write, course, user).await } else { Ok(Back::Left) }
    }

    /// Puts a place back to where it was, whatever it is by now.
    async fn put_back(&self, write: &mut Write, course: CourseId, user: UserId) -> Result<Back, Failure> {
        let step = match self.change {
            Kind::Drop => Step::LetIn,
            Kind::Add | Kind::Role => Step::Undo(self.was_state),
        };
        let taking = Taking { user, step, role: self.was_role.unwrap_or(self.role), way: self.was_way };
        let Ok(moved) = take(write, course, taking).await? else { return Ok(Back::Left) };
        // Who finds no seat again stands in line from now on.
        if let Some(since) = self.was_since.filter(|_| Some(moved.state) == self.was_state) {
            restore(write, course, user, since, self.was_joined_at, self.was_words.clone()).await?;
        }
        Ok(Back::Done(Some(moved)))
    }
}

fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}
