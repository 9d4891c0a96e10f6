//! All SQL about sign-ins.

use super::caller::Person;
use super::policy::{Arriving, Departing, Everywhere};
use crate::accounts::model::SiteRole;
use crate::accounts::policy::{Admin, Oneself};
use crate::clock::{DAY, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::failure::Failure;
use crate::id::{SignInId, UserId};
use crate::random;

/// Whom a session record points at: alive, or only known by name.
#[derive(Clone, Debug)]
pub enum Found {
    /// Signed in.
    Live(Person),
    /// This person was signed in, and is not any more.
    Ended(UserId),
}

#[derive(sqlx::FromRow)]
struct Pointed {
    id: UserId,
    name: String,
    email: String,
    role: SiteRole,
    last_seen_at: Millis,
    created_at: Millis,
    live: bool,
}

/// Who this sign-in says is asking. Read on every request, and again inside every write.
pub async fn public_find_caller(on: &mut impl Connection, sign_in: SignInId) -> Result<Option<Found>, Failure> {
    let now = on.now();
    let row = query(
        "select u.id, u.name, u.email, u.role, s.last_seen_at, s.created_at,
                (s.ended_at is null and s.idle_ends_at > $2 and s.absolute_ends_at > $2
                 and u.disabled_at is null and s.epoch = u.epoch) as live
         from sign_ins s join users u on u.id = s.user_id where s.id = $1",
    )
    .bind(sign_in)
    .bind(now)
    .optional::<Pointed>(on)
    .await?;
    Ok(row.map(|row| {
        if !row.live {
            return Found::Ended(row.id);
        }
        Found::Live(Person {
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.role,
            sign_in,
            last_seen_at: row.last_seen_at,
            signed_in_at: row.created_at,
        })
    }))
}

/// How many sign-ins are live now.
pub async fn public_count_live(on: &mut impl Connection) -> Result<i64, Failure> {
    let now = on.now();
    let (count,): (i64,) = query(
        "select count(*) from sign_ins s join users u on u.id = s.user_id
         where s.ended_at is null and s.idle_ends_at > $1 and s.absolute_ends_at > $1 and u.disabled_at is null and s.epoch = u.epoch",
    )
    .bind(now)
    .one(on)
    .await?;
    Ok(count)
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// At the sign-in form.
    Password,
    /// By making the account a moment ago.
    SignUp,
    /// With a one-time link.
    SetUpLink,
}

impl How {
    /// As it is stored and counted.
    pub fn key(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SignUp => "sign_up",
            Self::SetUpLink => "set_up_link",
        }
    }
}

/// How long a new sign-in lasts, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Lasts {
    /// So long after the last click; each click moves the end.
    pub idle: Millis,
    /// So long after signing in, whatever happens.
    pub absolute: Millis,
}

impl Arriving<'_> {
    /// Signs the person in from the place the request came from.
    pub async fn sign_in(self, how: How, lasts: Lasts) -> Result<SignInId, Failure> {
        let (write, user) = self.into_parts();
        let id = SignInId(random::id63());
        let now = write.now();
        let (address, user_agent) = (write.caller().address.to_string(), write.caller().user_agent.clone());
        query(
            "insert into sign_ins (id, user_id, epoch, how, level, address, user_agent, created_at, last_seen_at,
                                   idle_ends_at, absolute_ends_at)
             select $1, u.id, u.epoch, $3, 1, $4, $5, $6, $6, $7, $8 from users u where u.id = $2",
        )
        .bind(id)
        .bind(user)
        .bind(how.key())
        .bind(address)
        .bind(user_agent)
        .bind(now)
        .bind((now + lasts.idle).min(now + lasts.absolute))
        .bind(now + lasts.absolute)
        .execute(write)
        .await?;
        Ok(id)
    }
}

impl Arriving<'_> {
    /// Ends what was signed in with the account's earlier password, which has just been replaced.
    pub(crate) async fn end_what_was_before(&mut self) -> Result<(), Failure> {
        let (write, user) = self.parts();
        end_of_earlier_epochs(write, user).await.map(drop)
    }
}

