//! Undoing the last import: everybody is put back to where they were, but whose place has changed since.

use super::blocks::blocked_with_address;
use super::moving::{Moved, Taking, find, restore, take};
use super::untold::{put_stranger_untold, put_untold};
use crate::accounts::model::Email;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::policy::CourseManager;
use crate::db::{Connection, Write, query};
use crate::enrolments::machine::Step;
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{CourseId, RosterId, UserId};
use crate::sessions::policy::RecentlyProven;

/// What came of undoing one.
#[derive(Debug, Default)]
pub struct Undone {
    /// Who is as they were before.
    pub people: i64,
    /// Whose place has changed since, or has no seat any more, or who is kept out by now: they stay as they are.
    pub left: i64,
    /// Who hears of it: those in line.
    pub moved: Vec<Moved>,
}

impl RecentlyProven<CourseManager<'_, Write>> {
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
            "select change, user_id, email, name, was_state, was_role, was_way, was_since, was_joined_at, was_words, was_untold, role, state
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
                    undone.moved.extend(moved.map(Moved::silent));
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
                if given.is_some() || blocked_with_address(write, course, email.key()).await?.is_some() {
                    return Ok(Back::Left);
                }
                self.await_person(&email, role, way, row.name.as_deref()).await?;
                if row.was_untold {
                    let (write, course) = self.connection();
                    put_stranger_untold(write, course, &email, true).await?;
                }
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
    was_untold: bool,
    role: CourseRole,
    state: Option<PlaceState>,
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
        if self.change == Kind::Add {
            put_untold(write, course, user, self.was_untold).await?;
        }
        // Who finds no seat again stands in line from now on.
        if let Some(since) = self.was_since.filter(|_| Some(moved.state) == self.was_state) {
            restore(write, course, user, since, self.was_joined_at, self.was_words.clone()).await?;
        }
        Ok(Back::Done(Some(moved)))
    }
}
