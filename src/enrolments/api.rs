//! What a browser can ask for about being in a course.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::{CourseId, UserId};

#[cfg(feature = "ssr")]
use {
    super::model::CourseRole,
    super::store::Added,
    crate::accounts::model::Email,
    crate::courses::model::CourseState,
    crate::courses::policy::{CourseManager, Joiner, Leaver},
    crate::error::{Denied, FieldErrors},
    crate::failure::Failure,
    crate::http::request,
    crate::sessions::policy::RecentlyProven,
    crate::ui::flash::{Flash, Undo},
};

/// Takes a seat in a course.
#[server(prefix = "/fn", endpoint = "join_course")]
pub async fn join_course(
    /// Of the course. `Denied::NotOpen` when it takes nobody new, `Denied::StaffUseNoSeat` for who teaches it.
    course: CourseId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut joiner = match Joiner::claim(&mut write, course).await {
        // A second press, or another window: what was wanted is so.
        Err(Failure::Refused(AppError::Forbidden(Denied::AlreadyIn(slug)))) => {
            return request::go_on(&format!("/courses/{slug}"), Flash::said("You are in this course already."));
        }
        claimed => claimed?,
    };
    joiner.join().await?;
    let slug = joiner.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}"), Flash::said("You are in. The lessons are open to you now."))
}

/// Gives the seat back.
#[server(prefix = "/fn", endpoint = "leave_course")]
pub async fn leave_course(
    /// Of the course. `Denied::NotIn` for who is not in it, `Denied::LastOwner` for its only owner.
    course: CourseId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut leaver = Leaver::claim(&mut write, course).await?;
    leaver.leave().await?;
    let standing = leaver.standing();
    let (slug, title) = (standing.course.slug.clone(), standing.course.title.clone());
    let state = standing.facts.state;
    let can_return =
        standing.facts.open && state == CourseState::Published && standing.facts.course == Some(CourseRole::Student);
    write.commit().await?;
    let said = format!("You have left {title}. What you have read is kept.");
    let flash = if can_return { Flash::undo(said, Undo::Join(course)) } else { Flash::said(said) };
    // Who has left a draft or an archived course may not see it any more.
    let is_public = matches!(state, CourseState::Published | CourseState::Concluded);
    request::go_on(&if is_public { format!("/courses/{slug}") } else { "/".to_owned() }, flash)
}

/// Puts somebody with an account into a course.
#[server(prefix = "/fn", endpoint = "add_person")]
pub async fn add_person(
    /// Of a course whose people the asker manages: else `Forbidden`, or `NotFound` for who may not know of it.
    course: CourseId,
    /// Of an account that is not disabled, and not in the course yet: else refused at `email`.
    email: String,
    /// `owner`, `instructor`, `assistant` or `student`. Who is neither owner nor admin makes no owners.
    role: String,
) -> Result<(), AppError> {
    CourseManager::claim(&mut request::read().await?, course).await?;
    let mut wrong = FieldErrors::default();
    let email = wrong.keep(Email::parse(&email));
    let role = wrong.keep(role.parse::<CourseRole>());
    let (Some(email), Some(role)) = (email, role) else { return Err(wrong.into()) };
    let mut write = request::begin_write().await?;
    let added = CourseManager::claim(&mut write, course).await?.add_person(&email, role).await?;
    let name = match added {
        Added::Added(name) => name,
        Added::IsIn(name, role) => {
            let said =
                format!("{name} is in this course already, as {}. Change the role on their line", role.with_article());
            return Err(FieldErrors::one("email", said).into());
        }
        Added::NoAccount => {
            return Err(FieldErrors::one(
                "email",
                "There is no account with this email yet. Ask them to create one first",
            )
            .into());
        }
    };
    write.commit().await?;
    request::go_back(Flash::said(format!("{name} is in the course as {}.", role.with_article())))
}

/// Gives somebody another role in a course.
#[server(prefix = "/fn", endpoint = "save_course_role")]
pub async fn save_course_role(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// `NotFound` when they are not in the course, `Denied::LastOwner` when it would have no owner left.
    person: UserId,
    /// `owner`, `instructor`, `assistant` or `student`. Who is neither owner nor admin makes and changes no owners.
    role: String,
) -> Result<(), AppError> {
    CourseManager::claim(&mut request::read().await?, course).await?;
    let role: CourseRole = role.parse()?;
    let mut write = request::begin_write().await?;
    let manager = CourseManager::claim(&mut write, course).await?;
    let standing = manager.standing().clone();
    let name = RecentlyProven::of(manager)?.change_role(person, role).await?;
    write.commit().await?;
    let said = Flash::said(format!("{name} is now {} of the course.", role.with_article()));
    // Who has changed their own role may not be let back to where they did it.
    if standing.is_oneself(person) {
        request::go_on(&standing.way_on(Some(role)), said)
    } else {
        request::go_back(said)
    }
}

/// Takes somebody out of a course.
#[server(prefix = "/fn", endpoint = "remove_person")]
pub async fn remove_person(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// `NotFound` when they are not in the course, `Denied::LastOwner` when it would have no owner left.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let name = manager.remove(person).await?;
    let standing = manager.standing().clone();
    write.commit().await?;
    let said = format!("{name} is not in the course any more.");
    // Who has removed themselves cannot put themselves back.
    let (role, flash) = if standing.is_oneself(person) {
        (None, Flash::said(said))
    } else {
        (standing.facts.course, Flash::undo(said, Undo::Remove(course, person)))
    };
    request::go_on(&standing.way_on(role), flash)
}

/// Undoes a removal: the person is in the course again, as they were.
#[server(prefix = "/fn", endpoint = "put_back")]
pub async fn put_back(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Who was removed from it; else `NotFound`.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let name = manager.put_back(person).await?;
    let address = format!("/courses/{}/people", manager.course().slug);
    write.commit().await?;
    request::go_on(&address, Flash::said(format!("{name} is in the course again.")))
}
