//! What a person takes along, and what stays when they go.

use serde::Serialize;

use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::credentials::ways::store::forget_all;
use crate::db::{Connection, Read, Write, query};
use crate::enrolments::store::states::{is_in, other_owners};
use crate::enrolments::store::{Moved, keep_mark, leave_everywhere};
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::sessions::policy::RecentlyProven;

/// An account as its person takes it along.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnAccount {
    /// Of the account.
    pub id: i64,
    /// As typed.
    pub email: String,
    /// As they write it.
    pub name: String,
    /// On the whole site.
    pub role: String,
    /// When the address was confirmed, where it was.
    pub email_verified_at: Option<Millis>,
    /// The telephone number that codes go to.
    pub phone: Option<String>,
    /// When it was made, in milliseconds since 1970, as all times here.
    pub created_at: Millis,
    /// When it last changed.
    pub changed_at: Millis,
}

/// A sign-in as its person takes it along.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnSignIn {
    /// `browser`, or what kind of app it was.
    pub kind: String,
    /// What the app called itself.
    pub client: Option<String>,
    /// What it may or might do.
    pub scopes: Option<String>,
    /// How it was proven.
    pub how: String,
    /// It lasts longer than others.
    pub remembered: bool,
    /// What the person called the device.
    pub name: Option<String>,
    /// Last seen from there.
    pub address: String,
    /// The browser's words about itself.
    pub user_agent: String,
    /// When it began.
    pub created_at: Millis,
    /// When it was last used, to a minute.
    pub last_seen_at: Millis,
    /// The latest it can end.
    pub absolute_ends_at: Millis,
    /// When it was ended, where it was.
    pub ended_at: Option<Millis>,
    /// And why.
    pub ended_why: Option<String>,
}

/// A course the person is or was in.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnCourse {
    /// Its address is `/courses/{slug}`.
    pub slug: String,
    /// As it is now.
    pub title: String,
    /// What they are or were in it.
    pub role: String,
    /// Where their place is: `invited`, `requested`, `active`, `waitlisted`, `dropped`, `removed` or `blocked`.
    pub state: String,
    /// By which way they came.
    pub way: String,
    /// When they were let in, the last time.
    pub joined_at: Option<Millis>,
    /// Since when their place is where it is.
    pub since: Millis,
    /// Their number in line, which says nothing of how many wait.
    pub line: Option<i64>,
    /// Until when a seat is kept for them.
    pub offer_ends_at: Option<Millis>,
    /// What they said when they asked to join, until they are answered.
    pub words: Option<String>,
    /// Whether a letter about it still waits: until the course is published, most often.
    pub untold: bool,
}

/// An address they had before and are blocked with: which it was, nobody can tell from what is kept.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnGivenUpAddress {
    /// When they gave it up.
    pub since: Millis,
}

/// A lesson the person has marked as read.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnReading {
    /// Of its course.
    pub course: String,
    /// Within the course.
    pub lesson: String,
    /// When.
    pub read_at: Millis,
}

/// A form of theirs that came back or waits.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnForm {
    /// The function it was sent to.
    pub action: String,
    /// What was typed, as JSON, without secrets.
    pub content: String,
    /// When it is deleted.
    pub expires_at: Millis,
}

/// Words of theirs in a lesson that are not saved.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnDraft {
    /// The course's slug.
    pub course: String,
    /// The lesson's slug; none: it is not there yet.
    pub lesson: Option<String>,
    /// As typed.
    pub title: String,
    /// As typed.
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// When they were last kept.
    pub kept_at: Millis,
}

/// A file of a course that the person added.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnFile {
    /// The course's slug: it is at `/courses/{course}/files/{name}`.
    pub course: String,
    /// As it is shown.
    pub name: String,
    /// In bytes.
    pub size: i64,
    /// When.
    pub added_at: Millis,
}

/// The private address of the person's calendar, without the address.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnCalendar {
    /// When it was made.
    pub made_at: Millis,
    /// When a program last read it, to the hour.
    pub read_at: Option<Millis>,
}

