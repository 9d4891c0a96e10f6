//! Who may do what with a course, and the proofs that they may.
//!
//! [`allows`] decides, from facts that [`Standing`] reads in the same connection the work is done in.

use super::model::CourseState;
use super::store::{CourseRow, TabCounts, count_for_tabs, find_standing, find_standing_by_slug};
use crate::accounts::model::SiteRole;
use crate::accounts::policy::{Asked, Verdict, require};
use crate::enrolments::model::CourseRole;
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::id::{CourseId, UserId};
use crate::sessions::caller::Person;
use crate::tokens::scope::Scope;

/// What can be done with a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourseAct {
    /// See its page and its plan.
    See,
    /// Read its lessons.
    ReadLessons,
    /// See who is in it, with names and e-mail addresses.
    SeePeople,
    /// Publish, conclude, archive it; see its settings.
    Edit,
    /// Change its text and its lessons.
    Write,
    /// Add staff, change roles, remove people.
    ManagePeople,
    /// Make, change and remove owners.
    ManageOwners,
    /// Take a student's place in it.
    Join,
    /// Give one's own place in it back, as student or staff.
    Leave,
}

impl CourseAct {
    /// In the order in which `lectern powers` prints them.
    pub const ALL: [Self; 9] = [
        Self::See,
        Self::ReadLessons,
        Self::SeePeople,
        Self::Edit,
        Self::Write,
        Self::ManagePeople,
        Self::ManageOwners,
        Self::Join,
        Self::Leave,
    ];

    /// As `lectern powers` names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::See => "see the course",
            Self::ReadLessons => "read lessons",
            Self::SeePeople => "see the roster",
            Self::Edit => "publish, conclude, archive",
            Self::Write => "change text and lessons",
            Self::ManagePeople => "manage people",
            Self::ManageOwners => "manage owners",
            Self::Join => "join",
            Self::Leave => "leave",
        }
    }
}

/// All that a decision rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The asker's site role; none when nobody is signed in.
    pub site: Option<SiteRole>,
    /// What the asker is in the course now.
    pub course: Option<CourseRole>,
    /// The asker is an owner, and there is no other.
    pub is_last_owner: bool,
    /// Where the course is in its life; decides before anything else whether it may be known of.
    pub state: CourseState,
    /// Takes new people, as its switch says.
    pub open: bool,
    /// The course's, for refusals that lead to its page.
    pub slug: String,
}

impl Facts {
    fn is_admin(&self) -> bool {
        self.site == Some(SiteRole::Admin)
    }

    /// Owner, instructor or assistant of this course.
    pub fn is_staff(&self) -> bool {
        match self.course {
            Some(CourseRole::Owner | CourseRole::Instructor | CourseRole::Assistant) => true,
            Some(CourseRole::Student) | None => false,
        }
    }

    /// Staff and admins: who also sees what is not published yet.
    pub fn sees_drafts(&self) -> bool {
        self.is_staff() || self.is_admin()
    }

    fn may_know(&self) -> bool {
        match self.state {
            CourseState::Draft => self.sees_drafts(),
            CourseState::Published | CourseState::Concluded => true,
            CourseState::Archived => self.course.is_some() || self.is_admin(),
        }
    }
}

/// May the asker do this?
pub fn allows(facts: &Facts, act: CourseAct) -> Verdict {
    if !facts.may_know() {
        return Verdict::NotFound;
    }
    if act == CourseAct::See {
        return Verdict::Yes;
    }
    if facts.site.is_none() {
        return Verdict::SignIn;
    }
    let no = |denied| Verdict::Forbidden(denied);
    match act {
        CourseAct::See => Verdict::Yes,
        CourseAct::ReadLessons if facts.course.is_some() || facts.is_admin() => Verdict::Yes,
        CourseAct::ReadLessons => no(Denied::JoinFirst(facts.slug.clone())),
        CourseAct::SeePeople if facts.is_staff() || facts.is_admin() => Verdict::Yes,
        CourseAct::SeePeople => no(Denied::StaffOnly),
        CourseAct::Edit | CourseAct::ManagePeople => may_edit(facts),
        CourseAct::ManageOwners => match may_edit(facts) {
            Verdict::Yes if facts.course != Some(CourseRole::Owner) && !facts.is_admin() => no(Denied::OwnersOnly),
            verdict => verdict,
        },
        CourseAct::Write => match may_edit(facts) {
            Verdict::Yes if !facts.state.is_writable() => no(Denied::ReadOnly),
            verdict => verdict,
        },
        CourseAct::Join => match facts.course {
            Some(CourseRole::Owner | CourseRole::Instructor | CourseRole::Assistant) => no(Denied::StaffUseNoSeat),
            Some(CourseRole::Student) => no(Denied::AlreadyIn(facts.slug.clone())),
            None if facts.state == CourseState::Published && facts.open => Verdict::Yes,
            None => no(Denied::NotOpen),
        },
        CourseAct::Leave => match facts.course {
            None => no(Denied::NotIn),
            Some(_) if facts.is_last_owner => no(Denied::LastOwner),
            Some(CourseRole::Owner | CourseRole::Instructor | CourseRole::Assistant | CourseRole::Student) => {
                Verdict::Yes
            }
        },
    }
}

