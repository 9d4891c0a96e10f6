//! What can go wrong on the server, and the one crossing to what a browser may see.
//!
//! `Failure` is the error of everything on the server. `From<Failure> for AppError` is the only place where a broken
//! thing becomes a sentence, and the only place that logs it, once, with the number the person is given.

use crate::error::{AppError, FieldErrors};
use crate::random;

/// Refused: somebody asked for what they may not or cannot have. Broken: our side failed.
#[derive(Debug)]
pub enum Failure {
    /// Reaches the browser as it is, and is not logged.
    Refused(AppError),
    /// Stays here, in the log; the browser gets the number of its line.
    Broken(anyhow::Error),
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

/// Makes a broken unique constraint into an answer, so that uniqueness stays the database's job.
pub trait OnUnique<T> {
    /// `column` as SQLite names it: `table.column`. (SQLite gives no constraint name, only this, in its message.)
    fn on_unique(self, column: &str, refusal: impl FnOnce() -> AppError) -> Result<T, Failure>;
}

impl<T> OnUnique<T> for Result<T, Failure> {
    fn on_unique(self, column: &str, refusal: impl FnOnce() -> AppError) -> Result<T, Failure> {
        self.map_err(|failure| match &failure {
            Failure::Broken(error) => match error.downcast_ref::<sqlx::Error>() {
                Some(sqlx::Error::Database(db)) if db.is_unique_violation() && db.message().contains(column) => {
                    Failure::Refused(refusal())
                }
                _ => failure,
            },
            Failure::Refused(_) => failure,
        })
    }
}

/// SQLite's result codes for "wait" and "no room": BUSY, LOCKED, FULL, and what a full disk makes of a write (IOERR).
const TEMPORARY: [i32; 4] = [5, 6, 13, 10];

impl Failure {
    /// Whether waiting can help: the database is locked, its disk is full, or no connection came free in time.
    pub fn is_temporary(&self) -> bool {
        let Self::Broken(error) = self else { return false };
        // A session store that does not answer says so in its own words.
        if error.downcast_ref::<tower_sessions::session::Error>().is_some() {
            return true;
        }
        match error.downcast_ref::<sqlx::Error>() {
            Some(sqlx::Error::PoolTimedOut) => true,
            // Extended codes carry the plain code in their low byte.
            Some(sqlx::Error::Database(db)) => db
                .code()
                .and_then(|code| code.parse::<i32>().ok())
                .is_some_and(|code| TEMPORARY.contains(&(code & 0xff))),
            _ => false,
        }
    }
}

impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        if let Failure::Refused(refusal) = failure {
            return refusal;
        }
        let temporary = failure.is_temporary();
        let Failure::Broken(error) = failure else { return Self::NotFound };
        let incident = random::incident();
        tracing::error!(incident, temporary, "{error:#}");
        if temporary { Self::Unavailable { incident } } else { Self::Internal { incident } }
    }
}
