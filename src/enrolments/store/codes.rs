//! Join codes, and what a course asks of who comes.

use super::moving::{Moved, fill_seats};
use super::states::has_seat;
use crate::accounts::policy::Asked;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::policy::{CourseEditor, CourseManager};
use crate::db::{Connection, Write, query};
use crate::enrolments::joining::{JoinCode, Joining};
use crate::error::FieldErrors;
use crate::failure::Failure;

/// A course's join code, as its staff see it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CodeRow {
    /// Without the hyphen it is shown with.
    pub code: String,
    /// When it was made.
    pub made_at: Millis,
    /// It lets nobody in from then on; none: for as long as it stands.
    pub ends_at: Option<Millis>,
    /// People it lets in; none: as many as come.
    pub most: Option<i64>,
    /// People it has let in.
    pub used: i64,
}

impl CodeRow {
    /// Whether it lets somebody in at this moment.
    pub fn is_good(&self, now: Millis) -> bool {
        self.ends_at.is_none_or(|ends| ends > now) && self.most.is_none_or(|most| self.used < most)
    }
}

impl<C: Asked> CourseManager<'_, C> {
    /// The course's join code, where it has one; it may be over.
    pub async fn find_code(&mut self) -> Result<Option<CodeRow>, Failure> {
        let (on, course) = self.connection();
        query("select code, made_at, ends_at, most, used from join_codes where course_id = $1")
            .bind(course)
            .optional(on)
            .await
    }
}

impl CourseManager<'_, Write> {
    /// Gives the course a new join code; the one before opens nothing any more.
    pub async fn make_code(&mut self, ends_at: Option<Millis>, most: Option<i64>) -> Result<JoinCode, Failure> {
        let code = JoinCode::make();
        let (write, course) = self.connection();
        let now = write.now();
        query(
            "insert into join_codes (course_id, code, made_at, ends_at, most, used) values ($1, $2, $3, $4, $5, 0)
             on conflict (course_id) do update set code = excluded.code, made_at = excluded.made_at, ends_at = excluded.ends_at,
               most = excluded.most, used = 0",
        )
        .bind(course)
        .bind(code.as_str())
        .bind(now)
        .bind(ends_at)
        .bind(most)
        .execute(write)
        .await?;
        note(write, Event::of(What::LinkMade).on(Object::Course(course)).after("join code")).await?;
        Ok(code)
    }

    /// Takes the join code away. Who has come with it stays.
    pub async fn end_code(&mut self) -> Result<(), Failure> {
        let (write, course) = self.connection();
        if query("delete from join_codes where course_id = $1").bind(course).execute(write).await? > 0 {
            note(write, Event::of(What::Deleted).on(Object::Course(course)).before("join code")).await?;
        }
        Ok(())
    }
}

impl CourseEditor<'_, Write> {
    /// Changes what the course asks of who comes. Fewer seats than are taken are refused at `capacity`: nobody is put out by a number.
    /// Those in line get what becomes free.
    pub async fn save_joining(&mut self, joining: &Joining) -> Result<Moved, Failure> {
        let (write, course) = self.connection();
        let now = write.now();
        let (taken,): (i64,) =
            query(concat!("select count(*) from enrolments e where e.course_id = $1 and ", has_seat!("e", "$2")))
                .bind(course)
                .bind(now)
                .one(write)
                .await?;
        if joining.capacity.is_some_and(|capacity| capacity < taken) {
            let words = format!(
                "{taken} seats are taken, or kept for somebody. Take people out first, or leave at least as many"
            );
            return Err(FieldErrors::one("capacity", words).into());
        }
        query(
            "update courses set joins_from = $2, joins_until = $3, time_zone = $4, capacity = $5, waitlist = $6, offer_hours = $7
             where id = $1",
        )
        .bind(course)
        .bind(joining.from)
        .bind(joining.until)
        .bind(joining.zone.name())
        .bind(joining.capacity)
        .bind(joining.has_line)
        .bind(joining.offer_hours)
        .execute(write)
        .await?;
        note(write, Event::of(What::Updated).on(Object::Course(course)).after(joining.described())).await?;
        fill_seats(write, course).await
    }
}

/// Counts one more who came with the code of a course.
pub(super) async fn count_use(write: &mut Write, course: crate::id::CourseId) -> Result<(), Failure> {
    query("update join_codes set used = used + 1 where course_id = $1").bind(course).execute(write).await.map(drop)
}
