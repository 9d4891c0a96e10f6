//! `lectern serve`: opens the database, says where the site is, and serves until told to stop.

use std::io::IsTerminal;

use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{cleaning, open, system};
use crate::accounts::policy::SystemTask;
use crate::accounts::store::{public_has_admin, public_has_demo, public_is_empty};
use crate::announcements::mailing;
use crate::audit::event::{Event, What};
use crate::audit::store::{public_head, public_note};
use crate::config::Config;
use crate::credentials::password::hashing::{Hashing, PasswordCost};
use crate::db::{self, Place};
use crate::demo;
use crate::failure::Failure;
use crate::http::listen::{self, Patience};
use crate::http::{Site, router};
use crate::mail::sending;
use crate::mail::store::public_check_key;
use crate::metrics;
use crate::sessions::records::place::StorePlace;

pub async fn serve(config: Config, task: SystemTask) -> Result<(), Failure> {
    begin_log(&config)?;
    let addr = config.addr;
    // First, so that a start that cannot go on leaves nothing behind.
    let listener = TcpListener::bind(addr)
        .await
        .map_err(|error| anyhow::anyhow!("LECTERN_ADDR: nothing can listen on {addr}: {error}"))
        .map_err(Failure::Broken)?;
    let metrics_listener = match config.metrics_addr {
        Some(addr) => Some(
            TcpListener::bind(addr)
                .await
                .map_err(|error| anyhow::anyhow!("LECTERN_METRICS_ADDR: nothing can listen on {addr}: {error}"))
                .map_err(Failure::Broken)?,
        ),
        None => None,
    };
    let _alone = match config.database.file() {
        Some(file) => Some(db::serve_alone(file).await?),
        None => None,
    };
    let _sessions_alone = match &config.session_store {
        StorePlace::Apart(Place::Sqlite(file)) => Some(db::serve_alone(file).await?),
        _ => None,
    };
    let db = open(&config).await?;
    let origin = config.public_url.origin.clone();
    let wants_demo = config.demo;
    for name in &config.unknown {
        tracing::warn!("{name} is set, and there is no such setting");
    }
    if matches!(config.session_store, StorePlace::Memory) {
        tracing::warn!(
            "sessions are kept in memory: a restart signs everybody out, and a second node would not know them"
        );
    }
    let cost = config.password_cost.here()?;
    if config.password_cost == PasswordCost::Auto {
        tracing::info!(memory_kib = cost.memory, passes = cost.passes, "the cost of passwords, fitted to this machine");
    }
    let site = Site::open(config, db, Hashing::new(cost)?, Patience::default()).await?;
    if !site.assets.found {
        tracing::warn!("this binary was built without its style sheet and scripts: build it with `make build`");
    }

    check_key(&site).await?;
    let is_empty = public_is_empty(&mut site.db.read(system()).await?).await?;
    let mut demo_people = is_empty && wants_demo;
    if demo_people {
        let mut write = site.db.begin_write(system()).await?;
        let (people, courses) = demo::load(&task, &mut write, &site.hashing).await?;
        write.commit().await?;
        tracing::info!(people, courses, "loaded the demo");
    } else if wants_demo {
        demo_people = public_has_demo(&mut site.db.read(system()).await?).await?;
        if !demo_people {
            tracing::info!("the demo is not loaded: there are accounts already");
        }
    }
    if !site.config.public_url.is_this_machine() && public_has_demo(&mut site.db.read(system()).await?).await? {
        tracing::warn!("the demo's people are in this database, and everybody can know their passwords: disable them");
    }
    let first_admin = if public_has_admin(&mut site.db.read(system()).await?).await? {
        None
    } else {
        let mut write = site.db.begin_write(system()).await?;
        let token = task.admin(&mut write).make_set_up_link(None).await?;
        write.commit().await?;
        Some(format!("{origin}/set-up/{token}"))
    };

    let service = router::router(&site);
    tracing::info!(%addr, %origin, version = env!("CARGO_PKG_VERSION"), database = %site.config.database, sessions = %site.config.session_store, "serving");
    println!("Lectern is at {origin}");
    if demo_people {
        println!("Demo sign-ins, all with the password {}:", demo::PASSWORD);
        println!("  admin@lectern.example, instructor@lectern.example, student@lectern.example");
    }
    if let Some(link) = first_admin {
        println!("There is no admin yet. To make the first one, open this once within a day: {link}");
    }

    note_in_log(&site, What::Started).await;
    let cleaner = tokio::spawn(cleaning::run(site.clone()));
    let postman = tokio::spawn(sending::run(site.clone()));
    let crier = tokio::spawn(mailing::run(site.clone()));
    // Scraped to the last: how a node stops is worth seeing.
    let counting = match metrics_listener {
        Some(listener) => Some(tokio::spawn(metrics::begin()?.serve(site.clone(), listener, std::future::pending()))),
        None => None,
    };
    let stop = async {
        if told_to_stop().await == Told::Terminate && !site.config.drain.is_zero() {
            site.begin_to_stop();
            tracing::info!(
                seconds = site.config.drain.as_secs(),
                "not ready any more; other nodes take over, then this one stops"
            );
            tokio::select! {
                () = tokio::time::sleep(site.config.drain) => {}
                _ = told_to_stop() => {}
            }
        }
        site.begin_to_stop();
        tracing::info!("stopping: no new requests, the ones under way end");
    };
    listen::serve(listener, service, site.patience, stop).await;
    cleaner.abort();
    postman.abort();
    crier.abort();
    if let Some(counting) = counting {
        counting.abort();
    }
    note_in_log(&site, What::Stopped).await;
    site.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// A start with another key than before would find that nothing opens, one person after the other.
async fn check_key(site: &Site) -> Result<(), Failure> {
    let mut write = site.db.begin_write(system()).await?;
    if public_check_key(&mut write, &site.key).await? {
        return write.commit().await;
    }
    Err(Failure::Broken(anyhow::anyhow!(
        "LECTERN_KEY_FILE: {} is not the key that this database was used with. Put that one back, or give up what it sealed: \
         `lectern forget-key`",
        site.config.key_file().display()
    )))
}

/// Writes down that this server started or stopped. A log that cannot be written to is no reason not to serve: whatever needs
/// it says so itself. The end of the log goes into the server's own, so that a copy of it is elsewhere.
async fn note_in_log(site: &Site, what: What) {
    let written = async {
        let mut write = site.db.begin_write(system()).await?;
        public_note(&mut write, Event::of(what).after(env!("CARGO_PKG_VERSION"))).await?;
        write.commit().await?;
        public_head(&mut site.db.read(system()).await?).await
    };
    match written.await {
        Ok((event, hash)) => tracing::info!(event, hash, "the audit log's end"),
        Err(failure) => tracing::warn!(%failure, "could not write to the audit log"),
    }
}

/// What is logged unless RUST_LOG says otherwise. Of what the libraries below sessions say, each line comes again in our words.
const LOGGED: &str = "warn,lectern=info,tower_sessions_core=off,fred=off";

fn begin_log(config: &Config) -> Result<(), Failure> {
    let wanted = std::env::var("RUST_LOG").ok().filter(|filter| !filter.trim().is_empty());
    let filter = EnvFilter::builder()
        .parse(wanted.as_deref().unwrap_or(LOGGED))
        .map_err(|error| Failure::Broken(anyhow::anyhow!("RUST_LOG: {error}")))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if config.log_json {
        log.json().init()
    } else {
        log.init()
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic: this is a defect of Lectern");
    }));
    Ok(())
}

/// Who tells a server to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// Somebody at the terminal, who does not want to wait.
    Interrupt,
    /// The system, which may have other nodes.
    Terminate,
}

async fn told_to_stop() -> Told {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupt => Told::Interrupt,
        () = terminate => Told::Terminate,
    }
}
