//! Who is mailed what is announced: what they wish, and how far the mailing is.

use super::is_announced;
use crate::accounts::policy::Oneself;
use crate::announcements::model::Wish;
use crate::clock::{DAY, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::enrolments::store::states::is_in;
use crate::failure::Failure;
use crate::id::{AnnouncementId, CourseId, UserId};
use crate::mail::letter::Kind;
use crate::mail::store::withdraw;

/// What could not be mailed for so long (the course is still a draft, or the server stood still) is no news any more.
pub(crate) const NEWS_FOR: Millis = 14 * DAY;

/// Between two mails of several to somebody. A little less than a day, so that it does not come later every day.
const GATHERED_EVERY: Millis = DAY - DAY / 24;

/// Somebody whom mail about a course goes to. `$of` is the alias of `users`.
macro_rules! is_reached {
    ($of:literal) => {
        concat!($of, ".email_verified_at is not null and ", $of, ".disabled_at is null and ", $of, ".frozen_at is null")
    };
}

impl Oneself<'_, Read> {
    /// How the asker wants announcements by mail, and whether their address is confirmed, which none comes without.
    pub async fn find_wish(&mut self) -> Result<(Wish, bool), Failure> {
        let user = self.person().id;
        query(
            "select coalesce(w.announcements, 'each'), u.email_verified_at is not null
             from users u left join mail_wishes w on w.user_id = u.id where u.id = $1",
        )
        .bind(user)
        .one(self.connection())
        .await
    }
}

impl Oneself<'_, Write> {
    /// Has announcements come to the asker as they wish. What was gathered for one who wants none is let go.
    pub async fn save_wish(&mut self, wish: Wish) -> Result<(), Failure> {
        let user = self.person().id;
        let write = self.connection();
        query(
            "insert into mail_wishes (user_id, announcements) values ($1, $2)
             on conflict (user_id) do update set announcements = excluded.announcements",
        )
        .bind(user)
        .bind(wish.key())
        .execute(write)
        .await?;
        if wish == Wish::None {
            query("delete from gathered where user_id = $1").bind(user).execute(write).await?;
        }
        if wish != Wish::Each {
            // Nor what waits for the mail server.
            withdraw(write, user, Kind::Announcement).await?;
        }
        Ok(())
    }
}

/// An announcement that is out, and was not mailed to everybody yet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unmailed {
    /// Which.
    pub id: AnnouncementId,
    /// Whose people it goes to.
    pub course_id: CourseId,
    /// The course's slug.
    pub course: String,
    /// Its title.
    pub course_title: String,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Who posted it: they know, and get none. None: it came with the course.
    pub posted_by: Option<UserId>,
    /// Their name.
    pub by: Option<String>,
    /// The last person it went to; 0: nobody yet.
    pub mailed_to: UserId,
}

/// The earliest that is to be mailed now: of a course that its people see.
pub async fn public_find_unmailed(on: &mut impl Connection) -> Result<Option<Unmailed>, Failure> {
    let now = on.now();
    query(concat!(
        "select a.id, a.course_id, c.slug as course, c.title as course_title, a.title, a.body, a.posted_by, u.name as by, a.mailed_to
         from announcements a join courses c on c.id = a.course_id left join users u on u.id = a.posted_by
         where a.mails and a.mailed_at is null and ",
        is_announced!("a", "$1"),
        " and a.posted_at > $2 and c.state = 'published' order by a.posted_at, a.id limit 1"
    ))
    .bind(now)
    .bind(now - NEWS_FOR)
    .optional(on)
    .await
}

/// The next of the course's people who want it by mail, in the order of their numbers: `most` at most.
pub async fn public_list_addressees(
    write: &mut Write,
    of: &Unmailed,
    most: i64,
) -> Result<Vec<(UserId, String, Wish)>, Failure> {
    query(concat!(
        "select u.id, u.email, coalesce(w.announcements, 'each') from enrolments e join users u on u.id = e.user_id
         left join mail_wishes w on w.user_id = u.id
         where e.course_id = $1 and u.id > $2 and u.id is distinct from $3 and ",
        is_in!("e"),
        " and ",
        is_reached!("u"),
        " and coalesce(w.announcements, 'each') <> 'none' order by u.id limit $4"
    ))
    .bind(of.course_id)
    .bind(of.mailed_to)
    .bind(of.posted_by)
    .bind(most)
    .all(write)
    .await
}

/// Puts an announcement into somebody's next mail of several.
pub async fn public_gather(write: &mut Write, user: UserId, id: AnnouncementId) -> Result<(), Failure> {
    query("insert into gathered (user_id, announcement_id) values ($1, $2) on conflict do nothing")
        .bind(user)
        .bind(id)
        .execute(write)
        .await
        .map(drop)
}

/// Notes up to whom it was mailed, and whether that was everybody.
pub async fn public_note_mailed(
    write: &mut Write,
    id: AnnouncementId,
    up_to: UserId,
    is_done: bool,
) -> Result<(), Failure> {
    let now = write.now();
    query("update announcements set mailed_to = $2, mailed_at = $3 where id = $1")
        .bind(id)
        .bind(up_to)
        .bind(is_done.then_some(now))
        .execute(write)
        .await
        .map(drop)
}

/// People for whom announcements are gathered, and whose last mail of them is a day ago: number and address.
pub async fn public_list_due_readers(on: &mut impl Connection, most: i64) -> Result<Vec<(UserId, String)>, Failure> {
    let now = on.now();
    query(concat!(
        "select u.id, u.email from users u left join mail_wishes w on w.user_id = u.id
         where u.id in (select g.user_id from gathered g) and ",
        is_reached!("u"),
        " and coalesce(w.gathered_at, 0) <= $1 order by u.id limit $2"
    ))
    .bind(now - GATHERED_EVERY)
    .bind(most)
    .all(on)
    .await
}

/// An announcement in a mail of several.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Gathered {
    /// Which.
    pub id: AnnouncementId,
    /// The course's slug.
    pub course: String,
    /// Its title.
    pub course_title: String,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
}

/// What was gathered for somebody, the earliest first, of courses that they are still in.
pub async fn public_list_gathered(write: &mut Write, user: UserId) -> Result<Vec<Gathered>, Failure> {
    query(concat!(
        "select a.id, c.slug as course, c.title as course_title, a.title, a.body
         from gathered g join announcements a on a.id = g.announcement_id join courses c on c.id = a.course_id
         join enrolments e on e.course_id = c.id and e.user_id = g.user_id
         where g.user_id = $1 and c.state <> 'draft' and ",
        is_in!("e"),
        " order by a.posted_at, a.id"
    ))
    .bind(user)
    .all(write)
    .await
}

/// Notes that what was gathered for somebody is in a mail; where `was_sent` is false, that it is nothing any more.
pub async fn public_note_gathered(write: &mut Write, user: UserId, was_sent: bool) -> Result<(), Failure> {
    let now = write.now();
    query("delete from gathered where user_id = $1").bind(user).execute(write).await?;
    if !was_sent {
        return Ok(());
    }
    query(
        "insert into mail_wishes (user_id, announcements, gathered_at) values ($1, 'each', $2)
         on conflict (user_id) do update set gathered_at = excluded.gathered_at",
    )
    .bind(user)
    .bind(now)
    .execute(write)
    .await
    .map(drop)
}
