//! What a roster would change in a course, row by row. Pure: it is shown first, and worked out anew when it is done.
//!
//! A roster puts in and takes out whom a roster put in. Staff, roles, and what people did by hand are left alone unless somebody ticks
//! their row.

use std::collections::{HashMap, HashSet};

use super::reading::Line;
use crate::accounts::model::Email;
use crate::enrolments::machine::comes_anew;
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::id::UserId;

/// Somebody's place as the roster finds it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Member {
    /// Of the account.
    pub id: UserId,
    /// As they write it.
    pub name: String,
    /// As typed.
    pub email: String,
    /// The same for every way to type it.
    pub email_key: String,
    /// What they are or were.
    pub role: CourseRole,
    /// Where the place is.
    pub state: PlaceState,
    /// How they came.
    pub way: Way,
    /// The state began with an import, or with undoing one.
    pub by_roster: bool,
}

/// A place that waits for an address.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Awaited {
    /// As typed.
    pub email: String,
    /// The same for every way to type it.
    pub email_key: String,
    /// As a roster gave it.
    pub name: Option<String>,
    /// What they will be.
    pub role: CourseRole,
    /// How it came to wait.
    pub way: Way,
}

/// The people of a course, and which of a roster's addresses have an account.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Everybody with a place, in whatever state.
    pub members: Vec<Member>,
    /// Places that wait.
    pub awaited: Vec<Awaited>,
    /// Keys of addresses.
    pub with_account: HashSet<String>,
    /// Keys of addresses that somebody who is blocked has had, and what they are called.
    pub blocked: HashMap<String, String>,
}

/// What a row would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Gives them a place, as this.
    Add(CourseRole),
    /// Gives them another role than this first one.
    Role(CourseRole, CourseRole),
    /// Takes them out.
    Drop(CourseRole),
}

impl Change {
    /// As a tick names it.
    fn key(&self) -> String {
        match self {
            Self::Add(role) => format!("add-{}", role.key()),
            Self::Role(before, after) => format!("role-{}-{}", before.key(), after.key()),
            Self::Drop(role) => format!("drop-{}", role.key()),
        }
    }
}

/// A row of a plan that would change something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of the row in the roster; none: it is not in it.
    pub number: Option<usize>,
    /// As the course knows them, else as the roster writes it.
    pub name: Option<String>,
    /// Whose place it is.
    pub email: Email,
    /// Who that is; none: no place yet.
    pub user: Option<UserId>,
    /// What it would do.
    pub change: Change,
    /// What else is to be known before it is ticked; empty: nothing.
    pub note: String,
    /// Whether it is ticked from the start.
    pub is_ticked: bool,
}

impl Row {
    /// Names what is ticked: a row that would do something else by the time it is sent is not done.
    pub fn tick(&self) -> String {
        format!("{}-{}", self.change.key(), self.email.key())
    }
}

/// A row that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// The number of the row in the roster.
    pub number: usize,
    /// Who it is about, as far as it says.
    pub who: String,
    /// Somebody else whom the reason is about.
    pub by: Option<String>,
    /// Why it changes nothing, without a full stop; goes on after who it is about.
    pub why: String,
}

/// What a roster would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order of the roster; those who are not in it at the end.
    pub rows: Vec<Row>,
    /// Rows about people who are in the course as the roster says.
    pub unchanged: Vec<Still>,
    /// Rows that cannot be done.
    pub refused: Vec<Still>,
}

impl Plan {
    /// Compares a roster with the people of a course. `is_whole`: who is not in it is to be taken out.
    pub fn make(lines: &[Line], people: &People, is_whole: bool) -> Self {
        let members: HashMap<&str, &Member> = people.members.iter().map(|row| (row.email_key.as_str(), row)).collect();
        let awaited: HashMap<&str, &Awaited> = people.awaited.iter().map(|row| (row.email_key.as_str(), row)).collect();
        let mut plan = Self::default();
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for line in lines {
            let who = || {
                let email = line.email.as_ref().map(Email::as_typed).unwrap_or_default();
                line.name.clone().unwrap_or_else(|| email.to_owned())
            };
            let still = |why: String| Still { number: line.number, who: who(), by: None, why };
            let email = match &line.email {
                Ok(email) => email,
                Err(wrong) => {
                    plan.refused.push(still(wrong.clone()));
                    continue;
                }
            };
            if let Some(first) = seen.insert(email.key(), line.number) {
                seen.insert(email.key(), first);
                plan.refused.push(still(format!("Row {first} has the same address")));
                continue;
            }
            let role = match &line.role {
                Ok(role) => *role,
                Err(wrong) => {
                    plan.refused.push(still(wrong.clone()));
                    continue;
                }
            };
            let stands = members.get(email.key()).map(|member| member.state);
            if let Some(by) = people.blocked.get(email.key()).filter(|_| comes_anew(stands)) {
                let why = " had this address before, and is blocked from this course".to_owned();
                plan.refused.push(Still { by: Some(by.clone()), ..still(why) });
                continue;
            }
            let found = match (members.get(email.key()), awaited.get(email.key())) {
                (Some(member), _) => of_member(member, role),
                (None, Some(waiting)) => of_awaited(waiting, role),
                (None, None) => of_stranger(people.with_account.contains(email.key()), role),
            };
            match found {
                Found::Row { change, note, is_ticked } => plan.rows.push(Row {
                    number: Some(line.number),
                    name: members.get(email.key()).map(|member| member.name.clone()).or(line.name.clone()),
                    email: email.clone(),
                    user: members.get(email.key()).map(|member| member.id),
                    change,
                    note,
                    is_ticked,
                }),
                Found::Unchanged(why) => plan.unchanged.push(still(why.to_owned())),
                Found::Refused(why) => plan.refused.push(still(why.to_owned())),
            }
        }
        if is_whole {
            plan.rows.extend(missing(people, &seen));
        }
        plan
    }

