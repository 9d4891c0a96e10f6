//! Letters that wait until a course is published with which their readers could do nothing before: whom they are to, not what they say.
//! That follows from where the place is by then.

use crate::accounts::model::Email;
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::db::{Connection, Write, query};
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

/// Whether what somebody is to hear of their place waits. It does until the course is published, whatever happens to the place until then.
pub(in crate::enrolments) async fn put_untold(
    write: &mut Write,
    course: CourseId,
    user: UserId,
    waits: bool,
) -> Result<(), Failure> {
    query("update enrolments set untold = $3 where course_id = $1 and user_id = $2")
        .bind(course)
        .bind(user)
        .bind(waits)
        .execute(write)
        .await
        .map(drop)
}

/// Lets the letter to an address that a place waits for wait.
pub(in crate::enrolments) async fn put_stranger_untold(
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

/// Whether that letter waits until the course, which is in this state, is published; it is written down. It does not for one who can use
/// the place as soon as there is an account: in a draft whoever is put among its staff at once, in a course that is over whoever is put into
/// it at once, in a published one everybody.
pub(in crate::enrolments) async fn waits_for_publication(
    write: &mut Write,
    course: CourseId,
    state: CourseState,
    email: &Email,
) -> Result<bool, Failure> {
    let (invited, students) = match state {
        CourseState::Published => (false, false),
        CourseState::Concluded | CourseState::Archived => (true, false),
        CourseState::Draft => (true, true),
    };
    let row: Option<(bool,)> = query(
        "update awaited set untold = ((way = $3 and $4) or (role = $5 and $6)) where course_id = $1 and email_key = $2
         returning untold",
    )
    .bind(course)
    .bind(email.key())
    .bind(Way::Invitation.key())
    .bind(invited)
    .bind(CourseRole::Student.key())
    .bind(students)
    .optional(write)
    .await?;
    Ok(row.is_some_and(|(waits,)| waits))
}

/// Published courses in which a letter still waits.
pub(in crate::enrolments) async fn public_list_with_untold(on: &mut impl Connection) -> Result<Vec<CourseId>, Failure> {
    let rows: Vec<(CourseId,)> = query(
        "select c.id from courses c where c.state = 'published' and c.id in (select course_id from enrolments where untold
           union select course_id from awaited where untold) order by c.id",
    )
    .all(on)
    .await?;
    Ok(rows.into_iter().map(|(course,)| course).collect())
}

/// Who hears of their place now, and what, and which addresses without an account. Nobody waits for it after that; of two who take it at the
/// same moment one has each.
pub(in crate::enrolments) async fn take_untold(
    write: &mut Write,
    course: CourseId,
) -> Result<(Vec<(UserId, News)>, Vec<Email>), Failure> {
    // Who has made the account by now and has a place hears of that.
    let mut strangers: Vec<(String,)> = query(
        "update awaited set untold = $2 where course_id = $1 and untold and not exists (select 1 from users u
           join enrolments e on e.user_id = u.id where u.email_key = awaited.email_key and e.course_id = $1 and e.untold)
         returning email",
    )
    .bind(course)
    .bind(false)
    .all(write)
    .await?;
    query("update awaited set untold = $2 where course_id = $1 and untold")
        .bind(course)
        .bind(false)
        .execute(write)
        .await?;
    let mut people: Vec<Untold> = query(
        "update enrolments set untold = $2 where course_id = $1 and untold returning user_id, state, role, offer_ends_at",
    )
    .bind(course)
    .bind(false)
    .all(write)
    .await?;
    strangers.sort_unstable();
    people.sort_unstable_by_key(|untold| untold.user_id.0);
    let news = people.into_iter().filter_map(Untold::news).collect();
    let strangers = strangers.iter().map(|(email,)| Email::parse(email)).collect::<Result<_, _>>()?;
    Ok((news, strangers))
}