/// What an app needs for it that acts for somebody.
fn scope_of(act: CourseAct, is_write: bool) -> Scope {
    match act {
        CourseAct::See | CourseAct::ReadLessons if !is_write => Scope::CoursesRead,
        // What is written down of a reader is their own place in the course.
        CourseAct::See | CourseAct::ReadLessons | CourseAct::Join | CourseAct::Leave => Scope::EnrolmentsWrite,
        CourseAct::SeePeople => Scope::PeopleRead,
        CourseAct::Edit | CourseAct::Write => Scope::CoursesWrite,
        CourseAct::ManagePeople | CourseAct::ManageOwners => Scope::PeopleWrite,
    }
}

fn may_edit(facts: &Facts) -> Verdict {
    match facts.course {
        Some(CourseRole::Owner | CourseRole::Instructor) => Verdict::Yes,
        Some(CourseRole::Assistant | CourseRole::Student) | None if facts.is_admin() => Verdict::Yes,
        Some(CourseRole::Assistant) => Verdict::Forbidden(Denied::EditorsOnly),
        Some(CourseRole::Student) | None => Verdict::Forbidden(Denied::StaffOnly),
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
}

impl Standing {
    /// Whether the asker may do `act`, for showing a button exactly when it would work.
    pub fn may(&self, act: CourseAct) -> bool {
        allows(&self.facts, act).is_yes()
    }

    /// Whether this is the asker.
    pub fn is_oneself(&self, user: UserId) -> bool {
        self.person.as_ref().is_some_and(|person| person.id == user)
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
        let verdict = allows(&self.facts, act);
        if verdict != Verdict::NotFound {
            require(self.person.as_ref(), scope_of(act, is_write))?;
        }
        verdict.into_result()
    }

    async fn of_id(on: &mut impl Asked, id: CourseId) -> Result<Self, Failure> {
        let person = on.person().await?;
        let found = find_standing(on, id, person.as_ref().map(|person| person.id)).await?;
        Self::of(found, person)
    }

    async fn of_slug(on: &mut impl Asked, slug: &str) -> Result<Self, Failure> {
        let person = on.person().await?;
        let found = find_standing_by_slug(on, slug, person.as_ref().map(|person| person.id)).await?;
        Self::of(found, person)
    }

    fn of(found: Option<(CourseRow, Option<CourseRole>, bool)>, person: Option<Person>) -> Result<Self, Failure> {
        let (course, role, is_last_owner) = found.ok_or(AppError::NotFound)?;
        let facts = Facts {
            site: person.as_ref().map(|person| person.role),
            course: role,
            is_last_owner,
            state: course.state,
            open: course.open,
            slug: course.slug.clone(),
        };
        Ok(Self { course, facts, person })
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(site: Option<SiteRole>, course: Option<CourseRole>, state: CourseState) -> Facts {
        Facts { site, course, is_last_owner: false, state, open: true, slug: "x".to_owned() }
    }

    #[test]
    fn a_draft_does_not_exist_for_others_whatever_they_try() {
        for site in [None, Some(SiteRole::Student), Some(SiteRole::Instructor)] {
            for course in [None, Some(CourseRole::Student)] {
                for act in CourseAct::ALL {
                    assert_eq!(
                        allows(&facts(site, course, CourseState::Draft), act),
                        Verdict::NotFound,
                        "{site:?} {act:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_concluded_course_is_read_and_not_written() {
        let owner = facts(Some(SiteRole::Instructor), Some(CourseRole::Owner), CourseState::Concluded);
        assert!(allows(&owner, CourseAct::Edit).is_yes());
        assert_eq!(allows(&owner, CourseAct::Write), Verdict::Forbidden(Denied::ReadOnly));
        let student = facts(Some(SiteRole::Student), Some(CourseRole::Student), CourseState::Concluded);
        assert!(allows(&student, CourseAct::ReadLessons).is_yes());
        let other = facts(Some(SiteRole::Student), None, CourseState::Concluded);
        assert_eq!(allows(&other, CourseAct::Join), Verdict::Forbidden(Denied::NotOpen));
    }

    #[test]
    fn the_last_owner_stays() {
        let mut owner = facts(Some(SiteRole::Instructor), Some(CourseRole::Owner), CourseState::Published);
        assert!(allows(&owner, CourseAct::Leave).is_yes());
        owner.is_last_owner = true;
        assert_eq!(allows(&owner, CourseAct::Leave), Verdict::Forbidden(Denied::LastOwner));
    }

    #[test]
    fn a_course_role_counts_in_its_course_only_and_a_site_role_makes_no_editor() {
        let other = facts(Some(SiteRole::Instructor), None, CourseState::Published);
        assert_eq!(allows(&other, CourseAct::Edit), Verdict::Forbidden(Denied::StaffOnly));
        assert!(allows(&other, CourseAct::Join).is_yes());
        // Somebody whose site role was taken back still teaches the courses they are staff of.
        let demoted = facts(Some(SiteRole::Student), Some(CourseRole::Instructor), CourseState::Published);
        assert!(allows(&demoted, CourseAct::Edit).is_yes());
    }
}
