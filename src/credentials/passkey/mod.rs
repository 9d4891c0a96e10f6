//! Passkeys (WebAuthn): a key pair on a person's own device, opened with their finger, face or PIN.
//!
//! The device checks its person, so a passkey alone is two proofs. It is bound to this site's address: a page that only looks
//! like ours gets nothing. *Ceremony*: one challenge, handed out and answered; kept on the server for five minutes, used once,
//! bound to the browser or the sign-in that asked. Registering, signing in and proving are three kinds, and an answer to one is
//! none to another. A key whose counter goes back may have been copied and signs nobody in any more (ASVS 5.0, 6.7).

pub mod api;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod relying_party;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