impl Departing<'_> {
    /// Ends the sign-in that asks.
    pub async fn sign_out(self) -> Result<(), Failure> {
        let (write, sign_in) = self.into_parts();
        let now = write.now();
        query("update sign_ins set ended_at = $2, ended_why = 'signed_out' where id = $1 and ended_at is null")
            .bind(sign_in)
            .bind(now)
            .execute(write)
            .await
            .map(drop)
    }
}

/// Notes that a sign-in was used: at most once a minute, and never past its absolute end.
pub async fn public_note_seen(write: &mut Write, person: &Person, idle: Millis) -> Result<(), Failure> {
    let now = write.now();
    let address = write.caller().address.to_string();
    query(
        "update sign_ins set last_seen_at = $2, idle_ends_at = case when $3 < absolute_ends_at then $3 else absolute_ends_at end, address = $4
         where id = $1 and ended_at is null and last_seen_at < $2",
    )
    .bind(person.sign_in)
    .bind(now)
    .bind(now + idle)
    .bind(address)
    .execute(write)
    .await
    .map(drop)
}

/// A live sign-in, as its owner sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SignInRow {
    /// Random, so it says nothing about the order.
    pub id: SignInId,
    /// `password`, `sign_up` or `set_up_link`.
    pub how: String,
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

impl Oneself<'_, Read> {
    /// Every live sign-in of this person, the last used first.
    pub async fn list_sign_ins(&mut self) -> Result<Vec<SignInRow>, Failure> {
        let user = self.person().id;
        let read = self.connection();
        let now = read.now();
        query(
            "select s.id, s.how, s.address, s.user_agent, s.created_at, s.last_seen_at, s.idle_ends_at, s.absolute_ends_at
             from sign_ins s join users u on u.id = s.user_id and u.epoch = s.epoch
             where s.user_id = $1 and s.ended_at is null and s.idle_ends_at > $2 and s.absolute_ends_at > $2
             order by s.last_seen_at desc, s.id",
        )
        .bind(user)
        .bind(now)
        .all(read)
        .await
    }
}

/// A sign-in that is over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EndedRow {
    /// The IP address it was last seen from.
    pub address: String,
    /// The browser's words about itself when it signed in, at most 400 characters.
    pub user_agent: String,
    /// When the person signed in.
    pub created_at: Millis,
    /// When it ended, by somebody or by itself.
    pub ended_at: Millis,
    /// `signed_out`, `ended_by_person`, `ended_by_admin`, `password_changed`, `disabled`; `idle` or `absolute` by itself.
    pub why: String,
}

/// How long a sign-in that is over is shown to its person.
const SHOWN: Millis = 30 * DAY;
/// And how many at most.
pub const ENDED_MOST: i64 = 50;

