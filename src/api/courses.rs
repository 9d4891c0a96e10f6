//! Courses: find, read, make, change and publish them.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::OfCourse;
use super::asker::Asker;
use super::body::{AskedFor, Empty, LongSent, Named};
use super::cursor::{self, Page};
use super::idempotency::{Answer, Begun, Once};
use super::problem::Problem;
use super::version::Versioned;
use crate::accounts::policy::CourseMaker;
use crate::courses::model::{self, CourseState};
use crate::courses::policy::{CourseEditor, CourseVisitor, CourseWriter, Standing};
use crate::courses::store::{Filter, NewCourse, Switches, public_list_catalogue};
use crate::db::Write;
use crate::enrolments::letters;
use crate::enrolments::model::CourseRole;
use crate::error::AppError;
use crate::failure::Failure;
use crate::lessons::markdown::files_in;
use crate::ui::when;

/// A course in the catalogue.
#[derive(Serialize, ToSchema)]
pub struct CourseInList {
    /// Its address is `/courses/{slug}`.
    slug: String,
    /// One line.
    title: String,
    /// One line.
    summary: String,
    /// Published or concluded.
    state: CourseState,
    /// People can join it by themselves, while it is published.
    open: bool,
    /// Published lessons.
    lessons: i64,
}

/// A course.
#[derive(Serialize, ToSchema)]
pub struct Course {
    /// Its address is `/courses/{slug}`. Made from its first title, and kept.
    slug: String,
    /// One line of at most 120 characters.
    title: String,
    /// One line of at most 300 characters.
    summary: String,
    /// Markdown of at most 20,000 characters; may be empty.
    description: String,
    /// Where it is in its life.
    state: CourseState,
    /// The catalogue shows it, once it is published.
    listed: bool,
    /// People can join it by themselves, while it is published.
    open: bool,
    /// Who joins by themselves is let in by its staff.
    approval: bool,
    /// Seats for students; none: as many as come.
    #[schema(minimum = 1, maximum = 100000)]
    capacity: Option<i64>,
    /// Seats that are taken, or kept for somebody.
    seats_taken: i64,
    /// When its text or a switch last changed.
    changed_at: String,
    /// What the asker is in it; none for who is not.
    your_role: Option<CourseRole>,
}

impl Course {
    fn of(standing: &Standing) -> Self {
        let row = &standing.course;
        Self {
            slug: row.slug.clone(),
            title: row.title.clone(),
            summary: row.summary.clone(),
            description: row.description.clone(),
            state: row.state,
            listed: row.listed,
            open: row.open,
            approval: row.approval,
            capacity: row.capacity,
            seats_taken: standing.seats.taken,
            changed_at: when::machine(row.changed_at),
            your_role: standing.facts.course,
        }
    }
}

/// Which courses of the catalogue.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// All of them.
    All,
    /// Those one can join.
    Open,
    /// Those that have ended.
    Concluded,
}

/// What the catalogue is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CatalogueQuery {
    /// Looked for in titles, summaries and teachers’ names; of its first 100 letters.
    q: Option<String>,
    /// All, where nothing is said.
    #[param(inline)]
    show: Option<Show>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The catalogue
///
/// Courses that anybody may find, the last published first. Needs no token.
#[utoipa::path(get, path = "/courses", tag = "Courses", params(CatalogueQuery), security((), ("token" = ["courses:read"]), ("session" = [])),
    responses((status = 200, description = "A page of courses", body = Page<CourseInList>)))]
pub async fn list_courses(
    asker: Asker,
    AskedFor(asked): AskedFor<CatalogueQuery>,
) -> Result<Json<Page<CourseInList>>, Problem> {
    let search: String = asked.q.unwrap_or_default().chars().take(100).collect();
    let filter = match asked.show {
        None | Some(Show::All) => Filter::All,
        Some(Show::Open) => Filter::Open,
        Some(Show::Concluded) => Filter::Concluded,
    };
    let limit = cursor::limit(asked.limit)?;
    let list = format!("courses\n{}\n{search}", filter.key());
    let after = cursor::read(&asker, &list, asked.cursor.as_deref())?;
    let mut read = asker.read().await?;
    let rows = public_list_catalogue(&mut read, &search, filter, after, limit + 1).await?;
    let page = cursor::page(
        &asker,
        &list,
        limit,
        rows,
        |row| (row.published_at, row.tile.id.0),
        |row| CourseInList {
            slug: row.tile.slug,
            title: row.tile.title,
            summary: row.tile.summary,
            state: row.tile.state,
            open: row.tile.open,
            lessons: row.tile.lessons,
        },
    )?;
    Ok(Json(page))
}

