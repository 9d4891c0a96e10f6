//! Writes a demo course as if it had been made some days ago.

use super::School;
use super::content::Course;
use crate::accounts::model::Email;
use crate::accounts::policy::SystemTask;
use crate::clock::{DAY, HOUR, Millis};
use crate::courses::store::words_folded;
use crate::db::{Connection, Write, query};
use crate::failure::Failure;
use crate::folded::folded;
use crate::id::{CourseId, LessonId, ModuleId, UserId};

/// Adds the course, its people, its lessons and who read them. Answers false when there is one with its slug.
pub async fn add_course(
    task: &SystemTask,
    write: &mut Write,
    course: &Course,
    made_at: Millis,
) -> Result<bool, Failure> {
    let id: Option<(CourseId,)> = query(
        "insert into courses (slug, title, summary, description, state, listed, open, created_at, changed_at, published_at, words_folded)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, case when $5 = 'draft' then null else $8 end, $9)
         on conflict (slug) do nothing returning id",
    )
    .bind(&course.slug)
    .bind(&course.title)
    .bind(&course.summary)
    .bind(&course.description)
    .bind(&course.state)
    .bind(course.listed)
    .bind(course.open)
    .bind(made_at)
    .bind(words_folded(&course.title, &course.summary))
    .optional(write)
    .await?;
    let Some((id,)) = id else { return Ok(false) };

    let mut lessons = Vec::new();
    let mut module: Option<(String, ModuleId)> = None;
    let mut modules = 0;
    let loaded_at = write.now();
    for (position, lesson) in (1i64..).zip(&course.lessons) {
        if let Some(title) =
            lesson.module.as_ref().filter(|title| module.as_ref().is_none_or(|(last, _)| last != *title))
        {
            modules += 1;
            let (module_id,): (ModuleId,) =
                query("insert into modules (course_id, title, position) values ($1, $2, $3) returning id")
                    .bind(id)
                    .bind(title)
                    .bind(modules)
                    .one(write)
                    .await?;
            module = Some((title.clone(), module_id));
        }
        let releases_at = match lesson.opens_in {
            None => None,
            Some(0) => Some(made_at),
            Some(days) => Some(loaded_at + days * DAY),
        };
        let (lesson_id,): (LessonId,) = query(
            "insert into lessons (course_id, slug, title, summary, body, releases_at, module_id, position, created_at, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) returning id",
        )
        .bind(id)
        .bind(&lesson.slug)
        .bind(&lesson.title)
        .bind(&lesson.summary)
        .bind(&lesson.body)
        .bind(releases_at)
        .bind(module.as_ref().map(|(_, id)| *id))
        .bind(position)
        .bind(made_at)
        .one(write)
        .await?;
        if lesson.opens_in == Some(0) {
            lessons.push(lesson_id);
        }
    }
    for (nth, (email, role)) in (0i64..).zip(&course.members) {
        let Some(user) = task.admin(write).find_by_email(&Email::parse(email)?).await? else { continue };
        let joined_at = made_at + nth * HOUR;
        query(
            "insert into enrolments (course_id, user_id, role, state, since, joined_at, way)
             values ($1, $2, $3, 'active', $4, $4, case $3 when 'student' then 'open' when 'owner' then 'made' else 'staff' end)
             on conflict do nothing",
        )
        .bind(id)
        .bind(user)
        .bind(*role)
        .bind(joined_at)
        .execute(write)
        .await?;
        if *role == "student" {
            mark_some(write, id, user, &lessons, joined_at).await?;
        }
    }
    Ok(true)
}

