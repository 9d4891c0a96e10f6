//! Whether a browser or program has what it asks for already (RFC 9110, 13.1.2).

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;

/// Whether one of the tags that came along is `tag`, which is in quotes. A weak one counts as well: what we send is the same byte for byte.
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|known| known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_among_others_and_as_a_weak_one() {
        let knows = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, value.parse().unwrap());
            is_known(&headers, "\"a\"")
        };
        assert!(knows("\"a\"") && knows("\"b\", \"a\"") && knows("W/\"a\""));
        assert!(!knows("\"b\"") && !knows("a") && !knows("") && !is_known(&HeaderMap::new(), "\"a\""));
    }
}
