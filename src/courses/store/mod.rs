//! All SQL about courses.

mod catalogue;
mod standing;

pub use catalogue::{Catalogue, Filter, ListedCourse, public_catalogue, public_list_catalogue, public_search};

pub(super) use standing::{
    Asker, FoundStanding, find_standing, find_standing_by_code, find_standing_by_slug, find_standing_of,
};

use std::collections::BTreeSet;

use super::model::{CourseState, Description, Summary, Title, slug_of};
use super::policy::{CourseEditor, CourseVisitor, CourseWriter};
use crate::accounts::policy::{Asked, CourseMaker, SignedIn};
use crate::audit::event::{Event, Object, What};
use crate::audit::store::note;
use crate::clock::Millis;
use crate::db::{Connection, Read, Write, query};
use crate::enrolments::model::CourseRole;
use crate::enrolments::store::states::{is_in, studies, teaches};
use crate::enrolments::store::{Moved, fill_seats, put_owner};
use crate::error::AppError;
use crate::failure::Failure;
use crate::files::store::mention;
use crate::folded::folded;
use crate::id::CourseId;
use crate::lessons::store::states::{is_out, is_planned};

/// A course.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CourseRow {
    /// Its cover is drawn from it.
    pub id: CourseId,
    /// Its address is `/courses/{slug}`. Made from the first title, and kept when the title changes.
    pub slug: String,
    /// One line of at most 120 characters.
    pub title: String,
    /// One line of at most 300 characters.
    pub summary: String,
    /// Markdown of at most 20,000 characters; may be empty.
    pub description: String,
    /// Where it is in its life.
    pub state: CourseState,
    /// The switch for the catalogue, which only counts once it is published.
    pub listed: bool,
    /// The switch for joining, which only counts while it is published.
    pub open: bool,
    /// Who comes by themselves is let in by staff. Only counts while it is open.
    pub approval: bool,
    /// People may come by themselves from then on, and until then.
    pub joins_from: Option<Millis>,
    /// The end of that.
    pub joins_until: Option<Millis>,
    /// The IANA name of the zone in which its dates are written and read.
    pub time_zone: String,
    /// Seats for students; none: as many as come.
    pub capacity: Option<i64>,
    /// Who comes when all seats are taken waits in line.
    pub waitlist: bool,
    /// So many hours a free seat is kept for the first in line; none: they get it at once.
    pub offer_hours: Option<i64>,
    /// When its text or a switch last changed. A form that has seen an earlier moment saves nothing.
    pub changed_at: Millis,
}

/// The figures on the tabs of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TabCounts {
    /// Lessons the asker can see in the plan: drafts are for who teaches it.
    pub lessons: i64,
    /// Everybody in it, as anything.
    pub people: i64,
}

/// For the proofs of `policy.rs`, each of which can ask it of its own course.
pub(super) async fn count_for_tabs(
    on: &mut impl Connection,
    course: CourseId,
    with_drafts: bool,
) -> Result<TabCounts, Failure> {
    query(concat!(
        "select (select count(*) from lessons l where l.course_id = $1 and (",
        is_planned!("l"),
        " or $2)) as lessons,
                (select count(*) from enrolments e where e.course_id = $1 and ",
        is_in!("e"),
        ") as people"
    ))
    .bind(course)
    .bind(with_drafts)
    .one(on)
    .await
}

/// Who teaches a course, for its page.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Teacher {
    /// As they write it.
    pub name: String,
    /// Anything but student.
    pub role: CourseRole,
}

impl<C: Asked> CourseVisitor<'_, C> {
    /// Its staff, owners first.
    pub async fn list_teachers(&mut self) -> Result<Vec<Teacher>, Failure> {
        let (on, course) = self.connection();
        query(concat!(
            "select u.name, e.role from enrolments e join users u on u.id = e.user_id where e.course_id = $1 and ",
            teaches!("e"),
            " order by case e.role when 'owner' then 0 when 'instructor' then 1 else 2 end, u.name"
        ))
        .bind(course)
        .all(on)
        .await
    }
}

/// Who finds a course, and how they come into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// The catalogue shows it, once it is published.
    pub listed: bool,
    /// People can come by themselves, while it is published.
    pub open: bool,
    /// Who does is let in by staff.
    pub approval: bool,
}

impl CourseRow {
    /// As they are set.
    pub fn switches(&self) -> Switches {
        Switches { listed: self.listed, open: self.open, approval: self.approval }
    }
}

