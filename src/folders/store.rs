//! All SQL about folders: a course read as one, and one made into a course.

use std::collections::BTreeSet;

use super::folder::{Coming, Folder, FolderAnnouncement, FolderFile, FolderLesson, FolderModule, Named, relinked};
use crate::accounts::policy::{Asked, CourseMaker, SystemTask};
use crate::announcements::store::{self as announcements, NewAnnouncement};
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::config::FileLimits;
use crate::courses::model::slug_of;
use crate::courses::policy::{CourseEditor, CourseReader};
use crate::courses::store::{free_slug, words_folded};
use crate::db::{Connection, Write, query};
use crate::enrolments::store::put_owner;
use crate::error::AppError;
use crate::failure::Failure;
use crate::files::store::{FoundFile, announce, mention};
use crate::id::{CourseId, ModuleId, UserId};
use crate::lessons::store::states::is_out;
use crate::lessons::store::{NewLesson, insert};

/// A lesson of a course, wherever it stands.
#[derive(sqlx::FromRow)]
struct LessonOfCourse {
    slug: String,
    title: String,
    summary: String,
    body: String,
    releases_at: Option<Millis>,
    module_id: Option<ModuleId>,
}

/// A course's own row.
#[derive(sqlx::FromRow)]
struct CourseOfFolder {
    slug: String,
    title: String,
    summary: String,
    description: String,
    listed: bool,
    open: bool,
    approval: bool,
    joins_from: Option<Millis>,
    joins_until: Option<Millis>,
    time_zone: String,
    capacity: Option<i64>,
    waitlist: bool,
    offer_hours: Option<i64>,
}

/// The course, and its files by name; without the texts of lessons and announcements where those are not wanted.
async fn read(
    on: &mut impl Connection,
    course: CourseId,
    with_texts: bool,
) -> Result<(Folder, Vec<FolderFile>), Failure> {
    let row: CourseOfFolder = query(
        "select slug, title, summary, description, listed, open, approval, joins_from, joins_until, time_zone, capacity, waitlist, offer_hours
         from courses where id = $1",
    )
    .bind(course)
    .one(on)
    .await?;
    let modules: Vec<(ModuleId, String)> =
        query("select id, title from modules where course_id = $1 order by position, id").bind(course).all(on).await?;
    let lessons: Vec<LessonOfCourse> = query(
        "select slug, title, summary, case when $2 then body else '' end as body, releases_at, module_id from lessons where course_id = $1 order by position, id",
    )
    .bind(course)
    .bind(with_texts)
    .all(on)
    .await?;
    let announcements: Vec<(String, String, Millis, bool)> = query(
        "select title, case when $2 then body else '' end, posted_at, mails from announcements where course_id = $1 order by posted_at, id",
    )
    .bind(course)
    .bind(with_texts)
    .all(on)
    .await?;
    let mut folder = Folder {
        slug: row.slug,
        title: row.title,
        summary: row.summary,
        description: row.description,
        coming: Coming {
            listed: row.listed,
            open: row.open,
            approval: row.approval,
            from: row.joins_from,
            until: row.joins_until,
            time_zone: row.time_zone,
            seats: row.capacity,
            waitlist: row.waitlist,
            offer_hours: row.offer_hours,
        },
        lessons: Vec::new(),
        modules: modules.iter().map(|(_, title)| FolderModule { title: title.clone(), lessons: Vec::new() }).collect(),
        announcements: announcements
            .into_iter()
            .map(|(title, body, posted, mails)| FolderAnnouncement { title, body, posted, mails })
            .collect(),
    };
    for LessonOfCourse { slug, title, summary, body, releases_at, module_id } in lessons {
        let module = modules.iter().position(|(id, _)| Some(*id) == module_id);
        let place = match module.and_then(|at| folder.modules.get_mut(at)) {
            Some(module) => &mut module.lessons,
            None => &mut folder.lessons,
        };
        place.push(FolderLesson { slug, title, summary, body, opens: releases_at });
    }
    let files: Vec<FoundFile> = query(
        "select f.name, f.digest, c.size from files f join contents c on c.digest = f.digest where f.course_id = $1 order by f.name_key",
    )
    .bind(course)
    .all(on)
    .await?;
    Ok((folder, files.into_iter().filter_map(FolderFile::of).collect()))
}

impl<C: Asked> CourseEditor<'_, C> {
    /// The course as a folder, and its files by name. Without texts of lessons and announcements where its titles and dates will do.
    pub async fn read_folder(&mut self, with_texts: bool) -> Result<(Folder, Vec<FolderFile>), Failure> {
        let (on, course) = self.connection();
        read(on, course, with_texts).await
    }
}

impl CourseEditor<'_, Write> {
    /// Writes down that it was taken out.
    pub async fn note_taken_out(&mut self) -> Result<(), Failure> {
        let (write, course) = self.connection();
        note_taken_out(write, course).await
    }
}

impl<C: Asked> CourseReader<'_, C> {
    /// The texts of the lessons that students read now, by their slugs.
    pub async fn list_texts(&mut self) -> Result<Vec<(String, String)>, Failure> {
        let now = self.moment();
        let (on, course) = self.connection();
        query(concat!(
            "select l.slug, l.body from lessons l where l.course_id = $1 and ",
            is_out!("l", "$2"),
            " order by l.position, l.id"
        ))
        .bind(course)
        .bind(now)
        .all(on)
        .await
    }
}

async fn note_taken_out(write: &mut Write, course: CourseId) -> Result<(), Failure> {
    note(write, Event::of(What::Exported).on(Object::Course(course)).after("the course as a folder")).await
}

