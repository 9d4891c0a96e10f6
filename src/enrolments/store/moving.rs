//! The one place that writes where somebody's place in a course is. `machine::next` decides; seats that become free go to those in
//! line before the transaction ends.

use super::blocks::{blocked_with_address_of, forget_marks};
use super::states::{has_seat, waits};
use super::untold::put_untold;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::{HOUR, Millis};
use crate::courses::model::CourseState;
use crate::db::{Connection, Write, query};
use crate::enrolments::letters::News;
use crate::enrolments::machine::{Place, Room, Seats, Stays, Step, comes_anew, next};
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};

/// The columns of a [`PlaceRow`]. `$of` is the alias of `enrolments`.
macro_rules! place {
    ($of:literal) => {
        concat!(
            $of,
            ".state, ",
            $of,
            ".role, ",
            $of,
            ".way, ",
            $of,
            ".since, ",
            $of,
            ".line, ",
            $of,
            ".offer_ends_at, ",
            $of,
            ".joined_at, ",
            $of,
            ".words, ",
            $of,
            ".untold"
        )
    };
}

/// A place as it stands in the table.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct PlaceRow {
    /// Where it is.
    pub state: PlaceState,
    /// What they are or were, or are asked to be.
    pub role: CourseRole,
    /// How they came.
    pub way: Way,
    /// When that began.
    pub since: Millis,
    line: Option<i64>,
    offer_ends_at: Option<Millis>,
    /// When they were let in, the last time.
    pub joined_at: Option<Millis>,
    /// What they said when they asked.
    pub words: Option<String>,
    /// Whether they are still to hear of it.
    pub untold: bool,
}

/// Whose place it is, in line.
#[derive(sqlx::FromRow)]
struct InLine {
    user_id: UserId,
    #[sqlx(flatten)]
    row: PlaceRow,
}

impl PlaceRow {
    fn place(&self, now: Millis) -> Place {
        Place { state: self.state, has_offer: self.offer_ends_at.is_some_and(|ends| ends > now) }
    }

    /// As it is at this moment: who did not take a seat in time is out of the line, also before somebody writes that down.
    fn at(self, now: Millis) -> Self {
        match self.offer_ends_at {
            Some(ends) if ends <= now => Self { state: PlaceState::Dropped, line: None, offer_ends_at: None, ..self },
            _ => self,
        }
    }

    fn has_seat(&self, now: Millis) -> bool {
        self.role == CourseRole::Student && (self.state == PlaceState::Active || self.place(now).has_offer)
    }
}

/// What came of a step. Who is to hear of it hears by [`Moved::tell`], in the same transaction.
#[must_use = "who is to hear of it is told by `tell`"]
#[derive(Debug)]
pub struct Moved {
    /// Where the place is now.
    pub state: PlaceState,
    pub(in crate::enrolments) course: CourseId,
    /// Whose place it was; none where only the line moved.
    pub(in crate::enrolments) of: Option<UserId>,
    pub(in crate::enrolments) news: Vec<(UserId, News)>,
}

impl Moved {
    /// The same, with nothing said to the one whose place it was: only those in line hear of it.
    pub fn silent(mut self) -> Self {
        self.news.retain(|(user, _)| Some(*user) != self.of);
        self
    }

    /// How many people others hear news of: those who moved up.
    pub fn told(&self) -> usize {
        self.news.iter().filter(|(_, news)| matches!(news, News::LetIn(_) | News::Offered(_))).count()
    }
}

/// A step with somebody's place, about to be taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taking {
    /// Whose place.
    pub user: UserId,
    /// What happens to it.
    pub step: Step,
    /// As what they come, where the step lets them in. Who takes an invitation comes as what they were invited as.
    pub role: CourseRole,
    /// How, where they come anew.
    pub way: Option<Way>,
}

