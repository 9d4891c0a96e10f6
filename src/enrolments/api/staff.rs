//! Other people's places, for who manages them.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::{CourseId, UserId};

#[cfg(feature = "ssr")]
use {
    crate::accounts::model::Email,
    crate::courses::policy::CourseManager,
    crate::enrolments::letters,
    crate::enrolments::model::{CourseRole, PlaceState},
    crate::enrolments::store::{Added, How, stays_in_words},
    crate::error::FieldErrors,
    crate::http::request,
    crate::sessions::policy::RecentlyProven,
    crate::ui::flash::{Flash, Undo},
};

/// Gives somebody a place in a course: at once, or when they say yes.
#[server(prefix = "/fn", endpoint = "add_person")]
pub async fn add_person(
    /// Of a course whose people the asker manages: else `Forbidden`, or `NotFound` for who may not know of it.
    course: CourseId,
    /// Of an account, or of somebody who has none yet: a place waits for them. Refused at `email` for who is in the course.
    email: String,
    /// `owner`, `instructor`, `assistant` or `student`. Who is neither owner nor admin makes no owners.
    role: String,
    /// `invite`: when they say yes. Anything else, or nothing: at once.
    how: Option<String>,
) -> Result<(), AppError> {
    CourseManager::claim(&mut request::read().await?, course).await?;
    let mut wrong = FieldErrors::default();
    let email = wrong.keep(Email::parse(&email));
    let role = wrong.keep(role.parse::<CourseRole>());
    let (Some(email), Some(role)) = (email, role) else { return Err(wrong.into()) };
    let how = if how.as_deref() == Some("invite") { How::ByInvitation } else { How::AtOnce };
    let site = request::site()?;
    let mut write = request::begin_write().await?;
    let added = CourseManager::claim(&mut write, course).await?.add_person(&email, role, how).await?;
    let mut waits = false;
    let mut said = match added {
        Added::Moved(name, moved) => {
            waits = moved.waits_for_publication(&mut write).await?;
            match moved.tell(&mut write, &site).await? {
                PlaceState::Invited => format!("{name} is invited as {}.", role.with_article()),
                PlaceState::Waitlisted => format!("All seats are taken. {name} is in line for the next one."),
                _ => format!("{name} is in the course as {}.", role.with_article()),
            }
        }
        Added::Awaited(is_to_be_asked) => {
            if is_to_be_asked {
                waits = letters::ask_to_sign_up(&mut write, &site, course, std::slice::from_ref(&email)).await? > 0;
            }
            format!("No account has {} yet. A place as {} waits for it.", email.as_typed(), role.with_article())
        }
        Added::Stays(name, role, stays) => {
            let words = stays_in_words(&name, role, stays);
            return Err(FieldErrors::one("email", words.trim_end_matches('.')).into());
        }
        Added::NoAccount => return Err(AppError::NotFound),
    };
    if waits && site.mailer.is_some() {
        said.push_str(" They hear of it once the course is published.");
    }
    write.commit().await?;
    request::go_back(Flash::said(said))
}

/// Takes a place back that waits for an address without an account.
#[server(prefix = "/fn", endpoint = "forget_awaited")]
pub async fn forget_awaited(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// The address; `NotFound` when no place waits for it.
    email: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let email = Email::parse(&email)?;
    manager.forget_awaited(&email).await?;
    write.commit().await?;
    request::go_back(Flash::said(format!("No place waits for {} any more.", email.as_typed())))
}

/// Says yes to somebody who asks to join.
#[server(prefix = "/fn", endpoint = "approve_person")]
pub async fn approve_person(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Who asks to join it; else `NotFound`. `Conflict` when there is neither seat nor line.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let (name, moved) = CourseManager::claim(&mut write, course).await?.approve(person).await?;
    let state = moved.tell(&mut write, &*request::site()?).await?;
    write.commit().await?;
    request::go_back(Flash::said(back_in(&name, state)))
}

