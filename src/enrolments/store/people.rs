//! The roster: who has a place in a course, for its staff.

use super::states::{asks, in_line, is_in, is_pending, other_owners, studies, teaches, waits};
use crate::accounts::model::{Email, SiteRole};
use crate::accounts::policy::Asked;
use crate::clock::Millis;
use crate::courses::policy::CourseStaff;
use crate::db::{like, like_folded, query};
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::failure::Failure;
use crate::folded::folded;
use crate::id::UserId;
use crate::lessons::store::states::is_out;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PersonRow {
    /// Of the account.
    pub id: UserId,
    /// As they write it.
    pub name: String,
    /// As typed, not the key it is found by.
    pub email: String,
    /// What they are in this course, were, or are asked to be.
    pub role: CourseRole,
    /// Where their place is.
    pub state: PlaceState,
    /// Since when it is there.
    pub since: Millis,
    /// By which way they came.
    pub way: Way,
    /// When they came in, the last time; for who never was in, since when their place is where it is.
    pub joined_at: Millis,
    /// They are in the course, or were once.
    pub was_in: bool,
    /// 1 for who waits longest; 0 for who does not wait in line.
    pub position: i64,
    /// Until when a seat is kept for them.
    pub offer_ends_at: Option<Millis>,
    /// Published lessons they have read.
    pub read: i64,
    /// The course has no other owner who can sign in.
    pub is_last_owner: bool,
    /// The account is deleted: only the place is there.
    pub is_deleted: bool,
    /// They have given up an address that a block of theirs holds for.
    pub has_given_up: bool,
}

/// A page of the list, and the figures above it.
#[derive(Clone, Debug)]
pub struct PeopleList {
    /// In the order asked for, at most as many as were asked for.
    pub rows: Vec<PersonRow>,
    /// How many match the search and the role.
    pub total: i64,
    /// In the whole course, whatever was searched for; so are the two below.
    pub students: i64,
    /// Owners, instructors and assistants.
    pub staff: i64,
    /// Who asks to join.
    pub requests: i64,
    /// Who waits in line.
    pub waiting: i64,
    /// Published ones: of so many each person has read some.
    pub lessons: i64,
}

/// Somebody who asks to join.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AskingRow {
    /// Of the account.
    pub id: UserId,
    /// As they write it.
    pub name: String,
    /// As typed.
    pub email: String,
    /// Since when.
    pub since: Millis,
    /// What they said.
    pub words: Option<String>,
}

/// Somebody in the list that is taken out.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ExportRow {
    /// Of the account, or as an imported roster wrote it; empty where it did not.
    pub name: String,
    /// As typed.
    pub email: String,
    /// What they are or will be.
    pub role: CourseRole,
    /// Where their place is; none: it waits for an account.
    pub state: Option<PlaceState>,
}

/// By what the list is sorted.
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

