//! How sign-ins end: by their person, by an admin, with a password or an account, and by themselves.

use super::beginning::Lasts;
use super::listing::{Filter, live_of};
use crate::accounts::policy::{Admin, Oneself};
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::db::{Connection, Write, query};
use crate::failure::Failure;
use crate::id::{SignInId, UserId};
use crate::sessions::device;
use crate::sessions::policy::{Departing, Everywhere, RecentlyProven};

impl Departing<'_> {
    /// Ends the sign-in that asks.
    pub async fn sign_out(self) -> Result<(), Failure> {
        let (write, sign_in) = self.into_parts();
        let now = write.now();
        let user: Option<(UserId,)> = query(
            "update sign_ins set ended_at = $2, ended_why = 'signed_out' where id = $1 and ended_at is null returning user_id",
        )
        .bind(sign_in)
        .bind(now)
        .optional(write)
        .await?;
        let Some((user,)) = user else { return Ok(()) };
        note(write, ended(user, "signed_out").on(Object::SignIn(sign_in))).await
    }
}

/// A sign-in that was just ended, for the sentence that says so.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EndedSignIn {
    name: Option<String>,
    client: Option<String>,
    user_agent: String,
}

impl EndedSignIn {
    /// What it was called.
    pub fn called(&self) -> String {
        device::called(self.name.as_deref(), self.client.as_deref(), &self.user_agent)
    }
}

fn ended(user: UserId, why: &str) -> Event {
    Event::of(What::SignInEnded).about(user).after(why)
}

/// Ends one live sign-in of `user`. Somebody else's, or one that ended already, is none of theirs: `None`.
async fn end_one(
    write: &mut Write,
    user: UserId,
    sign_in: SignInId,
    why: &str,
) -> Result<Option<EndedSignIn>, Failure> {
    let now = write.now();
    let row: Option<EndedSignIn> = query(
        "update sign_ins set ended_at = $3, ended_why = $4
         where id = $1 and user_id = $2 and ended_at is null and idle_ends_at > $3 and absolute_ends_at > $3
         returning name, client, user_agent",
    )
    .bind(sign_in)
    .bind(user)
    .bind(now)
    .bind(why)
    .optional(write)
    .await?;
    if let Some(row) = &row {
        note(write, ended(user, why).on(Object::SignIn(sign_in)).before(row.called())).await?;
    }
    Ok(row)
}

/// Ends the live sign-ins of `user`, but for `spared`, and says how many.
async fn end_live(write: &mut Write, user: UserId, spared: Option<SignInId>, why: &str) -> Result<u64, Failure> {
    let now = write.now();
    let count = query(
        "update sign_ins set ended_at = $3, ended_why = $4
         where user_id = $1 and id is distinct from $2 and ended_at is null and idle_ends_at > $3 and absolute_ends_at > $3
           and epoch = (select epoch from users where id = $1)",
    )
    .bind(user)
    .bind(spared.map(|sign_in| sign_in.0))
    .bind(now)
    .bind(why)
    .execute(write)
    .await?;
    if count > 0 {
        note(write, ended(user, why).before(format!("{count} live"))).await?;
    }
    Ok(count)
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Ends every sign-in of this person, the one that asks as well, and says how many.
    pub async fn end_all_sign_ins(&mut self) -> Result<u64, Failure> {
        let user = self.inner().person().id;
        end_live(self.inner().connection(), user, None, "ended_by_person").await
    }

    /// Ends one of this person's sign-ins. Somebody else's, or one that ended already, is none of theirs: `None`.
    pub async fn end_sign_in(&mut self, sign_in: SignInId) -> Result<Option<EndedSignIn>, Failure> {
        let user = self.inner().person().id;
        end_one(self.inner().connection(), user, sign_in, "ended_by_person").await
    }

    /// Ends every sign-in of this person but the one that asks, and says how many.
    pub async fn end_other_sign_ins(&mut self) -> Result<u64, Failure> {
        let (user, sign_in) = (self.inner().person().id, self.inner().person().sign_in);
        end_live(self.inner().connection(), user, Some(sign_in), "ended_by_person").await
    }
}

/// What of an account has changed that ends what was signed in before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// The password.
    Password,
    /// Its address, another way to sign in, or a second step.
    Ways,
}

/// Writes down why what was signed in before a change of the account ended, and says how many were live until then.
pub(super) async fn end_of_earlier_epochs(write: &mut Write, user: UserId, what: Renewed) -> Result<u64, Failure> {
    let now = write.now();
    query(
        "update sign_ins set ended_at = $2, ended_why = $3
         where user_id = $1 and ended_at is null and idle_ends_at > $2 and absolute_ends_at > $2
           and epoch < (select epoch from users where id = $1)",
    )
    .bind(user)
    .bind(now)
    .bind(match what {
        Renewed::Password => "password_changed",
        Renewed::Ways => "ways_changed",
    })
    .execute(write)
    .await
}

