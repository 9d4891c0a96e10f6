//! Rosters, as they are kept while somebody looks at them. `importing.rs` does what is ticked.

use super::blocks::blocked_of_roster;
use crate::accounts::policy::Asked;
use crate::clock::{DAY, Millis};
use crate::courses::policy::CourseManager;
use crate::db::{Connection, Write, query};
use crate::enrolments::roster::plan::{Awaited, Member, People, Plan, Row};
use crate::enrolments::roster::reading::{Column, Line, Table};
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::id::RosterId;

/// What is read and not imported is personal data that nobody needs: it is gone after a day.
const READ_FOR: Millis = DAY;
/// So many one person looks at at once.
const READ_AT_ONCE: i64 = 3;
/// So long an import can be undone, if none has followed.
const UNDONE_WITHIN: Millis = 30 * DAY;

/// What is said to who comes too late to a roster.
const IMPORTED: &str = "This list has been imported already.";

/// A roster without its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RosterHead {
    /// In its address.
    pub id: RosterId,
    /// Whoever read it.
    pub by: String,
    /// When it was read.
    pub made_at: Millis,
    /// Who is not in it is to be taken out.
    pub is_whole: bool,
    /// When it was imported; none: it was only read.
    pub imported_at: Option<Millis>,
    /// When that was undone.
    pub undone_at: Option<Millis>,
    /// How many got a place.
    pub added: i64,
    /// How many got another role.
    pub changed: i64,
    /// How many were taken out.
    pub dropped: i64,
    /// It is the last import, not undone, and not too long ago.
    pub can_be_undone: bool,
}

/// A roster that was read, with what it would change now.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Without its text.
    pub head: RosterHead,
    /// Its cells.
    pub table: Table,
    /// What its columns say, as guessed or as somebody said.
    pub columns: Vec<Column>,
    /// The first row says what the columns are.
    pub has_head: bool,
    /// What it would change.
    pub plan: Plan,
}

