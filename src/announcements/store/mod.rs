//! All SQL about announcements.

mod mailing;

pub(crate) use mailing::NEWS_FOR;
pub use mailing::{
    Gathered, Unmailed, public_find_unmailed, public_gather, public_list_addressees, public_list_due_readers,
    public_list_gathered, public_note_gathered, public_note_mailed,
};

use std::collections::BTreeSet;

use super::model::AnnouncementForm;
use crate::accounts::policy::{Asked, SignedIn};
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::model::Title;
use crate::courses::policy::{CourseReader, CourseVisitor, CourseWriter};
use crate::credentials::guessing::{Few, public_take_one};
use crate::db::{Connection, Read, Write, query};
use crate::enrolments::store::states::is_in;
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::field;
use crate::id::{AnnouncementId, CourseId, UserId};
use crate::lessons::markdown::files_in;
use crate::zone::{Edge, Zone};

/// So many announcements in a course: ten for each day of a term.
pub(crate) const MOST_ANNOUNCEMENTS: i64 = 1_000;

/// People in the course read it, at the moment `$now`. `$of` is the alias of `announcements`.
macro_rules! is_announced {
    ($of:literal, $now:literal) => {
        concat!($of, ".posted_at <= ", $now)
    };
}

pub(crate) use is_announced;

/// An announcement with its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AnnouncementRow {
    /// Its page is `/courses/{slug}/announcements/{id}`.
    pub id: AnnouncementId,
    /// One line of at most 120 characters.
    pub title: String,
    /// Markdown of at most 20,000 characters; may be empty.
    pub body: String,
    /// From when on it is out.
    pub posted_at: Millis,
    /// A form that has seen an earlier moment saves nothing.
    pub changed_at: Millis,
    /// Who posted it; none: it came with the course.
    pub by: Option<String>,
    /// It goes out by mail, or went.
    pub mails: bool,
    /// When it had gone to everybody who wants that.
    pub mailed_at: Option<Millis>,
}

impl AnnouncementRow {
    /// It was out already where the course came from: if it was mailed, then from there.
    pub fn came_along(&self) -> bool {
        self.by.is_none() && self.mailed_at.is_some_and(|at| at <= self.posted_at)
    }
}

/// An announcement in a list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AnnouncementHead {
    /// Its page is `/courses/{slug}/announcements/{id}`.
    pub id: AnnouncementId,
    /// One line of at most 120 characters.
    pub title: String,
    /// From when on it is out; to come only where the asker sees that.
    pub posted_at: Millis,
    /// Who posted it; none: it came with the course.
    pub by: Option<String>,
}

/// An announcement of some course of somebody's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MyNews {
    /// Its page is `/courses/{slug}/announcements/{id}`.
    pub id: AnnouncementId,
    /// One line of at most 120 characters.
    pub title: String,
    /// Since when it is out.
    pub posted_at: Millis,
    /// Names its course.
    pub slug: String,
    /// As the course is called.
    pub course: String,
}

impl SignedIn<'_, Read> {
    /// The latest of the courses this person is in, of the last two weeks and by others: the newest first, at most `most`.
    pub async fn list_my_news(&mut self, most: i64) -> Result<Vec<MyNews>, Failure> {
        let user = self.person().id;
        let on = self.connection();
        let now = on.now();
        query(concat!(
            "select a.id, a.title, a.posted_at, c.slug, c.title as course
             from enrolments e join courses c on c.id = e.course_id join announcements a on a.course_id = c.id
             where e.user_id = $1 and ",
            is_in!("e"),
            " and (e.role <> 'student' or c.state <> 'draft') and ",
            is_announced!("a", "$2"),
            " and a.posted_at > $3 and coalesce(a.posted_by, 0) <> $1 order by a.posted_at desc, a.id desc limit $4"
        ))
        .bind(user)
        .bind(now)
        .bind(now - NEWS_FOR)
        .bind(most)
        .all(on)
        .await
    }
}

impl<C: Asked> CourseVisitor<'_, C> {
    /// The latest that are out, for who reads in the course; none for others, who know of the course alone.
    pub async fn list_news(&mut self, most: i64) -> Result<Vec<AnnouncementHead>, Failure> {
        use crate::courses::policy::CourseAct;
        if !self.standing().may(CourseAct::ReadLessons) {
            return Ok(Vec::new());
        }
        let now = self.moment();
        let (on, course) = self.connection();
        heads(on, course, false, now, most, 0).await
    }
}

