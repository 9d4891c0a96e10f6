//! All SQL about the outbox.

mod sealing;

pub use sealing::public_check_key;

use super::letter::{Kind, Letter, Part};
use super::smtp::Sent;
use crate::accounts::policy::Admin;
use crate::accounts::store::{is_admins, public_is_admins, still_an_admins_since};
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::{DAY, HOUR, MINUTE, Millis, SECOND};
use crate::db::{Connection, Read, Write, query};
use crate::error::{AppError, Denied};
use crate::failure::{Broken, Failure};
use crate::http::Site;
use crate::id::UserId;
use crate::random;
use crate::sessions::policy::RecentlyProven;
use crate::site_key::{Purpose, SiteKey};

/// The wait after each try that failed for now: soon at first, for a server that was just restarted; a day in all, as mail
/// servers do it among themselves (RFC 5321, 4.5.4.1 asks for days of a server that relays; our links end sooner).
const WAITS: [Millis; 8] = [10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR];
/// While a letter is being sent nobody else takes it; longer than [`AT_ONCE`] letters wait for a server that says nothing.
const LEASE: Millis = 3 * MINUTE;
/// So many letters are taken at once.
const AT_ONCE: i64 = 20;
/// How long rows of sent and dead letters are kept.
const KEPT: Millis = 30 * DAY;

/// Writes a letter down, to leave as soon as this transaction is committed. Without a mail server only what can be handed over.
pub async fn public_post(write: &mut Write, site: &Site, letter: Letter) -> Result<(), Failure> {
    let has_server = if letter.kind == Kind::TextCode { site.gateway.is_some() } else { site.mailer.is_some() };
    if !has_server && !letter.kind.can_be_handed_over() {
        return Ok(());
    }
    let content = serde_json::to_vec(&letter.parts).broken("write a letter down")?;
    let now = write.now();
    query(
        "insert into outbox (message_id, kind, user_id, address, subject, content, created_at, expires_at, state, tries, due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $7)",
    )
    .bind(random::nonce())
    .bind(letter.kind.key())
    .bind(letter.user)
    .bind(letter.address)
    .bind(letter.subject.into_owned())
    .bind(site.key.seal(Purpose::Letter, &content)?)
    .bind(now)
    .bind(now + letter.good_for)
    .execute(write)
    .await
    .map(drop)
}

/// A letter about to be sent.
#[derive(Debug, sqlx::FromRow)]
pub struct Due {
    /// Of the row.
    pub id: i64,
    /// Tells the mail from others.
    pub message_id: String,
    kind: String,
    /// Where it goes.
    pub address: String,
    /// One line.
    pub subject: String,
    content: String,
    tries: i64,
}

impl Due {
    /// Whether it is a text message.
    pub fn is_text(&self) -> bool {
        self.kind == Kind::TextCode.key()
    }

    /// Whether it is one of many that say the same.
    pub fn goes_to_many(&self) -> bool {
        self.kind == Kind::Announcement.key()
    }

    /// What it says; none when it was sealed with another key.
    pub fn parts(&self, key: &SiteKey) -> Option<Vec<Part>> {
        opened(key, &self.content)
    }
}

fn opened(key: &SiteKey, content: &str) -> Option<Vec<Part>> {
    serde_json::from_slice(&key.open(Purpose::Letter, content)?).ok()
}

/// What letters leave by: each has a line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The mail server.
    Mail,
    /// The gateway for text messages.
    Text,
}

/// Whether a letter is due. Asked often, and only reads.
pub async fn public_is_due(read: &mut Read, channel: Channel) -> Result<bool, Failure> {
    let now = read.now();
    let (due,): (i64,) = query(
        "select count(*) from
           (select 1 from outbox where state = 'waiting' and due_at <= $1 and (kind = 'text_code') = $2 limit 1) as first",
    )
    .bind(now)
    .bind(channel == Channel::Text)
    .one(read)
    .await?;
    Ok(due > 0)
}

/// Takes the letters that are due, for the one who asks alone; those whose link is over are given up. Announcements to a whole course stand
/// behind what somebody waits for.
pub async fn public_take_due(write: &mut Write, channel: Channel) -> Result<Vec<Due>, Failure> {
    let now = write.now();
    query(
        "update outbox set state = 'dead', ended_at = $1, content = '', last_error = coalesce(last_error, 'its link was over before it could be sent')
         where state = 'waiting' and expires_at <= $1",
    )
    .bind(now)
    .execute(write)
    .await?;
    query(
        "update outbox set due_at = $2, tries = tries + 1 where id in
            (select id from outbox where state = 'waiting' and due_at <= $1 and (kind = 'text_code') = $4
             order by case when kind = 'announcement' then 1 else 0 end, due_at, id limit $3)
         returning id, message_id, kind, address, subject, content, tries",
    )
    .bind(now)
    .bind(now + LEASE)
    .bind(AT_ONCE)
    .bind(channel == Channel::Text)
    .all(write)
    .await
}

