//! An address on this site, as a person's browser may hand it back to us. Nothing here can lead off the site.

use std::fmt;

/// A path with its query, beginning with one slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

/// Longer ones are nobody's page.
const LONGEST: usize = 2_000;

impl LocalPath {
    /// Takes what a browser would read as a path on this site: one leading slash, then no slash or backslash, which
    /// browsers read alike and would take for a host; no control characters, which they skip.
    pub fn parse(raw: &str) -> Option<Self> {
        let mut letters = raw.chars();
        let leads_here = letters.next() == Some('/') && !matches!(letters.next(), Some('/' | '\\'));
        // Dots and doubled slashes are taken out by a browser, and what is left may lead elsewhere.
        let path = raw.split(['?', '#']).next().unwrap_or(raw);
        let is_plain = !path.contains("//") && !path.contains("/.");
        let clean = is_plain && raw.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        // A path may not be one that answers with something other than a page.
        let is_page = !raw.starts_with("/fn/") && !raw.starts_with("/pkg/");
        (leads_here && clean && is_page && raw.len() <= LONGEST).then(|| Self(raw.to_owned()))
    }

    /// The home page.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// The path in a `Referer`, when it is of our own origin.
    pub fn of_referer(referer: &str, origin: &str) -> Option<Self> {
        let path = referer.strip_prefix(origin)?;
        let path = path.split('#').next().unwrap_or("/");
        Self::parse(if path.is_empty() { "/" } else { path })
    }

    /// With its query, as it came: letters outside of ASCII are still escaped.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the query.
    pub fn path(&self) -> &str {
        self.0.split('?').next().unwrap_or("/")
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value for a query, escaped.
pub fn query_value(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_on_this_site_are_taken() {
        for good in ["/", "/courses", "/courses/x?page=2", "/%E4%BD%A0"] {
            assert!(LocalPath::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "courses",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "/a\\b",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: x",
            "javascript:alert(1)",
            "/fn/sign_out",
            "/ü",
            "/.//evil.example",
            "/..//evil.example",
            "/a//b",
            " /x",
        ] {
            assert!(LocalPath::parse(bad).is_none(), "{bad:?}");
        }
        assert!(LocalPath::parse(&format!("/{}", "a".repeat(LONGEST))).is_none());
    }

    #[test]
    fn a_referer_counts_only_from_here() {
        let here = "https://lectern.example";
        assert_eq!(LocalPath::of_referer("https://lectern.example/a?b#c", here).unwrap().as_str(), "/a?b");
        assert!(LocalPath::of_referer("https://lectern.example.evil/a", here).is_none());
        assert!(LocalPath::of_referer("https://evil.example/a", here).is_none());
    }
}