/// An announcement that the person posted.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnAnnouncement {
    /// The course's slug.
    pub course: String,
    /// One line.
    pub title: String,
    /// Since when it is out, or will be.
    pub posted_at: Millis,
}

/// How the person wants announcements by mail, where they chose.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct OwnMail {
    /// `each`, `daily` or `none`.
    pub announcements: String,
    /// When their last mail of several left.
    pub gathered_at: Option<Millis>,
}

/// Everything the site holds of a person, but for the log, which is read in parts.
#[derive(Debug, Serialize)]
pub struct OwnData {
    /// The account itself. Of a password there is nothing to take along: it is not kept.
    pub account: OwnAccount,
    /// Live and ended.
    pub sign_ins: Vec<OwnSignIn>,
    /// As anything, now or before.
    pub courses: Vec<OwnCourse>,
    /// Addresses before this one, of who is blocked from a course.
    pub given_up_addresses: Vec<OwnGivenUpAddress>,
    /// What was marked as read.
    pub reading: Vec<OwnReading>,
    /// What was typed and not saved.
    pub forms: Vec<OwnForm>,
    /// What was written in lessons and not saved.
    pub drafts: Vec<OwnDraft>,
    /// What was added to courses.
    pub files: Vec<OwnFile>,
    /// The calendar, where it has an address.
    pub calendar: Option<OwnCalendar>,
    /// What was posted in courses.
    pub announcements: Vec<OwnAnnouncement>,
    /// What comes by mail.
    pub mail: Option<OwnMail>,
}

