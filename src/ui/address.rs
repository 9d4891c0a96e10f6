//! An e-mail address on a page.

use leptos::prelude::*;

/// So many characters stand on one line of a narrow column, in wide letters too.
const ON_ONE_LINE: usize = 24;

/// The address, read in its own direction; one too long for its line breaks before its host, rather than in a word.
pub fn email(address: &str) -> AnyView {
    match address.rsplit_once('@').filter(|_| address.chars().count() > ON_ONE_LINE) {
        Some((local, host)) => view! { <bdi>{format!("{local}@")}<wbr />{host.to_owned()}</bdi> }.into_any(),
        None => view! { <bdi>{address.to_owned()}</bdi> }.into_any(),
    }
}
