//! Dates as people say them. The server does not know its readers' time zones, so hours say that they are UTC.

use leptos::prelude::*;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::clock::{MINUTE, Millis};

fn moment(at: Millis) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// "just now", "today at 08:51 UTC", "yesterday at ...", "Sunday at ...", "12 November", "12 November 2025".
pub fn words(at: Millis, now: Millis) -> String {
    let (then, today) = (moment(at), moment(now));
    if (0..MINUTE).contains(&(now - at)) {
        return "just now".to_owned();
    }
    let time = clock_time(at);
    match (then.date() - today.date()).whole_days() {
        0 => format!("today at {time}"),
        -1 => format!("yesterday at {time}"),
        1 => format!("tomorrow at {time}"),
        -6..=6 => format!("{} at {time}", then.weekday()),
        _ => day(at, now),
    }
}

/// "08:51 UTC".
pub fn clock_time(at: Millis) -> String {
    moment(at).format(format_description!("[hour]:[minute] UTC")).unwrap_or_default()
}

/// "12 November", "12 November 2025" when the year is another.
pub fn day(at: Millis, now: Millis) -> String {
    let (then, today) = (moment(at), moment(now));
    let words = format!("{} {}", then.day(), then.month());
    if then.year() == today.year() { words } else { format!("{words} {}", then.year()) }
}

/// The moment at which a day begins in UTC: of `2026-11-26`, as a browser's date field writes it.
pub fn day_of(text: &str) -> Option<Millis> {
    let day = time::Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(day.midnight().assume_utc().unix_timestamp() * 1_000)
}

/// "2026-11-26T08:51:07Z", for programs.
pub fn machine(at: Millis) -> String {
    moment(at).format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z")).unwrap_or_default()
}

/// A moment in words inside `<time>`, beginning with a capital when it begins a line.
pub fn time(at: Millis, words: String, begins: bool) -> AnyView {
    let machine = machine(at);
    let words = if begins { capital(&words) } else { words };
    view! { <time datetime=machine>{words}</time> }.into_any()
}

/// With a capital first.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY, HOUR};

    /// Sunday, 22 November 2026, 12:00 UTC.
    const NOON: Millis = 1_795_348_800_000;

    #[test]
    fn a_day_is_read_as_a_date_field_writes_it() {
        assert_eq!(day_of("2026-11-22"), Some(NOON - 12 * HOUR));
        for wrong in ["", "22.11.2026", "2026-13-01", "2026-11-22T10:00"] {
            assert_eq!(day_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn near_moments_are_said_by_day_and_far_ones_by_date() {
        for (ago, said) in [
            (30_000, "just now"),
            (HOUR, "today at 11:00 UTC"),
            (13 * HOUR, "yesterday at 23:00 UTC"),
            (3 * DAY, "Thursday at 12:00 UTC"),
            (10 * DAY, "12 November"),
            (400 * DAY, "18 October 2025"),
            (-8 * HOUR, "today at 20:00 UTC"),
            (-DAY, "tomorrow at 12:00 UTC"),
        ] {
            assert_eq!(words(NOON - ago, NOON), said);
        }
    }
}