    /// Rows of this kind.
    pub fn of(&self, is_it: impl Fn(&Change) -> bool) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| is_it(&row.change))
    }
}

enum Found {
    Row { change: Change, note: String, is_ticked: bool },
    Unchanged(&'static str),
    Refused(&'static str),
}

const JOINS_STAFF: &str = "Joins the staff";
const OWNERS: &str = "A list makes no owners. Choose them on the people page";

fn of_member(member: &Member, role: Option<CourseRole>) -> Found {
    let wanted = role.unwrap_or(if member.state == PlaceState::Active { member.role } else { CourseRole::Student });
    let add = |note, is_ticked| adding(wanted, note, is_ticked);
    match member.state {
        PlaceState::Active if wanted == member.role => Found::Unchanged("In the course already"),
        PlaceState::Active if wanted == CourseRole::Owner => Found::Refused(OWNERS),
        PlaceState::Active => {
            let note = "The role was given here".to_owned();
            Found::Row { change: Change::Role(member.role, wanted), note, is_ticked: false }
        }
        PlaceState::Waitlisted if wanted == CourseRole::Student => Found::Unchanged("In line for a seat already"),
        PlaceState::Waitlisted => {
            Found::Refused("They wait in line for a seat. Add them as staff by hand, under People")
        }
        PlaceState::Requested => add("Asks to join", true),
        PlaceState::Invited => add("Is invited, and has not answered", true),
        PlaceState::Dropped => add("Left by themselves", false),
        PlaceState::Removed if member.by_roster => add("", true),
        PlaceState::Removed => add("Was taken out by staff", false),
        PlaceState::Blocked => Found::Refused("They are blocked from this course"),
    }
}

fn of_awaited(waiting: &Awaited, role: Option<CourseRole>) -> Found {
    match role {
        Some(CourseRole::Owner) if waiting.role != CourseRole::Owner => Found::Refused(OWNERS),
        Some(role) if role != waiting.role => Found::Row {
            change: Change::Role(waiting.role, role),
            note: "The place waits for an account".to_owned(),
            is_ticked: false,
        },
        _ => Found::Unchanged("A place waits for them already"),
    }
}

fn of_stranger(has_account: bool, role: Option<CourseRole>) -> Found {
    let note = if has_account { "" } else { "No account yet: the place waits" };
    adding(role.unwrap_or(CourseRole::Student), note, true)
}

/// Staff are never made without somebody's hand.
fn adding(role: CourseRole, note: &'static str, is_ticked: bool) -> Found {
    match role {
        CourseRole::Owner => Found::Refused(OWNERS),
        CourseRole::Student => Found::Row { change: Change::Add(role), note: note.to_owned(), is_ticked },
        CourseRole::Instructor | CourseRole::Assistant => {
            let note = if note.is_empty() { JOINS_STAFF.to_owned() } else { format!("{JOINS_STAFF}. {note}") };
            Found::Row { change: Change::Add(role), note, is_ticked: false }
        }
    }
}

/// Students, and places that wait for one, that the roster does not have. Ticked are those whom a roster put in.
fn missing<'p>(people: &'p People, seen: &'p HashMap<&str, usize>) -> impl Iterator<Item = Row> + 'p {
    let how = |way: Way| if way == Way::Roster { String::new() } else { format!("Came otherwise: {}", way.words()) };
    let members = people.members.iter().filter(|member| {
        let is_there = matches!(member.state, PlaceState::Active | PlaceState::Waitlisted);
        is_there && member.role == CourseRole::Student
    });
    let members = members.map(|row| (&row.email, &row.email_key, Some(&row.name), Some(row.id), row.role, row.way));
    // A place can wait for an address beside the place of an account that has not shown that the address is its own.
    let keys: HashSet<&str> = people.members.iter().map(|member| member.email_key.as_str()).collect();
    let is_other = move |row: &&Awaited| !keys.contains(row.email_key.as_str());
    let awaited = people.awaited.iter().filter(|row| row.role == CourseRole::Student).filter(is_other);
    let awaited = awaited.map(|row| (&row.email, &row.email_key, row.name.as_ref(), None, row.role, row.way));
    members.chain(awaited).filter(|(_, key, ..)| !seen.contains_key(key.as_str())).filter_map(
        move |(email, _, name, user, role, way)| {
            Some(Row {
                number: None,
                name: name.cloned(),
                email: Email::parse(email).ok()?,
                user,
                change: Change::Drop(role),
                note: how(way),
                is_ticked: way == Way::Roster,
            })
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrolments::roster::reading::Table;

    fn member(name: &str, role: CourseRole, state: PlaceState, way: Way) -> Member {
        let email = format!("{name}@uni.example");
        Member {
            id: UserId(1),
            name: name.to_owned(),
            email_key: email.clone(),
            email,
            role,
            state,
            way,
            by_roster: false,
        }
    }

    fn plan(text: &str, members: Vec<Member>, is_whole: bool) -> Plan {
        let table = Table::read(text).unwrap();
        let lines = table.lines(&table.columns, table.has_head);
        Plan::make(&lines, &People { members, ..People::default() }, is_whole)
    }

    #[test]
    fn what_was_done_by_hand_is_done_again_only_by_hand() {
        use CourseRole::{Assistant, Owner, Student};
        use PlaceState::{Active, Blocked, Dropped, Invited, Removed, Requested, Waitlisted};
        let cases = [
            (Student, Active, "student", "still"),
            (Student, Active, "", "still"),
            (Assistant, Active, "student", "role"),
            (Student, Active, "assistant", "role"),
            (Assistant, Active, "", "still"),
            (Owner, Active, "owner", "still"),
            (Student, Active, "owner", "refused"),
            (Student, Waitlisted, "student", "still"),
            (Student, Waitlisted, "assistant", "refused"),
            (Student, Requested, "student", "ADD"),
            (Student, Invited, "student", "ADD"),
            (Student, Invited, "assistant", "add"),
            (Student, Dropped, "student", "add"),
            (Student, Removed, "student", "add"),
            (Student, Blocked, "student", "refused"),
        ];
        for (role, state, says, expected) in cases {
            let text = format!("Email,Role\nada@uni.example,{says}\n");
            let made = plan(&text, vec![member("ada", role, state, Way::Staff)], false);
            let found = match (made.rows.first(), made.unchanged.first(), made.refused.first()) {
                (Some(row), None, None) => {
                    let kind = row.change.key().split('-').next().unwrap().to_owned();
                    if row.is_ticked { kind.to_uppercase() } else { kind }
                }
                (None, Some(_), None) => "still".to_owned(),
                (None, None, Some(_)) => "refused".to_owned(),
                _ => panic!("{made:?}"),
            };
            assert_eq!(found, expected, "{role:?} {state:?} {says:?}");
        }
        let by_roster = Member { by_roster: true, ..member("ada", Student, Removed, Way::Roster) };
        assert!(plan("ada@uni.example", vec![by_roster], false).rows[0].is_ticked);
    }

    #[test]
    fn who_is_missing_is_ticked_where_a_roster_put_them_in_and_staff_are_not_looked_at() {
        use CourseRole::{Assistant, Student};
        use PlaceState::{Active, Dropped, Waitlisted};
        let members = || {
            vec![
                member("ada", Student, Active, Way::Roster),
                member("bo", Student, Active, Way::Roster),
                member("cy", Student, Waitlisted, Way::Code),
                member("dee", Assistant, Active, Way::Roster),
                member("eve", Student, Dropped, Way::Roster),
            ]
        };
        assert_eq!(plan("ADA@uni.example", members(), false).rows, []);
        let made = plan("ADA@uni.example", members(), true);
        let dropped: Vec<(&str, bool)> = made.rows.iter().map(|row| (row.email.as_typed(), row.is_ticked)).collect();
        assert_eq!(dropped, [("bo@uni.example", true), ("cy@uni.example", false)]);
    }

    #[test]
    fn a_doubled_row_is_refused_with_the_number_of_the_first() {
        let made = plan("ada@uni.example\nbo@uni.example\nAda@Uni.example\n", vec![], false);
        assert_eq!(made.rows.len(), 2);
        assert_eq!((made.refused[0].number, made.refused[0].why.as_str()), (3, "Row 1 has the same address"));
    }
}
