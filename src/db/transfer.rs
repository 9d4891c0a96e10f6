//! `lectern move`: everything in one database, copied into another of either engine, in one transaction and compared.

use std::fmt;
use std::time::Duration;

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection as _, Postgres, QueryBuilder, Row as _, Sqlite};
use time::OffsetDateTime;

use super::tables::{COUNTED, Kind, TABLES, Table};
use super::{Place, migrate, postgres, sqlite};
use crate::failure::{Broken, Failure};

/// What one field of a row holds.
#[derive(Clone, Debug)]
enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Bool(Option<bool>),
    Bytes(Option<Vec<u8>>),
    Moment(Option<OffsetDateTime>),
}

impl Cell {
    /// For the checksum: the same bytes whichever engine the row came from, and different ones for different rows.
    fn digest_into(&self, hash: &mut Sha256) {
        let mut field = |bytes: Option<&[u8]>| {
            hash.update(bytes.map_or(u64::MAX, |bytes| bytes.len() as u64).to_le_bytes());
            hash.update(bytes.unwrap_or_default());
        };
        match self {
            Self::Int(value) => field(value.map(i64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice)),
            Self::Text(value) => field(value.as_deref().map(str::as_bytes)),
            Self::Bool(value) => field(value.map(|value| [u8::from(value)]).as_ref().map(<[u8; 1]>::as_slice)),
            Self::Bytes(value) => field(value.as_deref()),
            // PostgreSQL keeps millionths of a second.
            Self::Moment(value) => {
                let micros = value.map(|value| (value.unix_timestamp_nanos() / 1_000).to_le_bytes());
                field(micros.as_ref().map(<[u8; 16]>::as_slice));
            }
        }
    }

    /// About how many bytes it takes on the way.
    fn size(&self) -> usize {
        match self {
            Self::Text(Some(text)) => text.len(),
            Self::Bytes(Some(bytes)) => bytes.len(),
            _ => 16,
        }
    }
}

/// How many rows a table has, and a checksum that does not depend on their order: the sum of their digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    rows: u64,
    sum: [u64; 4],
}

impl Sum {
    fn add(&mut self, row: &[Cell]) {
        let mut hash = Sha256::new();
        for cell in row {
            cell.digest_into(&mut hash);
        }
        self.rows += 1;
        for (part, bytes) in self.sum.iter_mut().zip(hash.finalize().chunks_exact(8)) {
            *part = part.wrapping_add(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
        }
    }

    /// How many rows were summed up.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.sum[0])
    }
}

/// The rows that are sent at once: as many as both engines take values for, and not more bytes than a node has to spare.
const ROWS_AT_ONCE: usize = 200;
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// So many tenths of a second a server's last connections are waited for.
const LETTING_GO: u32 = 20;

/// The ends of a move: a connection inside the one transaction.
enum End {
    File(SqliteConnection),
    Server(PgConnection),
}

/// One of the same statements for either engine.
macro_rules! on {
    ($end:expr, $connection:ident => $work:expr) => {
        match $end {
            End::File($connection) => $work,
            End::Server($connection) => $work,
        }
    };
}

/// Copies everything from one database into another, which must be empty, and answers each table with its checksum. The
/// source only is read, and stays as it is; nothing is there in the target until everything is, and is the same.
pub async fn transfer(from: &Place, to: &Place) -> Result<Vec<(&'static str, Sum)>, Failure> {
    if from.to_string() == to.to_string() {
        return refuse(format!("{from} is to be moved to itself"));
    }
    let mut source = open_source(from).await?;
    refuse_while_served(&mut source, from).await?;
    refuse_unless_empty(to).await?;
    let mut target = open_target(to).await?;
    let mut sums = Vec::new();
    for table in TABLES {
        let sum = copy(&mut source, &mut target, table).await?;
        if sum != sum_of(&mut target, table).await? {
            return Err(Failure::Broken(anyhow::anyhow!("{} did not arrive as it is: nothing was kept", table.0)));
        }
        sums.push((table.0, sum));
    }
    for table in COUNTED {
        let last = last_given(&mut source, table).await?;
        give_from(&mut target, table, last).await?;
    }
    run(&mut target, "commit").await?;
    on!(target, connection => connection.close().await).broken("close the target")?;
    Ok(sums)
}

fn refuse<T>(words: String) -> Result<T, Failure> {
    Err(Failure::Broken(anyhow::anyhow!(words)))
}