/// Takes a step, or says why it is not taken; nothing is written then.
pub(super) async fn take(write: &mut Write, course: CourseId, taking: Taking) -> Result<Result<Moved, Stays>, Failure> {
    let Taking { user, step, role, way } = taking;
    let now = write.now();
    let stood = find(write, course, user).await?;
    let is_late = stood.as_ref().is_some_and(|row| row.offer_ends_at.is_some_and(|ends| ends <= now));
    let before = stood.map(|row| row.at(now));
    let comes = matches!(step, Step::Come | Step::Ask | Step::Invite | Step::LetIn);
    if comes
        && comes_anew(before.as_ref().map(|row| row.state))
        && let Some(by) = blocked_with_address_of(write, course, user).await?
    {
        return Ok(Err(Stays::AddressBlocked(by)));
    }
    let role = match (step, &before) {
        (Step::Come | Step::Ask, Some(row)) if row.state == PlaceState::Invited => row.role,
        (Step::Come | Step::Ask | Step::Invite | Step::LetIn | Step::Undo(_), _) => role,
        // Who is taken out for good comes back as a student, if ever.
        (Step::Block, _) | (_, None) => CourseRole::Student,
        (_, Some(row)) => row.role,
    };
    let way = match (&before, way) {
        (Some(row), _) if row.state == PlaceState::Invited && step == Step::Come => Way::Invitation,
        (Some(row), _) if row.state == PlaceState::Requested && matches!(step, Step::LetIn | Step::Invite) => row.way,
        (_, Some(way)) => way,
        (Some(row), None) => row.way,
        (None, None) => Way::Staff,
    };
    let seats = seats(write, course).await?;
    let from = before.as_ref().map(|row| row.place(now));
    let state = match next(from, step, role, seats.seats.room()) {
        Ok(state) => state,
        Err(stays) => return Ok(Err(stays)),
    };
    put(write, course, user, before.as_ref(), state, role, way, None).await?;
    if matches!(step, Step::Come | Step::Ask | Step::Go) && before.as_ref().is_some_and(|row| row.untold) {
        put_untold(write, course, user, false).await?;
    }
    if step == Step::Unblock {
        forget_marks(write, user).await?;
    }
    let mut news: Vec<(UserId, News)> =
        News::of(step, from.map(|place| place.state), state, role).map(|news| (user, news)).into_iter().collect();
    // A seat that was kept for them and is not any more goes on as well.
    let had_seat = is_late || before.is_some_and(|row| row.has_seat(now));
    if had_seat && !(role == CourseRole::Student && state == PlaceState::Active) {
        news.extend(fill(write, course).await?);
    }
    Ok(Ok(Moved { state, course, of: Some(user), news }))
}

/// Gives somebody who is in the course another role. Staff take no seat: one that becomes free goes to the next in line, and who becomes
/// a student needs one.
pub(super) async fn change_role(
    write: &mut Write,
    course: CourseId,
    user: UserId,
    role: CourseRole,
) -> Result<Result<Moved, Stays>, Failure> {
    let Some(before) = find(write, course, user).await?.filter(|row| row.state == PlaceState::Active) else {
        return Ok(Err(Stays::NotThere));
    };
    let needs_seat = before.role.is_staff() && role == CourseRole::Student;
    if needs_seat && seats(write, course).await?.seats.room() != Room::Seat {
        return Ok(Err(Stays::NoRoom));
    }
    query("update enrolments set role = $3 where course_id = $1 and user_id = $2")
        .bind(course)
        .bind(user)
        .bind(role.key())
        .execute(write)
        .await?;
    note(write, in_course(course, user).before(before.role.key()).after(role.key())).await?;
    let frees_seat = before.role == CourseRole::Student && role.is_staff();
    let news = if frees_seat { fill(write, course).await? } else { Vec::new() };
    Ok(Ok(Moved { state: PlaceState::Active, course, of: Some(user), news }))
}

/// Gives free seats to those in line, who waits longest first; offers that were not taken in time are over before that. Called where
/// seats can have become free otherwise than by a step: more of them, the course opened again, the time of an offer.
pub(crate) async fn fill_seats(write: &mut Write, course: CourseId) -> Result<Moved, Failure> {
    let news = fill(write, course).await?;
    Ok(Moved { state: PlaceState::Active, course, of: None, news })
}

async fn fill(write: &mut Write, course: CourseId) -> Result<Vec<(UserId, News)>, Failure> {
    let now = write.now();
    let mut news = Vec::new();
    let late: Vec<InLine> = query(concat!(
        "select e.user_id, ",
        place!("e"),
        " from enrolments e where e.course_id = $1 and e.offer_ends_at <= $2 order by e.line"
    ))
    .bind(course)
    .bind(now)
    .all(write)
    .await?;
    for InLine { user_id, row } in late {
        put(write, course, user_id, Some(&row), PlaceState::Dropped, row.role, row.way, None).await?;
        news.push((user_id, News::Lapsed));
    }
    let SeatsRow { seats, offer_hours, state } = seats(write, course).await?;
    if state != CourseState::Published {
        return Ok(news);
    }
    let turn: Vec<InLine> = query(concat!(
        "select e.user_id, ",
        place!("e"),
        " from enrolments e where e.course_id = $1 and ",
        waits!("e"),
        " order by e.line limit $2"
    ))
    .bind(course)
    .bind(seats.free())
    .all(write)
    .await?;
    for InLine { user_id, row } in turn {
        let until = offer_hours.map(|hours| now + hours * HOUR);
        let step = if until.is_some() { Step::Offer } else { Step::Promote };
        let Ok(state) = next(Some(row.place(now)), step, row.role, seats.room()) else { continue };
        put(write, course, user_id, Some(&row), state, row.role, row.way, until).await?;
        news.push((user_id, until.map_or(News::LetIn(row.role), News::Offered)));
    }
    Ok(news)
}

