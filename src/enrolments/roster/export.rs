//! `/courses/{slug}/people.csv`: who is in a course, as a roster that changes nothing when it is imported.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::audit::event::{Event, Object, What};
use crate::audit::export::defused;
use crate::audit::store::note;
use crate::courses::policy::CourseStaff;
use crate::enrolments::store::ExportRow;
use crate::error::{AppError, Denied};
use crate::failure::{Broken, Failure};
use crate::http::cross_site::is_from_elsewhere;
use crate::http::error_page;
use crate::http::request::Ctx;

const HEAD: [&str; 4] = ["Name", "Email", "Role", "State"];

/// Sends it to staff and admins. That it was taken out is written down first.
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
    let mut staff = CourseStaff::claim_by_slug(&mut write, slug).await?;
    let course = staff.course().id;
    let rows = staff.list_for_export().await?;
    note(&mut write, Event::of(What::Exported).on(Object::Course(course)).after("the people of a course")).await?;
    write.commit().await?;
    table(rows)
}

fn table(rows: Vec<ExportRow>) -> Result<Vec<u8>, Failure> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEAD).broken("write a table")?;
    for row in rows {
        let state = row.state.map_or("Waits for an account", |state| state.word());
        let cells = [row.name.unwrap_or_default().as_str(), &row.email, row.role.word(), state].map(defused);
        csv.write_record(cells).broken("write a table")?;
    }
    csv.into_inner().broken("write a table")
}
