//! What a server clears away beside its work: session records, refused forms, sign-ins that are over, addresses past their time.

use std::sync::Arc;
use std::time::Duration;

use super::system;
use crate::api::idempotency::store as idempotency;
use crate::audit::store as audit;
use crate::clock::Begun;
use crate::credentials::mail_link::store as mail_link;
use crate::credentials::passkey::store as passkey;
use crate::credentials::provider::store as provider;
use crate::credentials::recovery_codes::store::public_delete_fresh;
use crate::enrolments::store::public_delete_old_rosters;
use crate::enrolments::{late_offers, letters};
use crate::failure::Failure;
use crate::files::clearing;
use crate::http::{Site, kept_forms};
use crate::lab::store as lab;
use crate::lessons::store::public_delete_old_drafts;
use crate::mail::store as mail;
use crate::sessions::store::{public_delete_long_over, public_forget_places};
use crate::tokens::keys::store as keys;
use crate::tokens::store as tokens;

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(600);

/// Between two transactions: others write in between.
const BETWEEN: Duration = Duration::from_millis(5);

/// So many session records in one statement.
const RECORDS: i64 = 500;

/// Clears away for as long as it is let. An error now is tried again later.
pub async fn run(site: Arc<Site>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        match clear(&site).await {
            Ok(Cleared { rows: 0, .. }) => {}
            Ok(Cleared { rows, longest }) => {
                let longest_ms = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
                tracing::info!(rows, longest_ms, "cleared away what was over");
            }
            Err(failure) => tracing::warn!(%failure, "could not clear away what is over"),
        }
        if let Err(failure) = clearing::clear(&site, system()).await {
            tracing::warn!(%failure, "could not clear away files that are not used any more");
        }
        if let Err(failure) = late_offers::pass_on(&site, system()).await {
            tracing::warn!(%failure, "could not pass on seats that nobody took in time");
        }
        if let Err(failure) = letters::tell_late(&site, system()).await {
            tracing::warn!(%failure, "could not write the letters about places that waited");
        }
        if let Err(failure) = site.keys.rotate_when_due(&site.db, &site.key).await {
            tracing::warn!(%failure, "could not have a new signing key follow");
        }
    }
}

/// How much was cleared away, and how long the longest of its transactions took.
#[derive(Default)]
struct Cleared {
    rows: u64,
    longest: Duration,
}

impl Cleared {
    fn add(&mut self, rows: u64, begun: Begun) {
        self.rows += rows;
        self.longest = self.longest.max(begun.took());
    }
}

/// Clears all that is over now, a little in each transaction, so that nobody waits for it.
async fn clear(site: &Site) -> Result<Cleared, Failure> {
    let mut cleared = Cleared::default();
    loop {
        let at = Begun::now();
        match site.records.delete_expired(RECORDS).await {
            Ok(0) => break,
            Ok(rows) => cleared.add(rows, at),
            Err(error) => {
                tracing::warn!(%error, "could not clear ended sessions");
                break;
            }
        }
        tokio::time::sleep(BETWEEN).await;
    }
    loop {
        let mut write = site.db.begin_write(system()).await?;
        // From here on others wait.
        let at = Begun::now();
        let rows = kept_forms::public_delete_expired(&mut write).await?
            + public_delete_long_over(&mut write, site.config.keep_sign_ins).await?
            + public_forget_places(&mut write, site.config.keep_addresses).await?
            + audit::public_forget_places(&mut write, site.config.keep_addresses).await?
            + public_delete_fresh(&mut write).await?
            + tokens::public_delete_over(&mut write).await?
            + tokens::public_delete_fresh(&mut write).await?
            + tokens::public_delete_over_devices(&mut write).await?
            + keys::public_delete_over(&mut write, site.config.keep_sign_ins).await?
            + lab::public_delete_over(&mut write).await?
            + idempotency::public_delete_over(&mut write).await?
            + public_delete_old_rosters(&mut write).await?
            + public_delete_old_drafts(&mut write).await?
            + provider::public_delete_over(&mut write).await?
            + passkey::public_delete_over(&mut write).await?
            + mail_link::public_delete_over(&mut write).await?
            + mail::public_delete_over(&mut write, site.mailer.is_some()).await?;
        write.commit().await?;
        if rows == 0 {
            return Ok(cleared);
        }
        cleared.add(rows, at);
        tokio::time::sleep(BETWEEN).await;
    }
}
