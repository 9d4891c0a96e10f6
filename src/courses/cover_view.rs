//! A course's cover in a page.

use leptos::prelude::*;

use super::cover::Cover;

/// The drawing, and the class that gives its course its hue: it goes on the outermost element of the course.
pub struct Picture {
    /// Two classes: `hue`, and one of `h0` to `h11`.
    pub hue: String,
    /// The `<svg>`. Screen readers pass over it.
    pub svg: AnyView,
}

/// The cover of the course with this id.
pub fn cover(id: i64) -> Picture {
    let cover = Cover::of(id);
    let shapes: Vec<AnyView> = cover
        .shapes
        .into_iter()
        .map(|shape| view! { <path class=shape.fill.class() d=shape.path></path> }.into_any())
        .collect();
    let svg = view! {
        <svg class="cover" viewBox="0 0 240 160" preserveAspectRatio="xMidYMid slice" aria-hidden="true">{shapes}</svg>
    }
    .into_any();
    Picture { hue: format!("hue h{}", cover.hue), svg }
}
