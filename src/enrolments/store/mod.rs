//! All SQL about who is in a course.

use super::model::CourseRole;
use crate::accounts::model::Email;
use crate::accounts::policy::Asked;
use crate::accounts::store::like;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::policy::{CourseAct, CourseManager, CourseStaff, Joiner, Leaver, allows};
use crate::db::{Connection, Write, query};
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};
use crate::sessions::policy::RecentlyProven;

/// Puts a person who is not in a course into it, or back. Whatever they were there before is over.
async fn put(write: &mut Write, course: CourseId, user: UserId, role: CourseRole) -> Result<(), Failure> {
    let now = write.now();
    query(
        "insert into enrolments (course_id, user_id, role, state, joined_at) values ($1, $2, $3, 'active', $4)
         on conflict (course_id, user_id) do update set role = excluded.role, state = 'active', ended_at = null,
           joined_at = excluded.joined_at",
    )
    .bind(course)
    .bind(user)
    .bind(role.key())
    .bind(now)
    .execute(write)
    .await?;
    note(write, in_course(course, user).after(role.key())).await
}

fn in_course(course: CourseId, user: UserId) -> Event {
    Event::of(What::CourseRoleChanged).on(Object::Course(course)).about(user)
}

impl Joiner<'_, Write> {
    /// Takes a seat.
    pub async fn join(&mut self) -> Result<(), Failure> {
        let user = self.standing().person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
        let (write, course) = self.connection();
        put(write, course, user, CourseRole::Student).await
    }
}

impl Leaver<'_, Write> {
    /// Gives the seat, or the staff's role, back.
    pub async fn leave(&mut self) -> Result<(), Failure> {
        let user = self.standing().person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
        let role = self.standing().facts.course;
        let (write, course) = self.connection();
        let now = write.now();
        query("update enrolments set state = 'left', ended_at = $3 where course_id = $1 and user_id = $2 and state = 'active'")
            .bind(course)
            .bind(user)
            .bind(now)
            .execute(write)
            .await?;
        note(write, in_course(course, user).before(role.map_or("", CourseRole::key)).after("left")).await
    }
}

/// A line of the roster.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RosterRow {
    /// Of the account.
    pub id: UserId,
    /// As they write it.
    pub name: String,
    /// As typed, not the key it is found by.
    pub email: String,
    /// What they are in this course.
    pub role: CourseRole,
    /// When they came in; for who left and came back, the last time.
    pub joined_at: Millis,
    /// Published lessons they have read.
    pub read: i64,
    /// The course has no other owner who can sign in.
    pub is_last_owner: bool,
}

/// A page of the roster, and the figures above it.
#[derive(Clone, Debug)]
pub struct Roster {
    /// In the order asked for, at most as many as were asked for.
    pub rows: Vec<RosterRow>,
    /// How many match the search and the role.
    pub total: i64,
    /// In the whole course, whatever was searched for; so are the two below.
    pub students: i64,
    /// Owners, instructors and assistants.
    pub staff: i64,
    /// Published ones: of so many each person has read some.
    pub lessons: i64,
}

/// By what the roster is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// From A on, capitals or not.
    Name,
    /// Who came last stands first.
    Joined,
}

impl Sort {
    /// As `?sort=` writes it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Joined => "joined",
        }
    }

    /// From `?sort=`. What is unknown is the name.
    pub fn of(key: &str) -> Self {
        if key == "joined" { Self::Joined } else { Self::Name }
    }
}

/// The rows of `RosterRow`, of the course `$1`: `e` is the enrolment, `u` the account.
macro_rules! roster_rows {
    () => {
        "select u.id, u.name, u.email, e.role, e.joined_at,
                (select count(*) from lesson_reads r join lessons l on l.id = r.lesson_id
                  where r.user_id = u.id and l.course_id = $1 and l.state = 'published') as read,
                e.role = 'owner' and not exists (select 1 from enrolments o join users w on w.id = o.user_id and w.disabled_at is null and w.password_hash is not null
                  where o.course_id = $1 and o.user_id <> u.id and o.role = 'owner' and o.state = 'active') as is_last_owner
         from enrolments e join users u on u.id = e.user_id "
    };
}

