//! Lengths of time, as settings write them.

use super::WrongSetting;
use crate::accounts::model::SiteRole;
use crate::clock::{DAY, HOUR, MINUTE, Millis, SECOND};

/// A length of time for each site role, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByRole {
    /// For people whose site role is student.
    pub student: Millis,
    /// For instructors.
    pub instructor: Millis,
    /// For admins; shortest by default, since they can do most.
    pub admin: Millis,
}

impl ByRole {
    /// The length that goes with this site role.
    pub fn of(&self, role: SiteRole) -> Millis {
        match role {
            SiteRole::Student => self.student,
            SiteRole::Instructor => self.instructor,
            SiteRole::Admin => self.admin,
        }
    }
}

/// Whether a length of time may be none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Off {
    /// `off` is read as 0.
    Allowed,
    /// `off` is no length of time.
    Refused,
}

/// `1h`, or `student=1h,admin=15m`: what is not named keeps its default.
pub(super) fn by_role(
    name: &'static str,
    text: &str,
    default: ByRole,
    longest: Millis,
    off: Off,
) -> Result<ByRole, WrongSetting> {
    let time = |text: &str| match text.trim() {
        "off" if off == Off::Allowed => Some(0),
        text => duration(text).filter(|time| *time <= longest),
    };
    let wrong = |part: &str| WrongSetting {
        name,
        why: format!(
            "needs a time like 45m, 12h or 2d of at most {} days{}, or roles like student=1h,admin=15m, not \"{}\"",
            longest / DAY,
            if off == Off::Allowed { ", or off" } else { "" },
            part.escape_debug()
        ),
    };
    if text.is_empty() {
        return Ok(default);
    }
    if !text.contains('=') {
        let time = time(text).ok_or_else(|| wrong(text))?;
        return Ok(ByRole { student: time, instructor: time, admin: time });
    }
    let mut by_role = default;
    for part in text.split(',').map(str::trim) {
        let (role, text) = part.split_once('=').ok_or_else(|| wrong(part))?;
        let time = time(text).ok_or_else(|| wrong(part))?;
        match role.trim().parse::<SiteRole>() {
            Ok(SiteRole::Student) => by_role.student = time,
            Ok(SiteRole::Instructor) => by_role.instructor = time,
            Ok(SiteRole::Admin) => by_role.admin = time,
            Err(_) => return Err(wrong(part)),
        }
    }
    Ok(by_role)
}

/// `45m`, `12h`, `90d`: a second at least.
pub(super) fn duration(text: &str) -> Option<Millis> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let length = match unit {
        's' => SECOND,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return None,
    };
    let count: i64 = text.strip_suffix(unit)?.parse().ok()?;
    let time = count.checked_mul(length)?;
    (time >= SECOND).then_some(time)
}
