//! How a sign-in begins, and how its person proves once more who they are.

use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::credentials::second_step::store::{begin_half, public_asks_second_step};
use crate::db::{Connection, Write, query};
use crate::error::FieldErrors;
use crate::failure::Failure;
use crate::id::SignInId;
use crate::random;
use crate::sessions::policy::Arriving;

use super::ending::{Renewed, end_of_earlier_epochs};

/// How many sign-ins of one person may live at once (ASVS 5.0, 7.1.2 asks for a number). One more ends the one that was used
/// longest ago. More than anybody's devices; a script that signs in again and again fills no list.
pub const PARALLEL: i64 = 50;

/// What whoever has proven who they are reads, when nobody signs in to the account until it has a new password.
const CLOSED: &str = "This account is closed for now, since somebody said “This was not me”. Set a new password to open it: I forgot my password";

/// The same when an admin has closed it.
const DISABLED: &str = "An admin of this site has closed this account. Ask them";

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// At the sign-in form.
    Password,
    /// By making the account a moment ago.
    SignUp,
    /// With a one-time link.
    SetUpLink,
    /// With a code that was sent by mail.
    MailCode,
    /// With a code that was sent as a text message.
    TextCode,
    /// With a passkey, which is two proofs.
    Passkey,
    /// With an account elsewhere.
    Provider,
}

impl How {
    /// In no order that matters.
    pub const ALL: [Self; 7] =
        [Self::Password, Self::SignUp, Self::SetUpLink, Self::MailCode, Self::TextCode, Self::Passkey, Self::Provider];

    /// As it was stored.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.key() == key)
    }

    /// Whether it is good for signing in alone, and not for changing what signs in: messages are read and numbers taken over
    /// (NIST SP 800-63B-4, 3.1.3; security.md: never enough for an instructor's second step).
    pub fn is_weak(self) -> bool {
        matches!(self, Self::MailCode | Self::TextCode)
    }

    /// As it is stored and counted.
    pub fn key(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SignUp => "sign_up",
            Self::SetUpLink => "set_up_link",
            Self::MailCode => "mail_code",
            Self::TextCode => "text_code",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
        }
    }
}

/// What proved it besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// A code of an app.
    CodeApp,
    /// A recovery code.
    RecoveryCode,
    /// A passkey, inside a sign-in that began with something else.
    Passkey,
}

impl Second {
    /// As it is stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::CodeApp => "code_app",
            Self::RecoveryCode => "recovery_code",
            Self::Passkey => "passkey",
        }
    }
}

/// What signing in comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "somebody who is half way needs the token"]
pub enum Begins {
    /// Signed in.
    In(SignInId),
    /// Asked for the second step. Holds what goes into the browser's cookie.
    HalfWay(String),
}

/// How long a new sign-in lasts, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasts {
    /// So long after the last click; each click moves the end.
    pub idle: Millis,
    /// So long after signing in, whatever happens.
    pub absolute: Millis,
    /// It was asked to last longer than others do.
    pub is_remembered: bool,
}

