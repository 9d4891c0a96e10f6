//! `/courses/{slug}/files`: the files of a course, for its staff.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::clock::Millis;
use crate::config::FileLimits;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseStaff, Standing};
use crate::courses::store::TabCounts;
use crate::error::size_in_words;
use crate::failure::Failure;
use crate::files::api::{AddFiles, DeleteFile};
use crate::files::incoming::IN_A_FORM;
use crate::files::islands::Uploading;
use crate::files::kind::{Kind, Shown};
use crate::files::name::{FileName, IN_TEXTS, in_address};
use crate::files::store::{FileRow, Files, Mention};
use crate::http::request;
use crate::ui::form::{Form, ask_first};
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination, read_page};
use crate::ui::when;

struct Data {
    standing: Standing,
    counts: TabCounts,
    files: Files,
    number: PageNumber,
    limits: FileLimits,
    now: Millis,
}

/// The files by name, 25 on a page; for who may write in the course, with a form that adds more.
#[component]
pub fn CourseFiles() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), show)
}

async fn load(slug: String) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let counts = staff.count_for_tabs().await?;
    let (number, files, _) = read_page!(&ctx, skip => {
        let files = staff.list_files(PAGE, skip).await?;
        let total = files.total;
        (files, total)
    });
    let (standing, limits) = (staff.standing().clone(), ctx.site.config.files.clone());
    Ok(Data { standing, counts, files, number, limits, now: ctx.site.db.clock().now() })
}

fn show(Data { standing, counts, files, number, limits, now }: Data) -> AnyView {
    let path = format!("/courses/{}/files", standing.course.slug);
    let size = size_in_words(files.size.unsigned_abs());
    let sum = match files.total {
        0 => None,
        1 => Some(format!("1 file, {size}. ")),
        many => Some(format!("{many} files, {size} together. ")),
    };
    let list = if files.rows.is_empty() {
        view! { <div class="empty"><h2>"No files yet"</h2><p>"Pictures for lessons, slides, data to work with: add them here, then name them in a lesson."</p></div> }.into_any()
    } else {
        let rows: Vec<AnyView> = files.rows.iter().map(|row| file(&standing, row, &files.mentions, now)).collect();
        view! { <ul class="rows gap-above" role="list">{rows}</ul> }.into_any()
    };
    let add = standing.may(CourseAct::Write).then(|| upload(&standing, &limits));
    let content = view! {
        {page_title(&format!("Files of {}", standing.course.title))}
        <h1>"Files"</h1>
        <p class="lede">{sum}"Who can read a text that names a file can open it. Besides the staff, nobody else can."</p>
        {add}
        {list}
        {pagination(&path, &[], number, files.total, "files")}
    }
    .into_any();
    slim(&standing, counts, Tab::Files, content)
}

fn upload(standing: &Standing, limits: &FileLimits) -> AnyView {
    let form = Form::to::<AddFiles>();
    let hint = format!(
        "Up to {IN_A_FORM} at once, {} each. Large pictures are made as small as a page shows them, and all lose what the camera noted, like the place.",
        size_in_words(limits.most_bytes)
    );
    let accept: String = limits.endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(",");
    let kinds = limits.endings.join(", ");
    view! {
        <form class="fields gap-above" id="upload" method="post" action=form.action() enctype="multipart/form-data" novalidate>
            {form.summary()}
            {form.hidden(&[("course", standing.course.id.to_string())])}
            // What decides about the files is sent before them: see incoming.rs.
            {form.checkbox("replace", "A file takes the place of another of its name", "Otherwise that one stays, and you are told.", false)}
            {form.files("file", "Files", hint, accept, true)}
            <details><summary>"Which kinds"</summary><p>{kinds}</p></details>
            <div class="buttons"><button class="button primary">"Add files"</button></div>
            <progress id="uploaded" max="100" aria-label="Sent"></progress>
            <Uploading />
        </form>
    }
    .into_any()
}

fn file(standing: &Standing, row: &FileRow, mentions: &[Mention], now: Millis) -> AnyView {
    let course = format!("/courses/{}", standing.course.slug);
    let address = format!("{course}/{IN_TEXTS}{}", in_address(&row.name));
    let name = FileName::parse(&row.name);
    let key = name.as_ref().map(FileName::key).unwrap_or_default();
    let is_picture = name.is_some_and(|name| Kind::of(name.ending()).shown == Shown::Picture);
    let how = if is_picture { "![What it shows]" } else { "[What it is]" };
    let snippet = format!("{how}({IN_TEXTS}{})", in_address(&row.name));
    let texts: Vec<AnyView> = mentions
        .iter()
        .filter(|mention| mention.name_key == key)
        .map(|Mention { slug, announcement, title, .. }| match (slug, announcement, title) {
            (Some(slug), _, Some(title)) => {
                view! { <li><a href=format!("{course}/lessons/{slug}") dir="auto">{title.clone()}</a></li> }.into_any()
            }
            (None, Some(id), Some(title)) => {
                view! { <li><a href=format!("{course}/announcements/{id}") dir="auto">{title.clone()}</a></li> }
                    .into_any()
            }
            _ => view! { <li><a href=course.clone()>"The course’s description"</a></li> }.into_any(),
        })
        .collect();
    let sentence = match texts.len() {
        0 => "No text names it.".to_owned(),
        1 => "One text names it, and will show that it is gone.".to_owned(),
        many => format!("{many} texts name it, and will show that it is gone."),
    };
    let used = if texts.is_empty() {
        view! { <p>"In no text yet: only the staff can open it."</p> }.into_any()
    } else {
        view! { <div class="facts-line"><span>"Named in"</span><ul class="facts-line" role="list">{texts}</ul></div> }
            .into_any()
    };
    let by = row.adder.as_ref().map(|name| view! { " by "<bdi>{name.clone()}</bdi> });
    let delete = standing.may(CourseAct::Write).then(|| {
        let ids = [("course", standing.course.id.to_string()), ("name", row.name.clone())];
        ask_first::<DeleteFile>(&ids, "Delete", &row.name, sentence, "Delete this file".to_owned())
    });
    view! {
        <li class="split">
            <div>
                <p><a href=address><b dir="auto">{row.name.clone()}</b></a>", "{size_in_words(row.size.unsigned_abs())}</p>
                <p>"Added "{when::time(row.added_at, when::words(row.added_at, now), false)}{by}</p>
                {used}
                <p>"In a text: "<code>{snippet}</code></p>
            </div>
            <div class="buttons">{delete}</div>
        </li>
    }
    .into_any()
}