impl<C: Asked> CourseReader<'_, C> {
    /// The newest first, with those to come before them where the asker sees those: `most` from the `skip`th on, and how many there are.
    pub async fn list_announcements(&mut self, most: i64, skip: i64) -> Result<(Vec<AnnouncementHead>, i64), Failure> {
        let sees_all = self.standing().facts.sees_drafts();
        let now = self.moment();
        let (on, course) = self.connection();
        let (total,): (i64,) = query(concat!(
            "select count(*) from announcements a where a.course_id = $1 and ($2 or ",
            is_announced!("a", "$3"),
            ")"
        ))
        .bind(course)
        .bind(sees_all)
        .bind(now)
        .one(on)
        .await?;
        Ok((heads(on, course, sees_all, now, most, skip).await?, total))
    }

    /// One of the course's. `NotFound` for another's, and for one to come where the asker does not see those.
    pub async fn find_announcement(&mut self, id: AnnouncementId) -> Result<AnnouncementRow, Failure> {
        let sees_all = self.standing().facts.sees_drafts();
        let now = self.moment();
        let (on, course) = self.connection();
        let row = announcement(on, course, id).await?;
        if sees_all || row.posted_at <= now { Ok(row) } else { Err(AppError::NotFound.into()) }
    }
}

async fn heads(
    on: &mut impl Connection,
    course: CourseId,
    sees_all: bool,
    now: Millis,
    most: i64,
    skip: i64,
) -> Result<Vec<AnnouncementHead>, Failure> {
    query(concat!(
        "select a.id, a.title, a.posted_at, u.name as by from announcements a left join users u on u.id = a.posted_by
         where a.course_id = $1 and ($2 or ",
        is_announced!("a", "$3"),
        ") order by a.posted_at desc, a.id desc limit $4 offset $5"
    ))
    .bind(course)
    .bind(sees_all)
    .bind(now)
    .bind(most)
    .bind(skip)
    .all(on)
    .await
}

async fn announcement(
    on: &mut impl Connection,
    course: CourseId,
    id: AnnouncementId,
) -> Result<AnnouncementRow, Failure> {
    let row = query(
        "select a.id, a.title, a.body, a.posted_at, a.changed_at, u.name as by, a.mails, a.mailed_at
         from announcements a left join users u on u.id = a.posted_by where a.course_id = $1 and a.id = $2",
    )
    .bind(course)
    .bind(id)
    .optional(on)
    .await?;
    Ok(row.ok_or(AppError::NotFound)?)
}

impl<C: Asked> CourseWriter<'_, C> {
    /// One of the course's. `NotFound` for another's.
    pub async fn find_announcement(&mut self, id: AnnouncementId) -> Result<AnnouncementRow, Failure> {
        let (on, course) = self.connection();
        announcement(on, course, id).await
    }
}

/// What an announcement's form says.
pub struct AnnouncementText {
    title: Title,
    body: String,
    /// None: at once.
    posted_at: Option<Millis>,
    mails: bool,
    files: BTreeSet<String>,
}

impl AnnouncementText {
    /// All refusals of its fields at once; what depends on the course and the moment is refused where it is posted.
    pub async fn parse(form: &AnnouncementForm, zone: &Zone) -> Result<Self, Failure> {
        let mut wrong = FieldErrors::default();
        let title = wrong.keep(Title::parse(&form.title));
        let body = wrong.keep(field::text("body", "Text", &form.body, 20_000));
        let posted_at = wrong.keep(zone.moment("posted_at", "From", &form.posted_at, Edge::Beginning));
        let (Some(title), Some(body), Some(posted_at)) = (title, body, posted_at) else {
            return Err(AppError::from(wrong).into());
        };
        let files = files_in(&body).await?;
        Ok(Self { title, body, posted_at, mails: form.mails.is_some(), files })
    }

    /// From when on it is out. A moment that is past is refused at `posted_at`: nobody would see that it is new.
    fn moment(&self, now: Millis) -> Result<Millis, AppError> {
        match self.posted_at {
            Some(at) if at <= now => {
                Err(FieldErrors::one("posted_at", "This is past. Leave it empty to post it now").into())
            }
            Some(at) => Ok(at),
            None => Ok(now),
        }
    }
}