impl<C: Asked> CourseStaff<'_, C> {
    /// The people of the course whose name or e-mail holds `search`, `most` of them from the `skip`th on.
    pub async fn list_people(
        &mut self,
        search: &str,
        role: Option<CourseRole>,
        sort: Sort,
        most: i64,
        skip: i64,
    ) -> Result<Roster, Failure> {
        let (read, course) = self.connection();
        let (pattern, role) = (like(search), role.map(|role| role.key().to_owned()));
        let (students, staff, lessons): (i64, i64, i64) = query(
            "select count(*) filter (where e.role = 'student'), count(*) filter (where e.role <> 'student'),
                    (select count(*) from lessons l where l.course_id = $1 and l.state = 'published')
             from enrolments e where e.course_id = $1 and e.state = 'active'",
        )
        .bind(course)
        .one(read)
        .await?;
        let (total,): (i64,) = query(
            "select count(*) from enrolments e join users u on u.id = e.user_id
             where e.course_id = $1 and e.state = 'active' and ($3 is null or e.role = $3)
               and (lower(u.name) like lower($2) escape '\\' or lower(u.email) like lower($2) escape '\\')",
        )
        .bind(course)
        .bind(pattern.clone())
        .bind(role.clone())
        .one(read)
        .await?;
        let rows = query(concat!(
            roster_rows!(),
            "where e.course_id = $1 and e.state = 'active' and ($3 is null or e.role = $3)
               and (lower(u.name) like lower($2) escape '\\' or lower(u.email) like lower($2) escape '\\')
             order by case when $4 = 'joined' then -e.joined_at end, lower(u.name), u.id limit $5 offset $6"
        ))
        .bind(course)
        .bind(pattern)
        .bind(role)
        .bind(sort.key())
        .bind(most)
        .bind(skip)
        .all(read)
        .await?;
        Ok(Roster { rows, total, students, staff, lessons })
    }

    /// The same as a list that goes on, by name: at most `most` people after the one whose name and id these are.
    pub async fn list_people_after(
        &mut self,
        search: &str,
        role: Option<CourseRole>,
        after: Option<(String, i64)>,
        most: i64,
    ) -> Result<Vec<RosterRow>, Failure> {
        let (read, course) = self.connection();
        let (name, id) = after.unzip();
        query(concat!(
            roster_rows!(),
            "where e.course_id = $1 and e.state = 'active' and ($3 is null or e.role = $3)
               and (lower(u.name) like lower($2) escape '\\' or lower(u.email) like lower($2) escape '\\')
               and ($4 is null or lower(u.name) > lower($4) or (lower(u.name) = lower($4) and u.id > $5))
             order by lower(u.name), u.id limit $6"
        ))
        .bind(course)
        .bind(like(search))
        .bind(role.map(|role| role.key().to_owned()))
        .bind(name)
        .bind(id)
        .bind(most)
        .all(read)
        .await
    }

    /// One person of the course.
    pub async fn find_person(&mut self, user: UserId) -> Result<Option<RosterRow>, Failure> {
        let (read, course) = self.connection();
        query(concat!(roster_rows!(), "where e.course_id = $1 and e.user_id = $2 and e.state = 'active'"))
            .bind(course)
            .bind(user)
            .optional(read)
            .await
    }
}

/// What came of adding somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// They are in the course now. Holds their name.
    Added(String),
    /// They are in the course, as this.
    IsIn(String, CourseRole),
    /// No account has this address, or the one that has it is disabled.
    NoAccount,
}

impl CourseManager<'_, Write> {
    /// Refuses a step that would make `user` an owner, or changes one, to everybody but owners and admins.
    async fn spare_owners(&mut self, user: UserId, role: Option<CourseRole>) -> Result<(), Failure> {
        let verdict = allows(&self.standing().facts, CourseAct::ManageOwners);
        if verdict.is_yes() {
            return Ok(());
        }
        let (write, course) = self.connection();
        let (is_owner,): (bool,) = query(
            "select exists (select 1 from enrolments where course_id = $1 and user_id = $2 and role = 'owner' and state = 'active')",
        )
        .bind(course)
        .bind(user)
        .one(write)
        .await?;
        if is_owner || role == Some(CourseRole::Owner) { Ok(verdict.into_result()?) } else { Ok(()) }
    }

    /// Puts the account with this address into the course, as `role`. Somebody who is in it already stays as they are.
    pub async fn add_person(&mut self, email: &Email, role_wanted: CourseRole) -> Result<Added, Failure> {
        let (write, course) = self.connection();
        let found: Option<(UserId, String)> =
            query("select id, name from users where email_key = $1 and disabled_at is null")
                .bind(email.key())
                .optional(write)
                .await?;
        let Some((user, name)) = found else { return Ok(Added::NoAccount) };
        let there: Option<(CourseRole,)> =
            query("select role from enrolments where course_id = $1 and user_id = $2 and state = 'active'")
                .bind(course)
                .bind(user)
                .optional(write)
                .await?;
        if let Some((role,)) = there {
            return Ok(Added::IsIn(name, role));
        }
        self.spare_owners(user, Some(role_wanted)).await?;
        let (write, course) = self.connection();
        put(write, course, user, role_wanted).await?;
        Ok(Added::Added(name))
    }

    /// Whose address this is, of the people of the course. `NotFound` for who is not in it.
    pub async fn find_member(&mut self, email: &Email) -> Result<UserId, Failure> {
        let (write, course) = self.connection();
        let row: Option<(UserId,)> = query(
            "select u.id from users u join enrolments e on e.user_id = u.id and e.course_id = $2 and e.state = 'active' where u.email_key = $1",
        )
        .bind(email.key())
        .bind(course)
        .optional(write)
        .await?;
        Ok(row.ok_or(AppError::NotFound)?.0)
    }
}

