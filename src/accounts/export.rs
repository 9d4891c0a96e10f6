//! `/account/data.json`: everything the site holds of a person, for them to take along.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::{EventRow, public_note};
use crate::error::{AppError, Denied};
use crate::failure::{Broken, Failure};
use crate::http::cross_site::is_from_elsewhere;
use crate::http::error_page;
use crate::http::request::Ctx;
use crate::network::{PerMinute, Turn};
use crate::sessions::policy::RecentlyProven;

/// So many events of the log at most, the newest: a person makes a few dozen a day.
const EVENTS_MOST: i64 = 10_000;
/// So many of these files in a minute: of all people, and of one. Each takes a second of a core at its largest.
const OF_ALL: u32 = 60;
const OF_ONE: u32 = 5;

/// How many are made in a minute, on this node.
pub fn bound() -> PerMinute {
    PerMinute::new(OF_ALL, OF_ONE)
}

/// Answers the file, to its person alone, who has proven lately who they are. That it was taken is written down first.
pub async fn serve(request: Request) -> Response {
    let parts = request.into_parts().0;
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>().cloned() else { return StatusCode::NOT_FOUND.into_response() };
    if is_from_elsewhere(&parts.headers) {
        return error_page::answer(&ctx.site, &parts, AppError::Forbidden(Denied::CrossSite));
    }
    match gather(&ctx).await {
        Ok(text) => {
            let name = HeaderValue::from_static("attachment; filename=\"lectern-my-data.json\"");
            let kind = HeaderValue::from_static("application/json");
            ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], text).into_response()
        }
        Err(failure) => error_page::answer(&ctx.site, &parts, AppError::from(failure)),
    }
}

async fn gather(ctx: &Ctx) -> Result<String, Failure> {
    let mut write = ctx.site.db.begin_write(ctx.caller.clone()).await?;
    let user = RecentlyProven::of(Oneself::claim(&mut write).await?)?.inner().person().id;
    if ctx.site.exports.turn_of(user.to_string(), ctx.site.db.clock().now()) == Turn::Over {
        return Err(AppError::TooMany { retry_after: 60 }.into());
    }
    public_note(&mut write, Event::of(What::Exported).about(user).after("their own data")).await?;
    write.commit().await?;

    let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut read).await?)?;
    let data = oneself.take_along().await?;
    let rows = oneself.inner().list_events_of_and_by(EVENTS_MOST).await?;
    let are_all = i64::try_from(rows.len()).is_ok_and(|count| count < EVENTS_MOST);
    let events: Vec<Value> = rows.into_iter().map(|row| event(row, user)).collect();
    let mut whole = serde_json::to_value(data).broken("write down a person's data")?;
    if let Value::Object(parts) = &mut whole {
        parts.insert("events".to_owned(), Value::Array(events));
        parts.insert("are_these_all_events".to_owned(), Value::Bool(are_all));
    }
    serde_json::to_string_pretty(&whole).broken("write down a person's data")
}

/// Others are not named, and their addresses are theirs.
fn event(row: EventRow, user: crate::id::UserId) -> Value {
    let is_own = row.actor_id == Some(user);
    let place = row.place().filter(|_| is_own || row.actor_kind == "visitor");
    json!({
        "at": row.at,
        "event": row.event,
        "by": if is_own { "you" } else if row.actor_kind == "person" { "somebody else" } else { row.actor_kind.as_str() },
        "about_you": row.about_id == Some(user),
        "object": row.object_kind.zip(row.object_id).map(|(kind, id)| format!("{kind} {id}")),
        "title": row.title,
        "change": row.change.and_then(|change| serde_json::from_str::<Value>(&change).ok()),
        "place": place,
    })
}
