//! What somebody typed into a form, as words to read: before it is sent for them, or when it cannot be saved any more.

use leptos::prelude::*;

use super::when;

/// Fields that nobody typed: which thing a form is about, and where it stood.
const NOT_TYPED: [&str; 8] = ["which", "course", "lesson", "person", "sign_in", "seen", "by", "next"];

/// Label and words of each field that somebody typed into, in the order of the form.
pub fn typed(fields: &[(String, String)]) -> Vec<(String, String)> {
    fields
        .iter()
        .filter(|(name, value)| !value.trim().is_empty() && !NOT_TYPED.contains(&name.as_str()))
        .map(|(name, value)| (label(name), value.clone()))
        .collect()
}

/// As the form names the field.
fn label(name: &str) -> String {
    match name {
        "body" => "Text".to_owned(),
        "published" => "Students can read it".to_owned(),
        "open" => "Open to join".to_owned(),
        other => when::capital(&other.replace('_', " ")),
    }
}

/// The list of them; nothing when nothing was typed.
pub fn typed_list(fields: Vec<(String, String)>) -> AnyView {
    if fields.is_empty() {
        return ().into_any();
    }
    let items: Vec<AnyView> = fields
        .into_iter()
        .map(|(label, words)| view! { <div><dt>{label}</dt><dd dir="auto">{words}</dd></div> }.into_any())
        .collect();
    view! { <dl class="facts unsent">{items}</dl> }.into_any()
}
