//! All SQL about files: which there are in a course, which texts name them, and which contents are kept.

use std::collections::BTreeSet;

use super::name::FileName;
use crate::accounts::policy::Asked;
use crate::announcements::store::is_announced;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::{DAY, HOUR, Millis};
use crate::config::FileLimits;
use crate::courses::policy::{CourseReader, CourseStaff, CourseVisitor, CourseWriter};
use crate::db::{Connection, Write, query};
use crate::error::{AppError, size_in_words};
use crate::failure::{Failure, busy};
use crate::id::{AnnouncementId, CourseId, LessonId};
use crate::lessons::store::states::is_out;

/// How long a content that no file means is kept: an upload needs it for minutes.
const UNUSED_FOR: Millis = DAY;

/// So many contents are deleted in one go.
const AT_ONCE: i64 = 50;

/// The site keeps so many full courses of contents that no file means, and what one upload or folder brings beyond: who adds and deletes in
/// turn does not fill the disk.
const UNUSED_COURSES: i64 = 4;

/// Who was to delete a content and did not within this time has been stopped: another does.
const GOING_FOR: Millis = HOUR;

/// Stands for a course's own description where otherwise a lesson does.
const DESCRIPTION: i64 = 0;

/// A file in its course's list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FileRow {
    /// As it is shown and named.
    pub name: String,
    /// In bytes.
    pub size: i64,
    /// When it was added, or put in the place of another.
    pub added_at: Millis,
    /// Who did; none: it came with the course.
    pub adder: Option<String>,
}

/// What is sent of a file.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FoundFile {
    /// As it is shown and named.
    pub name: String,
    /// SHA-256 of its content, in hexadecimal.
    pub digest: String,
    /// In bytes.
    pub size: i64,
}

/// A text of the course that names a file.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Mention {
    /// Of the file, as it is compared.
    pub name_key: String,
    /// The lesson's; none: another text.
    pub slug: Option<String>,
    /// The announcement's; with neither, it is the course's description.
    pub announcement: Option<AnnouncementId>,
    /// The lesson's or the announcement's.
    pub title: Option<String>,
}

/// The files of a course, as its list shows them.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// By name.
    pub rows: Vec<FileRow>,
    /// Of these rows.
    pub mentions: Vec<Mention>,
    /// How many there are.
    pub total: i64,
    /// Bytes of all.
    pub size: i64,
}

impl<C: Asked> CourseStaff<'_, C> {
    /// The files: `most` from the `skip`th on.
    pub async fn list_files(&mut self, most: i64, skip: i64) -> Result<Files, Failure> {
        let (on, course) = self.connection();
        let (total, size) = sum(on, course).await?;
        let rows = query(
            "select f.name, c.size, f.added_at, u.name as adder from files f join contents c on c.digest = f.digest
             left join users u on u.id = f.added_by where f.course_id = $1 order by f.name_key limit $2 offset $3",
        )
        .bind(course)
        .bind(most)
        .bind(skip)
        .all(on)
        .await?;
        let mentions = query(
            "select m.name_key, m.slug, m.announcement, m.title from (
                select m.name_key, l.slug, cast(null as bigint) as announcement, l.title, l.position as place
                from file_mentions m left join lessons l on l.id = m.lesson_id where m.course_id = $1
                union all
                select af.name_key, null, a.id, a.title, a.posted_at
                from announced_files af join announcements a on a.id = af.announcement_id where a.course_id = $1) m
             where m.name_key in
                (select f.name_key from files f where f.course_id = $1 order by f.name_key limit $2 offset $3)
             order by m.name_key, m.place",
        )
        .bind(course)
        .bind(most)
        .bind(skip)
        .all(on)
        .await?;
        Ok(Files { rows, mentions, total, size })
    }
}

async fn sum(on: &mut impl Connection, course: CourseId) -> Result<(i64, i64), Failure> {
    query(
        "select count(*), cast(coalesce(sum(c.size), 0) as bigint) from files f join contents c on c.digest = f.digest where f.course_id = $1",
    )
    .bind(course)
    .one(on)
    .await
}

impl<C: Asked> CourseVisitor<'_, C> {
    /// A file that the course's description names: whoever sees the course sees that.
    pub async fn find_described_file(&mut self, name: &FileName) -> Result<Option<FoundFile>, Failure> {
        let (on, course) = self.connection();
        query(
            "select f.name, f.digest, c.size from files f join contents c on c.digest = f.digest
             join file_mentions m on m.course_id = f.course_id and m.name_key = f.name_key and m.lesson_id = $3
             where f.course_id = $1 and f.name_key = $2",
        )
        .bind(course)
        .bind(name.key())
        .bind(DESCRIPTION)
        .optional(on)
        .await
    }
}