/// What a course is made with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeCourse {
    /// One line. The address is made from it, once.
    #[schema(min_length = 1, max_length = 120, example = "Rivers and lakes")]
    title: String,
    /// One line.
    #[schema(min_length = 1, max_length = 300, example = "How water finds its way")]
    summary: String,
    /// Markdown.
    #[schema(max_length = 20000, example = "Eight lessons, no prerequisites.")]
    #[serde(default)]
    description: String,
}

/// Make a course
///
/// A draft, owned by whoever asks.
#[utoipa::path(post, path = "/courses", tag = "Courses", request_body = MakeCourse,
    responses((status = 201, description = "Made; Location is its address", body = Course,
        headers(("Location" = String, description = "Where it is")),
        links(
            ("read" = (operation_id = "read_course", parameters(("slug" = "$response.body#/slug")))),
            ("publish" = (operation_id = "publish_course", parameters(("slug" = "$response.body#/slug")))),
        ))))]
pub async fn make_course(asker: Asker, headers: HeaderMap, sent: LongSent<MakeCourse>) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    let mut maker = CourseMaker::claim(&mut write).await?;
    let once = match Once::begin(maker.connection(), &asker, &headers, &sent.digest).await? {
        Begun::Before(answer) => return Ok(answer),
        Begun::Now(once) => once,
    };
    let MakeCourse { title, summary, description } = sent.value;
    let (title, summary, description) = model::parse_course(&title, &summary, &description)?;
    let files = &files_in(description.as_str()).await?;
    let course = NewCourse { title: &title, summary: &summary, description: &description, files };
    let slug = maker.create_course(course).await?;
    let answer = answer_with(&mut write, &slug, StatusCode::CREATED).await?;
    once.answer(write, answer).await
}

/// The course as it is now, for whoever has just done something to it.
async fn answer_with(write: &mut Write, slug: &str, status: StatusCode) -> Result<Answer, Problem> {
    let made = status == StatusCode::CREATED;
    let editor = CourseEditor::claim_by_slug(write, slug).await?;
    let (text, tag) = version(&Course::of(editor.standing()))?.into_parts();
    let location = made.then(|| format!("/api/v1/courses/{slug}"));
    Ok(Answer { status, location, tag: Some(tag), text })
}

/// Seats are taken by others all the time, and collide with nothing.
fn version(course: &Course) -> Result<Versioned, Failure> {
    let Course { slug, title, summary, description, state, listed, open, approval, capacity, changed_at, .. } = course;
    Versioned::of_part(
        course,
        &(slug, title, summary, description, state, listed, open, approval, capacity, changed_at),
    )
}

/// Read a course
///
/// Needs no token for a course that everybody sees.
#[utoipa::path(get, path = "/courses/{slug}", tag = "Courses", security((), ("token" = ["courses:read"]), ("session" = [])),
    params(OfCourse),
    responses((status = 200, description = "The course", body = Course)))]
pub async fn read_course(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut read = asker.read().await?;
    let visitor = CourseVisitor::claim_by_slug(&mut read, &slug).await?;
    version(&Course::of(visitor.standing()))?.answer(&headers)
}

/// What changes of a course. What is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCourse {
    /// One line. The address stays.
    #[schema(min_length = 1, max_length = 120, example = "Rivers and lakes")]
    title: Option<String>,
    /// One line.
    #[schema(min_length = 1, max_length = 300)]
    summary: Option<String>,
    /// Markdown.
    #[schema(max_length = 20000)]
    description: Option<String>,
    /// The catalogue shows it, once it is published.
    listed: Option<bool>,
    /// People can join it by themselves, while it is published.
    open: Option<bool>,
    /// Who joins by themselves is let in by its staff.
    approval: Option<bool>,
}

