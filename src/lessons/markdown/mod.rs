//! Markdown in, clean HTML out. The only maker of [`CleanHtml`], and so the only way text becomes markup.
//!
//! comrak drops HTML that people write; ammonia then keeps a short list of elements and nothing else, should the first
//! ever let something through.

mod depth;
mod elements;
mod files;
mod highlight;
mod mathematics;
mod plain;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use ammonia::Builder;
use comrak::nodes::NodeValue;
use comrak::{Arena, Options, format_html, parse_document};
use moka::sync::Cache;
use tokio::sync::Semaphore;

use self::depth::shallow;
pub use self::elements::IDS_OF_PAGES;
use self::elements::{beside_a_form, lowered, with_ids, with_regions, with_titles, without_tags};
pub use self::files::files_in;
pub use self::plain::plain;
use crate::failure::{Broken, Failure};
use crate::random;

/// HTML that may stand in a page as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanHtml(Arc<str>);

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
    let text = [
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
        "div",
        "section",
        "span",
        "sup",
    ];
    builder
        .tags(text.into_iter().chain(mathematics::ELEMENTS).collect())
        .add_tags(["img"])
        .add_tag_attributes("a", ["href", "title", "aria-label", "id"])
        .add_tag_attributes("img", ["src", "alt", "title"])
        // Only what [`render`] has made of a file's name.
        .attribute_filter(|element, attribute, value| {
            let is_ours = (element, attribute) != ("img", "src") || value.starts_with("/courses/");
            is_ours.then(|| value.into())
        })
        .add_tag_attributes("li", ["id"])
        .add_tag_attributes("ol", ["start"])
        .add_tag_attributes("div", ["role"])
        .add_allowed_classes("div", ["note", "info", "warn", "bad"])
        .add_allowed_classes("section", ["footnotes"])
        .add_allowed_classes("span", highlight::CLASSES)
        .add_allowed_classes("mtd", mathematics::CELLS)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"));
    for element in mathematics::ELEMENTS {
        builder.add_tag_attributes(element, mathematics::ATTRIBUTES);
    }
    builder
});

/// Kinds of callouts, `> [!NOTE]`, as comrak writes them and as a page shows them.
const CALLOUTS: [(&str, &str); 5] = [
    ("note", "note"),
    ("tip", "note info"),
    ("important", "note info"),
    ("warning", "note warn"),
    ("caution", "note bad"),
];

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.render.r#unsafe = false;
    options
}

/// Renders a person's Markdown: with tables, footnotes, callouts, code in colours, formulas in dollars, and the files of the course with the
/// slug `course`. A picture from anywhere else becomes a link.
pub fn render(markdown: &str, course: &str) -> CleanHtml {
    let text = shallow(markdown);
    let arena = Arena::new();
    let options = options();
    let root = parse_document(&arena, &text, &options);
    let mut colours = highlight::Left::default();
    let mut formulas = mathematics::Left::default();
    for node in root.descendants() {
        let mut data = node.data.borrow_mut();
        let html = match &data.value {
            NodeValue::CodeBlock(block) => Some(highlight::block(&block.info, &block.literal, &mut colours)),
            NodeValue::Math(math) => Some(mathematics::formula(&math.literal, math.display_math, &mut formulas)),
            _ => None,
        };
        if let Some(html) = html {
            data.value = NodeValue::Raw(html);
        }
    }
    files::lead_to(root, &arena, course);
    let mut html = String::new();
    // Writing into a string cannot fail; what there is by then is shown all the same.
    let _written = format_html(root, &options, &mut html);
    for (kind, class) in CALLOUTS {
        let theirs = format!("<div class=\"markdown-alert markdown-alert-{kind}\">");
        html = html.replace(&theirs, &format!("<div class=\"{class}\" role=\"note\">"));
    }
    let html = with_titles(&html);
    // A page has its own h1, so a text begins one deeper; and headings can be linked to.
    let clean = CLEANER.clean(&lowered(&html)).to_string();
    // A long lesson's pictures are fetched when they come into sight.
    let clean = clean.replace("<img ", "<img loading=\"lazy\" ");
    CleanHtml(with_regions(&with_ids(&clean)).into())
}

/// Texts of more bytes are rendered off the async threads: the longest lesson of the worst kind takes half a second.
const LONG: usize = 2 * 1024;

/// Texts that were rendered lately, by their digest and course: a class reads the same lesson within the hour, and colours take longer than
/// the rest of a page. What a text becomes depends on nothing else.
static RENDERED: LazyLock<Cache<String, CleanHtml>> = LazyLock::new(|| {
    let weight = |_: &String, html: &CleanHtml| u32::try_from(html.0.len()).unwrap_or(u32::MAX);
    Cache::builder().weigher(weight).max_capacity(RENDERED_MAX).build()
});

/// So many bytes of them are kept: some hundred lessons.
const RENDERED_MAX: u64 = 16 * 1024 * 1024;

/// So many long texts are rendered at once: others have the rest of the machine. The next waits.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Renders a person's Markdown without holding up anybody else's request.
pub async fn render_for_page(markdown: &str, course: &str) -> Result<CleanHtml, Failure> {
    if markdown.len() <= LONG {
        return Ok(render(markdown, course));
    }
    let digest = format!("{course} {}", random::digest(markdown));
    if let Some(html) = RENDERED.get(&digest) {
        return Ok(html);
    }
    let html = render_once(markdown, course).await?;
    RENDERED.insert(digest, html.clone());
    Ok(html)
}

