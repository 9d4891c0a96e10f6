//! Where the database is, as `LECTERN_DATABASE_URL` says.

use std::fmt;
use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;

/// A file, or a server.
#[derive(Clone)]
pub enum Place {
    /// `sqlite://relative/path` and `sqlite:///absolute/path`. What follows `sqlite://` is the file's name as it is.
    Sqlite(PathBuf),
    /// `postgres://user:password@host:port/database`, with libpq's parameters (`sslmode`, `sslrootcert`, ...).
    Postgres(Box<PgConnectOptions>),
}

impl Place {
    /// None where the address is of neither kind.
    pub fn parse(url: &str) -> Option<Self> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return (!path.is_empty()).then(|| Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return url.parse().ok().map(|options| Self::Postgres(Box::new(options)));
        }
        None
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

/// For people: never with a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(options) => write!(
                f,
                "postgres://{}:{}/{}",
                options.get_host(),
                options.get_port(),
                options.get_database().unwrap_or_default()
            ),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_by_its_address_and_shows_no_password() {
        for (url, shown) in [
            ("sqlite://data/lectern.db", "data/lectern.db"),
            ("sqlite:///srv/lectern.db", "/srv/lectern.db"),
            ("postgres://me:hunter2@db.example/lectern", "postgres://db.example:5432/lectern"),
        ] {
            let place = Place::parse(url).unwrap();
            assert_eq!((place.to_string(), format!("{place:?}")), (shown.to_owned(), shown.to_owned()));
        }
        for url in ["", "sqlite://", "mysql://x", "lectern.db", "postgres://:x@[", "postgres://h:notaport/x"] {
            assert!(Place::parse(url).is_none(), "{url}");
        }
    }
}
