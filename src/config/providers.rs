//! The identity providers that people can sign in with.

use std::fmt;

use super::WrongSetting;

/// One provider, as set.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSetting {
    /// As `LECTERN_PROVIDERS` names it, and as addresses have it: small letters, digits and dashes.
    pub name: String,
    /// As people read it.
    pub label: String,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// What we are called there.
    pub id: String,
    /// What shows that it is us.
    pub secret: String,
    /// It is in the server's own network: private addresses and plain http are allowed for it.
    pub is_private: bool,
}

/// How a provider is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// OpenID Connect.
    Oidc {
        /// As its tokens name it; its metadata is below this address.
        issuer: String,
    },
    /// OAuth 2, and GitHub's own way to say who somebody is.
    GitHub {
        /// `https://github.com`, or a server of one's own.
        site: String,
        /// `https://api.github.com`, or the same server's.
        api: String,
    },
}

/// Without the secret.
impl fmt::Debug for ProviderSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.name, self.kind)
    }
}

/// Reads `LECTERN_PROVIDERS`, a list of names, and for each name `LECTERN_PROVIDER_<NAME>_ID`, `_SECRET` and what else it needs.
pub(super) fn parse(list: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Vec<ProviderSetting>, WrongSetting> {
    let wrong = |why: String| WrongSetting { name: "LECTERN_PROVIDERS", why };
    let mut providers: Vec<ProviderSetting> = Vec::new();
    for name in list.split([',', ' ']).filter(|name| !name.is_empty()) {
        let is_name = name.len() <= 30
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && providers.iter().all(|other| other.name != name);
        if !is_name {
            return Err(wrong(format!(
                "needs names of small letters, digits and dashes, each once, like google,github, not \"{}\"",
                name.escape_debug()
            )));
        }
        let variable = |what: &str| format!("LECTERN_PROVIDER_{}_{what}", name.to_uppercase().replace('-', "_"));
        let read =
            |what: &str| lookup(&variable(what)).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let needed =
            |what: &str| read(what).ok_or_else(|| wrong(format!("names {name}, so {} must be set", variable(what))));
        let is_private = match read("PRIVATE").as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(_) => return Err(wrong(format!("{} needs 0 or 1", variable("PRIVATE")))),
        };
        let address = |what: &str, address: String| {
            if address.starts_with("https://") || (is_private && address.starts_with("http://")) {
                Ok(address)
            } else {
                Err(wrong(format!("{} needs an https address", variable(what))))
            }
        };
        let (label, kind) = match name {
            "github" => {
                let site = read("SITE").unwrap_or_else(|| "https://github.com".to_owned());
                let api = read("API").unwrap_or_else(|| "https://api.github.com".to_owned());
                ("GitHub".to_owned(), ProviderKind::GitHub { site: address("SITE", site)?, api: address("API", api)? })
            }
            "google" => {
                let issuer = read("ISSUER").unwrap_or_else(|| "https://accounts.google.com".to_owned());
                ("Google".to_owned(), ProviderKind::Oidc { issuer: address("ISSUER", issuer)? })
            }
            other => (other.to_owned(), ProviderKind::Oidc { issuer: address("ISSUER", needed("ISSUER")?)? }),
        };
        providers.push(ProviderSetting {
            name: name.to_owned(),
            label: read("LABEL").unwrap_or(label),
            kind,
            id: needed("ID")?,
            secret: needed("SECRET")?,
            is_private,
        });
    }
    Ok(providers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(list: &str, set: &[(&str, &str)]) -> Result<Vec<ProviderSetting>, WrongSetting> {
        parse(list, &|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn what_a_provider_needs_is_named() {
        let all = with(
            "google, github,my-campus",
            &[
                ("LECTERN_PROVIDER_GOOGLE_ID", "1"),
                ("LECTERN_PROVIDER_GOOGLE_SECRET", "SECRET"),
                ("LECTERN_PROVIDER_GITHUB_ID", "2"),
                ("LECTERN_PROVIDER_GITHUB_SECRET", "SECRET"),
                ("LECTERN_PROVIDER_MY_CAMPUS_ID", "3"),
                ("LECTERN_PROVIDER_MY_CAMPUS_SECRET", "SECRET"),
                ("LECTERN_PROVIDER_MY_CAMPUS_ISSUER", "https://id.campus.example"),
                ("LECTERN_PROVIDER_MY_CAMPUS_LABEL", "Campus account"),
            ],
        )
        .unwrap();
        assert_eq!(
            all.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(),
            ["Google", "GitHub", "Campus account"]
        );
        assert!(!format!("{all:?}").contains("SECRET"));
        assert_eq!(with("", &[]), Ok(Vec::new()));
        for (list, why) in [
            ("Google", "small letters"),
            ("google", "LECTERN_PROVIDER_GOOGLE_ID must be set"),
            ("campus", "LECTERN_PROVIDER_CAMPUS_ISSUER must be set"),
        ] {
            assert!(with(list, &[]).unwrap_err().why.contains(why), "{list}");
        }
        let google = [("LECTERN_PROVIDER_GOOGLE_ID", "1"), ("LECTERN_PROVIDER_GOOGLE_SECRET", "SECRET")];
        assert!(with("google,google", &google).unwrap_err().why.contains("each once"));
        let plain = [("LECTERN_PROVIDER_CAMPUS_ISSUER", "http://id.campus.example")];
        assert!(with("campus", &plain).unwrap_err().why.contains("needs an https address"));
    }
}
