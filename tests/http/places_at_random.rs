//! Sequences of what people and staff do with places, made up at random: no sequence loses a person, exceeds the seats, skips a block (nor
//! does who deletes the account and makes another with the same address) or lets somebody overtake. What `machine.rs` promises is looked for in the database, after each step.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::{HOUR, SECOND};
use lectern::enrolments::late_offers;
use lectern::sessions::caller::Caller;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

use crate::app::{App, Course, PASSWORD, Visitor};
use crate::rosters;

const PEOPLE: usize = 5;
/// So many sequences of at most so many steps.
const SEQUENCES: u32 = 40;
const STEPS: usize = 40;

#[derive(Clone, Debug)]
enum Step {
    Join(usize),
    JoinWithCode(usize),
    Leave(usize),
    Add(usize),
    Invite(usize),
    Approve(usize),
    Remove(usize),
    PutBack(usize),
    Block(usize),
    Unblock(usize),
    /// Deletes the account, and makes another with the same address.
    Anew(usize),
    Role(usize, &'static str),
    /// A roster with those whose bit is set, as its page has it ticked; is it everybody?
    List(u8, bool),
    /// Undoes the last of them.
    UndoList,
    LetAllIn,
    Seats(u8, bool, u8),
    Switches(bool, bool),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    prop_oneof![
        6 => who.clone().prop_map(Step::Join),
        2 => who.clone().prop_map(Step::JoinWithCode),
        4 => who.clone().prop_map(Step::Leave),
        2 => who.clone().prop_map(Step::Add),
        2 => who.clone().prop_map(Step::Invite),
        2 => who.clone().prop_map(Step::Approve),
        2 => who.clone().prop_map(Step::Remove),
        1 => who.clone().prop_map(Step::PutBack),
        2 => who.clone().prop_map(Step::Block),
        1 => who.clone().prop_map(Step::Unblock),
        2 => who.clone().prop_map(Step::Anew),
        2 => (who, prop_oneof![Just("student"), Just("assistant")]).prop_map(|(who, role)| Step::Role(who, role)),
        2 => (1..1_u8 << PEOPLE, any::<bool>()).prop_map(|(people, is_whole)| Step::List(people, is_whole)),
        1 => Just(Step::UndoList),
        1 => Just(Step::LetAllIn),
        2 => (0..4_u8, any::<bool>(), prop_oneof![2 => Just(0_u8), 1 => 1..4_u8]).prop_map(|(seats, line, hours)| Step::Seats(seats, line, hours)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(open, approval)| Step::Switches(open, approval)),
        2 => (1..4_i64).prop_map(Step::Wait),
    ]
}

/// A place as the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    state: String,
    role: String,
    line: i64,
    /// Ends of an offer; 0 for none.
    offer: i64,
}

struct World<'a> {
    app: &'a App,
    admin: &'a Visitor<'a>,
    owner: &'a Visitor<'a>,
    people: RefCell<Vec<Person<'a>>>,
}

/// Somebody, with the account they have now, and the numbers of all they had since the course is there, that one last.
#[derive(Clone)]
struct Person<'a> {
    visitor: Rc<Visitor<'a>>,
    ids: Vec<String>,
}

