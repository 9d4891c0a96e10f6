//! What a course asks of who comes: seats, the line, the time, the code.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    crate::courses::policy::{CourseEditor, CourseManager},
    crate::db::Connection,
    crate::enrolments::joining::{Joining, MOST_SEATS, number},
    crate::error::FieldErrors,
    crate::http::request,
    crate::ui::flash::Flash,
    crate::zone::{Edge, Zone},
};

/// Changes when people may come, how many seats there are, and what happens when all are taken.
#[server(prefix = "/fn", endpoint = "save_joining")]
pub async fn save_joining(
    /// Of a course the asker edits.
    course: CourseId,
    /// As a browser's field for date and time writes it, in the zone below; empty: at once.
    from: String,
    /// The same; empty: for as long as the course is open.
    until: String,
    /// An IANA name.
    time_zone: String,
    /// A whole number of at least as many seats as are taken; empty: as many as come.
    capacity: String,
    /// Sent when the box is ticked: who comes when all seats are taken waits in line.
    waitlist: Option<String>,
    /// Hours for which a free seat is kept for the first in line; empty: they get it at once.
    offer_hours: String,
) -> Result<(), AppError> {
    CourseEditor::claim(&mut request::read().await?, course).await?;
    let joining = Joining::parse(&from, &until, &time_zone, &capacity, waitlist.is_some(), &offer_hours)?;
    let mut write = request::begin_write().await?;
    let moved = CourseEditor::claim(&mut write, course).await?.save_joining(&joining).await?;
    let let_in = moved.told();
    moved.tell(&mut write, &*request::site()?).await?;
    write.commit().await?;
    request::go_back(Flash::said(match let_in {
        0 => "Changes saved.".to_owned(),
        1 => "Changes saved. 1 person from the line has a seat now.".to_owned(),
        many => format!("Changes saved. {many} people from the line have seats now."),
    }))
}

/// Gives a course a new join code; the one before opens nothing any more.
#[server(prefix = "/fn", endpoint = "make_join_code")]
pub async fn make_join_code(
    /// Of a course whose people the asker manages.
    course: CourseId,
    /// Until when it lets people in, as a field for date and time writes it, in the course's zone; empty: until there is another.
    code_until: String,
    /// How many people it lets in; empty: as many as come.
    code_most: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut manager = CourseManager::claim(&mut write, course).await?;
    let zone = Zone::stored(&manager.course().time_zone);
    let mut wrong = FieldErrors::default();
    let until = wrong.keep(zone.moment("code_until", "Good until", &code_until, Edge::End));
    let most = wrong.keep(number("code_most", "People", &code_most, MOST_SEATS));
    let (Some(until), Some(most)) = (until, most) else { return Err(wrong.into()) };
    if until.is_some_and(|until| until <= manager.connection().0.now()) {
        return Err(FieldErrors::one("code_until", "Good until is a moment that is still to come").into());
    }
    let code = manager.make_code(until, most).await?;
    write.commit().await?;
    request::go_back(Flash::said(format!("The join code is {code} now.")))
}

/// Takes the join code of a course away.
#[server(prefix = "/fn", endpoint = "end_join_code")]
pub async fn end_join_code(
    /// Of a course whose people the asker manages.
    course: CourseId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    CourseManager::claim(&mut write, course).await?.end_code().await?;
    write.commit().await?;
    request::go_back(Flash::said("The join code opens nothing any more."))
}
