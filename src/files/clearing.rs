//! Clears away the contents that no file means any more.

use std::sync::Arc;

use super::store::{public_forget_content, public_mark_unused};
use crate::failure::Failure;
use crate::http::Site;
use crate::sessions::caller::Caller;

/// Deletes them: marked first, so that nobody can use one meanwhile, and forgotten once it is gone. Stopped in between, a later time goes on.
pub async fn clear(site: &Site, caller: Arc<Caller>) -> Result<(), Failure> {
    loop {
        let mut write = site.db.begin_write(caller.clone()).await?;
        let unused = public_mark_unused(&mut write).await?;
        write.commit().await?;
        if unused.is_empty() {
            break;
        }
        for digest in unused {
            site.contents.delete(&digest).await?;
            let mut write = site.db.begin_write(caller.clone()).await?;
            public_forget_content(&mut write, &digest).await?;
            write.commit().await?;
        }
    }
    site.contents.clear_halves(site.db.clock().now()).await
}
