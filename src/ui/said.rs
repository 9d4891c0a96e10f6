//! What an island has to say, where a screen reader hears it too. One view for all of them: each kind of its own weighs a kilobyte.

use leptos::prelude::*;

/// Shows what stands in `says`, from when it is something.
pub fn said(says: RwSignal<String>) -> AnyView {
    view! { <p class="quiet-text" role="status">{move || says.get()}</p> }.into_any()
}
