//! How a request reached the server.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;

use super::findings::Finding;
use crate::config::Config;
use crate::http::log::Client;

/// The longest part of a header that is shown.
const SHOWN: usize = 200;

/// A request, as the server sees it arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    peer: Option<IpAddr>,
    client: Option<IpAddr>,
    is_trusted: bool,
    forwarded_for: Option<String>,
    forwarded_proto: Option<String>,
    host: Option<String>,
    has_fetch_metadata: bool,
    origin: String,
    https: bool,
}

impl Arrival {
    /// From the request itself; what a proxy says counts only where it is trusted.
    pub fn of(parts: &Parts, config: &Config) -> Self {
        let header = |name: &str| {
            let value = parts.headers.get(name)?;
            let text = String::from_utf8_lossy(value.as_bytes());
            Some(text.chars().filter(|c| !c.is_control()).take(SHOWN).collect::<String>())
        };
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
        Self {
            is_trusted: peer.is_some_and(|peer| config.trusted_proxies.iter().any(|network| network.contains(&peer))),
            peer,
            client: parts.extensions.get::<Client>().map(|client| client.0),
            forwarded_for: header("x-forwarded-for"),
            forwarded_proto: header("x-forwarded-proto"),
            host: header("host"),
            has_fetch_metadata: parts.headers.contains_key("sec-fetch-site"),
            origin: config.public_url.origin.clone(),
            https: config.public_url.https,
        }
    }

    /// What was seen, by name.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "not sent".to_owned());
        let address =
            |address: Option<IpAddr>| address.map_or_else(|| "not known".to_owned(), |address| address.to_string());
        vec![
            ("Your address", address(self.client)),
            (
                "Connected from",
                format!("{}{}", address(self.peer), if self.is_trusted { ", a proxy that is trusted" } else { "" }),
            ),
            ("X-Forwarded-For", or_none(&self.forwarded_for)),
            ("X-Forwarded-Proto", or_none(&self.forwarded_proto)),
            ("Asked for as", or_none(&self.host)),
            ("People find it at", self.origin.clone()),
            ("Https", if self.https { "yes, by its public address" } else { "no" }.to_owned()),
            (
                "Fetch metadata",
                if self.has_fetch_metadata { "sent" } else { "not sent: Origin alone tells our forms from others’" }
                    .to_owned(),
            ),
        ]
    }

    /// What of it needs a look.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut bad = |words: String| found.push(Finding { is_good: false, words });
        if self.forwarded_for.is_some() && !self.is_trusted {
            let peer = self.peer.map_or_else(|| "somebody".to_owned(), |peer| peer.to_string());
            bad(format!(
                "{peer} sends X-Forwarded-For, and it is ignored: if that is your proxy, name it in LECTERN_TRUSTED_PROXIES, else everybody seems to come from it"
            ));
        }
        let ours = self.origin.split("//").nth(1).unwrap_or_default();
        if let Some(host) = self.host.as_deref().filter(|host| !host.eq_ignore_ascii_case(ours)) {
            bad(format!(
                "this page was asked for as {host}, and LECTERN_PUBLIC_URL says {ours}: what is sent from there can be refused"
            ));
        }
        if self.is_trusted && self.https && self.forwarded_proto.as_deref() == Some("http") {
            bad("the proxy says that you came by http, and LECTERN_PUBLIC_URL says https: have it redirect".to_owned());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn arrival(settings: &[(&'static str, &str)], headers: &[(&str, &str)]) -> Arrival {
        let config =
            Config::read(|name| settings.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
                .unwrap();
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 5))));
        Arrival::of(&parts, &config)
    }

    #[test]
    fn what_is_not_as_it_should_be_is_named() {
        let says = |settings: &[(&'static str, &str)], headers: &[(&str, &str)]| {
            arrival(settings, headers)
                .findings()
                .into_iter()
                .map(|finding| finding.words)
                .collect::<Vec<_>>()
                .join("; ")
        };
        let https = ("LECTERN_PUBLIC_URL", "https://l.example");
        let trusted = ("LECTERN_TRUSTED_PROXIES", "10.0.0.0/8");
        assert_eq!(says(&[], &[("host", "localhost:3000")]), "");
        assert!(
            says(&[], &[("x-forwarded-for", "1.2.3.4")])
                .starts_with("10.0.0.1 sends X-Forwarded-For, and it is ignored")
        );
        assert_eq!(
            says(
                &[https, trusted],
                &[("host", "l.example"), ("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")]
            ),
            ""
        );
        assert!(says(&[https, trusted], &[("x-forwarded-proto", "http")]).contains("came by http"));
        assert!(says(&[], &[("host", "127.0.0.1:3000")]).contains("asked for as 127.0.0.1:3000"));
    }
}
