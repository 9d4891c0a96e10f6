//! Asking a provider's servers: no redirect is followed, no private address is reached unless a setting says so, no answer is
//! longer than a megabyte or takes longer than ten seconds.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::http;
use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

use crate::failure::{Broken, Failure};

/// For a whole answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer. Key sets and profiles have some thousands.
const LONGEST: usize = 1024 * 1024;

/// Asks. A clone shares the connections.
#[derive(Clone, Debug)]
pub struct Asking {
    client: Client,
    may_be_private: bool,
}

/// Why there is no answer, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer(pub String);

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoAnswer {}

impl Asking {
    /// `may_be_private`: the provider is in the server's own network, and a setting says so.
    pub fn new(may_be_private: bool) -> Result<Self, Failure> {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("Lectern/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        if !may_be_private {
            builder = builder.dns_resolver(std::sync::Arc::new(PublicOnly));
        }
        Ok(Self { client: builder.build().broken("prepare to ask providers")?, may_be_private })
    }

    /// Sends a request and answers what came, whatever its status.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        let no = |why: String| NoAnswer(why);
        let host = request.uri().host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        // A host that is an address is not looked up, so it is looked at here.
        if !self.may_be_private && host.parse::<IpAddr>().is_ok_and(|address| !is_public(address)) {
            return Err(no(format!("{host} is a private address")));
        }
        let is_sealed = request.uri().scheme_str() == Some("https");
        if !is_sealed && !self.may_be_private {
            return Err(no("it is not asked over https".to_owned()));
        }
        let request = reqwest::Request::try_from(request).map_err(|error| no(error.to_string()))?;
        let mut answer = self.client.execute(request).await.map_err(|error| no(cause(&error)))?;
        if answer.status().is_redirection() {
            return Err(no(format!("it answered {}, and no redirect is followed", answer.status().as_u16())));
        }
        let mut response = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| no(cause(&error)))? {
            if body.len() + chunk.len() > LONGEST {
                return Err(no("its answer is longer than a megabyte".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        response.body(body).map_err(|error| no(error.to_string()))
    }
}

/// The innermost cause says the most; an address may hold a code, so none is said.
fn cause(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    if error.is_timeout() { "it took too long".to_owned() } else { last.to_string() }
}

/// Finds addresses of names, and keeps the public ones.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(format!("{} has no public address", name.as_str()).into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is one of the open internet: not this machine, not a network of somebody's own, not one that stands for
/// many or for none (IANA's special-purpose registries for IPv4 and IPv6).
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // 2000::/3 is what is handed out; in it, tunnels that hold an IPv4 address and what is for documents.
    let is_handed_out = a & 0xe000 == 0x2000;
    let is_special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || a == 0x3fff;
    is_handed_out && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_somebodys_own_is_not_public() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "192.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2002:a00:1::1",
            "2001::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "8.8.8.8",
            "140.82.112.3",
            "100.63.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:4860:4860::8888",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[tokio::test]
    async fn a_private_address_and_plain_http_are_not_asked() {
        let asking = Asking::new(false).unwrap();
        for (address, why) in [
            ("https://127.0.0.1:1/", "private address"),
            ("https://[::1]:1/", "private address"),
            ("https://localhost:1/", "no public address"),
            ("http://accounts.example/", "not asked over https"),
        ] {
            let request = http::Request::get(address).body(Vec::new()).unwrap();
            let said = asking.send(request).await.unwrap_err().0;
            assert!(said.contains(why), "{address}: {said}");
        }
    }
}
