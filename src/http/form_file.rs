//! A form with a file in it, read as a form without one: what the file holds stands where its field would.
//!
//! Only text is wanted of a file so far. A file that was chosen takes the place of what was typed into a field of the same name, so that a
//! list can be pasted or chosen, and one that comes back refused can be mended where it stands.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use encoding_rs::{Encoding, WINDOWS_1252};
use futures_util::stream;
use multer::{Multipart, parse_boundary};

use super::form_body::FIELDS_MAX;

/// What stands for a file that is no text: no keyboard writes it alone.
pub const NO_TEXT: &str = "\u{fffd}";

/// What divides the parts of a form with a file; none where it is no such form.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    parse_boundary(headers.get(CONTENT_TYPE)?.to_str().ok()?).ok()
}

/// The same form without files. Refused: none, when it is cut off, a part has no name, or there are more than any form of ours has.
pub async fn without_files(body: Bytes, boundary: &str) -> Option<Bytes> {
    let whole = stream::once(async { Ok::<_, Infallible>(body) });
    let mut parts = Multipart::new(whole, boundary);
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.ok()? {
        if fields.len() + files.len() > FIELDS_MAX {
            return None;
        }
        let name = part.name()?.to_owned();
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.ok()?;
        match is_file {
            // A field for a file in which none was chosen is sent as an empty one.
            true if bytes.is_empty() => {}
            true => files.push((name, text(&bytes))),
            false => fields.push((name, String::from_utf8(bytes.into()).ok()?)),
        }
    }
    fields.retain(|(name, _)| files.iter().all(|(file, _)| file != name));
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields.into_iter().chain(files));
    Some(Bytes::from(form.finish()))
}

/// What a file says: by its byte-order mark, else UTF-8, else as the spreadsheets of Western Europe write it.
fn text(bytes: &[u8]) -> String {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    };
    // A spreadsheet's own file, a picture: no text has these.
    if text.contains(['\0', '\u{3}']) { NO_TEXT.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_way_to_write_text_is_read() {
        for bytes in
            [&b"J\xc3\xbcrgen"[..], b"\xef\xbb\xbfJ\xc3\xbcrgen", b"J\xfcrgen", b"\xff\xfeJ\0\xfc\0r\0g\0e\0n\0"]
        {
            assert_eq!(text(bytes), "Jürgen");
        }
        assert_eq!(text(b"PK\x03\x04\x14\0\x06\0"), NO_TEXT);
    }

    #[tokio::test]
    async fn a_file_stands_where_its_field_would() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"rows\"\r\n\r\ntyped\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"rows\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\na,b\n\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"other\"; filename=\"\"\r\n\r\n\r\n--x--\r\n";
        let read = async |body: String| without_files(Bytes::from(body), "x").await;
        assert_eq!(read(body.to_owned()).await.unwrap(), "rows=a%2Cb%0A");
        assert_eq!(read(body.replace("a,b\n", "")).await.unwrap(), "rows=typed");
        assert_eq!(read(body.replace("--x--", "")).await, None);
        assert_eq!(read(body.replace("name=\"rows\"; ", "")).await, None);
    }
}