impl Oneself<'_, Read> {
    /// This person's sign-ins that ended in the last 30 days, the last ended first, at most [`ENDED_MOST`].
    pub async fn list_ended_sign_ins(&mut self) -> Result<Vec<EndedRow>, Failure> {
        let user = self.person().id;
        let read = self.connection();
        let now = read.now();
        query(
            "select address, user_agent, created_at, ended_at, why from
                (select id, address, user_agent, created_at,
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
}

/// Ends the live sign-ins of `user`, but for `spared`, and says how many.
async fn end_live(write: &mut Write, user: UserId, spared: Option<SignInId>, why: &str) -> Result<u64, Failure> {
    let now = write.now();
    query(
        "update sign_ins set ended_at = $3, ended_why = $4
         where user_id = $1 and id is distinct from $2 and ended_at is null and idle_ends_at > $3 and absolute_ends_at > $3
           and epoch = (select epoch from users where id = $1)",
    )
    .bind(user)
    .bind(spared.map(|sign_in| sign_in.0))
    .bind(now)
    .bind(why)
    .execute(write)
    .await
}

impl Oneself<'_, Write> {
    /// Ends every sign-in of this person, the one that asks as well, and says how many.
    pub async fn end_all_sign_ins(&mut self) -> Result<u64, Failure> {
        let user = self.person().id;
        end_live(self.connection(), user, None, "ended_by_person").await
    }

    /// Ends one of this person's sign-ins. Somebody else's, or one that ended already, is none of theirs: `None`.
    pub async fn end_sign_in(&mut self, sign_in: SignInId) -> Result<Option<String>, Failure> {
        let user = self.person().id;
        let write = self.connection();
        let now = write.now();
        let ended: Option<(String,)> = query(
            "update sign_ins set ended_at = $3, ended_why = 'ended_by_person'
             where id = $1 and user_id = $2 and ended_at is null and idle_ends_at > $3 and absolute_ends_at > $3
             returning user_agent",
        )
        .bind(sign_in)
        .bind(user)
        .bind(now)
        .optional(write)
        .await?;
        Ok(ended.map(|(user_agent,)| user_agent))
    }

    /// Ends every sign-in of this person but the one that asks, and says how many.
    pub async fn end_other_sign_ins(&mut self) -> Result<u64, Failure> {
        let (user, sign_in) = (self.person().id, self.person().sign_in);
        end_live(self.connection(), user, Some(sign_in), "ended_by_person").await
    }

    /// Makes a new password's epoch count: this sign-in goes on, every other one of the person ends. Says how many did.
    pub(crate) async fn renew_after_password_change(&mut self) -> Result<u64, Failure> {
        let (user, sign_in) = (self.person().id, self.person().sign_in);
        let write = self.connection();
        query("update sign_ins set epoch = (select epoch from users where id = $1) where id = $2")
            .bind(user)
            .bind(sign_in)
            .execute(write)
            .await?;
        end_of_earlier_epochs(write, user).await
    }
}

/// Writes down that a new password ended what was signed in before it, and says how many were live until then.
async fn end_of_earlier_epochs(write: &mut Write, user: UserId) -> Result<u64, Failure> {
    let now = write.now();
    query(
        "update sign_ins set ended_at = $2, ended_why = 'password_changed'
         where user_id = $1 and ended_at is null and idle_ends_at > $2 and absolute_ends_at > $2
           and epoch < (select epoch from users where id = $1)",
    )
    .bind(user)
    .bind(now)
    .execute(write)
    .await
}

impl Admin<'_, Write> {
    /// Ends every sign-in of `user`, and says how many were live.
    pub async fn end_sign_ins_of(&mut self, user: UserId) -> Result<u64, Failure> {
        end_live(self.connection(), user, None, "ended_by_admin").await
    }
}

impl Everywhere<'_> {
    /// Shortens a person's live sign-ins to what their new role allows; never lengthens one.
    pub async fn tighten(self, lasts: Lasts) -> Result<(), Failure> {
        let (write, user) = self.into_parts();
        query(
            "update sign_ins set absolute_ends_at = created_at + $2
             where user_id = $1 and ended_at is null and absolute_ends_at > created_at + $2",
        )
        .bind(user)
        .bind(lasts.absolute)
        .execute(write)
        .await?;
        query(
            "update sign_ins set idle_ends_at = last_seen_at + $2
             where user_id = $1 and ended_at is null and idle_ends_at > last_seen_at + $2",
        )
        .bind(user)
        .bind(lasts.idle)
        .execute(write)
        .await?;
        query(
            "update sign_ins set idle_ends_at = absolute_ends_at
             where user_id = $1 and ended_at is null and idle_ends_at > absolute_ends_at",
        )
        .bind(user)
        .execute(write)
        .await
        .map(drop)
    }

    /// Ends all of them, since the account was disabled.
    pub async fn end_for_disabling(self) -> Result<(), Failure> {
        let (write, user) = self.into_parts();
        let now = write.now();
        query("update sign_ins set ended_at = $2, ended_why = 'disabled' where user_id = $1 and ended_at is null")
            .bind(user)
            .bind(now)
            .execute(write)
            .await
            .map(drop)
    }
}
