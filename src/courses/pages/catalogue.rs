//! `/courses`, and `/` for visitors: every course that can be found.

use leptos::prelude::*;

use super::lessons_in_words;
use crate::accounts::policy::{SiteAct, allows};
use crate::courses::cover_view::cover;
use crate::courses::islands::CourseSearch;
use crate::courses::model::{CourseState, CourseTile};
use crate::courses::store::{Catalogue, Filter, public_catalogue};
use crate::failure::Failure;
use crate::http::request;
use crate::ui::islands;
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination, read_page};

/// What the catalogue shows.
pub struct Data {
    catalogue: Catalogue,
    search: String,
    filter: Filter,
    number: PageNumber,
    may_create: bool,
    start: AnyView,
}

/// The listed courses that are published or concluded, 25 on a page, by search and filter, for everybody.
#[component]
pub fn CataloguePage() -> impl IntoView {
    page(load(), show)
}

/// Reads what the address asks for.
pub async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let search: String = ctx.query("q").unwrap_or_default().chars().take(100).collect();
    let filter = Filter::of(&ctx.query("show").unwrap_or_default());
    let mut read = request::read().await?;
    let (number, catalogue, _) = read_page!(&ctx, skip => {
        let catalogue = public_catalogue(&mut read, &search, filter, PAGE, skip).await?;
        let total = total(&catalogue, filter);
        (catalogue, total)
    });
    drop(read);
    let may_create = allows(ctx.person().map(|person| person.role), SiteAct::CreateCourse).is_yes();
    Ok(Data { catalogue, search, filter, number, may_create, start: islands::start(&ctx) })
}

fn total(catalogue: &Catalogue, filter: Filter) -> i64 {
    match filter {
        Filter::All => catalogue.all,
        Filter::Open => catalogue.open,
        Filter::Concluded => catalogue.concluded,
    }
}

/// The catalogue as a page.
pub fn show(data: Data) -> AnyView {
    let Data { catalogue, search, filter, number, may_create, start } = data;
    let total = total(&catalogue, filter);
    let create =
        may_create.then(|| view! { <form class="buttons" method="get" action="/courses/new"><button class="button">"New course"</button></form> });
    let counts = [
        (Filter::All, "All", catalogue.all),
        (Filter::Open, "Open to join", catalogue.open),
        (Filter::Concluded, "Concluded", catalogue.concluded),
    ];
    let filters: Vec<AnyView> = counts
        .into_iter()
        .filter(|(each, _, count)| *count > 0 || *each == filter || *each == Filter::All)
        .map(|(each, words, count)| {
            let address = pagination_address(&search, each);
            view! { <li><a href=address aria-current=(each == filter).then_some("true")>{words}" "<span>{count}</span></a></li> }.into_any()
        })
        .collect();
    let list = if catalogue.tiles.is_empty() {
        nothing(&search, filter, catalogue.all)
    } else {
        let tiles: Vec<AnyView> = catalogue.tiles.iter().map(|course| tile(course, &catalogue)).collect();
        view! { <ul class="tiles" role="list">{tiles}</ul> }.into_any()
    };
    view! {
        {page_title("Courses")}
        <div class="page wrap">
            <div class="head">
                <div>
                    <h1>"Find a course, see its plan, join when you like it"</h1>
                    <p class="lede">"Every plan is open to everyone. You need an account only to join."</p>
                    {create}
                </div>
                <div>
                    <form class="finder aside" method="get" action="/courses" role="search">
                        <div class="field">
                            <label for="q">"Search courses"</label>
                            <input class="input" id="q" name="q" type="search" dir="auto" autocomplete="off" value=search.clone() />
                        </div>
                        <button class="button">"Search"</button>
                    </form>
                    <CourseSearch />
                </div>
            </div>
            <nav aria-label="Filter"><ul class="filters" role="list">{filters}</ul></nav>
            {list}
            {pagination("/courses", &[("q", &search), ("show", filter.key())], number, total, "courses")}
        </div>
        {start}
    }
    .into_any()
}

fn pagination_address(search: &str, filter: Filter) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", search), ("show", filter.key())] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { "/courses".to_owned() } else { format!("/courses?{query}") }
}

fn tile(course: &CourseTile, catalogue: &Catalogue) -> AnyView {
    let picture = cover(course.id.0);
    let names: Vec<&str> =
        catalogue.teachers.iter().filter(|(id, _)| *id == course.id).map(|(_, name)| name.as_str()).collect();
    let meta = format!("{} · {}", names.join(", "), lessons_in_words(course.lessons));
    let badge = match (course.state, course.open) {
        (CourseState::Concluded, _) => Some(view! { <span class="badge">"Concluded"</span> }.into_any()),
        (_, false) => Some(view! { <span class="badge">"Closed for joining"</span> }.into_any()),
        _ => None,
    };
    view! {
        <li class=format!("tile {}", picture.hue)>
            {picture.svg}
            <h2 dir="auto"><a href=format!("/courses/{}", course.slug)>{course.title.clone()}</a></h2>
            <p dir="auto">{course.summary.clone()}</p>
            <p class="meta"><span>{meta}</span>{badge}</p>
        </li>
    }
    .into_any()
}

fn nothing(search: &str, filter: Filter, all: i64) -> AnyView {
    if search.is_empty() && filter == Filter::All {
        return view! {
            <div class="empty"><h2>"No courses yet"</h2><p>"When an instructor publishes a course, it stands here."</p></div>
        }
        .into_any();
    }
    let heading = if search.is_empty() {
        "No course is like that at the moment".to_owned()
    } else {
        format!("No course matches “{search}”")
    };
    if all > 0 {
        let words = if all == 1 { "Show the one that does".to_owned() } else { format!("Show the {all} that do") };
        return view! {
            <div class="empty">
                <h2 dir="auto">{format!("{heading} here")}</h2>
                <p>"Among the other courses there is something."</p>
                <div class="buttons"><a class="button" href=pagination_address(search, Filter::All)>{words}</a></div>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="empty">
            <h2 dir="auto">{heading}</h2>
            <p>"Try fewer words, part of one, or the name of who teaches it."</p>
            <div class="buttons"><a class="button" href="/courses">"Show all courses"</a></div>
        </div>
    }
    .into_any()
}
