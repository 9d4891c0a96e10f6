//! `query("select .. where id = $1").bind(id).optional::<Row>(&mut read)`: the one way to the tables.
//!
//! The text is `&'static str`, so nothing a person typed can become part of it.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Postgres, Sqlite};

use super::{Connection, Engine, Write, asked};
use crate::failure::{Broken, Failure};
use crate::folded::folded;
use crate::id::{AnnouncementId, CourseId, LessonId, ModuleId, RosterId, SignInId, UserId, VersionId};

/// A row that a query's answer can become, on both engines. Derive `sqlx::FromRow`; tuples have it.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

/// What may stand for `$1`.
#[derive(Clone, Debug)]
pub enum Value {
    /// A number, a moment or an id.
    Int(i64),
    /// The same, or null.
    MaybeInt(Option<i64>),
    /// UTF-8, of any length.
    Text(String),
    /// The same, or null.
    MaybeText(Option<String>),
    /// Stored as 0 or 1 where the engine has no boolean.
    Bool(bool),
    /// A blob, as it is.
    Bytes(Vec<u8>),
    /// Text that each engine reads in its own way.
    ByEngine {
        /// For SQLite.
        sqlite: String,
        /// For PostgreSQL.
        postgres: String,
    },
}

macro_rules! values {
    ($($from:ty => |$value:ident| $into:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self { $into }
        }
    )*};
}

values! {
    i64 => |value| Self::Int(value),
    Option<i64> => |value| Self::MaybeInt(value),
    String => |value| Self::Text(value),
    &String => |value| Self::Text(value.clone()),
    &str => |value| Self::Text(value.to_owned()),
    Option<String> => |value| Self::MaybeText(value),
    bool => |value| Self::Bool(value),
    Vec<u8> => |value| Self::Bytes(value),
    UserId => |value| Self::Int(value.0),
    Option<UserId> => |value| Self::MaybeInt(value.map(|id| id.0)),
    CourseId => |value| Self::Int(value.0),
    LessonId => |value| Self::Int(value.0),
    AnnouncementId => |value| Self::Int(value.0),
    RosterId => |value| Self::Int(value.0),
    VersionId => |value| Self::Int(value.0),
    ModuleId => |value| Self::Int(value.0),
    Option<ModuleId> => |value| Self::MaybeInt(value.map(|id| id.0)),
    SignInId => |value| Self::Int(value.0),
    Option<SignInId> => |value| Self::MaybeInt(value.map(|id| id.0)),
}

/// A statement with its values.
macro_rules! bound {
    ($statement:expr, $values:expr) => {{
        let mut statement = $statement;
        for value in $values {
            statement = match value {
                Value::Int(value) => statement.bind(value),
                Value::MaybeInt(value) => statement.bind(value),
                Value::Text(value) => statement.bind(value),
                Value::MaybeText(value) => statement.bind(value),
                Value::Bool(value) => statement.bind(value),
                Value::Bytes(value) => statement.bind(value),
                // PostgreSQL's was taken out before.
                Value::ByEngine { sqlite, .. } => statement.bind(sqlite),
            };
        }
        statement
    }};
}

/// Rows of a statement, from whichever engine answers.
macro_rules! rows {
    ($query:expr, $on:expr, $row:ty, $fetch:ident) => {{
        #[expect(clippy::disallowed_methods, reason = "the one place below query()")]
        match $on.engine() {
            Engine::Sqlite(connection) => {
                bound!(sqlx::query_as::<Sqlite, $row>($query.sql), $query.values).$fetch(connection).await
            }
            Engine::Postgres(connection) => {
                bound!(sqlx::query_as::<Postgres, $row>($query.postgres_sql()), for_postgres($query.values))
                    .$fetch(connection)
                    .await
            }
        }
    }};
}

/// A statement and what stands for its `$1`, `$2`, ...
#[derive(Debug)]
pub struct Query {
    sql: &'static str,
    /// In place of it on PostgreSQL, where the two have no words in common.
    on_postgres: Option<&'static str>,
    values: Vec<Value>,
}

/// Begins a statement. Only `store.rs` files and `db/` may (clippy.toml).
pub fn query(sql: &'static str) -> Query {
    Query { sql, on_postgres: None, values: Vec::new() }
}

/// The same, in two tongues: for what the engines have each in a way of their own, like text search.
pub fn query_by_engine(sqlite: &'static str, postgres: &'static str) -> Query {
    Query { sql: sqlite, on_postgres: Some(postgres), values: Vec::new() }
}

impl Query {
    /// The next of `$1`, `$2`, ...
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The next, which each engine reads in its own way.
    pub fn bind_by_engine(mut self, sqlite: String, postgres: String) -> Self {
        self.values.push(Value::ByEngine { sqlite, postgres });
        self
    }

    fn postgres_sql(&self) -> &'static str {
        self.on_postgres.unwrap_or(self.sql)
    }

    /// Every row.
    pub async fn all<T: Row>(self, on: &mut impl Connection) -> Result<Vec<T>, Failure> {
        asked();
        rows!(self, on, T, fetch_all).broken("read rows")
    }

    /// The row, where there is one.
    pub async fn optional<T: Row>(self, on: &mut impl Connection) -> Result<Option<T>, Failure> {
        asked();
        rows!(self, on, T, fetch_optional).broken("read a row")
    }

    /// The row that is always there: a count, a `returning`.
    pub async fn one<T: Row>(self, on: &mut impl Connection) -> Result<T, Failure> {
        asked();
        rows!(self, on, T, fetch_one).broken("read the row")
    }

    /// Changes rows and says how many.
    #[expect(clippy::disallowed_methods, reason = "the one place below query()")]
    pub async fn execute(self, on: &mut Write) -> Result<u64, Failure> {
        asked();
        let done = match on.engine() {
            Engine::Sqlite(connection) => bound!(sqlx::query::<Sqlite>(self.sql), self.values)
                .execute(connection)
                .await
                .map(|d| d.rows_affected()),
            Engine::Postgres(connection) => {
                bound!(sqlx::query::<Postgres>(self.postgres_sql()), for_postgres(self.values))
                    .execute(connection)
                    .await
                    .map(|d| d.rows_affected())
            }
        };
        done.broken("write")
    }
}

/// Its own of what each engine reads in its own way. PostgreSQL's text has no NUL. Nothing stored has one either, so a search for it still
/// finds nothing.
fn for_postgres(mut values: Vec<Value>) -> Vec<Value> {
    for value in &mut values {
        if let Value::ByEngine { postgres, .. } = value {
            *value = Value::Text(std::mem::take(postgres));
        }
        if let Value::Text(text) | Value::MaybeText(Some(text)) = value
            && text.contains('\0')
        {
            *text = text.replace('\0', "\u{fffd}");
        }
    }
    values
}

/// The pattern of `like .. escape '\'` for what holds what a person typed: `%` and `_` in it mean themselves.
pub fn like(search: &str) -> String {
    let mut pattern = String::from("%");
    for letter in search.trim().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// The same for what is kept as [`folded`] text.
pub fn like_folded(search: &str) -> String {
    like(&folded(search))
}
