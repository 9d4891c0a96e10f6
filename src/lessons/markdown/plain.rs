//! A text as words alone, for a mail: without the signs of Markdown, with addresses that lead somewhere from there.

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, parse_document};

use super::depth::{DEEPEST, shallow};
use super::options;
use crate::files::name::IN_TEXTS;

/// The paragraphs of a text of the course with the slug `course`, with an empty line between two. `origin` is the site's address.
pub fn plain(markdown: &str, origin: &str, course: &str) -> String {
    let text = shallow(markdown);
    let arena = Arena::new();
    let root = parse_document(&arena, &text, &options());
    Plain { origin, course }.blocks(root)
}

struct Plain<'p> {
    origin: &'p str,
    course: &'p str,
}

impl Plain<'_> {
    fn blocks<'a>(&self, parent: &'a AstNode<'a>) -> String {
        let blocks: Vec<String> =
            parent.children().map(|node| self.block(node)).filter(|block| !block.is_empty()).collect();
        blocks.join("\n\n")
    }

    fn block<'a>(&self, node: &'a AstNode<'a>) -> String {
        match &node.data.borrow().value {
            NodeValue::List(list) => {
                let numbered = list.list_type == ListType::Ordered;
                let items = node.children().enumerate().map(|(at, item)| {
                    let sign = if numbered { format!("{}. ", list.start + at) } else { "- ".to_owned() };
                    let lines = self.blocks(item).replace("\n\n", "\n").replace('\n', "\n  ");
                    format!("{sign}{lines}")
                });
                items.collect::<Vec<_>>().join("\n")
            }
            NodeValue::BlockQuote | NodeValue::Alert(_) => {
                self.blocks(node).lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
            }
            NodeValue::CodeBlock(block) => block.literal.trim_end().to_owned(),
            NodeValue::Math(math) => math.literal.trim().to_owned(),
            NodeValue::Table(_) => node.children().map(|row| self.row(row)).collect::<Vec<_>>().join("\n"),
            NodeValue::ThematicBreak => "---".to_owned(),
            NodeValue::HtmlBlock(_) => String::new(),
            NodeValue::Paragraph | NodeValue::Heading(_) => self.inline(node, 0).trim().to_owned(),
            _ => self.blocks(node),
        }
    }

    fn row<'a>(&self, row: &'a AstNode<'a>) -> String {
        row.children().map(|cell| self.inline(cell, 0)).collect::<Vec<_>>().join(" | ")
    }

    fn inline<'a>(&self, parent: &'a AstNode<'a>, depth: usize) -> String {
        if depth < DEEPEST {
            return parent.children().map(|node| self.piece(node, depth + 1)).collect();
        }
        let words = parent.descendants().map(|node| match &node.data.borrow().value {
            NodeValue::Text(text) => text.to_string(),
            _ => String::new(),
        });
        words.collect()
    }

    fn piece<'a>(&self, node: &'a AstNode<'a>, depth: usize) -> String {
        match &node.data.borrow().value {
            NodeValue::Text(text) => text.to_string(),
            NodeValue::Code(code) => code.literal.clone(),
            NodeValue::Math(math) => math.literal.clone(),
            NodeValue::SoftBreak => " ".to_owned(),
            NodeValue::LineBreak => "\n".to_owned(),
            NodeValue::FootnoteReference(note) => format!("[{}]", note.name),
            NodeValue::HtmlInline(_) => String::new(),
            NodeValue::Link(link) | NodeValue::Image(link) => {
                let (words, address) = (self.inline(node, depth), self.address(&link.url));
                if words.is_empty() || words == address || link.url == format!("mailto:{words}") {
                    if words.is_empty() { address } else { words }
                } else {
                    format!("{words} ({address})")
                }
            }
            _ => self.inline(node, depth),
        }
    }

    /// An address that is one in a mail as well.
    fn address(&self, url: &str) -> String {
        let Self { origin, course } = self;
        match url {
            url if url.starts_with("//") => url.to_owned(),
            url if url.starts_with('/') => format!("{origin}{url}"),
            url if url.starts_with(IN_TEXTS) => format!("{origin}/courses/{course}/{url}"),
            url => url.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_without_its_signs_and_its_addresses_lead_somewhere() {
        let text = "# Trip\n\nMeet at the **north** `gate`,\n*early*.\n\n- boots\n- [the map](files/map.png)\n  1. folded\n\n> Rain or not.\n\n\
                    [Clay](/courses/soil/lessons/clay), <https://x.example/>, ![](files/a.png) <b>x</b>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n```";
        let words = "Trip\n\nMeet at the north gate, early.\n\n- boots\n- the map (https://a.example/courses/soil/files/map.png)\n  1. folded\n\n> Rain or not.\n\n\
                     Clay (https://a.example/courses/soil/lessons/clay), https://x.example/, https://a.example/courses/soil/files/a.png x\n\na | b\n1 | 2\n\nx = 1";
        assert_eq!(plain(text, "https://a.example", "soil"), words);
        assert_eq!(plain("", "https://a.example", "soil"), "");
        let nested = plain(&"*a _b ".repeat(3_000), "https://a.example", "soil");
        assert!(
            nested.len() < 30_000
                && plain(&format!("{}x{}", "[".repeat(9_000), "](/y)".repeat(2_000)), "o", "c").contains('x')
        );
        assert!(plain(&">".repeat(10_000), "https://a.example", "soil").len() < 20_000);
    }
}
