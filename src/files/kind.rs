//! What kinds of files there are: by their ending, checked against how they begin, and how a browser gets them.

/// What a browser does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Shows it in a page.
    Picture,
    /// Opens it by itself, without running anything of it.
    Opened,
    /// Saves it.
    Saved,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The ending of its names.
    pub ending: &'static str,
    /// As HTTP calls it. Never one that a browser takes for a page or a script.
    pub media: &'static str,
    /// What a browser does with it.
    pub shown: Shown,
    begins: Begins,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    /// With one of these bytes, at this place.
    With(usize, &'static [&'static [u8]]),
    /// It is text: without a zero byte.
    AsText,
    /// Nobody knows how.
    Anyhow,
}

const fn kind(ending: &'static str, media: &'static str, shown: Shown, begins: Begins) -> Kind {
    Kind { ending, media, shown, begins }
}

const fn text(ending: &'static str) -> Kind {
    kind(ending, TEXT, Shown::Opened, Begins::AsText)
}

/// Also what a browser could run as something else: nothing but text is made of it.
const TEXT: &str = "text/plain; charset=utf-8";
const ZIP: Begins = Begins::With(0, &[b"PK\x03\x04", b"PK\x05\x06"]);

/// Those that are known. `Any` other is let in by a setting alone, and only ever saved.
const KINDS: &[Kind] = &[
    kind("png", "image/png", Shown::Picture, Begins::With(0, &[b"\x89PNG\r\n\x1a\n"])),
    kind("jpg", "image/jpeg", Shown::Picture, Begins::With(0, &[b"\xff\xd8\xff"])),
    kind("jpeg", "image/jpeg", Shown::Picture, Begins::With(0, &[b"\xff\xd8\xff"])),
    kind("gif", "image/gif", Shown::Picture, Begins::With(0, &[b"GIF87a", b"GIF89a"])),
    kind("webp", "image/webp", Shown::Picture, Begins::With(8, &[b"WEBP"])),
    kind("pdf", "application/pdf", Shown::Opened, Begins::With(0, &[b"%PDF-"])),
    kind("mp3", "audio/mpeg", Shown::Opened, Begins::With(0, &[b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"])),
    kind("m4a", "audio/mp4", Shown::Opened, Begins::With(4, &[b"ftyp"])),
    kind("ogg", "audio/ogg", Shown::Opened, Begins::With(0, &[b"OggS"])),
    kind("wav", "audio/wav", Shown::Opened, Begins::With(0, &[b"RIFF"])),
    kind("mp4", "video/mp4", Shown::Opened, Begins::With(4, &[b"ftyp"])),
    kind("webm", "video/webm", Shown::Opened, Begins::With(0, &[b"\x1a\x45\xdf\xa3"])),
    kind("zip", "application/zip", Shown::Saved, ZIP),
    kind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Shown::Saved, ZIP),
    kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Shown::Saved, ZIP),
    kind("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", Shown::Saved, ZIP),
    kind("odt", "application/vnd.oasis.opendocument.text", Shown::Saved, ZIP),
    kind("ods", "application/vnd.oasis.opendocument.spreadsheet", Shown::Saved, ZIP),
    kind("odp", "application/vnd.oasis.opendocument.presentation", Shown::Saved, ZIP),
    kind("epub", "application/epub+zip", Shown::Saved, ZIP),
    text("txt"),
    text("md"),
    text("csv"),
    text("tsv"),
    text("json"),
    text("tex"),
    text("bib"),
    text("c"),
    text("h"),
    text("cpp"),
    text("java"),
    text("js"),
    text("ts"),
    text("py"),
    text("r"),
    text("rs"),
    text("sql"),
    text("ipynb"),
];

impl Kind {
    /// The kind of names with this ending.
    pub fn of(ending: &str) -> Self {
        let known = KINDS.iter().find(|kind| kind.ending == ending).copied();
        known.unwrap_or(kind("", "application/octet-stream", Shown::Saved, Begins::Anyhow))
    }

    /// The endings of names of the kind that HTTP calls so.
    pub fn endings_of(media: &str) -> Vec<&'static str> {
        KINDS.iter().filter(|kind| kind.media == media).map(|kind| kind.ending).collect()
    }

    /// Those that are known, as a setting writes them.
    pub fn usual() -> String {
        KINDS.iter().map(|kind| kind.ending).collect::<Vec<_>>().join(",")
    }

    /// Whether a file that begins so can be of this kind.
    pub fn can_begin(&self, head: &[u8]) -> bool {
        match self.begins {
            Begins::With(at, bytes) => {
                head.get(at..).is_some_and(|rest| bytes.iter().any(|begin| rest.starts_with(begin)))
            }
            Begins::AsText => !head.contains(&0),
            Begins::Anyhow => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_as_its_name_says() {
        for (ending, head) in [
            ("png", &b"\x89PNG\r\n\x1a\n...."[..]),
            ("mp4", b"\0\0\0\x20ftypisom"),
            ("docx", b"PK\x03\x04\x14\0"),
            ("csv", b"a,b\n1,2"),
            ("csv", b""),
            ("exe", b"MZ\0\0"),
        ] {
            assert!(Kind::of(ending).can_begin(head), "{ending}");
        }
        for (ending, head) in [
            ("png", &b"<html><script>alert(1)</script>"[..]),
            ("pdf", b"MZ\x90\0"),
            ("mp4", b"ftyp"),
            ("webp", b"RIFF"),
            ("txt", b"MZ\x90\0"),
            ("jpg", b""),
        ] {
            assert!(!Kind::of(ending).can_begin(head), "{ending}");
        }
    }

    #[test]
    fn nothing_is_served_as_what_a_browser_runs() {
        let media: Vec<&str> =
            ["html", "svg", "js", "xml", "swf", "xhtml", "mjs", "css"].map(|it| Kind::of(it).media).into();
        assert!(media.iter().all(|it| ["application/octet-stream", TEXT].contains(it)), "{media:?}");
        assert!(!Kind::usual().split(',').any(|it| ["html", "svg", "htm", "xml", "exe"].contains(&it)));
    }
}
