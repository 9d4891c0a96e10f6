//! The events there are, in OWASP's words and in a person's.

use crate::id::{CourseId, LessonId, SignInId, UserId};

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An account was made.
    UserCreated,
    /// A name was changed, or an account opened again.
    UserUpdated,
    /// An account was closed.
    UserArchived,
    /// An account was deleted by its person.
    UserDeleted,
    /// Somebody signed in.
    SignedIn,
    /// A code to sign in with was sent.
    CodeSent,
    /// Somebody has proven one thing, and is asked for the second step.
    HalfWay,
    /// Somebody signed in after tries with a wrong password.
    SignedInAfterWrong,
    /// A wrong password.
    WrongPassword,
    /// Too many of them: the next try has to wait.
    MustWait,
    /// Somebody showed once more who they are.
    ProvenAgain,
    /// A password was changed, or set by a link.
    PasswordChanged,
    /// A one-time link was made.
    LinkMade,
    /// An address was confirmed, or changed.
    AddressChanged,
    /// A way to sign in, or a second step, was added.
    FactorAdded,
    /// One was taken away.
    FactorRemoved,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// Somebody said that what a notice told them was not done by them: the account is closed until a new password is set.
    NotMe,
    /// A sign-in was ended, by its person or by an admin.
    SignInEnded,
    /// A sign-in came back after it had ended.
    UsedAfterEnd,
    /// A refresh token was shown that had been used: somebody has a copy, and the app's sign-in was ended.
    TokenReused,
    /// Somebody did not let an app in that waited for them.
    AppTurnedAway,
    /// A key to sign tokens with was made.
    KeyMade,
    /// One was retired, with every token it had signed.
    KeyRetired,
    /// A site role was changed.
    RoleChanged,
    /// A course role was given, changed or taken.
    CourseRoleChanged,
    /// Something was refused for want of powers.
    Refused,
    /// A form that came from no page of ours.
    CrossSite,
    /// Too much at once, or refusals that are not written one by one any more.
    TooMuch,
    /// A course or a lesson was made.
    Created,
    /// It was changed.
    Updated,
    /// It was deleted.
    Deleted,
    /// Somebody began or ended to look at a course as a student does.
    Viewed,
    /// Somebody took data out: their own, or a list of people or events.
    Exported,
    /// Details of old events were deleted, as the settings ask.
    Forgotten,
    /// A server started.
    Started,
    /// A server was told to stop, and did.
    Stopped,
}

impl What {
    /// In the order in which a filter offers them.
    pub const ALL: [Self; 37] = [
        Self::SignedIn,
        Self::CodeSent,
        Self::HalfWay,
        Self::SignedInAfterWrong,
        Self::WrongPassword,
        Self::MustWait,
        Self::ProvenAgain,
        Self::PasswordChanged,
        Self::LinkMade,
        Self::AddressChanged,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::RecoveryCodeUsed,
        Self::NotMe,
        Self::SignInEnded,
        Self::UsedAfterEnd,
        Self::TokenReused,
        Self::AppTurnedAway,
        Self::KeyMade,
        Self::KeyRetired,
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserArchived,
        Self::UserDeleted,
        Self::RoleChanged,
        Self::CourseRoleChanged,
        Self::Created,
        Self::Updated,
        Self::Deleted,
        Self::Refused,
        Self::CrossSite,
        Self::TooMuch,
        Self::Viewed,
        Self::Exported,
        Self::Forgotten,
        Self::Started,
        Self::Stopped,
    ];

