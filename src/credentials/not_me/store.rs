//! All SQL about "this was not me".

use crate::accounts::model::Email;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::credentials::mail_link::policy::{Held, NotMe};
use crate::credentials::mail_link::store::{Does, end_links};
use crate::credentials::reset::store::Forgetful;
use crate::credentials::ways::store::forget_since;
use crate::db::{Connection, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::sessions::policy::Everywhere;

impl Held<NotMe> {
    /// Ends every sign-in and every waiting link, gives an address back that was changed, takes away what was added since then to
    /// come back by, and closes the account until a new password is set. Answers the account, for the link that opens it again.
    pub async fn freeze(self, write: &mut Write) -> Result<Forgetful, Failure> {
        let link = self.spend(write).await?;
        let user = link.user_id.ok_or(AppError::NotFound)?;
        let now = write.now();
        if let Some(old) = &link.email {
            let old = Email::parse(old)?;
            // Where somebody else has it by now, it stays theirs.
            query(
                "update users set email = $2, email_key = $3, email_verified_at = $4
                 where id = $1 and not exists (select 1 from users where email_key = $3 and id <> $1)",
            )
            .bind(user)
            .bind(old.as_typed())
            .bind(old.key())
            .bind(now)
            .execute(write)
            .await?;
            // Whoever took the address reads what was sent to it since, a way to undo this among it.
            query("delete from mail_links where user_id = $1 and kind = $2 and used_at is null and created_at >= $3")
                .bind(user)
                .bind(Does::NotMe.key())
                .bind(link.created_at)
                .execute(write)
                .await?;
        }
        forget_since(write, user, link.created_at).await?;
        query("update users set frozen_at = coalesce(frozen_at, $2), epoch = epoch + 1, changed_at = $2 where id = $1")
            .bind(user)
            .bind(now)
            .execute(write)
            .await?;
        end_links(write, user, &[Does::Confirm, Does::NewAddress, Does::Reset]).await?;
        query("delete from set_up_links where user_id = $1 and used_at is null").bind(user).execute(write).await?;
        Everywhere::of_who_said_not_me(write, user).end_for("not_me").await?;
        let said = link.detail.unwrap_or_default();
        note(write, Event::of(What::NotMe).by(user).about(user).after(said)).await?;
        query("select id, email from users where id = $1").bind(user).one(write).await
    }
}
