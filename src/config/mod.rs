//! The settings: read once at start from the environment, each checked, each with a default that works.
//!
//! Longer than most files: the settings are read in one place, since one's default or check leans on another's value (the demo on the
//! address, the sender of mail on the public address, the second step on the demo), and the tests read them the same way.

mod files;
mod known;
mod providers;
mod public_url;
mod second_step;
mod time;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;

use self::known::KNOWN;
use self::time::{Off, by_role, duration};
use crate::accounts::model::SiteRole;
use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::credentials::password::hashing::PasswordCost;
use crate::db::Place;
use crate::mail::gateway::GatewayPlace;
use crate::mail::smtp::MailPlace;
use crate::sessions::records::place::StorePlace;
use crate::sessions::store::Lasts;
use crate::tokens::algorithm::Algorithm;
use crate::tokens::keys::Signing;

pub use files::{Bucket, FileLimits, FilesPlace};
pub use providers::{ProviderKind, ProviderSetting};
pub use public_url::PublicUrl;
pub use second_step::SecondStepFor;
pub use time::ByRole;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    /// `LECTERN_ADDR`: where the server listens.
    pub addr: SocketAddr,
    /// `LECTERN_PUBLIC_URL`: where people's browsers find it.
    pub public_url: PublicUrl,
    /// `LECTERN_DATABASE_URL`: the SQLite file, or the PostgreSQL server.
    pub database: Place,
    /// `LECTERN_SESSION_STORE`: where session records are kept.
    pub session_store: StorePlace,
    /// `LECTERN_DATA_DIR`: the folder for backups and other files.
    pub data_dir: PathBuf,
    /// `LECTERN_FILES`, `LECTERN_S3_..`: where the contents of uploaded files are kept.
    pub files_place: FilesPlace,
    /// `LECTERN_FILE_..`, `LECTERN_COURSE_FILES..`: what may be uploaded.
    pub files: FileLimits,
    /// `LECTERN_KEY_FILE`: where the site's key is, when it is not in that folder.
    pub key_file: Option<PathBuf>,
    /// `LECTERN_SMTP_URL` and `LECTERN_MAIL_FROM`: where mail leaves by; nowhere when not set.
    pub mail: Option<MailPlace>,
    /// `LECTERN_SMS_URL`, `_HEADER` and `_BODY`: how text messages leave; not at all when the first is not set.
    pub gateway: Option<GatewayPlace>,
    /// `LECTERN_PROVIDERS` and `LECTERN_PROVIDER_..`: with which accounts elsewhere people can sign in.
    pub providers: Vec<ProviderSetting>,
    /// `LECTERN_CODES`: which ways codes to sign in are sent.
    pub codes: Codes,
    /// `LECTERN_DEMO=1`: load the demo at start when the database is empty.
    pub demo: bool,
    /// `LECTERN_TRUSTED_PROXIES`: whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// `LECTERN_ADMIN_NETWORKS`: from where admins may look after people; empty: from anywhere.
    pub admin_networks: Vec<IpNet>,
    /// `LECTERN_SESSION_IDLE`: a sign-in ends after so long without a click.
    pub session_idle: ByRole,
    /// `LECTERN_SESSION_ABSOLUTE`: and after so long in any case.
    pub session_absolute: ByRole,
    /// `LECTERN_REMEMBER_IDLE`: the same for somebody who asked to stay signed in; 0 for a role that cannot.
    pub remember_idle: ByRole,
    /// `LECTERN_REMEMBER_ABSOLUTE`: and after so long in any case.
    pub remember_absolute: ByRole,
    /// `LECTERN_BREACHED_FILE`: passwords that were found in breaches.
    pub breached_file: Option<PathBuf>,
    /// `LECTERN_PASSWORD_COST`: what new passwords are hashed with.
    pub password_cost: PasswordCost,
    /// `LECTERN_SECOND_STEP`: whose role needs a second step.
    pub second_step: SecondStepFor,
    /// `LECTERN_TOKEN_ALGORITHM`, `LECTERN_ALLOW_RS256`: what tokens are signed with.
    pub tokens: Signing,
    /// `LECTERN_KEEP_SIGN_INS`: how long the rows of sign-ins are kept after their last possible end, in milliseconds.
    pub keep_sign_ins: Millis,
    /// `LECTERN_KEEP_ADDRESSES`: how long addresses and browsers are kept after their use, in milliseconds.
    pub keep_addresses: Millis,
    /// `LECTERN_METRICS_ADDR`: where `/metrics` is served; nowhere when not set.
    pub metrics_addr: Option<SocketAddr>,
    /// `LECTERN_DRAIN`: how long a node told to stop still serves while `/readyz` says no.
    pub drain: Duration,
    /// `LECTERN_LOG_FORMAT`: `text` or `json`.
    pub log_json: bool,
    /// Variables that look like settings and are none: mostly a slip of the pen.
    pub unknown: Vec<String>,
}