/// Change a course
#[utoipa::path(patch, path = "/courses/{slug}", tag = "Courses", request_body = ChangeCourse,
    params(OfCourse),
    responses((status = 200, description = "The course as it is now", body = Course)))]
pub async fn change_course(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
    sent: LongSent<ChangeCourse>,
) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    let mut writer = CourseWriter::claim_by_slug(&mut write, &slug).await?;
    version(&Course::of(writer.standing()))?.require(&headers)?;
    let row = writer.course().clone();
    let change = sent.value;
    let (title, summary, description) = model::parse_course(
        change.title.as_deref().unwrap_or(&row.title),
        change.summary.as_deref().unwrap_or(&row.summary),
        change.description.as_deref().unwrap_or(&row.description),
    )?;
    let files = &files_in(description.as_str()).await?;
    let course = NewCourse { title: &title, summary: &summary, description: &description, files };
    let switches = Switches {
        listed: change.listed.unwrap_or(row.listed),
        open: change.open.unwrap_or(row.open),
        approval: change.approval.unwrap_or(row.approval),
    };
    if !writer.save(course, switches, row.changed_at).await? {
        return Err(AppError::Conflict("The course was changed meanwhile.".to_owned()).into());
    }
    let mut after = writer.standing().clone();
    after.course.title = title.as_str().to_owned();
    after.course.summary = summary.as_str().to_owned();
    after.course.description = description.as_str().to_owned();
    (after.course.listed, after.course.open, after.course.approval) =
        (switches.listed, switches.open, switches.approval);
    after.course.changed_at = writer.changed_at().await?;
    write.commit().await?;
    Ok(version(&Course::of(&after))?.answer_with(StatusCode::OK))
}

/// What is done to the state of a course.
#[derive(Clone, Copy)]
enum Step {
    Publish,
    Conclude,
    Archive,
}

async fn take(asker: Asker, slug: String, headers: HeaderMap, step: Step) -> Result<Response, Problem> {
    let mut write = asker.begin_write().await?;
    let mut editor = CourseEditor::claim_by_slug(&mut write, &slug).await?;
    let now = version(&Course::of(editor.standing()))?;
    let once = match Once::begin(editor.connection().0, &asker, &headers, "").await? {
        Begun::Before(answer) => return Ok(answer),
        Begun::Now(once) => once,
    };
    now.check(&headers)?;
    match step {
        Step::Publish => {
            let moved = editor.publish().await?;
            letters::tell_of_publication(moved, &mut write, &asker.0.site).await?;
        }
        Step::Conclude => editor.conclude().await?,
        Step::Archive => editor.archive().await?,
    }
    let answer = answer_with(&mut write, &slug, StatusCode::OK).await?;
    once.answer(write, answer).await
}

/// Publish a course
///
/// In whatever state: one that is concluded or archived opens again.
#[utoipa::path(post, path = "/courses/{slug}/publish", tag = "Courses",
    params(OfCourse),
    responses((status = 200, description = "The course as it is now", body = Course)))]
pub async fn publish_course(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
    _: Empty,
) -> Result<Response, Problem> {
    take(asker, slug, headers, Step::Publish).await
}

/// Conclude a course
///
/// From then on it is only read. Only a published course can be concluded.
#[utoipa::path(post, path = "/courses/{slug}/conclude", tag = "Courses",
    params(OfCourse),
    responses((status = 200, description = "The course as it is now", body = Course)))]
pub async fn conclude_course(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
    _: Empty,
) -> Result<Response, Problem> {
    take(asker, slug, headers, Step::Conclude).await
}

/// Archive a course
///
/// Only the people in it see it then.
#[utoipa::path(post, path = "/courses/{slug}/archive", tag = "Courses",
    params(OfCourse),
    responses((status = 200, description = "The course as it is now", body = Course)))]
pub async fn archive_course(
    asker: Asker,
    Named(OfCourse { slug }): Named<OfCourse>,
    headers: HeaderMap,
    _: Empty,
) -> Result<Response, Problem> {
    take(asker, slug, headers, Step::Archive).await
}