impl RecentlyProven<Oneself<'_, Read>> {
    /// All of it.
    pub async fn take_along(&mut self) -> Result<OwnData, Failure> {
        let user = self.inner().person().id;
        let read = self.inner().connection();
        let account = query(
            "select u.id, u.email, u.name, u.role, u.email_verified_at, p.number as phone, u.created_at, u.changed_at
             from users u left join phones p on p.user_id = u.id where u.id = $1",
        )
        .bind(user)
        .one(read)
        .await?;
        let sign_ins = query(
            "select kind, client, scopes, how, remembered, name, address, user_agent, created_at, last_seen_at, absolute_ends_at, ended_at, ended_why
             from sign_ins where user_id = $1 order by created_at, id",
        )
        .bind(user)
        .all(read)
        .await?;
        let courses = query(
            "select c.slug, c.title, e.role, e.state, e.way, e.joined_at, e.since, e.line, e.offer_ends_at, e.words, e.untold
             from enrolments e join courses c on c.id = e.course_id where e.user_id = $1 order by e.since, c.id",
        )
        .bind(user)
        .all(read)
        .await?;
        let given_up_addresses =
            query("select since from given_up_addresses where user_id = $1 order by since, address_mac")
                .bind(user)
                .all(read)
                .await?;
        let reading = query(
            "select c.slug as course, l.slug as lesson, r.read_at from lesson_reads r join lessons l on l.id = r.lesson_id
             join courses c on c.id = l.course_id where r.user_id = $1 order by r.read_at, l.id",
        )
        .bind(user)
        .all(read)
        .await?;
        let forms = query("select action, content, expires_at from kept_forms where user_id = $1 order by expires_at")
            .bind(user)
            .all(read)
            .await?;
        let drafts = query(
            "select c.slug as course, l.slug as lesson, d.title, d.summary, d.body, d.kept_at from lesson_drafts d
             join courses c on c.id = d.course_id left join lessons l on l.id = d.lesson_id where d.user_id = $1 order by d.kept_at",
        )
        .bind(user)
        .all(read)
        .await?;
        let files = query(
            "select c.slug as course, f.name, k.size, f.added_at from files f join contents k on k.digest = f.digest
             join courses c on c.id = f.course_id where f.added_by = $1 order by f.added_at, c.slug, f.name_key",
        )
        .bind(user)
        .all(read)
        .await?;
        let calendar =
            query("select made_at, read_at from calendar_feeds where user_id = $1").bind(user).optional(read).await?;
        let announcements = query(
            "select c.slug as course, a.title, a.posted_at from announcements a join courses c on c.id = a.course_id
             where a.posted_by = $1 order by a.posted_at, a.id",
        )
        .bind(user)
        .all(read)
        .await?;
        let mail = query("select announcements, gathered_at from mail_wishes where user_id = $1")
            .bind(user)
            .optional(read)
            .await?;
        Ok(OwnData {
            account,
            sign_ins,
            courses,
            given_up_addresses,
            reading,
            forms,
            drafts,
            files,
            calendar,
            announcements,
            mail,
        })
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Deletes the account: its name, address and password, its sign-ins, what it typed and did not save, and from where it did
    /// what the log tells of. What others need stays under "Deleted person": places in courses, marks, the log's events; of who is
    /// blocked from a course, how the address is told from others.
    /// Refused for the last admin, and for the last owner of a course.
    /// Answers what came of it for the courses they were in: their seats go to others.
    pub async fn delete_account(&mut self) -> Result<Vec<Moved>, Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let now = write.now();
        let (is_last_admin, last_owned): (bool, Option<String>) = query(concat!(
            "select u.role = 'admin' and not exists (select 1 from users o where o.role = 'admin' and o.disabled_at is null
                       and o.password_hash is not null and o.id <> u.id),
                    (select min(c.title) from enrolments e join courses c on c.id = e.course_id
                      where e.user_id = u.id and e.role = 'owner' and c.state <> 'archived' and ",
            is_in!("e"),
            " and ",
            other_owners!("e.course_id", "u.id"),
            " = 0) from users u where u.id = $1"
        ))
        .bind(user)
        .one(write)
        .await?;
        if is_last_admin {
            return Err(AppError::Forbidden(Denied::LastAdmin).into());
        }
        if let Some(title) = last_owned {
            let words = format!(
                "You are the last owner of “{title}”. Make somebody else its owner or archive it, then delete your account."
            );
            return Err(AppError::Conflict(words).into());
        }
        note(write, Event::of(What::UserDeleted).about(user)).await?;
        let moved = leave_everywhere(write, user).await?;
        keep_mark(write, user).await?;
        // What stands in the place of an address is none, so that nobody can have it before.
        forget_all(write, user).await?;
        for statement in [
            "delete from sign_ins where user_id = $1",
            "delete from idempotency_keys where user_id = $1",
            "delete from kept_forms where user_id = $1",
            "delete from lesson_drafts where user_id = $1",
            "delete from views where user_id = $1",
            "delete from calendar_feeds where user_id = $1",
            "delete from gathered where user_id = $1",
            "delete from mail_wishes where user_id = $1",
            "delete from roster_changes where user_id = $1 or email_key = (select email_key from users where id = $1)",
            "delete from set_up_links where user_id = $1",
            "delete from mail_links where user_id = $1",
            "delete from outbox where user_id = $1",
            "delete from audit_details where kind = 'change' and seq in (select seq from audit_events where about_id = $1)",
            "delete from audit_details where kind = 'place' and seq in (select seq from audit_events where about_id = $1 or actor_id = $1)",
            "update users set email = 'deleted ' || id, email_key = 'deleted ' || id,
                    name = 'Deleted person ' || id, name_folded = 'deleted person ' || id, role = 'student', password_hash = null, email_verified_at = null, frozen_at = null, passkey_handle = null,
                    epoch = epoch + 1 where id = $1",
        ] {
            query(statement).bind(user).execute(write).await?;
        }
        query(
            "update users set disabled_at = coalesce(disabled_at, $2), deleted_at = $2, changed_at = $2 where id = $1",
        )
        .bind(user)
        .bind(now)
        .execute(write)
        .await?;
        Ok(moved)
    }
}