/// Writes down what came of sending them.
pub async fn public_note_sent(write: &mut Write, outcomes: Vec<(Due, Sent)>) -> Result<(), Failure> {
    let now = write.now();
    for (letter, sent) in outcomes {
        let wait = usize::try_from(letter.tries - 1).ok().and_then(|tries| WAITS.get(tries).copied());
        let (state, error, due) = match (sent, wait) {
            (Sent::Yes, _) => ("sent", None, now),
            (Sent::Later(words), Some(wait)) => ("waiting", Some(words), now + wait),
            (Sent::Later(words) | Sent::Never(words), _) => ("dead", Some(words), now),
        };
        query(
            "update outbox set state = $2, last_error = $3, due_at = $4, ended_at = $5, content = case when $2 = 'sent' then '' else content end
             where id = $1 and state = 'waiting'",
        )
        .bind(letter.id)
        .bind(state)
        .bind(error)
        .bind(due)
        .bind((state != "waiting").then_some(now))
        .execute(write)
        .await?;
    }
    Ok(())
}

/// Forgets letters long ended and, without a mail server, those whose link is over, a hundred at a time; says how many.
pub async fn public_delete_over(write: &mut Write, has_server: bool) -> Result<u64, Failure> {
    let now = write.now();
    let ended = query(
        "delete from outbox where id in (select id from outbox where ended_at <= $1 order by ended_at limit 100)",
    )
    .bind(now - KEPT)
    .execute(write)
    .await?;
    if has_server {
        return Ok(ended);
    }
    let over = query(
        "delete from outbox where id in (select id from outbox where state = 'waiting' and expires_at <= $1 limit 100)",
    )
    .bind(now)
    .execute(write)
    .await?;
    Ok(ended + over)
}

/// Forgets what letters wait for an account, since what they offer is over.
pub(crate) async fn withdraw(write: &mut Write, user: UserId, kind: Kind) -> Result<(), Failure> {
    query("delete from outbox where user_id = $1 and kind = $2 and state = 'waiting'")
        .bind(user)
        .bind(kind.key())
        .execute(write)
        .await
        .map(drop)
}

/// A letter as the admin's list shows it: not what it says.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LetterRow {
    /// Its page is `/admin/outbox/{id}`.
    pub id: i64,
    /// `Kind::key`.
    pub kind: String,
    /// Whose account it is about.
    pub user_id: Option<UserId>,
    /// Their name.
    pub name: Option<String>,
    /// The account is an admin's, or was lately: what opens it is not for another admin.
    pub is_admins: bool,
    /// Where it goes.
    pub address: String,
    /// When it was written.
    pub created_at: Millis,
    /// When it is of no use any more.
    pub expires_at: Millis,
    /// `waiting`, `sent` or `dead`.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried next.
    pub due_at: Millis,
    /// Why it could not be sent: what the mail server or the gateway said.
    pub last_error: Option<String>,
    content: String,
}

impl LetterRow {
    /// In words.
    pub fn what(&self) -> &'static str {
        Kind::of_key(&self.kind).map_or("A letter", Kind::words)
    }

    /// Whether its words are still there: they are deleted once it is sent or over.
    pub fn has_words(&self) -> bool {
        !self.content.is_empty()
    }
}

/// A letter, opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// About it.
    pub row: LetterRow,
    /// What it says; none when it was sealed with another key.
    pub parts: Option<Vec<Part>>,
}

/// How many letters are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// To be sent, or handed over.
    pub waiting: i64,
    /// Given up.
    pub dead: i64,
    /// Sent in the last 30 days.
    pub sent: i64,
}

/// How many letters there are. No secret: the doctor asks as well.
pub async fn public_count_letters(on: &mut impl Connection) -> Result<Counts, Failure> {
    query(
        "select coalesce(sum(case when state = 'waiting' then 1 else 0 end), 0) as waiting,
                coalesce(sum(case when state = 'dead' then 1 else 0 end), 0) as dead,
                coalesce(sum(case when state = 'sent' then 1 else 0 end), 0) as sent from outbox",
    )
    .one(on)
    .await
}

/// The rows of [`LetterRow`]: `$1` is since when who was an admin still counts as one.
macro_rules! letter_rows {
    () => {
        concat!(
            "select o.id, o.kind, o.user_id, u.name, coalesce(",
            is_admins!("$1"),
            ", false) as is_admins, o.address, o.created_at, o.expires_at, o.state, o.tries, o.due_at, o.last_error, o.content
             from outbox o left join users u on u.id = o.user_id "
        )
    };
}