impl CourseWriter<'_, Write> {
    /// Posts one, now or for later, and answers from when on it is out. Refused at `mails` when the course has mailed too many in a day.
    pub async fn post(&mut self, text: AnnouncementText) -> Result<(AnnouncementId, Millis), Failure> {
        let by = self.standing().person.as_ref().map(|person| person.id);
        let (write, course) = self.connection();
        let now = write.now();
        let posted_at = text.moment(now)?;
        let (count,): (i64,) =
            query("select count(*) from announcements where course_id = $1").bind(course).one(write).await?;
        if count >= MOST_ANNOUNCEMENTS {
            let words = format!("A course holds {MOST_ANNOUNCEMENTS} announcements. Delete old ones first");
            return Err(AppError::from(FieldErrors::one("title", words)).into());
        }
        if text.mails {
            count_mailed(write, course).await?;
        }
        let new = NewAnnouncement {
            title: text.title.as_str(),
            body: &text.body,
            posted_at,
            mails: text.mails,
            mailed_at: None,
            by,
            files: &text.files,
        };
        let id = insert(write, course, &new).await?;
        note(write, Event::of(What::Created).on(Object::Course(course)).after(in_words(text.title.as_str()))).await?;
        Ok((id, posted_at))
    }

    /// Changes one, when it is still as it was at `seen`; what is out stays out since then, and is mailed no second time. Answers whether it
    /// was changed: somebody else may have changed it since.
    pub async fn save_announcement(
        &mut self,
        id: AnnouncementId,
        text: AnnouncementText,
        seen: Millis,
    ) -> Result<bool, Failure> {
        let (write, course) = self.connection();
        let now = write.now();
        let before = announcement(write, course, id).await?;
        if before.changed_at != seen {
            return Ok(false);
        }
        let is_out = before.posted_at <= now;
        let (posted_at, mails) =
            if is_out { (before.posted_at, before.mails) } else { (text.moment(now)?, text.mails) };
        if mails && !before.mails {
            count_mailed(write, course).await?;
        }
        query(
            "update announcements set title = $3, body = $4, posted_at = $5, mails = $6, changed_at = $7
             where course_id = $1 and id = $2",
        )
        .bind(course)
        .bind(id)
        .bind(text.title.as_str())
        .bind(&text.body)
        .bind(posted_at)
        .bind(mails)
        .bind(now.max(before.changed_at + 1))
        .execute(write)
        .await?;
        name_files(write, id, &text.files).await?;
        let event = Event::of(What::Updated).on(Object::Course(course)).before(in_words(&before.title));
        note(write, event.after(in_words(text.title.as_str()))).await?;
        Ok(true)
    }

    /// Deletes one. What was mailed of it is not taken back. Answers its title. `NotFound` when the course has none such.
    pub async fn delete_announcement(&mut self, id: AnnouncementId) -> Result<String, Failure> {
        let (write, course) = self.connection();
        let (title,): (String,) = query("delete from announcements where course_id = $1 and id = $2 returning title")
            .bind(course)
            .bind(id)
            .optional(write)
            .await?
            .ok_or(AppError::NotFound)?;
        note(write, Event::of(What::Deleted).on(Object::Course(course)).before(in_words(&title))).await?;
        Ok(title)
    }
}

/// Counts one more that goes out by mail. Refused at `mails` when there were too many: it can be posted without.
pub(super) async fn count_mailed(write: &mut Write, course: CourseId) -> Result<(), Failure> {
    let few = Few::MailedAnnouncements;
    match public_take_one(write, few, &course.to_string()).await {
        Err(Failure::Refused(AppError::TooMany { .. })) => {
            let words = format!(
                "{} announcements of this course were mailed within a day. Leave this out: it stands in the course all the same",
                few.bound().0
            );
            Err(AppError::from(FieldErrors::one("mails", words)).into())
        }
        other => other,
    }
}

/// For the log, where announcements have no number of their own.
fn in_words(title: &str) -> String {
    format!("announcement {title}")
}

/// An announcement about to be put into a course.
pub(crate) struct NewAnnouncement<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub posted_at: Millis,
    pub mails: bool,
    /// Set where it goes to nobody from here.
    pub mailed_at: Option<Millis>,
    /// None: it came with the course.
    pub by: Option<UserId>,
    /// Which files of the course the body names.
    pub files: &'a BTreeSet<String>,
}

/// Puts one into a course.
pub(crate) async fn insert(
    write: &mut Write,
    course: CourseId,
    new: &NewAnnouncement<'_>,
) -> Result<AnnouncementId, Failure> {
    let now = write.now();
    let (id,): (AnnouncementId,) = query(
        "insert into announcements (course_id, title, body, posted_at, created_at, changed_at, posted_by, mails, mailed_to, mailed_at)
         values ($1, $2, $3, $4, $5, $5, $6, $7, 0, $8) returning id",
    )
    .bind(course)
    .bind(new.title)
    .bind(new.body)
    .bind(new.posted_at)
    .bind(now)
    .bind(new.by)
    .bind(new.mails)
    .bind(new.mailed_at)
    .one(write)
    .await?;
    name_files(write, id, new.files).await?;
    Ok(id)
}

/// Writes down which files an announcement names.
async fn name_files(write: &mut Write, id: AnnouncementId, files: &BTreeSet<String>) -> Result<(), Failure> {
    query("delete from announced_files where announcement_id = $1").bind(id).execute(write).await?;
    for name in files {
        query("insert into announced_files (announcement_id, name_key) values ($1, $2)")
            .bind(id)
            .bind(name)
            .execute(write)
            .await?;
    }
    Ok(())
}