impl<C: Asked> CourseReader<'_, C> {
    /// A file that a lesson or an announcement names which the asker can read; any, for the staff. `NotFound` for others, whether they are there or not.
    pub async fn find_file(&mut self, name: &FileName) -> Result<FoundFile, Failure> {
        let sees_drafts = self.standing().facts.sees_drafts();
        let now = self.moment();
        let (on, course) = self.connection();
        let found = query(concat!(
            "select f.name, f.digest, c.size from files f join contents c on c.digest = f.digest
             where f.course_id = $1 and f.name_key = $2 and ($3 or exists (
                select 1 from file_mentions m join lessons l on l.id = m.lesson_id
                where m.course_id = f.course_id and m.name_key = f.name_key and l.course_id = f.course_id and ",
            is_out!("l", "$4"),
            ") or exists (
                select 1 from announced_files af join announcements a on a.id = af.announcement_id
                where a.course_id = f.course_id and af.name_key = f.name_key and ",
            is_announced!("a", "$4"),
            "))"
        ))
        .bind(course)
        .bind(name.key())
        .bind(sees_drafts)
        .bind(now)
        .optional(on)
        .await?;
        Ok(found.ok_or(AppError::NotFound)?)
    }
}

impl<C: Asked> CourseReader<'_, C> {
    /// The files that students open at the moment that is shown: those that the description or a lesson names which is out by then.
    pub async fn list_readable_files(&mut self) -> Result<Vec<FoundFile>, Failure> {
        let now = self.moment();
        let (on, course) = self.connection();
        query(concat!(
            "select f.name, f.digest, c.size from files f join contents c on c.digest = f.digest
             where f.course_id = $1 and exists (
                select 1 from file_mentions m left join lessons l on l.id = m.lesson_id
                where m.course_id = f.course_id and m.name_key = f.name_key and (m.lesson_id = $2 or ",
            is_out!("l", "$3"),
            ")) order by f.name_key"
        ))
        .bind(course)
        .bind(DESCRIPTION)
        .bind(now)
        .all(on)
        .await
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    New,
    /// It is in the place of the one that had its name.
    Replaced,
    /// It was there already, with the same content.
    Same,
    /// Another has its name, and was to stay.
    Taken,
    /// The course has as many as it may, or as many bytes.
    Full,
}

impl CourseWriter<'_, Write> {
    /// Says which contents are about to be kept: see [`announce`].
    pub async fn announce(&mut self, contents: &[(&str, u64)], limits: &FileLimits) -> Result<(), Failure> {
        announce(self.connection().0, contents, limits).await
    }

    /// Puts a content that was announced and kept into the course, as a file. In the place of another of its name only where `replaces`.
    pub async fn add_file(
        &mut self,
        name: &FileName,
        digest: &str,
        limits: &FileLimits,
        replaces: bool,
    ) -> Result<Added, Failure> {
        let by = self.standing().person.as_ref().map(|person| person.id);
        let (write, course) = self.connection();
        let now = write.now();
        let there: Option<(String, i64)> = query(
            "select f.digest, c.size from files f join contents c on c.digest = f.digest where f.course_id = $1 and f.name_key = $2",
        )
        .bind(course)
        .bind(name.key())
        .optional(write)
        .await?;
        match &there {
            Some((other, _)) if other == digest => return Ok(Added::Same),
            Some(_) if !replaces => return Ok(Added::Taken),
            _ => {}
        }
        let (size,): (i64,) = query("select size from contents where digest = $1").bind(digest).one(write).await?;
        let (count, all) = sum(write, course).await?;
        let (count, all) = match &there {
            Some((_, old)) => (count, all - old + size),
            None => (count + 1, all + size),
        };
        if count > limits.per_course || all > limits.course_bytes {
            return Ok(Added::Full);
        }
        query(
            "insert into files (course_id, name_key, name, digest, added_at, added_by) values ($1, $2, $3, $4, $5, $6)
             on conflict (course_id, name_key) do update set name = excluded.name, digest = excluded.digest,
                 added_at = excluded.added_at, added_by = excluded.added_by",
        )
        .bind(course)
        .bind(name.key())
        .bind(name.as_str())
        .bind(digest)
        .bind(now)
        .bind(by)
        .execute(write)
        .await?;
        if let Some((before, _)) = &there {
            let_go(write, before).await?;
        }
        let what = if there.is_some() { What::Updated } else { What::Created };
        let words = format!("file {name} ({})", size_in_words(size.unsigned_abs()));
        note(write, Event::of(what).on(Object::Course(course)).after(words)).await?;
        Ok(if there.is_some() { Added::Replaced } else { Added::New })
    }

    /// Takes a file out of the course. Answers its name. `NotFound` when there is none.
    pub async fn delete_file(&mut self, name: &FileName) -> Result<String, Failure> {
        let (write, course) = self.connection();
        let (name, digest): (String, String) =
            query("delete from files where course_id = $1 and name_key = $2 returning name, digest")
                .bind(course)
                .bind(name.key())
                .optional(write)
                .await?
                .ok_or(AppError::NotFound)?;
        let_go(write, &digest).await?;
        note(write, Event::of(What::Deleted).on(Object::Course(course)).before(format!("file {name}"))).await?;
        Ok(name)
    }
}

/// Says which contents, by digest and size in bytes, are about to be kept, before they are: what is unused is cleared away. Refused when the
/// site has much that is unused, or one of these very contents is being deleted: both pass.
pub(crate) async fn announce(write: &mut Write, contents: &[(&str, u64)], limits: &FileLimits) -> Result<(), Failure> {
    let now = write.now();
    let (unused,): (i64,) = query(
        "select cast(coalesce(sum(c.size), 0) as bigint) from contents c where not exists (select 1 from files f where f.digest = c.digest)",
    )
    .one(write)
    .await?;
    if unused > limits.course_bytes.saturating_mul(UNUSED_COURSES) {
        return Err(busy("too many bytes of files that nothing means any more").into());
    }
    for (digest, size) in contents {
        let taken = query(
            "insert into contents (digest, size, kept_at) values ($1, $2, $3)
             on conflict (digest) do update set kept_at = excluded.kept_at where contents.going_at is null",
        )
        .bind(*digest)
        .bind(i64::try_from(*size).unwrap_or(i64::MAX))
        .bind(now)
        .execute(write)
        .await?;
        if taken == 0 {
            return Err(busy("a file was just being cleared away").into());
        }
    }
    Ok(())
}

/// Whether some course has a file with these very bytes whose name has one of these endings: then this site has looked at it as such a file.
pub(crate) async fn public_is_file_of_kind(
    on: &mut impl Connection,
    digest: &str,
    endings: &[&str],
) -> Result<bool, Failure> {
    let rows: Vec<(String,)> = query("select distinct name from files where digest = $1").bind(digest).all(on).await?;
    let has_ending = |(name,): &(String,)| FileName::parse(name).is_some_and(|name| endings.contains(&name.ending()));
    Ok(rows.iter().any(has_ending))
}

/// A file means a content no more: its day begins, where no other does.
async fn let_go(write: &mut Write, digest: &str) -> Result<(), Failure> {
    let now = write.now();
    query("update contents set kept_at = $2 where digest = $1").bind(digest).bind(now).execute(write).await?;
    Ok(())
}

/// Writes down which files a text names, as they are compared: of a lesson, or of the course's description where there is none.
pub async fn mention(
    write: &mut Write,
    course: CourseId,
    lesson: Option<LessonId>,
    names: &BTreeSet<String>,
) -> Result<(), Failure> {
    let lesson = lesson.map_or(DESCRIPTION, |lesson| lesson.0);
    let before: Vec<(String,)> = query("select name_key from file_mentions where course_id = $1 and lesson_id = $2")
        .bind(course)
        .bind(lesson)
        .all(write)
        .await?;
    let before: BTreeSet<String> = before.into_iter().map(|(name,)| name).collect();
    // Most saves change none.
    for (statement, names) in [
        (
            "delete from file_mentions where course_id = $1 and lesson_id = $2 and name_key = $3",
            before.difference(names),
        ),
        ("insert into file_mentions (course_id, lesson_id, name_key) values ($1, $2, $3)", names.difference(&before)),
    ] {
        for name in names {
            query(statement).bind(course).bind(lesson).bind(name).execute(write).await?;
        }
    }
    Ok(())
}

/// Marks contents that no file has meant for a day: from here on nobody can use them, and whoever marked them deletes them. Answers their
/// digests, some at a time.
pub async fn public_mark_unused(write: &mut Write) -> Result<Vec<String>, Failure> {
    let now = write.now();
    let rows: Vec<(String,)> = query(
        "update contents set going_at = $3 where digest in
            (select c.digest from contents c where (c.going_at is null and c.kept_at < $1
                 and not exists (select 1 from files f where f.digest = c.digest)) or c.going_at < $2 limit $4) returning digest",
    )
    .bind(now - UNUSED_FOR)
    .bind(now - GOING_FOR)
    .bind(now)
    .bind(AT_ONCE)
    .all(write)
    .await?;
    Ok(rows.into_iter().map(|(digest,)| digest).collect())
}

/// Forgets a content that was marked, once its bytes are deleted.
pub async fn public_forget_content(write: &mut Write, digest: &str) -> Result<u64, Failure> {
    query("delete from contents where digest = $1 and going_at is not null").bind(digest).execute(write).await
}

/// Every content that a file means, with its bytes.
pub async fn public_list_contents(on: &mut impl Connection) -> Result<Vec<(String, i64)>, Failure> {
    query("select distinct c.digest, c.size from contents c join files f on f.digest = c.digest order by c.digest")
        .all(on)
        .await
}