/// A course by what its address calls it, as a folder, for who runs the server; written down as taken out. `NotFound` where there is none.
pub async fn take_out_for_system(
    _: &SystemTask,
    write: &mut Write,
    slug: &str,
) -> Result<(Folder, Vec<FolderFile>), Failure> {
    let course: Option<(CourseId,)> =
        query("select id from courses where slug = $1").bind(slug).optional(write).await?;
    let (course,) = course.ok_or(AppError::NotFound)?;
    note_taken_out(write, course).await?;
    read(write, course, true).await
}

/// A folder about to become a course.
pub struct NewFolder<'a> {
    /// What the course consists of.
    pub folder: &'a Folder,
    /// Which files its texts name.
    pub named: &'a Named,
    /// Those that come along; their contents were announced and kept.
    pub files: &'a [FolderFile],
    /// What the log says of where it came from: "from a folder".
    pub from: &'a str,
    /// What its texts call the course where they lead to its pages.
    pub was: &'a str,
}

impl CourseMaker<'_, Write> {
    /// Says which contents are about to be kept for a course that is not there yet: see [`announce`].
    pub async fn announce(&mut self, contents: &[(&str, u64)], limits: &FileLimits) -> Result<(), Failure> {
        announce(self.connection(), contents, limits).await
    }

    /// Makes a draft of it, owned by whoever asks. Answers its slug: the folder's, or one like it.
    pub async fn add_folder(&mut self, new: NewFolder<'_>) -> Result<String, Failure> {
        let owner = self.person().id;
        add(self.connection(), owner, new).await
    }
}

/// The same for who runs the server, who says whose the course is.
pub async fn add_for_system(
    _: &SystemTask,
    write: &mut Write,
    owner: UserId,
    new: NewFolder<'_>,
) -> Result<String, Failure> {
    add(write, owner, new).await
}

/// The same of announcing.
pub async fn announce_for_system(
    _: &SystemTask,
    write: &mut Write,
    contents: &[(&str, u64)],
    limits: &FileLimits,
) -> Result<(), Failure> {
    announce(write, contents, limits).await
}

async fn add(write: &mut Write, owner: UserId, new: NewFolder<'_>) -> Result<String, Failure> {
    let NewFolder { folder, named, files, from, was } = new;
    let now = write.now();
    let wanted = if folder.slug.is_empty() { &folder.title } else { &folder.slug };
    let slug = free_slug(write, &slug_of(wanted, "course")).await?;
    let coming = &folder.coming;
    let (course,): (CourseId,) = query(
        "insert into courses (slug, title, summary, description, state, listed, open, approval, joins_from, joins_until, time_zone, capacity,
                              waitlist, offer_hours, created_at, changed_at, words_folded)
         values ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15) returning id",
    )
    .bind(&slug)
    .bind(&folder.title)
    .bind(&folder.summary)
    .bind(relinked(&folder.description, was, &slug))
    .bind(coming.listed)
    .bind(coming.open)
    .bind(coming.approval)
    .bind(coming.from)
    .bind(coming.until)
    .bind(&coming.time_zone)
    .bind(coming.seats)
    .bind(coming.waitlist)
    .bind(coming.offer_hours)
    .bind(now)
    .bind(words_folded(&folder.title, &folder.summary))
    .one(write)
    .await?;
    put_owner(write, course, owner).await?;
    mention(write, course, None, &named.description).await?;
    let mut names = named.lessons.iter();
    for lesson in &folder.lessons {
        add_lesson(write, course, owner, None, &lesson.with_links(was, &slug), names.next()).await?;
    }
    for (position, module) in (1i64..).zip(&folder.modules) {
        let (id,): (ModuleId,) =
            query("insert into modules (course_id, title, position) values ($1, $2, $3) returning id")
                .bind(course)
                .bind(&module.title)
                .bind(position)
                .one(write)
                .await?;
        for lesson in &module.lessons {
            add_lesson(write, course, owner, Some(id), &lesson.with_links(was, &slug), names.next()).await?;
        }
    }
    for (announcement, names) in folder.announcements.iter().zip(&named.announcements) {
        let body = relinked(&announcement.body, was, &slug);
        let announcement = NewAnnouncement {
            title: &announcement.title,
            body: &body,
            posted_at: announcement.posted,
            mails: announcement.mails,
            // What is past was mailed where it was posted, if anywhere.
            mailed_at: (announcement.mails && announcement.posted <= now).then_some(announcement.posted),
            by: None,
            files: names,
        };
        announcements::insert(write, course, &announcement).await?;
    }
    for file in files {
        // One that is just being cleared away is left out: nothing may mean it any more.
        query(
            "insert into files (course_id, name_key, name, digest, added_at, added_by)
             select $1, $2, $3, c.digest, $4, $5 from contents c where c.digest = $6 and c.going_at is null",
        )
        .bind(course)
        .bind(file.name.key())
        .bind(file.name.as_str())
        .bind(now)
        .bind(owner)
        .bind(&file.digest)
        .execute(write)
        .await?;
    }
    let after = format!("{}, {from}", folder.title);
    note(write, Event::of(What::Created).on(Object::Course(course)).after(after)).await?;
    Ok(slug)
}

async fn add_lesson(
    write: &mut Write,
    course: CourseId,
    owner: UserId,
    module: Option<ModuleId>,
    lesson: &FolderLesson,
    names: Option<&BTreeSet<String>>,
) -> Result<(), Failure> {
    let none = BTreeSet::new();
    let FolderLesson { slug, title, summary, body, opens } = lesson;
    let lesson = NewLesson { slug, title, summary, body, releases_at: *opens, module, files: names.unwrap_or(&none) };
    insert(write, course, &lesson, Some(owner)).await.map(drop)
}
