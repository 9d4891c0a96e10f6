//! The proof that somebody holds a link from a mail, by what the link does.

use std::marker::PhantomData;

use super::store::{Does, MailLink, public_find_mail_link, use_up};
use crate::db::{Connection, Write};
use crate::error::AppError;
use crate::failure::Failure;

/// What a link does, as a type: a link for one thing is no proof for another.
pub trait Doing {
    /// The same as a value.
    const DOES: Does;
}

macro_rules! doing {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Doing for $name {
            const DOES: Does = Does::$name;
        }
    )*};
}

doing! {
    /// Shows that the account's address is its person's.
    Confirm;
    /// Makes the account that somebody began to make.
    SignUp;
    /// Sets a new password.
    Reset;
    /// Makes an address the account's.
    NewAddress;
    /// Says that what the mail tells of was not done by its reader.
    NotMe;
}

/// A link that is good, held by whoever asks: known, for this, not used, not past its end.
pub struct Held<D> {
    link: MailLink,
    does: PhantomData<D>,
}

impl<D: Doing> Held<D> {
    /// Refuses with `AppError::NotFound` whatever the reason, a closed account among them.
    pub async fn claim(on: &mut impl Connection, token: &str) -> Result<Self, Failure> {
        let link = public_find_mail_link(on, D::DOES, token).await?.ok_or(AppError::NotFound)?;
        Ok(Self { link, does: PhantomData })
    }

    /// What the link is for, as read at the claim.
    pub fn link(&self) -> &MailLink {
        &self.link
    }

    /// Uses it up, and answers what it was for. Refused with `NotFound` when somebody was quicker, or its time is over by now.
    pub(crate) async fn spend(self, write: &mut Write) -> Result<MailLink, Failure> {
        use_up(write, &self.link).await?;
        Ok(self.link)
    }
}
