//! How a text will look, beside the form that it is written in.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::failure::Failure;
use crate::http::forms::SHOWN_AGAIN;
use crate::lessons::api::PreviewLesson;
use crate::lessons::markdown::{CleanHtml, render_for_page};
use crate::ui::form::Form;
use crate::ui::prose::prose_at;

/// The text of a form that was only looked at, or of words that were kept, as it will look.
pub(crate) async fn looked_at(form: &Form, kept: Option<&str>, course: &str) -> Result<Option<CleanHtml>, Failure> {
    if form.was_looked_at_by::<PreviewLesson>() {
        return Ok(Some(render_for_page(&form.value("body", ""), course).await?.beside_a_form()));
    }
    match kept.filter(|kept| !kept.trim().is_empty()) {
        Some(kept) => Ok(Some(render_for_page(kept, course).await?.beside_a_form())),
        None => Ok(None),
    }
}

/// A form and, beside or below it, how its text will look: now and then where there is a script, else after its button was pressed.
pub(crate) fn beside_preview(form: AnyView, text: Option<CleanHtml>) -> AnyView {
    let words = match &text {
        Some(text) if text.as_str().trim().is_empty() => "There is no text yet.",
        Some(_) | None => "Nothing of this is saved yet.",
    };
    let class = if text.is_some() { "preview shown" } else { "preview" };
    view! {
        <div class="beside">
            {form}
            <section class=class id=SHOWN_AGAIN aria-labelledby="preview-heading">
                <h2 id="preview-heading">"Preview"</h2>
                <p class="quiet-text">{words}</p>
                {prose_at("preview-live", text)}
            </section>
        </div>
    }
    .into_any()
}

/// The button that shows how a text will look.
pub(crate) fn preview_button() -> AnyView {
    view! { <button class="button large" formaction=PreviewLesson::PATH>"Preview"</button> }.into_any()
}
