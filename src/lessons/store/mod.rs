//! All SQL about lessons. Every one is reached through its course: an id of another course's lesson is not found.

mod versions;

pub use versions::{VersionHead, VersionRow, whole};

use self::versions::{Version, has_versions, keep};
use super::model::{Body, LessonState, LessonSummary};
use crate::accounts::policy::Asked;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::courses::model::{Title, slug_of};
use crate::courses::policy::{CourseReader, CourseVisitor, CourseWriter};
use crate::courses::store::first_free;
use crate::db::{Connection, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{CourseId, LessonId, UserId};

/// A lesson in the course's plan.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PlanRow {
    /// What a reading is marked by.
    pub id: LessonId,
    /// Names it in its address; no other lesson of the course has it.
    pub slug: String,
    /// One line of at most 120 characters.
    pub title: String,
    /// One line; may be empty.
    pub summary: String,
    /// A draft only where the asker sees drafts.
    pub state: LessonState,
    /// Characters of the text.
    pub length: i64,
    /// When the asker read it.
    pub read_at: Option<i64>,
}

/// A lesson with its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LessonRow {
    /// What a reading is marked by.
    pub id: LessonId,
    /// Names it in its address. Made from the first title, and kept when the title changes.
    pub slug: String,
    /// One line of at most 120 characters.
    pub title: String,
    /// One line; may be empty.
    pub summary: String,
    /// Markdown of at most 200,000 characters; may be empty.
    pub body: String,
    /// A draft only where the asker sees drafts.
    pub state: LessonState,
    /// In milliseconds since 1970. A form that has seen an earlier moment saves nothing.
    pub changed_at: i64,
}

/// The columns of a [`LessonRow`].
macro_rules! lesson {
    () => {
        "id, slug, title, summary, body, state, changed_at"
    };
}
use lesson;

/// What a lesson consists of, as its form says.
pub struct LessonText {
    /// A new lesson gets its slug from it.
    pub title: Title,
    /// Stands in the plan; may be empty.
    pub summary: LessonSummary,
    /// Markdown, kept as typed and rendered when shown.
    pub body: Body,
    /// Whether students can read it from now on.
    pub state: LessonState,
}

impl LessonText {
    fn version(&self, saved_at: Millis, saved_by: Option<UserId>) -> Version<'_> {
        let (title, summary, body) = (self.title.as_str(), self.summary.as_str(), self.body.as_str());
        Version { title, summary, body, saved_at, saved_by }
    }

    fn says_the_same_as(&self, row: &LessonRow) -> bool {
        (self.title.as_str(), self.summary.as_str(), self.body.as_str()) == (&*row.title, &*row.summary, &*row.body)
    }
}

impl LessonRow {
    fn version(&self) -> Version<'_> {
        let Self { title, summary, body, changed_at, .. } = self;
        Version { title, summary, body, saved_at: *changed_at, saved_by: None }
    }
}

async fn plan(
    on: &mut impl Connection,
    course: CourseId,
    user: Option<UserId>,
    with_drafts: bool,
) -> Result<Vec<PlanRow>, Failure> {
    query(
        "select l.id, l.slug, l.title, l.summary, l.state, cast(length(l.body) as bigint) as length, r.read_at
         from lessons l left join lesson_reads r on r.lesson_id = l.id and r.user_id = $2
         where l.course_id = $1 and (l.state = 'published' or $3) order by l.position, l.id",
    )
    .bind(course)
    .bind(user)
    .bind(with_drafts)
    .all(on)
    .await
}

impl<C: Asked> CourseVisitor<'_, C> {
    /// The lessons in order: titles only, which anybody who sees the course sees. Drafts for who teaches it.
    pub async fn list_plan(&mut self) -> Result<Vec<PlanRow>, Failure> {
        let (user, with_drafts) = asker(self.standing());
        let (on, course) = self.connection();
        plan(on, course, user, with_drafts).await
    }
}

impl<C: Asked> CourseReader<'_, C> {
    /// The same, for the rail beside a lesson: whoever may read lessons sees the plan.
    pub async fn list_plan(&mut self) -> Result<Vec<PlanRow>, Failure> {
        let (user, with_drafts) = asker(self.standing());
        let (on, course) = self.connection();
        plan(on, course, user, with_drafts).await
    }

    /// A lesson with its text. A draft is found by who teaches the course alone.
    pub async fn find_lesson(&mut self, slug: &str) -> Result<Option<LessonRow>, Failure> {
        let (_, with_drafts) = asker(self.standing());
        let (on, course) = self.connection();
        query(concat!(
            "select ",
            lesson!(),
            " from lessons where course_id = $1 and slug = $2 and (state = 'published' or $3)"
        ))
        .bind(course)
        .bind(slug)
        .bind(with_drafts)
        .optional(on)
        .await
    }
}

fn asker(standing: &crate::courses::policy::Standing) -> (Option<UserId>, bool) {
    (standing.person.as_ref().map(|person| person.id), standing.facts.sees_drafts())
}

