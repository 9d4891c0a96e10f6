//! Which key the letters and other secrets of a database are sealed with.

use crate::accounts::policy::Admin;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::db::{Write, query};
use crate::failure::Failure;
use crate::site_key::SiteKey;

impl Admin<'_, Write> {
    /// Gives up what an earlier key sealed, and says in words what was lost.
    pub async fn forget_key(&mut self) -> Result<String, Failure> {
        let write = self.connection();
        let letters = query("delete from outbox where state <> 'sent'").execute(write).await?;
        let apps = query("delete from code_apps").execute(write).await?;
        query("delete from fresh_codes").execute(write).await?;
        // New ones are made at the next start, and apps sign in anew.
        query("delete from signing_keys").execute(write).await?;
        // Nobody is found by these any more. Blocks of accounts stay.
        let addresses = query("delete from given_up_addresses").execute(write).await?;
        query("delete from site_keys").execute(write).await?;
        note(write, Event::of(What::Deleted).after("what an earlier key had sealed")).await?;
        Ok(format!(
            "{letters} letters that waited, {apps} code apps, which their people set up anew, {addresses} addresses that blocked people had before"
        ))
    }
}

/// Compares the site's key with the one that this database was sealed with; the first one is written down.
pub async fn public_check_key(write: &mut Write, key: &SiteKey) -> Result<bool, Failure> {
    query("insert into site_keys (one, fingerprint) values (1, $1) on conflict (one) do nothing")
        .bind(key.fingerprint())
        .execute(write)
        .await?;
    let (known,): (String,) = query("select fingerprint from site_keys where one = 1").one(write).await?;
    Ok(known == key.fingerprint())
}
