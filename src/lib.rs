//! Lectern: a course site in one binary and one file.
//!
//! The map of a request: `http/` takes it through the layers in order, ends with *who is asking*, and hands it to a page
//! of `app.rs` or a server function of a feature's `api.rs`. Both claim a proof from the feature's `policy.rs`, and only
//! a proof has the methods of `store.rs` that reach the database. What is refused travels back as an [`error::AppError`].
//!
//! Two halves are built from this crate: the server (`ssr`) and the islands a browser loads (`hydrate`). The second
//! needs the islands and the types they speak, nothing else.

// A page is one nested type; its depth in elements is the compiler's depth in types.
#![recursion_limit = "256"]

pub mod accounts;
pub mod announcements;
pub mod audit;
pub mod calendar;
pub mod courses;
pub mod credentials;
pub mod enrolments;
pub mod error;
pub mod field;
pub mod files;
pub mod folders;
pub mod id;
pub mod lab;
pub mod lessons;
pub mod mail;
pub mod server;
pub mod sessions;
pub mod tokens;
pub mod ui;
pub mod viewing;

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod clock;
#[cfg(feature = "ssr")]
pub mod config;
#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod demo;
#[cfg(feature = "ssr")]
pub mod failure;
#[cfg(feature = "ssr")]
pub mod folded;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
pub mod metrics;
#[cfg(feature = "ssr")]
pub mod network;
#[cfg(feature = "ssr")]
pub mod notices;
#[cfg(feature = "ssr")]
pub mod powers;
#[cfg(feature = "ssr")]
pub mod random;
#[cfg(feature = "ssr")]
pub mod site_key;
#[cfg(feature = "ssr")]
pub mod spoken_code;
#[cfg(feature = "ssr")]
pub mod zone;

/// The browser's entry: wakes the islands of the page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // Without a use, the linker would drop the islands' exports.
    #[expect(unused_imports, reason = "named so that their exports stay")]
    use crate::{
        courses::islands::*, credentials::passkey::islands::*, credentials::password::islands::*, files::islands::*,
        lab::islands::*, lessons::islands::*,
    };
    // In a build for people its words would weigh more than they tell: a panic is a line in the console either way.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
