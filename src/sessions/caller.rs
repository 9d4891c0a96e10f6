//! Who is asking: found out once per request, carried by every connection to the database.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use crate::accounts::model::SiteRole;
use crate::clock::Millis;
use crate::config::SecondStepFor;
use crate::id::{CourseId, SignInId, UserId};
use crate::network::place_of;
use crate::random;
use crate::sessions::api::Left;
use crate::sessions::app::{AppKind, Bearer};
use crate::sessions::policy::PROOF_LASTS;
use crate::tokens::scope::Scopes;

/// The person and the place a request comes from.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Nobody, for a visitor who is not signed in.
    pub person: Option<Person>,
    /// Of the client, through trusted proxies only.
    pub address: IpAddr,
    /// The browser's own words about itself, at most 400 characters.
    pub user_agent: String,
    /// Admins may act as such from there.
    pub is_admin_place: bool,
    /// Whose role needs a second step.
    pub second_step: SecondStepFor,
    /// The token it came with; none for browsers.
    pub bearer: Option<Bearer>,
    /// No request stands behind it: a start, clean-up, the command line.
    pub is_system: bool,
}

/// Somebody who is signed in, as the database had it when this request began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Of the account.
    pub id: UserId,
    /// As they write it.
    pub name: String,
    /// As typed, not the key it is found by.
    pub email: String,
    /// On the whole site; courses give roles of their own.
    pub role: SiteRole,
    /// The one this request came with; a person may have others elsewhere.
    pub sign_in: SignInId,
    /// What proved it: 1 for one thing, 2 for two.
    pub level: i64,
    /// The account has a password; else its person signs in with a passkey or an account elsewhere.
    pub has_password: bool,
    /// The account has a code app.
    pub has_app: bool,
    /// The account has a passkey.
    pub has_passkey: bool,
    /// The role needs a second step, and this sign-in has not shown one: nothing but the own account is reached with it.
    pub lacks_second: bool,
    /// This sign-in lasts longer than others, and is worth no more than one proof.
    pub is_remembered: bool,
    /// When this person last proved who they are, signing in or since; 0 when it was from another place or browser than this
    /// request comes from.
    pub proven_at: Millis,
    /// When this sign-in was last seen, as stored: at most a minute old.
    pub last_seen_at: Millis,
    /// When this sign-in was made.
    pub signed_in_at: Millis,
    /// When it ends unless it is used before.
    pub idle_ends_at: Millis,
    /// When it ends whatever happens.
    pub absolute_ends_at: Millis,
    /// What the forms of its pages are marked with is made from this.
    pub form_key: FormKey,
    /// The app that acts for them; none for a browser.
    pub app: Option<AppKind>,
    /// What it may do for them: everything, for a browser.
    pub scopes: Scopes,
    /// Its role changed since the last request: this one gets a new session id.
    pub id_is_due: bool,
    /// The course this sign-in looks at as a student does; none: as itself.
    pub view: Option<Box<View>>,
}

/// A course that somebody of its staff looks at as a student does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Of the course.
    pub course: CourseId,
    /// The course's.
    pub slug: String,
    /// The course's.
    pub title: String,
    /// The course's, by its IANA name.
    pub time_zone: String,
    /// Whom they look as, with the name; none: any student.
    pub student: Option<(UserId, String)>,
    /// At which moment; none: now.
    pub at: Option<Millis>,
}

impl Person {
    /// Whether the account can prove more than one thing.
    pub fn has_second(&self) -> bool {
        self.has_app || self.has_passkey
    }

    /// When all was proven that this account can prove; 0 when the second step is missing.
    pub fn fully_proven_at(&self) -> Millis {
        if self.has_second() && self.level < 2 { 0 } else { self.proven_at }
    }

    /// Whether that was within the last ten minutes. A clock that was set back makes no proof last longer.
    pub fn is_fully_proven(&self, now: Millis) -> bool {
        (0..PROOF_LASTS).contains(&(now - self.fully_proven_at()))
    }
}

impl Left {
    /// Of this person's sign-in, as it was found.
    pub fn of(person: &Person, now: Millis) -> Self {
        let seconds = |end: Millis| u32::try_from((end - now).max(0) / 1_000).unwrap_or(u32::MAX);
        Self { idle: seconds(person.idle_ends_at), absolute: seconds(person.absolute_ends_at) }
    }
}

/// A sign-in that is over, and whose it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapsed {
    /// The account.
    pub person: UserId,
    /// What the forms of its pages were marked with.
    pub form_key: FormKey,
}

/// 256 random bits of a sign-in, from which the marks of its forms are made. A secret: it prints itself as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct FormKey(String);

impl FormKey {
    /// As the database has it.
    pub fn new(key: String) -> Self {
        Self(key)
    }

    /// For making tokens with.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for FormKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormKey(not shown)")
    }
}

impl Caller {
    /// What a proof is bound to: the place on the network, and the browser.
    pub fn whereabouts(&self) -> String {
        random::digest(&format!("{}\n{}", place_of(self.address), self.user_agent))
    }

    /// Nobody, from this machine: the caller of start-up work and of the command line.
    pub fn of_the_system() -> Self {
        Self {
            person: None,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: String::new(),
            is_admin_place: true,
            second_step: SecondStepFor::default(),
            bearer: None,
            is_system: true,
        }
    }
}
