//! What a server clears away beside its work: session records, refused forms and sign-ins that are over.

use std::sync::Arc;
use std::time::Duration;

use super::system;
use crate::audit::store as audit;
use crate::failure::Failure;
use crate::http::{Site, kept_forms};
use crate::sessions::store::{public_delete_long_over, public_forget_places};

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(600);

/// Between two transactions of a hundred rows: others write in between.
const BETWEEN: Duration = Duration::from_millis(10);

/// So many session records in one statement.
const RECORDS: i64 = 500;

/// Clears away for as long as it is let. An error now is tried again later.
pub async fn run(site: Arc<Site>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Err(failure) = clear(&site).await {
            tracing::warn!(%failure, "could not clear away what is over");
        }
    }
}

/// Clears all that is over now, a little in each transaction, so that nobody waits for it.
pub async fn clear(site: &Site) -> Result<(), Failure> {
    loop {
        match site.records.delete_expired(RECORDS).await {
            Ok(0) => break,
            Ok(_) => tokio::time::sleep(BETWEEN).await,
            Err(error) => {
                tracing::warn!(%error, "could not clear ended sessions");
                break;
            }
        }
    }
    loop {
        let mut write = site.db.begin_write(system()).await?;
        let cleared = kept_forms::public_delete_expired(&mut write).await?
            + public_delete_long_over(&mut write, site.config.keep_sign_ins).await?
            + public_forget_places(&mut write, site.config.keep_addresses).await?
            + audit::public_forget_places(&mut write, site.config.keep_addresses).await?;
        write.commit().await?;
        if cleared == 0 {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN).await;
    }
}
