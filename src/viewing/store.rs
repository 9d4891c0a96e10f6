//! Who looks at a course as a student does.

use crate::accounts::policy::{Asked, SignedIn};
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::policy::CourseStaff;
use crate::db::{Connection, Write, query};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{CourseId, UserId};
use crate::sessions::caller::View;

impl<C: Asked> CourseStaff<'_, C> {
    /// The name of somebody who studies in the course now; none for everybody else: what those did who left is their own.
    pub async fn name_of_student(&mut self, user: UserId) -> Result<Option<String>, Failure> {
        let row = self
            .find_place(user)
            .await?
            .filter(|row| row.role == CourseRole::Student && row.state == PlaceState::Active);
        Ok(row.map(|row| row.name))
    }
}

impl CourseStaff<'_, Write> {
    /// From now on this sign-in sees the course as this student does (none: as any), as it is at this moment (none: now). `NotFound` for who is
    /// no student of the course.
    pub async fn begin_view(&mut self, student: Option<UserId>, at: Option<Millis>) -> Result<(), Failure> {
        let name = match student {
            Some(user) => Some(self.name_of_student(user).await?.ok_or(AppError::NotFound)?),
            None => None,
        };
        let sign_in = self.standing().person.as_ref().map(|person| person.sign_in).ok_or(AppError::SignInRequired)?;
        let (write, course) = self.connection();
        let now = write.now();
        // One may stand there that does not count any more.
        query(
            "insert into views (sign_in_id, course_id, user_id, at, begun_at) values ($1, $2, $3, $4, $5)
             on conflict (sign_in_id) do update set
                course_id = excluded.course_id, user_id = excluded.user_id, at = excluded.at, begun_at = excluded.begun_at",
        )
            .bind(sign_in)
            .bind(course)
            .bind(student)
            .bind(at)
            .bind(now)
            .execute(write)
            .await?;
        let event = Event::of(What::Viewed).on(Object::Course(course));
        let event = student.into_iter().fold(event, Event::about);
        let words = if name.is_some() { "as this student" } else { "as any student" };
        let moment = at.map(|at| format!(", at {}", crate::ui::when::machine(at))).unwrap_or_default();
        note(write, event.after(format!("{words}{moment}"))).await
    }
}

impl SignedIn<'_, Write> {
    /// Ends it, where this sign-in looks at a course as a student does. Answers the course's slug.
    pub async fn end_view(&mut self) -> Result<Option<String>, Failure> {
        let (view, sign_in) = (self.person().view.as_deref().cloned(), self.person().sign_in);
        let write = self.connection();
        query("delete from views where sign_in_id = $1").bind(sign_in).execute(write).await?;
        let Some(View { course, slug, student, .. }) = view else { return Ok(None) };
        ended(write, course, student.map(|(user, _)| user)).await?;
        Ok(Some(slug))
    }
}

async fn ended(write: &mut Write, course: CourseId, student: Option<UserId>) -> Result<(), Failure> {
    let event = Event::of(What::Viewed).on(Object::Course(course)).before("as a student").after("ended");
    note(write, student.into_iter().fold(event, Event::about)).await
}
