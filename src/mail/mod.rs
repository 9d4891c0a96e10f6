//! Mail and text messages: what is said, the outbox it waits in, and the servers it leaves by.
//!
//! *Letter*: one mail to one address, or one text message to one number, of a kind that says what it is for. *Outbox*: the table where letters wait, written in the
//! transaction of what they tell of: neither is there without the other. A letter is sealed with the site's key while it waits,
//! since its links open accounts, and its words are deleted once it is sent. *To hand over*: without a mail server, letters with
//! a link wait for an admin, or whoever runs the server, to give the link to its person; the others are not written.
//!
//! Invariants: a letter has text and HTML that say the same, and loads nothing; a header is made of what people typed only as one line (`letter::one_line`); a
//! letter whose link is over is not sent; two nodes do not send the same one.

pub mod api;
#[cfg(feature = "ssr")]
pub mod gateway;
#[cfg(feature = "ssr")]
pub mod letter;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod sending;
#[cfg(feature = "ssr")]
pub mod smtp;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
