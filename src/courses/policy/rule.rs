//! The rules by name: what [`super::allows`] goes by, with the sentence that says so to staff who ask why somebody can or cannot.

use crate::accounts::policy::Verdict;
use crate::error::Denied;

/// A rule that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Yes: anybody sees a published or concluded course.
    Public,
    /// Yes: staff see their course in whatever state it is.
    StaffSee,
    /// Yes: the people in an archived course see it.
    MembersSee,
    /// Yes: admins do everything with every course.
    AdminsMay,
    /// May not know: a draft is for its staff.
    DraftIsForStaff,
    /// May not know: an archived course is for the people in it.
    ArchivedIsForMembers,
    /// May not know: a lesson that is a draft is for staff.
    LessonIsDraft,
    /// No: this lesson opens later.
    LessonIsLater,
    /// Sign in first.
    SignInFirst,
    /// Yes: who is in the course reads it.
    MembersRead,
    /// No: lessons are for the people in the course.
    MembersOnly,
    /// Yes: staff see the people.
    StaffMay,
    /// No: that is for staff.
    StaffOnly,
    /// Yes: owners and instructors run the course.
    LeadersMay,
    /// No: assistants change nothing.
    LeadersOnly,
    /// Yes: owners choose the owners.
    OwnersMay,
    /// No: only they do.
    OwnersOnly,
    /// No: a concluded or archived course does not change.
    ReadOnly,
    /// No: staff take no seat.
    StaffUseNoSeat,
    /// No: in it already.
    AlreadyIn,
    /// No: taken out for good.
    Blocked,
    /// No: an account that had their address was.
    AddressBlocked,
    /// No: only a published course takes people.
    NotPublished,
    /// Yes: a seat is kept for them.
    HasOffer,
    /// No: in line already.
    InLine,
    /// No: asked already.
    Asked,
    /// Yes: staff have invited them.
    Invited,
    /// Yes: they have the join code.
    HasCode,
    /// No: closed to who comes by themselves.
    Closed,
    /// No: joining has not opened yet.
    NotYet,
    /// No: joining is over.
    Over,
    /// No: no seat, and no line.
    Full,
    /// Yes: open, and there is a seat.
    Open,
    /// Yes: open, and there is a line.
    OpenToWait,
    /// Yes: open to ask.
    OpenToAsk,
    /// Yes: one's own place is one's own to give back.
    OwnPlace,
    /// No: the last owner stays.
    LastOwner,
    /// No: there is no place to give back.
    NoPlace,
    /// Yes: what one did is one's own to read.
    OwnWork,
    /// No: there is nothing of theirs.
    NoWork,
}

impl Rule {
    /// What it decides. `slug` is the course's, for refusals that lead to its page.
    pub fn verdict(self, slug: &str) -> Verdict {
        let no = Verdict::Forbidden;
        match self {
            Self::Public
            | Self::StaffSee
            | Self::MembersSee
            | Self::AdminsMay
            | Self::MembersRead
            | Self::StaffMay
            | Self::LeadersMay
            | Self::OwnersMay
            | Self::HasOffer
            | Self::Invited
            | Self::HasCode
            | Self::Open
            | Self::OpenToWait
            | Self::OpenToAsk
            | Self::OwnPlace
            | Self::OwnWork => Verdict::Yes,
            Self::DraftIsForStaff | Self::ArchivedIsForMembers | Self::LessonIsDraft => Verdict::NotFound,
            Self::SignInFirst => Verdict::SignIn,
            Self::MembersOnly => no(Denied::JoinFirst(slug.to_owned())),
            Self::LessonIsLater => no(Denied::OpensLater(slug.to_owned())),
            Self::StaffOnly => no(Denied::StaffOnly),
            Self::LeadersOnly => no(Denied::EditorsOnly),
            Self::OwnersOnly => no(Denied::OwnersOnly),
            Self::ReadOnly => no(Denied::ReadOnly),
            Self::StaffUseNoSeat => no(Denied::StaffUseNoSeat),
            Self::AlreadyIn => no(Denied::AlreadyIn(slug.to_owned())),
            Self::Blocked => no(Denied::Blocked),
            Self::AddressBlocked => no(Denied::AddressBlocked),
            Self::NotPublished | Self::Closed | Self::Over => no(Denied::NotOpen),
            Self::InLine => no(Denied::InLine(slug.to_owned())),
            Self::Asked => no(Denied::Asked(slug.to_owned())),
            Self::NotYet => no(Denied::NotYet),
            Self::Full => no(Denied::Full),
            Self::LastOwner => no(Denied::LastOwner),
            Self::NoPlace | Self::NoWork => no(Denied::NotIn),
        }
    }