/// The same for a text that changes with the next key: nothing of it is kept.
pub async fn render_once(markdown: &str, course: &str) -> Result<CleanHtml, Failure> {
    if markdown.len() <= LONG {
        return Ok(render(markdown, course));
    }
    let (text, course) = (markdown.to_owned(), course.to_owned());
    let turn = AT_ONCE.acquire().await.broken("wait to render a text")?;
    let html = tokio::task::spawn_blocking(move || {
        // Held here: a request that is given up does not end the work.
        let html = render(&text, &course);
        drop(turn);
        html
    });
    html.await.broken("render a text")
}

impl CleanHtml {
    /// The same beside the form that it is written in: its headings have ids of their own.
    pub fn beside_a_form(&self) -> Self {
        Self(beside_a_form(&self.0).into())
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
            let html = render(attack, "soil").0.to_lowercase();
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
            let html = render(&format!("[x](/ \"<{element}><form action=//evil>\")"), "soil");
            let title = format!("title=\"&lt;{element}&gt;&lt;form action=//evil&gt;\"");
            assert!(html.as_str().contains(&title) && !html.as_str().contains(&format!("<{element}>")), "{html:?}");
        }
    }

    #[test]
    fn headings_are_linked_to_and_begin_below_the_pages_own() {
        let html = render("# One & two\n\ntext\n\n## One & two\n\n### Deeper", "soil");
        assert!(
            html.as_str().contains("<h2 id=\"one-two\">") && html.as_str().contains("<h2 id=\"one-two-2\">"),
            "{html:?}"
        );
        assert!(!html.as_str().contains("<h1"));
        assert_eq!(headings(&html)[0], Heading { id: "one-two".to_owned(), words: "One & two".to_owned() });
    }

    #[test]
    fn tables_and_code_can_be_reached_and_scrolled() {
        let html = render("| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nselect 1 < 2;\n```", "soil");
        assert!(html.as_str().contains("<th scope=\"col\">a</th>"), "{html:?}");
        assert!(html.as_str().contains("select 1 &lt; 2;"));
        assert!(html.as_str().contains("tabindex=\"0\" role=\"region\" aria-label=\"Code 1\""));
        let two = render("```\na\n```\n\n```\nb\n```", "soil");
        assert!(two.as_str().contains("Code 1") && two.as_str().contains("Code 2"), "{two:?}");
    }

    #[test]
    fn callouts_and_footnotes_are_shown_as_such() {
        let html = render(
            "> [!WARNING]\n> Hot.\n\n> [!NOTE] Your <own> title\n> Words.\n\nSee[^main].\n\n[^main]: Below.",
            "soil",
        );
        let html = html.as_str();
        assert!(html.contains("<div class=\"note warn\" role=\"note\">\n<p><strong>Warning</strong></p>"), "{html}");
        assert!(html.contains("<p><strong>Your &lt;own&gt; title</strong></p>"), "{html}");
        assert!(html.contains("href=\"#fn-main\"") && html.contains("<li id=\"fn-main\">"), "{html}");
        assert!(
            html.contains("<section class=\"footnotes\">") && html.contains("aria-label=\"Back to reference 1\""),
            "{html}"
        );
    }

    #[test]
    fn beside_a_form_headings_and_links_to_them_have_ids_of_their_own() {
        let text = "# Title\n\n[up](#title) [f](#fnord) [out](#elsewhere) See[^main].\n\n# Fnord\n\n[^main]: Below.";
        let html = render(text, "soil").beside_a_form();
        for part in [
            "<h2 id=\"preview-title\">",
            "href=\"#preview-title\"",
            "<h2 id=\"preview-fnord\">",
            "href=\"#preview-fnord\"",
            "href=\"#elsewhere\"",
            "href=\"#fn-main\"",
            "<li id=\"fn-main\">",
            "href=\"#fnref-main\"",
        ] {
            assert!(html.as_str().contains(part), "{part}: {html:?}");
        }
    }

    #[test]
    fn a_heading_takes_no_id_of_a_footnote() {
        let html = render("# Fn main\n\nSee[^main].\n\n[^main]: Below.", "soil");
        assert_eq!(html.as_str().matches("id=\"fn-main\"").count(), 1, "{html:?}");
        assert!(html.as_str().contains("<h2 id=\"part-fn-main\">"), "{html:?}");
        let html = render("# Fn\n\n# Fn\n\nSee[^2].\n\n[^2]: Below.", "soil");
        assert_eq!(html.as_str().matches("id=\"fn-2\"").count(), 1, "{html:?}");
    }

    #[test]
    fn equal_headings_are_numbered() {
        let html = render("# a\n\n# a\n\n# a 2\n\n# a", "soil");
        let ids: Vec<String> = headings(&html).into_iter().map(|heading| heading.id).collect();
        assert_eq!(ids, ["a", "a-2", "a-2-2", "a-3"]);
    }

    #[test]
    fn links_out_give_nothing_away() {
        assert!(render("[x](https://example.org)", "soil").as_str().contains("rel=\"noopener noreferrer nofollow\""));
        assert!(render("[x](/account/sessions)", "soil").as_str().contains("href=\"/account/sessions\""));
    }
}
