//! `lectern doctor`: what is misconfigured, in plain words. Changes nothing, and may run beside the server.

use std::path::Path;

use super::system;
use crate::accounts::store::{public_has_admin, public_has_demo};
use crate::clock::Clock;
use crate::config::Config;
use crate::credentials::password::breached::Breached;
use crate::credentials::password::hashing::measure;
use crate::db::{self, Read};
use crate::failure::Failure;
use crate::files::contents::Contents;
use crate::files::store::public_list_contents;
use crate::server::findings::of_settings;
use crate::sessions::records::Records;
use crate::sessions::records::place::StorePlace;
use crate::site_key::SiteKey;
use crate::tokens::keys::store::public_find_signer;

pub async fn examine(config: Config) -> Result<(), Failure> {
    let mut wrong = 0;
    let mut look = |ok: bool, good: &str, bad: &str| {
        if ok {
            println!("ok    {good}");
        } else {
            wrong += 1;
            println!("LOOK  {bad}");
        }
    };
    for finding in of_settings(&config, Clock::system().now()) {
        look(finding.is_good, &finding.words, &finding.words);
    }

    let is_there = match config.database.file() {
        Some(file) if !file.exists() => {
            let here = file.display();
            look(
                can_write_beside(file),
                &format!("{here} is not there yet; the first start makes it"),
                &format!("{here} is not there yet, and this account may not make it"),
            );
            false
        }
        Some(file) => examine_file(file, &mut look).await,
        None => true,
    };
    if is_there {
        examine_database(&config, &mut look).await?;
    }
    match (&config.session_store, Records::reach(&config.session_store).await) {
        (StorePlace::Memory, _) => look(
            false,
            "",
            "sessions are kept in memory: a restart signs everybody out, and a second node would not know them",
        ),
        (store, Ok(())) => look(true, &format!("sessions are kept at {store}"), ""),
        (store, Err(failure)) => {
            look(false, "", &format!("the session store {store} does not answer: {}", failure));
        }
    }
    let cost = config.password_cost.here()?;
    let forecast = measure(cost)?;
    println!(
        "note  a password takes {} ms here ({} MiB, {} passes): about {} sign-ins in a second, and at most {} MiB for them",
        forecast.took_ms,
        cost.memory / 1_024,
        cost.passes,
        forecast.a_second,
        forecast.memory_mib
    );
    look(
        forecast.took_ms < 2_000,
        "passwords are checked in good time",
        "a password takes two seconds and more here: set LECTERN_PASSWORD_COST to auto, or use a faster machine",
    );
    if let Some(file) = &config.breached_file {
        match Breached::open(file) {
            Ok(_) => look(true, &format!("new passwords are looked for in {}", file.display()), ""),
            Err(failure) => look(false, "", &format!("LECTERN_BREACHED_FILE: {failure}")),
        }
    }
    match Contents::open(&config.files_place) {
        Ok(_) => look(true, &format!("files are kept at {}", config.files_place), ""),
        Err(failure) => look(false, "", &format!("LECTERN_FILES: {failure}")),
    }
    match SiteKey::open_existing(&config.key_file()) {
        Ok(Some(_)) => look(true, &format!("the site's key is in {}", config.key_file().display()), ""),
        Ok(None) => println!("note  there is no key at {} yet; the first start makes it", config.key_file().display()),
        Err(failure) => look(false, "", &format!("LECTERN_KEY_FILE: {failure}")),
    }
    if let Some(addr) = config.metrics_addr {
        look(
            addr.ip().is_loopback(),
            &format!("what is counted can be read on this machine alone, at http://{addr}/metrics"),
            &format!(
                "what is counted can be read by whoever reaches http://{addr}/metrics: keep that to your own network"
            ),
        );
    }
    match wrong {
        0 => Ok(()),
        1 => Err(Failure::Broken(anyhow::anyhow!("1 thing needs a look"))),
        many => Err(Failure::Broken(anyhow::anyhow!("{many} things need a look"))),
    }
}

/// Whether the file can be looked into.
async fn examine_file(file: &Path, look: &mut impl FnMut(bool, &str, &str)) -> bool {
    match db::verify(file).await {
        Ok(counts) => {
            let rows: i64 = counts.iter().map(|(_, count)| count).sum();
            let plural = if rows == 1 { "" } else { "s" };
            look(true, &format!("{} is whole and holds {rows} row{plural}", file.display()), "");
        }
        Err(failure) => {
            look(false, "", &failure.to_string());
            return false;
        }
    }
    look(
        !is_readable_by_all(file),
        "nobody else on this machine can read it",
        &format!("everybody on this machine can read {}: chmod 600 it", file.display()),
    );
    println!(
        "note  SQLite 3.46 can damage its log when two programs write at the same instant: let only one `lectern serve` use the file"
    );
    true
}

async fn examine_database(config: &Config, look: &mut impl FnMut(bool, &str, &str)) -> Result<(), Failure> {
    let (mut read, missing) = match db::open_to_read(&config.database, Clock::system(), system()).await {
        Ok(opened) => opened,
        Err(failure) => {
            look(false, "", &format!("{} does not answer: {}", config.database, failure));
            return Ok(());
        }
    };
    if config.database.file().is_none() {
        look(true, &format!("{} answers", config.database), "");
    }
    if missing > 0 {
        println!("note  its tables are of an older version; the next start keeps a copy and brings them up to date");
        return Ok(());
    }
    look(
        public_has_admin(&mut read).await?,
        "there is an admin",
        "nobody can sign in as an admin: open the link that the server prints at its start, or that `lectern user add --role admin` \
         printed (`lectern user link` prints another)",
    );
    look(
        config.public_url.is_this_machine() || !public_has_demo(&mut read).await?,
        "nobody of the demo can sign in from elsewhere",
        "the demo's people are in this database, and everybody can know their passwords: disable them",
    );
    examine_files(config, &mut read, look).await?;
    if public_find_signer(&mut read, config.tokens).await?.is_none() {
        println!(
            "note  there is no key to sign tokens with {} yet; the next start makes one",
            config.tokens.algorithm.name()
        );
    }
    Ok(())
}

/// Whether every content that the database knows is where files are kept.
async fn examine_files(
    config: &Config,
    read: &mut Read,
    look: &mut impl FnMut(bool, &str, &str),
) -> Result<(), Failure> {
    let all = public_list_contents(read).await?;
    // It was said already that there is no such place.
    let Ok(contents) = Contents::open(&config.files_place) else { return Ok(()) };
    let mut missing = 0;
    for (digest, size) in &all {
        match contents.has(digest, size.unsigned_abs()).await {
            Ok(true) => {}
            Ok(false) => missing += 1,
            Err(failure) => {
                look(false, "", &format!("{} does not answer: {failure}", config.files_place));
                return Ok(());
            }
        }
    }
    look(
        missing == 0,
        &format!("all {} contents of files are there", all.len()),
        &format!(
            "{missing} of {} contents of files are not at {}: bring them back from a backup",
            all.len(),
            config.files_place
        ),
    );
    Ok(())
}

/// Whether this account may make files in the folder of `path`, or in the nearest one above it that exists.
fn can_write_beside(path: &Path) -> bool {
    let mut folders =
        path.ancestors().skip(1).map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let Some(folder) = folders.find(|folder| folder.exists()) else { return false };
    let probe = folder.join(format!(".lectern-doctor-{}", std::process::id()));
    let made = std::fs::File::create_new(&probe).is_ok();
    made && std::fs::remove_file(&probe).is_ok()
}

#[cfg(unix)]
fn is_readable_by_all(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|data| data.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_all(_: &Path) -> bool {
    false
}
