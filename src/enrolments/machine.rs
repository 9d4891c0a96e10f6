//! The one place that says how a place in a course changes. Pure: [`next`] decides, and `store/moving.rs` alone writes what it decided.
//!
//! Invariants, which `tests/http/places_at_random.rs` tries to break with sequences nobody thought of: nobody's place is ever lost; students
//! with a seat, and those a seat is kept for, are never more than there are seats; no step but [`Step::Unblock`] leads out of
//! [`PlaceState::Blocked`]; who waits longer is let in first.

use super::model::{CourseRole, PlaceState};

/// What happens to somebody's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// They come by themselves, as they may: the course is open, they have its code, were invited, or a seat is kept for them.
    Come,
    /// They ask to come.
    Ask,
    /// They go, stop waiting, or say no to what was offered.
    Go,
    /// Staff ask them to come.
    Invite,
    /// Staff put them in, or say yes to who asked.
    LetIn,
    /// Staff take them out, say no to who asked, or take an invitation back.
    TurnAway,
    /// Staff take them out for good.
    Block,
    /// Staff lift that. They are out, and may come again.
    Unblock,
    /// A seat is free, and it is their turn.
    Promote,
    /// A seat is free, and it is kept for them for some time. When that time is over they are out of the line, with no step.
    Offer,
    /// What a roster did is undone: where their place was before, or none.
    Undo(Option<PlaceState>),
}

/// Somebody's place before a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it is.
    pub state: PlaceState,
    /// A seat is kept for them. Only while they wait in line.
    pub has_offer: bool,
}

/// What there is for one student more. Staff take no seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// A seat, and nobody waits for it.
    Seat,
    /// No seat, but a line to stand in.
    Line,
    /// Neither.
    None,
}

/// Why a step is not taken. The place stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stays {
    /// In the course.
    Active,
    /// In line.
    Waitlisted,
    /// Asked already.
    Requested,
    /// Invited already.
    Invited,
    /// Blocked.
    Blocked,
    /// Somebody who is blocked has had their address: what that one is called. The store asks it, before [`next`] is asked.
    AddressBlocked(String),
    /// There is no seat, and no line.
    NoRoom,
    /// There is nothing the step could be taken from.
    NotThere,
}

/// Whether somebody whose place this is comes anew: they are not in the course, and nobody has said anything yet. Those alone are kept out
/// because of their address: who is in it, or waits for an answer, came with another one.
pub fn comes_anew(place: Option<PlaceState>) -> bool {
    match place {
        None | Some(PlaceState::Dropped | PlaceState::Removed) => true,
        Some(
            PlaceState::Invited
            | PlaceState::Requested
            | PlaceState::Active
            | PlaceState::Waitlisted
            | PlaceState::Blocked,
        ) => false,
    }
}

/// Where a step leads from `from` (none: never in the course), for somebody who is or comes as `role`.
pub fn next(from: Option<Place>, step: Step, role: CourseRole, room: Room) -> Result<PlaceState, Stays> {
    use PlaceState::{Active, Blocked, Dropped, Invited, Removed, Requested, Waitlisted};
    let place = from;
    let has_offer = place.is_some_and(|place| place.has_offer);
    let from = place.map(|place| place.state);
    match step {
        Step::Come => match from {
            None | Some(Invited | Requested | Dropped | Removed) => seated(role, room),
            Some(Waitlisted) if has_offer => Ok(Active),
            Some(Waitlisted) => Err(Stays::Waitlisted),
            Some(Active) => Err(Stays::Active),
            Some(Blocked) => Err(Stays::Blocked),
        },
        Step::Ask => match from {
            None | Some(Dropped | Removed) => Ok(Requested),
            Some(Requested) => Err(Stays::Requested),
            // Staff have said yes already.
            Some(Invited | Waitlisted | Active | Blocked) => next(place, Step::Come, role, room),
        },
        Step::Go => match from {
            Some(Invited | Requested | Active | Waitlisted) => Ok(Dropped),
            None | Some(Dropped | Removed | Blocked) => Err(Stays::NotThere),
        },
        Step::Invite => match from {
            None | Some(Dropped | Removed) => Ok(Invited),
            Some(Invited) => Err(Stays::Invited),
            // They want to already: inviting them is saying yes.
            Some(Requested) => seated(role, room),
            Some(Waitlisted) => Err(Stays::Waitlisted),
            Some(Active) => Err(Stays::Active),
            Some(Blocked) => Err(Stays::Blocked),
        },
        Step::LetIn => match from {
            None | Some(Invited | Requested | Dropped | Removed) => seated(role, room),
            // Nobody overtakes who waits; as staff they need no seat.
            Some(Waitlisted) if has_offer || role.is_staff() => Ok(Active),
            Some(Waitlisted) => Err(Stays::Waitlisted),
            Some(Active) => Err(Stays::Active),
            Some(Blocked) => Err(Stays::Blocked),
        },
        Step::TurnAway => match from {
            Some(Invited | Requested | Active | Waitlisted) => Ok(Removed),
            None | Some(Dropped | Removed | Blocked) => Err(Stays::NotThere),
        },
        Step::Block => match from {
            Some(Blocked) => Err(Stays::Blocked),
            None | Some(Invited | Requested | Active | Waitlisted | Dropped | Removed) => Ok(Blocked),
        },
        Step::Unblock => match from {
            Some(Blocked) => Ok(Removed),
            None | Some(Invited | Requested | Active | Waitlisted | Dropped | Removed) => Err(Stays::NotThere),
        },
        Step::Promote => match from {
            Some(Waitlisted) if !has_offer => Ok(Active),
            None | Some(Invited | Requested | Active | Waitlisted | Dropped | Removed | Blocked) => {
                Err(Stays::NotThere)
            }
        },
        Step::Undo(before) => match (from, before) {
            (Some(Active | Waitlisted | Requested), None) => Ok(Removed),
            (Some(Active | Waitlisted), Some(before @ (Invited | Requested | Dropped | Removed))) => Ok(before),
            _ => Err(Stays::NotThere),
        },
        Step::Offer => match from {
            Some(Waitlisted) if !has_offer => Ok(Waitlisted),
            None | Some(Invited | Requested | Active | Waitlisted | Dropped | Removed | Blocked) => {
                Err(Stays::NotThere)
            }
        },
    }
}

