//! One's own places: what waits, what was left, and what one did there.

use super::states::{is_pending, waits, was_in};
use crate::accounts::policy::{Asked, SignedIn};
use crate::clock::Millis;
use crate::courses::policy::{CourseVisitor, OwnWorkReader};
use crate::db::{Connection, query};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};
use crate::lessons::store::states::is_planned;

/// One's own place in a course, whatever state it is in.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MyPlace {
    /// Of the course.
    pub course_id: CourseId,
    /// Its address is `/courses/{slug}`.
    pub slug: String,
    /// One line.
    pub title: String,
    /// Where the place is.
    pub state: PlaceState,
    /// What one is, was, or is asked to be.
    pub role: CourseRole,
    /// Since when the place is there.
    pub since: Millis,
    /// A seat is kept until then.
    pub offer_ends_at: Option<Millis>,
    /// They are in the course, or were once.
    pub was_in: bool,
    /// 1 for the first in line; 0 for who does not wait.
    pub position: i64,
}

impl MyPlace {
    /// As it is at this moment: a seat that was not taken in time is not theirs, nor their turn, also before somebody writes that down.
    fn at(self, now: Millis) -> Self {
        match self.offer_ends_at {
            Some(ends) if ends <= now => {
                Self { state: PlaceState::Dropped, offer_ends_at: None, position: 0, since: ends, ..self }
            }
            _ => self,
        }
    }
}

/// The rows of [`MyPlace`]: `e` is the place, `c` its course.
macro_rules! my_places {
    () => {
        concat!(
            "select c.id as course_id, c.slug, c.title, e.state, e.role, e.since, e.offer_ends_at,
                    e.joined_at is not null as was_in,
                    case when e.line is null then 0 else (select count(*) from enrolments f where f.course_id = e.course_id
                      and f.line <= e.line and ",
            waits!("f"),
            ") end as position
             from enrolments e join courses c on c.id = e.course_id "
        )
    };
}

impl<C: Asked> SignedIn<'_, C> {
    /// Places that want something of this person or of time: invitations, requests, seats in line and seats kept for them. What may not be
    /// known of, a draft, is not among them.
    pub async fn list_waiting_places(&mut self) -> Result<Vec<MyPlace>, Failure> {
        let user = self.person().id;
        let on = self.connection();
        let now = on.now();
        let places: Vec<MyPlace> = query(concat!(
            my_places!(),
            "where e.user_id = $1 and ",
            is_pending!("e"),
            " and c.state = 'published' order by e.since desc, c.id"
        ))
        .bind(user)
        .all(on)
        .await?;
        Ok(places.into_iter().map(|place| place.at(now)).filter(|place| place.state != PlaceState::Dropped).collect())
    }

    /// Courses this person was in and is not any more; what they did there is still theirs to read.
    pub async fn list_left_places(&mut self) -> Result<Vec<MyPlace>, Failure> {
        let user = self.person().id;
        query(concat!(
            my_places!(),
            "where e.user_id = $1 and ",
            was_in!("e"),
            " and c.state <> 'draft' order by e.since desc, c.id limit 100"
        ))
        .bind(user)
        .all(self.connection())
        .await
    }
}

impl<C: Asked> CourseVisitor<'_, C> {
    /// The asker's own place in the course, where there is or was one.
    pub async fn find_my_place(&mut self) -> Result<Option<MyPlace>, Failure> {
        let user = self.standing().reader();
        let (on, course) = self.connection();
        find(on, course, user).await
    }
}

async fn find(on: &mut impl Connection, course: CourseId, user: Option<UserId>) -> Result<Option<MyPlace>, Failure> {
    let Some(user) = user else { return Ok(None) };
    let now = on.now();
    let place: Option<MyPlace> = query(concat!(my_places!(), "where e.course_id = $1 and e.user_id = $2"))
        .bind(course)
        .bind(user)
        .optional(on)
        .await?;
    Ok(place.map(|place| place.at(now)))
}

/// Something one did in a course.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DoneRow {
    /// Of the lesson.
    pub title: String,
    /// When it was marked as read.
    pub read_at: Millis,
}

impl<C: Asked> OwnWorkReader<'_, C> {
    /// What one marked as read, the last first. Lessons that are drafts again are not named.
    pub async fn list_done(&mut self) -> Result<Vec<DoneRow>, Failure> {
        let Some(user) = self.standing().reader() else { return Ok(Vec::new()) };
        let (on, course) = self.connection();
        query(concat!(
            "select l.title, r.read_at from lesson_reads r join lessons l on l.id = r.lesson_id
             where l.course_id = $1 and r.user_id = $2 and ",
            is_planned!("l"),
            " order by r.read_at desc, l.id"
        ))
        .bind(course)
        .bind(user)
        .all(on)
        .await
    }

    /// One's own place in the course.
    pub async fn find_own_place(&mut self) -> Result<Option<MyPlace>, Failure> {
        let user = self.standing().reader();
        let (on, course) = self.connection();
        find(on, course, user).await
    }
}
