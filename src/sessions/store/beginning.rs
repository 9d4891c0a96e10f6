//! How a sign-in begins, and how its person proves once more who they are.

use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::credentials::second_step::store::{begin_half, public_asks_second_step};
use crate::db::{Connection, Write, query};
use crate::enrolments::store::public_give_awaited;
use crate::error::FieldErrors;
use crate::failure::Failure;
use crate::id::{SignInId, UserId};
use crate::random;
use crate::sessions::app::{APP_ABSOLUTE, APP_IDLE, App, AppKind};
use crate::sessions::policy::{Arriving, RecentlyProven};

use super::ending::{Renewed, end_of_earlier_epochs};

/// How many sign-ins of one person may live at once (ASVS 5.0, 7.1.2 asks for a number): of browsers, and as many of apps. One more
/// ends the one of its kind that was used longest ago. More than anybody's devices; a script that signs in again and again fills
/// no list, and ends no browser's.
pub const PARALLEL: i64 = 50;

/// How many tokens somebody has made by hand: one more is refused, since what uses the others would stop (ours: a few for each of
/// somebody's machines).
pub const PERSONAL: i64 = 20;

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
    /// By letting an app in that showed a code.
    Device,
    /// By making a token by hand.
    PersonalToken,
}

impl How {
    /// In no order that matters.
    pub const ALL: [Self; 9] = [
        Self::Password,
        Self::SignUp,
        Self::SetUpLink,
        Self::MailCode,
        Self::TextCode,
        Self::Passkey,
        Self::Provider,
        Self::Device,
        Self::PersonalToken,
    ];

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
            Self::Device => "device",
            Self::PersonalToken => "personal_token",
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
    pub async fn sign_in(self, how: How, lasts: Lasts, next: &str) -> Result<Begins, Failure> {
        self.begin(how, lasts, next, None).await
    }

    /// The same for an app that asks by itself.
    pub async fn let_app_in(self, how: How, app: &App) -> Result<Begins, Failure> {
        self.begin(how, Lasts { idle: APP_IDLE, absolute: APP_ABSOLUTE, is_remembered: false }, "/", Some(app)).await
    }

    async fn begin(mut self, how: How, lasts: Lasts, next: &str, app: Option<&App>) -> Result<Begins, Failure> {
        let (second, is_after_wrong) = (self.second, self.is_after_wrong);
        let (write, user) = self.parts();
        if second.is_none() && how != How::Passkey && public_asks_second_step(write, user).await? {
            let token = begin_half(write, user, how, lasts.is_remembered, is_after_wrong, next).await?;
            note(write, Event::of(What::HalfWay).by(user).about(user).after(how.key())).await?;
            return Ok(Begins::HalfWay(token));
        }
        let now = write.now();
        let caller = write.caller();
        let new = New {
            user,
            how,
            second,
            level: if second.is_some() || how == How::Passkey { 2 } else { 1 },
            proven_at: if how.is_weak() { 0 } else { now },
            from: caller.whereabouts(),
            address: caller.address.to_string(),
            user_agent: caller.user_agent.clone(),
            lasts,
            app,
        };
        let what = if is_after_wrong { What::SignedInAfterWrong } else { What::SignedIn };
        public_give_awaited(write, user).await?;
        insert(write, new, what).await.map(Begins::In)
    }

    /// Ends what was signed in with the account's earlier password, which has just been replaced.
    pub(crate) async fn end_what_was_before(&mut self) -> Result<(), Failure> {
        let (write, user) = self.parts();
        end_of_earlier_epochs(write, user, Renewed::Password).await.map(drop)
    }
}

/// A sign-in that is about to be.
struct New<'a> {
    user: UserId,
    how: How,
    second: Option<Second>,
    level: i64,
    proven_at: Millis,
    /// What its proof is bound to.
    from: String,
    address: String,
    user_agent: String,
    lasts: Lasts,
    /// None for a browser.
    app: Option<&'a App>,
}

/// The one place where sign-ins begin.
async fn insert(write: &mut Write, new: New<'_>, what: What) -> Result<SignInId, Failure> {
    let New { user, how, second, level, proven_at, from, address, user_agent, lasts, app } = new;
    let id = SignInId(random::id63());
    let now = write.now();
    let kind = app.map_or("browser", |app| app.kind.key());
    let begun = query(
        "insert into sign_ins (id, user_id, epoch, how, level, remembered, address, user_agent, created_at, proven_at, last_seen_at,
                               idle_ends_at, absolute_ends_at, form_key, id_is_due, proven_from_digest, first_address, second,
                               kind, scopes, client, name)
         select $1, u.id, u.epoch, $3, $13, $9, $4, $5, $6, $15, $6, $7, $8, $10, $11, $12, $4, $14, $16, $17, $18, $19 from users u
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
    .bind(level)
    .bind(second.map(|second| second.key().to_owned()))
    .bind(proven_at)
    .bind(kind)
    .bind(app.map(|app| app.scopes.to_string()))
    .bind(app.map(|app| app.client.clone()))
    .bind(app.and_then(|app| app.name.clone()))
    .execute(write)
    .await?;
    if begun != 1 {
        // Whatever was proven: closed is closed.
        let (is_disabled,): (bool,) =
            query("select disabled_at is not null from users where id = $1").bind(user).one(write).await?;
        return Err(FieldErrors::one("email", if is_disabled { DISABLED } else { CLOSED }).into());
    }
    query(
        "update sign_ins set ended_at = $2, ended_why = 'too_many' where id in
            (select s.id from sign_ins s join users u on u.id = s.user_id and u.epoch = s.epoch
             where s.user_id = $1 and s.id <> $3 and s.ended_at is null and s.idle_ends_at > $2 and s.absolute_ends_at > $2
               and s.kind <> 'personal' and (s.kind = 'browser') = ($5 = 'browser') and $5 <> 'personal'
             order by s.last_seen_at desc, s.id limit 1000 offset $4)",
    )
    .bind(user)
    .bind(now)
    .bind(id)
    .bind(PARALLEL - 1)
    .bind(kind)
    .execute(write)
    .await?;
    let proofs = [Some(how.key()), second.map(Second::key)].into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let proofs = app.map_or(proofs.clone(), |app| format!("{proofs}, for {}: {}", app.client, app.scopes));
    note(write, Event::of(what).by(user).about(user).on(Object::SignIn(id)).after(proofs)).await?;
    Ok(id)
}

/// Where an app is that somebody lets in from a browser.
#[derive(Clone, Debug)]
pub struct Whence {
    /// Its address.
    pub address: String,
    /// Its words about itself.
    pub user_agent: String,
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Lets an app act for this person for so long. It is worth as much as the sign-in that lets it in, and has proven nothing
    /// lately: what asks for that is done in a browser.
    pub async fn let_app_in(&mut self, app: &App, whence: Whence, lasts: Lasts) -> Result<SignInId, Failure> {
        let (user, level) = (self.inner().person().id, self.inner().person().level);
        let how = match app.kind {
            AppKind::Personal => How::PersonalToken,
            AppKind::Api | AppKind::Device => How::Device,
        };
        let new = New {
            user,
            how,
            second: None,
            level,
            proven_at: 0,
            from: String::new(),
            address: whence.address,
            user_agent: whence.user_agent,
            lasts,
            app: Some(app),
        };
        insert(self.inner().connection(), new, What::SignedIn).await
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
