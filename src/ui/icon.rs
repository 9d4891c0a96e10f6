//! Small drawings, all on a grid of 28.

use leptos::prelude::*;

/// For what is done or read. Screen readers pass over it, as over all of these: the words beside it say the same.
pub fn tick() -> AnyView {
    view! { <svg class="icon tick" viewBox="0 0 28 28" aria-hidden="true"><path d="M5 15l6 6L23 8" /></svg> }.into_any()
}

/// The site's mark, before its name.
pub fn lectern() -> AnyView {
    view! { <svg class="icon" viewBox="0 0 28 28" aria-hidden="true"><path d="M4 11L23 5M14 9v14M8 24h12" /></svg> }
        .into_any()
}

/// For a computer, and for a device we do not know.
pub fn laptop() -> AnyView {
    view! { <svg class="icon" viewBox="0 0 28 28" aria-hidden="true"><path d="M6 6h16v12H6zM2 22h24" /></svg> }
        .into_any()
}

/// For a phone or a tablet.
pub fn phone() -> AnyView {
    view! { <svg class="icon" viewBox="0 0 28 28" aria-hidden="true"><path d="M9 3h10v22H9zM12 21h4" /></svg> }
        .into_any()
}

/// For an app with a token.
pub fn key() -> AnyView {
    view! { <svg class="icon" viewBox="0 0 28 28" aria-hidden="true"><path d="M12 14a5 5 0 1 0 -10 0a5 5 0 1 0 10 0h14v4M21 14v4" /></svg> }
        .into_any()
}
