//! `/admin/audit`: what happened on the whole site.

use leptos::prelude::*;

use super::row::{self, Reader};
use crate::accounts::policy::Admin;
use crate::audit::event::What;
use crate::audit::store::{EventRow, Filter};
use crate::clock::{DAY, Millis};
use crate::failure::Failure;
use crate::http::request::{self, Ctx};
use crate::sessions::caller::Person;
use crate::ui::page::{page, page_title};
use crate::ui::{proven, when};

/// Events on a page.
const MOST: i64 = 50;

/// The filter as it stands in the address, for its form and for links.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    what: String,
    person: String,
    from: String,
    to: String,
    before: Option<i64>,
}

impl Asked {
    /// What cannot be read of it filters nothing.
    pub fn of(ctx: &Ctx) -> Self {
        let text = |name: &str| ctx.query(name).unwrap_or_default().trim().chars().take(100).collect::<String>();
        let before = ctx.query("before").and_then(|before| before.parse().ok());
        Self { what: text("what"), person: text("person"), from: text("from"), to: text("to"), before }
    }

    /// For the store. A day that is named counts as a whole, in UTC.
    pub fn filter(&self) -> Filter {
        Filter {
            what: What::of_key(&self.what),
            person: self.person.clone(),
            from: when::day_of(&self.from),
            until: when::day_of(&self.to).map(|day| day + DAY),
            before: self.before,
        }
    }

    fn is_narrow(&self) -> bool {
        ![&self.what, &self.person, &self.from, &self.to].iter().all(|part| part.is_empty())
    }

    /// The address of the log at `path` with this filter, from `before` on.
    fn address(&self, path: &str, before: Option<i64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("what", &self.what), ("person", &self.person), ("from", &self.from), ("to", &self.to)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

struct Data {
    asked: Asked,
    rows: Vec<EventRow>,
    older: Option<i64>,
    admin: Option<Person>,
    now: Millis,
}

/// The log with its filter, the newest first, for admins.
#[component]
pub fn AdminAudit() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let asked = Asked::of(&ctx);
    let mut read = request::read().await?;
    let mut admin = Admin::claim(&mut read).await?;
    let mut rows = admin.list_events(&asked.filter(), MOST + 1).await?;
    let older = cut(&mut rows, MOST);
    Ok(Data { asked, rows, older, admin: ctx.person().cloned(), now: ctx.site.db.clock().now() })
}

/// Cuts a list that was asked for with one row more, and says before which event the next page begins.
pub(super) fn cut(rows: &mut Vec<EventRow>, most: i64) -> Option<i64> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let is_more = rows.len() > most;
    rows.truncate(most);
    rows.last().filter(|_| is_more).map(|row| row.seq)
}

fn show(Data { asked, rows, older, admin, now }: Data) -> AnyView {
    let list = if rows.is_empty() {
        view! { <div class="empty"><h2>"Nothing like that was written down"</h2><p>"Try another day, or part of a name."</p></div> }.into_any()
    } else {
        row::list(rows, Reader::Admin, now)
    };
    let kinds: Vec<AnyView> = What::ALL
        .into_iter()
        .map(|what| {
            view! { <option value=what.key() selected=what.key() == asked.what>{what.words()}</option> }.into_any()
        })
        .collect();
    let newest =
        asked.before.map(|_| view! { <a class="button" href=asked.address("/admin/audit", None)>"Newest"</a> });
    let older = older.map(|seq| view! { <a class="button" href=asked.address("/admin/audit", Some(seq))>"Older"</a> });
    let all = asked.is_narrow().then(|| view! { <a href="/admin/audit">"Show everything"</a> });
    let csv = asked.address("/admin/audit.csv", None);
    view! {
        {page_title("Audit log")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Audit log"</h1>
                <p class="lede">"Who did what, when and from where. It is only added to, and "<code>"lectern audit verify"</code>" finds any change."</p>
                {admin.map(|admin| proven::note(&admin, now))}
            </div></div>
            <form class="finder" method="get" action="/admin/audit" role="search">
                <div class="field"><label for="what">"What happened"</label><select class="input" id="what" name="what"><option value="">"Anything"</option>{kinds}</select></div>
                <div class="field"><label for="person">"By or about"</label><input class="input" id="person" name="person" dir="auto" value=asked.person.clone() /></div>
                <div class="field"><label for="from">"From day"</label><input class="input" id="from" name="from" type="date" value=asked.from.clone() /></div>
                <div class="field"><label for="to">"To day"</label><input class="input" id="to" name="to" type="date" value=asked.to.clone() /></div>
                <button class="button">"Find"</button>
                {all}
            </form>
            {list}
            <div class="buttons gap-above">{newest}{older}<a class="button quiet" href=csv>"Download as CSV"</a></div>
        </div>
    }
    .into_any()
}
