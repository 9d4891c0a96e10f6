//! Several people of a course at once.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    crate::courses::policy::{CourseManager, CourseStaff},
    crate::credentials::guessing::{Few, public_take_one},
    crate::enrolments::letters,
    crate::enrolments::model::CourseRole,
    crate::enrolments::store::Doing,
    crate::error::FieldErrors,
    crate::field,
    crate::http::request,
    crate::id::UserId,
    crate::sessions::policy::RecentlyProven,
    crate::ui::flash::Flash,
};

/// No page of the list offers more than 25; a script may send some more.
#[cfg(feature = "ssr")]
const MOST: usize = 100;

/// The people a form names: numbers with commas between. `Malformed` when it names none, or too many.
#[cfg(feature = "ssr")]
fn named(people: &str) -> Result<Vec<UserId>, AppError> {
    let mut named: Vec<UserId> = people.split(',').filter_map(|id| id.trim().parse().ok()).collect();
    named.sort_by_key(|id| id.0);
    named.dedup();
    if named.is_empty() || named.len() > MOST { Err(AppError::Malformed) } else { Ok(named) }
}

/// "3 people are in the course now. 1 was left as they are."
#[cfg(feature = "ssr")]
fn said(done: usize, of: usize, one: &str, many: &str) -> Flash {
    let did = match done {
        0 => "Nobody was changed.".to_owned(),
        1 => format!("1 person {one}."),
        count => format!("{count} people {many}."),
    };
    let left = match of.saturating_sub(done) {
        0 => String::new(),
        1 => " 1 was left as they are.".to_owned(),
        count => format!(" {count} were left as they are."),
    };
    Flash::said(format!("{did}{left}"))
}

/// Lets in who asks, and puts back who was removed.
#[server(prefix = "/fn", endpoint = "let_in_picked")]
pub async fn let_in_picked(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Numbers of accounts with commas between. Those with whom it cannot be done stay as they are.
    people: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let (people, address) = (named(&people)?, format!("/courses/{}/people", manager.course().slug));
    let (done, all) = manager.with_each(&people, Doing::LetIn).await?;
    letters::tell_all(all, &mut write, &*request::site()?).await?;
    write.commit().await?;
    request::go_on(&address, said(done, people.len(), "was let in", "were let in"))
}

/// Takes several people out, whatever their places are.
#[server(prefix = "/fn", endpoint = "remove_picked")]
pub async fn remove_picked(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Numbers of accounts with commas between. Those with whom it cannot be done, the last owner among them, stay as they are.
    people: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let people = named(&people)?;
    let standing = manager.standing().clone();
    let (done, all) = manager.with_each(&people, Doing::Remove).await?;
    let still = manager.role_of_oneself().await?;
    letters::tell_all(all, &mut write, &*request::site()?).await?;
    write.commit().await?;
    request::go_on(
        &standing.way_on(still),
        said(done, people.len(), "is not in the course any more", "are not in the course any more"),
    )
}

/// Gives several people who are in the course another role.
#[server(prefix = "/fn", endpoint = "role_of_picked")]
pub async fn role_of_picked(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Numbers of accounts with commas between. Those who cannot have it stay as they are.
    people: String,
    /// `owner`, `instructor`, `assistant` or `student`. Who is neither owner nor admin makes and changes no owners.
    role: String,
) -> Result<(), AppError> {
    CourseManager::claim(&mut request::read().await?, course).await?;
    let (people, role) = (named(&people)?, role.parse::<CourseRole>()?);
    let mut write = request::begin_write().await?;
    let manager = CourseManager::claim(&mut write, course).await?;
    let standing = manager.standing().clone();
    let mut proven = RecentlyProven::of(manager)?;
    let (done, all) = proven.change_roles(&people, role).await?;
    let still = proven.inner().role_of_oneself().await?;
    letters::tell_all(all, &mut write, &*request::site()?).await?;
    write.commit().await?;
    let (one, many) = (format!("is now {}", role.with_article()), format!("are now {}s", role.key()));
    request::go_on(&standing.way_on(still), said(done, people.len(), &one, &many))
}

/// Writes a letter to several people of the course.
#[server(prefix = "/fn", endpoint = "write_to_picked")]
pub async fn write_to_picked(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Numbers of accounts with commas between. Who has left, was removed or is blocked gets none.
    people: String,
    /// At most 5,000 characters, not empty.
    message: String,
) -> Result<(), AppError> {
    CourseManager::claim(&mut request::read().await?, course).await?;
    let people = named(&people)?;
    let site = request::site()?;
    if site.mailer.is_none() {
        return Err(AppError::Conflict("This server sends no mail.".to_owned()));
    }
    let message = field::text("message", "Message", &message, 5_000)?;
    if message.trim().is_empty() {
        return Err(FieldErrors::one("message", "Enter a message").into());
    }
    let mut write = request::begin_write().await?;
    let standing = CourseManager::claim(&mut write, course).await?.standing().clone();
    let sender = standing.person.clone().ok_or(AppError::SignInRequired)?;
    public_take_one(&mut write, Few::LettersOfStaff, &sender.id.to_string()).await?;
    let rows = CourseStaff::claim(&mut write, course).await?.list_picked(&people).await?;
    let sent = letters::write_to(&mut write, &site, &standing.course, &sender, &rows, &message).await?;
    write.commit().await?;
    let flash = Flash::said(match sent {
        1 => "The letter to 1 person is on its way.".to_owned(),
        many => format!("The letters to {many} people are on their way."),
    });
    request::go_on(&format!("/courses/{}/people", standing.course.slug), flash)
}