impl CourseReader<'_, Write> {
    /// Marks a lesson the asker can see as read by whoever asks, or takes the mark off. Answers the slug of the next one.
    pub async fn mark(&mut self, lesson: LessonId, read: bool) -> Result<Option<String>, Failure> {
        let user = self.standing().person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
        let (_, with_drafts) = asker(self.standing());
        let (write, course) = self.connection();
        let now = write.now();
        let (position,): (i64,) =
            query("select position from lessons where id = $1 and course_id = $2 and (state = 'published' or $3)")
                .bind(lesson)
                .bind(course)
                .bind(with_drafts)
                .optional(write)
                .await?
                .ok_or(AppError::NotFound)?;
        if read {
            query("insert into lesson_reads (lesson_id, user_id, read_at) values ($1, $2, $3) on conflict do nothing")
                .bind(lesson)
                .bind(user)
                .bind(now)
                .execute(write)
                .await?;
        } else {
            query("delete from lesson_reads where lesson_id = $1 and user_id = $2")
                .bind(lesson)
                .bind(user)
                .execute(write)
                .await?;
        }
        let next: Option<(String,)> = query(
            "select slug from lessons where course_id = $1 and position > $2 and (state = 'published' or $3)
             order by position, id limit 1",
        )
        .bind(course)
        .bind(position)
        .bind(with_drafts)
        .optional(write)
        .await?;
        Ok(next.map(|(slug,)| slug))
    }
}

impl CourseWriter<'_, Write> {
    /// Adds a lesson at the end. Answers its slug.
    pub async fn add_lesson(&mut self, text: LessonText) -> Result<String, Failure> {
        let by = asker(self.standing()).0;
        let (write, course) = self.connection();
        let now = write.now();
        let wanted = slug_of(text.title.as_str(), "lesson");
        let taken: Vec<(String,)> =
            query("select slug from lessons where course_id = $1 and (slug = $2 or slug like $2 || '-%')")
                .bind(course)
                .bind(&wanted)
                .all(write)
                .await?;
        let slug = first_free(&wanted, &taken);
        let (id,): (LessonId,) = query(
            "insert into lessons (course_id, slug, title, summary, body, state, position, created_at, changed_at)
             values ($1, $2, $3, $4, $5, $6, (select coalesce(max(position), 0) + 1 from lessons where course_id = $1), $7, $7)
             returning id",
        )
        .bind(course)
        .bind(&slug)
        .bind(text.title.as_str())
        .bind(text.summary.as_str())
        .bind(text.body.as_str())
        .bind(text.state.key())
        .bind(now)
        .one(write)
        .await?;
        keep(write, id, text.version(now, by)).await?;
        let after = format!("{} ({})", text.title.as_str(), text.state.key());
        note(write, Event::of(What::Created).on(Object::Lesson(id)).after(after)).await?;
        Ok(slug)
    }

    /// Changes a lesson, when it is still as it was at `seen`. Answers its slug; none when somebody changed it since.
    pub async fn save_lesson(
        &mut self,
        lesson: LessonId,
        text: LessonText,
        seen: i64,
    ) -> Result<Option<String>, Failure> {
        let by = asker(self.standing()).0;
        let (write, course) = self.connection();
        let now = write.now();
        let before: LessonRow = query(concat!("select ", lesson!(), " from lessons where id = $1 and course_id = $2"))
            .bind(lesson)
            .bind(course)
            .optional(write)
            .await?
            .ok_or(AppError::NotFound)?;
        if before.changed_at != seen {
            return Ok(None);
        }
        let changed_at = now.max(before.changed_at + 1);
        if !text.says_the_same_as(&before) {
            // A lesson that was written before versions were kept has none yet.
            if !has_versions(write, lesson).await? {
                keep(write, lesson, before.version()).await?;
            }
            keep(write, lesson, text.version(changed_at, by)).await?;
        }
        query(
            "update lessons set title = $3, summary = $4, body = $5, state = $6, changed_at = $7 where id = $1 and course_id = $2",
        )
        .bind(lesson)
        .bind(course)
        .bind(text.title.as_str())
        .bind(text.summary.as_str())
        .bind(text.body.as_str())
        .bind(text.state.key())
        .bind(changed_at)
        .execute(write)
        .await?;
        let event = Event::of(What::Updated).on(Object::Lesson(lesson));
        let event = event.before(format!("{} ({})", before.title, before.state.key()));
        note(write, event.after(format!("{} ({})", text.title.as_str(), text.state.key()))).await?;
        Ok(Some(before.slug))
    }

    /// Swaps a lesson with its neighbour: -1 moves it up, 1 down. At the end of the list nothing happens. Answers its title,
    /// and whether it moved.
    pub async fn move_lesson(&mut self, lesson: LessonId, by: i64) -> Result<(String, bool), Failure> {
        let (write, course) = self.connection();
        let (position, title): (i64, String) =
            query("select position, title from lessons where id = $1 and course_id = $2")
                .bind(lesson)
                .bind(course)
                .optional(write)
                .await?
                .ok_or(AppError::NotFound)?;
        let other: Option<(LessonId, i64)> = query(
            "select id, position from lessons where course_id = $1 and (($3 < 0 and position < $2) or ($3 > 0 and position > $2))
             order by position * -$3 desc limit 1",
        )
        .bind(course)
        .bind(position)
        .bind(by.signum())
        .optional(write)
        .await?;
        let Some((other, its_position)) = other else { return Ok((title, false)) };
        for (id, position) in [(lesson, its_position), (other, position)] {
            query("update lessons set position = $3 where id = $1 and course_id = $2")
                .bind(id)
                .bind(course)
                .bind(position)
                .execute(write)
                .await?;
        }
        let event = Event::of(What::Updated).on(Object::Lesson(lesson));
        note(write, event.before(format!("in place {position}")).after(format!("in place {its_position}"))).await?;
        Ok((title, true))
    }

    /// Deletes a lesson and who read it, and closes the gap. Answers its title.
    pub async fn delete_lesson(&mut self, lesson: LessonId) -> Result<String, Failure> {
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
        note(write, Event::of(What::Deleted).on(Object::Lesson(lesson)).before(&title)).await?;
        Ok(title)
    }
}
