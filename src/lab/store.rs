//! All SQL of the lab.

use crate::clock::{MINUTE, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::failure::Failure;
use crate::id::SignInId;

/// How long a spare lasts that nobody has taken back: the press that made it does so within a second.
const LASTS: Millis = MINUTE;

/// Makes a spare sign-in.
pub async fn public_make_spare(write: &mut Write, id: SignInId) -> Result<(), Failure> {
    let now = write.now();
    query("insert into lab_sign_ins (id, person_epoch, expires_at) values ($1, 0, $2)")
        .bind(id)
        .bind(now + LASTS)
        .execute(write)
        .await
        .map(drop)
}

/// Whether a spare sign-in is good, with the question that a real one is asked: not over, of the current epoch, and not on the
/// denylist.
pub async fn public_is_good(
    on: &mut impl Connection,
    id: SignInId,
    epoch: i64,
    jti: Option<&str>,
) -> Result<bool, Failure> {
    let now = on.now();
    let (good,): (bool,) = query(
        "select exists (select 1 from lab_sign_ins where id = $1 and ended_at is null and expires_at > $2 and person_epoch = $3
           and ($4 is null or not exists (select 1 from revoked_tokens r where r.jti = $4)))",
    )
    .bind(id)
    .bind(now)
    .bind(epoch)
    .bind(jti.map(str::to_owned))
    .one(on)
    .await?;
    Ok(good)
}

/// Ends a spare sign-in.
pub async fn public_end(write: &mut Write, id: SignInId) -> Result<(), Failure> {
    let now = write.now();
    query("update lab_sign_ins set ended_at = $2 where id = $1").bind(id).bind(now).execute(write).await.map(drop)
}

/// Raises the epoch of a spare sign-in's person.
pub async fn public_raise_epoch(write: &mut Write, id: SignInId) -> Result<(), Failure> {
    query("update lab_sign_ins set person_epoch = person_epoch + 1 where id = $1")
        .bind(id)
        .execute(write)
        .await
        .map(drop)
}

/// Takes spares away, with what stands of them on the denylist.
pub async fn public_take_away(write: &mut Write, ids: &[SignInId], jti: &str) -> Result<(), Failure> {
    for id in ids {
        query("delete from lab_sign_ins where id = $1").bind(*id).execute(write).await?;
    }
    query("delete from revoked_tokens where jti = $1").bind(jti).execute(write).await.map(drop)
}

/// Forgets spares that were left behind.
pub async fn public_delete_over(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from lab_sign_ins where expires_at <= $1").bind(now).execute(write).await
}

/// Some sign-in there is and its epoch, to ask about while measuring: of the last thousand one that lives, an app's or a browser's
/// where there is one. What is found of it goes nowhere.
pub async fn public_any_sign_in(read: &mut Read, is_app: bool) -> Result<Option<(SignInId, i64)>, Failure> {
    query(
        "select id, epoch from (select id, epoch, kind, ended_at from sign_ins order by absolute_ends_at desc limit 1000) as last
         order by case when (kind = 'browser') = $1 then 1 else 0 end, case when ended_at is null then 0 else 1 end limit 1",
    )
    .bind(is_app)
    .optional(read)
    .await
}

/// How many bytes the row of a sign-in has here, in the mean of the last thousand; none without any. Numbers count as eight.
pub async fn public_bytes_of_sign_in(read: &mut Read) -> Result<Option<i64>, Failure> {
    let (mean,): (Option<i64>,) = query(
        "select cast(avg(112 + length(how) + length(form_key) + length(address) + length(user_agent) + coalesce(length(first_address), 0)
                + coalesce(length(proven_from_digest), 0) + coalesce(length(name), 0)) as bigint)
         from (select * from sign_ins where kind = 'browser' order by absolute_ends_at desc limit 1000) as last",
    )
    .one(read)
    .await?;
    Ok(mean)
}
