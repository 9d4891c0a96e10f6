//! What is different between two texts, line by line and word by word.

use std::time::Duration;

use leptos::prelude::*;
use similar::{ChangeTag, TextDiff};

use crate::clock::Begun;
use crate::failure::{Broken, Failure};

/// Lines around a change that are shown with it.
const AROUND: usize = 3;
/// A comparison of two long texts that have nothing in common is cut short after this; it is then coarser, and still right.
const WITHIN: Duration = Duration::from_millis(200);
/// More lines are not shown: nobody reads them, and a page of them helps nobody.
const MOST_LINES: usize = 2_000;
/// Longer lines are compared as wholes: looking for words in them takes the square of their length.
const LONGEST_LINE: usize = 2_000;

/// A part of a line.
type Part = (bool, String);

/// A line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// In both.
    Same(String),
    /// Only in the first; in each part whether it is what is different.
    Gone(Vec<Part>),
    /// Only in the second.
    New(Vec<Part>),
    /// Some lines that are in both are left out.
    LeftOut,
}

/// Compares two texts, off the async threads; nothing where they are the same.
pub async fn compare(before: String, after: String) -> Result<Vec<Line>, Failure> {
    tokio::task::spawn_blocking(move || lines_of(&before, &after)).await.broken("compare two texts")
}

fn lines_of(before: &str, after: &str) -> Vec<Line> {
    let begun = Begun::now();
    let until = begun.until(WITHIN);
    let diff = TextDiff::configure().deadline(until).diff_lines(before, after);
    let is_short = |text: &str| text.lines().all(|line| line.len() <= LONGEST_LINE);
    let by_words = is_short(before) && is_short(after);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 || group.first().is_some_and(|op| op.old_range().start > 0) {
            lines.push(Line::LeftOut);
        }
        for op in group {
            // Once the time is over, lines are shown as wholes.
            if by_words && begun.took() < WITHIN {
                for change in diff.iter_inline_changes_deadline(op, Some(until)).take(MOST_LINES) {
                    let parts = change.iter_strings_lossy().map(|(is_it, part)| (is_it, without_end(&part)));
                    lines.push(line(change.tag(), parts.collect()));
                }
            } else {
                for change in diff.iter_changes(op).take(MOST_LINES) {
                    lines.push(line(change.tag(), vec![(false, without_end(change.value()))]));
                }
            }
            if lines.len() >= MOST_LINES {
                lines.truncate(MOST_LINES);
                lines.push(Line::LeftOut);
                return lines;
            }
        }
    }
    lines
}

fn line(tag: ChangeTag, parts: Vec<Part>) -> Line {
    match tag {
        ChangeTag::Equal => Line::Same(parts.into_iter().map(|(_, part)| part).collect()),
        ChangeTag::Delete => Line::Gone(parts),
        ChangeTag::Insert => Line::New(parts),
    }
}

fn without_end(part: &str) -> String {
    part.trim_end_matches(['\n', '\r']).to_owned()
}

/// A comparison on a page. Who does not see it hears which lines are gone and which are new.
pub fn diff_view(lines: Vec<Line>, label: &'static str) -> AnyView {
    if lines.is_empty() {
        return view! { <p>"There is no difference."</p> }.into_any();
    }
    let lines: Vec<AnyView> = lines.into_iter().map(line_view).collect();
    view! { <pre class="diff" tabindex="0" role="region" aria-label=label><code>{lines}</code></pre> }.into_any()
}

fn line_view(line: Line) -> AnyView {
    match line {
        Line::Same(words) => view! { "  "{words}"\n" }.into_any(),
        Line::LeftOut => view! { <span class="c">"  …"</span>"\n" }.into_any(),
        Line::Gone(parts) => {
            view! { <del class="n"><span class="hidden">"Gone: "</span>"− "{parts_view(parts)}</del>"\n" }.into_any()
        }
        Line::New(parts) => {
            view! { <ins class="s"><span class="hidden">"New: "</span>"+ "{parts_view(parts)}</ins>"\n" }.into_any()
        }
    }
}

fn parts_view(parts: Vec<Part>) -> Vec<AnyView> {
    let part = |(is_it, words): Part| if is_it { view! { <mark>{words}</mark> }.into_any() } else { words.into_any() };
    parts.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_shown_with_the_lines_around_it() {
        assert_eq!(lines_of("a\nb\n", "a\nb\n"), []);
        let before = "1\n2\n3\n4\n5\nsix old words\n7\n8\n9\n10\n11\n";
        let lines = lines_of(before, &before.replace("old", "new").replace("11\n", ""));
        let said = |parts: &[Part]| {
            parts
                .iter()
                .map(|(is_it, part)| if *is_it { format!("[{part}]") } else { part.clone() })
                .collect::<String>()
        };
        let shown: Vec<String> = lines
            .iter()
            .map(|line| match line {
                Line::Same(words) => format!(" {words}"),
                Line::Gone(parts) => format!("-{}", said(parts)),
                Line::New(parts) => format!("+{}", said(parts)),
                Line::LeftOut => "…".to_owned(),
            })
            .collect();
        assert_eq!(
            shown,
            ["…", " 3", " 4", " 5", "-six [old] words", "+six [new] words", " 7", " 8", " 9", " 10", "-11"]
        );
    }

    #[test]
    fn texts_with_nothing_in_common_are_cut_short() {
        let many = |word: &str| (0..20_000).map(|number| format!("{word}{number}\n")).collect::<String>();
        let lines = lines_of(&many("a"), &many("b"));
        assert_eq!((lines.len(), lines.last()), (MOST_LINES + 1, Some(&Line::LeftOut)));
        assert_eq!(lines_of(&"x".repeat(200_000), &"y".repeat(200_000)).len(), 2);
    }
}
