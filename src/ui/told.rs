//! A table of sentences: on a narrow screen each row becomes a paragraph of its own, with the names of the columns.

use leptos::prelude::*;

/// One row: its `id` where something points at it, what it is about, and what the other columns say.
pub struct Row {
    /// For an address with a `#`.
    pub id: Option<String>,
    /// The first column.
    pub about: AnyView,
    /// The others, as many as the head has names after its first.
    pub said: Vec<AnyView>,
}

impl Row {
    /// A row that nothing points at.
    pub fn of(about: impl IntoAny, said: Vec<AnyView>) -> Self {
        Self { id: None, about: about.into_any(), said }
    }
}

/// The table, called `name`, with one word for each column. The roles stand there in words, since a table that is laid out as
/// paragraphs is none to a screen reader any more.
pub fn table(name: &str, head: &[&'static str], rows: Vec<Row>) -> AnyView {
    let columns: Vec<AnyView> =
        head.iter().map(|word| view! { <th role="columnheader" scope="col">{*word}</th> }.into_any()).collect();
    let rows: Vec<AnyView> = rows
        .into_iter()
        .map(|row| {
            let cells: Vec<AnyView> = row
                .said
                .into_iter()
                .zip(head.iter().skip(1))
                .map(|(cell, word)| view! { <td role="cell" data-label=*word>{cell}</td> }.into_any())
                .collect();
            view! { <tr role="row" id=row.id><th role="rowheader" scope="row">{row.about}</th>{cells}</tr> }.into_any()
        })
        .collect();
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=name.to_owned()>
            <table class="told" role="table" aria-label=name.to_owned()>
                <thead role="rowgroup"><tr role="row">{columns}</tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
