//! Letters that wait until a draft is published: whom they are to, not what they say. That follows from where the place is by then.

use crate::accounts::model::Email;
use crate::clock::Millis;
use crate::db::{Write, query};
use crate::enrolments::letters::News;
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};

#[derive(sqlx::FromRow)]
struct Untold {
    user_id: UserId,
    state: PlaceState,
    role: CourseRole,
    offer_ends_at: Option<Millis>,
}

impl Untold {
    /// What there is to hear of where the place is; nothing for who is out of it again, or asks themselves.
    fn news(self) -> Option<(UserId, News)> {
        let news = match self.state {
            PlaceState::Active => News::LetIn(self.role),
            PlaceState::Invited => News::Invited(self.role),
            PlaceState::Waitlisted => self.offer_ends_at.map_or(News::InLine, News::Offered),
            PlaceState::Requested | PlaceState::Dropped | PlaceState::Removed | PlaceState::Blocked => return None,
        };
        Some((self.user_id, news))
    }
}

/// Lets what somebody is to hear of their place wait. It waits until the course is published, whatever happens to the place until then.
pub(in crate::enrolments) async fn leave_untold(
    write: &mut Write,
    course: CourseId,
    user: UserId,
) -> Result<(), Failure> {
    query("update enrolments set untold = $3 where course_id = $1 and user_id = $2")
        .bind(course)
        .bind(user)
        .bind(true)
        .execute(write)
        .await
        .map(drop)
}

/// The same of an address that a place waits for. Answers false for one who can open a draft as soon as there is an account: who is put
/// among its staff at once.
pub(in crate::enrolments) async fn leave_stranger_untold(
    write: &mut Write,
    course: CourseId,
    email: &Email,
) -> Result<bool, Failure> {
    let waits =
        query("update awaited set untold = $3 where course_id = $1 and email_key = $2 and (role = $4 or way = $5)")
            .bind(course)
            .bind(email.key())
            .bind(true)
            .bind(CourseRole::Student.key())
            .bind(Way::Invitation.key())
            .execute(write)
            .await?;
    Ok(waits > 0)
}

/// Who hears of their place now, and what, and which addresses without an account. Nobody waits for it after that.
pub(in crate::enrolments) async fn take_untold(
    write: &mut Write,
    course: CourseId,
) -> Result<(Vec<(UserId, News)>, Vec<Email>), Failure> {
    let people: Vec<Untold> = query(
        "select user_id, state, role, offer_ends_at from enrolments where course_id = $1 and untold order by user_id",
    )
    .bind(course)
    .all(write)
    .await?;
    let strangers: Vec<(String,)> =
        query(
            "select a.email from awaited a where a.course_id = $1 and a.untold and not exists (select 1 from users u
               join enrolments e on e.user_id = u.id where u.email_key = a.email_key and e.course_id = a.course_id) order by a.email_key",
        )
        .bind(course)
        .all(write)
        .await?;
    for clear in [
        "update enrolments set untold = $2 where course_id = $1 and untold",
        "update awaited set untold = $2 where course_id = $1 and untold",
    ] {
        query(clear).bind(course).bind(false).execute(write).await?;
    }
    let news = people.into_iter().filter_map(Untold::news).collect();
    let strangers = strangers.iter().map(|(email,)| Email::parse(email)).collect::<Result<_, _>>()?;
    Ok((news, strangers))
}
