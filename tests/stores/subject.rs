//! The stores under test: ours over each place, and the family's own, bare.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use lectern::clock::Clock;
use lectern::db::{Db, Place};
use lectern::sessions::records::Records;
use lectern::sessions::records::place::StorePlace;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{MySqlPool, PgPool, SqlitePool};
use tower_sessions::MemoryStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{ExpiredDeletion, Result, SessionStore};
use tower_sessions_moka_store::MokaStore;
use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::clients::Pool as RedisPool;
use tower_sessions_redis_store::fred::interfaces::ClientLike;
use tower_sessions_redis_store::fred::types::config::Config as RedisConfig;
use tower_sessions_redis_store::fred::types::{Builder, CustomCommand};
use tower_sessions_sqlx_store::{MySqlStore, PostgresStore, SqliteStore};

/// A store, whichever: tower-sessions wants a type of known size.
#[derive(Clone, Debug)]
pub struct Any(pub Arc<dyn SessionStore>);

#[async_trait]
impl SessionStore for Any {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.0.create(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.0.save(record).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.0.load(id).await
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.delete(id).await
    }
}

/// How a store clears away what has ended.
#[derive(Clone, Debug)]
pub enum Cleaner {
    Ours(Records),
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
    Mysql(MySqlStore),
    /// By itself.
    Nobody,
}

