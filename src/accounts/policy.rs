//! Who may do what on the site as a whole, and the proofs that they may.
//!
//! [`allows`] decides and nothing else does: pages ask it whether to show a button, `claim` asks it before a proof
//! exists, and `lectern powers` prints it.

use crate::accounts::model::SiteRole;
use crate::db::{Connection, Read, Write};
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::caller::{Caller, Person};
use crate::sessions::store::{Found, public_find_caller};
use crate::tokens::scope::Scope;

/// An answer of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stands against it: a button is shown, a proof is made.
    Yes,
    /// Nobody is signed in; somebody might be allowed.
    SignIn,
    /// Signed in, and refused for this reason; that the thing exists is no secret.
    Forbidden(Denied),
    /// The asker may not know that there is such a thing.
    NotFound,
}

impl Verdict {
    /// Whether nothing stands against it.
    pub fn is_yes(&self) -> bool {
        *self == Self::Yes
    }

    /// The refusal, where it is one.
    pub fn into_result(self) -> Result<(), AppError> {
        match self {
            Self::Yes => Ok(()),
            Self::SignIn => Err(AppError::SignInRequired),
            Self::Forbidden(denied) => Err(AppError::Forbidden(denied)),
            Self::NotFound => Err(AppError::NotFound),
        }
    }
}

/// What can be done on the site as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteAct {
    /// See and change one's own profile and sign-ins.
    OwnAccount,
    /// See another person's page.
    SeeAnother,
    /// List all accounts, change roles, disable, end sign-ins.
    ManageAccounts,
    /// Make a course.
    CreateCourse,
}

impl SiteAct {
    /// In the order in which `lectern powers` prints them.
    pub const ALL: [Self; 4] = [Self::OwnAccount, Self::SeeAnother, Self::ManageAccounts, Self::CreateCourse];

    /// As `lectern powers` names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OwnAccount => "own profile, own sign-ins",
            Self::SeeAnother => "another person’s profile",
            Self::ManageAccounts => "all accounts: list, role, disable, end sign-ins",
            Self::CreateCourse => "create a course",
        }
    }
}

/// May somebody with this site role (`None`: not signed in) do this?
pub fn allows(role: Option<SiteRole>, act: SiteAct) -> Verdict {
    let Some(role) = role else { return Verdict::SignIn };
    match (act, role) {
        (SiteAct::OwnAccount, SiteRole::Student | SiteRole::Instructor | SiteRole::Admin) => Verdict::Yes,
        (SiteAct::SeeAnother | SiteAct::ManageAccounts, SiteRole::Admin) => Verdict::Yes,
        (SiteAct::SeeAnother | SiteAct::ManageAccounts, SiteRole::Student | SiteRole::Instructor) => Verdict::NotFound,
        (SiteAct::CreateCourse, SiteRole::Instructor | SiteRole::Admin) => Verdict::Yes,
        (SiteAct::CreateCourse, SiteRole::Student) => Verdict::Forbidden(Denied::InstructorsOnly),
    }
}

/// What an app needs for it that acts for somebody.
fn scope_of(act: SiteAct, is_write: bool) -> Scope {
    match (act, is_write) {
        (SiteAct::OwnAccount, false) => Scope::AccountRead,
        (SiteAct::OwnAccount, true) => Scope::AccountWrite,
        (SiteAct::SeeAnother | SiteAct::ManageAccounts, false) => Scope::UsersRead,
        (SiteAct::SeeAnother | SiteAct::ManageAccounts, true) => Scope::UsersWrite,
        (SiteAct::CreateCourse, _) => Scope::CoursesWrite,
    }
}

/// Refuses an app that its person has not let do this. Asked after the policy, so that it tells nothing of what the person may not
/// know; nobody, and a browser, passes.
pub(crate) fn require(person: Option<&Person>, scope: Scope) -> Result<(), AppError> {
    match person {
        Some(person) if !person.scopes.has(scope) => {
            Err(AppError::Forbidden(Denied::NeedsScope(scope.key().to_owned())))
        }
        Some(_) | None => Ok(()),
    }
}

/// A connection that can say who is asking: from the request for a read, from the table again for a write, so that
/// somebody disabled or signed out in between changes nothing.
pub trait Asked: Connection {
    /// Whether something can be changed on it.
    const WRITES: bool;

    /// Who asks, whatever proved it. Nobody when no sign-in came with the request or, in a write, when it has ended since. For
    /// what everybody may do with their own account; everything else asks [`Asked::person`].
    fn anybody(&mut self) -> impl Future<Output = Result<Option<Person>, Failure>> + Send;

    /// The same, refused with `SecondStepRequired` when their role needs a second step that this sign-in has not shown.
    fn person(&mut self) -> impl Future<Output = Result<Option<Person>, Failure>> + Send {
        async {
            match self.anybody().await? {
                Some(person) if person.lacks_second => Err(AppError::SecondStepRequired.into()),
                other => Ok(other),
            }
        }
    }
}

impl Asked for Read {
    const WRITES: bool = false;

    async fn anybody(&mut self) -> Result<Option<Person>, Failure> {
        Ok(self.caller().person.clone())
    }
}

impl Asked for Write {
    const WRITES: bool = true;

    async fn anybody(&mut self) -> Result<Option<Person>, Failure> {
        let Some(sign_in) = self.caller().person.as_ref().map(|person| person.sign_in) else { return Ok(None) };
        Ok(match public_find_caller(self, sign_in).await? {
            Some(Found::Live(person)) => Some(person),
            Some(Found::Ended(_)) | None => None,
        })
    }
}

