//! What an admin's browser can ask for about mail.

use leptos::prelude::*;

use crate::error::AppError;

#[cfg(feature = "ssr")]
use crate::{accounts::policy::Admin, http::request, sessions::policy::RecentlyProven, ui::flash::Flash};

/// Has a letter that could not be sent tried again.
#[server(prefix = "/fn", endpoint = "retry_letter")]
pub async fn retry_letter(
    /// `NotFound` when there is none, it was sent, or its link is over.
    letter: i64,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    Admin::claim(&mut write).await?.retry_letter(letter).await?;
    write.commit().await?;
    request::go_on("/admin/outbox", Flash::said("It is tried again now."))
}

/// Deletes a letter that was not sent.
#[server(prefix = "/fn", endpoint = "delete_letter")]
pub async fn delete_letter(
    /// `NotFound` when there is none, or it was sent; `Conflict` for a notice that can still be sent; `Denied::AnotherAdmin`.
    letter: i64,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    RecentlyProven::of(Admin::claim(&mut write).await?)?.delete_letter(letter).await?;
    write.commit().await?;
    request::go_on("/admin/outbox", Flash::said("The letter is deleted. Its link still works until its time is over."))
}
