//! What a browser can ask for about looking at a course as a student does.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::CourseId;

#[cfg(feature = "ssr")]
use {
    crate::accounts::policy::SignedIn, crate::courses::policy::CourseStaff, crate::http::request,
    crate::ui::flash::Flash, crate::zone::Edge, crate::zone::Zone,
};

/// Begins to look at a course as a student does. Nothing in it can be changed until that ends.
#[server(prefix = "/fn", endpoint = "begin_view")]
pub async fn begin_view(
    /// Of a course whose people the asker may see.
    course: CourseId,
    /// The student's number; empty or missing: as any student. `NotFound` for who has no place as a student in the course.
    #[server(default)]
    person: String,
    /// As it will be, or was, at this moment: as a browser's field for date and time writes it, in the course's zone. Empty or missing: as it is
    /// now.
    #[server(default)]
    at: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    // Who looks at one course already goes on to this one.
    SignedIn::claim(&mut write).await?.end_view().await?;
    let mut staff = CourseStaff::claim(&mut write, course).await?;
    let zone = Zone::stored(&staff.course().time_zone);
    let student = if person.is_empty() { None } else { Some(person.parse().map_err(|_| AppError::NotFound)?) };
    let at = zone.moment("at", "Moment", &at, Edge::Beginning)?;
    staff.begin_view(student, at).await?;
    let slug = staff.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}"), Flash::None)
}

/// Ends looking at a course as a student does. Where nobody does, nothing happens.
#[server(prefix = "/fn", endpoint = "end_view")]
pub async fn end_view() -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let ended = SignedIn::claim(&mut write).await?.end_view().await?;
    write.commit().await?;
    match ended {
        Some(slug) => request::go_on(&format!("/courses/{slug}"), Flash::said("You see the course as yourself again.")),
        None => request::go_back(Flash::None),
    }
}
