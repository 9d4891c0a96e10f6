//! What somebody looks for in lessons, and the passage of a text that holds it.

use unicode_normalization::char::is_combining_mark;

use crate::folded::{folded, without_accents};

/// So many words are looked for; those after them are passed over.
const MOST_WORDS: usize = 8;
/// So many characters of each.
const MOST_CHARACTERS: usize = 40;

/// So many words stand in a passage, the first few of them before what was found.
const PASSAGE: usize = 30;
/// So many before it.
const BEFORE: usize = 6;

/// The words somebody looks for, each once: all of them have to be there. A word of two letters or more is found as the beginning of
/// another; a single one by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms(Vec<String>);

impl Terms {
    /// From what was typed; none where it holds no word. What engines read as signs of their own is left out.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut words: Vec<String> = Vec::new();
        for word in typed.split(|c: char| !is_letter(c)).filter(|word| word.chars().any(char::is_alphanumeric)) {
            let word: String = word.chars().take(MOST_CHARACTERS).collect();
            if words.len() < MOST_WORDS && !words.contains(&word) {
                words.push(word);
            }
        }
        (!words.is_empty()).then_some(Self(words))
    }

    /// As FTS5 reads it.
    pub fn for_sqlite(&self) -> String {
        let word = |word: &String| format!("\"{word}\"{}", if is_beginning(word) { "*" } else { "" });
        self.0.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    /// As PostgreSQL's `to_tsquery` reads it: without accents, as the column it is held against has none.
    pub fn for_postgres(&self) -> String {
        let word = |word: &String| format!("'{}'{}", without_accents(word), if is_beginning(word) { ":*" } else { "" });
        self.0.iter().map(word).collect::<Vec<_>>().join(" & ")
    }

    /// All of a line, with what was looked for marked.
    pub fn mark(&self, line: &str) -> Vec<Piece> {
        pieces(line, &self.found_in(line))
    }

    /// The part of a lesson's Markdown that holds most of the words, with them marked; its beginning where it holds none.
    pub fn passage(&self, text: &str) -> Vec<Piece> {
        let found = self.found_in(text);
        // The first place from which on most different words stand together.
        let together = |from: usize| {
            let near = found[from..].iter().take_while(|hit| hit.word - found[from].word < PASSAGE - BEFORE);
            near.fold(0u32, |seen, hit| seen | 1 << hit.term).count_ones()
        };
        let best = (0..found.len().min(SPANS)).rev().max_by_key(|from| together(*from));
        let from = best.map_or(0, |from| found[from].word.saturating_sub(BEFORE));
        let spans: Vec<(usize, usize)> = words(text).skip(from).take(PASSAGE).collect();
        let (Some((begin, _)), Some((_, end))) = (spans.first(), spans.last()) else { return Vec::new() };
        let within = found.iter().filter(|hit| hit.begin >= *begin && hit.end <= *end);
        let within: Vec<Hit> =
            within.map(|hit| Hit { begin: hit.begin - begin, end: hit.end - begin, ..*hit }).collect();
        let mut passage = pieces(&text[*begin..*end], &within);
        if from > 0 {
            passage.insert(0, Piece { text: "… ".to_owned(), is_found: false });
        }
        if words(&text[*end..]).next().is_some() {
            passage.push(Piece { text: " …".to_owned(), is_found: false });
        }
        passage
    }

    fn found_in(&self, text: &str) -> Vec<Hit> {
        let terms: Vec<String> = self.0.iter().map(|term| folded(term)).collect();
        let mut found = Vec::new();
        for (number, (begin, end)) in words(text).enumerate() {
            let word = folded(&text[begin..end]);
            let is = |term: &String| if is_beginning(term) { word.starts_with(term) } else { word == *term };
            if let Some(term) = terms.iter().position(is) {
                found.push(Hit { word: number, begin, end, term });
            }
        }
        found
    }
}

/// So many places are compared for the best passage.
const SPANS: usize = 500;

/// A word that was looked for: the how many-eth of its text, where it begins and ends, and which of the words it is.
#[derive(Clone, Copy, Debug)]
struct Hit {
    word: usize,
    begin: usize,
    end: usize,
    term: usize,
}

/// Whether it is found as the beginning of a word: most words begin with any one letter.
fn is_beginning(word: &str) -> bool {
    word.chars().nth(1).is_some()
}

/// Belongs to a word. Signs over and under letters do, and so do those of scripts that join them.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Where the words of a text begin and end, in bytes.
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (begin, _) = letters.find(|(_, c)| is_letter(*c))?;
        while letters.next_if(|(_, c)| is_letter(*c)).is_some() {}
        Some((begin, letters.peek().map_or(text.len(), |(at, _)| *at)))
    })
}

