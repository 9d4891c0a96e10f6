//! How somebody stands to a course: what `policy` decides from, in one question.

use super::CourseRow;
use crate::accounts::model::Email;
use crate::clock::Millis;
use crate::db::{Connection, query};
use crate::enrolments::joining::JoinCode;
use crate::enrolments::machine::Seats;
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::enrolments::store::mark_of;
use crate::enrolments::store::states::{blocked_with, has_seat, other_owners, waits};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};

#[derive(sqlx::FromRow)]
struct StandingRow {
    #[sqlx(flatten)]
    course: CourseRow,
    role: Option<CourseRole>,
    place: Option<PlaceState>,
    offer_ends_at: Option<Millis>,
    other_owners: i64,
    taken: i64,
    waiting: i64,
    blocked_with: Option<UserId>,
}

/// A course, and what there is between it and somebody.
pub struct FoundStanding {
    /// The course.
    pub course: CourseRow,
    /// Their place in it, as what, where there is or was one.
    pub place: Option<(PlaceState, CourseRole)>,
    /// They are an owner, and no other can sign in.
    pub is_last_owner: bool,
    /// A seat is kept for them.
    pub has_offer: bool,
    /// Who is blocked and has had their address, where somebody is.
    pub blocked_with: Option<UserId>,
    /// Its seats.
    pub seats: Seats,
    /// The moment all of it is so.
    pub now: Millis,
}

/// The rows of [`StandingRow`], from `courses c`: `$2` is who stands to them, `$3` is now, `$4` the mark of their address.
macro_rules! standing_rows {
    () => {
        concat!(
            "select c.id, c.slug, c.title, c.summary, c.description, c.state, c.listed, c.open, c.approval, c.joins_from, c.joins_until,
                c.time_zone, c.capacity, c.waitlist, c.offer_hours, c.changed_at, e.role, e.state as place, e.offer_ends_at, ",
            other_owners!("c.id", "$2"),
            " as other_owners, (select count(*) from enrolments s where s.course_id = c.id and ",
            has_seat!("s", "$3"),
            ") as taken, (select count(*) from enrolments s where s.course_id = c.id and ",
            waits!("s"),
            ") as waiting, ",
            blocked_with!("c.id", "$4"),
            " as blocked_with from courses c left join enrolments e on e.course_id = c.id and e.user_id = $2 "
        )
    };
}

fn standing(row: Option<StandingRow>, now: Millis) -> Option<FoundStanding> {
    let StandingRow { course, role, place, offer_ends_at, other_owners, taken, waiting, blocked_with } = row?;
    // A seat that was not taken in time is not theirs, nor their turn, also before somebody writes that down.
    let is_late = offer_ends_at.is_some_and(|ends| ends <= now);
    let place = place.map(|state| if is_late { PlaceState::Dropped } else { state }).zip(role);
    let is_owner = place == Some((PlaceState::Active, CourseRole::Owner));
    let seats = Seats { capacity: course.capacity, taken, waiting, has_line: course.waitlist };
    let has_offer = offer_ends_at.is_some() && !is_late;
    let is_last_owner = is_owner && other_owners == 0;
    Some(FoundStanding { course, place, is_last_owner, has_offer, blocked_with, seats, now })
}

/// Somebody who stands to a course.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The account.
    pub user: UserId,
    /// Its address as typed, by which who has had it before is found.
    pub address: &'a str,
}

impl Asker<'_> {
    fn to_bind(asker: Option<Self>, on: &impl Connection) -> Result<(Option<UserId>, Option<String>), Failure> {
        let Some(Self { user, address }) = asker else { return Ok((None, None)) };
        // Of an account that is deleted stands something else there, which nobody has had.
        let email = Email::parse(address).ok();
        Ok((Some(user), email.map(|email| mark_of(on, email.key())).transpose()?))
    }
}

/// The course with this id, and how somebody stands to it. For `policy.rs` alone, which decides what of it anybody hears.
pub async fn find_standing(
    on: &mut impl Connection,
    id: CourseId,
    asker: Option<Asker<'_>>,
) -> Result<Option<FoundStanding>, Failure> {
    let now = on.now();
    let (user, mark) = Asker::to_bind(asker, on)?;
    let row = query(concat!(standing_rows!(), "where c.id = $1"))
        .bind(id)
        .bind(user)
        .bind(now)
        .bind(mark)
        .optional(on)
        .await?;
    Ok(standing(row, now))
}

/// The same for the course an address names.
pub async fn find_standing_by_slug(
    on: &mut impl Connection,
    slug: &str,
    asker: Option<Asker<'_>>,
) -> Result<Option<FoundStanding>, Failure> {
    let now = on.now();
    let (user, mark) = Asker::to_bind(asker, on)?;
    let row = query(concat!(standing_rows!(), "where c.slug = $1"))
        .bind(slug)
        .bind(user)
        .bind(now)
        .bind(mark)
        .optional(on)
        .await?;
    Ok(standing(row, now))
}

/// The same for the course that a join code opens at this moment; none for a code that is over, used up, or was taken back.
pub async fn find_standing_by_code(
    on: &mut impl Connection,
    code: &JoinCode,
    asker: Option<Asker<'_>>,
) -> Result<Option<FoundStanding>, Failure> {
    let now = on.now();
    let (user, mark) = Asker::to_bind(asker, on)?;
    let row = query(concat!(
        standing_rows!(),
        "join join_codes k on k.course_id = c.id
         where k.code = $1 and (k.ends_at is null or k.ends_at > $3) and (k.most is null or k.used < k.most)"
    ))
    .bind(code.as_str())
    .bind(user)
    .bind(now)
    .bind(mark)
    .optional(on)
    .await?;
    Ok(standing(row, now))
}

/// The same for the course with this id and somebody else's account, as its address is now.
pub async fn find_standing_of(
    on: &mut impl Connection,
    id: CourseId,
    user: UserId,
) -> Result<Option<FoundStanding>, Failure> {
    let account: Option<(String,)> = query("select email from users where id = $1").bind(user).optional(on).await?;
    let Some((address,)) = account else { return Ok(None) };
    find_standing(on, id, Some(Asker { user, address: &address })).await
}
