//! Lessons as their readers see them: the plan, one lesson, and the marks of who has read it.

use super::states::{is_out, is_planned, state_of_lesson};
use super::{LessonRow, ModuleRow, PlanRow, asker, lesson_by_slug};
use crate::accounts::policy::Asked;
use crate::clock::Millis;
use crate::courses::policy::{CourseReader, CourseVisitor, Facts, rule_of_lesson};
use crate::db::{Connection, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{CourseId, LessonId, UserId};
use crate::lessons::model::LessonState;

/// The lessons of a course, in the order in which they are read: those before the first module, then module by module.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// All modules, also those without a lesson.
    pub modules: Vec<ModuleRow>,
    /// Those the asker sees; of one module, one after the other.
    pub lessons: Vec<PlanRow>,
}

impl Plan {
    /// The lessons by module. Modules without a lesson are not among them.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for (at, lesson) in self.lessons.iter().enumerate() {
            let module = self.modules.iter().find(|module| Some(module.id) == lesson.module_id);
            match groups.last_mut() {
                Some(last) if last.module == module => last.lessons.push((at, lesson)),
                _ => groups.push(Group { module, lessons: vec![(at, lesson)] }),
            }
        }
        groups
    }

    /// Those that students can read now.
    pub fn out(&self) -> impl Iterator<Item = &PlanRow> {
        self.lessons.iter().filter(|lesson| lesson.state == LessonState::Published)
    }
}

/// The lessons of a module, or those before the first.
pub struct Group<'p> {
    /// None for those before the first.
    pub module: Option<&'p ModuleRow>,
    /// Each with its place in the whole, from 0.
    pub lessons: Vec<(usize, &'p PlanRow)>,
}

async fn plan(
    on: &mut impl Connection,
    course: CourseId,
    user: Option<UserId>,
    with_drafts: bool,
    now: Millis,
) -> Result<Plan, Failure> {
    let lessons = query(concat!(
        "select l.id, l.slug, l.title, l.summary, ",
        state_of_lesson!("l", "$4"),
        " as state, l.releases_at, l.module_id, cast(length(l.body) as bigint) as length, r.read_at
         from lessons l left join lesson_reads r on r.lesson_id = l.id and r.user_id = $2
         where l.course_id = $1 and (",
        is_planned!("l"),
        " or $3) order by l.position, l.id"
    ))
    .bind(course)
    .bind(user)
    .bind(with_drafts)
    .bind(now)
    .all(on)
    .await?;
    Ok(Plan { modules: modules(on, course).await?, lessons })
}

pub(super) async fn modules(on: &mut impl Connection, course: CourseId) -> Result<Vec<ModuleRow>, Failure> {
    query("select id, title from modules where course_id = $1 order by position, id").bind(course).all(on).await
}

impl<C: Asked> CourseVisitor<'_, C> {
    /// The lessons in order: titles only, which anybody who sees the course sees. Drafts for who teaches it.
    pub async fn list_plan(&mut self) -> Result<Plan, Failure> {
        let (user, with_drafts) = asker(self.standing());
        let now = self.moment();
        let (on, course) = self.connection();
        plan(on, course, user, with_drafts, now).await
    }
}

impl<C: Asked> CourseReader<'_, C> {
    /// The same, for the rail beside a lesson: whoever may read lessons sees the plan.
    pub async fn list_plan(&mut self) -> Result<Plan, Failure> {
        let (user, with_drafts) = asker(self.standing());
        let now = self.moment();
        let (on, course) = self.connection();
        plan(on, course, user, with_drafts, now).await
    }

    /// A lesson with its text. `NotFound` for a draft, and `OpensLater` for one that is still to come, unless the asker teaches the course.
    pub async fn find_lesson(&mut self, slug: &str) -> Result<LessonRow, Failure> {
        let facts = self.standing().facts.clone();
        let now = self.moment();
        let (on, course) = self.connection();
        let row = lesson_by_slug(on, course, slug, now).await?;
        may_read(&facts, row.state)?;
        Ok(row)
    }
}

fn may_read(facts: &Facts, state: LessonState) -> Result<(), AppError> {
    rule_of_lesson(facts, state).verdict(&facts.slug).into_result()
}

impl CourseReader<'_, Write> {
    /// Marks a lesson the asker can read as read by whoever asks, or takes the mark off. Answers the slug of the next one they can read.
    pub async fn mark(&mut self, lesson: LessonId, read: bool) -> Result<Option<String>, Failure> {
        let user = self.standing().person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
        let facts = self.standing().facts.clone();
        let (write, course) = self.connection();
        let now = write.now();
        let (position, state): (i64, LessonState) = query(concat!(
            "select l.position, ",
            state_of_lesson!("l", "$3"),
            " from lessons l where l.id = $1 and l.course_id = $2"
        ))
        .bind(lesson)
        .bind(course)
        .bind(now)
        .optional(write)
        .await?
        .ok_or(AppError::NotFound)?;
        may_read(&facts, state)?;
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
        let next: Option<(String,)> = query(concat!(
            "select l.slug from lessons l where l.course_id = $1 and l.position > $2 and (",
            is_out!("l", "$4"),
            " or $3) order by l.position, l.id limit 1"
        ))
        .bind(course)
        .bind(position)
        .bind(facts.sees_drafts())
        .bind(now)
        .optional(write)
        .await?;
        Ok(next.map(|(slug,)| slug))
    }
}