/// A piece of a passage, and whether it is what was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Text, without Markdown's signs.
    pub text: String,
    /// It was looked for.
    pub is_found: bool,
}

/// The pieces of a part of a lesson's Markdown, without its signs.
fn pieces(text: &str, found: &[Hit]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    let mut was_space = true;
    for hit in found {
        push(&mut pieces, &text[at..hit.begin], false, &mut was_space);
        push(&mut pieces, &text[hit.begin..hit.end], true, &mut was_space);
        at = hit.end;
    }
    push(&mut pieces, &text[at..], false, &mut was_space);
    pieces
}

fn push(pieces: &mut Vec<Piece>, part: &str, is_found: bool, was_space: &mut bool) {
    let mut text = String::new();
    let mut letters = part.chars().peekable();
    while let Some(c) = letters.next() {
        let next = letters.peek().copied();
        match c {
            // The address of a link says nothing here.
            ']' if next == Some('(') => {
                letters.by_ref().find(|c| *c == ')');
            }
            // A line, or a part of a table.
            '-' if next == Some('-') => while letters.next_if_eq(&'-').is_some() {},
            // Within a word it belongs to it.
            '_' if !*was_space && next.is_none_or(char::is_alphanumeric) => text.push('_'),
            '#' | '*' | '_' | '`' | '~' | '|' | '[' | ']' | '>' => {}
            c if c.is_whitespace() || c.is_control() => {
                if !*was_space {
                    text.push(' ');
                }
                *was_space = true;
            }
            c => {
                text.push(c);
                *was_space = false;
            }
        }
    }
    if !text.is_empty() {
        pieces.push(Piece { text, is_found });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_out_of_what_was_typed_and_signs_are_not() {
        let both = |typed| Terms::parse(typed).map(|terms| (terms.for_sqlite(), terms.for_postgres()));
        assert_eq!(both("two words two"), Some(("\"two\"* \"words\"*".into(), "'two':* & 'words':*".into())));
        for typed in ["", " \t", "\"*-", "' & | ! :*", "(((", "\u{301}"] {
            assert_eq!(Terms::parse(typed), None, "{typed}");
        }
        assert_eq!(both("a\"b' OR NEAR(c)*"), both("a b OR NEAR c"));
        assert_eq!(both("a request.session").map(|(words, _)| words), Some("\"a\" \"request\"* \"session\"*".into()));
        assert_eq!(both("जल का पानी").map(|(words, _)| words), Some("\"जल\"* \"का\"* \"पानी\"*".into()));
        let long = Terms::parse(&format!("{} b c d e f g h i j", "x".repeat(100))).unwrap();
        assert_eq!((long.0.len(), long.0[0].len()), (MOST_WORDS, MOST_CHARACTERS));
    }

    fn shown(pieces: Vec<Piece>) -> String {
        pieces.into_iter().map(|it| if it.is_found { format!("<{}>", it.text) } else { it.text }).collect()
    }

    #[test]
    fn a_passage_is_text_with_what_was_found_marked() {
        let passage = |typed: &str, text: &str| shown(Terms::parse(typed).unwrap().passage(text));
        let text = "## The **cook**ie\n\n> a  [link](https://x.example/) | `id_hash`\n|---|\n";
        assert_eq!(passage("cook link", text), "The <cook>ie a <link> id_hash");
        assert_eq!(passage("none", "One two."), "One two");
        assert_eq!(passage("uber", "Die ÜBERSICHT und Übe"), "Die <ÜBERSICHT> und Übe");
        assert_eq!(passage("a", "an a b"), "an <a> b");
        assert_eq!(passage("a", ""), "");
        let long = format!("{}first {}first and second {}", "x ".repeat(50), "y ".repeat(50), "z ".repeat(50));
        let best = passage("first second", &long);
        assert!(best.contains("<first> and <second>") && best.starts_with("… y") && best.ends_with(" z …"), "{best}");
    }

    #[test]
    fn a_text_of_one_word_takes_no_longer_than_another() {
        let terms = Terms::parse("a a a b").unwrap();
        assert_eq!(terms.passage(&"a ".repeat(25_000)).len(), 60);
    }

    #[test]
    fn a_line_is_marked_whole() {
        assert_eq!(shown(Terms::parse("cook").unwrap().mark("On Cookies & cooks")), "On <Cookies> & <cooks>");
    }
}
