//! Who may do what with a course, and the proofs that they may.
//!
//! [`allows`] in `rules.rs` decides, from facts that [`Standing`] reads in the same connection the work is done in.

mod rule;
mod rules;

pub use rule::Rule;
pub use rules::{Coming, CourseAct, Facts, Window, allows, rule, rule_of_lesson};

use super::store::{
    Asker, CourseRow, FoundStanding, TabCounts, count_for_tabs, find_standing, find_standing_by_code,
    find_standing_by_slug, find_standing_of,
};
use crate::accounts::model::SiteRole;
use crate::accounts::policy::{Asked, Verdict, require};
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::enrolments::joining::JoinCode;
use crate::enrolments::machine::{Room, Seats};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};
use crate::sessions::caller::{Person, View};
use crate::tokens::scope::Scope;

/// What an app needs for it that acts for somebody.
fn scope_of(act: CourseAct, is_write: bool) -> Scope {
    match act {
        CourseAct::See | CourseAct::ReadLessons | CourseAct::SeeOwnWork if !is_write => Scope::CoursesRead,
        // What is written down of a reader is their own place in the course.
        CourseAct::See | CourseAct::ReadLessons | CourseAct::Join | CourseAct::Leave | CourseAct::SeeOwnWork => {
            Scope::EnrolmentsWrite
        }
        CourseAct::SeePeople => Scope::PeopleRead,
        CourseAct::Edit | CourseAct::Write => Scope::CoursesWrite,
        CourseAct::ManagePeople | CourseAct::ManageOwners => Scope::PeopleWrite,
    }
}

/// A course, and how the asker stands to it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// As read for the claim; what is written after does not show in it.
    pub course: CourseRow,
    /// What [`allows`] decided from.
    pub facts: Facts,
    /// The asker; none when nobody is signed in.
    pub person: Option<Person>,
    /// The course's seats.
    pub seats: Seats,
    /// They look at the course as a student does: then `facts` are the student's.
    pub view: Option<View>,
}

impl Standing {
    /// Whether the asker may do `act`, for showing a button exactly when it would work.
    pub fn may(&self, act: CourseAct) -> bool {
        allows(&self.facts, act).is_yes()
    }

    /// Whose marks and place the pages show: the asker's, or those of the student they look as; none for any student, and for visitors.
    pub fn reader(&self) -> Option<UserId> {
        match &self.view {
            Some(view) => view.student.as_ref().map(|(user, _)| *user),
            None => self.person.as_ref().map(|person| person.id),
        }
    }

    /// The moment that the pages show the course at.
    pub fn moment(&self, now: Millis) -> Millis {
        self.view.as_ref().and_then(|view| view.at).unwrap_or(now)
    }

    /// Whether this is the asker.
    pub fn is_oneself(&self, user: UserId) -> bool {
        self.person.as_ref().is_some_and(|person| person.id == user)
    }

    /// Whether a student who has just left could come back by themselves at once: the course is open, and nobody waits for the seat.
    pub fn can_come_back(&self) -> bool {
        let facts = &self.facts;
        let coming =
            Coming { place: Some(PlaceState::Dropped), has_offer: false, room: Room::Seat, ..facts.coming.clone() };
        let after = Facts { course: None, coming, ..facts.clone() };
        facts.course == Some(CourseRole::Student)
            && allows(&after, CourseAct::Join).is_yes()
            && !after.asks_first()
            && self.seats.waiting == 0
    }

    /// Where the asker goes on once they are `role` in the course: to its people, else to its page, else home, the first
    /// of them that is still theirs to see.
    pub fn way_on(&self, role: Option<CourseRole>) -> String {
        let after = Facts { course: role, ..self.facts.clone() };
        let page = format!("/courses/{}", self.course.slug);
        if allows(&after, CourseAct::SeePeople).is_yes() {
            format!("{page}/people")
        } else if allows(&after, CourseAct::See).is_yes() {
            page
        } else {
            "/".to_owned()
        }
    }

