//! All SQL about recovery codes.

use super::code::{MADE, digest, make};
use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::{MINUTE, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::failure::{Broken, Failure};
use crate::id::UserId;
use crate::sessions::policy::RecentlyProven;
use crate::site_key::{Purpose, SiteKey};

/// How long new codes wait to be shown.
const WAIT: Millis = 10 * MINUTE;

/// What is known of an account's codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Codes {
    /// Not used yet.
    pub left: i64,
    /// When they were made.
    pub made_at: Option<Millis>,
}

/// Takes a code of the account: how many are left when it is one and was not used; none otherwise.
pub(in crate::credentials) async fn take_recovery_code(
    write: &mut Write,
    user: UserId,
    typed: &str,
) -> Result<Option<i64>, Failure> {
    let Some(digest) = digest(typed) else { return Ok(None) };
    let now = write.now();
    let taken =
        query("update recovery_codes set used_at = $3 where code_digest = $1 and user_id = $2 and used_at is null")
            .bind(digest)
            .bind(user)
            .bind(now)
            .execute(write)
            .await?;
    if taken != 1 {
        return Ok(None);
    }
    let (left,): (i64,) = query("select count(*) from recovery_codes where user_id = $1 and used_at is null")
        .bind(user)
        .one(write)
        .await?;
    note(write, Event::of(What::RecoveryCodeUsed).by(user).about(user).after(format!("{left} left"))).await?;
    Ok(Some(left))
}

/// Takes all of an account's codes away.
pub(in crate::credentials) async fn forget_codes(write: &mut Write, user: UserId) -> Result<(), Failure> {
    query("delete from recovery_codes where user_id = $1").bind(user).execute(write).await?;
    query("delete from fresh_codes where user_id = $1").bind(user).execute(write).await.map(drop)
}

impl Oneself<'_, Read> {
    /// How many codes are left.
    pub async fn count_recovery_codes(&mut self) -> Result<Codes, Failure> {
        let user = self.person().id;
        query(
            "select coalesce(sum(case when used_at is null then 1 else 0 end), 0) as left, max(created_at) as made_at
             from recovery_codes where user_id = $1",
        )
        .bind(user)
        .one(self.connection())
        .await
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Makes ten codes in place of those there were. They wait, sealed, to be shown to the browser that made them.
    pub async fn make_recovery_codes(&mut self, key: &SiteKey) -> Result<(), Failure> {
        let (user, sign_in) = (self.inner().person().id, self.inner().person().sign_in);
        let write = self.inner().connection();
        let now = write.now();
        forget_codes(write, user).await?;
        let codes: Vec<String> = (0..MADE).map(|_| make()).collect();
        for code in &codes {
            query("insert into recovery_codes (code_digest, user_id, created_at) values ($1, $2, $3)")
                .bind(digest(code))
                .bind(user)
                .bind(now)
                .execute(write)
                .await?;
        }
        query("insert into fresh_codes (user_id, sign_in_id, codes, expires_at) values ($1, $2, $3, $4)")
            .bind(user)
            .bind(sign_in)
            .bind(key.seal(Purpose::RecoveryCodes, codes.join("\n").as_bytes())?)
            .bind(now + WAIT)
            .execute(write)
            .await?;
        note(write, Event::of(What::FactorAdded).about(user).after("recovery codes")).await
    }

    /// The codes that were just made in this sign-in, once.
    pub async fn take_fresh_codes(&mut self, key: &SiteKey) -> Result<Option<Vec<String>>, Failure> {
        let (user, sign_in) = (self.inner().person().id, self.inner().person().sign_in);
        let write = self.inner().connection();
        let now = write.now();
        let row: Option<(String,)> =
            query("delete from fresh_codes where user_id = $1 and sign_in_id = $2 and expires_at > $3 returning codes")
                .bind(user)
                .bind(sign_in)
                .bind(now)
                .optional(write)
                .await?;
        let Some((sealed,)) = row else { return Ok(None) };
        let Some(plain) = key.open(Purpose::RecoveryCodes, &sealed) else { return Ok(None) };
        let text = String::from_utf8(plain).broken("read recovery codes")?;
        Ok(Some(text.lines().map(str::to_owned).collect()))
    }
}

/// Forgets codes that nobody looked at in time.
pub async fn public_delete_fresh(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from fresh_codes where expires_at <= $1").bind(now).execute(write).await
}
