//! `/courses/{slug}/roster`: where a list of people is pasted or chosen, and what was imported before.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseManager, Standing};
use crate::courses::store::TabCounts;
use crate::enrolments::api::{ReadRoster, UndoImport};
use crate::enrolments::roster::reading::MOST_ROWS;
use crate::enrolments::store::RosterHead;
use crate::failure::Failure;
use crate::field::grouped;
use crate::http::request;
use crate::ui::form::{Field, Form, ask_first};
use crate::ui::page::{page, page_title};
use crate::ui::when;

/// So many imports are shown.
const SHOWN: i64 = 10;

struct Data {
    standing: Standing,
    counts: TabCounts,
    imports: Vec<RosterHead>,
    has_mail: bool,
    now: Millis,
}

/// Where a roster begins, for who manages the people of a course.
#[component]
pub fn RosterNew() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut manager = CourseManager::claim_by_slug(&mut read, &slug).await?;
    let counts = manager.count_for_tabs().await?;
    let imports = manager.list_imports(SHOWN).await?;
    let standing = manager.standing().clone();
    Ok(Data { standing, counts, imports, has_mail: ctx.site.mailer.is_some(), now: ctx.site.db.clock().now() })
}

fn show(Data { standing, counts, imports, has_mail, now }: Data) -> AnyView {
    let form = Form::to::<ReadRoster>();
    let people = format!("/courses/{}/people", standing.course.slug);
    let strangers = if has_mail {
        "Who has no account yet is written to, if you want, and their place waits until they confirm the address."
    } else {
        "Who has no account yet has a place that waits for them. This server sends no mail: tell them yourself."
    };
    let content = view! {
        {page_title(&format!("Import a list into {}", standing.course.title))}
        <p class="crumb"><a href=people.clone()>"People"</a></p>
        <h1>"Import a list"</h1>
        <p class="lede">"From the registrar, a spreadsheet or another learning platform. You see what it would change before anything does."</p>
        <section class="hung" aria-labelledby="the-list">
            <div>
                <h2 id="the-list">"The list"</h2>
                <p>{format!("One person in each row, with an email address; names and roles where it has them. Up to {} rows.", grouped(MOST_ROWS))}</p>
                <p>{strangers}</p>
                <p><a href=format!("{people}.csv")>"Download the people of this course"</a>" as a list to begin from."</p>
            </div>
            <div>
                <form class="fields" method="post" action=form.action() enctype="multipart/form-data" novalidate>
                    {form.summary()}
                    {form.hidden(&[("course", standing.course.id.to_string())])}
                    {form.textarea(Field { name: "rows", label: "Rows", hint: "Paste them here, copied from a spreadsheet or as CSV.", rows: 10, is_wide: true, ..Field::default() })}
                    <div class="field">
                        <label for="rows-file">"Or a file"</label>
                        <p class="hint" id="rows-file-hint">"CSV or text. It takes the place of what is pasted above."</p>
                        <input class="input" id="rows-file" name="rows" type="file" accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values" aria-describedby="rows-file-hint" />
                    </div>
                    {form.checkbox("is_whole", "This is everybody", "Students who are not in it are shown as well, to be taken out. Without this nobody is.", false)}
                    <div class="buttons"><button class="button primary">"Show what it changes"</button><a class="button quiet" href=people>"Cancel"</a></div>
                </form>
            </div>
        </section>
        {earlier(&standing, &imports, now)}
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

fn earlier(standing: &Standing, imports: &[RosterHead], now: Millis) -> AnyView {
    if imports.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = imports
        .iter()
        .map(|head| {
            let at = head.imported_at.unwrap_or(head.made_at);
            view! {
                <li class="split">
                    <div><p><b>{when::time(at, when::words(at, now), false)}</b>", by "<bdi>{head.by.clone()}</bdi></p><p class="quiet-text">{sum(head)}</p></div>
                    {undo(standing, head)}
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <section class="hung" aria-labelledby="earlier">
            <div><h2 id="earlier">"Earlier imports"</h2><p>"The last one can be undone for 30 days."</p></div>
            <div><ul class="rows" role="list">{rows}</ul></div>
        </section>
    }
    .into_any()
}

/// "12 added, 3 taken out."
pub fn sum(head: &RosterHead) -> String {
    let parts = [(head.added, "added"), (head.changed, "with another role"), (head.dropped, "taken out")];
    let said: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
    let sum = if said.is_empty() { "Nothing was changed".to_owned() } else { said.join(", ") };
    if head.undone_at.is_some() { format!("{sum}. Undone.") } else { format!("{sum}.") }
}

/// The button that undoes it, where it can be.
pub fn undo(standing: &Standing, head: &RosterHead) -> AnyView {
    if !head.can_be_undone {
        return ().into_any();
    }
    let fields = [("course", standing.course.id.to_string()), ("roster", head.id.to_string())];
    let sentence =
        "Everybody is put back to where they were before it. Whose place was changed since by hand stays as they are.";
    ask_first::<UndoImport>(&fields, "Undo", "this import", sentence.to_owned(), "Undo the import".to_owned())
}
