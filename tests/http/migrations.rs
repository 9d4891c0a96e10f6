//! The two engines have the same migrations, and the same tables come of them: columns, types, keys and indexes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lectern::clock::Clock;
use lectern::db::{Db, Place};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::engine;

/// A table, as both engines can say it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name -> type, and whether it may be null. Of the primary key's columns the engines say the latter differently.
    columns: BTreeMap<String, String>,
    primary_key: Vec<String>,
    /// Columns of each unique constraint.
    unique: BTreeSet<Vec<String>>,
    /// Name -> what is indexed.
    indexes: BTreeMap<String, String>,
    /// `column -> table.column`, with what happens when the other is deleted.
    references: BTreeSet<String>,
}

type Schema = BTreeMap<String, Table>;

fn names(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_engines_have_the_same_migrations() {
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn the_same_tables_come_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let empty = engine::empty(folder.path()).await;
    // The other engine is only there when the tests run on it.
    let Place::Postgres(server) = empty else { return };
    let file = folder.path().join("lectern.db");
    Db::open(&Place::Sqlite(file.clone()), folder.path(), Clock::system()).await.unwrap().close().await;
    let (one, other) = (of_file(&file).await, of_server(&mut PgConnection::connect_with(&server).await.unwrap()).await);
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(one.len() >= 10, "{one:?}");
    for (name, table) in &one {
        assert_eq!(table, &other[name], "{name}");
    }
}

/// What stands between the first and the last bracket, without spaces that mean nothing.
fn inside(sql: &str) -> String {
    // PostgreSQL puts words of its own into quotation marks.
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().replace('"', "");
    sql[sql.find('(').unwrap() + 1..sql.rfind(')').unwrap()].to_owned()
}

/// What an index is of, and which rows it holds where it does not hold all. The engines differ in brackets, and in how they say that
/// something is so.
fn indexed(sql: &str) -> String {
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    match sql.split_once(" where ") {
        None => inside(&sql),
        Some((index, rows)) => {
            format!("{} where {}", inside(index), rows.replace(['(', ')'], "").replace(" = 1", ""))
        }
    }
}

async fn of_file(file: &Path) -> Schema {
    let mut on = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let mut schema = Schema::new();
    let tables: Vec<(String, String)> = rows_of_file(
        &mut on,
        "select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like '\\_sqlx%' escape '\\'
         -- how words are found is each engine's own: tables here, an index there
         and name not like 'lesson\\_words%' escape '\\'",
    )
    .await;
    for (name, sql) in tables {
        let mut table = Table::default();
        let columns: Vec<(String, String, bool, i64)> = rows_of_file(
            &mut on,
            &format!("select name, type, \"notnull\", pk from pragma_table_info('{name}') order by pk"),
        )
        .await;
        for (column, kind, is_needed, key) in columns {
            let kind = match kind.to_lowercase().as_str() {
                // SQLite has no boolean: ours say that they hold nothing else.
                "integer" if sql.contains(&format!("check ({column} in (0, 1))")) => "boolean",
                "integer" => "number",
                "text" => "text",
                "blob" => "bytes",
                other => panic!("{name}.{column} is {other}"),
            };
            if key > 0 {
                table.primary_key.push(column.clone());
            }
            let null = if key > 0 || is_needed { "" } else { " or null" };
            table.columns.insert(column, format!("{kind}{null}"));
        }
        let indexes: Vec<(String, String)> =
            rows_of_file(&mut on, &format!("select name, origin from pragma_index_list('{name}')")).await;
        for (index, origin) in indexes {
            if origin == "u" {
                let columns: Vec<(String,)> =
                    rows_of_file(&mut on, &format!("select name from pragma_index_info('{index}') order by seqno"))
                        .await;
                table.unique.insert(columns.into_iter().map(|(column,)| column).collect());
            } else if origin == "c" {
                let sql: Vec<(String,)> =
                    rows_of_file(&mut on, &format!("select sql from sqlite_schema where name = '{index}'")).await;
                table.indexes.insert(index, indexed(&sql[0].0));
            }
        }
        let references: Vec<(String, String, String, String)> = rows_of_file(
            &mut on,
            &format!("select \"from\", \"table\", \"to\", on_delete from pragma_foreign_key_list('{name}')"),
        )
        .await;
        for (from, to, column, deleted) in references {
            table.references.insert(format!("{from} -> {to}.{column}, {}", deleted.to_lowercase()));
        }
        schema.insert(name, table);
    }
    schema
}

async fn of_server(on: &mut PgConnection) -> Schema {
    let mut schema = Schema::new();
    let columns: Vec<(String, String, String, bool)> = rows_of_server(
        on,
        "select table_name::text, column_name::text, data_type::text, is_nullable = 'YES' from information_schema.columns
         where table_schema = 'public' and table_name not like '\\_sqlx%'
           and (table_name, column_name) <> ('lessons', 'words')",
    )
    .await;
    for (name, column, kind, may_be_null) in columns {
        let kind = match kind.as_str() {
            "bigint" => "number",
            "boolean" => "boolean",
            // tower-sessions' own store binds a moment, which SQLite keeps as text.
            "text" | "timestamp with time zone" => "text",
            "bytea" => "bytes",
            other => panic!("{name}.{column} is {other}"),
        };
        let null = if may_be_null { " or null" } else { "" };
        schema.entry(name).or_default().columns.insert(column, format!("{kind}{null}"));
    }
    let indexes: Vec<(String, String, bool, bool, String)> = rows_of_server(
        on,
        "select t.relname::text, c.relname::text, i.indisprimary, i.indisunique, pg_get_indexdef(i.indexrelid)
         from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
         join pg_namespace n on n.oid = t.relnamespace where n.nspname = 'public' and t.relname not like '\\_sqlx%'
           and c.relname <> 'lesson_words'",
    )
    .await;
    for (name, index, is_primary, is_unique, sql) in indexes {
        let table = schema.get_mut(&name).unwrap();
        let columns = || inside(&sql).split(", ").map(str::to_owned).collect::<Vec<_>>();
        if is_primary {
            table.primary_key = columns();
        } else if is_unique {
            table.unique.insert(columns());
        } else {
            table.indexes.insert(index, indexed(&sql));
        }
    }
    let references: Vec<(String, String, String, String, String)> = rows_of_server(
        on,
        "select t.relname::text, a.attname::text, o.relname::text, b.attname::text,
                case k.confdeltype when 'c' then 'cascade' when 'n' then 'set null' else 'no action' end
         from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_class o on o.oid = k.confrelid
         join pg_attribute a on a.attrelid = t.oid and a.attnum = k.conkey[1]
         join pg_attribute b on b.attrelid = o.oid and b.attnum = k.confkey[1] where k.contype = 'f'",
    )
    .await;
    for (name, from, to, column, deleted) in references {
        schema.get_mut(&name).unwrap().references.insert(format!("{from} -> {to}.{column}, {deleted}"));
    }
    schema
}

async fn rows_of_file<T>(on: &mut SqliteConnection, sql: &str) -> Vec<T>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
{
    #[expect(clippy::disallowed_methods, reason = "looks at the tables from outside")]
    sqlx::query_as(sql).fetch_all(on).await.unwrap()
}

async fn rows_of_server<T>(on: &mut PgConnection, sql: &str) -> Vec<T>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
{
    #[expect(clippy::disallowed_methods, reason = "looks at the tables from outside")]
    sqlx::query_as(sql).fetch_all(on).await.unwrap()
}