    /// As it is stored: OWASP's word where there is one.
    pub fn key(self) -> &'static str {
        match self {
            Self::UserCreated => "user_created",
            Self::UserUpdated => "user_updated",
            Self::UserArchived => "user_archived",
            Self::UserDeleted => "user_deleted",
            Self::SignedIn => "authn_login_success",
            Self::CodeSent => "authn_code_sent",
            Self::HalfWay => "authn_login_first_step",
            Self::SignedInAfterWrong => "authn_login_successafterfail",
            Self::WrongPassword => "authn_login_fail",
            Self::MustWait => "authn_login_lock",
            Self::ProvenAgain => "session_renewed",
            Self::PasswordChanged => "authn_password_change",
            Self::LinkMade => "authn_token_created",
            Self::AddressChanged => "user_updated_address",
            Self::FactorAdded => "authn_factor_added",
            Self::FactorRemoved => "authn_factor_removed",
            Self::RecoveryCodeUsed => "authn_recovery_code_used",
            Self::NotMe => "account_frozen",
            Self::SignInEnded => "authn_token_revoked",
            Self::UsedAfterEnd => "session_use_after_expire",
            Self::TokenReused => "authn_token_reuse",
            Self::AppTurnedAway => "authn_app_turned_away",
            Self::KeyMade => "crypto_key_created",
            Self::KeyRetired => "crypto_key_retired",
            Self::RoleChanged => "authz_change",
            Self::CourseRoleChanged => "privilege_permissions_changed",
            Self::Refused => "authz_fail",
            Self::CrossSite => "malicious_csrf",
            Self::TooMuch => "excess_rate_limit_exceeded",
            Self::Created => "sensitive_create",
            Self::Updated => "sensitive_update",
            Self::Deleted => "sensitive_delete",
            Self::Viewed => "course_viewed_as_student",
            Self::Exported => "sensitive_read",
            Self::Forgotten => "audit_details_deleted",
            Self::Started => "sys_startup",
            Self::Stopped => "sys_shutdown",
        }
    }

    /// As it was stored.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.key() == key)
    }

    /// As a person reads it.
    pub fn words(self) -> &'static str {
        match self {
            Self::UserCreated => "Account made",
            Self::UserUpdated => "Account changed",
            Self::UserArchived => "Account closed",
            Self::UserDeleted => "Account deleted",
            Self::SignedIn => "Signed in",
            Self::CodeSent => "Code to sign in sent",
            Self::HalfWay => "First step of signing in",
            Self::SignedInAfterWrong => "Signed in after wrong passwords or codes",
            Self::WrongPassword => "Wrong password or code",
            Self::MustWait => "Made to wait after wrong passwords or codes",
            Self::ProvenAgain => "Showed again who they are",
            Self::PasswordChanged => "Password changed",
            Self::LinkMade => "One-time link made",
            Self::AddressChanged => "Email address changed or confirmed",
            Self::FactorAdded => "Way to sign in added",
            Self::FactorRemoved => "Way to sign in removed",
            Self::RecoveryCodeUsed => "Recovery code used",
            Self::NotMe => "“This was not me” was pressed",
            Self::SignInEnded => "Sign-in ended",
            Self::UsedAfterEnd => "Ended sign-in was used",
            Self::TokenReused => "Copied token was used",
            Self::AppTurnedAway => "App was turned away",
            Self::KeyMade => "Signing key made",
            Self::KeyRetired => "Signing key retired",
            Self::RoleChanged => "Site role changed",
            Self::CourseRoleChanged => "Role in a course changed",
            Self::Refused => "Not allowed",
            Self::CrossSite => "Form from another site",
            Self::TooMuch => "Too much at once",
            Self::Created => "Made",
            Self::Updated => "Changed",
            Self::Deleted => "Deleted",
            Self::Viewed => "Course viewed as a student",
            Self::Exported => "Data taken out",
            Self::Forgotten => "Old addresses deleted",
            Self::Started => "Server started",
            Self::Stopped => "Server stopped",
        }
    }
}

/// What something happened to, besides an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A course.
    Course(CourseId),
    /// A lesson; it may be gone.
    Lesson(LessonId),
    /// A sign-in; its row may be gone.
    SignIn(SignInId),
    /// The log itself, up to this event.
    Audit(i64),
}

impl Object {
    /// As it is stored.
    pub fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Course(id) => ("course", id.0),
            Self::Lesson(id) => ("lesson", id.0),
            Self::SignIn(id) => ("sign_in", id.0),
            Self::Audit(seq) => ("audit", seq),
        }
    }
}

/// Something that happened, about to be written down.
#[derive(Clone, Debug)]
pub struct Event {
    pub(crate) what: What,
    pub(crate) actor: Option<UserId>,
    pub(crate) about: Option<UserId>,
    pub(crate) object: Option<Object>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Event {
    /// Done by whoever asks, as the connection it is written on knows them.
    pub fn of(what: What) -> Self {
        Self { what, actor: None, about: None, object: None, before: None, after: None }
    }

    /// Done by `person`, whom the connection does not know yet: they are just signing in.
    pub fn by(self, person: UserId) -> Self {
        Self { actor: Some(person), ..self }
    }

    /// It happened to this account.
    pub fn about(self, person: UserId) -> Self {
        Self { about: Some(person), ..self }
    }

    /// It happened to this thing.
    pub fn on(self, object: Object) -> Self {
        Self { object: Some(object), ..self }
    }

    /// What was so before. Never a secret.
    pub fn before(self, words: impl Into<String>) -> Self {
        Self { before: Some(words.into()), ..self }
    }

    /// What is so now. Never a secret.
    pub fn after(self, words: impl Into<String>) -> Self {
        Self { after: Some(words.into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_key_of_its_own() {
        for what in What::ALL {
            assert_eq!(What::of_key(what.key()), Some(what));
        }
    }
}