impl Admin<'_, Read> {
    /// Letters in one state, the newest first: `most` of them from the `skip`th on.
    pub async fn list_letters(&mut self, state: &str, skip: i64, most: i64) -> Result<Vec<LetterRow>, Failure> {
        let since = still_an_admins_since(self.connection().now());
        query(concat!(letter_rows!(), "where o.state = $2 order by o.id desc limit $3 offset $4"))
            .bind(since)
            .bind(state)
            .bind(most)
            .bind(skip)
            .all(self.connection())
            .await
    }
}

impl RecentlyProven<Admin<'_, Write>> {
    /// Opens a letter, to hand it over. Its link opens the account it is about, so it is written down that somebody looked, and
    /// another admin's is for whoever runs the server alone. `NotFound` when there is none, or its words are gone.
    pub async fn open_letter(&mut self, id: i64, key: &SiteKey) -> Result<Opened, Failure> {
        let asker = self.inner().person().map(|person| person.id);
        let write = self.inner().connection();
        let since = still_an_admins_since(write.now());
        let row: LetterRow = query(concat!(letter_rows!(), "where o.id = $2 and o.content <> ''"))
            .bind(since)
            .bind(id)
            .optional(write)
            .await?
            .ok_or(Failure::Refused(AppError::NotFound))?;
        // Who invited an admin hands the link over, while there is nothing that it could open.
        let (is_in_use,): (bool,) = query(
            "select exists (select 1 from users where id = $1 and password_hash is not null)
                 or exists (select 1 from passkeys where user_id = $1) or exists (select 1 from provider_accounts where user_id = $1)
                 or exists (select 1 from sign_ins where user_id = $1)",
        )
        .bind(row.user_id)
        .one(write)
        .await?;
        let is_invitation = row.kind == Kind::Invitation.key() && !is_in_use;
        if !is_invitation {
            of_no_other_admin(write, asker, row.user_id).await?;
        }
        let event = Event::of(What::Exported).after(format!("a letter to hand over: {}", row.what().to_lowercase()));
        note(write, Event { about: row.user_id, ..event }).await?;
        let parts = opened(key, &row.content);
        Ok(Opened { row, parts })
    }
}

/// Refuses what is about another admin, or somebody who was one lately: that is for whoever runs the server.
async fn of_no_other_admin(write: &mut Write, asker: Option<UserId>, about: Option<UserId>) -> Result<(), Failure> {
    match about {
        Some(user) if asker.is_some() && about != asker && public_is_admins(write, user).await? => {
            Err(AppError::Forbidden(Denied::AnotherAdmin).into())
        }
        _ => Ok(()),
    }
}

impl RecentlyProven<Admin<'_, Write>> {
    /// Deletes a letter that was not sent, and writes that down. `NotFound` when there is none; a notice about somebody's account that
    /// can still be sent is refused with `Conflict`: it may tell of whoever wants it gone.
    pub async fn delete_letter(&mut self, id: i64) -> Result<(), Failure> {
        let asker = self.inner().person().map(|person| person.id);
        let write = self.inner().connection();
        let now = write.now();
        let row: Option<(String, bool, Option<UserId>)> = query(
            "select kind, content <> '' and expires_at > $2, user_id from outbox where id = $1 and state <> 'sent'",
        )
        .bind(id)
        .bind(now)
        .optional(write)
        .await?;
        let (kind, can_be_sent, about) = row.ok_or(AppError::NotFound)?;
        if asker.is_some() && kind == Kind::Notice.key() && can_be_sent {
            let words = "This tells somebody of their account’s safety, and is sent as soon as it can be. Nobody deletes it before.";
            return Err(AppError::Conflict(words.to_owned()).into());
        }
        of_no_other_admin(write, asker, about).await?;
        query("delete from outbox where id = $1 and state <> 'sent'").bind(id).execute(write).await?;
        let what = Kind::of_key(&kind).map_or("a letter", Kind::words);
        let event = Event::of(What::Deleted).before(format!("a letter that was not sent: {}", what.to_lowercase()));
        note(write, Event { about, ..event }).await
    }
}

impl Admin<'_, Write> {
    /// Has a dead letter tried again, or a waiting one now. `NotFound` when there is none whose words are still there.
    pub async fn retry_letter(&mut self, id: i64) -> Result<(), Failure> {
        let write = self.connection();
        let now = write.now();
        let retried = query(
            "update outbox set state = 'waiting', ended_at = null, tries = 0, due_at = $2
             where id = $1 and state <> 'sent' and content <> '' and expires_at > $2",
        )
        .bind(id)
        .bind(now)
        .execute(write)
        .await?;
        if retried == 1 { Ok(()) } else { Err(AppError::NotFound.into()) }
    }
}
