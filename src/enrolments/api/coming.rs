//! One's own place: come, and go.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    crate::accounts::policy::SignedIn,
    crate::courses::model::CourseState,
    crate::courses::policy::{Joiner, Leaver},
    crate::credentials::guessing::{Few, public_check_one, public_take_one},
    crate::db::{Connection, Write},
    crate::enrolments::joining::JoinCode,
    crate::enrolments::model::PlaceState,
    crate::enrolments::store::Moved,
    crate::error::{Denied, FieldErrors},
    crate::failure::Failure,
    crate::field,
    crate::http::request,
    crate::id::UserId,
    crate::network::place_of,
    crate::ui::flash::{Flash, Undo},
};

/// Comes into a course: takes a seat, stands in line, or asks, whichever it has for who comes.
#[server(prefix = "/fn", endpoint = "join_course")]
pub async fn join_course(
    /// Of the course. `Denied::NotOpen`, `NotYet` or `Full` when it takes nobody, `Denied::Blocked` for who was taken out for good,
    /// `Denied::AddressBlocked` where somebody was who had their address, `Denied::StaffUseNoSeat` for who teaches it.
    course: CourseId,
    /// For staff, where they let people in: at most 500 characters. Said nowhere else.
    words: Option<String>,
) -> Result<(), AppError> {
    let words = field::text("words", "What you say", words.as_deref().unwrap_or_default(), 500)?;
    let mut write = request::begin_write().await?;
    match Joiner::claim(&mut write, course).await {
        Ok(mut joiner) => {
            let moved = joiner.join(words.trim()).await?;
            let slug = joiner.course().slug.clone();
            come(write, moved, &slug).await
        }
        Err(failure) => stays(failure),
    }
}

/// The same with the course's join code, which opens it also when it is not open to join.
#[server(prefix = "/fn", endpoint = "join_with_code")]
pub async fn join_with_code(
    /// As typed: small letters, spaces, hyphens and the link around it are no matter. Refused at `join_code` when it opens no course
    /// now; too many of those from one place or account: `TooMany`.
    join_code: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let person = SignedIn::claim(&mut write).await?.person().id;
    check_guesses(&mut write, Some(person)).await?;
    let claimed = match JoinCode::parse(&join_code) {
        Some(code) => Joiner::claim_by_code(&mut write, &code).await,
        None => Err(AppError::NotFound.into()),
    };
    match claimed {
        Ok(mut joiner) => {
            let moved = joiner.join("").await?;
            let slug = joiner.course().slug.clone();
            come(write, moved, &slug).await
        }
        Err(Failure::Refused(AppError::NotFound)) => {
            count_guess(&mut write, Some(person)).await?;
            write.commit().await?;
            Err(FieldErrors::one("join_code", NO_SUCH_CODE).into())
        }
        Err(failure) => stays(failure),
    }
}

/// What is said of a code that opens nothing, whatever the reason.
#[cfg(feature = "ssr")]
const NO_SUCH_CODE: &str = "No course has this code now. Look at it again, or ask who gave it to you for a new one";

/// Refuses who has guessed at join codes too often, from where they are or as who they are.
#[cfg(feature = "ssr")]
pub(in crate::enrolments) async fn check_guesses(
    on: &mut impl Connection,
    person: Option<UserId>,
) -> Result<(), Failure> {
    let place = place_of(on.caller().address);
    public_check_one(on, Few::JoinCodesOfPlace, &place).await?;
    match person {
        Some(person) => public_check_one(on, Few::JoinCodesTyped, &person.to_string()).await,
        None => Ok(()),
    }
}

/// Counts a code that was none.
#[cfg(feature = "ssr")]
pub(in crate::enrolments) async fn count_guess(write: &mut Write, person: Option<UserId>) -> Result<(), Failure> {
    let place = place_of(write.caller().address);
    public_take_one(write, Few::JoinCodesOfPlace, &place).await?;
    match person {
        Some(person) => public_take_one(write, Few::JoinCodesTyped, &person.to_string()).await,
        None => Ok(()),
    }
}

/// What came of it, in a sentence, on the course's page.
#[cfg(feature = "ssr")]
async fn come(mut write: Write, moved: Moved, slug: &str) -> Result<(), AppError> {
    let state = moved.tell(&mut write, &*request::site()?).await?;
    write.commit().await?;
    let said = match state {
        PlaceState::Waitlisted => "All seats are taken. You are in line, and hear from us when it is your turn.",
        PlaceState::Requested => "You have asked to join. The lessons open once its staff let you in.",
        _ => "You are in. The lessons are open to you now.",
    };
    request::go_on(&format!("/courses/{slug}"), Flash::said(said))
}

/// A second press, or another window: what was wanted is so, or under way.
#[cfg(feature = "ssr")]
fn stays(failure: Failure) -> Result<(), AppError> {
    let (slug, said) = match &failure {
        Failure::Refused(AppError::Forbidden(Denied::AlreadyIn(slug))) => (slug, "You are in this course already."),
        Failure::Refused(AppError::Forbidden(Denied::InLine(slug))) => {
            (slug, "You are in line for this course already.")
        }
        Failure::Refused(AppError::Forbidden(Denied::Asked(slug))) => {
            (slug, "You have asked to join this course already.")
        }
        _ => return Err(failure.into()),
    };
    request::go_on(&format!("/courses/{slug}"), Flash::said(said))
}

/// Gives the seat back, or the place in line; takes a request back; says no to an invitation.
#[server(prefix = "/fn", endpoint = "leave_course")]
pub async fn leave_course(
    /// Of the course. `Denied::NotIn` for who has no place in it, `Denied::LastOwner` for its only owner.
    course: CourseId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut leaver = Leaver::claim(&mut write, course).await?;
    let moved = leaver.leave().await?;
    let standing = leaver.standing().clone();
    moved.tell(&mut write, &*request::site()?).await?;
    write.commit().await?;
    let (slug, title) = (standing.course.slug.clone(), standing.course.title.clone());
    let said = match standing.facts.coming.place {
        Some(PlaceState::Invited) => format!("You have said no to the invitation to {title}."),
        Some(PlaceState::Requested) => format!("You do not ask to join {title} any more."),
        Some(PlaceState::Waitlisted) => format!("You are not in line for {title} any more."),
        _ => format!("You have left {title}. What you have read is kept."),
    };
    // Of a full course the seat has gone to the next in line: there is nothing to undo.
    let can_return = standing.can_come_back();
    let flash = if can_return { Flash::undo(said, Undo::Join(course)) } else { Flash::said(said) };
    // Who has left a draft or an archived course may not see it any more.
    let is_public = matches!(standing.facts.state, CourseState::Published | CourseState::Concluded);
    request::go_on(&if is_public { format!("/courses/{slug}") } else { "/".to_owned() }, flash)
}
