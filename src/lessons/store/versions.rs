//! Earlier texts of a lesson: each save keeps one, so that nothing anybody wrote is lost to a slip or to somebody else's save.

use super::{LessonRow, LessonText, ModuleRow, lesson_by_id, lesson_by_slug};
use crate::accounts::policy::Asked;
use crate::clock::Millis;
use crate::courses::model::Title;
use crate::courses::policy::CourseWriter;
use crate::db::{Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{LessonId, UserId, VersionId};
use crate::lessons::markdown::files_in;
use crate::lessons::model::{Body, LessonSummary};
use crate::lessons::release::Release;

/// So many are kept of a lesson, the last ones.
const MOST: i64 = 100;
/// And of all of them together so many characters: twenty of the longest.
const MOST_CHARACTERS: i64 = 4_000_000;

/// A version without its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct VersionHead {
    /// In its address.
    pub id: VersionId,
    /// When it was saved.
    pub saved_at: Millis,
    /// Who saved it; none: somebody before versions were kept, or a program of ours.
    pub by: Option<String>,
    /// The lesson's title by then.
    pub title: String,
    /// Characters of its text.
    pub length: i64,
}

/// A version with its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct VersionRow {
    /// In its address.
    pub id: VersionId,
    /// When it was saved.
    pub saved_at: Millis,
    /// Who saved it.
    pub by: Option<String>,
    /// The lesson's title by then.
    pub title: String,
    /// And its summary.
    pub summary: String,
    /// Markdown.
    pub body: String,
}

impl VersionRow {
    /// All of it as one text, to be compared.
    pub fn whole(&self) -> String {
        whole(&self.title, &self.summary, &self.body)
    }
}

/// Title, summary and text as one, to be compared.
pub fn whole(title: &str, summary: &str, body: &str) -> String {
    let summary = if summary.is_empty() { String::new() } else { format!("{summary}\n\n") };
    format!("{title}\n\n{summary}{body}\n")
}

impl<C: Asked> CourseWriter<'_, C> {
    /// A lesson with its text, draft or not. `NotFound` when the course has none of this name.
    pub async fn find_lesson(&mut self, slug: &str) -> Result<LessonRow, Failure> {
        let (on, course) = self.connection();
        let now = on.now();
        lesson_by_slug(on, course, slug, now).await
    }

    /// The modules of the course, in their order.
    pub async fn list_modules(&mut self) -> Result<Vec<ModuleRow>, Failure> {
        let (on, course) = self.connection();
        super::reading::modules(on, course).await
    }

    /// Its versions, the last first: `most` from the `skip`th on, and how many there are. None before it was first saved again.
    pub async fn list_versions(
        &mut self,
        lesson: LessonId,
        most: i64,
        skip: i64,
    ) -> Result<(Vec<VersionHead>, i64), Failure> {
        let (on, course) = self.connection();
        let (total,): (i64,) = query(
            "select count(*) from lesson_versions v join lessons l on l.id = v.lesson_id where v.lesson_id = $1 and l.course_id = $2",
        )
        .bind(lesson)
        .bind(course)
        .one(on)
        .await?;
        let rows = query(
            "select v.id, v.saved_at, u.name as by, v.title, cast(length(v.body) as bigint) as length
             from lesson_versions v join lessons l on l.id = v.lesson_id left join users u on u.id = v.saved_by
             where v.lesson_id = $1 and l.course_id = $2 order by v.id desc limit $3 offset $4",
        )
        .bind(lesson)
        .bind(course)
        .bind(most)
        .bind(skip)
        .all(on)
        .await?;
        Ok((rows, total))
    }

    /// One version, and the one before it where that is still kept. `NotFound` for one of another lesson.
    pub async fn find_version(
        &mut self,
        lesson: LessonId,
        version: VersionId,
    ) -> Result<(VersionRow, Option<VersionRow>), Failure> {
        let (on, course) = self.connection();
        let mut rows: Vec<VersionRow> = query(
            "select v.id, v.saved_at, u.name as by, v.title, v.summary, v.body
             from lesson_versions v join lessons l on l.id = v.lesson_id left join users u on u.id = v.saved_by
             where v.lesson_id = $1 and l.course_id = $2 and v.id <= $3 order by v.id desc limit 2",
        )
        .bind(lesson)
        .bind(course)
        .bind(version)
        .all(on)
        .await?;
        let before = (rows.len() > 1).then(|| rows.remove(1));
        let row = rows.pop().filter(|row| row.id == version).ok_or(AppError::NotFound)?;
        Ok((row, before))
    }
}

impl CourseWriter<'_, Write> {
    /// Makes the text of an earlier version the lesson's again; what stands there now stays a version. Answers the slug.
    pub async fn restore_version(&mut self, lesson: LessonId, version: VersionId) -> Result<String, Failure> {
        let (row, _) = self.find_version(lesson, version).await?;
        let (write, course) = self.connection();
        let now = lesson_by_id(write, course, lesson).await?;
        let text = LessonText {
            title: Title::parse(&row.title)?,
            summary: LessonSummary::parse(&row.summary)?,
            files: files_in(&row.body).await?,
            body: Body::parse(&row.body)?,
            release: now.releases_at.map_or(Release::Never, Release::At),
        };
        self.change(now, text).await
    }
}

/// What is kept of a text.
pub(super) struct Version<'t> {
    pub title: &'t str,
    pub summary: &'t str,
    pub body: &'t str,
    pub saved_at: Millis,
    pub saved_by: Option<UserId>,
}

/// Whether anything is kept of a lesson yet.
pub(super) async fn has_versions(write: &mut Write, lesson: LessonId) -> Result<bool, Failure> {
    let (has,): (bool,) =
        query("select exists (select 1 from lesson_versions where lesson_id = $1)").bind(lesson).one(write).await?;
    Ok(has)
}

/// Keeps a text, and lets the oldest go beyond what is kept.
pub(super) async fn keep(write: &mut Write, lesson: LessonId, version: Version<'_>) -> Result<(), Failure> {
    query(
        "insert into lesson_versions (lesson_id, title, summary, body, saved_at, saved_by) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(lesson)
    .bind(version.title)
    .bind(version.summary)
    .bind(version.body)
    .bind(version.saved_at)
    .bind(version.saved_by)
    .execute(write)
    .await?;
    query(
        "delete from lesson_versions where id in
            (select id from
                (select id, row_number() over (order by id desc) as place, sum(length(body)) over (order by id desc) as up_to_here
                 from lesson_versions where lesson_id = $1) as piled
             where place > $2 or (up_to_here > $3 and place > 1))",
    )
    .bind(lesson)
    .bind(MOST)
    .bind(MOST_CHARACTERS)
    .execute(write)
    .await
    .map(drop)
}
