//! What a person is told by mail about the safety of their account, each with a link that says "this was not me".
//!
//! A notice is written in the transaction of what it tells of. Without a mail server there are none: what happened stands on
//! `/account/history` in any case.

use crate::accounts::address::store::Changed;
use crate::accounts::model::Email;
use crate::accounts::store::{public_find_addressee, public_is_surely_theirs};
use crate::credentials::mail_link::store::{Does, NewLink, make};
use crate::db::{Connection, Write};
use crate::failure::Failure;
use crate::http::Site;
use crate::id::UserId;
use crate::mail::letter::{Kind, Letter, Part};
use crate::mail::store::public_post;
use crate::sessions::device::Device;
use crate::sessions::store::public_is_known_place_or_browser;
use crate::ui::when;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The password was changed by somebody who was signed in.
    PasswordChanged,
    /// A new password was set with a link.
    PasswordSet,
    /// The account has another address now. The old one gets the way to undo it, where it was confirmed.
    AddressChanged(Changed),
    /// Somebody signed in from a place and with a browser that were never seen with this account.
    NewPlace,
    /// The right password came after many wrong ones.
    AfterWrong,
    /// A way in, or a second step, was added: "a code app".
    Added(&'static str),
    /// One was taken away.
    Removed(&'static str),
    /// A recovery code was used; so many are left.
    RecoveryCodeUsed(i64),
    /// The right password, and then wrong codes.
    WrongCodes,
    /// A passkey was used whose counter went back.
    Copied,
    /// A refresh token that had been used was used again: its app's sign-in was ended.
    TokenReused,
    /// An admin took the second step away, for this reason.
    FactorsReset(String),
}

impl Notice {
    fn subject(&self) -> &'static str {
        match self {
            Self::PasswordChanged => "Your password was changed",
            Self::PasswordSet => "Your password was set anew",
            Self::AddressChanged(_) => "Your email address was changed",
            Self::NewPlace => "Somebody signed in from a new place",
            Self::AfterWrong => "Somebody signed in after wrong passwords",
            Self::Added(_) => "A way to sign in was added",
            Self::Removed(_) => "A way to sign in was removed",
            Self::RecoveryCodeUsed(_) => "A recovery code was used",
            Self::WrongCodes => "Somebody knows your password",
            Self::Copied => "A passkey was stopped",
            Self::TokenReused => "An app was signed out",
            Self::FactorsReset(_) => "Your second step was reset",
        }
    }

    fn words(&self) -> String {
        match self {
            Self::PasswordChanged => "The password of your account was changed. Every other sign-in was ended.".to_owned(),
            Self::PasswordSet => {
                "A new password was set for your account with a one-time link. Every sign-in was ended.".to_owned()
            }
            Self::AddressChanged(Changed { old, new, .. }) => {
                format!("The email address of your account was changed from {old} to {new}. You sign in with the new one.")
            }
            Self::NewPlace => "Somebody signed in to your account from a place and with a browser that we had not seen with it.".to_owned(),
            Self::AfterWrong => "Somebody signed in to your account with the right password after several wrong ones.".to_owned(),
            Self::Added(what) => format!("{what} was added to your account.", what = when::capital(what)),
            Self::Removed(what) => format!("{what} was removed from your account.", what = when::capital(what)),
            Self::RecoveryCodeUsed(0) => "The last of your recovery codes was used to sign in. Make new ones.".to_owned(),
            Self::RecoveryCodeUsed(1) => "One of your recovery codes was used to sign in. One is left.".to_owned(),
            Self::RecoveryCodeUsed(left) => format!("One of your recovery codes was used to sign in. {left} are left."),
            Self::WrongCodes => {
                "Somebody entered your right password and then wrong codes. They are not in. If it was not you, set a new password."
                    .to_owned()
            }
            Self::Copied => {
                "Somebody tried to sign in with one of your passkeys, and there may be a copy of it. It signs nobody in any more. Remove it and make another."
                    .to_owned()
            }
            Self::TokenReused => {
                "A token that one of your apps had used was used again, so somebody may have a copy of it. The app is signed out, and every token of it is good for nothing. Sign in with it again; if you do not know the app, set a new password."
                    .to_owned()
            }
            Self::FactorsReset(reason) => format!(
                "An admin took away the second step of your account. The reason they gave: {reason} At your next sign-in you set up a new one."
            ),
        }
    }

    /// Whether what it tells of takes somebody who was let in.
    fn is_of_somebody_inside(&self) -> bool {
        match self {
            Self::PasswordChanged
            | Self::AddressChanged(_)
            | Self::NewPlace
            | Self::AfterWrong
            | Self::Added(_)
            | Self::Removed(_)
            | Self::RecoveryCodeUsed(_)
            | Self::TokenReused => true,
            Self::PasswordSet | Self::WrongCodes | Self::Copied | Self::FactorsReset(_) => false,
        }
    }

    /// What it is to say no to. Signing in cannot be undone, but ended.
    fn remedy(gives_back: bool) -> &'static str {
        if gives_back {
            "If this was not you, open this link. It gives the account its old address back, ends every sign-in and closes the account until you set a new password"
        } else {
            "If this was not you, open this link. It ends every sign-in and closes the account until you set a new password"
        }
    }
}

