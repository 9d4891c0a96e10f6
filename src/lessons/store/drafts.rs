//! What somebody writes and has not saved: kept while they type, so that a closed window loses nothing. Theirs alone.

use super::asker;
use crate::accounts::policy::Asked;
use crate::clock::{DAY, Millis};
use crate::courses::policy::CourseWriter;
use crate::db::{Connection, Write, query};
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::field;
use crate::id::{CourseId, LessonId, UserId};
use crate::lessons::model::{Body, LessonForm};

/// So long one is kept that nobody comes back to: a term's break.
const KEPT: Millis = 90 * DAY;

/// So many are deleted in one transaction.
const AT_ONCE: i64 = 500;

/// Words that were typed and not saved.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DraftRow {
    /// As typed; may be empty.
    pub title: String,
    /// As typed.
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// When the lesson had last changed that they began with; 0 for a new one.
    pub seen: Millis,
    /// When they were last kept.
    pub kept_at: Millis,
}

/// The words of a form, as they are kept: within the limits of a lesson, but nothing has to be there yet.
pub struct DraftText {
    title: String,
    summary: String,
    body: Body,
}

impl DraftText {
    /// Refused over the limits of a lesson.
    pub fn parse(form: &LessonForm) -> Result<Self, FieldErrors> {
        let mut wrong = FieldErrors::default();
        let title = wrong.keep(field::text("title", "Title", &form.title, 120));
        let summary = wrong.keep(field::text("summary", "Summary", &form.summary, 300));
        let body = wrong.keep(Body::parse(&form.body));
        match (title, summary, body) {
            (Some(title), Some(summary), Some(body)) => Ok(Self { title, summary, body }),
            _ => Err(wrong),
        }
    }

    /// Markdown.
    pub fn body(&self) -> &Body {
        &self.body
    }
}

impl<C: Asked> CourseWriter<'_, C> {
    /// The asker's own words for a lesson, or for a new one, that they have not saved.
    pub async fn find_draft(&mut self, lesson: Option<LessonId>) -> Result<Option<DraftRow>, Failure> {
        let user = asker(self.standing()).0;
        let (on, course) = self.connection();
        query(
            "select title, summary, body, seen, kept_at from lesson_drafts
             where user_id = $1 and course_id = $2 and lesson_id = $3",
        )
        .bind(user)
        .bind(course)
        .bind(number(lesson))
        .optional(on)
        .await
    }
}

impl CourseWriter<'_, Write> {
    /// Keeps the asker's words for a lesson, or for a new one, in place of those before. What says the same as the lesson, or nothing, is not
    /// kept. `Conflict` when they have saved the lesson since; `NotFound` when the course has no such lesson.
    pub async fn keep_draft(
        &mut self,
        lesson: Option<LessonId>,
        text: &DraftText,
        seen: Millis,
    ) -> Result<(), Failure> {
        let user = asker(self.standing()).0.ok_or(AppError::SignInRequired)?;
        let (write, course) = self.connection();
        let now = write.now();
        let saved: (String, String, String) = match lesson {
            Some(lesson) => query("select title, summary, body from lessons where id = $1 and course_id = $2")
                .bind(lesson)
                .bind(course)
                .optional(write)
                .await?
                .ok_or(AppError::NotFound)?,
            None => Default::default(),
        };
        // One that was under way while they saved comes too late.
        let (is_late,): (bool,) = query(
            "select exists (select 1 from lesson_versions where lesson_id = $1 and saved_by = $2 and saved_at > $3)",
        )
        .bind(number(lesson))
        .bind(user)
        .bind(seen)
        .one(write)
        .await?;
        if is_late {
            return Err(AppError::Conflict("You have saved this lesson since. Open it again.".to_owned()).into());
        }
        let DraftText { title, summary, body } = text;
        if (&*saved.0, &*saved.1, &*saved.2) == (title.trim(), summary.trim(), body.as_str()) {
            return self.drop_draft(lesson).await;
        }
        query(
            "insert into lesson_drafts (user_id, course_id, lesson_id, title, summary, body, seen, kept_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (user_id, course_id, lesson_id) do update set
                title = excluded.title, summary = excluded.summary, body = excluded.body, seen = excluded.seen, kept_at = excluded.kept_at",
        )
        .bind(user)
        .bind(course)
        .bind(number(lesson))
        .bind(title.as_str())
        .bind(summary.as_str())
        .bind(body.as_str())
        .bind(seen)
        .bind(now)
        .execute(write)
        .await
        .map(drop)
    }

    /// Lets the asker's own words for a lesson, or for a new one, go.
    pub async fn drop_draft(&mut self, lesson: Option<LessonId>) -> Result<(), Failure> {
        let user = asker(self.standing()).0;
        let (write, course) = self.connection();
        query("delete from lesson_drafts where user_id = $1 and course_id = $2 and lesson_id = $3")
            .bind(user)
            .bind(course)
            .bind(number(lesson))
            .execute(write)
            .await
            .map(drop)
    }
}

/// What others have not saved of a lesson that is being deleted becomes the words of a new one, behind those they have for one already; what
/// `by` has not saved goes with it.
pub(super) async fn keep_for_new_lessons(
    write: &mut Write,
    course: CourseId,
    lesson: LessonId,
    by: Option<UserId>,
) -> Result<(), Failure> {
    query(
        "update lesson_drafts set lesson_id = $4, seen = $4 where course_id = $1 and lesson_id = $2 and ($3 is null or user_id <> $3)
           and user_id not in (select user_id from lesson_drafts where course_id = $1 and lesson_id = $4)",
    )
    .bind(course)
    .bind(lesson)
    .bind(by)
    .bind(number(None))
    .execute(write)
    .await?;
    query(
        "update lesson_drafts set body = body || cast($5 as text) || (select d.title || cast($5 as text) || d.body from lesson_drafts d
               where d.user_id = lesson_drafts.user_id and d.course_id = $1 and d.lesson_id = $2)
         where course_id = $1 and lesson_id = $4 and user_id in (select d.user_id from lesson_drafts d
               where d.course_id = $1 and d.lesson_id = $2 and ($3 is null or d.user_id <> $3))",
    )
    .bind(course)
    .bind(lesson)
    .bind(by)
    .bind(number(None))
    .bind("\n\n")
    .execute(write)
    .await?;
    query("delete from lesson_drafts where course_id = $1 and lesson_id = $2")
        .bind(course)
        .bind(lesson)
        .execute(write)
        .await
        .map(drop)
}

/// As the table says which one it is: 0 for a lesson that is not there yet.
fn number(lesson: Option<LessonId>) -> i64 {
    lesson.map_or(0, |lesson| lesson.0)
}

/// Lets words go that nobody has come back to for long. Answers how many.
pub async fn public_delete_old_drafts(write: &mut Write) -> Result<u64, Failure> {
    let before = write.now() - KEPT;
    query(
        "delete from lesson_drafts where (user_id, course_id, lesson_id) in
            (select user_id, course_id, lesson_id from lesson_drafts where kept_at < $1 limit $2)",
    )
    .bind(before)
    .bind(AT_ONCE)
    .execute(write)
    .await
}