/// A look below the store.
#[derive(Clone, Debug)]
pub enum Below {
    /// A process's memory: there is no looking.
    Memory,
    /// A pool, and the table.
    Sqlite(SqlitePool, &'static str),
    Postgres(PgPool, &'static str),
    Mysql(MySqlPool, &'static str),
    Redis(RedisPool),
}

/// A store under test.
pub struct Subject {
    /// The column in the table of the README.
    pub name: &'static str,
    pub is_ours: bool,
    pub store: Any,
    /// The same place, opened once more, as another node or the next start does; none for memory.
    pub elsewhere: Option<Any>,
    pub cleaner: Cleaner,
    pub below: Below,
}

/// The servers that `scripts/services.sh` started, as `scripts/test_stores.sh` names them.
pub struct Servers {
    pub postgres: Option<String>,
    pub mysql: Option<String>,
    pub redis: Option<String>,
    pub rediss: Option<String>,
}

impl Servers {
    pub fn named() -> Self {
        let named = |name: &str| std::env::var(name).ok();
        Self {
            postgres: named("LECTERN_TEST_POSTGRES"),
            mysql: named("LECTERN_TEST_MYSQL"),
            redis: named("LECTERN_TEST_REDIS"),
            rediss: named("LECTERN_TEST_REDISS"),
        }
    }
}

impl Cleaner {
    /// Clears away what has ended, at most `most` where that can be said. Answers whether it can.
    pub async fn clean(&self, most: i64) -> Result<bool> {
        match self {
            Self::Ours(records) => return records.delete_expired(most).await.map(|_| true),
            Self::Sqlite(store) => store.delete_expired().await?,
            Self::Postgres(store) => store.delete_expired().await?,
            Self::Mysql(store) => store.delete_expired().await?,
            Self::Nobody => {}
        }
        Ok(false)
    }
}

#[expect(clippy::disallowed_methods, reason = "looks below the stores under test")]
impl Below {
    /// Every id, as it is kept; none where there is no looking.
    pub async fn ids(&self) -> Option<Vec<String>> {
        Some(match self {
            Self::Memory => return None,
            Self::Sqlite(pool, table) => {
                sqlx::query_scalar(&format!("select id from {table}")).fetch_all(pool).await.unwrap()
            }
            Self::Postgres(pool, table) => {
                sqlx::query_scalar(&format!("select id from {table}")).fetch_all(pool).await.unwrap()
            }
            Self::Mysql(pool, table) => sqlx::query_scalar(&format!("select convert(id using utf8mb4) from {table}"))
                .fetch_all(pool)
                .await
                .unwrap(),
            Self::Redis(pool) => {
                pool.custom(CustomCommand::new_static("KEYS", None::<u16>, false), vec!["*"]).await.unwrap()
            }
        })
    }

    /// Runs a statement of which no rows are wanted; `{}` stands for the table.
    pub async fn run(&self, statement: &str) {
        match self {
            Self::Memory | Self::Redis(_) => {}
            Self::Sqlite(pool, table) => {
                sqlx::query(&statement.replace("{}", table)).execute(pool).await.unwrap();
            }
            Self::Postgres(pool, table) => {
                sqlx::query(&statement.replace("{}", table)).execute(pool).await.unwrap();
            }
            Self::Mysql(pool, table) => {
                sqlx::query(&statement.replace("{}", table)).execute(pool).await.unwrap();
            }
        }
    }

    /// Takes everything out.
    pub async fn empty(&self) {
        match self {
            Self::Redis(pool) => {
                let command = CustomCommand::new_static("FLUSHDB", None::<u16>, false);
                pool.custom::<(), String>(command, Vec::new()).await.unwrap();
            }
            _ => self.run("delete from {}").await,
        }
    }

    /// Whether the rows that end before a moment are found by an index; none where nothing has to be found.
    pub async fn finds_ended_by_index(&self) -> Option<bool> {
        match self {
            Self::Memory | Self::Redis(_) => None,
            Self::Sqlite(pool, table) => {
                let sql = format!("explain query plan select id from {table} where expiry_date < '2026-01-01'");
                let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(&sql).fetch_all(pool).await.unwrap();
                Some(plan.iter().any(|(.., step)| step.starts_with("SEARCH") && step.contains("INDEX")))
            }
            Self::Postgres(pool, table) => {
                // A table of a few rows is read as a whole; whether there is an index to use is what is asked.
                let mut transaction = pool.begin().await.unwrap();
                sqlx::query("set local enable_seqscan = off").execute(&mut *transaction).await.unwrap();
                let sql = format!("explain select id from {table} where expiry_date < '2026-01-01'");
                let plan: Vec<String> = sqlx::query_scalar(&sql).fetch_all(&mut *transaction).await.unwrap();
                Some(plan.iter().any(|step| step.contains("Index")))
            }
            Self::Mysql(pool, table) => {
                let sql = format!(
                    "select count(*) from information_schema.statistics
                     where concat(table_schema, '.', table_name) = '{table}' and column_name = 'expiry_date' and seq_in_index = 1"
                );
                let indexes: i64 = sqlx::query_scalar(&sql).fetch_one(pool).await.unwrap();
                Some(indexes > 0)
            }
        }
    }
}

async fn redis_pool(address: &str) -> RedisPool {
    let pool = Builder::from_config(RedisConfig::from_url(address).unwrap()).build_pool(2).unwrap();
    pool.init().await.unwrap();
    pool
}

#[expect(clippy::disallowed_methods, reason = "makes the databases under test")]
async fn fresh_on_postgres(server: &str, name: &str) -> String {
    let pool = PgPool::connect(&format!("{server}/postgres")).await.unwrap();
    let name = format!("stores_{}_{name}", std::process::id());
    sqlx::query(&format!("create database {name}")).execute(&pool).await.unwrap();
    format!("{server}/{name}")
}

#[expect(clippy::disallowed_methods, reason = "makes the databases under test")]
async fn fresh_on_mysql(server: &str, name: &str) -> (String, String) {
    let pool = MySqlPool::connect(&format!("{server}/mysql")).await.unwrap();
    let name = format!("stores_{}_{name}", std::process::id());
    sqlx::query(&format!("create database {name}")).execute(&pool).await.unwrap();
    (format!("{server}/{name}"), name)
}

/// Ours, over the place that `setting` names.
async fn ours(name: &'static str, setting: &str, db: &Db, below: Below) -> Subject {
    let place = StorePlace::parse(setting).unwrap();
    let records = Records::open(&place, db).await.unwrap();
    let elsewhere = match place {
        StorePlace::Memory => None,
        _ => Some(Any(Arc::new(Records::open(&place, db).await.unwrap()))),
    };
    let store = Any(Arc::new(records.clone()));
    Subject { name, is_ours: true, store, elsewhere, cleaner: Cleaner::Ours(records), below }
}

fn bare<S: SessionStore>(name: &'static str, stores: [S; 2], cleaner: Cleaner, below: Below) -> Subject {
    let [store, elsewhere] = stores;
    let elsewhere = (!matches!(below, Below::Memory)).then(|| Any(Arc::new(elsewhere)));
    Subject { name, is_ours: false, store: Any(Arc::new(store)), elsewhere, cleaner, below }
}

/// Every store that can be reached, ours first, in the order of the README's columns; those in files are in `folder`.
pub async fn all(servers: &Servers, folder: &Path) -> Vec<Subject> {
    let file = folder.join("lectern.db");
    let db = Db::open(&Place::Sqlite(file.clone()), folder, Clock::system()).await.unwrap();
    let sqlite = |path: &Path| format!("sqlite://{}", path.display());
    // One connection: SQLite's `alter table` does not see what another connection has just renamed.
    let connect = async |path: &Path| {
        let one = SqlitePoolOptions::new().max_connections(1);
        one.connect(&format!("{}?mode=rwc", sqlite(path))).await.unwrap()
    };
    let mut subjects = Vec::new();

    let database = ours("database", "database", &db, Below::Sqlite(connect(&file).await, "session_records")).await;
    let apart = folder.join("sessions.db");
    let setting = sqlite(&apart);
    drop(Records::open(&StorePlace::parse(&setting).unwrap(), &db).await.unwrap());
    let in_file = ours("sqlite", &setting, &db, Below::Sqlite(connect(&apart).await, "session_records")).await;
    let plain = folder.join("bare.db");
    subjects.extend([database, ours("memory", "memory", &db, Below::Memory).await, in_file]);
    if let Some(server) = &servers.postgres {
        let address = fresh_on_postgres(server, "ours").await;
        let below = Below::Postgres(PgPool::connect(&address).await.unwrap(), "session_records");
        subjects.push(ours("postgres", &address, &db, below).await);
    }
    if let Some(server) = &servers.mysql {
        let (address, database) = fresh_on_mysql(server, "ours").await;
        let table = String::leak(format!("{database}.session_records"));
        subjects
            .push(ours("mysql", &address, &db, Below::Mysql(MySqlPool::connect(&address).await.unwrap(), table)).await);
    }
    if let Some(server) = &servers.redis {
        let address = format!("{server}/1");
        subjects.push(ours("redis", &address, &db, Below::Redis(redis_pool(&address).await)).await);
    }
    if let Some(server) = &servers.rediss {
        let address = format!("{server}/2");
        subjects.push(ours("rediss", &address, &db, Below::Redis(redis_pool(&address).await)).await);
    }

    subjects.push(bare(
        "bare memory",
        [MemoryStore::default(), MemoryStore::default()],
        Cleaner::Nobody,
        Below::Memory,
    ));
    subjects.push(bare("bare moka", [MokaStore::new(None), MokaStore::new(None)], Cleaner::Nobody, Below::Memory));
    let store = SqliteStore::new(SqlitePool::connect(&format!("{}?mode=rwc", sqlite(&plain))).await.unwrap());
    store.migrate().await.unwrap();
    subjects.push(bare(
        "bare sqlite",
        [store.clone(), SqliteStore::new(connect(&plain).await)],
        Cleaner::Sqlite(store),
        Below::Sqlite(connect(&plain).await, "tower_sessions"),
    ));
    if let Some(server) = &servers.postgres {
        let address = fresh_on_postgres(server, "bare").await;
        let pool = PgPool::connect(&address).await.unwrap();
        let store = PostgresStore::new(pool.clone());
        store.migrate().await.unwrap();
        let again = PostgresStore::new(PgPool::connect(&address).await.unwrap());
        let below = Below::Postgres(pool, "tower_sessions.session");
        subjects.push(bare("bare postgres", [store.clone(), again], Cleaner::Postgres(store), below));
    }
    if let Some(server) = &servers.mysql {
        let (address, _) = fresh_on_mysql(server, "bare").await;
        let pool = MySqlPool::connect(&address).await.unwrap();
        let store = MySqlStore::new(pool.clone());
        store.migrate().await.unwrap();
        let again = MySqlStore::new(MySqlPool::connect(&address).await.unwrap());
        let below = Below::Mysql(pool, "tower_sessions.session");
        subjects.push(bare("bare mysql", [store.clone(), again], Cleaner::Mysql(store), below));
    }
    if let Some(server) = &servers.redis {
        let address = format!("{server}/3");
        let (pool, again) = (redis_pool(&address).await, redis_pool(&address).await);
        let stores = [RedisStore::new(pool.clone()), RedisStore::new(again)];
        subjects.push(bare("bare redis", stores, Cleaner::Nobody, Below::Redis(pool)));
    }
    subjects
}