/// Lets a student have read the first few lessons: how many follows from who and where, so it looks the same every time.
async fn mark_some(
    write: &mut Write,
    course: CourseId,
    user: UserId,
    lessons: &[LessonId],
    from: Millis,
) -> Result<(), Failure> {
    let count = i64::try_from(lessons.len()).unwrap_or(0) + 1;
    let read = (user.0 * 7 + course.0 * 3 + 1).rem_euclid(count);
    for (nth, lesson) in (1i64..=read).zip(lessons) {
        query("insert into lesson_reads (lesson_id, user_id, read_at) values ($1, $2, $3) on conflict do nothing")
            .bind(*lesson)
            .bind(user)
            .bind(from + nth * DAY / 4)
            .execute(write)
            .await?;
    }
    Ok(())
}

/// Adds a school. The owner of all of its courses is the demo's instructor.
pub async fn add_school(write: &mut Write, school: &School) -> Result<(usize, usize), Failure> {
    let now = write.now();
    let (owner,): (UserId,) =
        query("select id from users where email_key = 'instructor@lectern.example'").one(write).await?;
    let (first,): (UserId,) = query("select coalesce(max(id), 0) + 1 from users").one(write).await?;
    for number in 1..=school.students {
        let (email, name) =
            (format!("school{number:03}@lectern.example"), format!("Student {number:03} of the school"));
        query(
            "insert into users (email, email_key, name, role, created_at, changed_at, name_folded)
             values ($1, $1, $2, 'student', $3, $3, $4)",
        )
        .bind(email)
        .bind(&name)
        .bind(now)
        .bind(folded(&name))
        .execute(write)
        .await?;
    }
    let summary = "One of the many courses of a large school, with as many lessons as a semester has.";
    for number in 1..=school.courses {
        let title = format!("School course {number}");
        let (course,): (CourseId,) = query(
            "insert into courses (slug, title, summary, description, state, listed, open, created_at, changed_at, published_at, words_folded)
             values ($1, $2, $3, $4, 'published', true, true, $5, $5, $5, $6) returning id",
        )
        .bind(format!("school-course-{number}"))
        .bind(&title)
        .bind(summary)
        .bind("## Plan\n\nThirty lessons, two a week.")
        // Older than the demo's own, so that those stand first.
        .bind(now - (100 + number) * DAY)
        .bind(words_folded(&title, summary))
        .one(write)
        .await?;
        query("insert into enrolments (course_id, user_id, role, state, since, joined_at, way) values ($1, $2, 'owner', 'active', $3, $3, 'made')")
            .bind(course)
            .bind(owner)
            .bind(now)
            .execute(write)
            .await?;
        for position in 1..=school.lessons {
            query(
                "insert into lessons (course_id, slug, title, summary, body, releases_at, position, created_at, changed_at)
                 values ($1, 'lesson-' || $2, 'Lesson ' || $2, 'One line on what it is about.', $3, $4, $2, $4, $4)",
            )
            .bind(course)
            .bind(position)
            .bind("A paragraph of a lesson, long enough to be read.\n\n".repeat(40))
            .bind(now)
            .execute(write)
            .await?;
        }
        // The first course takes every student: the people page is measured at its largest.
        let seats =
            if number == 1 { school.students } else { (school.enrolments - school.students) / (school.courses - 1) };
        for seat in 0..seats {
            let user = UserId(first.0 + (number * 37 + seat * if number == 1 { 1 } else { 13 }) % school.students);
            query(
                "insert into enrolments (course_id, user_id, role, state, since, joined_at, way)
                 values ($1, $2, 'student', 'active', $3, $3, 'roster') on conflict do nothing",
            )
            .bind(course)
            .bind(user)
            .bind(now)
            .execute(write)
            .await?;
            query(
                "insert into lesson_reads (lesson_id, user_id, read_at)
                 select id, $2, $3 from lessons where course_id = $1 and position <= $4 on conflict do nothing",
            )
            .bind(course)
            .bind(user)
            .bind(now)
            .bind(seat % school.lessons)
            .execute(write)
            .await?;
        }
    }
    Ok((usize::try_from(school.students).unwrap_or(0), usize::try_from(school.courses).unwrap_or(0)))
}
