//! Whose letter waits: until the course is published where its reader could do nothing with it before, else for some minutes (the limit of
//! letters to an address, a sign-in, which writes none). What it says is not kept: that follows from where the place is by then.

use super::states::{is_in, is_pending};
use crate::accounts::model::Email;
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::db::{Connection, Write, query};
use crate::enrolments::letters::News;
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};

/// Where a course is in its life, for who hears of it: one that was never published is a draft, also where it is archived. `$of` is the
/// alias of `courses`.
macro_rules! state_of_letters {
    ($of:literal) => {
        concat!("case when ", $of, ".published_at is null then 'draft' else ", $of, ".state end")
    };
}
pub(super) use state_of_letters;

/// What waits of a course.
#[derive(Debug)]
pub(in crate::enrolments) struct Untold {
    /// By account, where there is something to hear by now.
    pub people: Vec<(UserId, News)>,
    /// By the address that a place waits for.
    pub strangers: Vec<(Email, News)>,
}

impl Untold {
    /// What of it waits for nothing any more in a course of this state.
    pub fn due(mut self, state: CourseState) -> Self {
        self.people.retain(|(_, news)| !news.waits_for_publication(state));
        self.strangers.retain(|(_, news)| !news.waits_for_publication(state));
        self
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.strangers.is_empty()
    }
}

#[derive(sqlx::FromRow)]
struct PersonUntold {
    user_id: UserId,
    state: PlaceState,
    role: CourseRole,
    offer_ends_at: Option<Millis>,
}

impl PersonUntold {
    /// What there is to hear of where the place is. Who was taken out, or asks themselves, has nothing to hear; put back or let in they have.
    fn news(&self) -> Option<News> {
        match self.state {
            PlaceState::Active => Some(News::LetIn(self.role)),
            PlaceState::Invited => Some(News::Invited(self.role)),
            PlaceState::Waitlisted => Some(self.offer_ends_at.map_or(News::InLine, News::Offered)),
            // Who goes by themselves has nothing that waits any more.
            PlaceState::Dropped => Some(News::Lapsed),
            PlaceState::Requested | PlaceState::Removed | PlaceState::Blocked => None,
        }
    }
}

/// What a place that waits for an address will be.
pub(super) fn news_of_stranger(role: CourseRole, way: Way) -> News {
    if way == Way::Invitation { News::Invited(role) } else { News::LetIn(role) }
}

/// Says whether somebody is still to hear of their place. They are, whatever happens to it until then, but for what they do themselves.
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

/// The same of an address that a place waits for.
pub(in crate::enrolments) async fn put_stranger_untold(
    write: &mut Write,
    course: CourseId,
    email: &Email,
    waits: bool,
) -> Result<(), Failure> {
    query("update awaited set untold = $3 where course_id = $1 and email_key = $2")
        .bind(course)
        .bind(email.key())
        .bind(waits)
        .execute(write)
        .await
        .map(drop)
}

/// Lets no letter to such an address wait any more: also to none whose account has a place by now, and hears of that.
pub(in crate::enrolments) async fn put_strangers_told(write: &mut Write, course: CourseId) -> Result<(), Failure> {
    query("update awaited set untold = $2 where course_id = $1 and untold")
        .bind(course)
        .bind(false)
        .execute(write)
        .await
        .map(drop)
}

/// What there is to hear of the place that waits for an address; none where none does.
pub(in crate::enrolments) async fn find_news_of_stranger(
    write: &mut Write,
    course: CourseId,
    email: &Email,
) -> Result<Option<News>, Failure> {
    let row: Option<(CourseRole, Way)> = query("select role, way from awaited where course_id = $1 and email_key = $2")
        .bind(course)
        .bind(email.key())
        .optional(write)
        .await?;
    Ok(row.map(|(role, way)| news_of_stranger(role, way)))
}

/// What waits of a course, but of an address whose account has a place by now: they hear of that.
pub(in crate::enrolments) async fn list_untold(on: &mut impl Connection, course: CourseId) -> Result<Untold, Failure> {
    let people: Vec<PersonUntold> = query(
        "select user_id, state, role, offer_ends_at from enrolments where course_id = $1 and untold order by user_id",
    )
    .bind(course)
    .all(on)
    .await?;
    let strangers: Vec<(String, CourseRole, Way)> = query(concat!(
        "select a.email, a.role, a.way from awaited a where a.course_id = $1 and a.untold and not exists (select 1 from users u
           join enrolments e on e.user_id = u.id where u.email_key = a.email_key and e.course_id = a.course_id and (",
        is_in!("e"),
        " or ",
        is_pending!("e"),
        ")) order by a.email_key"
    ))
    .bind(course)
    .all(on)
    .await?;
    let people = people.iter().filter_map(|row| Some((row.user_id, row.news()?))).collect();
    let strangers = strangers
        .into_iter()
        .map(|(email, role, way)| Ok((Email::parse(&email)?, news_of_stranger(role, way))))
        .collect::<Result<_, Failure>>()?;
    Ok(Untold { people, strangers })
}

/// Courses of which something waits, and where each is in its life.
pub(in crate::enrolments) async fn public_list_with_untold(
    on: &mut impl Connection,
) -> Result<Vec<(CourseId, CourseState)>, Failure> {
    query(concat!(
        "select c.id, ",
        state_of_letters!("c"),
        " as state from courses c where c.id in (select course_id from enrolments where untold
           union select course_id from awaited where untold) order by c.id"
    ))
    .all(on)
    .await
}