    /// The rule, as staff read it about somebody.
    pub fn words(self) -> &'static str {
        match self {
            Self::Public => "Everybody sees a course that is published or concluded.",
            Self::StaffSee => "Staff see their course in whatever state it is.",
            Self::MembersSee => "The people in an archived course still see it.",
            Self::AdminsMay => "Admins of the site may do this in every course.",
            Self::DraftIsForStaff => "A draft is there for its staff and admins alone. Publish it.",
            Self::ArchivedIsForMembers => "An archived course is there for the people in it and for admins.",
            Self::LessonIsDraft => "This lesson is a draft: staff alone see it. Tick that students can read it.",
            Self::LessonIsLater => {
                "This lesson opens later: until then staff alone read it. The plan says when; change the lesson to open it now."
            }
            Self::SignInFirst => "Only who is signed in may do this.",
            Self::MembersRead => "Who is in the course reads its lessons.",
            Self::MembersOnly => "Lessons are for the people in the course, and they are not in it.",
            Self::StaffMay => "Owners, instructors and assistants see who is in the course.",
            Self::StaffOnly => "This is for the course’s staff, and they are none of it.",
            Self::LeadersMay => "Owners and instructors run the course.",
            Self::LeadersOnly => "Assistants see everything and change nothing.",
            Self::OwnersMay => "Owners choose the owners.",
            Self::OwnersOnly => "Only owners and admins choose the owners.",
            Self::ReadOnly => "A concluded or archived course does not change. Open it again first.",
            Self::StaffUseNoSeat => "Staff take no seat in their own course.",
            Self::AlreadyIn => "They are in the course already.",
            Self::Blocked => "They are blocked from this course. Lift that on their page.",
            Self::AddressBlocked => {
                "Somebody who had their address before is blocked from this course. Lift that on the page of that one, named above."
            }
            Self::NotPublished => "Only a published course takes people.",
            Self::HasOffer => "A seat is kept for them.",
            Self::InLine => "They are in line already, and nobody overtakes.",
            Self::Asked => "They have asked already. Let them in, or turn them down.",
            Self::Invited => "They are invited: that holds whether the course is open or not.",
            Self::HasCode => "They have the join code.",
            Self::Closed => {
                "Nobody joins this course by themselves. Invite them, add them, or give them the join code."
            }
            Self::NotYet => "Joining has not opened yet.",
            Self::Over => "Joining is closed by now. Invite them, or add them.",
            Self::Full => "All seats are taken, and there is no waiting list.",
            Self::Open => "The course is open to join, and there is a seat.",
            Self::OpenToWait => "The course is open to join. All seats are taken: they would be in line.",
            Self::OpenToAsk => "The course is open to ask: staff say yes or no.",
            Self::OwnPlace => "Everybody may give their own place back.",
            Self::LastOwner => "A course never loses its last owner. Make somebody else an owner first.",
            Self::NoPlace => "They have no place here to give back.",
            Self::OwnWork => "What somebody did in a course is theirs to read, also after they left.",
            Self::NoWork => "They were never in the course, or are blocked from it.",
        }
    }
}