/// The rows of `PersonRow`, of the course `$1`, at the moment `$now`: `e` is the enrolment, `u` the account.
macro_rules! person_rows {
    ($now:literal) => {
        concat!(
            "select u.id, u.name, u.email, e.role, e.state, e.since, e.way, coalesce(e.joined_at, e.since) as joined_at,
                e.joined_at is not null as was_in, e.offer_ends_at,
                (select count(*) from lesson_reads r join lessons l on l.id = r.lesson_id
                  where r.user_id = u.id and l.course_id = $1 and ",
            is_out!("l", $now),
            ") as read,
                case when e.line is null then 0 else (select count(*) from enrolments f where f.course_id = $1 and f.line <= e.line and ",
            waits!("f"),
            ") end as position, e.role = 'owner' and ",
            is_in!("e"),
            " and ",
            other_owners!("$1", "u.id"),
            " = 0 as is_last_owner, u.deleted_at is not null as is_deleted,
                exists (select 1 from given_up_addresses g where g.user_id = u.id) as has_given_up from enrolments e join users u on u.id = e.user_id "
        )
    };
}

impl<C: Asked> CourseStaff<'_, C> {
    /// The people whose place in the course is in this state (none: who is in it, or whose place waits for an answer), and whose name or
    /// e-mail holds `search`: `most` of them from the `skip`th on. A list of the line alone stands in its order, whatever the sort.
    pub async fn list_people(
        &mut self,
        search: &str,
        role: Option<CourseRole>,
        state: Option<PlaceState>,
        sort: Sort,
        most: i64,
        skip: i64,
    ) -> Result<PeopleList, Failure> {
        let (read, course) = self.connection();
        let now = read.now();
        let (pattern, role) = (like(search), role.map(|role| role.key().to_owned()));
        let state = state.map_or("", PlaceState::key);
        let (students, staff, requests, waiting, lessons): (i64, i64, i64, i64, i64) = query(concat!(
            "select count(*) filter (where ",
            studies!("e"),
            "), count(*) filter (where ",
            teaches!("e"),
            "), count(*) filter (where ",
            asks!("e"),
            "), count(*) filter (where ",
            in_line!("e"),
            "),
                    (select count(*) from lessons l where l.course_id = $1 and ",
            is_out!("l", "$2"),
            ")
             from enrolments e where e.course_id = $1"
        ))
        .bind(course)
        .bind(now)
        .one(read)
        .await?;
        let (total,): (i64,) = query(concat!(
            "select count(*) from enrolments e join users u on u.id = e.user_id
             where e.course_id = $1 and (e.state = $4 or ($4 = '' and (",
            is_in!("e"),
            " or ",
            is_pending!("e"),
            "))) and ($3 is null or e.role = $3)
               and (u.name_folded like $5 escape '\\' or lower(u.email) like lower($2) escape '\\')"
        ))
        .bind(course)
        .bind(pattern.clone())
        .bind(role.clone())
        .bind(state)
        .bind(like_folded(search))
        .one(read)
        .await?;
        let rows = query(concat!(
            person_rows!("$8"),
            "where e.course_id = $1 and (e.state = $7 or ($7 = '' and (",
            is_in!("e"),
            " or ",
            is_pending!("e"),
            "))) and ($3 is null or e.role = $3)
               and (u.name_folded like $9 escape '\\' or lower(u.email) like lower($2) escape '\\')
             order by case when $7 <> '' then e.line end, case when $4 = 'joined' then -coalesce(e.joined_at, e.since) end, u.name_folded, u.id limit $5 offset $6"
        ))
        .bind(course)
        .bind(pattern)
        .bind(role)
        .bind(sort.key())
        .bind(most)
        .bind(skip)
        .bind(state)
        .bind(now)
        .bind(like_folded(search))
        .all(read)
        .await?;
        Ok(PeopleList { rows, total, students, staff, requests, waiting, lessons })
    }

    /// The same as a list that goes on, by name: at most `most` people after the one whose name and id these are.
    pub async fn list_people_after(
        &mut self,
        search: &str,
        role: Option<CourseRole>,
        after: Option<(String, i64)>,
        most: i64,
    ) -> Result<Vec<PersonRow>, Failure> {
        let (read, course) = self.connection();
        let now = read.now();
        let (name, id) = after.unzip();
        query(concat!(
            person_rows!("$7"),
            "where e.course_id = $1 and ",
            is_in!("e"),
            " and ($3 is null or e.role = $3)
               and (u.name_folded like $8 escape '\\' or lower(u.email) like lower($2) escape '\\')
               and ($4 is null or u.name_folded > $4 or (u.name_folded = $4 and u.id > $5))
             order by u.name_folded, u.id limit $6"
        ))
        .bind(course)
        .bind(like(search))
        .bind(role.map(|role| role.key().to_owned()))
        .bind(name.map(|name| folded(&name)))
        .bind(id)
        .bind(most)
        .bind(now)
        .bind(like_folded(search))
        .all(read)
        .await
    }

    /// One person of the course.
    pub async fn find_person(&mut self, user: UserId) -> Result<Option<PersonRow>, Failure> {
        Ok(self.find_place(user).await?.filter(|row| row.state == PlaceState::Active))
    }

    /// Everybody in the course, in line for it, or awaited, each once; in no order.
    pub async fn list_for_export(&mut self) -> Result<Vec<ExportRow>, Failure> {
        let (read, course) = self.connection();
        query(concat!(
            "select u.name, u.email, e.role, e.state from enrolments e join users u on u.id = e.user_id where e.course_id = $1 and (",
            is_in!("e"),
            " or ",
            in_line!("e"),
            ") union all select coalesce(a.name, ''), a.email, a.role, null from awaited a where a.course_id = $1 and not exists
                (select 1 from enrolments e join users u on u.id = e.user_id where e.course_id = $1 and u.email_key = a.email_key)"
        ))
        .bind(course)
        .all(read)
        .await
    }

    /// Who asks to join, who asked first first: at most `most`.
    pub async fn list_asking(&mut self, most: i64) -> Result<Vec<AskingRow>, Failure> {
        let (read, course) = self.connection();
        query(concat!(
            "select u.id, u.name, u.email, e.since, e.words from enrolments e join users u on u.id = e.user_id where e.course_id = $1 and ",
            asks!("e"),
            " order by e.since, u.id limit $2"
        ))
        .bind(course)
        .bind(most)
        .all(read)
        .await
    }

    /// The people of the course whose numbers these are, by name, in whatever state their places are.
    pub async fn list_picked(&mut self, people: &[UserId]) -> Result<Vec<PersonRow>, Failure> {
        let (read, course) = self.connection();
        let now = read.now();
        query(concat!(
            person_rows!("$3"),
            "where e.course_id = $1 and $2 like '%,' || e.user_id || ',%' order by u.name_folded, u.id"
        ))
        .bind(course)
        .bind(people.iter().fold(",".to_owned(), |list, person| format!("{list}{person},")))
        .bind(now)
        .all(read)
        .await
    }

    /// What is known on the site of somebody: name, role there, and whether the account is closed. None when there is no such account.
    pub async fn find_account_of(&mut self, user: UserId) -> Result<Option<(String, SiteRole, bool)>, Failure> {
        let (read, _) = self.connection();
        query("select name, role, disabled_at is not null from users where id = $1 and deleted_at is null")
            .bind(user)
            .optional(read)
            .await
    }

    /// Who has this address and no place in the course, with their name. Admins alone are told: whether somebody has an account is not
    /// staff's to know.
    pub async fn find_stranger(&mut self, email: &Email) -> Result<Option<(UserId, String)>, Failure> {
        if self.standing().facts.site != Some(SiteRole::Admin) {
            return Ok(None);
        }
        let (read, course) = self.connection();
        query(
            "select u.id, u.name from users u where u.email_key = $2
               and not exists (select 1 from enrolments e where e.course_id = $1 and e.user_id = u.id)",
        )
        .bind(course)
        .bind(email.key())
        .optional(read)
        .await
    }

    /// Somebody with a place in the course, in whatever state it is.
    pub async fn find_place(&mut self, user: UserId) -> Result<Option<PersonRow>, Failure> {
        let (read, course) = self.connection();
        let now = read.now();
        query(concat!(person_rows!("$3"), "where e.course_id = $1 and e.user_id = $2"))
            .bind(course)
            .bind(user)
            .bind(now)
            .optional(read)
            .await
    }
}
