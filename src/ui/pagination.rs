//! Long lists in pages of 25.

use leptos::prelude::*;

use crate::http::request::Ctx;

/// Rows on a page.
pub const PAGE: i64 = 25;

/// Which page of a list was asked for: 1, 2, 3, ...
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageNumber(pub i64);

impl PageNumber {
    /// From `?page=`. What is no page is the first.
    pub fn of(ctx: &Ctx) -> Self {
        let asked = ctx.query("page").and_then(|page| page.parse::<i64>().ok()).unwrap_or(1);
        Self(asked.clamp(1, 100_000))
    }

    /// The last page of so many rows, when this one lies beyond it.
    pub fn beyond(self, total: i64) -> Option<Self> {
        let last = ((total + PAGE - 1) / PAGE).max(1);
        (self.0 > last).then_some(Self(last))
    }

    /// How many rows come before it.
    pub fn skip(self) -> i64 {
        (self.0 - 1) * PAGE
    }
}

/// The page of a list that was asked for, or the last where there are fewer: its number, its rows, and how many there are in all. What
/// stands after the arrow reads from a row on, and is `(rows, total)`. A macro, since a function would need closures whose futures can be sent.
macro_rules! read_page {
    ($ctx:expr, $skip:ident => $list:expr) => {{
        let asked = $crate::ui::pagination::PageNumber::of($ctx);
        let $skip = asked.skip();
        let (rows, total) = $list;
        match asked.beyond(total) {
            None => (asked, rows, total),
            Some(last) => {
                let $skip = last.skip();
                let (rows, total) = $list;
                (last, rows, total)
            }
        }
    }};
}

pub(crate) use read_page;

/// The links under a list; nothing when one page holds all. `of` is what the list holds ("people"); `parameters` are
/// the other parts of the query, which every link keeps.
pub fn pagination(path: &str, parameters: &[(&str, &str)], page: PageNumber, total: i64, of: &str) -> AnyView {
    let pages = (total + PAGE - 1) / PAGE;
    if pages <= 1 {
        return ().into_any();
    }
    let address = |number: i64| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        if number > 1 {
            query.append_pair("page", &number.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    };
    let items: Vec<AnyView> = numbers(page.0, pages)
        .into_iter()
        .map(|number| match number {
            Some(number) => {
                let current = (number == page.0).then_some("page");
                view! { <li><a href=address(number) aria-current=current>{number}</a></li> }.into_any()
            }
            None => view! { <li class="gap" aria-hidden="true">"…"</li> }.into_any(),
        })
        .collect();
    let next = (page.0 < pages).then(|| view! { <li><a href=address(page.0 + 1) rel="next">"Next"</a></li> });
    let (first, last) = (page.skip() + 1, (page.skip() + PAGE).min(total));
    let span = if first > total { format!("{total} in all") } else { format!("{first} to {last} of {total}") };
    view! {
        <nav class="pagination" aria-label=format!("Pages of {of}")>
            <p>{span}</p>
            <ul role="list">{items}{next}</ul>
        </nav>
    }
    .into_any()
}

/// First, the two around the current one, last; `None` for a gap.
fn numbers(current: i64, pages: i64) -> Vec<Option<i64>> {
    let mut shown: Vec<i64> = [1, current - 1, current, current + 1, pages]
        .into_iter()
        .filter(|number| (1..=pages).contains(number))
        .collect();
    shown.dedup();
    shown.sort_unstable();
    shown.dedup();
    let mut out = Vec::new();
    for (at, number) in shown.iter().enumerate() {
        if at > 0 && number - shown[at - 1] > 1 {
            out.push(None);
        }
        out.push(Some(*number));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_neighbours_are_shown() {
        assert_eq!(numbers(1, 20), [Some(1), Some(2), None, Some(20)]);
        assert_eq!(numbers(5, 20), [Some(1), None, Some(4), Some(5), Some(6), None, Some(20)]);
        assert_eq!(numbers(2, 2), [Some(1), Some(2)]);
    }
}
