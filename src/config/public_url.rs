//! The address people type, split into what is needed of it.

use std::net::IpAddr;

/// The address people type, split into what is needed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// `https://lectern.example`: scheme, host and port, as a browser puts it into `Origin`.
    pub origin: String,
    /// Whether browsers come by https: then cookies are `Secure` and answers carry Strict-Transport-Security.
    pub https: bool,
}

impl PublicUrl {
    /// None where it is no address of a site: another scheme, a path, a user.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.trim_end_matches('/').to_ascii_lowercase();
        let (https, host) = match (lower.strip_prefix("https://"), lower.strip_prefix("http://")) {
            (Some(host), _) => (true, host),
            (_, Some(host)) => (false, host),
            _ => return None,
        };
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if host.is_empty() || !host.chars().all(letters) {
            return None;
        }
        // A browser leaves the scheme's own port out of Origin.
        let host = host.strip_suffix(if https { ":443" } else { ":80" }).unwrap_or(host);
        Some(Self { origin: format!("{}{host}", if https { "https://" } else { "http://" }), https })
    }

    /// Name or address, without the port.
    pub fn host(&self) -> &str {
        let host = self.origin.split("//").nth(1).unwrap_or_default();
        match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => name,
            _ => host,
        }
    }

    /// The port a browser goes to.
    pub fn port(&self) -> u16 {
        let after_host = self.origin.rsplit_once(']').map_or(self.origin.as_str(), |(_, rest)| rest);
        let port = after_host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.unwrap_or(if self.https { 443 } else { 80 })
    }

    /// Whether only browsers on this machine can find it there.
    pub fn is_this_machine(&self) -> bool {
        let host = self.origin.rsplit("//").next().unwrap_or_default();
        let host = host.strip_prefix('[').map_or_else(
            || host.split(':').next().unwrap_or_default(),
            |ipv6| ipv6.split(']').next().unwrap_or_default(),
        );
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The session cookie's name. The prefix makes a browser refuse it from a neighbouring host or over http.
    pub fn cookie_name(&self) -> &'static str {
        if self.https { "__Host-lectern" } else { "lectern" }
    }
}
