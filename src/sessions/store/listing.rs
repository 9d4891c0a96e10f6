//! What a person sees of their sign-ins, and an admin of somebody's.

use crate::accounts::policy::{Oneself, PersonKeeper};
use crate::clock::{DAY, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{SignInId, UserId};
use crate::sessions::model::DeviceName;

/// A live sign-in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SignInRow {
    /// Random, so it says nothing about the order.
    pub id: SignInId,
    /// `browser`, or `AppKind::key`.
    pub kind: String,
    /// What an app calls itself.
    pub client: Option<String>,
    /// What an app may do.
    pub scopes: Option<String>,
    /// `How::key`.
    pub how: String,
    /// `Second::key`; none for one proof alone.
    pub second: Option<String>,
    /// It lasts longer than others.
    pub remembered: bool,
    /// What its person calls the device.
    pub name: Option<String>,
    /// The IP address it was last seen from.
    pub address: String,
    /// The browser's words about itself when it signed in, at most 400 characters.
    pub user_agent: String,
    /// When the person signed in.
    pub created_at: Millis,
    /// At most a minute before the last click.
    pub last_seen_at: Millis,
    /// Moves on with use, never past `absolute_ends_at`.
    pub idle_ends_at: Millis,
    /// Never moves on; another role can bring it nearer.
    pub absolute_ends_at: Millis,
}

/// A sign-in that is over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EndedRow {
    /// What an app called itself.
    pub client: Option<String>,
    /// What its person called the device.
    pub name: Option<String>,
    /// The IP address it was last seen from; empty once it is kept no longer.
    pub address: String,
    /// The browser's words about itself when it signed in, at most 400 characters.
    pub user_agent: String,
    /// When the person signed in.
    pub created_at: Millis,
    /// When it ended, by somebody or by itself.
    pub ended_at: Millis,
    /// `signed_out`, `ended_by_person`, `ended_by_admin`, `password_changed`, `ways_changed`, `factors_reset`, `not_me`, `disabled`,
    /// `too_many`, `token_reused`, `role_changed`; `idle` or `absolute` by itself.
    pub why: String,
}

/// How long a sign-in that is over is shown to its person.
const SHOWN: Millis = 30 * DAY;
/// And how many at most.
pub const ENDED_MOST: i64 = 50;
/// How many live ones at most: as many as one person can have.
pub const SHOWN_MOST: i64 = 2 * super::PARALLEL + super::PERSONAL;

/// A person's sign-ins.
#[derive(Clone, Debug)]
pub struct SignIns {
    /// The last used first.
    pub live: Vec<SignInRow>,
    /// Of the last 30 days, the last ended first, at most [`ENDED_MOST`].
    pub ended: Vec<EndedRow>,
}

/// Which of somebody's live sign-ins are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those last seen from this address, written as it is listed; empty: from any.
    pub address: String,
    /// Only those not used since; none: whenever.
    pub unused_since: Option<Millis>,
}

/// The sign-ins of `user` that a filter lets through, as they are listed.
pub(super) async fn live_of(
    on: &mut impl Connection,
    user: UserId,
    filter: &Filter,
) -> Result<Vec<SignInRow>, Failure> {
    let now = on.now();
    query(
        "select s.id, s.kind, s.client, s.scopes, s.how, s.second, s.remembered, s.name, s.address, s.user_agent, s.created_at, s.last_seen_at, s.idle_ends_at, s.absolute_ends_at
         from sign_ins s join users u on u.id = s.user_id and u.epoch = s.epoch
         where s.user_id = $1 and s.ended_at is null and s.idle_ends_at > $2 and s.absolute_ends_at > $2 and u.disabled_at is null
           and ($3 = '' or s.address = $3) and ($4 is null or s.last_seen_at < $4)
         order by s.last_seen_at desc, s.id limit $5",
    )
    .bind(user)
    .bind(now)
    .bind(filter.address.clone())
    .bind(filter.unused_since)
    .bind(SHOWN_MOST)
    .all(on)
    .await
}

async fn ended_of(read: &mut Read, user: UserId) -> Result<Vec<EndedRow>, Failure> {
    let now = read.now();
    query(
        "select client, name, address, user_agent, created_at, ended_at, why from
            (select id, client, name, address, user_agent, created_at,
                    coalesce(ended_at, case when idle_ends_at < absolute_ends_at then idle_ends_at else absolute_ends_at end) as ended_at,
                    coalesce(ended_why, case when idle_ends_at < absolute_ends_at then 'idle' else 'absolute' end) as why
             from sign_ins where user_id = $1) as over
         where ended_at <= $2 and ended_at > $3 order by ended_at desc, id limit $4",
    )
    .bind(user)
    .bind(now)
    .bind(now - SHOWN)
    .bind(ENDED_MOST)
    .all(read)
    .await
}

impl Oneself<'_, Read> {
    /// Every live sign-in of this person, and those that ended lately.
    pub async fn list_sign_ins(&mut self) -> Result<SignIns, Failure> {
        let user = self.person().id;
        let read = self.connection();
        Ok(SignIns { live: live_of(read, user, &Filter::default()).await?, ended: ended_of(read, user).await? })
    }
}

impl PersonKeeper<'_, Read> {
    /// The live sign-ins of the person that a filter lets through, and those that ended lately.
    pub async fn list_sign_ins(&mut self, filter: &Filter) -> Result<SignIns, Failure> {
        let (read, user) = self.connection();
        Ok(SignIns { live: live_of(read, user, filter).await?, ended: ended_of(read, user).await? })
    }
}

impl Oneself<'_, Write> {
    /// Gives one of this person's live sign-ins a name, or takes it away. `NotFound` for somebody else's, or one that ended.
    pub async fn name_sign_in(&mut self, sign_in: SignInId, name: Option<&DeviceName>) -> Result<(), Failure> {
        let user = self.person().id;
        let write = self.connection();
        let now = write.now();
        let named = query(
            "update sign_ins set name = $3 where id = $1 and user_id = $2 and ended_at is null and idle_ends_at > $4 and absolute_ends_at > $4",
        )
        .bind(sign_in)
        .bind(user)
        .bind(name.map(|name| name.as_str().to_owned()))
        .bind(now)
        .execute(write)
        .await?;
        if named == 1 { Ok(()) } else { Err(AppError::NotFound.into()) }
    }
}
