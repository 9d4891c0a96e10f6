//! Whose role needs a second step.

use crate::accounts::model::SiteRole;

/// Roles on the whole site that need a second step to do more than look after their own account. None by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondStepFor {
    student: bool,
    instructor: bool,
    admin: bool,
}

impl SecondStepFor {
    /// `instructor,admin`, or `off`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut needs = Self::default();
        if text == "off" {
            return Some(needs);
        }
        for role in text.split(',') {
            match role.trim().parse::<SiteRole>().ok()? {
                SiteRole::Student => needs.student = true,
                SiteRole::Instructor => needs.instructor = true,
                SiteRole::Admin => needs.admin = true,
            }
        }
        Some(needs)
    }

    /// Whether this role does.
    pub fn of(self, role: SiteRole) -> bool {
        match role {
            SiteRole::Student => self.student,
            SiteRole::Instructor => self.instructor,
            SiteRole::Admin => self.admin,
        }
    }
}
