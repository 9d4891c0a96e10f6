//! Files of the course in a text: which it names, and where its links and pictures lead.

use std::collections::BTreeSet;

use comrak::nodes::{AstNode, NodeLink, NodeValue};
use comrak::{Arena, parse_document};

use super::depth::shallow;
use super::{LONG, options};
use crate::failure::{Broken, Failure};
use crate::files::name::{FileName, IN_TEXTS};

/// So many different files can one text name; others are not found by it.
const MOST: usize = 500;

/// The file of the course that a link or a picture names; none where it leads elsewhere.
fn file_of(link: &NodeLink) -> Option<FileName> {
    FileName::of_address(link.url.strip_prefix(IN_TEXTS)?)
}

/// Which files of its course a text names, as they are compared; without holding up anybody else's request.
pub async fn files_in(markdown: &str) -> Result<BTreeSet<String>, Failure> {
    if !markdown.contains(IN_TEXTS) {
        return Ok(BTreeSet::new());
    }
    if markdown.len() <= LONG {
        return Ok(named(markdown));
    }
    let text = markdown.to_owned();
    tokio::task::spawn_blocking(move || named(&text)).await.broken("look for files in a text")
}

fn named(markdown: &str) -> BTreeSet<String> {
    let text = shallow(markdown);
    let arena = Arena::new();
    let root = parse_document(&arena, &text, &options());
    let mut names = BTreeSet::new();
    for node in root.descendants() {
        if let NodeValue::Link(link) | NodeValue::Image(link) = &node.data.borrow().value
            && names.len() < MOST
            && let Some(name) = file_of(link)
        {
            names.insert(name.key());
        }
    }
    names
}

/// Has the links and pictures of a text lead to the files they name. A picture from anywhere else becomes a link.
pub(super) fn lead_to<'a>(root: &'a AstNode<'a>, arena: &'a Arena<'a>, course: &str) {
    for node in root.descendants() {
        let mut data = node.data.borrow_mut();
        let (NodeValue::Link(link) | NodeValue::Image(link)) = &mut data.value else { continue };
        if let Some(name) = file_of(link) {
            link.url = format!("/courses/{course}/{IN_TEXTS}{}", name.in_address());
        } else if matches!(data.value, NodeValue::Image(_)) {
            let NodeValue::Image(link) = std::mem::replace(&mut data.value, NodeValue::SoftBreak) else { continue };
            // A link without words is none to who does not see it.
            if node.first_child().is_none() {
                let words = NodeValue::Text(link.url.clone().into());
                node.append(arena.alloc(AstNode::from(words)));
            }
            data.value = NodeValue::Link(link);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::markdown::render;

    #[test]
    fn a_file_of_the_course_is_shown_and_nothing_from_elsewhere() {
        let text = "![A map](files/My-map.png \"Here\") [Notes](files/%C3%BC.pdf) ![far](https://x.example/a.png)\n\n![](files/../x.png)";
        let html = render(text, "soil");
        let html = html.as_str();
        let picture = "<img loading=\"lazy\" src=\"/courses/soil/files/My-map.png\" alt=\"A map\" title=\"Here\">";
        assert!(html.contains(picture), "{html}");
        assert!(html.contains("href=\"/courses/soil/files/%C3%BC.pdf\""), "{html}");
        assert!(html.contains("href=\"https://x.example/a.png\"") && html.matches("<img").count() == 1, "{html}");
        assert!(html.contains(">files/../x.png</a>"), "{html}");
        assert_eq!(named(text).into_iter().collect::<Vec<_>>(), ["my-map.png", "ü.pdf"]);
        assert!(named("`files/x.png` files/y.png\n\n    ![](files/z.png)").is_empty(), "only what is a link");
    }

    #[test]
    fn a_text_names_each_file_once_and_not_endlessly() {
        let often = format!("{}[b](files/b.txt)", "[a](files/a.txt) ".repeat(600));
        assert_eq!(named(&often).into_iter().collect::<Vec<_>>(), ["a.txt", "b.txt"]);
        let many: String = (0..600).map(|number| format!("[x](files/{number}.txt) ")).collect();
        assert_eq!(named(&many).len(), MOST);
    }
}
