//! A folder for another term: what of it comes along, and when its dates are then.

use jiff::civil::Date;

use super::folder::{Coming, Folder};
use super::model::CopyForm;
use crate::clock::{MINUTE, Millis};
use crate::courses::model::Title;
use crate::error::FieldErrors;
use crate::zone::{Zone, parse_day};

/// What a form about a copy says.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Of the copy.
    pub title: Title,
    /// About when it begins; none: dates stay as they are.
    pub begins: Option<Date>,
    lessons: bool,
    announcements: bool,
    /// Whether files come along.
    pub files: bool,
    joining: bool,
}

impl Choice {
    /// All refusals at once.
    pub fn parse(form: &CopyForm) -> Result<Self, FieldErrors> {
        let mut wrong = FieldErrors::default();
        let title = wrong.keep(Title::parse(&form.title));
        let begins = wrong.keep(parse_day("begins", "Begins about", &form.begins));
        match (title, begins) {
            (Some(title), Some(begins)) => Ok(Self {
                title,
                begins,
                lessons: form.lessons.is_some(),
                announcements: form.announcements.is_some(),
                files: form.files.is_some(),
                joining: form.joining.is_some(),
            }),
            _ => Err(wrong),
        }
    }
}

/// A date of a course, before and after it is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What it is the date of.
    pub what: String,
    /// In the course.
    pub before: Millis,
    /// In its copy.
    pub after: Millis,
}

/// Whether somebody chose this moment: it is still to come, or it is a whole minute, as forms have it. What was let out "at once" has seconds.
fn is_chosen(at: Millis, now: Millis) -> bool {
    at > now || at % MINUTE == 0
}

impl Folder {
    /// The course's first date that somebody chose: of its lessons, else of joining and announcements; none where it has none.
    pub fn first_date(&self, now: Millis) -> Option<Millis> {
        let chosen = |at: &Millis| is_chosen(*at, now);
        let lessons = self.all_lessons().filter_map(|lesson| lesson.opens).filter(chosen).min();
        let announced = self.announcements.iter().map(|announcement| announcement.posted).filter(chosen);
        lessons.or(announced.chain(self.coming.from).min())
    }

    /// By how many weeks dates are moved for a course that begins about then: as many as keep the day of the week.
    pub fn weeks_until(&self, begins: Date, now: Millis) -> i64 {
        let Some(first) = self.first_date(now) else { return 0 };
        let first = Zone::stored(&self.coming.time_zone).day(first);
        let days = i64::from((begins - first).get_days());
        (days + if days < 0 { -3 } else { 3 }) / 7
    }

