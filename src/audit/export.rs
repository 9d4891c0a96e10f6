//! `/admin/audit.csv`: the log, as far as a filter lets through, for a spreadsheet.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use super::event::{Event, What};
use super::pages::admin_audit::Asked;
use super::store::{EventRow, Filter, public_note};
use crate::accounts::policy::Admin;
use crate::error::{AppError, Denied};
use crate::failure::{Broken, Failure};
use crate::http::cross_site::is_from_elsewhere;
use crate::http::error_page;
use crate::http::request::Ctx;
use crate::sessions::policy::RecentlyProven;
use crate::ui::when;

/// So many events are read and sent at once.
const STRIDE: i64 = 500;

const HEAD: [&str; 13] = [
    "number", "time", "event", "what", "by", "by id", "about", "about id", "object", "title", "before", "after",
    "address",
];

/// Sends the whole of it, a part at a time, to admins who have proven lately who they are. That it was taken out is written
/// down first.
pub async fn serve(request: Request) -> Response {
    let parts = request.into_parts().0;
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>().cloned() else { return StatusCode::NOT_FOUND.into_response() };
    if is_from_elsewhere(&parts.headers) {
        return error_page::answer(&ctx.site, &parts, AppError::Forbidden(Denied::CrossSite));
    }
    match begin(&ctx).await {
        Ok(filter) => {
            let parts = stream::unfold(Some((ctx, filter, true)), |state| async {
                let (ctx, filter, is_first) = state?;
                let part = part(&ctx, &filter, is_first).await;
                Some(match part {
                    Ok((bytes, Some(before))) => {
                        (Ok(bytes), Some((ctx, Filter { before: Some(before), ..filter }, false)))
                    }
                    Ok((bytes, None)) => (Ok(bytes), None),
                    // What was sent is cut off, and the browser says so: better than a file that looks whole.
                    Err(failure) => (Err(std::io::Error::other(failure.to_string())), None),
                })
            });
            // Compression asks once more after the end.
            let body = Body::from_stream(parts.fuse());
            let name = HeaderValue::from_static("attachment; filename=\"lectern-audit.csv\"");
            let kind = HeaderValue::from_static("text/csv; charset=utf-8");
            ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], body).into_response()
        }
        Err(failure) => error_page::answer(&ctx.site, &parts, AppError::from(failure)),
    }
}

async fn begin(ctx: &Ctx) -> Result<Filter, Failure> {
    let mut write = ctx.site.db.begin_write(ctx.caller.clone()).await?;
    RecentlyProven::of(Admin::claim(&mut write).await?)?;
    public_note(&mut write, Event::of(What::Exported).after("the audit log")).await?;
    write.commit().await?;
    Ok(Asked::of(ctx).filter())
}

async fn part(ctx: &Ctx, filter: &Filter, is_first: bool) -> Result<(Vec<u8>, Option<i64>), Failure> {
    let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
    let rows = Admin::claim(&mut read).await?.list_events(filter, STRIDE).await?;
    let is_more = i64::try_from(rows.len()).is_ok_and(|count| count == STRIDE);
    let next = rows.last().filter(|_| is_more).map(|row| row.seq);
    let mut csv = in_quotes();
    if is_first {
        csv.write_record(HEAD).broken("write a table")?;
    }
    for row in rows {
        csv.write_record(record(row)).broken("write a table")?;
    }
    Ok((csv.into_inner().broken("write a table")?, next))
}

fn record(row: EventRow) -> [String; 13] {
    let (place, change) = (row.place().unwrap_or_default(), row.change());
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    // In brackets, so that no name looks like them.
    let by = row.actor.clone().unwrap_or_else(|| format!("({})", row.actor_kind));
    let object = row.object_kind.clone().map(|kind| format!("{kind} {}", id(row.object_id))).unwrap_or_default();
    [
        row.seq.to_string(),
        when::machine(row.at),
        row.event.clone(),
        row.what().map(|what| what.words().to_owned()).unwrap_or_default(),
        by,
        id(row.actor_id.map(|id| id.0)),
        row.about.clone().unwrap_or_default(),
        id(row.about_id.map(|id| id.0)),
        object,
        row.title.clone().unwrap_or_default(),
        change.before.unwrap_or_default(),
        change.after.unwrap_or_default(),
        place.address,
    ]
    .map(|cell| defused(&cell))
}

/// A table with every cell in quotes: a spreadsheet that divides at semicolons must not find one inside a cell.
pub fn in_quotes() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new())
}

/// With what a cell begins that a spreadsheet would take for a formula (OWASP, CSV injection).
pub const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell that a spreadsheet would take for a formula, made text.
pub fn defused(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(defused(cell), format!("'{cell}"));
        }
        assert_eq!(defused("Ada"), "Ada");
    }
}
