//! The proof that somebody holds a set-up link.

use super::store::{LinkRow, public_find_link};
use crate::db::{Connection, Write};
use crate::error::AppError;
use crate::failure::Failure;
use crate::random;

/// The holder of a link that is good: known, not used, not past its end.
pub struct LinkHolder<'c, C> {
    on: &'c mut C,
    link: LinkRow,
}

impl<'c, C: Connection> LinkHolder<'c, C> {
    /// Refuses with `AppError::NotFound` whatever the reason, a disabled account or an admin who is there among them.
    pub async fn claim(on: &'c mut C, token: &str) -> Result<Self, Failure> {
        let link = public_find_link(on, &random::digest(token)).await?.ok_or(AppError::NotFound)?;
        Ok(Self { on, link })
    }

    /// What the link is for, as read at the claim.
    pub fn link(&self) -> &LinkRow {
        &self.link
    }
}

impl<'w> LinkHolder<'w, Write> {
    pub(super) fn into_parts(self) -> (&'w mut Write, LinkRow) {
        (self.on, self.link)
    }
}
