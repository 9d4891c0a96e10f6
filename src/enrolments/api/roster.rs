//! Lists of people from elsewhere: read, looked at, imported, undone.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::{CourseId, RosterId};

#[cfg(feature = "ssr")]
use {
    crate::courses::policy::{CourseManager, Standing},
    crate::credentials::guessing::{Few, public_take_one},
    crate::enrolments::letters,
    crate::enrolments::model::CourseRole,
    crate::enrolments::roster::reading::{Column, Table},
    crate::enrolments::store::{Done, Moved, no_list},
    crate::error::FieldErrors,
    crate::http::request,
    crate::sessions::policy::RecentlyProven,
    crate::ui::flash::Flash,
};

/// Reads a list of people and shows what it would change. Nothing changes yet.
#[server(prefix = "/fn", endpoint = "read_roster")]
pub async fn read_roster(
    /// Of a course whose people the asker manages: else `Forbidden`, or `NotFound` for who may not know of it.
    course: CourseId,
    /// Rows of a table with commas, semicolons or tabs between, or addresses alone. Refused when there are none, or over 2,000. A file
    /// that was chosen stands in its place (`http/form_file.rs`).
    rows: String,
    /// Sent when the box is ticked: it is everybody, and who is not in it is to be taken out.
    is_whole: Option<String>,
) -> Result<(), AppError> {
    CourseManager::claim(&mut request::read().await?, course).await?;
    let table = Table::read(&rows).map_err(no_list)?;
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let slug = manager.course().slug.clone();
    let id = manager.keep_roster(&rows, &table, is_whole.is_some()).await?;
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}/roster/{id}"), Flash::None)
}

/// Says what the columns of a list are.
#[server(prefix = "/fn", endpoint = "save_columns")]
pub async fn save_columns(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// A list of that course that is not imported yet; else `NotFound`, or `Conflict` when it is.
    roster: RosterId,
    /// For each column in its order what it says: `email`, `name`, `first`, `last`, `role`, `nothing`. Refused without an `email`.
    columns: Option<Vec<String>>,
    /// Sent when the box is ticked: the first row says what the columns are.
    has_head: Option<String>,
    /// Sent when the box is ticked: it is everybody.
    is_whole: Option<String>,
) -> Result<(), AppError> {
    CourseManager::claim(&mut request::read().await?, course).await?;
    let columns: Vec<Column> = columns.unwrap_or_default().iter().map(|key| Column::of_key(key)).collect();
    if !columns.contains(&Column::Email) {
        return Err(FieldErrors::one("column-0", "Say which column has the email addresses").into());
    }
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    manager.say_columns(roster, &columns, has_head.is_some(), is_whole.is_some()).await?;
    write.commit().await?;
    request::go_back(Flash::said("Read again. Nothing has changed in the course yet."))
}

/// Does what is ticked of a list.
#[server(prefix = "/fn", endpoint = "import_roster")]
pub async fn import_roster(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// A list of that course that is not imported yet; else `NotFound`, or `Conflict` when it is.
    roster: RosterId,
    /// What is ticked, as the page names it. Refused when it is nothing.
    ticked: Option<Vec<String>>,
    /// Sent when the box is ticked: who gets a place hears of it by mail.
    tell: Option<String>,
) -> Result<(), AppError> {
    CourseManager::claim(&mut request::read().await?, course).await?;
    let mut ticked = ticked.unwrap_or_default();
    ticked.sort_unstable();
    ticked.dedup();
    if ticked.is_empty() {
        return Err(FieldErrors::one("import", "Tick at least one row").into());
    }
    let site = request::site()?;
    let tells = tell.is_some() && site.mailer.is_some();
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let standing = manager.standing().clone();
    let rows = manager.ticked_of(roster, &ticked).await?;
    let mut manager = RecentlyProven::of(manager)?;
    let done = manager.import(roster, rows, ticked.len()).await?;
    let still = manager.inner().role_of_oneself().await?;
    let said = said(&done);
    if tells {
        let sender = standing.person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
        public_take_one(&mut write, Few::LettersOfStaff, &sender.to_string()).await?;
        letters::tell_all(done.moved, &mut write, &site).await?;
        letters::ask_to_sign_up(&mut write, &site, course, &done.strangers).await?;
    } else {
        letters::tell_all(done.moved.into_iter().map(Moved::silent).collect(), &mut write, &site).await?;
    }
    write.commit().await?;
    request::go_on(&back(&standing, still, roster), Flash::said(said))
}

/// The roster's own page, for who still manages the people; else where they still may go.
#[cfg(feature = "ssr")]
fn back(standing: &Standing, still: Option<CourseRole>, roster: RosterId) -> String {
    if still == standing.facts.course {
        format!("/courses/{}/roster/{roster}", standing.course.slug)
    } else {
        standing.way_on(still)
    }
}

/// Puts everybody back to where they were before an import.
#[server(prefix = "/fn", endpoint = "undo_import")]
pub async fn undo_import(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// The last import of that course, within 30 days; else `NotFound`, or `Conflict`.
    roster: RosterId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let manager = CourseManager::claim(&mut write, course).await?;
    let standing = manager.standing().clone();
    let mut manager = RecentlyProven::of(manager)?;
    let undone = manager.undo_import(roster).await?;
    let still = manager.inner().role_of_oneself().await?;
    letters::tell_all(undone.moved, &mut write, &*request::site()?).await?;
    write.commit().await?;
    let people = counted(undone.people, "1 person is as they were before", "people are as they were before");
    let left = match undone.left {
        0 => String::new(),
        left => format!(
            " {}",
            counted(
                left,
                "1 stays: their place has changed since, there is no seat, or their address is blocked",
                "stay: their places have changed since, there is no seat, or their address is blocked"
            )
        ),
    };
    request::go_on(&back(&standing, still, roster), Flash::said(format!("The import is undone. {people}{left}")))
}

/// Forgets a list that was only looked at.
#[server(prefix = "/fn", endpoint = "forget_roster")]
pub async fn forget_roster(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// A list of that course that is not imported yet; else `NotFound`, or `Conflict` when it is.
    roster: RosterId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let slug = manager.course().slug.clone();
    manager.forget_roster(roster).await?;
    write.commit().await?;
    request::go_on(
        &format!("/courses/{slug}/roster"),
        Flash::said("The list is forgotten. Nothing has changed in the course."),
    )
}

/// "1 person was added. 3 were taken out."
#[cfg(feature = "ssr")]
fn said(done: &Done) -> String {
    let parts = [
        (done.added, "1 person was added", "people were added"),
        (done.in_line, "1 of them waits in line: all seats are taken", "of them wait in line: all seats are taken"),
        (done.changed, "1 has another role", "have another role"),
        (done.dropped, "1 was taken out", "were taken out"),
        (done.left, "1 could not be done, and is as it was", "could not be done, and are as they were"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    said.join(" ")
}

#[cfg(feature = "ssr")]
fn counted(count: i64, one: &str, many: &str) -> String {
    if count == 1 { format!("{one}.") } else { format!("{count} {many}.") }
}