/// Which ways codes to sign in are sent, where there is a server for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codes {
    /// By mail.
    pub mail: bool,
    /// As text messages.
    pub text: bool,
}

/// NIST SP 800-63B-4 allows 30 days for one factor; these are stricter, and strictest for who can do most (security.md).
const IDLE: ByRole = ByRole { student: HOUR, instructor: HOUR, admin: 15 * MINUTE };
const ABSOLUTE: ByRole = ByRole { student: 24 * HOUR, instructor: 12 * HOUR, admin: 8 * HOUR };
/// The longest a sign-in may be told to last (NIST SP 800-63B-4, 2.1.3: 30 days).
const LONGEST: Millis = 30 * DAY;

/// Students on a device of their own, as long as NIST lets a sign-in last; nobody who can change what is others' (security.md).
const REMEMBER_IDLE: ByRole = ByRole { student: 14 * DAY, instructor: 0, admin: 0 };
const REMEMBER_ABSOLUTE: ByRole = ByRole { student: 30 * DAY, instructor: 30 * DAY, admin: 30 * DAY };

/// Whatever stops a server has less patience than this.
const LONGEST_DRAIN: Duration = Duration::from_secs(300);

/// Nobody needs to know longer from where somebody signed in, and who does must say so.
const LONGEST_KEPT: Millis = 3_660 * DAY;

/// A setting that cannot be used. Its text is the one line the person who starts the server reads.
#[derive(Debug, PartialEq, Eq)]
pub struct WrongSetting {
    /// The variable of the environment, `LECTERN_...`.
    pub name: &'static str,
    /// What it needs and, mostly, what it holds instead; a password in a database's address is left out.
    pub why: String,
}

impl fmt::Display for WrongSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.why)
    }
}

impl std::error::Error for WrongSetting {}

impl Config {
    /// Reads the settings through `lookup`, which is the environment outside of tests.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, WrongSetting> {
        let setting = |name: &'static str, default: &str| {
            lookup(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .unwrap_or(default.to_owned())
        };
        let wrong = |name, why: &str, value: &str| WrongSetting {
            name,
            why: format!("{why}, not \"{}\"", value.escape_debug()),
        };

        let addr = setting("LECTERN_ADDR", "127.0.0.1:3000");
        let addr: SocketAddr = addr
            .parse()
            .map_err(|_| wrong("LECTERN_ADDR", "needs an address and a port like 127.0.0.1:3000", &addr))?;

        let public_url = setting("LECTERN_PUBLIC_URL", "http://localhost:3000");
        let public_url = PublicUrl::parse(&public_url).ok_or_else(|| {
            wrong(
                "LECTERN_PUBLIC_URL",
                "needs an address like https://lectern.example, without a path",
                &redact(&public_url),
            )
        })?;

        let database = setting("LECTERN_DATABASE_URL", "sqlite://data/lectern.db");
        let database = Place::parse(&database).ok_or_else(|| {
            wrong(
                "LECTERN_DATABASE_URL",
                "needs sqlite://relative/path, sqlite:///absolute/path or postgres://user:password@host/database",
                &redact(&database),
            )
        })?;

        let store = setting("LECTERN_SESSION_STORE", "database");
        let session_store = StorePlace::parse(&store).ok_or_else(|| {
            wrong(
                "LECTERN_SESSION_STORE",
                "needs database, memory, sqlite://path, postgres://..., mysql://user:password@host/database or redis://host",
                &redact(&store),
            )
        })?;

