//! All SQL about lessons. Every one is reached through its course: an id of another course's lesson is not found.

mod arranging;
mod drafts;
mod progress;
mod reading;
mod searching;
pub mod states;
mod versions;
mod writing;

pub(crate) use arranging::MOST_MODULES;
pub use drafts::{DraftRow, DraftText, public_delete_old_drafts};
pub use progress::{LessonProgress, Progress, ProgressOrder, StudentProgress};
pub use reading::{Group, Plan};
pub use searching::FoundLesson;
pub use versions::{VersionHead, VersionRow, whole};
pub(crate) use writing::{MOST_LESSONS, NewLesson, insert};

use std::collections::BTreeSet;

use self::versions::Version;
use super::model::{Body, LessonForm, LessonState, LessonSummary};
use super::release::Release;
use crate::clock::Millis;
use crate::courses::model::Title;
use crate::courses::policy::Standing;
use crate::db::{Connection, query};
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::id::{CourseId, LessonId, ModuleId, UserId};
use crate::lessons::markdown::files_in;
use crate::zone::Zone;

/// A module in the course's plan.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ModuleRow {
    /// What a lesson names it by.
    pub id: ModuleId,
    /// One line of at most 120 characters.
    pub title: String,
}

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
    /// From when on students can read it; none for a draft.
    pub releases_at: Option<Millis>,
    /// The module it stands in; none: before the first.
    pub module_id: Option<ModuleId>,
    /// Characters of the text.
    pub length: i64,
    /// When the asker read it.
    pub read_at: Option<Millis>,
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
    /// A draft, or one that is still to come, only where the asker reads those.
    pub state: LessonState,
    /// From when on students can read it; none for a draft.
    pub releases_at: Option<Millis>,
    /// A form that has seen an earlier moment saves nothing.
    pub changed_at: Millis,
}

/// The columns of a [`LessonRow`] of `lessons l`, at the moment `$now`.
macro_rules! lesson {
    ($now:literal) => {
        concat!(
            "l.id, l.slug, l.title, l.summary, l.body, ",
            crate::lessons::store::states::state_of_lesson!("l", $now),
            " as state, l.releases_at, l.changed_at"
        )
    };
}

/// What a lesson consists of, as its form says.
pub struct LessonText {
    /// A new lesson gets its slug from it.
    pub title: Title,
    /// Stands in the plan; may be empty.
    pub summary: LessonSummary,
    /// Markdown, kept as typed and rendered when shown.
    pub body: Body,
    /// From when on students can read it.
    pub release: Release,
    /// Which files of the course the body names, as they are compared.
    pub files: BTreeSet<String>,
}

impl LessonText {
    /// From what its form says, all refusals at once. Dates are in `zone`. Before a transaction: a long body takes its time.
    pub async fn parse(form: &LessonForm, zone: &Zone) -> Result<Self, Failure> {
        let mut wrong = FieldErrors::default();
        let title = wrong.keep(Title::parse(&form.title));
        let summary = wrong.keep(LessonSummary::parse(&form.summary));
        let body = wrong.keep(Body::parse(&form.body));
        let release = wrong.keep(Release::parse(form.published.as_deref(), &form.releases_at, zone));
        match (title, summary, body, release) {
            (Some(title), Some(summary), Some(body), Some(release)) => {
                let files = files_in(body.as_str()).await?;
                Ok(Self { title, summary, body, release, files })
            }
            _ => Err(wrong.into()),
        }
    }

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

/// A lesson of the course by what its address calls it, whatever its state at the moment `now`. `NotFound` where there is none.
async fn lesson_by_slug(
    on: &mut impl Connection,
    course: CourseId,
    slug: &str,
    now: Millis,
) -> Result<LessonRow, Failure> {
    let row = query(concat!("select ", lesson!("$3"), " from lessons l where l.course_id = $1 and l.slug = $2"))
        .bind(course)
        .bind(slug)
        .bind(now)
        .optional(on)
        .await?;
    Ok(row.ok_or(AppError::NotFound)?)
}

/// The same by its number, as it is now.
async fn lesson_by_id(on: &mut impl Connection, course: CourseId, lesson: LessonId) -> Result<LessonRow, Failure> {
    let now = on.now();
    let row = query(concat!("select ", lesson!("$3"), " from lessons l where l.course_id = $1 and l.id = $2"))
        .bind(course)
        .bind(lesson)
        .bind(now)
        .optional(on)
        .await?;
    Ok(row.ok_or(AppError::NotFound)?)
}

fn asker(standing: &Standing) -> (Option<UserId>, bool) {
    (standing.reader(), standing.facts.sees_drafts())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refused_lesson_says_all_that_is_wrong_at_once() {
        let form = LessonForm {
            title: String::new(),
            summary: "x".repeat(301),
            body: "a\0b".to_owned(),
            published: None,
            releases_at: "soon".to_owned(),
        };
        let wrong = LessonText::parse(&form, &Zone::stored("UTC")).await.map(|_| ()).unwrap_err();
        let Failure::Refused(AppError::Invalid(wrong)) = wrong else { panic!("{wrong}") };
        assert_eq!(
            wrong.0.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(),
            ["title", "summary", "body", "releases_at"]
        );
    }
}