impl<'a> World<'a> {
    fn person(&self, who: usize) -> Person<'a> {
        self.people.borrow()[who].clone()
    }

    async fn make(&self, who: usize) -> (Rc<Visitor<'a>>, String) {
        let name = format!("p{who}");
        (Rc::new(self.app.person(&name, SiteRole::Student).await), self.admin.id_of(&name).await)
    }

    async fn places(&self, course: &Course) -> BTreeMap<String, Place> {
        let sql = format!(
            "select user_id || ' ' || state || ' ' || role || ' ' || coalesce(line, 0) || ' ' || coalesce(offer_ends_at, 0)
             from enrolments where course_id = {} order by user_id",
            course.id
        );
        let rows = self.app.words(&sql).await;
        rows.iter()
            .map(|row| {
                let parts: Vec<&str> = row.split(' ').collect();
                let place = Place {
                    state: parts[1].to_owned(),
                    role: parts[2].to_owned(),
                    line: parts[3].parse().unwrap(),
                    offer: parts[4].parse().unwrap(),
                };
                (parts[0].to_owned(), place)
            })
            .collect()
    }

    /// Seats, whether there is a line, and the hours of an offer: as the owner last set them.
    async fn seats(&self, course: &Course) -> Option<usize> {
        let sql = format!("select coalesce(capacity, 0) || '' from courses where id = {}", course.id);
        let seats: usize = self.app.words(&sql).await[0].parse().unwrap();
        (seats > 0).then_some(seats)
    }

    async fn take(&self, course: &Course, code: &str, step: &Step) -> StatusCode {
        let of_course = ("course", course.id.as_str());
        let staff = async |action: &str, who: usize| {
            let ids = self.person(who).ids;
            self.owner.call(action, &[of_course, ("person", &ids[ids.len() - 1])]).await.status
        };
        let let_in = async |who: usize, how: &str| {
            let email = format!("p{who}@uni.example");
            self.owner
                .call("/fn/add_person", &[of_course, ("email", &email), ("role", "student"), ("how", how)])
                .await
                .status
        };
        match step {
            Step::Join(who) => self.person(*who).visitor.call("/fn/join_course", &[of_course]).await.status,
            Step::JoinWithCode(who) => {
                self.person(*who).visitor.call("/fn/join_with_code", &[("join_code", code)]).await.status
            }
            Step::Leave(who) => self.person(*who).visitor.call("/fn/leave_course", &[of_course]).await.status,
            Step::Add(who) => let_in(*who, "now").await,
            Step::Invite(who) => let_in(*who, "invite").await,
            Step::Approve(who) => staff("/fn/approve_person", *who).await,
            Step::Remove(who) => staff("/fn/remove_person", *who).await,
            Step::PutBack(who) => staff("/fn/put_back", *who).await,
            Step::Block(who) => staff("/fn/block_person", *who).await,
            Step::Unblock(who) => {
                // On the line of whichever account it is that is blocked.
                let places = self.places(course).await;
                let ids = self.person(*who).ids;
                let is_blocked = |id: &&String| places.get(*id).is_some_and(|place| place.state == "blocked");
                let id = ids.iter().find(is_blocked).unwrap_or(&ids[0]);
                self.owner.call("/fn/unblock_person", &[of_course, ("person", id)]).await.status
            }
            Step::Anew(who) => {
                let visitor = self.person(*who).visitor;
                visitor.post("/fn/prove_again", &[("password", PASSWORD)]).await;
                let confirm = format!("p{who}@uni.example");
                let status = visitor.post("/fn/delete_account", &[("confirm", &confirm)]).await.status;
                let (visitor, id) = self.make(*who).await;
                let person = &mut self.people.borrow_mut()[*who];
                person.visitor = visitor;
                person.ids.push(id);
                status
            }
            Step::Role(who, role) => {
                self.owner.post("/fn/prove_again", &[("password", PASSWORD)]).await;
                let ids = self.person(*who).ids;
                let fields = [of_course, ("person", ids[ids.len() - 1].as_str()), ("role", role)];
                self.owner.call("/fn/save_course_role", &fields).await.status
            }
            Step::List(people, is_whole) => {
                // Whole lists are read as seldom as people read them.
                self.app.clock.advance(10 * SECOND);
                self.owner.post("/fn/prove_again", &[("password", PASSWORD)]).await;
                let names = (0..PEOPLE).filter(|who| people & (1 << who) != 0);
                let rows: String = names.map(|who| format!("p{who}@uni.example\n")).collect();
                let list = rosters::read(self.owner, course, &format!("email\n{rows}"), *is_whole).await;
                rosters::import(self.owner, course, &list, None, false).await.status
            }
            Step::UndoList => {
                self.owner.post("/fn/prove_again", &[("password", PASSWORD)]).await;
                let last = format!(
                    "select cast(max(id) as text) from rosters where course_id = {} and imported_at is not null",
                    course.id
                );
                let last = self.app.words(&format!("select coalesce(({last}), '0')")).await.remove(0);
                self.owner.call("/fn/undo_import", &[of_course, ("roster", &last)]).await.status
            }
            Step::LetAllIn => {
                let all: Vec<String> =
                    self.people.borrow().iter().filter_map(|person| person.ids.last().cloned()).collect();
                self.owner.call("/fn/let_in_picked", &[of_course, ("people", &all.join(","))]).await.status
            }
            Step::Seats(seats, line, hours) => {
                let number = |number: &u8| if *number == 0 { String::new() } else { number.to_string() };
                let (seats, hours) = (number(seats), number(hours));
                let mut fields = vec![
                    of_course,
                    ("from", ""),
                    ("until", ""),
                    ("time_zone", "UTC"),
                    ("capacity", seats.as_str()),
                    ("offer_hours", hours.as_str()),
                ];
                if *line {
                    fields.push(("waitlist", "yes"));
                }
                self.owner.call("/fn/save_joining", &fields).await.status
            }
            Step::Switches(open, approval) => {
                let ticked: Vec<&str> = [(*open, "open"), (*approval, "approval")]
                    .into_iter()
                    .filter_map(|(is, name)| is.then_some(name))
                    .collect();
                self.owner.set_switches(course, &ticked).await;
                StatusCode::OK
            }
            Step::Wait(hours) => {
                self.app.clock.advance(hours * HOUR);
                late_offers::pass_on(&self.app.site, Arc::new(Caller::of_the_system())).await.unwrap();
                StatusCode::OK
            }
        }
    }

    /// Plays a sequence on a new course. Says what went wrong, where something did.
    async fn play(&self, steps: &[Step]) -> Result<(), String> {
        let course = self.owner.published_course("Course", 1).await;
        self.owner.call("/fn/make_join_code", &[("course", &course.id), ("code_until", ""), ("code_most", "")]).await;
        let code = self.owner.code_of(&course).await;
        for person in self.people.borrow_mut().iter_mut() {
            person.ids.drain(..person.ids.len() - 1);
        }
        let mut before = self.places(&course).await;
        for step in steps {
            let status = self.take(&course, &code, step).await;
            let (now, seats) = (self.places(&course).await, self.seats(&course).await);
            check(step, status, &before, &now, seats, self.app.clock.now())
                .and_then(|()| self.people.borrow().iter().try_for_each(|person| check_blocks(person, &now)))
                .map_err(|wrong| format!("{step:?}: {wrong}"))?;
            before = now;
        }
        Ok(())
    }
}

