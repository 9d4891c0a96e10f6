//! Letters that wait until a draft is published: whom they are to, not what they say. That follows from where the place is by then.

use crate::accounts::model::Email;
use crate::clock::Millis;
use crate::db::{Write, query};
use crate::enrolments::letters::News;
use crate::enrolments::model::{CourseRole, PlaceState};
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

/// Lets what somebody is to hear of their place wait. A later change of the place takes that back.
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

/// The same of an address that a place waits for.
pub(in crate::enrolments) async fn leave_stranger_untold(
    write: &mut Write,
    course: CourseId,
    email: &Email,
) -> Result<(), Failure> {
    query("update awaited set untold = $3 where course_id = $1 and email_key = $2")
        .bind(course)
        .bind(email.key())
        .bind(true)
        .execute(write)
        .await
        .map(drop)
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
        query("select email from awaited where course_id = $1 and untold order by email_key")
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
