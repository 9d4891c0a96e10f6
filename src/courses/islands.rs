//! The catalogue's search, while a visitor types. Without a script the same form shows the results as a page.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::js_sys::{Array, Reflect};

use super::api::SearchCourses;
use crate::ui::browser;

/// Letters that a search needs at least: fewer match nearly everything.
const FEWEST: usize = 2;

/// Stands under the search field `#q`, and shows the courses that match what stands in it.
#[island]
pub fn CourseSearch() -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Vec<(String, String)>>);

    // Effects only run in the browser.
    Effect::new(move |_| {
        if let Some(field) = browser::input("#q") {
            browser::on_input(&field, move |words| typed.set(words.trim().to_owned()));
        }
    });
    Effect::new(move |_| {
        let words = typed.get();
        if words.chars().count() < FEWEST {
            found.set(None);
            return;
        }
        leptos::task::spawn_local(async move {
            let courses = search(&words).await;
            // An answer that comes late must not cover that of what stands there now.
            if typed.get_untracked() == words {
                found.set(courses);
            }
        });
    });

    view! { <div class="search-results" role="status">{move || found.get().map(results)}</div> }.into_any()
}

/// Slug and title of each course that matches. Read by hand: a general reader of JSON would weigh more than this island.
async fn search(words: &str) -> Option<Vec<(String, String)>> {
    let courses = Array::from(&browser::post(SearchCourses::PATH, &[("words", words)]).await?);
    let text = |course: &JsValue, key: &str| Reflect::get(course, &key.into()).ok()?.as_string();
    Some(courses.iter().filter_map(|course| Some((text(&course, "slug")?, text(&course, "title")?))).collect())
}

fn results(courses: Vec<(String, String)>) -> AnyView {
    if courses.is_empty() {
        return view! { <p class="quiet-text">"No course matches that so far."</p> }.into_any();
    }
    let items: Vec<AnyView> = courses
        .into_iter()
        .map(|(slug, title)| view! { <li><a href=format!("/courses/{slug}") dir="auto">{title}</a></li> }.into_any())
        .collect();
    view! { <ul role="list">{items}</ul> }.into_any()
}
