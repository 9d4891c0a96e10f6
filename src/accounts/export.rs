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
use crate::error::AppError;
use crate::failure::{Broken, Failure};
use crate::http::error_page;
use crate::http::request::Ctx;
use crate::sessions::policy::RecentlyProven;

/// Events of the log are read so many at once, and no more than this often: a person makes a few dozen a day at most.
const STRIDE: i64 = 1_000;
const STRIDES: usize = 100;

/// Answers the file, to its person alone, who has proven lately who they are. That it was taken is written down first.
pub async fn serve(request: Request) -> Response {
    let parts = request.into_parts().0;
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>().cloned() else { return StatusCode::NOT_FOUND.into_response() };
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
    public_note(&mut write, Event::of(What::Exported).about(user).after("their own data")).await?;
    write.commit().await?;

    let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut read).await?)?;
    let data = oneself.take_along().await?;
    let mut events = Vec::new();
    let mut last = 0;
    for _ in 0..STRIDES {
        let rows = oneself.inner().list_events_of_and_by(last, STRIDE).await?;
        let Some(newest) = rows.last() else { break };
        last = newest.seq;
        events.extend(rows.into_iter().map(|row| event(row, user)));
    }
    let mut whole = serde_json::to_value(data).broken("write down a person's data")?;
    if let Value::Object(parts) = &mut whole {
        parts.insert("events".to_owned(), Value::Array(events));
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