/// A seat for who comes now.
fn seated(role: CourseRole, room: Room) -> Result<PlaceState, Stays> {
    match room {
        _ if role.is_staff() => Ok(PlaceState::Active),
        Room::Seat => Ok(PlaceState::Active),
        Room::Line => Ok(PlaceState::Waitlisted),
        Room::None => Err(Stays::NoRoom),
    }
}

/// The seats of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// How many there are; none: as many as come.
    pub capacity: Option<i64>,
    /// Students in the course, and those a seat is kept for.
    pub taken: i64,
    /// In line, with no seat kept for them.
    pub waiting: i64,
    /// Whether there is a line.
    pub has_line: bool,
}

impl Seats {
    /// For one student more.
    pub fn room(&self) -> Room {
        match self.capacity {
            None if self.waiting == 0 => Room::Seat,
            Some(capacity) if self.waiting == 0 && self.taken < capacity => Room::Seat,
            _ if self.has_line => Room::Line,
            _ => Room::None,
        }
    }

    /// How many of those in line can have one now.
    pub fn free(&self) -> i64 {
        self.capacity.map_or(self.waiting, |capacity| (capacity - self.taken).clamp(0, self.waiting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 18] = [
        Step::Come,
        Step::Ask,
        Step::Go,
        Step::Invite,
        Step::LetIn,
        Step::TurnAway,
        Step::Block,
        Step::Unblock,
        Step::Promote,
        Step::Offer,
        Step::Undo(None),
        Step::Undo(Some(PlaceState::Invited)),
        Step::Undo(Some(PlaceState::Requested)),
        Step::Undo(Some(PlaceState::Active)),
        Step::Undo(Some(PlaceState::Waitlisted)),
        Step::Undo(Some(PlaceState::Dropped)),
        Step::Undo(Some(PlaceState::Removed)),
        Step::Undo(Some(PlaceState::Blocked)),
    ];
    const ROOMS: [Room; 3] = [Room::Seat, Room::Line, Room::None];

    fn every_place() -> Vec<Option<Place>> {
        let places = PlaceState::ALL.into_iter().map(|state| Some(Place { state, has_offer: false }));
        let offered = Some(Place { state: PlaceState::Waitlisted, has_offer: true });
        places.chain([None, offered]).collect()
    }

    #[test]
    fn one_step_alone_leads_out_of_a_block() {
        let blocked = Some(Place { state: PlaceState::Blocked, has_offer: false });
        for step in STEPS {
            for role in CourseRole::ALL {
                for room in ROOMS {
                    let is_out = next(blocked, step, role, room).is_ok();
                    assert_eq!(is_out, step == Step::Unblock, "{step:?}");
                }
            }
        }
        assert_eq!(next(blocked, Step::Unblock, CourseRole::Student, Room::Seat), Ok(PlaceState::Removed));
    }

    #[test]
    fn a_student_becomes_active_by_a_free_seat_or_one_kept_for_them_alone() {
        for from in every_place() {
            for step in STEPS {
                for room in [Room::Line, Room::None] {
                    let to = next(from, step, CourseRole::Student, room);
                    let is_kept = from.is_some_and(|place| place.has_offer) || step == Step::Promote;
                    assert!(is_kept || to != Ok(PlaceState::Active), "{from:?} {step:?} {room:?}");
                }
            }
        }
    }

    #[test]
    fn nobody_stands_in_a_line_that_is_none_and_staff_stand_in_none() {
        for from in every_place() {
            for step in [Step::Come, Step::Ask, Step::Invite, Step::LetIn] {
                assert_ne!(next(from, step, CourseRole::Student, Room::None), Ok(PlaceState::Waitlisted));
                for room in ROOMS {
                    assert_ne!(next(from, step, CourseRole::Assistant, room), Ok(PlaceState::Waitlisted));
                }
            }
        }
    }

    #[test]
    fn who_comes_does_not_overtake_who_waits() {
        let seats = |capacity, taken, waiting, has_line| Seats { capacity, taken, waiting, has_line };
        assert_eq!(seats(None, 900, 0, true).room(), Room::Seat);
        assert_eq!(seats(Some(30), 29, 0, true).room(), Room::Seat);
        assert_eq!(seats(Some(30), 29, 1, true).room(), Room::Line);
        assert_eq!(seats(Some(30), 30, 0, false).room(), Room::None);
        assert_eq!(
            [seats(Some(30), 28, 5, true).free(), seats(Some(30), 30, 5, true).free(), seats(None, 9, 5, true).free()],
            [2, 0, 5]
        );
        // Seats were taken away from a full course by none of our doing: still nobody is put out.
        assert_eq!(seats(Some(3), 5, 1, true).free(), 0);
    }
}
