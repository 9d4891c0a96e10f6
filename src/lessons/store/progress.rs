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

/// A page of students in an order, and with each of them every mark of theirs: the lesson's number is null where the mark is of something
/// else than a lesson of this course that can be read. `$counted` is a join that `$order` asks. $1: the course, $2: a name, $3: the
/// moment, $4 and $5: how many from where.
macro_rules! students {
    ($counted:expr, $order:literal) => {
        concat!(
            "with page as (select u.id, u.name, row_number() over (order by ",
            $order,
            "u.name_folded, u.id) as place
              from enrolments e join users u on u.id = e.user_id ",
            $counted,
            " where e.course_id = $1 and ",
            studies!("e"),
            " and u.name_folded like $2 escape '\\' order by place limit $4 offset $5)
             select p.id, p.name, l.id, r.read_at from page p left join lesson_reads r on r.user_id = p.id
             left join lessons l on l.id = r.lesson_id and l.course_id = $1 and ",
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
        // Every mark is looked at once here, and not once for each lesson: a class of 500 has many.
        let lessons = query(concat!(
            "select l.id, l.slug, l.title, count(e.user_id) as read_by
             from lessons l left join lesson_reads r on r.lesson_id = l.id
             left join enrolments e on e.course_id = $1 and e.user_id = r.user_id and ",
            studies!("e"),
            " where l.course_id = $1 and ",
            is_out!("l", "$2"),
            " group by l.id, l.slug, l.title, l.position order by l.position, l.id"
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
            ProgressOrder::Name => students!("", ""),
            ProgressOrder::Least => students!(
                concat!(
                    "left join (select r.user_id, count(*) as read from lessons l join lesson_reads r on r.lesson_id = l.id
                                where l.course_id = $1 and ",
                    is_out!("l", "$3"),
                    " group by r.user_id) m on m.user_id = e.user_id"
                ),
                "coalesce(m.read, 0), "
            ),
        });
        let rows: Vec<(UserId, String, Option<LessonId>, Option<Millis>)> =
            page.bind(course).bind(like_folded(search)).bind(now).bind(most).bind(skip).all(on).await?;
        let mut students: Vec<StudentProgress> = Vec::new();
        let mut marks = HashSet::new();
        for (id, name, lesson, at) in rows {
            if students.last().is_none_or(|last| last.id != id) {
                students.push(StudentProgress { id, name, read: 0, last_at: None });
            }
            if let (Some(lesson), Some(student)) = (lesson, students.last_mut()) {
                marks.insert((id, lesson));
                student.read += 1;
                student.last_at = student.last_at.max(at);
            }
        }
        Ok(Progress { lessons, all, found, students, marks })
    }
}