/// Somebody is signed in.
pub struct SignedIn<'c, C> {
    on: &'c mut C,
    person: Person,
}

impl<'c, C: Asked> SignedIn<'c, C> {
    /// Refuses visitors with `AppError::SignInRequired`, and apps without the scope to see courses.
    pub async fn claim(on: &'c mut C) -> Result<Self, Failure> {
        let person = on.person().await?.ok_or(AppError::SignInRequired)?;
        require(Some(&person), Scope::CoursesRead)?;
        Ok(Self { on, person })
    }

    /// As known at the claim: in a write, read from the table a moment ago.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// For the stores of features that need no more than somebody signed in.
    pub(crate) fn connection(&mut self) -> &mut C {
        self.on
    }
}

/// A proof that its holder may do something on the site, which [`allows`] was asked when it was claimed.
macro_rules! proofs {
    ($($(#[$doc:meta])* $name:ident may $act:ident, asked for $who:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name<'c, C> {
            on: &'c mut C,
            person: Person,
        }

        impl<'c, C: Asked> $name<'c, C> {
            /// Refuses visitors with `AppError::SignInRequired`, and others with the policy's answer.
            pub async fn claim(on: &'c mut C) -> Result<Self, Failure> {
                let person = on.$who().await?;
                allows(person.as_ref().map(|person| person.role), SiteAct::$act).into_result()?;
                require(person.as_ref(), scope_of(SiteAct::$act, C::WRITES))?;
                let person = person.ok_or(AppError::SignInRequired)?;
                Ok(Self { on, person })
            }

            /// Who asks, as known at the claim.
            pub fn person(&self) -> &Person {
                &self.person
            }

            pub(crate) fn connection(&mut self) -> &mut C {
                self.on
            }
        }
    )*};
}

proofs! {
    /// Somebody who may make courses, and becomes the owner of what they make.
    CourseMaker may CreateCourse, asked for person;
    /// Somebody acts on their own account, which they may with one proof as well: it is where the second step is set up.
    Oneself may OwnAccount, asked for anybody;
}

/// What somebody is where other people's accounts are concerned: an admin is one from the networks that a setting names alone.
fn role_here(person: Option<&Person>, caller: &Caller) -> Option<SiteRole> {
    match person?.role {
        SiteRole::Admin if !caller.is_admin_place => Some(SiteRole::Student),
        role => Some(role),
    }
}

/// Somebody who looks after the people of the site: an admin, or who runs the server.
pub struct Admin<'c, C> {
    on: &'c mut C,
    person: Option<Person>,
}

impl<'c, C: Asked> Admin<'c, C> {
    /// Refuses visitors with `AppError::SignInRequired`, and everybody but admins with `AppError::NotFound`.
    pub async fn claim(on: &'c mut C) -> Result<Self, Failure> {
        let person = on.person().await?;
        allows(role_here(person.as_ref(), on.caller()), SiteAct::ManageAccounts).into_result()?;
        require(person.as_ref(), scope_of(SiteAct::ManageAccounts, C::WRITES))?;
        Ok(Self { on, person })
    }

    /// The admin; nobody on the command line.
    pub fn person(&self) -> Option<&Person> {
        self.person.as_ref()
    }

    pub(crate) fn connection(&mut self) -> &mut C {
        self.on
    }
}

/// Work that no person asked for: start-up, clean-up, the command line. Who can start the binary can read its file, so
/// this takes no power that is not had already. Made in main.rs alone (clippy.toml).
#[derive(Clone, Copy, Debug)]
pub struct SystemTask(());

impl SystemTask {
    /// Says that no request stands behind what is done. Called once, when the binary starts.
    #[expect(clippy::new_without_default, reason = "it must not come about by accident")]
    pub fn new() -> Self {
        Self(())
    }

    /// The powers of an admin, for the command line.
    pub fn admin<'c, C: Connection>(&self, on: &'c mut C) -> Admin<'c, C> {
        Admin { on, person: None }
    }
}

/// A person's page as an admin sees it.
pub struct PersonKeeper<'c, C> {
    on: &'c mut C,
    user: UserId,
}

impl<'c, C: Asked> PersonKeeper<'c, C> {
    /// Refuses with 404 for everybody but admins, whether there is such a person or not.
    pub async fn claim(on: &'c mut C, user: UserId) -> Result<Self, Failure> {
        let person = on.person().await?;
        allows(role_here(person.as_ref(), on.caller()), SiteAct::SeeAnother).into_result()?;
        require(person.as_ref(), scope_of(SiteAct::SeeAnother, C::WRITES))?;
        Ok(Self { on, user })
    }

    pub(crate) fn connection(&mut self) -> (&mut C, UserId) {
        (self.on, self.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_peoples_accounts_do_not_exist_for_anybody_but_admins() {
        for role in [SiteRole::Student, SiteRole::Instructor] {
            assert_eq!(allows(Some(role), SiteAct::ManageAccounts), Verdict::NotFound);
            assert_eq!(allows(Some(role), SiteAct::SeeAnother), Verdict::NotFound);
        }
        assert_eq!(allows(None, SiteAct::ManageAccounts), Verdict::SignIn);
        assert!(allows(Some(SiteRole::Admin), SiteAct::ManageAccounts).is_yes());
    }
}