impl RecentlyProven<CourseManager<'_, Write>> {
    /// Gives somebody who is in the course another role in it. Answers the name.
    pub async fn change_role(&mut self, user: UserId, role: CourseRole) -> Result<String, Failure> {
        let manager = self.inner();
        let (write, course) = manager.connection();
        let (name, was) = member(write, course, user).await?;
        manager.spare_owners(user, Some(role)).await?;
        let (write, course) = manager.connection();
        if !role_keeps_owner(write, course, user, Some(role)).await? {
            return Err(AppError::Forbidden(Denied::LastOwner).into());
        }
        query("update enrolments set role = $3 where course_id = $1 and user_id = $2 and state = 'active'")
            .bind(course)
            .bind(user)
            .bind(role.key())
            .execute(write)
            .await?;
        note(write, in_course(course, user).before(was.key()).after(role.key())).await?;
        Ok(name)
    }
}

impl CourseManager<'_, Write> {
    /// Takes somebody out of the course. Answers the name.
    pub async fn remove(&mut self, user: UserId) -> Result<String, Failure> {
        let (write, course) = self.connection();
        let (name, was) = member(write, course, user).await?;
        self.spare_owners(user, None).await?;
        let (write, course) = self.connection();
        if !role_keeps_owner(write, course, user, None).await? {
            return Err(AppError::Forbidden(Denied::LastOwner).into());
        }
        let now = write.now();
        query("update enrolments set state = 'removed', ended_at = $3 where course_id = $1 and user_id = $2 and state = 'active'")
            .bind(course)
            .bind(user)
            .bind(now)
            .execute(write)
            .await?;
        note(write, in_course(course, user).before(was.key()).after("removed")).await?;
        Ok(name)
    }
}

impl CourseManager<'_, Write> {
    /// Undoes a removal: they are in the course again as they were. `NotFound` for who was not removed. Answers the name.
    pub async fn put_back(&mut self, user: UserId) -> Result<String, Failure> {
        let (write, course) = self.connection();
        let (role, name): (CourseRole, String) = query(
            "select e.role, u.name from enrolments e join users u on u.id = e.user_id
             where e.course_id = $1 and e.user_id = $2 and e.state = 'removed'",
        )
        .bind(course)
        .bind(user)
        .optional(write)
        .await?
        .ok_or(AppError::NotFound)?;
        self.spare_owners(user, Some(role)).await?;
        let (write, course) = self.connection();
        query("update enrolments set state = 'active', ended_at = null where course_id = $1 and user_id = $2")
            .bind(course)
            .bind(user)
            .execute(write)
            .await?;
        note(write, in_course(course, user).before("removed").after(role.key())).await?;
        Ok(name)
    }
}

/// Name and role of somebody who is in this course; nobody else is anybody here.
async fn member(write: &mut Write, course: CourseId, user: UserId) -> Result<(String, CourseRole), Failure> {
    query(
        "select u.name, e.role from enrolments e join users u on u.id = e.user_id
         where e.course_id = $1 and e.user_id = $2 and e.state = 'active'",
    )
    .bind(course)
    .bind(user)
    .optional(write)
    .await?
    .ok_or(Failure::Refused(AppError::NotFound))
}

/// Whether the course still has an owner when `user` becomes `role` (or nothing) in it.
async fn role_keeps_owner(
    write: &mut Write,
    course: CourseId,
    user: UserId,
    role: Option<CourseRole>,
) -> Result<bool, Failure> {
    if role == Some(CourseRole::Owner) {
        return Ok(true);
    }
    let (is_owner, others): (bool, i64) = query(
        "select exists (select 1 from enrolments where course_id = $1 and user_id = $2 and role = 'owner' and state = 'active'),
                (select count(*) from enrolments o join users u on u.id = o.user_id and u.disabled_at is null and u.password_hash is not null
                  where o.course_id = $1 and o.user_id <> $2 and o.role = 'owner' and o.state = 'active')",
    )
    .bind(course)
    .bind(user)
    .one(write)
    .await?;
    Ok(!is_owner || others > 0)
}
