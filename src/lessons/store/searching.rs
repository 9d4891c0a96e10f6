//! Finding lessons by their words: among those the asker may read, and no others.

use super::states::is_out;
use crate::accounts::model::SiteRole;
use crate::accounts::policy::{Asked, SignedIn};
use crate::db::query_by_engine;
use crate::enrolments::store::states::{is_in, teaches};
use crate::failure::Failure;
use crate::lessons::search::Terms;
use crate::sessions::caller::View;

/// A lesson that holds what was looked for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FoundLesson {
    /// Of its course.
    pub course: String,
    /// The course's title.
    pub course_title: String,
    /// Names it in its course.
    pub slug: String,
    /// One line.
    pub title: String,
    /// The beginning of its text, of at most 50,000 characters, in which a passage is looked for.
    pub text: String,
}

/// What [`crate::courses::policy::rule_of_lesson`] says, for one asker and every lesson (`tests/http/searching.rs` compares them): `l` is
/// the lesson, `c` its course, `e` the asker's place in it, `$3` whether they are an admin, `$4` the moment; `$8` the course that they look
/// at as a student, else 0, and `$9` whether as any.
macro_rules! may_read {
    () => {
        concat!(
            "($8 = 0 or c.id = $8) and ($3 or ($8 = 0 and ",
            teaches!("e"),
            ") or (",
            is_in!("e"),
            " and ($8 = 0 or e.role = 'student') and (c.state <> 'draft' or $8 <> 0) and ",
            is_out!("l", "$4"),
            ") or ($9 and ",
            is_out!("l", "$4"),
            "))"
        )
    };
}

impl<C: Asked> SignedIn<'_, C> {
    /// Lessons that hold all of the words, the best first: at most `most`, after the first `skip`. `course`: of this one alone, by its slug;
    /// empty for all. `view`: those of the course that they look at as a student does, as a policy has let them. Texts are read of what is
    /// answered alone.
    pub async fn search_lessons(
        &mut self,
        terms: &Terms,
        course: &str,
        view: Option<&View>,
        most: i64,
        skip: i64,
    ) -> Result<Vec<FoundLesson>, Failure> {
        let student = view.and_then(|view| view.student.as_ref().map(|(user, _)| *user));
        let user = if view.is_some() { student } else { Some(self.person().id) };
        let is_admin = view.is_none() && self.person().role == SiteRole::Admin;
        let on = self.connection();
        let now = view.and_then(|view| view.at).unwrap_or(on.now());
        query_by_engine(
            concat!(
                "select c.slug as course, c.title as course_title, l.slug, l.title, substr(l.body, 1, 50000) as text
                 from (select l.id, bm25(lesson_words, 8.0, 3.0, 1.0) as place
                       from lesson_words join lessons l on l.id = lesson_words.rowid join courses c on c.id = l.course_id
                       left join enrolments e on e.course_id = c.id and e.user_id = $2
                       where lesson_words match $1 and ($5 = '' or c.slug = $5) and ",
                may_read!(),
                " order by place, l.id limit $6 offset $7) best
                 join lessons l on l.id = best.id join courses c on c.id = l.course_id order by best.place, l.id"
            ),
            concat!(
                "select c.slug as course, c.title as course_title, l.slug, l.title, substr(l.body, 1, 50000) as text
                 from (select l.id, -ts_rank(l.words, q.words) as place
                       from (select to_tsquery('simple', $1) as words) q
                       join lessons l on l.words @@ q.words join courses c on c.id = l.course_id
                       left join enrolments e on e.course_id = c.id and e.user_id = $2
                       where ($5 = '' or c.slug = $5) and ",
                may_read!(),
                " order by place, l.id limit $6 offset $7) best
                 join lessons l on l.id = best.id join courses c on c.id = l.course_id order by best.place, l.id"
            ),
        )
        .bind_by_engine(terms.for_sqlite(), terms.for_postgres())
        .bind(user)
        .bind(is_admin)
        .bind(now)
        .bind(course)
        .bind(most)
        .bind(skip)
        .bind(view.map_or(0, |view| view.course.0))
        .bind(view.is_some() && student.is_none())
        .all(on)
        .await
    }
}
