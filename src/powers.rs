//! Who may do what, as a table: printed by `lectern powers` from the very functions that decide.

use std::fmt::Write as _;

use crate::accounts::model::SiteRole;
use crate::accounts::policy::{self as accounts, SiteAct, Verdict};
use crate::courses::model::CourseState;
use crate::courses::policy::{self as courses, Coming, CourseAct, Facts};
use crate::enrolments::model::{CourseRole, PlaceState};

/// A kind of person: what they are on the site, where their place in the course is, and as what.
const KINDS: [(&str, Option<SiteRole>, Option<PlaceState>, CourseRole); 13] = {
    use PlaceState::{Active, Blocked, Dropped, Invited, Requested, Waitlisted};
    use SiteRole::{Admin, Instructor, Student};
    [
        ("anonymous", None, None, CourseRole::Student),
        ("student", Some(Student), None, CourseRole::Student),
        ("invited", Some(Student), Some(Invited), CourseRole::Student),
        ("asks", Some(Student), Some(Requested), CourseRole::Student),
        ("in line", Some(Student), Some(Waitlisted), CourseRole::Student),
        ("enrolled", Some(Student), Some(Active), CourseRole::Student),
        ("left", Some(Student), Some(Dropped), CourseRole::Student),
        ("blocked", Some(Student), Some(Blocked), CourseRole::Student),
        ("other instr.", Some(Instructor), None, CourseRole::Student),
        ("assistant", Some(Student), Some(Active), CourseRole::Assistant),
        ("instructor", Some(Instructor), Some(Active), CourseRole::Instructor),
        ("owner", Some(Instructor), Some(Active), CourseRole::Owner),
        ("admin", Some(Admin), None, CourseRole::Student),
    ]
};

const STATES: [CourseState; 4] =
    [CourseState::Draft, CourseState::Published, CourseState::Concluded, CourseState::Archived];

/// The whole matrix as text.
pub fn table() -> String {
    let mut out = String::new();
    head(&mut out, "on the site");
    for act in SiteAct::ALL {
        row(&mut out, act.name(), KINDS.iter().map(|(_, site, ..)| accounts::allows(*site, act)));
    }
    for state in STATES {
        out.push('\n');
        head(&mut out, &format!("{} course, open to join", state.key()));
        for act in CourseAct::ALL {
            let verdicts = KINDS.iter().map(|(_, site, place, role)| {
                let facts = Facts {
                    site: *site,
                    course: place.filter(|state| *state == PlaceState::Active).map(|_| *role),
                    is_last_owner: false,
                    state,
                    open: true,
                    slug: String::new(),
                    coming: Coming { place: *place, ..Coming::default() },
                };
                courses::allows(&facts, act)
            });
            row(&mut out, act.name(), verdicts);
        }
    }
    out.push_str("\nyes: allowed; login: sign in first; 403: refused; 404: may not know that it exists.\n");
    out.push_str("The last owner of a course cannot leave it, and the last admin stays one: 403.\n");
    out
}

fn head(out: &mut String, title: &str) {
    let _ = write!(out, "{title:<48}");
    for (kind, ..) in KINDS {
        let _ = write!(out, "{kind:<13}");
    }
    trim_line(out);
}

fn row(out: &mut String, name: &str, verdicts: impl Iterator<Item = Verdict>) {
    let _ = write!(out, "{name:<48}");
    for verdict in verdicts {
        let word = match verdict {
            Verdict::Yes => "yes",
            Verdict::SignIn => "login",
            Verdict::Forbidden(_) => "403",
            Verdict::NotFound => "404",
        };
        let _ = write!(out, "{word:<13}");
    }
    trim_line(out);
}

fn trim_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}