    /// What comes along of it, with its dates moved, and each that was moved. At `now`, which is when that is written down: what students could
    /// read at once they can read at once in the copy, and announcements whose date is past by then are not mailed.
    pub fn for_another_term(mut self, choice: &Choice, now: Millis) -> (Self, Vec<Moved>) {
        let zone = Zone::stored(&self.coming.time_zone);
        let weeks = choice.begins.map_or(0, |begins| self.weeks_until(begins, now));
        let mut moved = Vec::new();
        let mut later = |what: &str, at: Millis| {
            let after = zone.weeks_later(at, weeks);
            moved.push(Moved { what: what.to_owned(), before: at, after });
            after
        };
        self.title = choice.title.as_str().to_owned();
        if choice.joining {
            self.coming.from = self.coming.from.map(|at| later("Joining opens", at));
            self.coming.until = self.coming.until.map(|at| later("Joining closes", at));
        } else {
            self.coming = Coming { time_zone: self.coming.time_zone, ..Coming::default() };
        }
        if choice.lessons {
            for lesson in self.all_lessons_mut() {
                lesson.opens = match lesson.opens {
                    Some(at) if is_chosen(at, now) => Some(later(&lesson.title, at)),
                    Some(_) => Some(now),
                    None => None,
                };
            }
        } else {
            (self.lessons, self.modules) = (Vec::new(), Vec::new());
        }
        if choice.announcements {
            for announcement in &mut self.announcements {
                announcement.posted = later(&announcement.title, announcement.posted);
                announcement.mails &= announcement.posted > now;
            }
            self.announcements.sort_by_key(|announcement| announcement.posted);
        } else {
            self.announcements = Vec::new();
        }
        (self, moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folders::folder::{FolderAnnouncement, FolderLesson};

    const BERLIN: &str = "Europe/Berlin";

    fn at(text: &str) -> Millis {
        Zone::stored(BERLIN).moment("x", "X", text, crate::zone::Edge::Beginning).unwrap().unwrap()
    }

    fn course() -> Folder {
        let lesson = |title: &str, opens| FolderLesson { title: title.to_owned(), opens, ..FolderLesson::default() };
        let lessons = vec![
            lesson("Welcome", Some(at("2026-09-01T09:00") + 12_345)),
            lesson("Clay", Some(at("2026-10-12T08:00"))),
            lesson("Sand", Some(at("2026-11-02T08:00"))),
            lesson("Draft", None),
        ];
        let announcement = |posted| FolderAnnouncement { posted, mails: true, ..FolderAnnouncement::default() };
        let announcements = vec![announcement(at("2026-10-12T07:00") + 17)];
        let coming = Coming {
            time_zone: BERLIN.to_owned(),
            from: Some(at("2026-10-01T00:00")),
            seats: Some(30),
            ..Coming::default()
        };
        Folder { lessons, announcements, coming, ..Folder::default() }
    }

    fn choice(begins: &str, all: bool) -> Choice {
        let tick = all.then(|| "yes".to_owned());
        let form = CopyForm {
            title: "Next".to_owned(),
            begins: begins.to_owned(),
            lessons: tick.clone(),
            announcements: tick.clone(),
            files: tick.clone(),
            joining: tick,
        };
        Choice::parse(&form).unwrap()
    }

    #[test]
    fn dates_move_by_whole_weeks_and_keep_the_hour_over_a_change_of_the_clocks() {
        let now = at("2026-12-01T00:00");
        // A Thursday: the Monday nearest to it is 12 April.
        let (next, moved) = course().for_another_term(&choice("2027-04-15", true), now);
        let words = |at: Option<Millis>| Zone::stored(BERLIN).words(at.unwrap());
        assert_eq!(words(next.lessons[1].opens), "Monday 12 April 2027, 08:00 (Europe/Berlin)");
        assert_eq!(words(next.lessons[2].opens), "Monday 3 May 2027, 08:00 (Europe/Berlin)");
        assert_eq!((next.lessons[0].opens, next.lessons[3].opens), (Some(now), None), "at once, and never");
        assert_eq!(words(next.coming.from), "Thursday 1 April 2027, 00:00 (Europe/Berlin)");
        assert!(next.announcements[0].mails && next.announcements[0].posted == at("2027-04-12T07:00") + 17);
        assert_eq!(moved.len(), 4);
        // What is still to come was chosen, whatever its seconds.
        let early = at("2026-08-01T00:00");
        let (next, _) = course().for_another_term(&choice("2026-09-15", true), early);
        assert_eq!(next.lessons[0].opens, Some(at("2026-09-15T09:00") + 12_345));
        // The half of a week goes to the nearer Monday.
        for (begins, weeks) in [("2026-10-15", 0), ("2026-10-16", 1), ("2026-10-08", -1), ("2026-10-09", 0)] {
            assert_eq!(course().weeks_until(begins.parse().unwrap(), now), weeks, "{begins}");
        }
    }

    #[test]
    fn what_was_not_chosen_stays_behind_and_the_past_is_not_mailed() {
        let now = at("2026-12-01T00:00");
        let (next, moved) = course().for_another_term(&choice("2027-04-12", false), now);
        assert!(next.lessons.is_empty() && next.announcements.is_empty() && moved.is_empty());
        assert_eq!((next.coming.seats, next.coming.time_zone.as_str()), (None, BERLIN));
        let (same, _) = course().for_another_term(&choice("", true), now);
        assert_eq!(same.lessons[1].opens, course().lessons[1].opens);
        assert!(!same.announcements[0].mails, "it is past");
        assert_eq!(Folder::default().weeks_until("2027-04-12".parse().unwrap(), now), 0);
    }

    #[test]
    fn an_hour_that_a_clock_skips_or_shows_twice_is_still_one_moment() {
        let zone = Zone::stored(BERLIN);
        // 28 March 2027: 02:30 is skipped. 31 October 2027: 02:30 comes twice.
        for (before, after) in
            [("2027-03-21T02:30", "2027-03-28T01:30:00Z"), ("2027-10-24T02:30", "2027-10-31T00:30:00Z")]
        {
            let moved = zone.weeks_later(at(before), 1);
            assert_eq!(moved, after.parse::<jiff::Timestamp>().unwrap().as_millisecond(), "{before}");
        }
    }
}
