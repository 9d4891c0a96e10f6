//! All SQL about who is in a course. What a state means stands in `states.rs`, and how a place changes in `moving.rs`.

mod awaited;
mod blocks;
mod codes;
mod importing;
mod managing;
mod mine;
mod moving;
mod people;
mod rosters;
pub(crate) mod states;
mod undoing;
mod untold;

pub use awaited::{AwaitedRow, public_give_awaited};
pub(crate) use blocks::{keep_mark, mark_of};
pub use codes::CodeRow;
pub use importing::Done;
pub use managing::{Added, Doing, How, stays_in_words};
pub use mine::{DoneRow, MyPlace};
pub use moving::Moved;
pub(crate) use moving::{fill_seats, put_owner};
pub use people::{AskingRow, ExportRow, PeopleList, PersonRow, Sort};
pub use rosters::{Kept, RosterHead, no_list, public_delete_old_rosters};
pub use undoing::Undone;
pub(super) use untold::{
    find_news_of_stranger, list_untold, public_list_with_untold, put_stranger_untold, put_strangers_told, put_untold,
};

use self::moving::{Taking, say, take};
use self::states::{is_in, is_pending};
use self::untold::state_of_letters;
use super::letters::AboutCourse;
use super::machine::{Stays, Step};
use super::model::{CourseRole, PlaceState, Way};
use crate::courses::policy::{Joiner, Leaver};
use crate::db::{Connection, Write, query};
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};

impl Joiner<'_, Write> {
    /// Takes a seat, stands in line for one, or asks staff: whichever the course has for who comes now. `words` are for staff who are asked.
    pub async fn join(&mut self, words: &str) -> Result<Moved, Failure> {
        let user = self.standing().person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
        let facts = &self.standing().facts;
        let (asks, has_code, slug) = (facts.asks_first(), facts.coming.has_code, facts.slug.clone());
        let way = match (asks, has_code) {
            (true, _) => Way::Request,
            (false, true) => Way::Code,
            (false, false) => Way::Open,
        };
        let step = if asks { Step::Ask } else { Step::Come };
        let (write, course) = self.connection();
        let taking = Taking { user, step, role: CourseRole::Student, way: Some(way) };
        let moved = take(write, course, taking).await?.map_err(|stays| AppError::Forbidden(denied(stays, &slug)))?;
        if has_code {
            codes::count_use(write, course).await?;
        }
        if moved.state == PlaceState::Requested && !words.is_empty() {
            say(write, course, user, words).await?;
        }
        Ok(moved)
    }
}

/// Why somebody who comes by themselves stays where they are.
fn denied(stays: Stays, slug: &str) -> Denied {
    match stays {
        Stays::Active => Denied::AlreadyIn(slug.to_owned()),
        Stays::Waitlisted => Denied::InLine(slug.to_owned()),
        Stays::Requested | Stays::Invited => Denied::Asked(slug.to_owned()),
        Stays::Blocked => Denied::Blocked,
        Stays::AddressBlocked(_) => Denied::AddressBlocked,
        Stays::NoRoom => Denied::Full,
        Stays::NotThere => Denied::NotIn,
    }
}

impl Leaver<'_, Write> {
    /// Gives the seat, the staff's role, the place in line back; says no to an invitation; takes a request back.
    pub async fn leave(&mut self) -> Result<Moved, Failure> {
        let user = self.standing().person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
        let slug = self.standing().facts.slug.clone();
        let (write, course) = self.connection();
        let taking = Taking { user, step: Step::Go, role: CourseRole::Student, way: None };
        Ok(take(write, course, taking).await?.map_err(|stays| AppError::Forbidden(denied(stays, &slug)))?)
    }
}

/// Takes somebody who goes for good out of every course they are in or wait for. Whether they may go was asked before.
pub(crate) async fn leave_everywhere(write: &mut Write, user: UserId) -> Result<Vec<Moved>, Failure> {
    let courses: Vec<(CourseId,)> = query(concat!(
        "select e.course_id from enrolments e where e.user_id = $1 and (",
        is_in!("e"),
        " or ",
        is_pending!("e"),
        ") order by e.course_id"
    ))
    .bind(user)
    .all(write)
    .await?;
    let mut all = Vec::new();
    for (course,) in courses {
        let taking = Taking { user, step: Step::Go, role: CourseRole::Student, way: None };
        all.extend(take(write, course, taking).await?.ok());
    }
    Ok(all)
}

/// What letters say of a course.
pub(super) async fn public_course_of_letters(write: &mut Write, course: CourseId) -> Result<AboutCourse, Failure> {
    query(concat!("select c.slug, c.title, ", state_of_letters!("c"), " as state from courses c where c.id = $1"))
        .bind(course)
        .one(write)
        .await
}

/// Courses in which the time of an offer is over.
pub async fn public_list_with_late_offers(on: &mut impl Connection) -> Result<Vec<CourseId>, Failure> {
    let now = on.now();
    let rows: Vec<(CourseId,)> =
        query("select distinct course_id from enrolments where offer_ends_at <= $1").bind(now).all(on).await?;
    Ok(rows.into_iter().map(|(course,)| course).collect())
}
