//! What a course asks of who comes: codes and settings, parsed.

use std::fmt;

use crate::clock::Millis;
use crate::error::FieldErrors;
use crate::field;
use crate::spoken_code;
use crate::zone::{Edge, Zone};

/// What opens a course to who has it: eight letters (34 bits), guessed at no more often than `guessing::Few` lets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinCode(String);

impl JoinCode {
    /// A new one, each as likely.
    pub fn make() -> Self {
        Self(spoken_code::make())
    }

    /// What was typed: small letters, spaces and hyphens are no matter, nor is the address around it when somebody pastes the link.
    /// None when it cannot be one.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim().trim_end_matches(['.', ',', ';', ')']);
        let last = typed.rsplit_once("/join/").map_or(typed, |(_, code)| code);
        spoken_code::parse(last).map(Self)
    }

    /// One that was stored.
    pub fn stored(code: String) -> Self {
        Self(code)
    }

    /// As it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As it is shown: "WDJB-MJHT".
impl fmt::Display for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spoken_code::grouped(&self.0))
    }
}

/// The most seats a course says it has (ours: the largest lecture there is, ten times).
pub const MOST_SEATS: i64 = 100_000;
/// The longest a seat is kept for somebody, in hours: two weeks.
pub const LONGEST_OFFER: i64 = 336;

/// When people may come, how many, and what happens when all seats are taken.
#[derive(Clone, Debug)]
pub struct Joining {
    /// They may come from then on; none: at once.
    pub from: Option<Millis>,
    /// And until then; none: for as long as it is open.
    pub until: Option<Millis>,
    /// In which those are written and read.
    pub zone: Zone,
    /// Seats for students; none: as many as come.
    pub capacity: Option<i64>,
    /// Whether who comes then waits in line.
    pub has_line: bool,
    /// So many hours a free seat is kept for the first in line; none: they get it at once.
    pub offer_hours: Option<i64>,
}

impl Joining {
    /// All refusals at once, at `from`, `until`, `time_zone`, `capacity` and `offer_hours`.
    pub fn parse(
        from: &str,
        until: &str,
        time_zone: &str,
        capacity: &str,
        has_line: bool,
        offer_hours: &str,
    ) -> Result<Self, FieldErrors> {
        let mut wrong = FieldErrors::default();
        let zone = wrong.keep(Zone::parse(time_zone.trim()));
        let in_zone = zone.clone().unwrap_or_else(|| Zone::stored("UTC"));
        let from = wrong.keep(in_zone.moment("from", "Joining opens", from, Edge::Beginning));
        let until = wrong.keep(in_zone.moment("until", "Joining closes", until, Edge::End));
        if let (Some(Some(from)), Some(Some(until))) = (from, until)
            && until <= from
        {
            wrong.0.extend(FieldErrors::one("until", "Joining closes after it opens").0);
        }
        let capacity = wrong.keep(number("capacity", "Number of seats", capacity, MOST_SEATS));
        let offer_hours = wrong.keep(number("offer_hours", "Hours to take a seat", offer_hours, LONGEST_OFFER));
        match (from, until, zone, capacity, offer_hours) {
            (Some(from), Some(until), Some(zone), Some(capacity), Some(offer_hours)) if wrong.is_empty() => {
                Ok(Self { from, until, zone, capacity, has_line, offer_hours })
            }
            _ => Err(wrong),
        }
    }

    /// In a line of the log.
    pub fn described(&self) -> String {
        let seats = self.capacity.map_or("seats for all".to_owned(), |seats| format!("{seats} seats"));
        let line = match (self.has_line, self.offer_hours) {
            (false, _) => "no line".to_owned(),
            (true, None) => "a line".to_owned(),
            (true, Some(hours)) => format!("a line, seats kept for {hours} h"),
        };
        let open = |at: Option<Millis>| at.map_or("always".to_owned(), |at| self.zone.words(at));
        format!("{seats}, {line}, open from {} until {}", open(self.from), open(self.until))
    }
}

/// A whole number from 1 to `most`, or none for an empty field.
pub fn number(field: &str, label: &str, text: &str, most: i64) -> Result<Option<i64>, FieldErrors> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let limit = field::grouped(usize::try_from(most).unwrap_or(0));
    text.parse()
        .ok()
        .filter(|number| (1..=most).contains(number))
        .map(Some)
        .ok_or_else(|| FieldErrors::one(field, format!("{label} is a whole number from 1 to {limit}, or empty")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_out_of_the_link_it_came_in() {
        let code = JoinCode::make();
        for typed in [format!("https://lectern.example/join/{code}"), format!("{code}."), format!(" {code} ")] {
            assert_eq!(JoinCode::parse(&typed).as_ref(), Some(&code), "{typed}");
        }
        assert_eq!(JoinCode::parse("https://lectern.example/join/"), None);
    }

    #[test]
    fn every_wrong_setting_is_said_at_its_field() {
        let parse = |from, until, zone, capacity, hours| Joining::parse(from, until, zone, capacity, true, hours);
        let fine = parse("2026-10-01T08:00", "2026-10-15T20:00", "Europe/Berlin", "30", "").unwrap();
        assert_eq!((fine.capacity, fine.offer_hours), (Some(30), None));
        let wrong = parse("x", "2026-10-15T20:00", "Nowhere", "0", "-3").unwrap_err();
        let fields: Vec<&str> = wrong.0.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["time_zone", "from", "capacity", "offer_hours"]);
        let backwards = parse("2026-10-15T20:00", "2026-10-15T20:00", "UTC", "", "").unwrap_err();
        assert_eq!(backwards.of("until"), Some("Joining closes after it opens"));
        for seats in ["1.5", "9999999999999999999999", "100001", "ten", "-1"] {
            assert!(parse("", "", "UTC", seats, "").is_err(), "{seats}");
        }
    }
}
