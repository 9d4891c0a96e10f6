//! Writing lessons: adding, changing and deleting them.

use std::collections::BTreeSet;

use super::arranging::Stored;
use super::drafts::keep_for_new_lessons;
use super::versions::{Version, has_versions, keep};
use super::{LessonRow, LessonText, asker, lesson_by_id};
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::model::slug_of;
use crate::courses::policy::CourseWriter;
use crate::courses::store::first_free;
use crate::db::{Connection, Write, query};
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::files::store::mention;
use crate::id::{CourseId, LessonId, ModuleId, UserId};
use crate::lessons::release::state_at;

/// So many lessons in a course: each working day of two years. Moving one writes the places of all after it.
pub(crate) const MOST_LESSONS: i64 = 500;

impl CourseWriter<'_, Write> {
    /// Adds a lesson at the end of a module, of the last where `module` is none; `Some(None)`: before the first. Answers its slug. `NotFound`
    /// when the course has no such module; refused at `title` when it has too many lessons.
    pub async fn add_lesson(&mut self, text: LessonText, module: Option<Option<ModuleId>>) -> Result<String, Failure> {
        let by = asker(self.standing()).0;
        let (write, course) = self.connection();
        let now = write.now();
        let (count,): (i64,) =
            query("select count(*) from lessons where course_id = $1").bind(course).one(write).await?;
        if count >= MOST_LESSONS {
            let words = format!("A course holds {MOST_LESSONS} lessons. Delete one first, or make a second course");
            return Err(AppError::from(FieldErrors::one("title", words)).into());
        }
        let wanted = slug_of(text.title.as_str(), "lesson");
        let taken: Vec<(String,)> =
            query("select slug from lessons where course_id = $1 and (slug = $2 or slug like $2 || '-%')")
                .bind(course)
                .bind(&wanted)
                .all(write)
                .await?;
        let slug = first_free(&wanted, &taken);
        let releases_at = text.release.moment(None, now);
        let (title, summary, body) = (text.title.as_str(), text.summary.as_str(), text.body.as_str());
        let lesson = NewLesson { slug: &slug, title, summary, body, releases_at, module: None, files: &text.files };
        let id = insert(write, course, &lesson, by).await?;
        let stored = Stored::of(write, course).await?;
        let mut order = stored.arrangement();
        if !order.place(id, module.unwrap_or_else(|| stored.last_module()), None) {
            return Err(AppError::NotFound.into());
        }
        stored.change_to(write, course, &order).await?;
        let after = in_words(text.title.as_str(), releases_at, now);
        note(write, Event::of(What::Created).on(Object::Lesson(id)).after(after)).await?;
        self.drop_draft(None).await?;
        Ok(slug)
    }

    /// Changes a lesson, when it is still as it was at `seen`. Answers its slug; none when somebody changed it since.
    pub async fn save_lesson(
        &mut self,
        lesson: LessonId,
        text: LessonText,
        seen: Millis,
    ) -> Result<Option<String>, Failure> {
        let (write, course) = self.connection();
        let before = lesson_by_id(write, course, lesson).await?;
        if before.changed_at != seen {
            return Ok(None);
        }
        let slug = self.change(before, text).await?;
        self.drop_draft(Some(lesson)).await?;
        Ok(Some(slug))
    }

    /// Changes a lesson that was read in this transaction. The asker's words that are not saved stay. Answers its slug.
    pub(super) async fn change(&mut self, before: LessonRow, text: LessonText) -> Result<String, Failure> {
        let by = asker(self.standing()).0;
        let (write, course) = self.connection();
        let (now, lesson) = (write.now(), before.id);
        let changed_at = now.max(before.changed_at + 1);
        if !text.says_the_same_as(&before) {
            // A lesson that was written before versions were kept has none yet.
            if !has_versions(write, lesson).await? {
                keep(write, lesson, before.version()).await?;
            }
            keep(write, lesson, text.version(changed_at, by)).await?;
        }
        let releases_at = text.release.moment(before.releases_at, now);
        query(
            "update lessons set title = $3, summary = $4, body = $5, releases_at = $6, changed_at = $7 where id = $1 and course_id = $2",
        )
        .bind(lesson)
        .bind(course)
        .bind(text.title.as_str())
        .bind(text.summary.as_str())
        .bind(text.body.as_str())
        .bind(releases_at)
        .bind(changed_at)
        .execute(write)
        .await?;
        mention(write, course, Some(lesson), &text.files).await?;
        let event = Event::of(What::Updated).on(Object::Lesson(lesson));
        let event = event.before(in_words(&before.title, before.releases_at, now));
        note(write, event.after(in_words(text.title.as_str(), releases_at, now))).await?;
        Ok(before.slug)
    }

    /// Deletes a lesson and who read it, and closes the gap. Words that others have not saved are kept for a new one. Answers its title.
    pub async fn delete_lesson(&mut self, lesson: LessonId) -> Result<String, Failure> {
        let by = asker(self.standing()).0;
        let (write, course) = self.connection();
        let (title, position): (String, i64) =
            query("delete from lessons where id = $1 and course_id = $2 returning title, position")
                .bind(lesson)
                .bind(course)
                .optional(write)
                .await?
                .ok_or(AppError::NotFound)?;
        query("update lessons set position = position - 1 where course_id = $1 and position > $2")
            .bind(course)
            .bind(position)
            .execute(write)
            .await?;
        keep_for_new_lessons(write, course, lesson, by).await?;
        mention(write, course, Some(lesson), &BTreeSet::new()).await?;
        note(write, Event::of(What::Deleted).on(Object::Lesson(lesson)).before(&title)).await?;
        Ok(title)
    }
}

/// A lesson about to be put after all others of its course.
pub(crate) struct NewLesson<'a> {
    /// No other lesson of the course has it.
    pub slug: &'a str,
    pub title: &'a str,
    pub summary: &'a str,
    pub body: &'a str,
    /// From when on students can read it; none: a draft.
    pub releases_at: Option<Millis>,
    /// The module it stands in; none: before the first.
    pub module: Option<ModuleId>,
    /// Which files of the course the body names.
    pub files: &'a BTreeSet<String>,
}

/// Puts a lesson after all others, with its first version.
pub(crate) async fn insert(
    write: &mut Write,
    course: CourseId,
    lesson: &NewLesson<'_>,
    by: Option<UserId>,
) -> Result<LessonId, Failure> {
    let now = write.now();
    let NewLesson { slug, title, summary, body, releases_at, module, files } = lesson;
    let (id,): (LessonId,) = query(
        "insert into lessons (course_id, slug, title, summary, body, releases_at, module_id, position, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, (select coalesce(max(position), 0) + 1 from lessons where course_id = $1), $8, $8)
         returning id",
    )
    .bind(course)
    .bind(*slug)
    .bind(*title)
    .bind(*summary)
    .bind(*body)
    .bind(*releases_at)
    .bind(*module)
    .bind(now)
    .one(write)
    .await?;
    keep(write, id, Version { title, summary, body, saved_at: now, saved_by: by }).await?;
    mention(write, course, Some(id), files).await?;
    Ok(id)
}

/// For the log: "Clay (scheduled)".
fn in_words(title: &str, releases_at: Option<Millis>, now: Millis) -> String {
    format!("{title} ({})", state_at(releases_at, now).key())
}
