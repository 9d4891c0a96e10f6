//! All SQL about calendars: whose address it is, and what stands in it.

use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::{DAY, HOUR, Millis};
use crate::db::{Connection, Read, Write, query};
use crate::enrolments::store::states::{in_line, is_in, leads, teaches};
use crate::failure::Failure;
use crate::id::UserId;
use crate::lessons::store::states::is_planned;
use crate::random;
use crate::site_key::{Purpose, SiteKey};

/// What opened longer ago is in the course, and in nobody's way any more.
const BACK: Millis = 60 * DAY;

/// More than five courses of the longest kind.
const MOST: i64 = 3_000;

/// When it was last read is known to the hour.
const READ_TO: Millis = HOUR;

/// A person's feed, as they see it themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// What stands in its address; none where the site's key is another than the one that sealed it.
    pub token: Option<String>,
    /// When the address was made.
    pub made_at: Millis,
    /// When a program last read it, to the hour.
    pub read_at: Option<Millis>,
}

/// What kind of date it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "snake_case", type_name = "text")]
pub enum DateKind {
    /// A lesson opens.
    Lesson,
    /// A seat is kept until then.
    Offer,
    /// Joining begins.
    JoinsFrom,
    /// Joining ends.
    JoinsUntil,
}

/// A date in somebody's calendar.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DateRow {
    /// What happens.
    pub kind: DateKind,
    /// The course's, or for a lesson the lesson's: the same for as long as it is there.
    pub id: i64,
    /// The course's slug.
    pub course: String,
    /// Its title.
    pub course_title: String,
    /// The lesson's slug, of a lesson.
    pub lesson: Option<String>,
    /// The same of its title.
    pub lesson_title: Option<String>,
    /// When.
    pub at: Millis,
    /// When this was last changed.
    pub changed_at: Millis,
}

impl Oneself<'_, Read> {
    /// The asker's feed, where there is one.
    pub async fn find_feed(&mut self, key: &SiteKey) -> Result<Option<Feed>, Failure> {
        let user = self.person().id;
        let row: Option<(String, Millis, Option<Millis>)> =
            query("select token, made_at, read_at from calendar_feeds where user_id = $1")
                .bind(user)
                .optional(self.connection())
                .await?;
        Ok(row.map(|(sealed, made_at, read_at)| {
            let token = key.open(Purpose::Calendar, &sealed).and_then(|token| String::from_utf8(token).ok());
            Feed { token, made_at, read_at }
        }))
    }
}

impl Oneself<'_, Write> {
    /// Gives the asker's feed a new address. Answers whether it had one.
    pub async fn make_feed(&mut self, key: &SiteKey) -> Result<bool, Failure> {
        let had_one = self.forget_feed().await?;
        let user = self.person().id;
        let token = random::token();
        let sealed = key.seal(Purpose::Calendar, token.as_bytes())?;
        let write = self.connection();
        let now = write.now();
        query("insert into calendar_feeds (user_id, token_digest, token, made_at) values ($1, $2, $3, $4)")
            .bind(user)
            .bind(random::digest(&token))
            .bind(sealed)
            .bind(now)
            .execute(write)
            .await?;
        note(write, Event::of(What::UserUpdated).about(user).after("a private address of the calendar")).await?;
        Ok(had_one)
    }

    /// Takes the address of the asker's feed away.
    pub async fn remove_feed(&mut self) -> Result<(), Failure> {
        let user = self.person().id;
        if self.forget_feed().await? {
            let event = Event::of(What::UserUpdated).about(user).before("a private address of the calendar");
            note(self.connection(), event).await?;
        }
        Ok(())
    }

    async fn forget_feed(&mut self) -> Result<bool, Failure> {
        let user = self.person().id;
        let gone = query("delete from calendar_feeds where user_id = $1").bind(user).execute(self.connection()).await?;
        Ok(gone > 0)
    }
}

/// Whose feed has this in its address, and whether it is time to note that it was read. None: nobody's, or somebody's whose account is closed.
pub async fn public_find_reader(on: &mut impl Connection, token: &str) -> Result<Option<(UserId, bool)>, Failure> {
    let now = on.now();
    let row: Option<(UserId, Option<Millis>)> = query(
        "select f.user_id, f.read_at from calendar_feeds f join users u on u.id = f.user_id
         where f.token_digest = $1 and u.disabled_at is null and u.frozen_at is null",
    )
    .bind(random::digest(token))
    .optional(on)
    .await?;
    Ok(row.map(|(user, read_at)| (user, read_at.is_none_or(|at| at < now - READ_TO))))
}

/// Notes that somebody's feed was read.
pub async fn public_note_read(write: &mut Write, user: UserId) -> Result<(), Failure> {
    let now = write.now();
    query("update calendar_feeds set read_at = $2 where user_id = $1").bind(user).bind(now).execute(write).await?;
    Ok(())
}

/// What stands in somebody's calendar, the earliest first: of the courses that they see.
pub async fn public_list_dates(on: &mut impl Connection, user: UserId) -> Result<Vec<DateRow>, Failure> {
    let now = on.now();
    query(concat!(
        "select d.kind, d.id, d.course, d.course_title, d.lesson, d.lesson_title, d.at, d.changed_at from (
            select 'lesson' as kind, l.id, c.slug as course, c.title as course_title, l.slug as lesson, l.title as lesson_title,
                   l.releases_at as at, l.changed_at
            from enrolments e join courses c on c.id = e.course_id join lessons l on l.course_id = c.id
            where e.user_id = $1 and ",
        is_in!("e"),
        " and ",
        is_planned!("l"),
        " and (c.state <> 'draft' or (",
        teaches!("e"),
        "))
            union all
            select 'offer', c.id, c.slug, c.title, null, null, e.offer_ends_at, e.since
            from enrolments e join courses c on c.id = e.course_id
            where e.user_id = $1 and ",
        in_line!("e"),
        " and e.offer_ends_at is not null and c.state = 'published'
            union all
            select 'joins_from', c.id, c.slug, c.title, null, null, c.joins_from, c.changed_at
            from enrolments e join courses c on c.id = e.course_id
            where e.user_id = $1 and ",
        leads!("e"),
        " and c.joins_from is not null
            union all
            select 'joins_until', c.id, c.slug, c.title, null, null, c.joins_until, c.changed_at
            from enrolments e join courses c on c.id = e.course_id
            where e.user_id = $1 and ",
        leads!("e"),
        " and c.joins_until is not null
         ) d where d.at >= $2 order by d.at, d.id, d.kind limit $3"
    ))
    .bind(user)
    .bind(now - BACK)
    .bind(MOST)
    .all(on)
    .await
}
