//! The mail server that letters leave by.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::letter::{self, Part};
use crate::failure::{Broken, Failure};

/// So many connections to it at once.
pub const CONNECTIONS: u32 = 4;

/// Where mail leaves by and whom it is from, as set.
#[derive(Clone, PartialEq, Eq)]
pub struct MailPlace {
    /// As lettre reads it: `smtps://`, or `smtp://` with what it asks for.
    url: String,
    /// Whom mail is from.
    pub from: Mailbox,
    /// Scheme, host and port: what may be shown.
    shown: String,
    /// What is sent can be read on the way.
    pub is_open: bool,
}

impl fmt::Debug for MailPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Display for MailPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl MailPlace {
    /// Reads `smtps://user:password@host:465` (TLS from the first byte) or `smtp://user:password@host:587`: STARTTLS, which must be
    /// offered, but for a server on this machine. `?tls=off` does without.
    pub fn parse(url: &str, from: Mailbox) -> Option<Self> {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, rest) = address.split_once("://")?;
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place).trim_end_matches('/');
        let host = place.rsplit_once(':').map_or(place, |(host, port)| if port.contains(']') { place } else { host });
        if host.is_empty() || place.contains('/') || url.contains(char::is_whitespace) {
            return None;
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_here = bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let (tls, is_open) = match (scheme, query) {
            ("smtps", "") => ("", false),
            ("smtp", "") if is_here => ("", false),
            ("smtp", "" | "tls=required") => ("?tls=required", false),
            ("smtp", "tls=off") => ("", !is_here),
            _ => return None,
        };
        let made = Self {
            url: format!("{scheme}://{}{tls}", rest.trim_end_matches('/')),
            from,
            shown: format!("{scheme}://{place}"),
            is_open,
        };
        // What lettre cannot read is not a server to send by either.
        AsyncSmtpTransport::<Tokio1Executor>::from_url(&made.url).ok()?;
        Some(made)
    }
}

/// What came of sending.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    /// The server took it.
    Yes,
    /// Not now; in the server's words or the system's.
    Later(String),
    /// Never: this address or this mail is refused.
    Never(String),
}

/// The page on which a reader chooses which mail comes to them.
pub const ENDS_AT: &str = "/account/mail";

/// The longest of a server's words that are kept.
const WORDS: usize = 300;

/// Sends mail. One for all nodes' requests, so that connections are kept open between letters.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    origin: String,
    patience: Duration,
}

impl Mailer {
    /// Connects to nothing yet. `origin` is the site's public address; a letter that is not taken within `patience` is tried later.
    pub fn new(place: &MailPlace, origin: &str, patience: Duration) -> Result<Self, Failure> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&place.url)
            .broken("read LECTERN_SMTP_URL")?
            .timeout(Some(patience))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(Duration::from_secs(60)))
            .build();
        Ok(Self { transport, from: place.from.clone(), origin: origin.to_owned(), patience })
    }

    /// Sends one letter. `id` tells it from others for whoever looks at both ends; one that goes to many says where its reader ends that.
    pub async fn send(&self, id: &str, to: &str, subject: &str, parts: &[Part], goes_to_many: bool) -> Sent {
        let message = match self.message(id, to, subject, parts, goes_to_many) {
            Ok(message) => message,
            Err(failure) => return Sent::Never(cut(&failure.to_string())),
        };
        // lettre's own limit is on connecting alone.
        let Ok(sent) = tokio::time::timeout(self.patience, self.transport.send(message)).await else {
            return Sent::Later("nothing, for too long".to_owned());
        };
        match sent {
            Ok(_) => Sent::Yes,
            Err(error) if error.is_permanent() => Sent::Never(cut(&error.to_string())),
            Err(error) => Sent::Later(cut(&error.to_string())),
        }
    }

    fn message(
        &self,
        id: &str,
        to: &str,
        subject: &str,
        parts: &[Part],
        goes_to_many: bool,
    ) -> Result<Message, Failure> {
        let to: Address = to.parse().broken("read a mail address")?;
        let header = |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let body = MultiPart::alternative()
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(letter::text(parts, &self.origin)))
            .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(letter::html(
                subject,
                parts,
                &self.origin,
            )));
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            // RFC 3834: no automatic answer comes to it.
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if goes_to_many {
            // RFC 2369: mail programs show a way to end it.
            message = message.raw_header(header("List-Unsubscribe", format!("<{}{ENDS_AT}>", self.origin)));
        }
        message.multipart(body).broken("write a mail")
    }
}

fn cut(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from() -> Mailbox {
        "Lectern <lectern@uni.example>".parse().unwrap()
    }

    #[test]
    fn mail_is_sealed_on_the_way_unless_somebody_says_otherwise() {
        let place = |url: &str| MailPlace::parse(url, from());
        assert!(place("smtp://mail.uni.example:587").unwrap().url.ends_with("?tls=required"));
        assert!(place("smtp://user:secret@mail.uni.example").unwrap().url.ends_with("?tls=required"));
        assert_eq!(place("smtp://127.0.0.1:2525").unwrap().url, "smtp://127.0.0.1:2525");
        assert!(place("smtp://mail.uni.example?tls=off").unwrap().is_open);
        assert!(!place("smtps://mail.uni.example").unwrap().is_open);
        for wrong in ["mail.uni.example", "http://mail", "smtp://", "smtp://a b", "smtp://a/b", "smtps://a?tls=off"] {
            assert!(place(wrong).is_none(), "{wrong}");
        }
        let shown = format!("{0:?} {0}", place("smtp://user:secret@mail.uni.example:587/").unwrap());
        assert!(!shown.contains("secret") && shown.contains("mail.uni.example:587"), "{shown}");
    }

    #[tokio::test]
    async fn no_header_is_made_of_what_a_person_typed() {
        let mailer = Mailer::new(
            &MailPlace::parse("smtp://127.0.0.1:1", from()).unwrap(),
            "https://a.example",
            Duration::from_secs(1),
        )
        .unwrap();
        let parts = [Part::Words("Hello Eve\r\nBcc: all@uni.example".to_owned())];
        let message = mailer.message("1", "ada@uni.example", "Your password was changed", &parts, false).unwrap();
        let raw = String::from_utf8(message.formatted()).unwrap();
        let (headers, body) = raw.split_once("\r\n\r\n").unwrap();
        assert!(!headers.contains("Bcc") && body.contains("Bcc: all"), "{raw}");
        assert!(headers.contains("Auto-Submitted: auto-generated") && headers.contains("To: ada@uni.example"), "{raw}");
        assert!(!headers.contains("List-Unsubscribe"));
        let many = mailer.message("1", "ada@uni.example", "Soil: Exam", &parts, true).unwrap();
        let many = String::from_utf8(many.formatted()).unwrap();
        assert!(many.contains("List-Unsubscribe: <https://a.example/account/mail>"), "{many}");
        for bad in ["ada@uni.example\r\nBcc: all@uni.example", "ada@uni.example, all@uni.example", "no address"] {
            assert!(mailer.message("1", bad, "Hello", &parts, false).is_err(), "{bad}");
        }
    }
}
