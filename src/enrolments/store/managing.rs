//! What staff do with people's places.

use super::blocks::blocked_with_address;
use super::moving::{Moved, Taking, change_role, find, take};
use super::states::{is_in, other_owners};
use super::untold::put_untold;
use crate::accounts::model::Email;
use crate::courses::policy::{CourseAct, CourseManager, allows};
use crate::db::{Write, query};
use crate::enrolments::machine::{Stays, Step, comes_anew};
use crate::enrolments::model::{CourseRole, PlaceState, Way};
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};
use crate::sessions::policy::RecentlyProven;

/// What came of adding or inviting somebody.
#[derive(Debug)]
pub enum Added {
    /// Their place is there now, and where it is. Holds their name.
    Moved(String, Moved),
    /// Nothing changed: why, and as what they are there. Holds their name, or the address where no account has it.
    Stays(String, CourseRole, Stays),
    /// No account has this address yet, or the one that has it is disabled: a place waits for it. Whether its
    /// person is still to be asked: none did before, or its letter waits as well.
    Awaited(bool),
    /// The same where nobody should wait.
    NoAccount,
}

/// How staff let somebody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// At once. A place waits for an address without an account.
    AtOnce,
    /// When they say yes. A place waits for an address without an account.
    ByInvitation,
    /// At once, and only who has an account.
    WithAccount,
    /// At once, by a roster that writes them so. A place waits for an address without an account.
    ByRoster(Option<String>),
}

/// What is done with several people at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Says yes to who asks, and puts back who was removed.
    LetIn,
    /// Takes them out, whatever their place is.
    Remove,
}

