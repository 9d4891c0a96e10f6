//! What a mail says, as text and as HTML.

use std::borrow::Cow;
use std::fmt::Write as _;

use html_escape::{encode_double_quoted_attribute, encode_text};
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::field::is_invisible;
use crate::id::UserId;

/// What a letter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A link that shows that an address is somebody's.
    Confirm,
    /// A link that opens the account somebody is making.
    SignUp,
    /// Somebody tried to make an account with an address that has one.
    HasAccount,
    /// A link that sets a new password.
    Reset,
    /// A link that makes an address somebody's new one.
    NewAddress,
    /// A link for somebody who was invited.
    Invitation,
    /// A code to sign in with.
    Code,
    /// The same as a text message.
    TextCode,
    /// Something about an account's safety happened.
    Notice,
    /// Something about a place in a course happened.
    Course,
    /// Something was announced in a course.
    Announcement,
}

impl Kind {
    /// In no order that matters.
    pub const ALL: [Self; 11] = [
        Self::Confirm,
        Self::SignUp,
        Self::HasAccount,
        Self::Reset,
        Self::NewAddress,
        Self::Invitation,
        Self::Code,
        Self::TextCode,
        Self::Notice,
        Self::Course,
        Self::Announcement,
    ];

    /// As it is stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::SignUp => "sign_up",
            Self::HasAccount => "has_account",
            Self::Reset => "reset",
            Self::NewAddress => "new_address",
            Self::Invitation => "invitation",
            Self::Code => "code",
            Self::TextCode => "text_code",
            Self::Notice => "notice",
            Self::Course => "course",
            Self::Announcement => "announcement",
        }
    }

    /// As it was stored.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What an admin reads.
    pub fn words(self) -> &'static str {
        match self {
            Self::Confirm => "Confirm an address",
            Self::SignUp => "Open a new account",
            Self::HasAccount => "There is an account already",
            Self::Reset => "Set a new password",
            Self::NewAddress => "Confirm a new address",
            Self::Invitation => "Invitation",
            Self::Code => "Code to sign in",
            Self::TextCode => "Code as a text message",
            Self::Notice => "Notice about an account",
            Self::Course => "About a place in a course",
            Self::Announcement => "Announcement in a course",
        }
    }

    /// Whether it is written without a mail server too, for somebody to hand its link over.
    pub fn can_be_handed_over(self) -> bool {
        matches!(self, Self::Confirm | Self::Reset | Self::NewAddress | Self::Invitation)
    }
}

/// A paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Words; what people typed may be in them.
    Words(String),
    /// An address of ours to open, and what opening it does.
    Link {
        /// In the imperative: "Set a new password".
        words: String,
        /// In full.
        address: String,
    },
    /// A code to type.
    Code(String),
}

/// A mail about to be written down.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What it is for.
    pub kind: Kind,
    /// Whose account it is about; none where there is no account yet.
    pub user: Option<UserId>,
    /// Where it goes, as an e-mail address.
    pub address: String,
    /// One line: our own words, or what [`one_line`] made of a person's.
    pub subject: Cow<'static, str>,
    /// What it says.
    pub parts: Vec<Part>,
    /// How long it is of use, in milliseconds.
    pub good_for: Millis,
}

/// The longest subject that is made of what people typed, in characters.
const SUBJECT: usize = 200;

/// What people typed as one line of a mail: white space made alike, and without signs that nobody sees, but for those that join letters.
pub fn one_line(words: &str) -> String {
    let line = words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| *c == ' ' || JOINERS.contains(c) || !is_invisible(*c)).take(SUBJECT).collect()
}

/// They are parts of words in some scripts, and of pictures.
const JOINERS: [char; 3] = ['\u{200c}', '\u{200d}', '\u{fe0f}'];

/// The words of a text message.
pub fn message(parts: &[Part]) -> String {
    let words = parts.iter().map(|part| match part {
        Part::Words(words) | Part::Code(words) => words.clone(),
        Part::Link { words, address } => format!("{words}: {address}"),
    });
    words.collect::<Vec<_>>().join("\n")
}

/// What a mail says below everything else: who sends it.
fn signature(origin: &str) -> String {
    format!("Lectern at {origin} sent this. Nobody reads answers to it.")
}

/// The words alone.
pub fn text(parts: &[Part], origin: &str) -> String {
    let mut text = String::new();
    for part in parts {
        let _ = match part {
            Part::Words(words) => write!(text, "{words}\n\n"),
            Part::Link { words, address } => write!(text, "{words}:\n{address}\n\n"),
            Part::Code(code) => write!(text, "    {code}\n\n"),
        };
    }
    let _ = writeln!(text, "-- \n{}", signature(origin));
    text
}

/// The same as HTML that loads nothing and needs no style. A link shows its whole address, so that it can be checked.
pub fn html(subject: &str, parts: &[Part], origin: &str) -> String {
    let mut html = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>");
    let _ = write!(html, "{}</title></head>\n<body>\n", encode_text(subject));
    for part in parts {
        let _ = match part {
            Part::Words(words) => {
                writeln!(html, "<p dir=\"auto\">{}</p>", encode_text(words).replace('\n', "<br>\n"))
            }
            Part::Link { words, address } => writeln!(
                html,
                "<p>{}:<br><a href=\"{}\">{}</a></p>",
                encode_text(words),
                encode_double_quoted_attribute(address),
                encode_text(address)
            ),
            Part::Code(code) => writeln!(html, "<p><b><code>{}</code></b></p>", encode_text(code)),
        };
    }
    let _ = writeln!(html, "<hr>\n<p><small>{}</small></p>\n</body>\n</html>", encode_text(&signature(origin)));
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_html_say_the_same_and_what_was_typed_stays_text() {
        let parts = [
            Part::Words("<b>Ada</b> & co".to_owned()),
            Part::Words("- one\n- two".to_owned()),
            Part::Link { words: "Open it".to_owned(), address: "https://a.example/x?y=1&z=\"".to_owned() },
            Part::Code("123 456".to_owned()),
        ];
        let (text, html) = (text(&parts, "https://a.example"), html("Hello", &parts, "https://a.example"));
        assert!(
            text.contains("<b>Ada</b> & co\n\n- one\n- two\n\nOpen it:\nhttps://a.example/x?y=1&z=\"\n\n    123 456"),
            "{text}"
        );
        assert!(html.contains("&lt;b&gt;Ada&lt;/b&gt; &amp; co") && html.contains("z=&quot;\">"), "{html}");
        assert!(html.contains("<p dir=\"auto\">- one<br>\n- two</p>"), "{html}");
        for loads in ["<img", "src=", "<link", "url(", "<style", "<script"] {
            assert!(!html.contains(loads), "{loads}");
        }
    }

    #[test]
    fn every_kind_has_a_key_of_its_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_key(kind.key()), Some(kind));
        }
    }
}