impl RecentlyProven<Admin<'_, Write>> {
    /// Ends the live sign-ins of `user` that a filter lets through, and says how many.
    pub async fn end_sign_ins_of(&mut self, user: UserId, filter: &Filter) -> Result<u64, Failure> {
        let write = self.inner().connection();
        if *filter == Filter::default() {
            return end_live(write, user, None, "ended_by_admin").await;
        }
        let mut ended = 0;
        // At most as many as one person can have.
        for row in live_of(write, user, filter).await? {
            ended += u64::from(end_one(write, user, row.id, "ended_by_admin").await?.is_some());
        }
        Ok(ended)
    }

    /// Ends every live sign-in on the site but the one that asks, and says how many.
    pub async fn end_everybodys_sign_ins(&mut self) -> Result<u64, Failure> {
        let own = self.inner().person().map(|person| person.sign_in.0);
        let write = self.inner().connection();
        let now = write.now();
        let count = query(
            "update sign_ins set ended_at = $2, ended_why = 'ended_by_admin'
             where id is distinct from $1 and ended_at is null and idle_ends_at > $2 and absolute_ends_at > $2",
        )
        .bind(own)
        .bind(now)
        .execute(write)
        .await?;
        let event = Event::of(What::SignInEnded).before(format!("{count} live, of everybody")).after("ended_by_admin");
        note(write, event).await?;
        Ok(count)
    }

    /// Ends one live sign-in of `user`; `None` when it is not theirs, or over.
    pub async fn end_sign_in_of(&mut self, user: UserId, sign_in: SignInId) -> Result<Option<EndedSignIn>, Failure> {
        end_one(self.inner().connection(), user, sign_in, "ended_by_admin").await
    }
}

impl Everywhere<'_> {
    /// Shortens a person's live sign-ins to what their new role allows, and has each get a new session id at its next
    /// request; never lengthens one. Those of apps end.
    pub async fn tighten(self, lasts: Lasts) -> Result<(), Failure> {
        let (write, user) = self.into_parts();
        // Being remembered was asked for with another role, and so was what was proven: neither counts for this one.
        query(
            "update sign_ins set id_is_due = $4, remembered = $5, level = 1, proven_at = 0,
                    absolute_ends_at = case when absolute_ends_at > created_at + $2 then created_at + $2 else absolute_ends_at end,
                    idle_ends_at = case when idle_ends_at > last_seen_at + $3 then last_seen_at + $3 else idle_ends_at end
             where user_id = $1 and ended_at is null",
        )
        .bind(user)
        .bind(lasts.absolute)
        .bind(lasts.idle)
        .bind(true)
        .bind(false)
        .execute(write)
        .await?;
        // What an app was let do was what the earlier role could.
        let now = write.now();
        query("update sign_ins set ended_at = $2, ended_why = 'role_changed' where user_id = $1 and kind <> 'browser' and ended_at is null")
            .bind(user)
            .bind(now)
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
        self.end_for("disabled").await
    }

    /// Ends all of them; `why` is one of the reasons that are shown.
    pub(crate) async fn end_for(self, why: &'static str) -> Result<(), Failure> {
        let (write, user) = self.into_parts();
        let now = write.now();
        query("update sign_ins set ended_at = $2, ended_why = $3 where user_id = $1 and ended_at is null")
            .bind(user)
            .bind(now)
            .bind(why)
            .execute(write)
            .await
            .map(drop)
    }
}

/// Deletes the rows of sign-ins that could have lasted until `kept` ago at most, a hundred at a time, and says how many.
pub async fn public_delete_long_over(write: &mut Write, kept: Millis) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from sign_ins where id in (select id from sign_ins where absolute_ends_at <= $1 order by absolute_ends_at limit 100)")
        .bind(now - kept)
        .execute(write)
        .await
}

/// Takes address and browser out of the rows of sign-ins that could have lasted until `kept` ago at most, a hundred at a time,
/// and says how many.
pub async fn public_forget_places(write: &mut Write, kept: Millis) -> Result<u64, Failure> {
    let now = write.now();
    query(
        "update sign_ins set address = '', first_address = '', user_agent = '' where id in
            (select id from sign_ins where absolute_ends_at <= $1 and address <> '' order by absolute_ends_at limit 100)",
    )
    .bind(now - kept)
    .execute(write)
    .await
}
