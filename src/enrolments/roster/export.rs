//! `/courses/{slug}/people.csv`: who is in a course, as a roster that changes nothing when it is imported.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::audit::event::{Event, Object, What};
use crate::audit::export::{defused, in_quotes};
use crate::audit::store::note;
use crate::courses::policy::CourseStaff;
use crate::enrolments::store::ExportRow;
use crate::error::{AppError, Denied};
use crate::failure::{Broken, Failure};
use crate::http::cross_site::is_from_elsewhere;
use crate::http::error_page;
use crate::http::request::Ctx;
use crate::network::Turn;
use crate::sessions::policy::RecentlyProven;

const HEAD: [&str; 4] = ["Name", "Email", "Role", "State"];

/// Sends it to staff and admins who have proven lately who they are. That it was taken out is written down first.
pub async fn serve(Path(slug): Path<String>, request: Request) -> Response {
    let parts = request.into_parts().0;
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>().cloned() else { return StatusCode::NOT_FOUND.into_response() };
    if is_from_elsewhere(&parts.headers) {
        return error_page::answer(&ctx.site, &parts, AppError::Forbidden(Denied::CrossSite));
    }
    match write(&ctx, &slug).await {
        Ok(csv) => {
            let kind = HeaderValue::from_static("text/csv; charset=utf-8");
            let name = HeaderValue::from_static("attachment; filename=\"people.csv\"");
            ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], Body::from(csv)).into_response()
        }
        Err(failure) => error_page::answer(&ctx.site, &parts, AppError::from(failure)),
    }
}

async fn write(ctx: &Ctx, slug: &str) -> Result<Vec<u8>, Failure> {
    let mut write = ctx.site.db.begin_write(ctx.caller.clone()).await?;
    let mut staff = RecentlyProven::of(CourseStaff::claim_by_slug(&mut write, slug).await?)?;
    let staff = staff.inner();
    let asker = staff.standing().person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
    if ctx.site.exports.turn_of(asker.to_string(), ctx.site.db.clock().now()) == Turn::Over {
        return Err(AppError::TooMany { retry_after: 60 }.into());
    }
    let course = staff.course().id;
    let mut rows = staff.list_for_export().await?;
    rows.sort_by_cached_key(|row| (!row.role.is_staff(), row.name.to_lowercase(), row.email.clone()));
    note(&mut write, Event::of(What::Exported).on(Object::Course(course)).after("the people of a course")).await?;
    write.commit().await?;
    table(rows)
}

fn table(rows: Vec<ExportRow>) -> Result<Vec<u8>, Failure> {
    let mut csv = in_quotes();
    csv.write_record(HEAD).broken("write a table")?;
    for row in rows {
        let state = row.state.map_or("Waits for an account", |state| state.word());
        let cells = [&row.name, &row.email, row.role.word(), state].map(defused);
        csv.write_record(cells).broken("write a table")?;
    }
    csv.into_inner().broken("write a table")
}
