//! Bars, drawn on the server. What they show stands in a table as well, so screen readers pass over them.

use leptos::prelude::*;

/// A bar.
pub struct Bar {
    /// Above it.
    pub name: String,
    /// Its length, in whatever unit all bars of a chart have.
    pub value: u64,
    /// At its end.
    pub words: String,
    /// It is drawn in the colour of the first kind.
    pub is_first: bool,
}

/// As wide as a telephone's screen, so that the letters are no smaller there.
const WIDTH: u64 = 350;
/// The longest bar, which leaves room for the words at its end.
const LONGEST: u64 = 270;
const ROW: usize = 44;

/// Horizontal bars from nought, the longest as long as there is room.
pub fn chart(title: &'static str, bars: Vec<Bar>) -> AnyView {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(1).max(1);
    let height = bars.len() * ROW;
    let bars: Vec<AnyView> = bars
        .into_iter()
        .enumerate()
        .map(|(at, bar)| {
            let top = at * ROW;
            // Nothing is nothing to see.
            let length = (bar.value.saturating_mul(LONGEST) / most).max(2);
            let class = if bar.is_first { "bar hue h8" } else { "bar hue h1" };
            view! {
                <g class=class>
                    <text x="0" y=top + 13>{bar.name}</text>
                    <rect x="0" y=top + 19 width=length height="14" />
                    <text class="figure" x=length + 6 y=top + 31>{bar.words}</text>
                </g>
            }
            .into_any()
        })
        .collect();
    view! {
        <figure class="chart">
            <figcaption>{title}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {height}") aria-hidden="true">{bars}</svg>
        </figure>
    }
    .into_any()
}
