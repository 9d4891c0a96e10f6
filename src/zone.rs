//! What a clock shows in a course's time zone. Moments are kept in UTC; a course says in which zone its dates are written and read.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

use crate::clock::Millis;
use crate::error::FieldErrors;

/// An IANA time zone.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// What a browser's field for a date sent (`2026-11-26`); none for an empty field. Refused at `field` when it is no such text.
pub fn parse_day(field: &str, label: &str, text: &str) -> Result<Option<Date>, FieldErrors> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse::<Date>().ok().filter(|day| text.len() == 10 && (1970..=2200).contains(&day.year()));
    let wrong = || FieldErrors::one(field, format!("{label}: enter a date, like 2026-11-26"));
    day.map(Some).ok_or_else(wrong)
}

/// Which end of a time something is: an hour that a clock shows twice counts from its first time for a beginning and to its second for
/// an end, so that nobody loses any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// From then on.
    Beginning,
    /// Until then.
    End,
}

impl Zone {
    /// Refused at `time_zone` when there is no such zone.
    pub fn parse(name: &str) -> Result<Self, FieldErrors> {
        let wrong = || FieldErrors::one("time_zone", "Choose a time zone, like Europe/Berlin");
        let known = jiff::tz::db().available().find(|known| known.as_str() == name).ok_or_else(wrong)?;
        let rules = TimeZone::get(known.as_str()).map_err(|_| wrong())?;
        Ok(Self { name: known.as_str().to_owned(), rules })
    }

    /// As it was stored. What is no zone any more counts as UTC.
    pub fn stored(name: &str) -> Self {
        Self::parse(name).unwrap_or_else(|_| Self { name: "UTC".to_owned(), rules: TimeZone::UTC })
    }

    /// As the database keeps it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of all of them that people choose from: `Area/City`, and UTC. Not those that stand for a fixed shift, whose sign is the
    /// other way round (`Etc/GMT-1` is an hour ahead).
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.as_str().to_owned())
            .filter(|name| {
                name == "UTC"
                    || (name.contains('/')
                        && !name.starts_with("Etc/")
                        && !name.starts_with("US/")
                        && !name.starts_with("SystemV/"))
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The moment at which a clock in this zone shows what a browser's field for date and time sent (`2026-11-26T08:00`); none for an
    /// empty field. Refused at `field` when it is no such text, and when no clock ever shows it.
    pub fn moment(&self, field: &str, label: &str, text: &str, edge: Edge) -> Result<Option<Millis>, FieldErrors> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        // A field for date and time writes minutes, and seconds only when it has some.
        let is_shaped = (16..=19).contains(&text.len()) && text.as_bytes()[10] == b'T';
        let civil: DateTime = text
            .parse()
            .ok()
            .filter(|civil: &DateTime| is_shaped && (1970..=2200).contains(&civil.year()))
            .ok_or_else(|| {
                FieldErrors::one(field, format!("{label}: enter a date and a time, like 2026-11-26 08:00"))
            })?;
        let offset = match self.rules.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { .. } => {
                let words = format!(
                    "{} does not happen on {} in {}: clocks are set forward over it. Choose an hour later",
                    civil.strftime("%H:%M"),
                    civil.strftime("%-d %B %Y"),
                    self.name
                );
                return Err(FieldErrors::one(field, words));
            }
            AmbiguousOffset::Fold { before, after } => {
                if edge == Edge::Beginning {
                    before
                } else {
                    after
                }
            }
        };
        let moment =
            offset.to_timestamp(civil).map_err(|_| FieldErrors::one(field, format!("{label} is too far away")))?;
        Ok(Some(moment.as_millisecond()))
    }

    /// The same time of the clock so many weeks later: on the same day of the week, also over a change of the clocks. Where that does not happen
    /// or happens twice, the clock's later or first time counts.
    pub fn weeks_later(&self, at: Millis, weeks: i64) -> Millis {
        let moved = Timestamp::from_millisecond(at).ok().and_then(|moment| {
            let civil = self.rules.to_datetime(moment).checked_add(Span::new().try_days(weeks.checked_mul(7)?).ok()?);
            self.rules.to_ambiguous_timestamp(civil.ok()?).compatible().ok()
        });
        moved.map_or(at, Timestamp::as_millisecond)
    }

    /// The day that a calendar in this zone shows.
    pub fn day(&self, at: Millis) -> Date {
        self.civil(at).date()
    }

    /// What a browser's field for date and time shows.
    pub fn in_field(&self, at: Millis) -> String {
        self.civil(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// "Thursday 26 November 2026, 08:00 (Europe/Berlin)".
    pub fn words(&self, at: Millis) -> String {
        format!("{} ({})", self.civil(at).strftime("%A %-d %B %Y, %H:%M"), self.name)
    }

    fn civil(&self, at: Millis) -> DateTime {
        let moment = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        self.rules.to_datetime(moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;

    #[test]
    fn a_moment_is_what_a_clock_of_the_zone_shows() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let at = berlin.moment("from", "From", "2026-11-26T08:00", Edge::Beginning).unwrap().unwrap();
        assert_eq!(at, 1_795_676_400_000);
        assert_eq!(berlin.in_field(at), "2026-11-26T08:00");
        assert_eq!(berlin.words(at), "Thursday 26 November 2026, 08:00 (Europe/Berlin)");
        assert_eq!(berlin.moment("from", "From", "  ", Edge::End).unwrap(), None);
    }

    #[test]
    fn an_hour_that_is_skipped_is_refused_and_one_that_is_repeated_is_the_generous_one() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let skipped = berlin.moment("from", "From", "2026-03-29T02:30", Edge::Beginning).unwrap_err();
        assert_eq!(
            skipped.of("from"),
            Some(
                "02:30 does not happen on 29 March 2026 in Europe/Berlin: clocks are set forward over it. Choose an hour later"
            )
        );
        let twice = |edge| berlin.moment("from", "From", "2026-10-25T02:30", edge).unwrap().unwrap();
        assert_eq!(twice(Edge::End) - twice(Edge::Beginning), HOUR);
        assert_eq!(berlin.in_field(twice(Edge::Beginning)), berlin.in_field(twice(Edge::End)));
    }

    #[test]
    fn what_is_no_date_or_no_zone_is_refused() {
        let utc = Zone::stored("UTC");
        for wrong in [
            "x",
            "2026-11-26",
            "2026-13-01T00:00",
            "2026-02-30T10:00",
            "26.11.2026 08:00",
            "2026-11-26T08:00:00.5",
            "9999-01-01T00:00",
            "2026-11-26T08:00Z",
            "éééééééééé",
        ] {
            assert!(utc.moment("from", "From", wrong, Edge::End).is_err(), "{wrong}");
        }
        for wrong in ["", "Berlin", "europe/berlin", "../../etc/passwd", "Europe/Berlin "] {
            assert!(Zone::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Zone::stored("Atlantis/Capital").name(), "UTC");
        let names = Zone::names();
        assert!(names.len() > 300 && names.contains(&"UTC".to_owned()) && names.contains(&"Asia/Kathmandu".to_owned()));
    }
}