/// How somebody's place is who was let in.
#[cfg(feature = "ssr")]
fn back_in(name: &str, state: PlaceState) -> String {
    match state {
        PlaceState::Waitlisted => format!("All seats are taken. {name} is in line for the next one."),
        _ => format!("{name} is in the course."),
    }
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
    let (name, moved) = RecentlyProven::of(manager)?.change_role(person, role).await?;
    moved.tell(&mut write, &*request::site()?).await?;
    write.commit().await?;
    let said = Flash::said(format!("{name} is now {} of the course.", role.with_article()));
    // Who has changed their own role may not be let back to where they did it.
    if standing.is_oneself(person) {
        request::go_on(&standing.way_on(Some(role)), said)
    } else {
        request::go_back(said)
    }
}

/// Makes somebody in the course its owner, and oneself an instructor of it.
#[server(prefix = "/fn", endpoint = "hand_course_over")]
pub async fn hand_course_over(
    /// Of a course the asker owns, or any for an admin: else `Denied::OwnersOnly`.
    course: CourseId,
    /// Who is in the course; else `NotFound`.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let manager = CourseManager::claim(&mut write, course).await?;
    let standing = manager.standing().clone();
    let (name, all) = RecentlyProven::of(manager)?.hand_over(person).await?;
    letters::tell_all(all, &mut write, &*request::site()?).await?;
    write.commit().await?;
    let said = format!("{name} is an owner of the course now, and you are none any more.");
    let said = if standing.facts.course.is_some() { said } else { format!("{name} is an owner of the course now.") };
    request::go_on(&format!("/courses/{}/people", standing.course.slug), Flash::said(said))
}

/// Takes somebody out of a course or its line, says no to who asks to join, or takes an invitation back.
#[server(prefix = "/fn", endpoint = "remove_person")]
pub async fn remove_person(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// `NotFound` when they have no place in the course, `Denied::LastOwner` when it would have no owner left.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let before = manager.place_of(person).await?;
    let (name, moved) = manager.remove(person).await?;
    let standing = manager.standing().clone();
    moved.tell(&mut write, &*request::site()?).await?;
    write.commit().await?;
    let said = match before {
        Some(PlaceState::Requested) => format!("{name} was not let in."),
        Some(PlaceState::Invited) => format!("The invitation of {name} is taken back."),
        Some(PlaceState::Waitlisted) => format!("{name} is not in line any more."),
        _ => format!("{name} is not in the course any more."),
    };
    // Who has removed themselves cannot put themselves back, and a place in line has gone to others.
    let (role, flash) = if standing.is_oneself(person) {
        (None, Flash::said(said))
    } else if before == Some(PlaceState::Active) {
        (standing.facts.course, Flash::undo(said, Undo::Remove(course, person)))
    } else {
        (standing.facts.course, Flash::said(said))
    };
    request::go_on(&standing.way_on(role), flash)
}

/// Undoes a removal: the person is in the course again, as they were, or in line when the seat has gone.
#[server(prefix = "/fn", endpoint = "put_back")]
pub async fn put_back(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Who was removed from it; else `NotFound`.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let (name, moved) = manager.put_back(person).await?;
    let address = format!("/courses/{}/people", manager.course().slug);
    let said = match moved.tell(&mut write, &*request::site()?).await? {
        PlaceState::Waitlisted => format!("All seats are taken. {name} is in line for the next one."),
        _ => format!("{name} is in the course again."),
    };
    write.commit().await?;
    request::go_on(&address, Flash::said(said))
}

/// Takes somebody out of a course for good: no code, invitation or roster brings them back.
#[server(prefix = "/fn", endpoint = "block_person")]
pub async fn block_person(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Who has or had a place in it; else `NotFound`. `Denied::LastOwner` when it would have no owner left.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let (name, moved) = manager.block(person).await?;
    let standing = manager.standing().clone();
    moved.tell(&mut write, &*request::site()?).await?;
    write.commit().await?;
    let role = if standing.is_oneself(person) { None } else { standing.facts.course };
    request::go_on(&standing.way_on(role), Flash::said(format!("{name} is blocked from the course.")))
}

/// Lifts that: they are not in the course, and may come again.
#[server(prefix = "/fn", endpoint = "unblock_person")]
pub async fn unblock_person(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Who is blocked from it; else `NotFound`.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let (name, moved) = CourseManager::claim(&mut write, course).await?.unblock(person).await?;
    moved.tell(&mut write, &*request::site()?).await?;
    write.commit().await?;
    request::go_back(Flash::said(format!("{name} is not blocked any more.")))
}
