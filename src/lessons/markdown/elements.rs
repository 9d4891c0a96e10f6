//! What is made of the elements of HTML that is written already: titles of callouts, headings one deeper and with ids, and parts that scroll
//! by themselves. Elements are found by their text, since the cleaner escapes these signs everywhere else.

use std::collections::{HashMap, HashSet};

/// What stands above a callout, in bold.
pub(super) fn with_titles(html: &str) -> String {
    let mut parts = html.split("<p class=\"markdown-alert-title\">");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (title, rest) = part.split_once("</p>").unwrap_or((part, ""));
        out.push_str("<p><strong>");
        out.push_str(title);
        out.push_str("</strong></p>");
        out.push_str(rest);
    }
    out
}

pub(super) fn lowered(html: &str) -> String {
    html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
}

/// The ids that pages have themselves on which somebody's Markdown is read, as far as words can become them. `tests/http/sources.rs` holds
/// them against those pages.
pub const IDS_OF_PAGES: [&str; 5] = ["about", "main", "q", "toc", "words"];

pub(super) fn with_ids(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut seen: HashSet<String> = HashSet::new();
    // How often a heading of these words has come: counting up from 2 each time would take the square of their number.
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut rest = html;
    while let Some(at) = rest.find("<h2>") {
        let (before, from) = rest.split_at(at);
        let inner = from["<h2>".len()..].split("</h2>").next().unwrap_or("");
        let words = html_escape::decode_html_entities(&without_tags(inner)).into_owned();
        // Apart from the ids of the page itself.
        let mut id = match crate::courses::model::slug_of(&words, "part") {
            taken if IDS_OF_PAGES.contains(&taken.as_str()) || is_of_footnotes(&taken) => format!("part-{taken}"),
            free => free,
        };
        let wanted = id.clone();
        let number = numbers.entry(wanted.clone()).or_insert(1);
        while !seen.insert(id.clone()) {
            *number += 1;
            id = format!("{wanted}-{number}");
        }
        out.push_str(before);
        out.push_str("<h2 id=\"");
        out.push_str(&id);
        out.push_str("\">");
        rest = &from["<h2>".len()..];
    }
    out.push_str(rest);
    out
}

/// Whether an id can be one that footnotes and the links back from them have.
fn is_of_footnotes(id: &str) -> bool {
    // A second heading of the same words becomes `fn-2`.
    id == "fn" || id == "fnref" || id.starts_with("fn-") || id.starts_with("fnref-")
}

/// Of a text that stands beside the form it is written in: no heading of it takes the id of a field, and links to it still lead there.
/// Footnotes are called as no field is.
pub(super) fn beside_a_form(html: &str) -> String {
    let headings: HashSet<&str> = html.split("<h2 id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
    let apart = html.replace("<h2 id=\"", "<h2 id=\"preview-");
    let mut parts = apart.split("<a href=\"#");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_to_heading = part.split('"').next().is_some_and(|id| headings.contains(id));
        out.push_str(if is_to_heading { "<a href=\"#preview-" } else { "<a href=\"#" });
        out.push_str(part);
    }
    out
}

/// What can be wider than the page scrolls by itself, and the keyboard reaches it.
pub(super) fn with_regions(html: &str) -> String {
    let code =
        numbered(html, "<pre>", |number| format!("<pre tabindex=\"0\" role=\"region\" aria-label=\"Code {number}\">"));
    let tables = numbered(&code, "<table>", |number| {
        format!("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table {number}\"><table>")
    });
    let tables = tables.replace("<math display=\"block\">", "<math display=\"block\" tabindex=\"0\">");
    tables.replace("</table>", "</table></div>").replace("<th>", "<th scope=\"col\">")
}

/// Replaces each `mark` by what `with` makes of its number: two regions of a page may not have the same name.
fn numbered(html: &str, mark: &str, with: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(html.len());
    for (number, part) in html.split(mark).enumerate() {
        if number > 0 {
            out.push_str(&with(number));
        }
        out.push_str(part);
    }
    out
}

pub(super) fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => text.push(other),
            _ => {}
        }
    }
    text
}
