//! What anybody may find: the catalogue and the search while typing.

use crate::clock::Millis;
use crate::courses::model::{CourseTile, Found};
use crate::db::{Read, like_folded, query};
use crate::enrolments::store::states::leads;
use crate::failure::Failure;
use crate::id::CourseId;
use crate::lessons::store::states::is_planned;

/// Which courses of the catalogue are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Published or concluded, open to join or not.
    All,
    /// Published, and open to join.
    Open,
    /// Ended, and still there to read.
    Concluded,
}

impl Filter {
    /// As `?show=` writes it; empty for all.
    pub fn key(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Open => "open",
            Self::Concluded => "concluded",
        }
    }

    /// From `?show=`. What is unknown is all.
    pub fn of(key: &str) -> Self {
        match key {
            "open" => Self::Open,
            "concluded" => Self::Concluded,
            _ => Self::All,
        }
    }
}

/// A page of the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The last published first, at most as many as were asked for.
    pub tiles: Vec<CourseTile>,
    /// Who teaches each course shown.
    pub teachers: Vec<(CourseId, String)>,
    /// How many match the search: all of them, those open to join, those concluded.
    pub all: i64,
    /// Those of `all` that are published and open to join.
    pub open: i64,
    /// Those of `all` that are concluded. What is published and closed counts in `all` alone.
    pub concluded: i64,
}

/// Courses that anybody may find, and that hold `$1` in their title, their summary or a teacher's name.
macro_rules! found_in_catalogue {
    () => {
        concat!(
            "c.state in ('published', 'concluded') and c.listed
         and (c.words_folded like $1 escape '\\'
              or exists (select 1 from enrolments t join users u on u.id = t.user_id
                where t.course_id = c.id and ",
            leads!("t"),
            " and u.name_folded like $1 escape '\\'))"
        )
    };
}

/// The page of those that `$2` (a filter's key), `$3` (the most) and `$4` (how many to skip) say.
macro_rules! page_of_catalogue {
    () => {
        concat!(
            found_in_catalogue!(),
            " and ($2 = '' or ($2 = 'open' and c.state = 'published' and c.open) or ($2 = 'concluded' and c.state = 'concluded'))
              order by c.published_at desc, c.id limit $3 offset $4"
        )
    };
}

/// Courses that anybody may find: published or concluded, and listed.
pub async fn public_catalogue(
    read: &mut Read,
    search: &str,
    filter: Filter,
    most: i64,
    skip: i64,
) -> Result<Catalogue, Failure> {
    let pattern = like_folded(search);
    let (all, open, concluded): (i64, i64, i64) = query(concat!(
        "select count(*), count(*) filter (where c.state = 'published' and c.open),
                    count(*) filter (where c.state = 'concluded') from courses c where ",
        found_in_catalogue!()
    ))
    .bind(pattern.clone())
    .one(read)
    .await?;
    let tiles: Vec<CourseTile> = query(concat!(
        "select c.id, c.slug, c.title, c.summary, c.state, c.open,
                    (select count(*) from lessons l where l.course_id = c.id and ",
        is_planned!("l"),
        ") as lessons from courses c where ",
        page_of_catalogue!()
    ))
    .bind(pattern.clone())
    .bind(filter.key())
    .bind(most)
    .bind(skip)
    .all(read)
    .await?;
    let teachers = query(concat!(
        "select e.course_id, u.name from enrolments e join users u on u.id = e.user_id
         where e.course_id in (select c.id from courses c where ",
        page_of_catalogue!(),
        ") and ",
        leads!("e"),
        " order by e.course_id, e.role desc, u.name"
    ))
    .bind(pattern)
    .bind(filter.key())
    .bind(most)
    .bind(skip)
    .all(read)
    .await?;
    Ok(Catalogue { tiles, teachers, all, open, concluded })
}

/// The first few courses anybody may find, while they type.
pub async fn public_search(read: &mut Read, search: &str, most: i64) -> Result<Vec<Found>, Failure> {
    let rows: Vec<(String, String, String)> = query(concat!(
        "select c.slug, c.title, c.summary from courses c where ",
        found_in_catalogue!(),
        " order by c.published_at desc, c.id limit $2"
    ))
    .bind(like_folded(search))
    .bind(most)
    .all(read)
    .await?;
    Ok(rows.into_iter().map(|(slug, title, summary)| Found { slug, title, summary }).collect())
}

/// A course of the catalogue, and where a list goes on after it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedCourse {
    /// As the catalogue shows it.
    #[sqlx(flatten)]
    pub tile: CourseTile,
    /// The catalogue's order: the last published first.
    pub published_at: Millis,
}

/// The catalogue as a list that goes on: at most `most` courses after the one that was published at `after.0` and has the id
/// `after.1`.
pub async fn public_list_catalogue(
    read: &mut Read,
    search: &str,
    filter: Filter,
    after: Option<(Millis, i64)>,
    most: i64,
) -> Result<Vec<ListedCourse>, Failure> {
    query(concat!(
        "select c.id, c.slug, c.title, c.summary, c.state, c.open, coalesce(c.published_at, 0) as published_at,
                (select count(*) from lessons l where l.course_id = c.id and ",
        is_planned!("l"),
        ") as lessons from courses c where ",
        found_in_catalogue!(),
        " and ($2 = '' or ($2 = 'open' and c.state = 'published' and c.open) or ($2 = 'concluded' and c.state = 'concluded'))
          and ($3 is null or coalesce(c.published_at, 0) < $3 or (coalesce(c.published_at, 0) = $3 and c.id > $4))
          order by coalesce(c.published_at, 0) desc, c.id limit $5"
    ))
    .bind(like_folded(search))
    .bind(filter.key())
    .bind(after.map(|(at, _)| at))
    .bind(after.map(|(_, id)| id))
    .bind(most)
    .all(read)
    .await
}
