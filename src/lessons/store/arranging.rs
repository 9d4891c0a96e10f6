//! The order of a course's lessons, and the modules they stand in. What a step does is decided in `arrangement.rs`.

use super::ModuleRow;
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::courses::model::Title;
use crate::courses::policy::CourseWriter;
use crate::db::{Write, query};
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::id::{CourseId, LessonId, ModuleId};
use crate::lessons::arrangement::Arrangement;

/// So many modules in a course: twice the weeks of a year.
pub(crate) const MOST_MODULES: i64 = 104;

impl CourseWriter<'_, Write> {
    /// Adds a module at the end. Refused at `title` when there are too many.
    pub async fn add_module(&mut self, title: &Title) -> Result<ModuleId, Failure> {
        let (write, course) = self.connection();
        let (count,): (i64,) =
            query("select count(*) from modules where course_id = $1").bind(course).one(write).await?;
        if count >= MOST_MODULES {
            let words = format!("A course holds {MOST_MODULES} modules. Delete one first");
            return Err(AppError::from(FieldErrors::one("title", words)).into());
        }
        let (id,): (ModuleId,) =
            query("insert into modules (course_id, title, position) values ($1, $2, $3) returning id")
                .bind(course)
                .bind(title.as_str())
                .bind(count + 1)
                .one(write)
                .await?;
        note(write, Event::of(What::Created).on(Object::Course(course)).after(format!("module {}", title.as_str())))
            .await?;
        Ok(id)
    }

    /// Gives a module another name.
    pub async fn rename_module(&mut self, module: ModuleId, title: &Title) -> Result<(), Failure> {
        let (write, course) = self.connection();
        let before = find_module(write, course, module).await?;
        query("update modules set title = $3 where id = $1 and course_id = $2")
            .bind(module)
            .bind(course)
            .bind(title.as_str())
            .execute(write)
            .await?;
        let event = Event::of(What::Updated).on(Object::Course(course)).before(format!("module {}", before.title));
        note(write, event.after(format!("module {}", title.as_str()))).await
    }

    /// Moves a module with its lessons one place up (below 0) or down. Answers its title, and whether it moved.
    pub async fn move_module(&mut self, module: ModuleId, by: i64) -> Result<(String, bool), Failure> {
        let (write, course) = self.connection();
        let ModuleRow { title, .. } = find_module(write, course, module).await?;
        let stored = Stored::of(write, course).await?;
        let mut order = stored.arrangement();
        let moved = order.step_module(module, by);
        stored.change_to(write, course, &order).await?;
        if moved {
            let event = Event::of(What::Updated).on(Object::Course(course)).before(format!("module {title}"));
            note(write, event.after(format!("module {title}, moved"))).await?;
        }
        Ok((title, moved))
    }

    /// Deletes a module. Its lessons go on at the end of what stands before it. Answers its title.
    pub async fn delete_module(&mut self, module: ModuleId) -> Result<String, Failure> {
        let (write, course) = self.connection();
        let ModuleRow { title, .. } = find_module(write, course, module).await?;
        let stored = Stored::of(write, course).await?;
        let mut order = stored.arrangement();
        order.dissolve(module);
        stored.change_to(write, course, &order).await?;
        query("delete from modules where id = $1 and course_id = $2").bind(module).bind(course).execute(write).await?;
        note(write, Event::of(What::Deleted).on(Object::Course(course)).before(format!("module {title}"))).await?;
        Ok(title)
    }

    /// Moves a lesson one place up (below 0) or down, over the edge of its module into the next. Answers its title, and whether it moved.
    pub async fn move_lesson(&mut self, lesson: LessonId, by: i64) -> Result<(String, bool), Failure> {
        self.arrange(lesson, |order| order.step(lesson, by)).await
    }

    /// Puts a lesson into a module (none: before the first), before another lesson of it or at its end. Answers its title; refused with
    /// `Conflict` when the place is not there any more.
    pub async fn place_lesson(
        &mut self,
        lesson: LessonId,
        module: Option<ModuleId>,
        before: Option<LessonId>,
    ) -> Result<String, Failure> {
        let (title, placed) = self.arrange(lesson, |order| order.place(lesson, module, before)).await?;
        if placed {
            Ok(title)
        } else {
            Err(AppError::Conflict(
                "The plan has changed meanwhile. Look at it again, then move the lesson.".to_owned(),
            )
            .into())
        }
    }

    async fn arrange(
        &mut self,
        lesson: LessonId,
        step: impl FnOnce(&mut Arrangement) -> bool,
    ) -> Result<(String, bool), Failure> {
        let (write, course) = self.connection();
        let (title,): (String,) = query("select title from lessons where id = $1 and course_id = $2")
            .bind(lesson)
            .bind(course)
            .optional(write)
            .await?
            .ok_or(AppError::NotFound)?;
        let stored = Stored::of(write, course).await?;
        let before = stored.arrangement();
        let mut after = before.clone();
        let done = step(&mut after);
        if before != after {
            stored.change_to(write, course, &after).await?;
            let place = |order: &Arrangement| {
                let at = order.lessons().iter().position(|(id, _)| *id == lesson).map_or(0, |at| at + 1);
                format!("in place {at}")
            };
            let event = Event::of(What::Updated).on(Object::Lesson(lesson));
            note(write, event.before(place(&before)).after(place(&after))).await?;
        }
        Ok((title, done))
    }
}

async fn find_module(write: &mut Write, course: CourseId, module: ModuleId) -> Result<ModuleRow, Failure> {
    let row = query("select id, title from modules where id = $1 and course_id = $2")
        .bind(module)
        .bind(course)
        .optional(write)
        .await?;
    Ok(row.ok_or(AppError::NotFound)?)
}

/// The order as it stands: the modules, and the lessons with theirs. Places are 1, 2, 3, ... without gaps.
pub(super) struct Stored {
    modules: Vec<ModuleId>,
    lessons: Vec<(LessonId, Option<ModuleId>)>,
}

impl Stored {
    pub(super) async fn of(write: &mut Write, course: CourseId) -> Result<Self, Failure> {
        let modules: Vec<(ModuleId,)> =
            query("select id from modules where course_id = $1 order by position, id").bind(course).all(write).await?;
        let lessons = query("select id, module_id from lessons where course_id = $1 order by position, id")
            .bind(course)
            .all(write)
            .await?;
        Ok(Self { modules: modules.into_iter().map(|(id,)| id).collect(), lessons })
    }

    /// The last module, where a lesson goes that names none.
    pub(super) fn last_module(&self) -> Option<ModuleId> {
        self.modules.last().copied()
    }

    pub(super) fn arrangement(&self) -> Arrangement {
        Arrangement::of(&self.modules, &self.lessons)
    }

    /// Writes what is different in `after`.
    pub(super) async fn change_to(
        &self,
        write: &mut Write,
        course: CourseId,
        after: &Arrangement,
    ) -> Result<(), Failure> {
        for (at, (lesson, module)) in after.lessons().into_iter().enumerate() {
            if self.lessons.get(at) != Some(&(lesson, module)) {
                query("update lessons set position = $3, module_id = $4 where id = $1 and course_id = $2")
                    .bind(lesson)
                    .bind(course)
                    .bind(place(at))
                    .bind(module)
                    .execute(write)
                    .await?;
            }
        }
        for (at, module) in after.modules().into_iter().enumerate() {
            if self.modules.get(at) != Some(&module) {
                query("update modules set position = $3 where id = $1 and course_id = $2")
                    .bind(module)
                    .bind(course)
                    .bind(place(at))
                    .execute(write)
                    .await?;
            }
        }
        Ok(())
    }
}

fn place(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1)
}
