//! Signing in with an account elsewhere: OpenID Connect (Google, and any issuer by settings), and OAuth 2 for GitHub.
//!
//! *Provider*: who vouches for somebody. An account here belongs to an issuer and a subject there, never to an address: addresses
//! change hands. *Visit*: somebody was sent there and is expected back, in the same browser, within ten minutes, once. PKCE, state,
//! nonce and the issuer are checked on the way back. What a provider says is one proof, whatever it says of itself. Its tokens
//! are used at once and not kept; signing out here ends what is signed in here, and nothing there.
//!
//! An account that is there already is never taken over: another way in is added only from a session of its own that has proven
//! lately who it is. A new account is made only with an address that the provider has confirmed and that nobody has here.

pub mod api;
#[cfg(feature = "ssr")]
pub mod asking;
#[cfg(feature = "ssr")]
pub mod github;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod oidc;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
#[expect(clippy::disallowed_methods, reason = "the SQL of this feature stands in its store")]
pub mod store;
