//! All SQL about what browsers report.

use super::reports::Report;
use crate::accounts::policy::Admin;
use crate::clock::{DAY, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::failure::Failure;
use crate::random;

/// So many different reports are kept; the one seen longest ago goes first.
const MOST: i64 = 100;
/// What nobody reports for so long is forgotten.
const KEPT: Millis = 30 * DAY;

/// Counts a report together with others that say the same.
pub async fn public_take_report(write: &mut Write, report: &Report) -> Result<(), Failure> {
    let now = write.now();
    query(
        "insert into browser_reports (digest, directive, blocked, page, count, first_at, last_at) values ($1, $2, $3, $4, 1, $5, $5)
         on conflict (digest) do update set count = browser_reports.count + 1, last_at = excluded.last_at",
    )
    .bind(random::digest(&format!("{}\n{}\n{}", report.directive, report.blocked, report.page)))
    .bind(&report.directive)
    .bind(&report.blocked)
    .bind(&report.page)
    .bind(now)
    .execute(write)
    .await?;
    query(
        "delete from browser_reports where last_at < $1 or digest in
            (select digest from browser_reports order by last_at desc, digest limit 1000 offset $2)",
    )
    .bind(now - KEPT)
    .bind(MOST)
    .execute(write)
    .await
    .map(drop)
}

/// Reports that say the same, counted.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReportRow {
    /// Which part of the policy forbade it.
    pub directive: String,
    /// What was forbidden.
    pub blocked: String,
    /// The page it was on.
    pub page: String,
    /// How often.
    pub count: i64,
    /// When first.
    pub first_at: Millis,
    /// When last.
    pub last_at: Millis,
}

impl Admin<'_, Read> {
    /// What browsers reported in the last 30 days, the latest first.
    pub async fn list_reports(&mut self) -> Result<Vec<ReportRow>, Failure> {
        let read = self.connection();
        let now = read.now();
        query("select directive, blocked, page, count, first_at, last_at from browser_reports where last_at >= $1 order by last_at desc, digest")
            .bind(now - KEPT)
            .all(read)
            .await
    }
}
