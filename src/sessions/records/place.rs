//! Where session records are kept, as `LECTERN_SESSION_STORE` says.

use std::fmt;

use fred::types::config::Config as RedisConfig;
use sqlx::mysql::MySqlConnectOptions;

use crate::db::Place;

/// One of the stores.
#[derive(Clone)]
pub enum StorePlace {
    /// `database`: beside everything else. Shared by all nodes that share the database.
    Database,
    /// `memory`: in this process alone, and forgotten when it ends.
    Memory,
    /// `sqlite://` and `postgres://`: a database of its own.
    Apart(Place),
    /// `mysql://user:password@host:port/database`: MySQL or MariaDB.
    Mysql(Box<MySqlConnectOptions>),
    /// `redis://user:password@host:port/number`, `rediss://` over TLS: Redis or Valkey, with a database of its own.
    Redis(Box<RedisConfig>),
}

impl StorePlace {
    /// None where the setting names none of them.
    pub fn parse(setting: &str) -> Option<Self> {
        match setting {
            "database" => return Some(Self::Database),
            "memory" => return Some(Self::Memory),
            _ => {}
        }
        match setting.split_once("://")?.0 {
            "sqlite" | "postgres" | "postgresql" => Place::parse(setting).map(Self::Apart),
            "mysql" | "mariadb" => setting.parse().ok().map(|options| Self::Mysql(Box::new(options))),
            "redis" | "rediss" => RedisConfig::from_url(setting).ok().map(|config| Self::Redis(Box::new(config))),
            _ => None,
        }
    }
}

/// For people: never with a password.
impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database => f.write_str("database"),
            Self::Memory => f.write_str("memory"),
            Self::Apart(place) => place.fmt(f),
            Self::Mysql(options) => {
                let database = options.get_database().unwrap_or_default();
                write!(f, "mysql://{}:{}/{database}", options.get_host(), options.get_port())
            }
            Self::Redis(config) => {
                let hosts: Vec<String> = config.server.hosts().iter().map(ToString::to_string).collect();
                let scheme = if config.tls.is_some() { "rediss" } else { "redis" };
                write!(f, "{scheme}://{}/{}", hosts.join(","), config.database.unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_told_by_its_setting_and_shows_no_password() {
        for (setting, shown) in [
            ("database", "database"),
            ("memory", "memory"),
            ("sqlite://data/sessions.db", "data/sessions.db"),
            ("postgres://me:hunter2@db.example/sessions", "postgres://db.example:5432/sessions"),
            ("mysql://me:hunter2@db.example:3307/sessions", "mysql://db.example:3307/sessions"),
            ("redis://:hunter2@cache.example:6380/3", "redis://cache.example:6380/3"),
            ("rediss://me:hunter2@cache.example", "rediss://cache.example:6379/0"),
        ] {
            let place = StorePlace::parse(setting).unwrap_or_else(|| panic!("{setting}"));
            assert_eq!((place.to_string(), format!("{place:?}")), (shown.to_owned(), shown.to_owned()));
        }
        for setting in
            ["", "Database", "sqlite://", "mongodb://x", "redis", "redis://h:notaport", "mysql://h:notaport/x"]
        {
            assert!(StorePlace::parse(setting).is_none(), "{setting}");
        }
    }
}
