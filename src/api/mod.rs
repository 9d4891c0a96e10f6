//! The JSON API under `/api/v1`: the same policies and stores as the pages, for programs.
//!
//! A program comes with an access token, with a token that its person made by hand, or with a browser's session and the rules that
//! go with it. Refusals are problem details (RFC 9457); lists go on with a cursor; what is changed is named by the version that was
//! read (`If-Match`); a post that may come twice is named (`Idempotency-Key`) and done once. What is sent is read strictly. The
//! description of it all (`/api/v1/openapi.json`) is taken from the code of the routes, and `/api` shows it to people.

pub mod address;
pub mod asker;
pub mod body;
pub mod courses;
pub mod cursor;
pub mod describe;
pub mod device;
pub mod idempotency;
pub mod lessons;
pub mod me;
pub mod oauth;
pub mod pages;
pub mod people;
pub mod places;
pub mod problem;
pub mod router;
pub mod sign_in;
pub mod sign_ins;
pub mod users;
pub mod version;
pub mod well_known;