/// Nobody is in the course, or waits for an answer, who is blocked as another account with the same address.
fn check_blocks(person: &Person<'_>, now: &BTreeMap<String, Place>) -> Result<(), String> {
    let states = || person.ids.iter().filter_map(|id| now.get(id)).map(|place| place.state.as_str());
    let is_blocked = states().any(|state| state == "blocked");
    match states().find(|state| is_blocked && !matches!(*state, "blocked" | "dropped" | "removed")) {
        Some(state) => Err(format!("somebody who is blocked is {state} as another account: {:?} {now:?}", person.ids)),
        None => Ok(()),
    }
}

fn check(
    step: &Step,
    status: StatusCode,
    before: &BTreeMap<String, Place>,
    now: &BTreeMap<String, Place>,
    seats: Option<usize>,
    moment: i64,
) -> Result<(), String> {
    let says = |is_so: bool, words: String| if is_so { Ok(()) } else { Err(words) };
    says(!status.is_server_error(), format!("answered {status}"))?;
    says(before.keys().all(|person| now.contains_key(person)), format!("somebody is lost: {before:?} {now:?}"))?;
    if status.is_client_error() {
        says(before == now, format!("a refusal changed something: {before:?} {now:?}"))?;
    }
    let student = |place: &&Place| place.role == "student";
    let taken = now.values().filter(student).filter(|place| place.state == "active" || place.offer > moment).count();
    says(seats.is_none_or(|seats| taken <= seats), format!("{taken} of {seats:?} seats are taken: {now:?}"))?;
    let waits = |place: &Place| place.state == "waitlisted" && place.offer == 0;
    let is_free =
        seats.is_none_or(|seats| taken < seats) && !now.values().any(|place| place.offer != 0 && place.offer <= moment);
    says(!is_free || !now.values().any(waits), format!("a seat is free, and somebody waits: {now:?}"))?;
    for (person, place) in before {
        let after = &now[person];
        if place.state == "blocked" && after.state != "blocked" {
            says(matches!(step, Step::Unblock(_)), format!("{person} came out of a block as {}", after.state))?;
        }
        let is_promoted = waits(place) && (after.state == "active" && after.role == "student" || after.offer != 0);
        if is_promoted {
            let overtaken = before
                .iter()
                .find(|(other, earlier)| waits(earlier) && earlier.line < place.line && waits(&now[*other]));
            says(overtaken.is_none(), format!("{person} overtook {overtaken:?}"))?;
        }
    }
    Ok(())
}

#[test]
fn no_sequence_breaks_what_is_promised_about_places() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let settings = [("LECTERN_SESSION_IDLE", "30d"), ("LECTERN_SESSION_ABSOLUTE", "30d")];
    let app = runtime.block_on(App::cheap_with(&settings));
    let admin = runtime.block_on(app.admin("ada"));
    let owner = runtime.block_on(app.person("ines", SiteRole::Instructor));
    let world = World { app: &app, admin: &admin, owner: &owner, people: RefCell::default() };
    for who in 0..PEOPLE {
        let (visitor, id) = runtime.block_on(world.make(who));
        world.people.borrow_mut().push(Person { visitor, ids: vec![id] });
    }
    let mut runner = TestRunner::new(Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() });
    let result = runner.run(&proptest::collection::vec(step(), 1..STEPS), |steps| {
        runtime.block_on(world.play(&steps)).map_err(TestCaseError::fail)
    });
    if let Err(TestError::Fail(why, steps)) = result {
        panic!("{why}\n{steps:#?}");
    }
    result.unwrap();
}
