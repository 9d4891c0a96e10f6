//! How far the students of a course have read, for its staff.

use std::collections::HashSet;

use super::states::is_out;
use crate::accounts::policy::Asked;
use crate::clock::Millis;
use crate::courses::policy::CourseStaff;
use crate::db::{like_folded, query};
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Who studies in the course $1 and has the name $2.
macro_rules! named {
    () => {
        concat!(
            "enrolments e join users u on u.id = e.user_id where e.course_id = $1 and ",
            studies!("e"),
            " and u.name_folded like $2 escape '\\'"
        )
    };
}

/// A page of students and, for each of them, a row for each lesson that can be read: when they marked it, if they did. Who has no lesson
/// to read has one row without. `$ranked` gives people their place. $1: the course, $2: a name, $3: the moment, $4 and $5: how many from
/// where.
///
/// A mark is looked up by its key, a page of people times the lessons: what they marked in other courses is not read.
macro_rules! cells {
    ($ranked:expr) => {
        concat!(
            "with page as (",
            $ranked,
            " order by place limit $4 offset $5)
             select p.id, u.name, l.id, (select r.read_at from lesson_reads r where r.lesson_id = l.id and r.user_id = p.id)
             from page p join users u on u.id = p.id left join lessons l on l.course_id = $1 and ",
            is_out!("l", "$3"),
            " order by p.place"
        )
    };
}

impl<C: Asked> CourseStaff<'_, C> {
    /// The students whose name holds `search`: `most` of them from the `skip`th on. Three statements, however many there are.
    pub async fn list_progress(
        &mut self,
        search: &str,
        order: ProgressOrder,
        most: i64,
        skip: i64,
    ) -> Result<Progress, Failure> {
        let (on, course) = self.connection();
        let now = on.now();
        // Every mark is looked at once, beside a list of the course's students that is made once: a class of 500 has many, and a join
        // of the three tables took PostgreSQL 100 ms where it had no statistics yet.
        let lessons = query(concat!(
            "select l.id, l.slug, l.title,
                    (select count(*) filter (where r.user_id in (select e.user_id from enrolments e where e.course_id = $1 and ",
            studies!("e"),
            ")) from lesson_reads r where r.lesson_id = l.id) as read_by
             from lessons l where l.course_id = $1 and ",
            is_out!("l", "$2"),
            " order by l.position, l.id"
        ))
        .bind(course)
        .bind(now)
        .all(on)
        .await?;
        let (all, found): (i64, i64) = query(concat!(
            "select count(*), count(*) filter (where u.name_folded like $2 escape '\\')
             from enrolments e join users u on u.id = e.user_id where e.course_id = $1 and ",
            studies!("e")
        ))
        .bind(course)
        .bind(like_folded(search))
        .one(on)
        .await?;
        let page = query(match order {
            ProgressOrder::Name => {
                cells!(concat!(
                    "select u.id, row_number() over (order by u.name_folded, u.id) as place from ",
                    named!()
                ))
            }
            // One list of people and of counts, folded by person, and no join of the two: PostgreSQL plans for a handful of people,
            // whatever the name, and then compares each of 500 with each count.
            ProgressOrder::Least => cells!(concat!(
                "select id, row_number() over (order by sum(read), max(name_folded), id) as place
                 from (select u.id, u.name_folded, 0 as read from ",
                named!(),
                " union all select r.user_id, null, count(*) from lessons l join lesson_reads r on r.lesson_id = l.id
                  where l.course_id = $1 and ",
                is_out!("l", "$3"),
                " group by r.user_id) counted group by id having max(name_folded) is not null"
            )),
        });
        let rows: Vec<(UserId, String, Option<LessonId>, Option<Millis>)> =
            page.bind(course).bind(like_folded(search)).bind(now).bind(most).bind(skip).all(on).await?;
        let mut students: Vec<StudentProgress> = Vec::new();
        let mut marks = HashSet::new();
        for (id, name, lesson, at) in rows {
            if students.last().is_none_or(|last| last.id != id) {
                students.push(StudentProgress { id, name, read: 0, last_at: None });
            }
            if let (Some(lesson), Some(at), Some(student)) = (lesson, at, students.last_mut()) {
                marks.insert((id, lesson));
                student.read += 1;
                student.last_at = student.last_at.max(Some(at));
            }
        }
        Ok(Progress { lessons, all, found, students, marks })
    }
}