impl CourseManager<'_, Write> {
    /// Refuses a step that would make `user` an owner, or changes one, to everybody but owners and admins.
    pub(super) async fn spare_owners(&mut self, user: Option<UserId>, role: Option<CourseRole>) -> Result<(), Failure> {
        let verdict = allows(&self.standing().facts, CourseAct::ManageOwners);
        if verdict.is_yes() {
            return Ok(());
        }
        let (write, course) = self.connection();
        let (is_owner,): (bool,) = query(concat!(
            "select exists (select 1 from enrolments e where e.course_id = $1 and e.user_id = $2 and e.role = 'owner' and ",
            is_in!("e"),
            ")"
        ))
        .bind(course)
        .bind(user)
        .one(write)
        .await?;
        if is_owner || role == Some(CourseRole::Owner) { Ok(verdict.into_result()?) } else { Ok(()) }
    }

    /// Gives the account with this address a place in the course, as `role`. Who is in it already stays as they are.
    pub async fn add_person(&mut self, email: &Email, role: CourseRole, how: How) -> Result<Added, Failure> {
        let (write, course) = self.connection();
        let found: Option<(UserId, String, Option<CourseRole>, Option<PlaceState>)> = query(
            "select u.id, u.name, e.role, e.state from users u left join enrolments e on e.user_id = u.id and e.course_id = $2
             where u.email_key = $1 and u.disabled_at is null",
        )
        .bind(email.key())
        .bind(course)
        .optional(write)
        .await?;
        let Some((user, name, before, stood)) = found else {
            if how == How::WithAccount {
                return Ok(Added::NoAccount);
            }
            self.spare_owners(None, Some(role)).await?;
            let (write, course) = self.connection();
            if let Some(by) = blocked_with_address(write, course, email.key()).await? {
                return Ok(Added::Stays(email.as_typed().to_owned(), role, Stays::AddressBlocked(by)));
            }
            let (way, name) = match how {
                How::ByInvitation => (Way::Invitation, None),
                How::ByRoster(name) => (Way::Roster, name),
                How::AtOnce | How::WithAccount => (Way::Staff, None),
            };
            return Ok(Added::Awaited(self.await_person(email, role, way, name.as_deref()).await?));
        };
        self.spare_owners(Some(user), Some(role)).await?;
        let (write, course) = self.connection();
        let (step, way) = match how {
            How::AtOnce | How::WithAccount => (Step::LetIn, Way::Staff),
            How::ByInvitation => (Step::Invite, Way::Invitation),
            How::ByRoster(_) => (Step::LetIn, Way::Roster),
        };
        let taking = Taking { user, step, role, way: Some(way) };
        Ok(match take(write, course, taking).await? {
            Ok(moved) => {
                // Who comes anew hears of this, or of nothing.
                if stood.is_some() && comes_anew(stood) {
                    put_untold(write, course, user, false).await?;
                }
                Added::Moved(name, moved)
            }
            Err(stays) => Added::Stays(name, before.unwrap_or(role), stays),
        })
    }

    /// Whose address this is, of the people of the course. `NotFound` for who is not in it.
    pub async fn find_member(&mut self, email: &Email) -> Result<UserId, Failure> {
        let (write, course) = self.connection();
        let row: Option<(UserId,)> = query(concat!(
            "select u.id from users u join enrolments e on e.user_id = u.id and e.course_id = $2 and ",
            is_in!("e"),
            " where u.email_key = $1"
        ))
        .bind(email.key())
        .bind(course)
        .optional(write)
        .await?;
        Ok(row.ok_or(AppError::NotFound)?.0)
    }

    /// Where somebody's place is, where they have or had one.
    pub async fn place_of(&mut self, user: UserId) -> Result<Option<PlaceState>, Failure> {
        let (write, course) = self.connection();
        Ok(find(write, course, user).await?.map(|row| row.state))
    }

    /// What the asker is in the course by now, with what this transaction wrote.
    pub async fn role_of_oneself(&mut self) -> Result<Option<CourseRole>, Failure> {
        let Some(user) = self.standing().person.as_ref().map(|person| person.id) else { return Ok(None) };
        let (write, course) = self.connection();
        let place = find(write, course, user).await?.filter(|row| row.state == PlaceState::Active);
        Ok(place.map(|row| row.role))
    }

    /// Says yes to who asks to join. Answers the name.
    pub async fn approve(&mut self, user: UserId) -> Result<(String, Moved), Failure> {
        self.step(user, &[PlaceState::Requested], Step::LetIn).await
    }

    /// Takes somebody out of the course, out of the line, says no to who asks, or takes an invitation back. Answers the name.
    pub async fn remove(&mut self, user: UserId) -> Result<(String, Moved), Failure> {
        let from = [PlaceState::Invited, PlaceState::Requested, PlaceState::Active, PlaceState::Waitlisted];
        self.step(user, &from, Step::TurnAway).await
    }

    /// Undoes a removal: they are in the course again as they were, where there is a seat. `NotFound` for who was not removed.
    /// Answers the name. Who never was in it, and was turned down, hears that they are now.
    pub async fn put_back(&mut self, user: UserId) -> Result<(String, Moved), Failure> {
        let (write, course) = self.connection();
        let was_in = find(write, course, user).await?.is_some_and(|row| row.joined_at.is_some());
        let (name, moved) = self.step(user, &[PlaceState::Removed], Step::LetIn).await?;
        // Nobody has told who was in it that they were out.
        Ok((name, if was_in { moved.silent() } else { moved }))
    }

    /// Takes somebody out for good, whatever their place is: no way leads back in until it is lifted. Answers the name.
    pub async fn block(&mut self, user: UserId) -> Result<(String, Moved), Failure> {
        self.step(user, &PlaceState::ALL, Step::Block).await
    }

    /// Lifts that. They are not in the course, and may come again. Answers the name.
    pub async fn unblock(&mut self, user: UserId) -> Result<(String, Moved), Failure> {
        self.step(user, &[PlaceState::Blocked], Step::Unblock).await
    }

    /// The same with several people: those with whom it cannot be done stay as they are. Answers how many it was done with.
    pub async fn with_each(&mut self, people: &[UserId], doing: Doing) -> Result<(usize, Vec<Moved>), Failure> {
        let mut all = Vec::new();
        for user in people {
            let done = match (doing, self.place_of(*user).await?) {
                (Doing::LetIn, Some(PlaceState::Removed)) => self.put_back(*user).await,
                (Doing::LetIn, _) => self.approve(*user).await,
                (Doing::Remove, _) => self.remove(*user).await,
            };
            match done {
                Ok((_, moved)) => all.push(moved),
                Err(Failure::Refused(_)) => {}
                Err(broken) => return Err(broken),
            }
        }
        Ok((all.len(), all))
    }

    /// A step with the place of somebody who is in one of these states. `NotFound` for everybody else: nobody else is anybody here.
    async fn step(&mut self, user: UserId, from: &[PlaceState], step: Step) -> Result<(String, Moved), Failure> {
        let (write, course) = self.connection();
        let (name, role, state, is_deleted): (String, CourseRole, PlaceState, bool) = query(
            "select u.name, e.role, e.state, u.deleted_at is not null from enrolments e join users u on u.id = e.user_id where e.course_id = $1 and e.user_id = $2",
        )
        .bind(course)
        .bind(user)
        .optional(write)
        .await?
        .ok_or(AppError::NotFound)?;
        // Nobody could use a seat that is given to an account that is gone.
        if !from.contains(&state) || (is_deleted && step == Step::LetIn) {
            return Err(AppError::NotFound.into());
        }
        self.spare_owners(Some(user), (step == Step::LetIn).then_some(role)).await?;
        let (write, course) = self.connection();
        if !role_keeps_owner(write, course, user, None).await? {
            return Err(AppError::Forbidden(Denied::LastOwner).into());
        }
        let moved = take(write, course, Taking { user, step, role, way: None })
            .await?
            .map_err(|stays| AppError::Conflict(stays_in_words(&name, role, stays)))?;
        Ok((name, moved))
    }
}

