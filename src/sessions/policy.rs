//! The proofs around signing in and out.

use crate::accounts::policy::{Admin, Asked, Oneself};
use crate::clock::{MINUTE, Millis};
use crate::courses::policy::{CourseManager, CourseStaff};
use crate::db::{Connection, Write};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{SignInId, UserId};
use crate::sessions::caller::Person;
use crate::sessions::store::Second;

/// Somebody who has just proven to be this account's person, and may be signed in. Only the ways to prove it build it.
pub struct Arriving<'w> {
    write: &'w mut Write,
    user: UserId,
    pub(super) second: Option<Second>,
    pub(super) is_after_wrong: bool,
}

impl<'w> Arriving<'w> {
    /// For the ways of proving who one is: `credentials/` and the sign-up, which makes the account it signs in.
    pub(crate) fn proven(write: &'w mut Write, user: UserId) -> Self {
        Self { write, user, second: None, is_after_wrong: false }
    }

    /// A second step was shown as well.
    pub(crate) fn with(self, second: Second) -> Self {
        Self { second: Some(second), ..self }
    }

    /// Wrong tries came before, which the log says.
    pub(crate) fn after_wrong(self, is_after_wrong: bool) -> Self {
        Self { is_after_wrong, ..self }
    }

    pub(super) fn parts(&mut self) -> (&mut Write, UserId) {
        (self.write, self.user)
    }
}

/// How long a proof counts as recent (security.md; ASVS 5.0, 7.5.1 and 7.5.3).
pub const PROOF_LASTS: Millis = 10 * MINUTE;

/// A proof that can tell when its holder last showed who they are.
pub trait Proven {
    /// When, and what time it is now. None where no person stands behind it: who runs the server has nothing to prove.
    fn proven_at(&mut self) -> Option<(Millis, Millis)>;
}

impl<C: Asked> Proven for Oneself<'_, C> {
    fn proven_at(&mut self) -> Option<(Millis, Millis)> {
        Some((self.person().fully_proven_at(), self.connection().now()))
    }
}

impl<C: Asked> Proven for Admin<'_, C> {
    fn proven_at(&mut self) -> Option<(Millis, Millis)> {
        let proven_at = self.person().map(Person::fully_proven_at)?;
        Some((proven_at, self.connection().now()))
    }
}

impl Proven for CourseManager<'_, Write> {
    fn proven_at(&mut self) -> Option<(Millis, Millis)> {
        let proven_at = self.standing().person.as_ref().map_or(0, Person::fully_proven_at);
        Some((proven_at, self.connection().0.now()))
    }
}

impl Proven for CourseStaff<'_, Write> {
    fn proven_at(&mut self) -> Option<(Millis, Millis)> {
        let proven_at = self.standing().person.as_ref().map_or(0, Person::fully_proven_at);
        Some((proven_at, self.connection().0.now()))
    }
}

/// What `P` proves, by somebody who has shown within the last ten minutes who they are. A browser left open, or a stolen
/// session, does nothing that needs it.
pub struct RecentlyProven<P>(P);

impl<P: Proven> RecentlyProven<P> {
    /// Refuses with `ProveAgain` when it was too long ago. A clock that was set back makes no proof last longer.
    pub fn of(mut proof: P) -> Result<Self, Failure> {
        match proof.proven_at() {
            Some((proven_at, now)) if !(0..PROOF_LASTS).contains(&(now - proven_at)) => {
                Err(AppError::ProveAgain.into())
            }
            _ => Ok(Self(proof)),
        }
    }

    /// What was proven besides.
    pub(crate) fn inner(&mut self) -> &mut P {
        &mut self.0
    }
}

/// The sign-in that asks, about to end.
pub struct Departing<'w> {
    write: &'w mut Write,
    sign_in: SignInId,
}

impl<'w> Departing<'w> {
    /// The caller's own sign-in. Two requests to sign out that are under way together are no error; one that comes later is
    /// nobody's, and refused with `SignInRequired`.
    pub fn claim(write: &'w mut Write) -> Result<Self, Failure> {
        let sign_in = write.caller().person.as_ref().map(|person| person.sign_in).ok_or(AppError::SignInRequired)?;
        Ok(Self { write, sign_in })
    }

    pub(super) fn into_parts(self) -> (&'w mut Write, SignInId) {
        (self.write, self.sign_in)
    }
}

/// All sign-ins of one person, for a change of their role or a disabling by an admin or on the command line.
pub struct Everywhere<'w> {
    write: &'w mut Write,
    user: UserId,
}

impl<'w> Everywhere<'w> {
    /// For who holds a link that says that somebody else is in there.
    pub(crate) fn of_who_said_not_me(write: &'w mut Write, user: UserId) -> Self {
        Self { write, user }
    }

    /// Nothing more is asked: who holds the admin's proof may. An id that nobody has has no sign-ins.
    pub fn of(admin: &'w mut RecentlyProven<Admin<'_, Write>>, user: UserId) -> Self {
        Self { write: admin.inner().connection(), user }
    }

    pub(super) fn into_parts(self) -> (&'w mut Write, UserId) {
        (self.write, self.user)
    }
}