/// Keeps what somebody said when they asked, until they are answered.
pub(super) async fn say(write: &mut Write, course: CourseId, user: UserId, words: &str) -> Result<(), Failure> {
    query("update enrolments set words = $3 where course_id = $1 and user_id = $2")
        .bind(course)
        .bind(user)
        .bind(words)
        .execute(write)
        .await
        .map(drop)
}

/// Gives a place that was put back what it had before besides its state.
pub(super) async fn restore(
    write: &mut Write,
    course: CourseId,
    user: UserId,
    since: Millis,
    joined_at: Option<Millis>,
    words: Option<String>,
) -> Result<(), Failure> {
    query(
        "update enrolments set since = $3, joined_at = coalesce($4, joined_at), words = $5 where course_id = $1 and user_id = $2",
    )
    .bind(course)
    .bind(user)
    .bind(since)
    .bind(joined_at)
    .bind(words)
    .execute(write)
    .await
    .map(drop)
}

/// Gives a course that was just made its owner.
pub(crate) async fn put_owner(write: &mut Write, course: CourseId, user: UserId) -> Result<(), Failure> {
    put(write, course, user, None, PlaceState::Active, CourseRole::Owner, Way::Made, None).await
}

pub(super) async fn find(
    on: &mut impl Connection,
    course: CourseId,
    user: UserId,
) -> Result<Option<PlaceRow>, Failure> {
    query(concat!("select ", place!("e"), " from enrolments e where e.course_id = $1 and e.user_id = $2"))
        .bind(course)
        .bind(user)
        .optional(on)
        .await
}

/// The seats of a course, and what is done with free ones.
struct SeatsRow {
    seats: Seats,
    offer_hours: Option<i64>,
    state: CourseState,
}

async fn seats(write: &mut Write, course: CourseId) -> Result<SeatsRow, Failure> {
    let now = write.now();
    let (capacity, has_line, offer_hours, state, taken, waiting): (
        Option<i64>,
        bool,
        Option<i64>,
        CourseState,
        i64,
        i64,
    ) = query(concat!(
        "select c.capacity, c.waitlist, c.offer_hours, c.state,
                (select count(*) from enrolments e where e.course_id = c.id and ",
        has_seat!("e", "$2"),
        "), (select count(*) from enrolments e where e.course_id = c.id and ",
        waits!("e"),
        ") from courses c where c.id = $1"
    ))
    .bind(course)
    .bind(now)
    .one(write)
    .await?;
    Ok(SeatsRow { seats: Seats { capacity, taken, waiting, has_line }, offer_hours, state })
}

/// Writes a place down as it is from now on, and notes it. `offer` keeps a seat for who waits until then.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
async fn put(
    write: &mut Write,
    course: CourseId,
    user: UserId,
    before: Option<&PlaceRow>,
    state: PlaceState,
    role: CourseRole,
    way: Way,
    offer: Option<Millis>,
) -> Result<(), Failure> {
    let now = write.now();
    let is_new = before.is_none_or(|row| row.state != state);
    let line = match before.and_then(|row| row.line) {
        _ if state != PlaceState::Waitlisted => None,
        Some(line) => Some(line),
        None => {
            let (last,): (i64,) = query("select coalesce(max(line), 0) from enrolments where course_id = $1")
                .bind(course)
                .one(write)
                .await?;
            Some(last + 1)
        }
    };
    query(
        "insert into enrolments (course_id, user_id, role, state, since, joined_at, way, line, offer_ends_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (course_id, user_id) do update set role = excluded.role, state = excluded.state,
           since = case when $10 then excluded.since else enrolments.since end,
           joined_at = coalesce(excluded.joined_at, enrolments.joined_at),
           way = excluded.way, line = excluded.line, offer_ends_at = excluded.offer_ends_at, words = null",
    )
    .bind(course)
    .bind(user)
    .bind(role.key())
    .bind(state.key())
    .bind(now)
    .bind((state == PlaceState::Active).then_some(now))
    .bind(way.key())
    .bind(line)
    .bind(offer)
    .bind(is_new)
    .execute(write)
    .await?;
    let event = in_course(course, user).after(described(state, role, offer.is_some()));
    let event = match before {
        Some(row) => event.before(described(row.state, row.role, row.offer_ends_at.is_some())),
        None => event,
    };
    note(write, event).await
}

/// In a line of the log: what they are in the course, or where their place is.
fn described(state: PlaceState, role: CourseRole, has_offer: bool) -> &'static str {
    match state {
        PlaceState::Active => role.key(),
        PlaceState::Waitlisted if has_offer => "offered a seat",
        other => other.key(),
    }
}

fn in_course(course: CourseId, user: UserId) -> Event {
    Event::of(What::CourseRoleChanged).on(Object::Course(course)).about(user)
}
