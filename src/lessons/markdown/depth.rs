//! How deep a text may be nested.

use std::borrow::Cow;

/// How deep quotations and lists that begin in one line may lie in each other. Nobody writes more than a few, and the work of
/// the parser and of the cleaner grows with the square of the depth: 20,000 `>` in a row cost more than a second.
pub(super) const DEEPEST: usize = 16;

/// The same text, with the markers beyond the deepest level made into plain characters.
pub(super) fn shallow(markdown: &str) -> Cow<'_, str> {
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
                    if matches!(letter, '>' | '-' | '*' | '+' | '.' | ')' | '[') {
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

/// How long the marker is that begins a footnote here, `[^name]:`.
fn footnote(text: &str) -> Option<usize> {
    let name = text.strip_prefix("[^")?;
    let end = name.find(']').filter(|end| name[end + 1..].starts_with(':'))?;
    Some("[^".len() + end + "]:".len())
}

/// Where in a line the first marker of a level beyond the deepest stands. A marker is `>`, that of a footnote, or one of a list with the space
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
            Some(b'[') if digits == 0 => footnote(&line[at..])?,
            _ => return None,
        };
        depth += 1;
        if depth > DEEPEST {
            return Some(at);
        }
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::markdown::render;

    #[test]
    fn depth_has_an_end_and_what_lies_deeper_is_still_shown() {
        for marker in [">", "> ", "- ", "1. ", "* > ", "[^a]: > "] {
            // A footnote that nothing refers to is not shown.
            let html = render(&format!("See[^a].\n\n{}deep words", marker.repeat(20_000)), "soil");
            let depth = ["<blockquote>", "<ul>", "<ol>"].map(|tag| html.as_str().matches(tag).count());
            assert!(depth.iter().sum::<usize>() <= DEEPEST, "{marker:?}: {depth:?}");
            assert!(html.as_str().contains("deep words"), "{marker:?}");
        }
        let usual = "> 1. a\n>    - b\n\n- x\n  - y\n\n---\n\n* * *";
        assert_eq!(shallow(usual), usual, "what people write stays as it is");
    }
}
