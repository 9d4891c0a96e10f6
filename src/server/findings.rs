//! What the settings and the machine say, looked at one by one.

use crate::clock::Millis;
use crate::config::Config;
use crate::http::assets::Assets;
use crate::tokens::algorithm::Algorithm;

/// 2026-01-01. A clock before this version was written is wrong.
const WRITTEN: Millis = 1_767_225_600_000;

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// All is well.
    pub is_good: bool,
    /// What is so, or what is wrong and what to do about it, in plain words.
    pub words: String,
}

impl Finding {
    fn of(is_good: bool, good: impl Into<String>, bad: impl Into<String>) -> Self {
        Self { is_good, words: if is_good { good.into() } else { bad.into() } }
    }
}

/// Everything that can be told without opening the database.
pub fn of_settings(config: &Config, now: Millis) -> Vec<Finding> {
    let loopback = config.addr.ip().is_loopback();
    let url = &config.public_url;
    let mut found = vec![
        Finding::of(true, format!("listens on {}, and people find it at {}", config.addr, url.origin), ""),
        Finding::of(
            url.https || loopback,
            if url.https { "people reach it over https" } else { "only this machine reaches it, so http will do" },
            "people reach it over plain http: passwords and sign-ins can be read on the way. Put a proxy with https before it and \
             set LECTERN_PUBLIC_URL to its address",
        ),
        Finding::of(
            config.tokens.algorithm != Algorithm::Rs256,
            format!("tokens are signed with {}", config.tokens.algorithm.name()),
            "tokens are signed with RS256, whose padding is not advised any more: set LECTERN_TOKEN_ALGORITHM to PS256, or leave it out",
        ),
        Finding::of(
            !url.is_this_machine() || !config.trusted_proxies.is_empty() || config.addr.port() == url.port(),
            "that address leads to where it listens",
            format!("it listens at port {}, and LECTERN_PUBLIC_URL sends people to {}", config.addr.port(), url.origin),
        ),
        Finding::of(
            !url.https || !config.trusted_proxies.is_empty(),
            if url.https { "the proxy before it is named" } else { "no proxy is expected" },
            "https means that a proxy stands before it, and LECTERN_TRUSTED_PROXIES names none: everybody seems to come from the proxy",
        ),
        Finding::of(
            !config.trusted_proxies.iter().any(|network| network.prefix_len() == 0),
            "no network is trusted as a whole",
            "LECTERN_TRUSTED_PROXIES trusts every address: anybody can claim any address",
        ),
        Finding::of(now > WRITTEN, "the clock is set", "the clock is wrong: sign-ins end at the wrong time"),
        Finding::of(
            Assets::find().found,
            "style sheet and scripts are part of this binary",
            "this binary was built without its style sheet and scripts: build it with `make build`",
        ),
    ];
    found.push(match &config.mail {
        None => Finding::of(
            true,
            "no mail is sent (LECTERN_SMTP_URL is not set): what people ask for waits at /admin/outbox to be handed over",
            "",
        ),
        Some(place) => Finding::of(
            !place.is_open,
            format!("mail leaves by {place}, from {}", place.from),
            format!("mail leaves by {place} without TLS: links that open accounts can be read on the way"),
        ),
    });
    found.extend(
        config
            .unknown
            .iter()
            .map(|name| Finding::of(false, "", format!("{name} is set, and there is no such setting"))),
    );
    found
}