    /// Refuses with the policy's answer, and an app with what it is not let do: before anything is said but that there is no such course.
    fn require(&self, act: CourseAct, is_write: bool) -> Result<(), AppError> {
        let is_for_students = match act {
            CourseAct::See | CourseAct::ReadLessons => true,
            // What those did who have left is their own.
            CourseAct::SeeOwnWork => self.facts.course == Some(CourseRole::Student),
            _ => false,
        };
        if self.view.is_some() && (is_write || !is_for_students) {
            return Err(AppError::Forbidden(Denied::Viewing(self.course.slug.clone())));
        }
        let verdict = allows(&self.facts, act);
        if verdict != Verdict::NotFound {
            require(self.person.as_ref(), scope_of(act, is_write))?;
        }
        verdict.into_result()
    }

    async fn of_id(on: &mut impl Asked, id: CourseId) -> Result<Self, Failure> {
        let person = on.person().await?;
        let found = find_standing(on, id, person.as_ref().map(asker)).await?;
        Self::of(on, found, person, false).await
    }

    async fn of_slug(on: &mut impl Asked, slug: &str) -> Result<Self, Failure> {
        let person = on.person().await?;
        let found = find_standing_by_slug(on, slug, person.as_ref().map(asker)).await?;
        Self::of(on, found, person, false).await
    }

    async fn of_code(on: &mut impl Asked, code: &JoinCode) -> Result<Self, Failure> {
        let person = on.person().await?;
        let found = find_standing_by_code(on, code, person.as_ref().map(asker)).await?;
        Self::of(on, found, person, true).await
    }

    async fn of(
        on: &mut impl Asked,
        found: Option<FoundStanding>,
        person: Option<Person>,
        has_code: bool,
    ) -> Result<Self, Failure> {
        let found = found.ok_or(AppError::NotFound)?;
        let mut facts = facts_of(&found, person.as_ref().map(|person| person.role), has_code);
        // Only for as long as they are staff: a view shows nobody more than they may see themselves.
        let view = person
            .as_ref()
            .and_then(|person| person.view.as_deref().cloned())
            .filter(|view| view.course == found.course.id && allows(&facts, CourseAct::SeePeople).is_yes());
        if let Some(view) = &view {
            facts = match view.student {
                Some((user, _)) => facts_of_student(find_standing_of(on, found.course.id, user).await?.as_ref()),
                None => None,
            }
            .unwrap_or_else(|| facts_of_any_student(&found));
        }
        Ok(Self { course: found.course, facts, person, seats: found.seats, view })
    }
}

fn asker(person: &Person) -> Asker<'_> {
    Asker { user: person.id, address: &person.email }
}

/// What is decided from, about whoever `found` was found for.
fn facts_of(found: &FoundStanding, site: Option<SiteRole>, has_code: bool) -> Facts {
    let FoundStanding { course, place, is_last_owner, has_offer, blocked_with, seats, now } = found;
    let coming = Coming {
        place: place.map(|(state, _)| state),
        has_offer: *has_offer,
        blocked_with: *blocked_with,
        has_code,
        approval: course.approval,
        window: Window::of(course, *now),
        room: seats.room(),
    };
    Facts {
        site,
        course: place.filter(|(state, _)| *state == PlaceState::Active).map(|(_, role)| role),
        is_last_owner: *is_last_owner,
        state: course.state,
        open: course.open,
        slug: course.slug.clone(),
        coming,
    }
}

/// What is decided from for who looks as this student. What somebody may beyond a student is left out, and a draft is seen as it will be once it
/// is published.
fn facts_of_student(found: Option<&FoundStanding>) -> Option<Facts> {
    let facts = facts_of(found?, Some(SiteRole::Student), false);
    let course = facts.course.filter(|role| *role == CourseRole::Student);
    Some(Facts { course, is_last_owner: false, state: as_published(facts.state), ..facts })
}

/// The same for somebody who studies in the course, whoever it is.
fn facts_of_any_student(found: &FoundStanding) -> Facts {
    let facts = facts_of(found, Some(SiteRole::Student), false);
    let coming = Coming { place: Some(PlaceState::Active), has_offer: false, ..facts.coming };
    let state = as_published(facts.state);
    Facts { course: Some(CourseRole::Student), is_last_owner: false, state, coming, ..facts }
}

fn as_published(state: CourseState) -> CourseState {
    if state == CourseState::Draft { CourseState::Published } else { state }
}

