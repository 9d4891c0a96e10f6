//! `lectern audit ...`: the log, for who runs the server.

use super::system;
use crate::audit::store::public_verify;
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::error::FieldErrors;
use crate::failure::Failure;

/// Says whether the log is as it was written, and prints its end, to be compared with the next time. Refused with the first of
/// what is not; the others are printed.
pub async fn verify(config: Config, known: Option<String>) -> Result<(), Failure> {
    let known = known.as_deref().map(event).transpose()?;
    let (mut read, missing) = db::open_to_read(&config.database, Clock::system(), system()).await?;
    if missing > 0 {
        let words = "the database is of an older version: start this one on it once, then verify";
        return Err(Failure::Broken(anyhow::anyhow!(words)));
    }
    let found = public_verify(&mut read, known.as_ref().map(|(seq, hash)| (*seq, hash.as_str()))).await?;
    let Some((first, others)) = found.broken.split_first() else {
        println!(
            "{} events, each as it was written. Deleted as the settings or people ask: {} details.",
            found.events, found.forgotten
        );
        println!("The end, to be kept elsewhere and given to --known the next time: {}:{}", found.events, found.head);
        return Ok(());
    };
    for other in others {
        println!("{other}");
    }
    Err(Failure::Broken(anyhow::anyhow!("the audit log was changed: {first}")))
}

/// `NUMBER:HASH`.
fn event(text: &str) -> Result<(i64, String), Failure> {
    let parts = text.trim().split_once(':').and_then(|(seq, hash)| Some((seq.parse().ok()?, hash.to_owned())));
    parts.ok_or_else(|| {
        FieldErrors::one("known", "--known needs an event like 17:4ZkP..., as `lectern audit verify` prints it").into()
    })
}
