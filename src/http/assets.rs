//! The style sheet, the script, the islands and the few public files. They are part of the binary: cargo-leptos makes them
//! first, under names that change with their content, and the server is compiled around them. A debug build reads them
//! from disk instead, so that watch mode shows what was just made.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{Embed, EmbeddedFile};

use super::known::is_known;

/// What cargo-leptos made of `style/` and the islands, each file with its compressed twins.
#[derive(Embed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Files;

/// What is served as it is, also by a binary that was built without the rest.
#[derive(Embed)]
#[folder = "public"]
struct Public;

/// The public names of the built files.
#[derive(Clone, Debug)]
pub struct Assets {
    /// Address of the style sheet.
    pub css: String,
    /// Address of the script that fetches the islands.
    pub js: String,
    /// Address of the islands.
    pub wasm: String,
    /// Whether the files are there at all; `lectern doctor` says when not.
    pub found: bool,
}

impl Assets {
    /// Looks for `pkg/lectern.<hash>.css` and its kin; in watch mode the names carry no hash. Of several, the newest is
    /// the one that was made last.
    pub fn find() -> Self {
        let names =
            if cfg!(debug_assertions) { newest_on_disk() } else { Files::iter().map(Cow::into_owned).collect() };
        let find = |ending: &str| {
            names
                .iter()
                .find(|name| name.starts_with("pkg/lectern") && name.ends_with(ending))
                .map(|name| format!("/{name}"))
        };
        let (css, js, wasm) = (find(".css"), find(".js"), find(".wasm"));
        Self {
            found: css.is_some() && js.is_some() && wasm.is_some(),
            css: css.unwrap_or_else(|| "/pkg/lectern.css".to_owned()),
            js: js.unwrap_or_else(|| "/pkg/lectern.js".to_owned()),
            wasm: wasm.unwrap_or_else(|| "/pkg/lectern.wasm".to_owned()),
        }
    }

    /// The names as they are now: in watch mode a style sheet changes while the server runs.
    pub fn current(&self) -> Self {
        if cfg!(debug_assertions) { Self::find() } else { self.clone() }
    }
}

/// The style sheet as it is now; none in a binary that was built without.
pub fn style_sheet() -> Option<String> {
    let name = Assets::find().css;
    let file = Files::get(name.trim_start_matches('/'))?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// What watch mode has made, the newest first.
fn newest_on_disk() -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/target/site/pkg")) else {
        return Vec::new();
    };
    let mut files: Vec<_> = folder
        .flatten()
        .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.file_name().into_string().ok()?)))
        .collect();
    files.sort_unstable_by(|one, other| other.cmp(one));
    files.into_iter().map(|(_, name)| format!("pkg/{name}")).collect()
}

/// Compressed twins, the smallest first: what a browser calls it, and how the file's name ends.
const TWINS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Answers with the file at the request's path, as small as the browser can take it.
pub async fn serve(request: Request) -> Response {
    let name = request.uri().path().trim_start_matches('/');
    let Some((file, encoding)) = find_twin(name, request.headers()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash()));
    let mut response = if is_known(request.headers(), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = match file.data {
            Cow::Borrowed(data) => Body::from(data),
            Cow::Owned(data) => Body::from(data),
        };
        let mut whole = body.into_response();
        set(&mut whole, CONTENT_TYPE, kind_of(name));
        if let Some(encoding) = encoding {
            set(&mut whole, CONTENT_ENCODING, encoding);
        }
        whole
    };
    set(&mut response, CACHE_CONTROL, kept_for(name));
    set(&mut response, VARY, "accept-encoding");
    set(&mut response, ETAG, &tag);
    response
}

fn find_twin(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    for (encoding, ending) in TWINS {
        if takes(headers, encoding)
            && let Some(file) = Files::get(&format!("{name}{ending}"))
        {
            return Some((file, Some(encoding)));
        }
    }
    Files::get(name).or_else(|| Public::get(name)).map(|file| (file, None))
}

/// Whether the browser takes this encoding: named, and not with a weight of nothing.
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| {
        let mut words = part.split(';').map(str::trim);
        words.next() == Some(encoding) && !words.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// A name under `/pkg` that carries a hash never means another content.
fn kept_for(name: &str) -> &'static str {
    match name.strip_prefix("pkg/") {
        Some(file) if file.split('.').count() > 2 => "public, max-age=31536000, immutable",
        Some(_) => "no-cache",
        None => "public, max-age=86400",
    }
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_taken_when_it_is_named_and_not_refused() {
        let takes_br = |accepts: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, accepts.parse().unwrap());
            takes(&headers, "br")
        };
        assert!(takes_br("gzip, deflate, br;q=0.9, zstd"));
        assert!(!takes_br("gzip") && !takes_br("br;q=0") && !takes_br("brotli"));
        assert!(!takes(&HeaderMap::new(), "br"));
    }

    #[test]
    fn only_a_name_with_a_hash_is_kept_for_ever() {
        assert!(kept_for("pkg/lectern.8f3a.css").ends_with("immutable"));
        assert_eq!([kept_for("pkg/lectern.css"), kept_for("favicon.svg")], ["no-cache", "public, max-age=86400"]);
    }
}