/// What a course consists of when it is made.
pub struct NewCourse<'a> {
    /// A new course gets its slug from it.
    pub title: &'a Title,
    /// Stands on its tile and below its title.
    pub summary: &'a Summary,
    /// Stands under "About this course", which is missing when this is empty.
    pub description: &'a Description,
    /// Which files of the course it names, as they are compared.
    pub files: &'a BTreeSet<String>,
}

impl CourseMaker<'_, Write> {
    /// Makes a draft, owned by whoever asks. Answers its slug.
    pub async fn create_course(&mut self, course: NewCourse<'_>) -> Result<String, Failure> {
        let owner = self.person().id;
        let write = self.connection();
        let now = write.now();
        let slug = free_slug(write, &slug_of(course.title.as_str(), "course")).await?;
        let (id,): (CourseId,) = query(
            "insert into courses (slug, title, summary, description, state, listed, open, created_at, changed_at, words_folded)
             values ($1, $2, $3, $4, 'draft', true, true, $5, $5, $6) returning id",
        )
        .bind(&slug)
        .bind(course.title.as_str())
        .bind(course.summary.as_str())
        .bind(course.description.as_str())
        .bind(now)
        .bind(words_folded(course.title.as_str(), course.summary.as_str()))
        .one(write)
        .await?;
        put_owner(write, id, owner).await?;
        mention(write, id, None, course.files).await?;
        note(write, Event::of(What::Created).on(Object::Course(id)).after(course.title.as_str())).await?;
        Ok(slug)
    }
}

/// What a course is looked for by in the catalogue.
pub(crate) fn words_folded(title: &str, summary: &str) -> String {
    folded(&format!("{title}\n{summary}"))
}

/// The first of `wanted`, `wanted-2`, `wanted-3`, ... that no course has. The write lock is held, so it stays free.
pub(crate) async fn free_slug(write: &mut Write, wanted: &str) -> Result<String, Failure> {
    let taken: Vec<(String,)> =
        query("select slug from courses where slug = $1 or slug like $1 || '-%'").bind(wanted).all(write).await?;
    Ok(first_free(wanted, &taken))
}

/// `wanted`, or the first number after it that is free.
pub(crate) fn first_free(wanted: &str, taken: &[(String,)]) -> String {
    let is_free = |slug: &str| taken.iter().all(|(other,)| other != slug);
    if is_free(wanted) {
        return wanted.to_owned();
    }
    (2..).map(|number: u32| format!("{wanted}-{number}")).find(|slug| is_free(slug)).unwrap_or_default()
}

impl CourseWriter<'_, Write> {
    /// Changes its text and its switches. `seen` is when the text that was edited had last changed.
    /// Answers false when somebody changed it since.
    pub async fn save(&mut self, course: NewCourse<'_>, switches: Switches, seen: Millis) -> Result<bool, Failure> {
        if self.course().changed_at != seen {
            return Ok(false);
        }
        let before = described(&self.course().title, self.course().switches());
        let (write, id) = self.connection();
        let now = write.now();
        query(
            "update courses set title = $2, summary = $3, description = $4, listed = $5, open = $6, approval = $7, words_folded = $9,
                    changed_at = case when $8 > changed_at then $8 else changed_at + 1 end where id = $1",
        )
        .bind(id)
        .bind(course.title.as_str())
        .bind(course.summary.as_str())
        .bind(course.description.as_str())
        .bind(switches.listed)
        .bind(switches.open)
        .bind(switches.approval)
        .bind(now)
        .bind(words_folded(course.title.as_str(), course.summary.as_str()))
        .execute(write)
        .await?;
        mention(write, id, None, course.files).await?;
        let after = described(course.title.as_str(), switches);
        note(write, Event::of(What::Updated).on(Object::Course(id)).before(before).after(after)).await?;
        Ok(true)
    }

    /// When its text last changed, with what this transaction wrote.
    pub async fn changed_at(&mut self) -> Result<Millis, Failure> {
        let (write, id) = self.connection();
        let (at,): (Millis,) = query("select changed_at from courses where id = $1").bind(id).one(write).await?;
        Ok(at)
    }
}

/// A course in a line of the log. Its text is too long for one, and is in the course.
fn described(title: &str, switches: Switches) -> String {
    let listed = if switches.listed { "listed" } else { "not listed" };
    let open = match (switches.open, switches.approval) {
        (true, false) => "open to join",
        (true, true) => "open to ask",
        (false, _) => "closed",
    };
    format!("{title} ({listed}, {open})")
}

