//! What can go wrong on the server, and the one crossing to what a browser may see.
//!
//! `Failure` is the error of everything on the server. `From<Failure> for AppError` is the only place where a broken
//! thing becomes a sentence, and the only place that logs it, once, with the number the person is given.

use std::fmt;
use std::io::ErrorKind;

use crate::error::{AppError, FieldErrors};
use crate::random;
use object_store::Error as StoreError;
use tower_sessions::{session, session_store};

/// Refused: somebody asked for what they may not or cannot have. Broken: our side failed.
#[derive(Debug)]
pub enum Failure {
    /// Reaches the browser as it is, and is not logged.
    Refused(AppError),
    /// Stays here, in the log; the browser gets the number of its line.
    Broken(anyhow::Error),
}

/// In one line, for who looks after the server: what was being done, and why it broke. Libraries repeat what lies below them;
/// it is said once.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match self {
            Self::Refused(refusal) => return refusal.fmt(f),
            Self::Broken(error) => error,
        };
        let mut said: Vec<String> = Vec::new();
        for cause in error.chain().map(ToString::to_string) {
            if !said.last().is_some_and(|last| last.contains(&cause)) {
                said.push(cause);
            }
        }
        f.write_str(&said.join(": ").replace('\n', " "))
    }
}

impl Failure {
    /// The same, with the setting it comes from named first.
    pub fn of_setting(self, name: &'static str) -> Self {
        match self {
            Self::Broken(error) => Self::Broken(error.context(name)),
            refused => refused,
        }
    }
}

impl From<AppError> for Failure {
    fn from(refusal: AppError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<FieldErrors> for Failure {
    fn from(errors: FieldErrors) -> Self {
        Self::Refused(AppError::Invalid(errors))
    }
}

/// Turns a library's error into a [`Failure`], with what was being done when it came.
pub trait Broken<T> {
    /// The error, with `doing` ("read the settings") for the log.
    fn broken(self, doing: &'static str) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> Broken<T> for Result<T, E> {
    fn broken(self, doing: &'static str) -> Result<T, Failure> {
        self.map_err(|error| Failure::Broken(error.into().context(doing)))
    }
}

/// SQLite's result codes for "wait" and "no room": BUSY, LOCKED, FULL, and what a full disk makes of a write (IOERR).
const SQLITE_TEMPORARY: [i32; 4] = [5, 6, 13, 10];

/// Whether a disk is full, or a line is down: of a store elsewhere, whose own error may stand within.
fn is_io_temporary(error: &std::io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, StorageFull, TimedOut};
    let within = error.get_ref().and_then(|error| error.downcast_ref::<StoreError>());
    let is_temporary = [ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, StorageFull, TimedOut]
        .contains(&error.kind());
    is_temporary || within.is_some_and(|error| matches!(error, StoreError::Generic { .. }))
}

/// Whether PostgreSQL says by this code (its manual, appendix A) that it cannot now: 08 connection, 53 resources, 57P
/// shutting down or starting, 57014 and 55P03 that a statement or a lock took too long, 25P03 that a transaction idled.
fn is_postgres_temporary(code: &str) -> bool {
    ["08", "53", "57P"].iter().any(|class| code.starts_with(class)) || ["57014", "55P03", "25P03"].contains(&code)
}

impl Failure {
    /// Whether waiting can help: the database is locked, a disk is full, a store does not answer, or no connection came free in time.
    pub fn is_temporary(&self) -> bool {
        let Self::Broken(error) = self else { return false };
        // A session store that does not answer says so in its own words.
        if let Some(error) = error.downcast_ref::<session::Error>() {
            return matches!(error, session::Error::Store(session_store::Error::Backend(_)));
        }
        // Where files are kept: it does not answer, or its disk is full.
        // A wrong key, or what is not there, waiting does not mend.
        if let Some(error) = error.downcast_ref::<StoreError>() {
            return matches!(error, StoreError::Generic { .. });
        }
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return is_io_temporary(error);
        }
        match error.downcast_ref::<sqlx::Error>() {
            Some(
                sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_),
            ) => true,
            Some(sqlx::Error::Database(db)) => db.code().is_some_and(|code| match code.parse::<i32>() {
                // Extended codes of SQLite carry the plain code in their low byte. PostgreSQL's have five characters.
                Ok(number) if code.len() < 5 => SQLITE_TEMPORARY.contains(&(number & 0xff)),
                _ => is_postgres_temporary(&code),
            }),
            _ => false,
        }
    }
}

/// The refusal for somebody who came while there was too much of `what` ("too many passwords at once"), logged.
pub fn busy(what: &'static str) -> AppError {
    let incident = random::incident();
    tracing::warn!(incident, "{what}; told somebody to come back");
    AppError::Unavailable { incident }
}

impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        let temporary = failure.is_temporary();
        if let Failure::Refused(refusal) = failure {
            return refusal;
        }
        let incident = random::incident();
        tracing::error!(incident, temporary, "{failure}");
        if temporary { Self::Unavailable { incident } } else { Self::Internal { incident } }
    }
}
