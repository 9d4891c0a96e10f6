//! All SQL about "this was not me".

use crate::accounts::model::Email;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::credentials::mail_link::policy::{Held, NotMe};
use crate::credentials::mail_link::store::{Does, MailLink, withdraw_links};
use crate::credentials::reset::store::Forgetful;
use crate::credentials::ways::store::forget_since;
use crate::db::{Connection, Write, query};
use crate::enrolments::store::keep_mark;
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::policy::Everywhere;

impl Held<NotMe> {
    /// Ends every sign-in and every waiting link, gives an address back that was changed, takes away what was added to come back by
    /// since the earliest notice that this reader could still answer, and closes the account until a new password is set. Answers
    /// the account, for the link that opens it again; none when its mail goes elsewhere by now and is not given back: that link would
    /// be for whoever took it.
    pub async fn freeze(self, write: &mut Write) -> Result<Option<Forgetful>, Failure> {
        let link = self.spend(write).await?;
        let user = link.user_id.ok_or(AppError::NotFound)?;
        let now = write.now();
        let old = link.email.as_deref().map(Email::parse).transpose()?;
        let now_at = link.account.as_deref().and_then(|account| Email::parse(account).ok());
        if let Some(old) = old.filter(|old| now_at.is_none_or(|now_at| now_at.key() != old.key())) {
            // Where somebody else has it by now, it stays theirs, and the account keeps the one it has.
            let (is_free,): (bool,) =
                query("select not exists (select 1 from users where email_key = $1 and id <> $2)")
                    .bind(old.key())
                    .bind(user)
                    .one(write)
                    .await?;
            if is_free {
                keep_mark(write, user).await?;
                query("update users set email = $2, email_key = $3, email_verified_at = $4 where id = $1")
                    .bind(user)
                    .bind(old.as_typed())
                    .bind(old.key())
                    .bind(now)
                    .execute(write)
                    .await?;
            }
            // Whoever took the address reads what was sent to it since, a way to undo this among it.
            query("delete from mail_links where user_id = $1 and kind = $2 and used_at is null and created_at >= $3")
                .bind(user)
                .bind(Does::NotMe.key())
                .bind(link.created_at)
                .execute(write)
                .await?;
        }
        // Whoever was in may have begun before what this notice tells of. Earlier notices of somebody inside went to the same mailbox,
        // and whoever was never let in has none to reach back from.
        let since = match link.of_insider {
            Some(true) => earliest_of_insider(write, user, &link).await?,
            Some(false) | None => link.created_at,
        };
        forget_since(write, user, since).await?;
        query("update users set frozen_at = coalesce(frozen_at, $2), epoch = epoch + 1, changed_at = $2 where id = $1")
            .bind(user)
            .bind(now)
            .execute(write)
            .await?;
        withdraw_links(write, user).await?;
        Everywhere::of_who_said_not_me(write, user).end_for("not_me").await?;
        let said = link.detail.unwrap_or_default();
        note(write, Event::of(What::NotMe).by(user).about(user).after(said)).await?;
        let account: Forgetful = query("select id, email from users where id = $1").bind(user).one(write).await?;
        let is_there =
            link.sent_to.is_none_or(|key| Email::parse(&account.email).is_ok_and(|email| email.key() == key));
        Ok(is_there.then_some(account))
    }
}

/// When the first notice was sent that tells of somebody inside, went to the same address, and could still be answered.
async fn earliest_of_insider(write: &mut Write, user: UserId, link: &MailLink) -> Result<Millis, Failure> {
    let now = write.now();
    let (since,): (Option<Millis>,) = query(
        "select min(created_at) from mail_links
         where user_id = $1 and kind = $2 and sent_to = $3 and of_insider = $4 and used_at is null and expires_at > $5
           and created_at < $6",
    )
    .bind(user)
    .bind(Does::NotMe.key())
    .bind(link.sent_to.clone())
    .bind(true)
    .bind(now)
    .bind(link.created_at)
    .one(write)
    .await?;
    Ok(since.unwrap_or(link.created_at))
}
