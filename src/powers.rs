//! Who may do what, as a table: printed by `lectern powers` from the very functions that decide.

use std::fmt::Write as _;

use crate::accounts::model::SiteRole;
use crate::accounts::policy::{self as accounts, SiteAct, Verdict};
use crate::courses::model::CourseState;
use crate::courses::policy::{self as courses, CourseAct, Facts};
use crate::enrolments::model::CourseRole;

/// A kind of person: what they are on the site and in the course.
const KINDS: [(&str, Option<SiteRole>, Option<CourseRole>); 8] = [
    ("anonymous", None, None),
    ("student", Some(SiteRole::Student), None),
    ("enrolled", Some(SiteRole::Student), Some(CourseRole::Student)),
    ("other instr.", Some(SiteRole::Instructor), None),
    ("assistant", Some(SiteRole::Student), Some(CourseRole::Assistant)),
    ("instructor", Some(SiteRole::Instructor), Some(CourseRole::Instructor)),
    ("owner", Some(SiteRole::Instructor), Some(CourseRole::Owner)),
    ("admin", Some(SiteRole::Admin), None),
];

const STATES: [CourseState; 4] =
    [CourseState::Draft, CourseState::Published, CourseState::Concluded, CourseState::Archived];

/// The whole matrix as text.
pub fn table() -> String {
    let mut out = String::new();
    head(&mut out, "on the site");
    for act in SiteAct::ALL {
        row(&mut out, act.name(), KINDS.iter().map(|(_, site, _)| accounts::allows(*site, act)));
    }
    for state in STATES {
        out.push('\n');
        head(&mut out, &format!("{} course, open to join", state.key()));
        for act in CourseAct::ALL {
            let verdicts = KINDS.iter().map(|(_, site, course)| {
                let facts = Facts {
                    site: *site,
                    course: *course,
                    is_last_owner: false,
                    state,
                    open: true,
                    slug: String::new(),
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
