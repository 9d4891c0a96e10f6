//! Code in colours: by classes, since no style may stand in a page.
//!
//! The grammars are those of Sublime Text, read by syntect. They know more kinds of words than a page needs: five are told apart.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// What words are shown as: comment, string, number or other fixed value, keyword, name of what is defined.
pub(super) const CLASSES: [&str; 5] = ["c", "s", "n", "k", "d"];

static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// The first of these that a word's scopes begin with, the innermost scope first, says its class; none of them: it has none.
static KINDS: LazyLock<Vec<(Scope, Option<usize>)>> = LazyLock::new(|| {
    let kinds = [
        ("comment", Some(0)),
        ("string", Some(1)),
        ("constant", Some(2)),
        ("keyword.operator", None),
        ("keyword", Some(3)),
        ("storage", Some(3)),
        ("entity.name", Some(4)),
        ("support.function", Some(4)),
    ];
    kinds.into_iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, class))).collect()
});

/// How much of a text is coloured: what follows is shown as it is. A lesson has a few screens of code; the worst kinds of code take
/// 20 ms for a screen.
pub(super) struct Left(usize);

impl Default for Left {
    fn default() -> Self {
        Self(32 * 1024)
    }
}

/// No line that is longer is looked at: it was made by a machine, and is read by none.
const LONGEST_LINE: usize = 500;

/// A block of code as HTML.
pub(super) fn block(info: &str, code: &str, left: &mut Left) -> String {
    let language = info.split([' ', ',', '\t']).next().unwrap_or_default();
    let inner = match grammar(language).filter(|_| code.len() <= left.0) {
        Some(grammar) => {
            left.0 -= code.len();
            coloured(grammar, code)
        }
        None => escaped(code),
    };
    format!("<pre><code>{inner}</code></pre>\n")
}

fn grammar(language: &str) -> Option<&'static SyntaxReference> {
    let language = match language.to_ascii_lowercase().as_str() {
        "" | "text" | "txt" => return None,
        "ts" | "typescript" | "jsx" | "tsx" => "js".to_owned(),
        "shell" | "console" => "sh".to_owned(),
        "c#" | "csharp" => "cs".to_owned(),
        "golang" => "go".to_owned(),
        other => other.to_owned(),
    };
    GRAMMARS.find_syntax_by_token(&language)
}

/// Each line by itself, so that a part has its colour though the next begins elsewhere. What the grammar cannot read stays as it is.
fn coloured(grammar: &SyntaxReference, code: &str) -> String {
    let mut out = String::with_capacity(code.len() * 2);
    let (mut state, mut stack) = (ParseState::new(grammar), ScopeStack::new());
    let mut is_lost = false;
    for line in code.split_inclusive('\n') {
        let read = if is_lost || line.len() > LONGEST_LINE { None } else { state.parse_line(line, &GRAMMARS).ok() };
        let Some(changes) = read else {
            is_lost = true;
            out.push_str(&escaped(line));
            continue;
        };
        let (mut at, mut open) = (0, None);
        for (from, change) in changes {
            part(&mut out, &mut open, class(&stack), &line[at..from]);
            at = from;
            is_lost |= stack.apply(&change).is_err();
        }
        part(&mut out, &mut open, class(&stack), &line[at..]);
        if open.is_some() {
            out.push_str("</span>");
        }
    }
    out
}

/// Adds a part of a line, in the span of the part before where it is of the same class.
fn part(out: &mut String, open: &mut Option<&'static str>, class: Option<&'static str>, words: &str) {
    if words.is_empty() {
        return;
    }
    if *open != class {
        if open.is_some() {
            out.push_str("</span>");
        }
        if let Some(class) = class {
            out.push_str("<span class=\"");
            out.push_str(class);
            out.push_str("\">");
        }
        *open = class;
    }
    out.push_str(&escaped(words));
}

fn class(stack: &ScopeStack) -> Option<&'static str> {
    stack.scopes.iter().rev().find_map(|scope| {
        KINDS.iter().find(|(kind, _)| kind.is_prefix_of(*scope)).map(|(_, class)| class.map(|class| CLASSES[class]))
    })?
}

fn escaped(code: &str) -> String {
    html_escape::encode_text(code).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_classes_and_nothing_else_changes() {
        let html = block("rust,ignore", "// <b>\nfn one() -> u8 { 1 }\nlet s = \"</pre>\";\n", &mut Left::default());
        for part in [
            "<span class=\"c\">// &lt;b&gt;\n</span>",
            "<span class=\"d\">one</span>",
            "<span class=\"n\">1</span>",
            "<span class=\"s\">\"&lt;/pre&gt;\"</span>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let plain = "a < b\n";
        assert_eq!(block("nothing-known", plain, &mut Left::default()), "<pre><code>a &lt; b\n</code></pre>\n");
        assert_eq!(block("", plain, &mut Left::default()), "<pre><code>a &lt; b\n</code></pre>\n");
    }

    #[test]
    fn the_languages_of_courses_are_known() {
        for language in [
            "rust",
            "python",
            "py",
            "sql",
            "js",
            "javascript",
            "ts",
            "json",
            "html",
            "css",
            "java",
            "c",
            "cpp",
            "cs",
            "go",
            "ruby",
            "php",
            "r",
            "haskell",
            "lua",
            "bash",
            "sh",
            "shell",
            "yaml",
            "xml",
            "latex",
            "scala",
            "markdown",
        ] {
            assert!(grammar(language).is_some(), "{language}");
        }
    }

    #[test]
    fn colours_have_an_end() {
        let mut left = Left::default();
        let long = format!("let x = {};\n", "1".repeat(600));
        assert!(!block("rust", &long, &mut left).contains("<span"));
        let many = "let x = 1;\n".repeat(4_000);
        assert!(!block("rust", &many, &mut left).contains("<span"));
        assert!(block("rust", "let x = 1;\n", &mut left).contains("<span"));
    }
}
