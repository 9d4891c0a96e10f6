//! The rules: pure, and exhaustive, so that a new state or act does not compile before somebody has thought about it.
//! More than a quarter of the file are its tests; the rules themselves are read in one go, from what is asked to why not.

use super::rule::Rule;
use crate::accounts::model::SiteRole;
use crate::accounts::policy::Verdict;
use crate::clock::Millis;
use crate::courses::model::CourseState;
use crate::courses::store::CourseRow;
use crate::enrolments::machine::{Room, comes_anew};
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::id::UserId;
use crate::lessons::model::LessonState;

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
    /// Take a student's place in it, stand in line for one, or ask for one: whichever it has for who comes.
    Join,
    /// Give one's own place in it back, as student or staff; stop waiting; say no to an invitation.
    Leave,
    /// See what one did in it, also when one is not in it any more.
    SeeOwnWork,
}

impl CourseAct {
    /// In the order in which `lectern powers` prints them.
    pub const ALL: [Self; 10] = [
        Self::See,
        Self::ReadLessons,
        Self::SeePeople,
        Self::Edit,
        Self::Write,
        Self::ManagePeople,
        Self::ManageOwners,
        Self::Join,
        Self::Leave,
        Self::SeeOwnWork,
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
            Self::SeeOwnWork => "see what one did in it",
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
    /// What else decides whether the asker may come.
    pub coming: Coming,
}

/// What decides, besides the course's state and switch, whether and how somebody may come into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// Where the asker's place in the course is, where there is or was one.
    pub place: Option<PlaceState>,
    /// A seat is kept for them.
    pub has_offer: bool,
    /// Who is blocked from the course and has had their address, where somebody is.
    pub blocked_with: Option<UserId>,
    /// They have the course's join code.
    pub has_code: bool,
    /// Who comes by themselves is let in by staff.
    pub approval: bool,
    /// Where the moment is in the time in which people may come.
    pub window: Window,
    /// What there is for one student more.
    pub room: Room,
}

/// For somebody who was never in a course that takes whoever comes.
impl Default for Coming {
    fn default() -> Self {
        Self {
            place: None,
            has_offer: false,
            blocked_with: None,
            has_code: false,
            approval: false,
            window: Window::Now,
            room: Room::Seat,
        }
    }
}

/// Where a moment is in the time in which people may come by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Before it.
    NotYet,
    /// In it.
    Now,
    /// After it.
    Over,
}

impl Window {
    /// Where `now` is in the time that this course has.
    pub(super) fn of(course: &CourseRow, now: Millis) -> Self {
        match (course.joins_from, course.joins_until) {
            (Some(from), _) if now < from => Self::NotYet,
            (_, Some(until)) if now >= until => Self::Over,
            _ => Self::Now,
        }
    }
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

    /// Whether who comes now asks first: staff decide, and nobody has decided yet.
    pub fn asks_first(&self) -> bool {
        let is_decided =
            self.coming.has_code || self.coming.has_offer || self.coming.place == Some(PlaceState::Invited);
        self.coming.approval && !is_decided
    }

    /// Whether something of the asker's own can be in the course, and is theirs to read: also from a course that they cannot see any more.
    fn has_own_work(&self) -> bool {
        let was_in = match self.coming.place {
            Some(PlaceState::Active | PlaceState::Dropped | PlaceState::Removed) => true,
            Some(PlaceState::Invited | PlaceState::Requested | PlaceState::Waitlisted | PlaceState::Blocked) | None => {
                false
            }
        };
        was_in && (self.state != CourseState::Draft || self.sees_drafts())
    }
}

/// May the asker do this?
pub fn allows(facts: &Facts, act: CourseAct) -> Verdict {
    rule(facts, act).verdict(&facts.slug)
}

