//! Who is asking: found out once per request, carried by every connection to the database.

use std::net::{IpAddr, Ipv4Addr};

use crate::accounts::model::SiteRole;
use crate::clock::Millis;
use crate::id::{SignInId, UserId};

/// The person and the place a request comes from.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Nobody, for a visitor who is not signed in.
    pub person: Option<Person>,
    /// Of the client, through trusted proxies only.
    pub address: IpAddr,
    /// The browser's own words about itself, at most 400 characters.
    pub user_agent: String,
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
    /// When this sign-in was last seen, as stored: at most a minute old.
    pub last_seen_at: Millis,
    /// When this sign-in was made.
    pub signed_in_at: Millis,
}

impl Caller {
    /// Nobody, from this machine: the caller of start-up work and of the command line.
    pub fn of_the_system() -> Self {
        Self { person: None, address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: String::new() }
    }
}
