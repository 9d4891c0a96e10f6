//! How far the students of a course have read, for its staff.

use std::collections::HashSet;

use super::states::is_out;
use crate::accounts::policy::Asked;
use crate::accounts::store::like;
use crate::clock::Millis;
use crate::courses::policy::CourseStaff;
use crate::db::query;
use crate::enrolments::store::states::studies;
use crate::failure::Failure;
use crate::id::{LessonId, UserId};

/// A lesson that students can read, and how many have.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LessonProgress {
    /// What a mark is of.
    pub id: LessonId,
    /// Names it in its course.
    pub slug: String,
    /// One line.
    pub title: String,
    /// Students of the course who marked it as read.
    pub read_by: i64,
}

/// A student, and how far they are.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StudentProgress {
    /// Of the account.
    pub id: UserId,
    /// As they write it.
    pub name: String,
    /// Lessons they marked as read, of those that can be read now.
    pub read: i64,
    /// When they last marked one; none: never.
    pub last_at: Option<Millis>,
}

/// In which order students stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressOrder {
    /// By name.
    Name,
    /// Who has read least first: whom one may want to ask.
    Least,
}

impl ProgressOrder {
    /// As `?sort=` writes it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "",
            Self::Least => "least",
        }
    }

    /// From `?sort=`. What is unknown is the name.
    pub fn of(key: &str) -> Self {
        if key == "least" { Self::Least } else { Self::Name }
    }
}

/// A page of a course's students, and what they have read.
#[derive(Clone, Debug)]
pub struct Progress {
    /// In their order.
    pub lessons: Vec<LessonProgress>,
    /// Students of the course in all.
    pub all: i64,
    /// Those whose name was looked for.
    pub found: i64,
    /// This page of them.
    pub students: Vec<StudentProgress>,
    /// Which lessons those have marked as read.
    pub marks: HashSet<(UserId, LessonId)>,
}

impl<C: Asked> CourseStaff<'_, C> {
    /// The students whose name holds `search`: `most` of them from the `skip`th on. Four statements, however many there are.
    pub async fn list_progress(
        &mut self,
        search: &str,
        order: ProgressOrder,
        most: i64,
        skip: i64,
    ) -> Result<Progress, Failure> {
        let (on, course) = self.connection();
        let now = on.now();
        let lessons = query(concat!(
            "select l.id, l.slug, l.title,
                    (select count(*) from lesson_reads r join enrolments e on e.user_id = r.user_id and e.course_id = $1
                      where r.lesson_id = l.id and ",
            studies!("e"),
            ") as read_by
             from lessons l where l.course_id = $1 and ",
            is_out!("l", "$2"),
            " order by l.position, l.id"
        ))
        .bind(course)
        .bind(now)
        .all(on)
        .await?;
        let (all, found): (i64, i64) = query(concat!(
            "select count(*), count(*) filter (where lower(u.name) like lower($2) escape '\\')
             from enrolments e join users u on u.id = e.user_id where e.course_id = $1 and ",
            studies!("e")
        ))
        .bind(course)
        .bind(like(search))
        .one(on)
        .await?;
        let students: Vec<StudentProgress> = query(concat!(
            "select u.id, u.name, count(l.id) as read, max(case when l.id is not null then r.read_at end) as last_at
             from enrolments e join users u on u.id = e.user_id
             left join lesson_reads r on r.user_id = u.id and r.lesson_id in (select o.id from lessons o where o.course_id = $1)
             left join lessons l on l.id = r.lesson_id and ", is_out!("l", "$3"), "
             where e.course_id = $1 and ", studies!("e"), " and lower(u.name) like lower($2) escape '\\'
             group by u.id, u.name
             order by case when $4 = 'least' then count(l.id) end, lower(u.name), u.id limit $5 offset $6"
        ))
        .bind(course)
        .bind(like(search))
        .bind(now)
        .bind(order.key())
        .bind(most)
        .bind(skip)
        .all(on)
        .await?;
        let marks: Vec<(UserId, LessonId)> = query(
            "select r.user_id, r.lesson_id from lesson_reads r join lessons l on l.id = r.lesson_id
             where l.course_id = $1 and $2 like '%,' || r.user_id || ',%'",
        )
        .bind(course)
        .bind(students.iter().fold(",".to_owned(), |list, student| format!("{list}{},", student.id)))
        .all(on)
        .await?;
        Ok(Progress { lessons, all, found, students, marks: marks.into_iter().collect() })
    }
}
