//! Markdown in, clean HTML out. The only maker of [`CleanHtml`], and so the only way text becomes markup.
//!
//! comrak drops HTML that people write; ammonia then keeps a short list of elements and nothing else, should the first
//! ever let something through.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;
use comrak::{Options, markdown_to_html};

use crate::failure::{Broken, Failure};

/// HTML that may stand in a page as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanHtml(String);

impl CleanHtml {
    /// Markup: not to be escaped again.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A heading of a text, for "On this page".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// What `#` links to.
    pub id: String,
    /// Its text, without markup and not escaped.
    pub words: String,
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "p",
            "br",
            "hr",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "em",
            "strong",
            "del",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]))
        .add_tag_attributes("a", ["href", "title"])
        .add_tag_attributes("ol", ["start"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// Renders a person's Markdown.
pub fn render(markdown: &str) -> CleanHtml {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.render.r#unsafe = false;
    let html = markdown_to_html(&shallow(markdown), &options);
    // A page has its own h1, so a text begins one deeper; and headings can be linked to.
    let clean = CLEANER.clean(&lowered(&html)).to_string();
    CleanHtml(with_regions(&with_ids(&clean)))
}

/// Texts of more bytes are rendered off the async threads: the longest lesson of the worst kind takes half a second.
const LONG: usize = 16 * 1024;

/// Renders a person's Markdown without holding up anybody else's request.
pub async fn render_for_page(markdown: &str) -> Result<CleanHtml, Failure> {
    if markdown.len() <= LONG {
        return Ok(render(markdown));
    }
    let text = markdown.to_owned();
    tokio::task::spawn_blocking(move || render(&text)).await.broken("render a text")
}

/// How deep quotations and lists that begin in one line may lie in each other. Nobody writes more than a few, and the work of
/// the parser and of the cleaner grows with the square of the depth: 20,000 `>` in a row cost more than a second.
const DEEPEST: usize = 16;

/// The same text, with the markers beyond the deepest level made into plain characters.
fn shallow(markdown: &str) -> Cow<'_, str> {
    if markdown.lines().all(|line| too_deep(line).is_none()) {
        return Cow::Borrowed(markdown);
    }
    let mut out = String::with_capacity(markdown.len() + 16);
    for line in markdown.split_inclusive('\n') {
        match too_deep(line) {
            Some(at) => {
                out.push_str(&line[..at]);
                // Each marker that follows, or escaping one would leave the next.
                for letter in line[at..].chars() {
                    if matches!(letter, '>' | '-' | '*' | '+' | '.' | ')') {
                        out.push('\\');
                    }
                    out.push(letter);
                }
            }
            None => out.push_str(line),
        }
    }
    Cow::Owned(out)
}

/// Where in a line the first marker of a level beyond the deepest stands. A marker is `>`, or one of a list with the space
/// that follows it.
fn too_deep(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let (mut at, mut depth) = (0, 0);
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let after = |at: usize| matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r') | None);
        let length = match bytes.get(at + digits) {
            Some(b'>') if digits == 0 => 1,
            Some(b'-' | b'*' | b'+') if digits == 0 && after(at + 1) => 1,
            Some(b'.' | b')') if digits > 0 && after(at + digits + 1) => digits + 1,
            _ => return None,
        };
        depth += 1;
        if depth > DEEPEST {
            return Some(at);
        }
        at += length;
    }
}

/// The headings of the second level, in order, with the ids [`render`] gives them.
pub fn headings(html: &CleanHtml) -> Vec<Heading> {
    let mut found = Vec::new();
    for part in html.as_str().split("<h2 id=\"").skip(1) {
        let Some((id, rest)) = part.split_once("\">") else { continue };
        let Some((inner, _)) = rest.split_once("</h2>") else { continue };
        found.push(Heading {
            id: id.to_owned(),
            words: html_escape::decode_html_entities(&without_tags(inner)).into_owned(),
        });
    }
    found
}

fn lowered(html: &str) -> String {
    html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
}