/// What the letter's link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// Ends every sign-in and closes the account. So, too, at a new address: whoever reads there may be the one who changed it.
    Close,
    /// And gives the account its old address back.
    GiveBack,
    /// Nothing; there is none.
    Ask,
}

impl Remedy {
    /// At the address that was the account's.
    fn of_old(changed: &Changed) -> Self {
        if changed.was_confirmed { Self::GiveBack } else { Self::Ask }
    }
}

/// Tells an account's person, at its address and, where that has just changed, at the old one as well.
pub async fn tell(write: &mut Write, site: &Site, user: UserId, notice: Notice) -> Result<(), Failure> {
    if site.mailer.is_none() {
        return Ok(());
    }
    let Some(address) = public_find_addressee(write, user).await? else { return Ok(()) };
    let old = match &notice {
        Notice::AddressChanged(changed) => Some((changed.old.clone(), Remedy::of_old(changed))),
        _ => None,
    };
    let is_theirs = public_is_surely_theirs(write, user).await?;
    for (address, remedy) in std::iter::once((address, Remedy::Close)).chain(old) {
        let caller = write.caller();
        let mut parts = vec![Part::Words(notice.words())];
        if !matches!(notice, Notice::FactorsReset(_)) {
            parts.push(Part::Words(format!(
                "When: {}, UTC. From: {}, {}.",
                when::machine(write.now()),
                caller.address,
                Device::of(&caller.user_agent).words
            )));
        }
        parts.push(Part::Words("If this was you, there is nothing to do.".to_owned()));
        if remedy == Remedy::Ask {
            let words = "If it was not, tell the people who run the site: this address was never confirmed, so we cannot give it back by mail.";
            parts.push(Part::Words(words.to_owned()));
        } else {
            let gives_back = remedy == Remedy::GiveBack;
            let link = NewLink {
                does: Does::NotMe,
                user: Some(user),
                // Where the address changes later, whoever reads here gets it back with this link as well.
                email: (gives_back || is_theirs).then(|| address.clone()),
                detail: Some(notice.subject().to_owned()),
                sent_to: Email::parse(&address).ok().map(|address| address.key().to_owned()),
                of_insider: notice.is_of_somebody_inside(),
            };
            let token = make(write, link).await?;
            parts.push(Part::Link {
                words: Notice::remedy(gives_back).to_owned(),
                address: Does::NotMe.address(&site.config.public_url.origin, &token),
            });
        }
        let letter = Letter {
            kind: Kind::Notice,
            user: Some(user),
            address,
            subject: notice.subject().into(),
            parts,
            good_for: Does::NotMe.good_for(),
        };
        public_post(write, site, letter).await?;
    }
    Ok(())
}

/// Whether an arrival surprises: asked before it is written down, and told once somebody is in.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    is_new_place: bool,
    is_known: bool,
}

impl Arrival {
    /// Of whoever asks on `write`, at this account. `is_known`: its person has signed in from that place before.
    pub async fn of(write: &mut Write, user: UserId, is_known: bool) -> Result<Self, Failure> {
        let is_new_place = !is_known && !public_is_known_place_or_browser(write, user).await?;
        Ok(Self { is_new_place, is_known })
    }

    /// Tells the person of a sign-in that surprises; of no other.
    pub async fn tell(self, write: &mut Write, site: &Site, user: UserId, after_wrong: bool) -> Result<(), Failure> {
        match self {
            Self { is_new_place: true, .. } => tell(write, site, user, Notice::NewPlace).await,
            Self { is_known: false, .. } if after_wrong => tell(write, site, user, Notice::AfterWrong).await,
            _ => Ok(()),
        }
    }
}