impl<C: Asked> CourseStaff<'_, C> {
    /// What is decided from about somebody else: everybody with a place in the course, and for admins every account.
    pub async fn facts_about(&mut self, user: UserId, site: SiteRole) -> Result<Option<Facts>, Failure> {
        let is_admin = self.standing.facts.site == Some(SiteRole::Admin);
        let found = find_standing_of(self.on, self.standing.course.id, user).await?;
        Ok(found.filter(|found| is_admin || found.place.is_some()).map(|found| facts_of(&found, Some(site), false)))
    }
}

// Each proof holds its course and the connection it was claimed in, so that the check and the work cannot drift apart.
macro_rules! proofs {
    ($($(#[$doc:meta])* $name:ident may $act:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name<'c, C> {
            on: &'c mut C,
            standing: Standing,
        }

        impl<'c, C: Asked> $name<'c, C> {
            /// Refuses with the policy's answer.
            pub async fn claim(on: &'c mut C, course: CourseId) -> Result<Self, Failure> {
                let standing = Standing::of_id(on, course).await?;
                standing.require(CourseAct::$act, C::WRITES)?;
                Ok(Self { on, standing })
            }

            /// The same, for the course an address names.
            pub async fn claim_by_slug(on: &'c mut C, slug: &str) -> Result<Self, Failure> {
                let standing = Standing::of_slug(on, slug).await?;
                standing.require(CourseAct::$act, C::WRITES)?;
                Ok(Self { on, standing })
            }

            /// The same, for the course a join code opens. `NotFound` for a code that opens none.
            pub async fn claim_by_code(on: &'c mut C, code: &JoinCode) -> Result<Self, Failure> {
                let standing = Standing::of_code(on, code).await?;
                standing.require(CourseAct::$act, C::WRITES)?;
                Ok(Self { on, standing })
            }

            /// The course, and how the asker stands to it.
            pub fn standing(&self) -> &Standing {
                &self.standing
            }

            /// The course as read for the claim; what is written after does not show in it.
            pub fn course(&self) -> &CourseRow {
                &self.standing.course
            }

            /// The figures on the course's tabs.
            pub async fn count_for_tabs(&mut self) -> Result<TabCounts, Failure> {
                count_for_tabs(self.on, self.standing.course.id, self.standing.facts.sees_drafts()).await
            }

            /// The moment that is shown: now, or the one that whoever looks as a student has chosen.
            pub fn moment(&mut self) -> Millis {
                let now = self.on.now();
                self.standing.moment(now)
            }

            /// For stores: what to work on, and in which course.
            pub(crate) fn connection(&mut self) -> (&mut C, CourseId) {
                (self.on, self.standing.course.id)
            }
        }
    )*};
}

proofs! {
    /// Somebody, perhaps nobody signed in, who may see the course.
    CourseVisitor may See;
    /// Somebody who may read its lessons.
    CourseReader may ReadLessons;
    /// Somebody who may see its people.
    CourseStaff may SeePeople;
    /// Somebody who may publish, conclude and archive it.
    ///
    /// Nobody makes one but [`CourseEditor::claim`]:
    /// ```compile_fail,E0451
    /// fn forge(on: &mut lectern::db::Write, standing: lectern::courses::policy::Standing) {
    ///     let _ = lectern::courses::policy::CourseEditor { on, standing };
    /// }
    /// ```
    /// and nothing is published without one:
    /// ```compile_fail,E0599
    /// async fn publish(mut write: lectern::db::Write) {
    ///     let _ = write.publish().await;
    /// }
    /// ```
    /// nor by somebody who was only allowed to read:
    /// ```compile_fail,E0599
    /// async fn publish(mut reader: lectern::courses::policy::CourseReader<'_, lectern::db::Write>) {
    ///     let _ = reader.publish().await;
    /// }
    /// ```
    CourseEditor may Edit;
    /// Somebody who may change its text and lessons.
    CourseWriter may Write;
    /// Somebody who may manage its people.
    CourseManager may ManagePeople;
    /// Somebody who may join it.
    Joiner may Join;
    /// Somebody who may leave it.
    Leaver may Leave;
    /// Somebody who may see what they did in it.
    OwnWorkReader may SeeOwnWork;
}
