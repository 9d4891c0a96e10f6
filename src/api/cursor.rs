//! Lists that go on: where the next page begins is handed out sealed against change, and read back only for the same list and the
//! same person.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::asker::Asker;
use super::problem::Problem;
use crate::failure::{Broken, Failure};
use crate::site_key::Purpose;

/// How many a page has where nothing is said, and at most.
pub const USUAL: i64 = 25;
/// See [`USUAL`].
pub const MOST: i64 = 100;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// What to ask with for the next page; none on the last.
    pub next: Option<String>,
}

/// Where a list goes on: after the row that has this.
pub fn make(asker: &Asker, list: &str, after: &impl Serialize) -> Result<String, Failure> {
    let body = serde_json::to_vec(after).broken("write down a cursor")?;
    let body = URL_SAFE_NO_PAD.encode(body);
    let mac = asker.site().key.mac(Purpose::Cursor, &told(asker, list, &body));
    Ok(format!("{body}.{mac}"))
}

/// The same read back. What was made for another list, for somebody else, or by nobody, is refused.
pub fn read<T: DeserializeOwned>(asker: &Asker, list: &str, cursor: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let wrong = || Problem::field("cursor", "This cursor is not from the page before");
    let (body, mac) = cursor.split_once('.').ok_or_else(wrong)?;
    if !asker.site().key.is_mac(Purpose::Cursor, &told(asker, list, body), mac) {
        return Err(wrong());
    }
    let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| wrong())?;
    serde_json::from_slice(&body).map(Some).map_err(|_| wrong())
}

fn told(asker: &Asker, list: &str, body: &str) -> String {
    let person = asker.0.person().map_or(0, |person| person.id.0);
    format!("{person}\n{list}\n{body}")
}

/// How many rows a page has. Refused at `limit`.
pub fn limit(asked: Option<i64>) -> Result<i64, Problem> {
    match asked.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(Problem::field("limit", format!("A page has 1 to {MOST} items"))),
    }
}

/// A page out of one row more than it has: that one says that there is a next page, and begins it.
pub fn page<R, T, A: Serialize>(
    asker: &Asker,
    list: &str,
    limit: i64,
    mut rows: Vec<R>,
    after: impl Fn(&R) -> A,
    show: impl FnMut(R) -> T,
) -> Result<Page<T>, Failure> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > most;
    rows.truncate(most);
    let next = match rows.last().filter(|_| has_more) {
        Some(last) => Some(make(asker, list, &after(last))?),
        None => None,
    };
    Ok(Page { items: rows.into_iter().map(show).collect(), next })
}
