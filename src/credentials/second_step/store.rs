//! All SQL about sign-ins that are half way.

use crate::accounts::model::SiteRole;
use crate::clock::{MINUTE, Millis};
use crate::db::{Connection, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::UserId;
use crate::random;
use crate::sessions::store::How;

/// How long somebody may take to find their telephone.
pub const HALF_WAY_FOR: Millis = 10 * MINUTE;
/// Codes that are tried in one of them (security.md: five tries).
pub const TRIES: i64 = 5;

/// A sign-in that is half way.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Half {
    /// SHA-256 of what stands in the cookie.
    pub token_digest: String,
    /// Whose account.
    pub user: UserId,
    /// As typed.
    pub email: String,
    /// On the whole site; says how long the sign-in lasts.
    pub role: SiteRole,
    how: String,
    /// It was asked to last longer.
    pub remembered: bool,
    /// Wrong passwords came before.
    pub after_wrong: bool,
    /// Where to go then.
    pub next: String,
    /// Codes that were tried so far.
    pub tries: i64,
    /// The account has a passkey, which is both steps at once.
    pub has_passkey: bool,
}

impl Half {
    /// What was proven.
    pub fn how(&self) -> How {
        How::of_key(&self.how).unwrap_or(How::Password)
    }
}

/// Whether a second step is asked for at every sign-in to the account: it has a code app. Who has passkeys alone signs in with
/// those, or with one proof, and shows one where two are needed.
pub async fn public_asks_second_step(on: &mut impl Connection, user: UserId) -> Result<bool, Failure> {
    let (has,): (bool,) =
        query("select exists (select 1 from code_apps where user_id = $1 and confirmed_at is not null)")
            .bind(user)
            .one(on)
            .await?;
    Ok(has)
}

/// Writes down that somebody is half way, and answers what goes into their cookie.
pub(crate) async fn begin_half(
    write: &mut Write,
    user: UserId,
    how: How,
    remembered: bool,
    after_wrong: bool,
    next: &str,
) -> Result<String, Failure> {
    let token = random::token();
    let now = write.now();
    query("delete from half_sign_ins where token_digest in (select token_digest from half_sign_ins where expires_at <= $1 limit 50)")
        .bind(now)
        .execute(write)
        .await?;
    query(
        "insert into half_sign_ins (token_digest, user_id, epoch, how, remembered, after_wrong, next, tries, expires_at)
         select $1, u.id, u.epoch, $3, $4, $5, $6, 0, $7 from users u where u.id = $2",
    )
    .bind(random::digest(&token))
    .bind(user)
    .bind(how.key())
    .bind(remembered)
    .bind(after_wrong)
    .bind(next)
    .bind(now + HALF_WAY_FOR)
    .execute(write)
    .await?;
    Ok(token)
}

/// The sign-in that is half way in the browser with this token.
pub async fn public_find_half(on: &mut impl Connection, token: &str) -> Result<Option<Half>, Failure> {
    let now = on.now();
    query(
        "select h.token_digest, h.user_id as user, u.email, u.role, h.how, h.remembered, h.after_wrong, h.next, h.tries,
                exists (select 1 from passkeys p where p.user_id = h.user_id and p.suspect_at is null) as has_passkey
         from half_sign_ins h join users u on u.id = h.user_id and u.epoch = h.epoch
         where h.token_digest = $1 and h.expires_at > $2 and h.tries < $3 and u.disabled_at is null and u.frozen_at is null",
    )
    .bind(random::digest(token))
    .bind(now)
    .bind(TRIES)
    .optional(on)
    .await
}

/// Counts a try before it is compared, and says whether it is the last there is; none when there is none any more. Of a hundred at
/// once, five are compared.
pub async fn public_count_try(write: &mut Write, half: &Half) -> Result<Option<bool>, Failure> {
    let row: Option<(i64,)> = query(
        "update half_sign_ins set tries = tries + 1 where token_digest = $1 and tries < $2
               and epoch = (select u.epoch from users u where u.id = half_sign_ins.user_id) returning tries",
    )
    .bind(&half.token_digest)
    .bind(TRIES)
    .optional(write)
    .await?;
    Ok(row.map(|(tries,)| tries == TRIES))
}

pub(super) async fn consume(write: &mut Write, half: &Half) -> Result<(), Failure> {
    // The account may have changed since it was read.
    let gone = query(
        "delete from half_sign_ins where token_digest = $1
           and epoch = (select u.epoch from users u where u.id = half_sign_ins.user_id)",
    )
    .bind(&half.token_digest)
    .execute(write)
    .await?;
    if gone == 1 { Ok(()) } else { Err(AppError::NotFound.into()) }
}