        let from = setting("LECTERN_MAIL_FROM", &format!("Lectern <lectern@{}>", public_url.host()));
        let from: Mailbox = from
            .parse()
            .map_err(|_| wrong("LECTERN_MAIL_FROM", "needs an address like Lectern <lectern@uni.example>", &from))?;
        let mail = match setting("LECTERN_SMTP_URL", "").as_str() {
            "" => None,
            url => Some(MailPlace::parse(url, from).ok_or_else(|| {
                wrong(
                    "LECTERN_SMTP_URL",
                    "needs smtps://user:password@host or smtp://user:password@host:port",
                    &redact(url),
                )
            })?),
        };

        let gateway = match setting("LECTERN_SMS_URL", "").as_str() {
            "" => None,
            url => {
                let url = GatewayPlace::parse_url(url).ok_or_else(|| WrongSetting {
                    name: "LECTERN_SMS_URL",
                    why: "needs an https address (http on this machine alone)".to_owned(),
                })?;
                let header = match setting("LECTERN_SMS_HEADER", "").as_str() {
                    "" => None,
                    header => Some(GatewayPlace::parse_header(header).ok_or_else(|| WrongSetting {
                        name: "LECTERN_SMS_HEADER",
                        why: "needs a name and a value like Authorization: Bearer ...".to_owned(),
                    })?),
                };
                let body = setting("LECTERN_SMS_BODY", r#"{"to":"{to}","text":"{text}"}"#);
                let body = GatewayPlace::parse_body(&body).ok_or_else(|| {
                    wrong("LECTERN_SMS_BODY", "needs JSON or a form with {to} and {text} in it", &body)
                })?;
                Some(GatewayPlace::new(url, header, body))
            }
        };
        let codes = match setting("LECTERN_CODES", "mail,text").as_str() {
            "off" => Codes { mail: false, text: false },
            "mail" => Codes { mail: true, text: false },
            "text" => Codes { mail: false, text: true },
            "mail,text" | "text,mail" => Codes { mail: true, text: true },
            other => return Err(wrong("LECTERN_CODES", "needs mail, text, mail,text or off", other)),
        };

        let demo = match setting("LECTERN_DEMO", "0").as_str() {
            "0" => false,
            "1" => true,
            other => return Err(wrong("LECTERN_DEMO", "needs 0 or 1", other)),
        };
        if demo && !addr.ip().is_loopback() {
            return Err(WrongSetting {
                name: "LECTERN_DEMO",
                why: format!(
                    "the demo's passwords are public, so it loads only on a loopback address such as 127.0.0.1, and LECTERN_ADDR is {addr}"
                ),
            });
        }

        let networks = |name: &'static str| {
            let text = setting(name, "");
            let parts: Vec<&str> = text.split([',', ' ']).filter(|network| !network.is_empty()).collect();
            let network = |text: &str| {
                text.parse::<IpNet>()
                    .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                    .map_err(|_| wrong(name, "needs networks like 10.0.0.0/8, separated by commas", text))
            };
            parts.into_iter().map(network).collect::<Result<Vec<_>, _>>()
        };
        let (trusted_proxies, admin_networks) =
            (networks("LECTERN_TRUSTED_PROXIES")?, networks("LECTERN_ADMIN_NETWORKS")?);

        let metrics_addr =
            match setting("LECTERN_METRICS_ADDR", "").as_str() {
                "" => None,
                text => Some(text.parse::<SocketAddr>().map_err(|_| {
                    wrong("LECTERN_METRICS_ADDR", "needs an address and a port like 127.0.0.1:9100", text)
                })?),
            };
        if metrics_addr == Some(addr) {
            return Err(WrongSetting {
                name: "LECTERN_METRICS_ADDR",
                why: "needs another port than LECTERN_ADDR, which everybody reaches".to_owned(),
            });
        }

        // A file has one server, so there is nobody to take over.
        let drain = setting("LECTERN_DRAIN", if database.file().is_some() { "0s" } else { "5s" });
        let drain = match drain.as_str() {
            "0s" | "0" => Duration::ZERO,
            text => duration(text)
                .and_then(|time| u64::try_from(time).ok())
                .map(Duration::from_millis)
                .filter(|time| *time <= LONGEST_DRAIN)
                .ok_or_else(|| wrong("LECTERN_DRAIN", "needs a time of at most 5m, like 5s, or 0s", &drain))?,
        };

        // The demo's people have no telephone.
        let second_step = setting("LECTERN_SECOND_STEP", if demo { "off" } else { "instructor,admin" });
        let second_step = SecondStepFor::parse(&second_step)
            .ok_or_else(|| wrong("LECTERN_SECOND_STEP", "needs roles like instructor,admin, or off", &second_step))?;