fn with_ids(html: &str) -> String {
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
        let mut id = match crate::courses::model::slug_of(&words, "part").as_str() {
            taken @ ("main" | "toc" | "about") => format!("part-{taken}"),
            free => free.to_owned(),
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

/// What can be wider than the page scrolls by itself, and the keyboard reaches it.
fn with_regions(html: &str) -> String {
    let code =
        numbered(html, "<pre>", |number| format!("<pre tabindex=\"0\" role=\"region\" aria-label=\"Code {number}\">"));
    let tables = numbered(&code, "<table>", |number| {
        format!("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table {number}\"><table>")
    });
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

fn without_tags(html: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_person_writes_becomes_markup_that_acts() {
        for attack in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "<a href=\"javascript:x\">y</a>",
            "<svg onload=alert(1)>",
            "<iframe src=//evil></iframe>",
            "<style>*{}</style>",
            "</div></main><form action=//evil>",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "![x](javascript:alert(1))",
            "<p style=\"position:fixed\">x</p>",
            "<p onclick=x>y</p>",
        ] {
            let html = render(attack).0.to_lowercase();
            for bad in [
                "<script",
                "onerror",
                "javascript:",
                "<svg",
                "<iframe",
                "<style",
                "<form",
                "style=",
                "onclick",
                "data:",
                "<img",
            ] {
                assert!(
                    !html.contains(bad) || html.contains(&format!("&lt;{}", bad.trim_start_matches('<'))),
                    "{attack}: {html}"
                );
            }
        }
    }

    /// Elements are found by their text once the HTML is clean: that is right as long as the cleaner escapes the signs in
    /// attributes.
    #[test]
    fn what_looks_like_an_element_within_an_attribute_stays_text() {
        for element in ["pre", "h2", "table", "/table", "th"] {
            let html = render(&format!("[x](/ \"<{element}><form action=//evil>\")"));
            let title = format!("title=\"&lt;{element}&gt;&lt;form action=//evil&gt;\"");
            assert!(html.as_str().contains(&title) && !html.as_str().contains(&format!("<{element}>")), "{html:?}");
        }
    }

    #[test]
    fn headings_are_linked_to_and_begin_below_the_pages_own() {
        let html = render("# One & two\n\ntext\n\n## One & two\n\n### Deeper");
        assert!(
            html.as_str().contains("<h2 id=\"one-two\">") && html.as_str().contains("<h2 id=\"one-two-2\">"),
            "{html:?}"
        );
        assert!(!html.as_str().contains("<h1"));
        assert_eq!(headings(&html)[0], Heading { id: "one-two".to_owned(), words: "One & two".to_owned() });
    }

    #[test]
    fn tables_and_code_can_be_reached_and_scrolled() {
        let html = render("| a | b |\n|---|---|\n| 1 | 2 |\n\n```sql\nselect 1 < 2;\n```");
        assert!(html.as_str().contains("<th scope=\"col\">a</th>"), "{html:?}");
        assert!(html.as_str().contains("select 1 &lt; 2;"));
        assert!(html.as_str().contains("tabindex=\"0\" role=\"region\" aria-label=\"Code 1\""));
        let two = render("```\na\n```\n\n```\nb\n```");
        assert!(two.as_str().contains("Code 1") && two.as_str().contains("Code 2"), "{two:?}");
    }

    #[test]
    fn depth_has_an_end_and_what_lies_deeper_is_still_shown() {
        for marker in [">", "> ", "- ", "1. ", "* > "] {
            let html = render(&format!("{}deep words", marker.repeat(20_000)));
            let depth = ["<blockquote>", "<ul>", "<ol>"].map(|tag| html.as_str().matches(tag).count());
            assert!(depth.iter().sum::<usize>() <= DEEPEST, "{marker:?}: {depth:?}");
            assert!(html.as_str().contains("deep words"), "{marker:?}");
        }
        let usual = "> 1. a\n>    - b\n\n- x\n  - y\n\n---\n\n* * *";
        assert_eq!(shallow(usual), usual, "what people write stays as it is");
    }

    #[test]
    fn equal_headings_are_numbered() {
        let html = render("# a\n\n# a\n\n# a 2\n\n# a");
        let ids: Vec<String> = headings(&html).into_iter().map(|heading| heading.id).collect();
        assert_eq!(ids, ["a", "a-2", "a-2-2", "a-3"]);
    }

    #[test]
    fn links_out_give_nothing_away() {
        assert!(render("[x](https://example.org)").as_str().contains("rel=\"noopener noreferrer nofollow\""));
        assert!(render("[x](/account/sessions)").as_str().contains("href=\"/account/sessions\""));
    }
}