/// The source, as it is at one moment.
async fn open_source(place: &Place) -> Result<End, Failure> {
    let (mut end, missing) = match place {
        Place::Sqlite(path) => {
            if !path.exists() {
                return refuse(format!("there is no file {}", path.display()));
            }
            let pool = sqlite::open_to_read(path).await?;
            let missing = migrate::missing_in_file(&pool).await?;
            let connection = pool.acquire().await.broken("open the source")?.detach();
            (End::File(connection), missing)
        }
        Place::Postgres(options) => {
            let mut connection = PgConnection::connect_with(options).await.broken("connect to the source")?;
            let missing = migrate::missing_on_server(&mut connection).await?;
            (End::Server(connection), missing)
        }
    };
    if missing.len() == migrate::known() {
        return refuse(format!("{place} is not a Lectern database"));
    }
    if !missing.is_empty() {
        return refuse(format!("{place} is of an older version: start this one on it once, then move"));
    }
    if let End::Server(connection) = &mut end {
        wait_until_let_go(connection).await?;
    }
    let begin = match &end {
        End::File(_) => "begin",
        End::Server(_) => "begin transaction isolation level repeatable read read only",
    };
    run(&mut end, begin).await?;
    Ok(end)
}

/// A connection that was just closed is there for a moment more. Before the transaction begins: within it the server would answer the
/// same each time, and what such a connection still wrote would not be seen.
async fn wait_until_let_go(connection: &mut PgConnection) -> Result<(), Failure> {
    for _ in 0..LETTING_GO {
        if connections_of_ours(connection).await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Nodes that are still up would go on writing into what has been copied already. (A file's server holds a lock.)
async fn refuse_while_served(end: &mut End, place: &Place) -> Result<(), Failure> {
    let End::Server(connection) = end else { return Ok(()) };
    let connections = connections_of_ours(connection).await?;
    if connections > 0 {
        return refuse(format!("{place} is in use by {connections} connections of a server: stop it first"));
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
async fn connections_of_ours(connection: &mut PgConnection) -> Result<i64, Failure> {
    let (connections,): (i64,) = sqlx::query_as(
        "select count(*) from pg_stat_activity where datname = current_database() and application_name = $1",
    )
    .bind(postgres::NAME)
    .fetch_one(connection)
    .await
    .broken("look who uses the source")?;
    Ok(connections)
}

/// A target with as much as one row, or with tables of somebody else, is left as it is.
async fn refuse_unless_empty(place: &Place) -> Result<(), Failure> {
    let (mut end, tables) = match place {
        Place::Sqlite(path) if !path.exists() => return Ok(()),
        Place::Sqlite(path) => (
            End::File(sqlite::open_to_read(path).await?.acquire().await.broken("open the target")?.detach()),
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name <> '_sqlx_migrations' and name not like 'lesson\\_words%' escape '\\'",
        ),
        Place::Postgres(options) => (
            End::Server(PgConnection::connect_with(options).await.broken("connect to the target")?),
            "select tablename::text from pg_tables where schemaname = 'public' and tablename <> '_sqlx_migrations'",
        ),
    };
    #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
    let tables: Vec<(String,)> = on!(&mut end, connection => sqlx::query_as(tables).fetch_all(connection).await)
        .broken("look into the target")?;
    for (table,) in &tables {
        if TABLES.iter().all(|(ours, _)| ours != table) {
            return refuse(format!("{place} is not empty: it has a table {table} that is not Lectern's"));
        }
        let count = format!("select count(*) from {table}");
        #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand; the name is one of ours")]
        let (count,): (i64,) = on!(&mut end, connection => sqlx::query_as(&count).fetch_one(connection).await)
            .broken("look into the target")?;
        if count > 0 {
            return refuse(format!("{place} is not empty: {table} holds {count}"));
        }
    }
    on!(end, connection => connection.close().await).broken("look into the target")
}

/// The target with its tables, about to be written.
async fn open_target(place: &Place) -> Result<End, Failure> {
    let mut end = match place {
        Place::Sqlite(path) => {
            let pool = sqlite::open_to_fill(path).await?;
            End::File(pool.acquire().await.broken("open the target")?.detach())
        }
        Place::Postgres(options) => End::Server(postgres::open_to_fill(options).await?),
    };
    run(&mut end, "begin").await?;
    Ok(end)
}

#[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand")]
async fn run(end: &mut End, sql: &'static str) -> Result<(), Failure> {
    on!(end, connection => sqlx::query(sql).execute(connection).await.map(drop)).broken("move")
}

fn select(table: &Table) -> String {
    let columns: Vec<&str> = table.1.iter().map(|(column, _)| *column).collect();
    format!("select {} from {}", columns.join(", "), table.0)
}

/// Reads the fields of a row, of either engine.
macro_rules! cells {
    ($name:ident, $row:ty) => {
        fn $name(row: &$row, columns: &[(&str, Kind)]) -> sqlx::Result<Vec<Cell>> {
            let cell = |(at, (_, kind)): (usize, &(&str, Kind))| {
                Ok(match kind {
                    Kind::Int => Cell::Int(row.try_get(at)?),
                    Kind::Text => Cell::Text(row.try_get(at)?),
                    Kind::Bool => Cell::Bool(row.try_get(at)?),
                    Kind::Bytes => Cell::Bytes(row.try_get(at)?),
                    Kind::Moment => Cell::Moment(row.try_get(at)?),
                })
            };
            columns.iter().enumerate().map(cell).collect()
        }
    };
}
cells!(cells_of_file, SqliteRow);
cells!(cells_of_server, PgRow);

/// Calls `each` with every row of a table, one after the other.
macro_rules! for_each_row {
    ($end:expr, $table:expr, |$row:ident| $each:expr) => {{
        let sql = select($table);
        match $end {
            End::File(connection) => {
                #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand; the names are ours")]
                let mut rows = sqlx::query(&sql).fetch(connection);
                while let Some(row) = rows.try_next().await.broken("read the rows to move")? {
                    let $row = cells_of_file(&row, $table.1).broken("read the rows to move")?;
                    $each
                }
            }
            End::Server(connection) => {
                #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand; the names are ours")]
                let mut rows = sqlx::query(&sql).fetch(connection);
                while let Some(row) = rows.try_next().await.broken("read the rows to move")? {
                    let $row = cells_of_server(&row, $table.1).broken("read the rows to move")?;
                    $each
                }
            }
        }
    }};
}

async fn copy(source: &mut End, target: &mut End, table: &Table) -> Result<Sum, Failure> {
    let mut sum = Sum::default();
    let (mut waiting, mut bytes) = (Vec::new(), 0);
    for_each_row!(source, table, |row| {
        sum.add(&row);
        bytes += row.iter().map(Cell::size).sum::<usize>();
        waiting.push(row);
        if waiting.len() >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE {
            insert(target, table, std::mem::take(&mut waiting)).await?;
            bytes = 0;
        }
    });
    insert(target, table, waiting).await?;
    Ok(sum)
}

async fn sum_of(end: &mut End, table: &Table) -> Result<Sum, Failure> {
    let mut sum = Sum::default();
    for_each_row!(end, table, |row| sum.add(&row));
    Ok(sum)
}

async fn insert(target: &mut End, table: &Table, rows: Vec<Vec<Cell>>) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns: Vec<&str> = table.1.iter().map(|(column, _)| *column).collect();
    let head = format!("insert into {} ({}) ", table.0, columns.join(", "));
    macro_rules! insert_into {
        ($engine:ty, $connection:expr) => {{
            let mut statement = QueryBuilder::<$engine>::new(head);
            statement.push_values(rows, |mut values, row| {
                for cell in row {
                    match cell {
                        Cell::Int(value) => values.push_bind(value),
                        Cell::Text(value) => values.push_bind(value),
                        Cell::Bool(value) => values.push_bind(value),
                        Cell::Bytes(value) => values.push_bind(value),
                        Cell::Moment(value) => values.push_bind(value),
                    };
                }
            });
            statement.build().execute($connection).await.map(drop)
        }};
    }
    match target {
        End::File(connection) => insert_into!(Sqlite, connection),
        End::Server(connection) => insert_into!(Postgres, connection),
    }
    .broken("write what is moved")
}

/// The last id that `table` gave away, also of rows that are gone since.
async fn last_given(end: &mut End, table: &str) -> Result<i64, Failure> {
    let sql = match end {
        End::File(_) => format!(
            "select max(coalesce((select seq from sqlite_sequence where name = '{table}'), 0), coalesce((select max(id) from {table}), 0))"
        ),
        End::Server(_) => format!(
            "select greatest(coalesce(pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')), 0), coalesce((select max(id) from {table}), 0))"
        ),
    };
    #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand; the name is one of ours")]
    let (last,): (i64,) = on!(end, connection => sqlx::query_as(&sql).fetch_one(connection).await)
        .broken("read which numbers were given away")?;
    Ok(last)
}

/// Lets `table` go on counting after `last`.
async fn give_from(end: &mut End, table: &str, last: i64) -> Result<(), Failure> {
    if last == 0 {
        return Ok(());
    }
    let statements = match end {
        End::File(_) => vec![
            format!("delete from sqlite_sequence where name = '{table}'"),
            format!("insert into sqlite_sequence (name, seq) values ('{table}', {last})"),
        ],
        End::Server(_) => vec![format!("select setval(pg_get_serial_sequence('{table}', 'id'), {last})")],
    };
    for sql in statements {
        #[expect(clippy::disallowed_methods, reason = "db/ is where SQL may stand; the name is one of ours")]
        on!(&mut *end, connection => sqlx::query(&sql).execute(connection).await.map(drop))
            .broken("set which numbers were given away")?;
    }
    Ok(())
}
