//! Seats that were kept for somebody who did not take them in time: they go to the next in line.

use std::sync::Arc;

use super::store::{fill_seats, public_list_with_late_offers};
use crate::failure::Failure;
use crate::http::Site;
use crate::sessions::caller::Caller;

/// Passes on what is late now, a course at a time. Called every few minutes while a server runs.
pub async fn pass_on(site: &Site, system: Arc<Caller>) -> Result<(), Failure> {
    let courses = public_list_with_late_offers(&mut site.db.read(system.clone()).await?).await?;
    for course in courses {
        let mut write = site.db.begin_write(system.clone()).await?;
        fill_seats(&mut write, course).await?.tell(&mut write, site).await?;
        write.commit().await?;
    }
    Ok(())
}