macro_rules! heads {
    ($rest:literal) => {
        concat!(
            "select r.id, u.name as by, r.made_at, r.is_whole, r.imported_at, r.undone_at, r.added, r.changed, r.dropped,
               coalesce(r.imported_at, 0) > $2 and r.undone_at is null and not exists
                 (select 1 from rosters s where s.course_id = r.course_id and (s.imported_at, s.id) > (r.imported_at, r.id)) as can_be_undone
             from rosters r join users u on u.id = r.made_by where r.course_id = $1 ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Text {
    content: String,
    columns: String,
    has_head: bool,
    is_whole: bool,
}

impl Text {
    fn columns(&self) -> Vec<Column> {
        self.columns.split(',').map(Column::of_key).collect()
    }
}

impl<C: Asked> CourseManager<'_, C> {
    /// The last imports of the course, the last first.
    pub async fn list_imports(&mut self, most: i64) -> Result<Vec<RosterHead>, Failure> {
        let (on, course) = self.connection();
        let since = on.now() - UNDONE_WITHIN;
        query(concat!(heads!("and r.imported_at is not null order by r.imported_at desc, r.id desc limit $3")))
            .bind(course)
            .bind(since)
            .bind(most)
            .all(on)
            .await
    }

    /// A roster of the course, imported or not. `NotFound` for one of another course, and one that is gone.
    pub async fn find_roster(&mut self, id: RosterId) -> Result<RosterHead, Failure> {
        let (on, course) = self.connection();
        let since = on.now() - UNDONE_WITHIN;
        let row = query(concat!(heads!("and r.id = $3"))).bind(course).bind(since).bind(id).optional(on).await?;
        Ok(row.ok_or(AppError::NotFound)?)
    }

    /// One that is not imported yet, with what it would change now.
    pub async fn read_roster(&mut self, head: RosterHead) -> Result<Kept, Failure> {
        let (text, table) = self.text_of(&head).await?;
        let columns = text.columns();
        let people = self.people_of(head.id).await?;
        let plan = Plan::make(&table.lines(&columns, text.has_head), &people, text.is_whole);
        Ok(Kept { head, table, columns, has_head: text.has_head, plan })
    }

    async fn text_of(&mut self, head: &RosterHead) -> Result<(Text, Table), Failure> {
        if head.imported_at.is_some() {
            return Err(AppError::Conflict(IMPORTED.to_owned()).into());
        }
        let (on, course) = self.connection();
        let text: Text =
            query("select content, columns, has_head, is_whole from rosters where id = $1 and course_id = $2")
                .bind(head.id)
                .bind(course)
                .one(on)
                .await?;
        let table = Table::read(&text.content).map_err(no_list)?;
        Ok((text, table))
    }

    /// The people of the course, and which of the roster's addresses have an account.
    async fn people_of(&mut self, id: RosterId) -> Result<People, Failure> {
        let (on, course) = self.connection();
        let members: Vec<Member> = query(
            "select u.id, u.name, u.email, u.email_key, e.role, e.state, e.way, exists
               (select 1 from rosters r where r.course_id = e.course_id and (r.imported_at = e.since or r.undone_at = e.since)) as by_roster
             from enrolments e join users u on u.id = e.user_id where e.course_id = $1 order by u.name_folded, u.id",
        )
        .bind(course)
        .all(on)
        .await?;
        let awaited: Vec<Awaited> =
            query("select email, email_key, name, role, way from awaited where course_id = $1 order by email_key")
                .bind(course)
                .all(on)
                .await?;
        let with_account: Vec<(String,)> = query(
            "select u.email_key from roster_addresses a join users u on u.email_key = a.email_key
             where a.roster_id = $1 and u.disabled_at is null",
        )
        .bind(id)
        .all(on)
        .await?;
        let blocked = blocked_of_roster(on, course, id).await?;
        Ok(People { members, awaited, blocked, with_account: with_account.into_iter().map(|(key,)| key).collect() })
    }
}

impl CourseManager<'_, Write> {
    /// Keeps a text for a day, to be looked at, with the table it was read as. Of each person the last few are kept.
    pub async fn keep_roster(&mut self, text: &str, table: &Table, is_whole: bool) -> Result<RosterId, Failure> {
        let by = self.standing().person.as_ref().map(|person| person.id).ok_or(AppError::SignInRequired)?;
        let (write, course) = self.connection();
        let now = write.now();
        query(
            "delete from rosters where made_by = $1 and imported_at is null and id not in
               (select id from rosters where made_by = $1 and imported_at is null order by id desc limit $2)",
        )
        .bind(by)
        .bind(READ_AT_ONCE - 1)
        .execute(write)
        .await?;
        let (id,): (RosterId,) = query(
            "insert into rosters (course_id, made_by, made_at, content, columns, has_head, is_whole)
             values ($1, $2, $3, $4, $5, $6, $7) returning id",
        )
        .bind(course)
        .bind(by)
        .bind(now)
        .bind(text)
        .bind(keys(&table.columns))
        .bind(table.has_head)
        .bind(is_whole)
        .one(write)
        .await?;
        keep_addresses(write, id, &table.lines(&table.columns, table.has_head)).await?;
        Ok(id)
    }

    /// Says what the columns of one are, and whether it is everybody. `NotFound` for one that is gone, `Conflict` for one that is imported.
    pub async fn say_columns(
        &mut self,
        id: RosterId,
        columns: &[Column],
        has_head: bool,
        is_whole: bool,
    ) -> Result<(), Failure> {
        let head = self.find_roster(id).await?;
        let (_, table) = self.text_of(&head).await?;
        let (write, _) = self.connection();
        query("update rosters set columns = $2, has_head = $3, is_whole = $4 where id = $1")
            .bind(id)
            .bind(keys(columns))
            .bind(has_head)
            .bind(is_whole)
            .execute(write)
            .await?;
        query("delete from roster_addresses where roster_id = $1").bind(id).execute(write).await?;
        keep_addresses(write, id, &table.lines(columns, has_head)).await
    }

    /// Forgets one that was only read.
    pub async fn forget_roster(&mut self, id: RosterId) -> Result<(), Failure> {
        if self.find_roster(id).await?.imported_at.is_some() {
            return Err(AppError::Conflict(IMPORTED.to_owned()).into());
        }
        let (write, _) = self.connection();
        query("delete from rosters where id = $1").bind(id).execute(write).await.map(drop)
    }

    /// The rows of one that are ticked and would still do what the tick says.
    pub async fn ticked_of(&mut self, id: RosterId, ticked: &[String]) -> Result<Vec<Row>, Failure> {
        let ticked: std::collections::HashSet<&str> = ticked.iter().map(String::as_str).collect();
        let head = self.find_roster(id).await?;
        let rows = self.read_roster(head).await?.plan.rows;
        Ok(rows.into_iter().filter(|row| ticked.contains(row.tick().as_str())).collect())
    }
}

/// Clears away rosters that were only read, a day after, and how to undo imports that are too long ago.
pub async fn public_delete_old_rosters(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    let read = query("delete from rosters where imported_at is null and made_at <= $1")
        .bind(now - READ_FOR)
        .execute(write)
        .await?;
    let changes =
        query("delete from roster_changes where roster_id in (select id from rosters where imported_at <= $1)")
            .bind(now - UNDONE_WITHIN)
            .execute(write)
            .await?;
    Ok(read + changes)
}

async fn keep_addresses(write: &mut Write, id: RosterId, lines: &[Line]) -> Result<(), Failure> {
    for email in lines.iter().filter_map(|line| line.email.as_ref().ok()) {
        query("insert into roster_addresses (roster_id, email_key) values ($1, $2) on conflict do nothing")
            .bind(id)
            .bind(email.key())
            .execute(write)
            .await?;
    }
    Ok(())
}

/// Why a text is no list, at the field it was pasted into.
pub fn no_list(wrong: String) -> AppError {
    FieldErrors::one("rows", wrong).into()
}

fn keys(columns: &[Column]) -> String {
    columns.iter().map(|column| column.key()).collect::<Vec<_>>().join(",")
}