        let password_cost = setting("LECTERN_PASSWORD_COST", "m=65536,t=3,p=1");
        let password_cost = PasswordCost::parse(&password_cost).ok_or_else(|| {
            wrong(
                "LECTERN_PASSWORD_COST",
                "needs auto, or m=19456,t=2,p=1 and more (m in KiB, at most 4194304)",
                &password_cost,
            )
        })?;

        let allows_rs256 = match setting("LECTERN_ALLOW_RS256", "0").as_str() {
            "0" => false,
            "1" => true,
            other => return Err(wrong("LECTERN_ALLOW_RS256", "needs 0 or 1", other)),
        };
        let algorithm = setting("LECTERN_TOKEN_ALGORITHM", "ES256");
        let tokens = match Algorithm::of_name(&algorithm) {
            Some(Algorithm::Rs256) if !allows_rs256 => {
                return Err(WrongSetting {
                    name: "LECTERN_TOKEN_ALGORITHM",
                    why: "RS256 signs with the padding of PKCS #1 v1.5, which is not advised any more: take PS256, or say LECTERN_ALLOW_RS256=1"
                        .to_owned(),
                });
            }
            Some(algorithm) => Signing { algorithm, allows_rs256 },
            None => {
                return Err(wrong("LECTERN_TOKEN_ALGORITHM", "needs ES256, EdDSA, PS256, HS256 or RS256", &algorithm));
            }
        };

        let lasting = |name: &'static str, default, off| by_role(name, &setting(name, ""), default, LONGEST, off);
        let kept = |name: &'static str, default| {
            let text = setting(name, default);
            let time = duration(&text).filter(|time| (DAY..=LONGEST_KEPT).contains(time));
            time.ok_or_else(|| wrong(name, "needs a time from 1d to 3660d, like 90d", &text))
        };

        let log_json = match setting("LECTERN_LOG_FORMAT", "text").as_str() {
            "text" => false,
            "json" => true,
            other => return Err(wrong("LECTERN_LOG_FORMAT", "needs text or json", other)),
        };

        let data_dir = PathBuf::from(setting("LECTERN_DATA_DIR", "data"));
        let files_place =
            files::place(&setting("LECTERN_FILES", ""), |name| setting(name, ""), data_dir.join("files"))?;

        Ok(Self {
            addr,
            public_url,
            database,
            session_store,
            data_dir,
            files_place,
            files: files::limits(setting)?,
            key_file: Some(setting("LECTERN_KEY_FILE", "")).filter(|path| !path.is_empty()).map(PathBuf::from),
            mail,
            gateway,
            providers: providers::parse(&setting("LECTERN_PROVIDERS", ""), &lookup)?,
            codes,
            demo,
            trusted_proxies,
            admin_networks,
            session_idle: lasting("LECTERN_SESSION_IDLE", IDLE, Off::Refused)?,
            session_absolute: lasting("LECTERN_SESSION_ABSOLUTE", ABSOLUTE, Off::Refused)?,
            remember_idle: lasting("LECTERN_REMEMBER_IDLE", REMEMBER_IDLE, Off::Allowed)?,
            remember_absolute: lasting("LECTERN_REMEMBER_ABSOLUTE", REMEMBER_ABSOLUTE, Off::Refused)?,
            breached_file: Some(setting("LECTERN_BREACHED_FILE", ""))
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            password_cost,
            second_step,
            tokens,
            keep_sign_ins: kept("LECTERN_KEEP_SIGN_INS", "30d")?,
            keep_addresses: kept("LECTERN_KEEP_ADDRESSES", "90d")?,
            metrics_addr,
            drain,
            log_json,
            unknown: Vec::new(),
        })
    }

    /// Reads the settings from the environment.
    pub fn from_environment() -> Result<Self, WrongSetting> {
        let mut config = Self::read(|name| std::env::var(name).ok())?;
        let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        config.unknown = set
            .filter(|name| name.starts_with("LECTERN_") && !KNOWN.contains(&name.as_str()) && !is_of_provider(name))
            .collect();
        Ok(config)
    }

    /// How long a sign-in of somebody with this role lasts.
    pub fn lasts(&self, role: SiteRole) -> Lasts {
        Lasts { idle: self.session_idle.of(role), absolute: self.session_absolute.of(role), is_remembered: false }
    }

    /// How long it lasts when they asked to stay signed in: no shorter than any other, and no longer where their role may not.
    pub fn lasts_remembered(&self, role: SiteRole) -> Lasts {
        let (usual, idle) = (self.lasts(role), self.remember_idle.of(role));
        if idle == 0 {
            return usual;
        }
        let absolute = self.remember_absolute.of(role).max(usual.absolute);
        Lasts { idle: idle.max(usual.idle), absolute, is_remembered: true }
    }

    /// How long after its last click a sign-in ends.
    pub fn idle(&self, role: SiteRole, is_remembered: bool) -> Millis {
        if is_remembered { self.lasts_remembered(role).idle } else { self.session_idle.of(role) }
    }

    /// Where the site's key is.
    pub fn key_file(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data_dir.join("lectern.key"))
    }

    /// Where copies of the database go.
    pub fn backups(&self) -> PathBuf {
        self.data_dir.join("backups")
    }
}