/// Why nothing changed with somebody's place, for who manages the people.
pub fn stays_in_words(name: &str, role: CourseRole, stays: Stays) -> String {
    match stays {
        Stays::Active => {
            format!("{name} is in this course already, as {}. Change the role on their line.", role.with_article())
        }
        Stays::Waitlisted => {
            format!("{name} waits in line already, and nobody overtakes. Add seats to let more people in.")
        }
        Stays::Requested => format!("{name} has asked to join already. Say yes on their line."),
        Stays::Invited => format!("{name} is invited already, and has not answered yet."),
        Stays::Blocked => format!("{name} is blocked from this course. Lift that on their line first."),
        Stays::AddressBlocked(by) => format!(
            "{name} stays out: {by} had the address before, and is blocked from this course. Lift that first: choose “Blocked” as the state above the list of people, and open {by}."
        ),
        Stays::NoRoom => {
            format!("All seats are taken. Add one for {name} first.")
        }
        Stays::NotThere => format!("There is nothing to change about {name}’s place any more."),
    }
}

impl RecentlyProven<CourseManager<'_, Write>> {
    /// Gives somebody who is in the course another role in it. Answers the name.
    pub async fn change_role(&mut self, user: UserId, role: CourseRole) -> Result<(String, Moved), Failure> {
        let manager = self.inner();
        let (write, course) = manager.connection();
        let (name,): (String,) = query(concat!(
            "select u.name from enrolments e join users u on u.id = e.user_id where e.course_id = $1 and e.user_id = $2 and ",
            is_in!("e")
        ))
        .bind(course)
        .bind(user)
        .optional(write)
        .await?
        .ok_or(AppError::NotFound)?;
        manager.spare_owners(Some(user), Some(role)).await?;
        let (write, course) = manager.connection();
        if !role_keeps_owner(write, course, user, Some(role)).await? {
            return Err(AppError::Forbidden(Denied::LastOwner).into());
        }
        let moved = change_role(write, course, user, role)
            .await?
            .map_err(|stays| AppError::Conflict(stays_in_words(&name, role, stays)))?;
        Ok((name, moved))
    }

    /// The same with several people: those who cannot have it stay as they are. Answers how many have it now.
    pub async fn change_roles(&mut self, people: &[UserId], role: CourseRole) -> Result<(usize, Vec<Moved>), Failure> {
        let mut all = Vec::new();
        for user in people {
            match self.change_role(*user, role).await {
                Ok((_, moved)) => all.push(moved),
                Err(Failure::Refused(_)) => {}
                Err(broken) => return Err(broken),
            }
        }
        Ok((all.len(), all))
    }

    /// Makes somebody in the course its owner, and the owner who asks an instructor of it; an admin who is not in it stays out of it.
    /// Answers the name.
    pub async fn hand_over(&mut self, user: UserId) -> Result<(String, Vec<Moved>), Failure> {
        let standing = self.inner().standing().clone();
        allows(&standing.facts, CourseAct::ManageOwners).into_result()?;
        let (name, moved) = self.change_role(user, CourseRole::Owner).await?;
        let mut all = vec![moved];
        if let (Some(CourseRole::Owner), Some(person)) = (standing.facts.course, &standing.person)
            && person.id != user
        {
            all.push(self.change_role(person.id, CourseRole::Instructor).await?.1);
        }
        Ok((name, all))
    }
}

/// Whether the course still has an owner when `user` becomes `role` (or nothing) in it.
async fn role_keeps_owner(
    write: &mut Write,
    course: CourseId,
    user: UserId,
    role: Option<CourseRole>,
) -> Result<bool, Failure> {
    if role == Some(CourseRole::Owner) {
        return Ok(true);
    }
    let (is_owner, others): (bool, i64) = query(concat!(
        "select exists (select 1 from enrolments e where e.course_id = $1 and e.user_id = $2 and e.role = 'owner' and ",
        is_in!("e"),
        "), ",
        other_owners!("$1", "$2")
    ))
    .bind(course)
    .bind(user)
    .one(write)
    .await?;
    Ok(!is_owner || others > 0)
}