impl CourseEditor<'_, Write> {
    /// Opens it to see. The first time counts for the order of the catalogue. Seats that became free while it was closed go to who waits.
    pub async fn publish(&mut self) -> Result<Moved, Failure> {
        self.set_state(CourseState::Published).await?;
        let (write, id) = self.connection();
        fill_seats(write, id).await
    }

    /// How many lessons students can read, now or later, and how many are drafts.
    pub async fn count_lessons(&mut self) -> Result<(i64, i64), Failure> {
        let (write, id) = self.connection();
        let (planned, all): (i64, i64) = query(concat!(
            "select count(*) filter (where ",
            is_planned!("l"),
            "), count(*) from lessons l where l.course_id = $1"
        ))
        .bind(id)
        .one(write)
        .await?;
        Ok((planned, all - planned))
    }

    /// Ends it: from now on it is only read. What was never published has nothing to conclude.
    pub async fn conclude(&mut self) -> Result<(), Failure> {
        if self.course().state != CourseState::Published {
            return Err(AppError::Conflict("Only a published course can be concluded.".to_owned()).into());
        }
        self.set_state(CourseState::Concluded).await
    }

    /// Takes it out of everybody's sight but its members'.
    pub async fn archive(&mut self) -> Result<(), Failure> {
        self.set_state(CourseState::Archived).await
    }

    async fn set_state(&mut self, state: CourseState) -> Result<(), Failure> {
        let before = self.course().state;
        let (write, id) = self.connection();
        let now = write.now();
        query(
            "update courses set state = $2,
                    published_at = case when $2 = 'published' then coalesce(published_at, $3) else published_at end
             where id = $1",
        )
        .bind(id)
        .bind(state.key())
        .bind(now)
        .execute(write)
        .await?;
        note(write, Event::of(What::Updated).on(Object::Course(id)).before(before.key()).after(state.key())).await
    }
}

/// One of a person's courses, as their home shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MyCourse {
    /// Its cover is drawn from it.
    pub id: CourseId,
    /// Its address is `/courses/{slug}`.
    pub slug: String,
    /// One line of at most 120 characters.
    pub title: String,
    /// Whatever it is, but never a draft that this person only studies in.
    pub state: CourseState,
    /// What this person is in it.
    pub role: CourseRole,
    /// Its lessons, whatever their state.
    pub all_lessons: i64,
    /// Those of them that stand in the plan for everybody: students can read them, now or later.
    pub planned: i64,
    /// Those of them that students can read now.
    pub lessons: i64,
    /// Those of `lessons` that this person has marked as read.
    pub read: i64,
    /// The first lesson they can read and have not.
    pub next_slug: Option<String>,
    /// Its title; there when `next_slug` is.
    pub next_title: Option<String>,
    /// Characters of that lesson.
    pub next_length: Option<i64>,
    /// People who study in it.
    pub students: i64,
    /// When this person last read a lesson of it, or joined.
    pub touched_at: Millis,
}

impl SignedIn<'_, Read> {
    /// Every course this person is in, the last touched first.
    pub async fn list_my_courses(&mut self) -> Result<Vec<MyCourse>, Failure> {
        let user = self.person().id;
        let on = self.connection();
        let now = on.now();
        query(concat!(
            "select c.id, c.slug, c.title, c.state, e.role,
                    (select count(*) from lessons l where l.course_id = c.id) as all_lessons,
                    (select count(*) from lessons l where l.course_id = c.id and ",
            is_planned!("l"),
            ") as planned,
                    (select count(*) from lessons l where l.course_id = c.id and ",
            is_out!("l", "$2"),
            ") as lessons,
                    (select count(*) from lessons l join lesson_reads r on r.lesson_id = l.id and r.user_id = $1
                      where l.course_id = c.id and ",
            is_out!("l", "$2"),
            ") as read,
                    n.slug as next_slug, n.title as next_title, cast(length(n.body) as bigint) as next_length,
                    (select count(*) from enrolments s where s.course_id = c.id and ",
            studies!("s"),
            ") as students,
                    coalesce((select max(r.read_at) from lesson_reads r join lessons l on l.id = r.lesson_id
                      where l.course_id = c.id and r.user_id = $1), e.joined_at) as touched_at
             from enrolments e join courses c on c.id = e.course_id
             left join lessons n on n.id = (select l.id from lessons l where l.course_id = c.id and ",
            is_out!("l", "$2"),
            "
                    and not exists (select 1 from lesson_reads r where r.lesson_id = l.id and r.user_id = $1)
                    order by l.position, l.id limit 1)
             where e.user_id = $1 and ",
            is_in!("e"),
            " and (e.role <> 'student' or c.state <> 'draft')
             order by touched_at desc, c.id"
        ))
        .bind(user)
        .bind(now)
        .all(on)
        .await
    }
}