impl Arriving<'_> {
    /// Signs the person in from the place the request came from, or, where the account has a second step that was not shown,
    /// goes half way; `next` is where to go once they are in. Beyond [`PARALLEL`] live ones, the one used longest ago ends.
    pub async fn sign_in(mut self, how: How, lasts: Lasts, next: &str) -> Result<Begins, Failure> {
        let (second, is_after_wrong) = (self.second, self.is_after_wrong);
        let (write, user) = self.parts();
        if second.is_none() && how != How::Passkey && public_asks_second_step(write, user).await? {
            let token = begin_half(write, user, how, lasts.is_remembered, is_after_wrong, next).await?;
            note(write, Event::of(What::HalfWay).by(user).about(user).after(how.key())).await?;
            return Ok(Begins::HalfWay(token));
        }
        let what = if is_after_wrong { What::SignedInAfterWrong } else { What::SignedIn };
        self.sign_in_as(what, how, second, lasts).await.map(Begins::In)
    }

    async fn sign_in_as(self, what: What, how: How, second: Option<Second>, lasts: Lasts) -> Result<SignInId, Failure> {
        let (write, user) = self.into_parts();
        let id = SignInId(random::id63());
        let now = write.now();
        let (address, user_agent) = (write.caller().address.to_string(), write.caller().user_agent.clone());
        let from = write.caller().whereabouts();
        let begun = query(
            "insert into sign_ins (id, user_id, epoch, how, level, remembered, address, user_agent, created_at, proven_at, last_seen_at,
                                   idle_ends_at, absolute_ends_at, form_key, id_is_due, proven_from_digest, first_address, second)
             select $1, u.id, u.epoch, $3, $13, $9, $4, $5, $6, $15, $6, $7, $8, $10, $11, $12, $4, $14 from users u
             where u.id = $2 and u.disabled_at is null and u.frozen_at is null",
        )
        .bind(id)
        .bind(user)
        .bind(how.key())
        .bind(address)
        .bind(user_agent)
        .bind(now)
        .bind((now + lasts.idle).min(now + lasts.absolute))
        .bind(now + lasts.absolute)
        .bind(lasts.is_remembered)
        .bind(random::token())
        .bind(false)
        .bind(from)
        .bind(if second.is_some() || how == How::Passkey { 2_i64 } else { 1 })
        .bind(second.map(|second| second.key().to_owned()))
        .bind(if how.is_weak() { 0 } else { now })
        .execute(write)
        .await?;
        if begun != 1 {
            // Whatever was proven: this is the one place where sign-ins begin.
            let (is_disabled,): (bool,) =
                query("select disabled_at is not null from users where id = $1").bind(user).one(write).await?;
            return Err(FieldErrors::one("email", if is_disabled { DISABLED } else { CLOSED }).into());
        }
        query(
            "update sign_ins set ended_at = $2, ended_why = 'too_many' where id in
                (select s.id from sign_ins s join users u on u.id = s.user_id and u.epoch = s.epoch
                 where s.user_id = $1 and s.id <> $3 and s.ended_at is null and s.idle_ends_at > $2 and s.absolute_ends_at > $2
                 order by s.last_seen_at desc, s.id limit 1000 offset $4)",
        )
        .bind(user)
        .bind(now)
        .bind(id)
        .bind(PARALLEL - 1)
        .execute(write)
        .await?;
        let proofs = [Some(how.key()), second.map(Second::key)].into_iter().flatten().collect::<Vec<_>>().join(" and ");
        let event = Event::of(what).by(user).about(user).on(Object::SignIn(id)).after(proofs);
        note(write, event).await?;
        Ok(id)
    }

    /// Ends what was signed in with the account's earlier password, which has just been replaced.
    pub(crate) async fn end_what_was_before(&mut self) -> Result<(), Failure> {
        let (write, user) = self.parts();
        end_of_earlier_epochs(write, user, Renewed::Password).await.map(drop)
    }
}

impl Oneself<'_, Write> {
    /// Writes down that this sign-in's person has just proven again who they are.
    pub(crate) async fn note_proven(&mut self) -> Result<(), Failure> {
        let (user, sign_in) = (self.person().id, self.person().sign_in);
        let write = self.connection();
        let now = write.now();
        let from = write.caller().whereabouts();
        query("update sign_ins set proven_at = $2, proven_from_digest = $3 where id = $1")
            .bind(sign_in)
            .bind(now)
            .bind(from)
            .execute(write)
            .await?;
        note(write, Event::of(What::ProvenAgain).about(user).on(Object::SignIn(sign_in))).await
    }

    /// Writes down that this sign-in's person has just proven one thing again, and has the second step, where the account has one,
    /// still to show: what both were worth is over.
    pub(crate) async fn note_first_shown(&mut self) -> Result<(), Failure> {
        let sign_in = self.person().sign_in;
        if self.person().has_second() {
            query("update sign_ins set level = 1 where id = $1").bind(sign_in).execute(self.connection()).await?;
        }
        self.note_proven().await
    }

    /// Writes down that a second step has just been shown besides what was before: this sign-in is worth both from now on.
    pub(crate) async fn note_second_shown(&mut self, second: Second) -> Result<(), Failure> {
        let sign_in = self.person().sign_in;
        query("update sign_ins set level = 2, second = coalesce(second, $2) where id = $1")
            .bind(sign_in)
            .bind(second.key())
            .execute(self.connection())
            .await?;
        self.note_proven().await
    }

    /// After what the account is opened with has changed: raises its epoch, so that whatever was begun with what was before is over.
    /// This sign-in goes on, every other one of the person ends. Says how many did.
    pub(crate) async fn end_elsewhere(&mut self, what: Renewed) -> Result<u64, Failure> {
        let (user, sign_in) = (self.person().id, self.person().sign_in);
        let write = self.connection();
        let now = write.now();
        query("update users set epoch = epoch + 1, changed_at = $2 where id = $1")
            .bind(user)
            .bind(now)
            .execute(write)
            .await?;
        query("update sign_ins set epoch = (select epoch from users where id = $1) where id = $2")
            .bind(user)
            .bind(sign_in)
            .execute(write)
            .await?;
        end_of_earlier_epochs(write, user, what).await
    }
}