/// The rule that decides whether the asker may do this.
pub fn rule(facts: &Facts, act: CourseAct) -> Rule {
    if act == CourseAct::SeeOwnWork && facts.has_own_work() && facts.site.is_some() {
        return Rule::OwnWork;
    }
    let sees = sees(facts);
    if act == CourseAct::See || sees.verdict("") != Verdict::Yes {
        return sees;
    }
    if facts.site.is_none() {
        return Rule::SignInFirst;
    }
    match act {
        CourseAct::See => sees,
        CourseAct::ReadLessons if facts.course.is_some() => Rule::MembersRead,
        CourseAct::ReadLessons if facts.is_admin() => Rule::AdminsMay,
        CourseAct::ReadLessons => Rule::MembersOnly,
        CourseAct::SeePeople if facts.is_staff() => Rule::StaffMay,
        CourseAct::SeePeople if facts.is_admin() => Rule::AdminsMay,
        CourseAct::SeePeople => Rule::StaffOnly,
        CourseAct::Edit | CourseAct::ManagePeople => leads(facts),
        CourseAct::ManageOwners => match leads(facts) {
            Rule::LeadersMay if facts.course == Some(CourseRole::Owner) => Rule::OwnersMay,
            Rule::LeadersMay if facts.is_admin() => Rule::AdminsMay,
            Rule::LeadersMay => Rule::OwnersOnly,
            other => other,
        },
        CourseAct::Write => match leads(facts) {
            Rule::LeadersMay | Rule::AdminsMay if !facts.state.is_writable() => Rule::ReadOnly,
            other => other,
        },
        CourseAct::Join => match facts.course {
            Some(CourseRole::Owner | CourseRole::Instructor | CourseRole::Assistant) => Rule::StaffUseNoSeat,
            Some(CourseRole::Student) => Rule::AlreadyIn,
            None => comes(facts),
        },
        CourseAct::SeeOwnWork => Rule::NoWork,
        CourseAct::Leave => match facts.course {
            None => match facts.coming.place {
                Some(PlaceState::Invited | PlaceState::Requested | PlaceState::Waitlisted) => Rule::OwnPlace,
                Some(PlaceState::Active | PlaceState::Dropped | PlaceState::Removed | PlaceState::Blocked) | None => {
                    Rule::NoPlace
                }
            },
            Some(_) if facts.is_last_owner => Rule::LastOwner,
            Some(CourseRole::Owner | CourseRole::Instructor | CourseRole::Assistant | CourseRole::Student) => {
                Rule::OwnPlace
            }
        },
    }
}

/// Whether the asker may know of the course.
fn sees(facts: &Facts) -> Rule {
    match facts.state {
        CourseState::Published | CourseState::Concluded => Rule::Public,
        CourseState::Draft | CourseState::Archived if facts.is_staff() => Rule::StaffSee,
        CourseState::Draft | CourseState::Archived if facts.is_admin() => Rule::AdminsMay,
        CourseState::Draft => Rule::DraftIsForStaff,
        CourseState::Archived if facts.course.is_some() => Rule::MembersSee,
        CourseState::Archived => Rule::ArchivedIsForMembers,
    }
}

/// May somebody who is not in the course come, by themselves or because something was offered to them?
fn comes(facts: &Facts) -> Rule {
    let coming = &facts.coming;
    if coming.place == Some(PlaceState::Blocked) {
        return Rule::Blocked;
    }
    if coming.blocked_with.is_some() && comes_anew(coming.place) {
        return Rule::AddressBlocked;
    }
    if facts.state != CourseState::Published {
        return Rule::NotPublished;
    }
    match coming.place {
        Some(PlaceState::Waitlisted) if coming.has_offer => return Rule::HasOffer,
        Some(PlaceState::Waitlisted) => return Rule::InLine,
        Some(PlaceState::Requested) if !coming.has_code && coming.approval => return Rule::Asked,
        // Whom staff have invited needs no open door.
        Some(PlaceState::Invited) => return if coming.room == Room::None { Rule::Full } else { Rule::Invited },
        Some(PlaceState::Requested | PlaceState::Dropped | PlaceState::Removed) | None => {}
        Some(PlaceState::Active | PlaceState::Blocked) => {}
    }
    if !facts.open && !coming.has_code {
        return Rule::Closed;
    }
    match coming.window {
        Window::NotYet => return Rule::NotYet,
        Window::Over => return Rule::Over,
        Window::Now => {}
    }
    match coming.room {
        _ if facts.asks_first() => Rule::OpenToAsk,
        Room::None => Rule::Full,
        Room::Seat | Room::Line if coming.has_code => Rule::HasCode,
        Room::Line => Rule::OpenToWait,
        Room::Seat => Rule::Open,
    }
}

fn leads(facts: &Facts) -> Rule {
    match facts.course {
        Some(CourseRole::Owner | CourseRole::Instructor) => Rule::LeadersMay,
        Some(CourseRole::Assistant | CourseRole::Student) | None if facts.is_admin() => Rule::AdminsMay,
        Some(CourseRole::Assistant) => Rule::LeadersOnly,
        Some(CourseRole::Student) | None => Rule::StaffOnly,
    }
}

