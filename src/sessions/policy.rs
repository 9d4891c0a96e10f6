//! The proofs around signing in and out.

use crate::accounts::policy::Admin;
use crate::db::{Connection, Write};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::{SignInId, UserId};

/// Somebody who has just proven to be this account's person, and may be signed in. Only the ways to prove it build it.
pub struct Arriving<'w> {
    write: &'w mut Write,
    user: UserId,
}

impl<'w> Arriving<'w> {
    /// For the ways of proving who one is: `credentials/` and the sign-up, which makes the account it signs in.
    pub(crate) fn proven(write: &'w mut Write, user: UserId) -> Self {
        Self { write, user }
    }

    pub(super) fn parts(&mut self) -> (&mut Write, UserId) {
        (self.write, self.user)
    }

    pub(super) fn into_parts(self) -> (&'w mut Write, UserId) {
        (self.write, self.user)
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
    /// Nothing more is asked: who holds the admin's proof may. An id that nobody has has no sign-ins.
    pub fn of(admin: &'w mut Admin<'_, Write>, user: UserId) -> Self {
        Self { write: admin.connection(), user }
    }

    pub(super) fn into_parts(self) -> (&'w mut Write, UserId) {
        (self.write, self.user)
    }
}
