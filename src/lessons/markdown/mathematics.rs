//! Formulas, `$x$` and `$$x$$`, as MathML: browsers draw it and screen readers read it, without a script.

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// What a formula consists of (MathML Core, and what math-core writes of it).
pub(super) const ELEMENTS: [&str; 23] = [
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "ms",
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "mover",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mpadded",
    "mphantom",
    "mstyle",
];

/// And how its parts are drawn. None of them leads anywhere or does anything.
pub(super) const ATTRIBUTES: [&str; 24] = [
    "display",
    "mathvariant",
    "stretchy",
    "fence",
    "form",
    "separator",
    "lspace",
    "rspace",
    "width",
    "height",
    "depth",
    "minsize",
    "maxsize",
    "symmetric",
    "largeop",
    "movablelimits",
    "accent",
    "accentunder",
    "linethickness",
    "displaystyle",
    "scriptlevel",
    "columnspan",
    "rowspan",
    "voffset",
];

/// Where what stands in a cell stands: math-core says it by a style, which no page has.
pub(super) const CELLS: [&str; 2] = ["begin", "end"];

/// No formula of more letters is drawn.
const LONGEST: usize = 2_000;
/// Nor one whose parts lie deeper: the work of the cleaner grows with the square of it, and nobody reads one.
const DEEPEST: usize = 60;
/// The converter calls itself for each part of a part: the deepest formula of the longest took 9 MB in a build without optimisation.
const STACK: usize = 64 * 1024 * 1024;

/// How many letters of formulas a text may hold that are drawn.
pub(super) struct Left(usize);

impl Default for Left {
    fn default() -> Self {
        Self(50_000)
    }
}

static CONVERTER: LazyLock<Option<LatexToMathML>> =
    LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());

/// A formula as HTML; one that cannot be read stays as it was typed, as code.
pub(super) fn formula(source: &str, is_block: bool, left: &mut Left) -> String {
    let is_within = source.len() <= LONGEST.min(left.0);
    let display = if is_block { MathDisplay::Block } else { MathDisplay::Inline };
    let convert = || CONVERTER.as_ref()?.convert_with_local_state(source.trim(), display).ok();
    let drawn = if is_within { stacker::grow(STACK, convert) } else { None };
    let drawn = drawn.filter(|drawn| depth(&drawn.mathml) <= DEEPEST);
    let Some(drawn) = drawn else {
        let sign = if is_block { "$$" } else { "$" };
        return format!("<code>{sign}{}{sign}</code>", html_escape::encode_text(source));
    };
    left.0 -= source.len();
    with_classes(&drawn.mathml)
}

/// How deep the parts of a formula lie in each other.
fn depth(mathml: &str) -> usize {
    let (mut now, mut deepest) = (0_usize, 0);
    for tag in mathml.split('<').skip(1) {
        if tag.starts_with('/') {
            now = now.saturating_sub(1);
        } else if !tag.contains("/>") {
            now += 1;
            deepest = deepest.max(now);
        }
    }
    deepest
}

/// Says by a class where a cell's words stand.
fn with_classes(mathml: &str) -> String {
    let mut out = String::with_capacity(mathml.len());
    for (number, cell) in mathml.split("<mtd").enumerate() {
        if number > 0 {
            out.push_str("<mtd");
            let style = cell.split('>').next().unwrap_or_default();
            if style.contains("text-align: left") {
                out.push_str(" class=\"begin\"");
            } else if style.contains("text-align: right") {
                out.push_str(" class=\"end\"");
            }
        }
        out.push_str(cell);
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::lessons::markdown::render;

    #[test]
    fn a_formula_is_drawn_and_one_that_is_none_stays() {
        let html =
            render("The area is $\\pi r^2$ here, it costs $5 and $6.\n\n$$\\sum_{i=0}^N \\frac{x_i}{2}$$", "soil");
        let html = html.as_str();
        assert!(
            html.contains("<math>")
                && html.contains("<mi>π</mi>")
                && html.contains("<math display=\"block\" tabindex=\"0\">"),
            "{html}"
        );
        assert!(
            html.contains("<munderover>") && html.contains("<mfrac>") && html.contains("it costs $5 and $6."),
            "{html}"
        );
        let html = render("$\\frac{1$ and $\\nosuchthing$ and $<img src=x>$", "soil");
        assert!(html.as_str().contains("<code>$\\frac{1$</code>") && !html.as_str().contains("<img"), "{html:?}");
        let html = render("$$\\begin{aligned} a &= b \\\\ &= c \\end{aligned}$$", "soil");
        assert!(html.as_str().contains("<mtd class=\"end\">") && !html.as_str().contains(" style="), "{html:?}");
    }

    #[test]
    fn no_formula_is_too_deep_or_too_long() {
        for source in [
            "{".repeat(1_900),
            format!("{}x{}", "{".repeat(900), "}".repeat(900)),
            format!("{}x{}", "\\sqrt{".repeat(250), "}".repeat(250)),
            "x^".repeat(900),
            "x_{x^".repeat(300),
            "\\left(".repeat(300),
            "\\frac".repeat(390),
            "\\sqrt".repeat(390),
            "\\hat".repeat(400),
            "\\begin{matrix}".repeat(130),
            "-".repeat(100_000),
        ] {
            let html = render(&format!("${source}$"), "soil");
            assert!(html.as_str().len() < 300_000, "{} bytes of {}", html.as_str().len(), &source[..20]);
        }
        let many = render(&"$x^2$ ".repeat(30_000), "soil");
        assert!(many.as_str().contains("<code>$x^2$</code>"), "formulas have no end");
    }
}