/// Which of them there are is for `LECTERN_PROVIDERS` to say.
fn is_of_provider(name: &str) -> bool {
    name.strip_prefix("LECTERN_PROVIDER_").is_some_and(|rest| {
        ["_ID", "_SECRET", "_ISSUER", "_LABEL", "_PRIVATE", "_SITE", "_API"].iter().any(|end| rest.ends_with(end))
    })
}

/// An address may hold a password between `//` and `@`.
fn redact(url: &str) -> String {
    match (url.find("//"), url.rfind('@')) {
        (Some(from), Some(to)) if from < to => format!("{}//…{}", &url[..from], &url[to..]),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(settings: &[(&str, &str)]) -> Result<Config, WrongSetting> {
        Config::read(|name| settings.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn without_any_setting_the_defaults_of_the_contract_hold() {
        let config = with(&[]).unwrap();
        assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
        assert_eq!(config.public_url.origin, "http://localhost:3000");
        assert_eq!(config.database.to_string(), "data/lectern.db");
        assert_eq!(config.session_idle.admin, 15 * MINUTE);
        assert!(!config.demo && config.trusted_proxies.is_empty());
        let needs = |config: &Config| SiteRole::ALL.map(|role| config.second_step.of(role));
        assert_eq!(needs(&config), [false, true, true]);
        assert_eq!(needs(&with(&[("LECTERN_DEMO", "1")]).unwrap()), [false; 3]);
        assert_eq!(needs(&with(&[("LECTERN_SECOND_STEP", "student, admin")]).unwrap()), [true, false, true]);
    }

    #[test]
    fn a_wrong_value_names_its_setting() {
        for (name, value) in [
            ("LECTERN_ADDR", "localhost"),
            ("LECTERN_PUBLIC_URL", "lectern.example"),
            ("LECTERN_PUBLIC_URL", "https://lectern.example/path"),
            ("LECTERN_DATABASE_URL", "mysql://x"),
            ("LECTERN_DATABASE_URL", "sqlite://"),
            ("LECTERN_SESSION_STORE", "paper"),
            ("LECTERN_DEMO", "yes"),
            ("LECTERN_TRUSTED_PROXIES", "everybody"),
            ("LECTERN_ADMIN_NETWORKS", "the office"),
            ("LECTERN_SESSION_IDLE", "soon"),
            ("LECTERN_SESSION_IDLE", "0h"),
            ("LECTERN_SESSION_ABSOLUTE", "teacher=1h"),
            ("LECTERN_SESSION_ABSOLUTE", "31d"),
            ("LECTERN_SESSION_IDLE", "off"),
            ("LECTERN_REMEMBER_IDLE", "31d"),
            ("LECTERN_REMEMBER_ABSOLUTE", "off"),
            ("LECTERN_KEEP_SIGN_INS", "1h"),
            ("LECTERN_KEEP_ADDRESSES", "forever"),
            ("LECTERN_LOG_FORMAT", "xml"),
            ("LECTERN_METRICS_ADDR", "yes"),
            ("LECTERN_METRICS_ADDR", "127.0.0.1:3000"),
            ("LECTERN_SECOND_STEP", "everybody"),
            ("LECTERN_PASSWORD_COST", "m=1024,t=1,p=1"),
            ("LECTERN_PASSWORD_COST", "m=65536"),
            ("LECTERN_SMS_URL", "http://sms.example"),
            ("LECTERN_CODES", "post"),
            ("LECTERN_SMTP_URL", "mail.uni.example"),
            ("LECTERN_MAIL_FROM", "nobody"),
            ("LECTERN_DRAIN", "a while"),
            ("LECTERN_DRAIN", "6m"),
        ] {
            assert_eq!(with(&[(name, value)]).unwrap_err().name, name, "{value}");
        }
    }

    #[test]
    fn a_password_in_a_database_address_is_not_repeated() {
        for name in ["LECTERN_DATABASE_URL", "LECTERN_SESSION_STORE", "LECTERN_PUBLIC_URL"] {
            let error = with(&[(name, "ftp://root:hunter2@db/lectern")]).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_demo_and_an_open_address_do_not_go_together() {
        assert_eq!(with(&[("LECTERN_DEMO", "1"), ("LECTERN_ADDR", "0.0.0.0:3000")]).unwrap_err().name, "LECTERN_DEMO");
        assert!(with(&[("LECTERN_DEMO", "1"), ("LECTERN_ADDR", "[::1]:3000")]).unwrap().demo);
    }

    #[test]
    fn a_setting_that_does_nothing_is_named() {
        assert!(with(&[("LECTERN_SMTP_URL", " ")]).unwrap().mail.is_none());
        let mail = with(&[("LECTERN_SMTP_URL", "smtp://localhost"), ("LECTERN_PUBLIC_URL", "https://a.example:8443")]);
        assert_eq!(mail.unwrap().mail.unwrap().from.to_string(), "Lectern <lectern@a.example>");
    }

    #[test]
    fn times_are_for_all_roles_or_by_role() {
        let config =
            with(&[("LECTERN_SESSION_IDLE", "2h"), ("LECTERN_SESSION_ABSOLUTE", "student=2d, admin=30m")]).unwrap();
        assert_eq!(config.session_idle, ByRole { student: 2 * HOUR, instructor: 2 * HOUR, admin: 2 * HOUR });
        assert_eq!(config.session_absolute, ByRole { student: 2 * DAY, instructor: 12 * HOUR, admin: 30 * MINUTE });
    }

    #[test]
    fn only_students_are_remembered_unless_a_setting_says_otherwise() {
        let config = with(&[]).unwrap();
        let student = config.lasts_remembered(SiteRole::Student);
        assert_eq!(student, Lasts { idle: 14 * DAY, absolute: 30 * DAY, is_remembered: true });
        for role in [SiteRole::Instructor, SiteRole::Admin] {
            assert_eq!(config.lasts_remembered(role), config.lasts(role));
        }
        let none = with(&[("LECTERN_REMEMBER_IDLE", "off")]).unwrap();
        assert_eq!(none.lasts_remembered(SiteRole::Student), none.lasts(SiteRole::Student));
        let some = with(&[("LECTERN_REMEMBER_IDLE", "instructor=7d")]).unwrap();
        assert_eq!(some.lasts_remembered(SiteRole::Instructor).idle, 7 * DAY);
    }

    #[test]
    fn the_port_is_the_one_that_is_written_or_the_schemes_own() {
        let port = |url: &str| PublicUrl::parse(url).unwrap().port();
        assert_eq!([port("http://localhost:3000"), port("http://[::1]:3001")], [3000, 3001]);
        assert_eq!([port("http://localhost"), port("https://lectern.example"), port("http://[::1]")], [80, 443, 80]);
    }

    #[test]
    fn the_origin_is_what_a_browser_would_send() {
        assert_eq!(PublicUrl::parse("https://Lectern.Example:443/").unwrap().origin, "https://lectern.example");
        assert_eq!(PublicUrl::parse("http://[::1]:3000").unwrap().origin, "http://[::1]:3000");
        for (url, here) in [
            ("http://localhost:3000", true),
            ("http://[::1]:3000", true),
            ("http://127.0.0.1", true),
            ("https://localhost.example", false),
        ] {
            assert_eq!(PublicUrl::parse(url).unwrap().is_this_machine(), here, "{url}");
        }
        assert_eq!(PublicUrl::parse("https://lectern.example").unwrap().cookie_name(), "__Host-lectern");
    }
}
