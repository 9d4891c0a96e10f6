//! The service that text messages leave by: any that takes an HTTP request.

use std::fmt;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};

use super::smtp::Sent;
use crate::failure::{Broken, Failure};

/// How a gateway is asked, as set.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayPlace {
    url: Url,
    header: Option<(HeaderName, HeaderValue)>,
    body: String,
}

impl fmt::Debug for GatewayPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Scheme and host alone: an address may hold a key.
impl fmt::Display for GatewayPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.url.scheme(), self.url.host_str().unwrap_or_default())
    }
}

/// What stands for the number and the words.
const MARKS: [&str; 2] = ["{to}", "{text}"];

impl GatewayPlace {
    /// Reads where it is: https, or http on this machine.
    pub fn parse_url(text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        (url.scheme() == "https" || (url.scheme() == "http" && is_here)).then_some(url)
    }

    /// Reads a header, `Name: value`.
    pub fn parse_header(text: &str) -> Option<(HeaderName, HeaderValue)> {
        let (name, value) = text.split_once(':')?;
        let mut value = HeaderValue::from_str(value.trim()).ok()?;
        value.set_sensitive(true);
        Some((name.trim().parse().ok()?, value))
    }

    /// Reads the template of a body, which has both marks; JSON when it begins with a brace, else a form.
    pub fn parse_body(text: &str) -> Option<String> {
        let sample = text.replace("{to}", "+49").replace("{text}", "x");
        let is_whole = !text.starts_with('{') || serde_json::from_str::<serde_json::Value>(&sample).is_ok();
        (is_whole && MARKS.iter().all(|mark| text.contains(mark))).then(|| text.to_owned())
    }

    /// All of it.
    pub fn new(url: Url, header: Option<(HeaderName, HeaderValue)>, body: String) -> Self {
        Self { url, header, body }
    }

    /// The body for one message, with what is put in written as its kind needs it, and its kind.
    fn body(&self, to: &str, text: &str) -> (String, &'static str) {
        if self.body.starts_with('{') {
            let json = |text: &str| {
                let quoted = serde_json::Value::from(text).to_string();
                quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
            };
            (self.filled(&json(to), &json(text)), "application/json")
        } else {
            let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            (self.filled(&encoded(to), &encoded(text)), "application/x-www-form-urlencoded")
        }
    }

    fn filled(&self, to: &str, text: &str) -> String {
        // The words last: whatever is in them is not looked at again.
        self.body.replace("{to}", to).replace("{text}", text)
    }
}

/// Asks a gateway to send.
#[derive(Clone, Debug)]
pub struct Gateway {
    place: GatewayPlace,
    client: Client,
}

impl Gateway {
    /// Connects to nothing yet.
    pub fn new(place: &GatewayPlace, patience: Duration) -> Result<Self, Failure> {
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(patience)
            .user_agent(concat!("Lectern/", env!("CARGO_PKG_VERSION")))
            .build()
            .broken("prepare for text messages")?;
        Ok(Self { place: place.clone(), client })
    }

    /// Sends one message to a number.
    pub async fn send(&self, to: &str, text: &str) -> Sent {
        let (body, kind) = self.place.body(to, text);
        let mut request = self.client.post(self.place.url.clone()).header(CONTENT_TYPE, kind).body(body);
        if let Some((name, value)) = &self.place.header {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Sent::Yes,
            // What it says besides may repeat the code.
            Ok(answer) => {
                let status = answer.status();
                let words = format!("the gateway answered {}", status.as_u16());
                let is_for_now = status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&status);
                if is_for_now { Sent::Later(words) } else { Sent::Never(words) }
            }
            Err(error) if error.is_timeout() => Sent::Later("the gateway said nothing, for too long".to_owned()),
            Err(error) => Sent::Later(format!("the gateway could not be reached: {}", error.without_url())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_template_stays_what_it_is() {
        let url = GatewayPlace::parse_url("https://sms.example/send?key=SECRET").unwrap();
        let of = |body: &str| GatewayPlace::new(url.clone(), None, GatewayPlace::parse_body(body).unwrap());
        let (json, kind) = of(r#"{"to":"{to}","text":"{text}"}"#).body("+49", "a \"quote\"\n{to} \\ \"end\"");
        assert_eq!(kind, "application/json");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["text"], "a \"quote\"\n{to} \\ \"end\"");
        let (form, kind) = of("To={to}&Body={text}").body("+49", "a&b=c\n");
        assert_eq!((form.as_str(), kind), ("To=%2B49&Body=a%26b%3Dc%0A", "application/x-www-form-urlencoded"));
        let shown = format!("{0} {0:?}", of("x{to}{text}"));
        assert!(shown.contains("https://sms.example") && !shown.contains("SECRET"), "{shown}");
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        for wrong in ["http://sms.example", "ftp://x", "sms", "//x"] {
            assert!(GatewayPlace::parse_url(wrong).is_none(), "{wrong}");
        }
        assert!(GatewayPlace::parse_url("http://127.0.0.1:8080/x").is_some());
        for wrong in ["", "{to}", "{text}", r#"{"to":{to},"text":"{text}""#] {
            assert!(GatewayPlace::parse_body(wrong).is_none(), "{wrong}");
        }
        assert!(GatewayPlace::parse_header("Authorization").is_none());
        assert!(GatewayPlace::parse_header("Authorization: Bearer x\r\ny: z").is_none());
        assert!(!format!("{:?}", GatewayPlace::parse_header("Authorization: Bearer x").unwrap()).contains("Bearer"));
    }
}
