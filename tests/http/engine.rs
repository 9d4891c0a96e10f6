//! The engine under test: SQLite, or the PostgreSQL server that `LECTERN_TEST_ENGINE` names (scripts/services.sh starts
//! one). Every test gets a database of its own on either.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use lectern::clock::Clock;
use lectern::db::{Db, Place};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::sync::OnceCell;

/// What a database held at a moment.
#[derive(Debug)]
pub enum Snapshot {
    File(PathBuf),
    Template(String),
}

/// The server's address without a database, when the tests run on one.
fn server() -> Option<String> {
    std::env::var("LECTERN_TEST_ENGINE").ok()
}

/// A name that no other database of this run has.
fn fresh_name() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    format!("lectern_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed))
}

async fn run(sql: &str) {
    let mut connection = PgConnection::connect(&format!("{}/postgres", server().unwrap())).await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "makes and removes the databases under test")]
    sqlx::query(sql).execute(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn on_server(name: &str) -> Place {
    Place::parse(&format!("{}/{name}", server().unwrap())).unwrap()
}

/// A new database: of no tables yet on SQLite, with its tables on PostgreSQL, where making them anew costs more.
pub async fn empty(folder: &Path) -> Place {
    static TABLES: OnceCell<String> = OnceCell::const_new();
    if server().is_none() {
        return Place::Sqlite(folder.join("lectern.db"));
    }
    let template = TABLES
        .get_or_init(async || {
            // One that came there by `lectern move`, when scripts/test_engines.sh made one.
            if let Ok(moved) = std::env::var("LECTERN_TEST_TEMPLATE") {
                return moved;
            }
            let name = fresh_name();
            run(&format!("create database {name}")).await;
            Db::open(&on_server(&name), folder, Clock::system()).await.unwrap().close().await;
            name
        })
        .await;
    copy(&Snapshot::Template(template.clone()), folder).await
}

/// A place without tables.
pub async fn bare(folder: &Path) -> Place {
    let name = fresh_name();
    if server().is_none() {
        return Place::Sqlite(folder.join(format!("{name}.db")));
    }
    run(&format!("create database {name}")).await;
    on_server(&name)
}

/// Runs a statement on a file, made where there is none.
pub async fn run_on_file(file: &Path, sql: &str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", file.display())).await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "makes the databases under test")]
    sqlx::query(sql).execute(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    connection.close().await.unwrap();
}

/// The columns of each table.
pub async fn columns(place: &Place) -> BTreeMap<String, BTreeSet<String>> {
    #[expect(clippy::disallowed_methods, reason = "looks into the database under test")]
    let found: Vec<(String, String)> = match place {
        Place::Sqlite(file) => {
            let mut connection = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
            let sql = "select t.name, c.name from sqlite_schema t, pragma_table_info(t.name) c
                       where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\'
                         -- the index of a full-text search, which is no table of ours
                         and t.name not like 'lesson\\_words%' escape '\\'";
            sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
        }
        Place::Postgres(options) => {
            let mut connection = PgConnection::connect_with(options).await.unwrap();
            let sql = "select table_name::text, column_name::text from information_schema.columns where table_schema = 'public'
                         and (table_name, column_name) <> ('lessons', 'words')";
            sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
        }
    };
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in found.into_iter().filter(|(table, _)| table != "_sqlx_migrations") {
        tables.entry(table).or_default().insert(column);
    }
    tables
}

/// A copy that stays as it is, however the original goes on.
pub async fn freeze(place: &Place, folder: &Path) -> Snapshot {
    let name = fresh_name();
    match place {
        Place::Sqlite(file) => {
            let frozen = folder.join(name);
            lectern::db::back_up(file, &frozen).await.unwrap();
            Snapshot::File(frozen)
        }
        Place::Postgres(options) => {
            let original = options.get_database().unwrap();
            // A database is only copied while nobody uses it. The site connects again by itself, once its connections have
            // rested for a second and are asked whether they live.
            run(&format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{original}'")).await;
            run(&format!("create database {name} template {original}")).await;
            tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
            Snapshot::Template(name)
        }
    }
}

/// A database with what was frozen.
pub async fn copy(snapshot: &Snapshot, folder: &Path) -> Place {
    let name = fresh_name();
    match snapshot {
        Snapshot::File(frozen) => {
            let file = folder.join(format!("{name}.db"));
            std::fs::copy(frozen, &file).unwrap();
            Place::Sqlite(file)
        }
        Snapshot::Template(template) => {
            run(&format!("create database {name} template {template}")).await;
            on_server(&name)
        }
    }
}

/// Removes a database that nobody uses any more. The server's go with the server: dropping one makes it write
/// everything to disk, and takes longer than making ten.
pub fn discard(place: &Place) {
    if let Place::Sqlite(file) = place {
        std::fs::remove_file(file).unwrap();
    }
}

/// Every byte a database holds. PostgreSQL writes bytes as hexadecimal digits; they are turned back.
pub async fn dump(place: &Place, folder: &Path) -> Vec<u8> {
    match place {
        Place::Sqlite(file) => {
            let copy = folder.join(fresh_name());
            lectern::db::back_up(file, &copy).await.unwrap();
            std::fs::read(copy).unwrap()
        }
        Place::Postgres(options) => {
            let url = format!("{}/{}", server().unwrap(), options.get_database().unwrap());
            let output = Command::new("pg_dump").args(["--data-only", &url]).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            // Each dump begins and ends with a random word of its own.
            let text = String::from_utf8(output.stdout).unwrap();
            let text: String =
                text.lines().filter(|line| !line.contains("restrict ")).flat_map(|line| [line, "\n"]).collect();
            let mut bytes = text.clone().into_bytes();
            for digits in text.split("\\\\x").skip(1) {
                let digits: Vec<u8> = digits.bytes().take_while(u8::is_ascii_hexdigit).collect();
                bytes.push(b'\n');
                bytes.extend(
                    digits
                        .chunks_exact(2)
                        .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()),
                );
            }
            bytes
        }
    }
}

/// How many rows a table has.
/// What one column of text holds, in the order asked for.
pub async fn words(place: &Place, sql: &str) -> Vec<String> {
    #[expect(clippy::disallowed_methods, reason = "looks into the database under test")]
    let rows: Vec<(String,)> = match place {
        Place::Sqlite(file) => {
            let mut connection = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
            sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
        }
        Place::Postgres(options) => {
            let mut connection = PgConnection::connect_with(options).await.unwrap();
            sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
        }
    };
    rows.into_iter().map(|(words,)| words).collect()
}

pub async fn count(place: &Place, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    #[expect(clippy::disallowed_methods, reason = "looks into the database under test")]
    let (count,): (i64,) = match place {
        Place::Sqlite(file) => {
            let mut connection = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
            sqlx::query_as(&sql).fetch_one(&mut connection).await.unwrap()
        }
        Place::Postgres(options) => {
            let mut connection = PgConnection::connect_with(options).await.unwrap();
            sqlx::query_as(&sql).fetch_one(&mut connection).await.unwrap()
        }
    };
    count
}
