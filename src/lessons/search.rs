//! What somebody looks for in lessons, and the passage of a text that holds it.

/// So many words are looked for; those after them are passed over.
const MOST_WORDS: usize = 8;
/// So many characters of each.
const MOST_CHARACTERS: usize = 40;

/// Stands before and after a word that was looked for, in what the engines answer. Nobody writes them: both are for private use.
pub const MARKS: (char, char) = ('\u{e000}', '\u{e001}');

/// The words somebody looks for: all of them have to be there, each as the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms(Vec<String>);

impl Terms {
    /// From what was typed; none where it holds no word. What engines read as signs of their own is left out.
    pub fn parse(typed: &str) -> Option<Self> {
        let words: Vec<String> = typed
            .split(|c: char| c.is_whitespace() || c.is_control() || c.is_ascii_punctuation())
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .take(MOST_WORDS)
            .map(|word| word.chars().take(MOST_CHARACTERS).collect())
            .collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// As FTS5 reads it.
    pub fn for_sqlite(&self) -> String {
        self.0.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ")
    }

    /// As PostgreSQL's `to_tsquery` reads it.
    pub fn for_postgres(&self) -> String {
        self.0.iter().map(|word| format!("'{word}':*")).collect::<Vec<_>>().join(" & ")
    }
}

/// A piece of a passage, and whether it is what was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Text, without Markdown's signs.
    pub text: String,
    /// Stands between [`MARKS`].
    pub is_found: bool,
}

/// The pieces of what an engine answered: a part of a lesson's Markdown, in which what was found is marked.
pub fn pieces(passage: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut is_found = false;
    let mut push = |c: char, is_found: bool| match pieces.last_mut() {
        Some(last) if last.is_found == is_found => last.text.push(c),
        _ => pieces.push(Piece { text: c.to_string(), is_found }),
    };
    let mut letters = passage.chars().peekable();
    let mut was_space = true;
    while let Some(c) = letters.next() {
        let next = letters.peek().copied();
        match c {
            _ if c == MARKS.0 => is_found = true,
            _ if c == MARKS.1 => is_found = false,
            // The address of a link says nothing here.
            ']' if next == Some('(') => {
                letters.by_ref().find(|c| *c == ')');
            }
            // A line, or a part of a table.
            '-' if next == Some('-') => while letters.next_if_eq(&'-').is_some() {},
            // Within a word it belongs to it.
            '_' if !was_space && next.is_some_and(char::is_alphanumeric) => push('_', is_found),
            '#' | '*' | '_' | '`' | '~' | '|' | '[' | ']' | '>' => {}
            c if c.is_whitespace() || c.is_control() => {
                if !was_space {
                    push(' ', is_found);
                }
                was_space = true;
            }
            c => {
                push(c, is_found);
                was_space = false;
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_out_of_what_was_typed_and_signs_are_not() {
        let both = |typed| Terms::parse(typed).map(|terms| (terms.for_sqlite(), terms.for_postgres()));
        assert_eq!(both("two words"), Some(("\"two\"* \"words\"*".into(), "'two':* & 'words':*".into())));
        for typed in ["", " \t", "\"*-", "' & | ! :*", "(((", "\u{301}"] {
            assert_eq!(Terms::parse(typed), None, "{typed}");
        }
        assert_eq!(both("a\"b' OR NEAR(c)*"), both("a b OR NEAR c"));
        assert_eq!(both("जल का पानी").map(|(words, _)| words), Some("\"जल\"* \"का\"* \"पानी\"*".into()));
        let long = Terms::parse(&format!("{} b c d e f g h i j", "x".repeat(100))).unwrap();
        assert_eq!((long.0.len(), long.0[0].len()), (MOST_WORDS, MOST_CHARACTERS));
    }

    #[test]
    fn a_passage_is_text_with_what_was_found_marked() {
        let shown = |passage: &str| {
            pieces(passage)
                .into_iter()
                .map(|piece| if piece.is_found { format!("<{}>", piece.text) } else { piece.text })
                .collect::<String>()
        };
        assert_eq!(
            shown("## The **\u{e000}cook\u{e001}ie**\n\n> a  [link](https://x.example/) | `b`"),
            "The <cook>ie a link b"
        );
        assert_eq!(shown("\u{e000}one\u{e001} \u{e000}two\u{e001}"), "<one> <two>");
        assert_eq!(shown("| _a_ | id_hash |\n|---|------|"), "a id_hash ");
        assert_eq!(shown("]( never closed"), "");
        assert_eq!(shown(""), "");
    }
}
