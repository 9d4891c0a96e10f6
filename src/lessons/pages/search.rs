//! `/search`: lessons that hold what somebody looks for, among those they may read.

use leptos::prelude::*;

use crate::accounts::policy::SignedIn;
use crate::courses::policy::CourseVisitor;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::search::{Piece, Terms};
use crate::lessons::store::FoundLesson;
use crate::ui::page::{page, page_title};
use crate::ui::pagination::PageNumber;

/// Results on a page.
const PAGE: i64 = 20;

/// Nobody reads on after so many pages; they type another word.
const LAST_PAGE: i64 = 10;

/// So many characters of what was typed are looked at.
const LONGEST: usize = 200;

/// What is found by `?q=`, in one course where `?course=` names it.
#[component]
pub fn Search() -> impl IntoView {
    page(load(), show)
}

struct Data {
    typed: String,
    terms: Option<Terms>,
    /// Of the course that is searched alone: its slug and title.
    course: Option<(String, String)>,
    /// They look at it as a student does.
    is_view: bool,
    /// None: nothing was looked for.
    found: Option<Vec<FoundLesson>>,
    number: PageNumber,
    has_more: bool,
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let typed: String = ctx.query("q").unwrap_or_default().chars().take(LONGEST).collect();
    let slug = ctx.query("course").unwrap_or_default();
    let number = PageNumber(PageNumber::of(&ctx).0.min(LAST_PAGE));
    let mut read = request::read().await?;
    let looks_at = SignedIn::claim(&mut read).await?.person().view.as_ref().map(|view| view.slug.clone());
    let (mut course, mut view) = (None, None);
    // Who looks at a course as a student finds what a student finds there, and in no other.
    if let Some(slug) = looks_at.or((!slug.is_empty()).then(|| slug.clone())) {
        let visitor = CourseVisitor::claim_by_slug(&mut read, &slug).await?;
        view = visitor.standing().view.clone();
        course = Some((slug, visitor.course().title.clone()));
    }
    let slug = course.as_ref().map(|(slug, _)| slug.clone()).unwrap_or_default();
    let is_view = view.is_some();
    let Some(terms) = Terms::parse(&typed) else {
        return Ok(Data { typed, terms: None, course, is_view, found: None, number, has_more: false });
    };
    // One more than a page says whether there is a next one: to count all would read all.
    let mut found = SignedIn::claim(&mut read)
        .await?
        .search_lessons(&terms, &slug, view.as_ref(), PAGE + 1, (number.0 - 1) * PAGE)
        .await?;
    let most = usize::try_from(PAGE).unwrap_or(0);
    let has_more = found.len() > most;
    found.truncate(most);
    let has_more = has_more && number.0 < LAST_PAGE;
    Ok(Data { typed, terms: Some(terms), course, is_view, found: Some(found), number, has_more })
}

fn show(Data { typed, terms, course, is_view, found, number, has_more }: Data) -> AnyView {
    let title = if typed.is_empty() { "Search".to_owned() } else { format!("{typed} - Search") };
    let of_course = course.as_ref().map(|(slug, _)| view! { <input type="hidden" name="course" value=slug.clone() /> });
    let lede = match &course {
        Some((slug, title)) => {
            let everywhere = (!is_view).then(|| view! { <a href=address(&typed, "", 1)>"Search all your lessons"</a> });
            view! { <p class="lede">"In the lessons of "<a href=format!("/courses/{slug}") dir="auto">{title.clone()}</a>". "{everywhere}</p> }
                .into_any()
        }
        None => view! { <p class="lede">"In all lessons that you can read."</p> }.into_any(),
    };
    let slug = course.as_ref().map_or("", |(slug, _)| slug);
    let results = match found {
        None if typed.trim().is_empty() => ().into_any(),
        None => nothing(&typed, "Type a word or two: these are only signs."),
        Some(found) if found.is_empty() && number.0 > 1 => {
            view! { <div class="empty"><h2>"No more results"</h2><p><a href=address(&typed, slug, 1)>"Back to the first"</a></p></div> }.into_any()
        }
        Some(found) if found.is_empty() => nothing(&typed, "Try fewer words, or the beginning of one."),
        Some(found) => {
            let first = (number.0 - 1) * PAGE + 1;
            let words = match (found.len(), has_more || number.0 > 1) {
                (1, false) => "1 lesson".to_owned(),
                (many, false) => format!("{many} lessons"),
                (many, true) => format!("Lessons {first} to {}", first + i64::try_from(many).unwrap_or(0) - 1),
            };
            let rows: Vec<AnyView> = found.into_iter().map(|lesson| row(lesson, terms.as_ref(), course.is_none())).collect();
            view! { <p class="quiet-text gap-above" role="status">{words}</p><ol class="rows results" role="list">{rows}</ol> }.into_any()
        }
    };
    let previous = (number.0 > 1)
        .then(|| view! { <li><a href=address(&typed, slug, number.0 - 1) rel="prev">"Previous"</a></li> });
    let next = has_more.then(|| view! { <li><a href=address(&typed, slug, number.0 + 1) rel="next">"Next"</a></li> });
    let more = (previous.is_some() || next.is_some()).then(
        || view! { <nav class="pagination" aria-label="Pages of lessons"><ul role="list">{previous}{next}</ul></nav> },
    );
    view! {
        {page_title(&title)}
        <div class="page wrap">
            <h1>"Search"</h1>
            {lede}
            <form class="finder gap-above" method="get" action="/search" role="search">
                {of_course}
                <div class="field">
                    <label for="q">"Words"</label>
                    <input class="input" id="q" name="q" type="search" dir="auto" autocomplete="off" value=typed.clone() />
                </div>
                <button class="button primary">"Search"</button>
            </form>
            {results}
            {more}
        </div>
    }
    .into_any()
}

fn row(lesson: FoundLesson, terms: Option<&Terms>, with_course: bool) -> AnyView {
    let FoundLesson { course, course_title, slug, title, text } = lesson;
    let of = with_course.then(|| view! { <p class="meta" dir="auto">{course_title}</p> });
    let title = terms.map(|terms| terms.mark(&title)).unwrap_or_default();
    let passage = terms.map(|terms| terms.passage(&text)).unwrap_or_default();
    view! {
        <li>
            <h2 dir="auto"><a href=format!("/courses/{course}/lessons/{slug}")>{marked(title)}</a></h2>
            {of}
            <p dir="auto">{marked(passage)}</p>
        </li>
    }
    .into_any()
}

/// What was found in it is marked.
fn marked(pieces: Vec<Piece>) -> Vec<AnyView> {
    let piece = |piece: Piece| match piece.is_found {
        true => view! { <mark>{piece.text}</mark> }.into_any(),
        false => piece.text.into_any(),
    };
    pieces.into_iter().map(piece).collect()
}

fn nothing(typed: &str, hint: &'static str) -> AnyView {
    view! {
        <div class="empty gap-above">
            <h2 dir="auto">{format!("No lesson holds “{typed}”")}</h2>
            <p>{hint}</p>
        </div>
    }
    .into_any()
}

fn address(typed: &str, course: &str, page: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", typed);
    if !course.is_empty() {
        query.append_pair("course", course);
    }
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    format!("/search?{}", query.finish())
}
