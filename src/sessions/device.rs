//! A browser's words about itself, as a person would say it.

use woothee::parser::Parser;

/// What kind of thing it is, for the picture beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A system we know that is none of those below.
    Computer,
    /// Android, iPhone or iPad: a tablet counts as one.
    Phone,
    /// The system is not named, or is one we do not know.
    Unknown,
}

/// "Firefox on Linux".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Browser and system, as far as they are known; never empty.
    pub words: String,
    /// Told by the system alone.
    pub kind: Kind,
}

impl Device {
    /// Reads a `User-Agent`. It is only a claim, and only ever shown to its own person.
    pub fn of(user_agent: &str) -> Self {
        let parsed = Parser::new().parse(user_agent);
        let browser = parsed.as_ref().and_then(|found| browser(found.name, user_agent));
        let system = parsed.as_ref().and_then(|found| system(found.os, user_agent));
        let kind = match system {
            Some("Android" | "iPhone" | "iPad") => Kind::Phone,
            Some(_) => Kind::Computer,
            None => Kind::Unknown,
        };
        let words = match (browser, system) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (Some(browser), None) => browser.to_owned(),
            (None, Some(system)) => format!("A browser on {system}"),
            (None, None) => "A browser we do not know".to_owned(),
        };
        Self { words, kind }
    }
}

/// What a sign-in is called: as its person says, or else as an app says of itself, or else by its browser and system.
pub fn called(name: Option<&str>, client: Option<&str>, user_agent: &str) -> String {
    name.or(client).map_or_else(|| Device::of(user_agent).words, str::to_owned)
}

fn browser(name: &str, user_agent: &str) -> Option<&'static str> {
    // Newer than the library: Edge since 2019 calls itself Edg, and Samsung's browser calls itself Chrome too.
    let named = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
    ];
    if let Some((_, word)) = named.iter().find(|(mark, _)| user_agent.contains(mark)) {
        return Some(word);
    }
    match name {
        "Firefox" => Some("Firefox"),
        "Chrome" => Some("Chrome"),
        "Safari" => Some("Safari"),
        "Opera" => Some("Opera"),
        "Internet Explorer" => Some("Internet Explorer"),
        _ => None,
    }
}

fn system(os: &str, user_agent: &str) -> Option<&'static str> {
    match os {
        "Linux" => Some("Linux"),
        "Android" => Some("Android"),
        "iPhone" => Some("iPhone"),
        "iPad" => Some("iPad"),
        "Mac OSX" => Some("Mac"),
        "ChromeOS" => Some("ChromeOS"),
        _ if user_agent.contains("Windows") => Some("Windows"),
        _ if user_agent.contains("CrOS") => Some("ChromeOS"),
        _ if user_agent.contains("Linux") => Some("Linux"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browser_and_system_are_named_in_words() {
        for (user_agent, words, kind) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox on Linux",
                Kind::Computer,
            ),
            ("Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0", "Firefox on Android", Kind::Phone),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chrome on Windows",
                Kind::Computer,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
                "Edge on Windows",
                Kind::Computer,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
                Kind::Phone,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                "Safari on Mac",
                Kind::Computer,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
                "Chrome on Linux",
                Kind::Computer,
            ),
        ] {
            assert_eq!(Device::of(user_agent), Device { words: words.to_owned(), kind }, "{user_agent}");
        }
    }

    #[test]
    fn what_nobody_knows_is_said_to_be_unknown() {
        for odd in ["", "x", "<script>alert(1)</script>", "curl/8.5.0"] {
            assert_eq!(Device::of(odd).words, "A browser we do not know", "{odd}");
        }
    }
}