/// The rule that decides whether the asker may read one lesson of the course.
pub fn rule_of_lesson(facts: &Facts, state: LessonState) -> Rule {
    match (rule(facts, CourseAct::ReadLessons), state) {
        // For who does not see drafts there is no such lesson.
        (Rule::MembersRead, LessonState::Draft) if !facts.sees_drafts() => Rule::LessonIsDraft,
        (Rule::MembersRead, LessonState::Scheduled) if !facts.sees_drafts() => Rule::LessonIsLater,
        (other, _) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Denied;

    fn facts(site: Option<SiteRole>, course: Option<CourseRole>, state: CourseState) -> Facts {
        let coming = Coming { place: course.map(|_| PlaceState::Active), ..Coming::default() };
        Facts { site, course, is_last_owner: false, state, open: true, slug: "x".to_owned(), coming }
    }

    fn stranger(coming: Coming) -> Facts {
        Facts { coming, ..facts(Some(SiteRole::Student), None, CourseState::Published) }
    }

    #[test]
    fn a_block_stands_before_every_way_in() {
        for (open, has_code, has_offer) in
            [(true, false, false), (true, true, false), (false, true, false), (true, true, true)]
        {
            let coming = Coming { place: Some(PlaceState::Blocked), has_code, has_offer, ..Coming::default() };
            let blocked = Facts { open, ..stranger(coming) };
            assert_eq!(allows(&blocked, CourseAct::Join), Verdict::Forbidden(Denied::Blocked));
            assert_eq!(allows(&blocked, CourseAct::Leave), Verdict::Forbidden(Denied::NotIn));
            assert_eq!(allows(&blocked, CourseAct::SeeOwnWork), Verdict::Forbidden(Denied::NotIn));
        }
    }

    #[test]
    fn a_blocked_address_keeps_out_who_comes_anew_and_nobody_else() {
        for place in PlaceState::ALL.map(Some).into_iter().chain([None]) {
            let coming = Coming { place, blocked_with: Some(UserId(7)), has_code: true, ..Coming::default() };
            let is_kept_out = rule(&stranger(coming.clone()), CourseAct::Join) == Rule::AddressBlocked;
            assert_eq!(
                is_kept_out,
                matches!(place, None | Some(PlaceState::Dropped | PlaceState::Removed)),
                "{place:?}"
            );
            // What they did there stays theirs to read.
            let has_work = matches!(place, Some(PlaceState::Active | PlaceState::Dropped | PlaceState::Removed));
            assert_eq!(allows(&stranger(coming), CourseAct::SeeOwnWork).is_yes(), has_work, "{place:?}");
        }
    }

    #[test]
    fn a_code_and_an_invitation_open_a_closed_course_and_only_an_invitation_passes_the_window() {
        let closed = |coming| Facts { open: false, ..stranger(coming) };
        assert_eq!(allows(&closed(Coming::default()), CourseAct::Join), Verdict::Forbidden(Denied::NotOpen));
        let code = Coming { has_code: true, ..Coming::default() };
        assert!(allows(&closed(code.clone()), CourseAct::Join).is_yes());
        let early = Coming { window: Window::NotYet, ..code };
        assert_eq!(allows(&closed(early), CourseAct::Join), Verdict::Forbidden(Denied::NotYet));
        let invited = Coming { place: Some(PlaceState::Invited), window: Window::Over, ..Coming::default() };
        assert!(allows(&closed(invited), CourseAct::Join).is_yes());
    }

    #[test]
    fn who_left_reads_their_own_work_and_nothing_else() {
        for state in [CourseState::Published, CourseState::Concluded, CourseState::Archived] {
            let coming = Coming { place: Some(PlaceState::Dropped), ..Coming::default() };
            let left = Facts { state, ..stranger(coming) };
            assert!(allows(&left, CourseAct::SeeOwnWork).is_yes(), "{state:?}");
            assert!(!allows(&left, CourseAct::ReadLessons).is_yes(), "{state:?}");
        }
    }

    #[test]
    fn a_full_course_without_a_line_takes_nobody_and_a_kept_seat_is_taken() {
        let full = |coming: Coming| stranger(Coming { room: Room::None, ..coming });
        assert_eq!(allows(&full(Coming::default()), CourseAct::Join), Verdict::Forbidden(Denied::Full));
        let offered = Coming { place: Some(PlaceState::Waitlisted), has_offer: true, ..Coming::default() };
        assert!(allows(&full(offered), CourseAct::Join).is_yes());
        let waits = Coming { place: Some(PlaceState::Waitlisted), ..Coming::default() };
        assert_eq!(allows(&full(waits), CourseAct::Join), Verdict::Forbidden(Denied::InLine("x".to_owned())));
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
