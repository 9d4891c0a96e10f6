//! Lectern and the servers of others, real ones, which `scripts/test_outside.sh` starts.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop where it is")]

#[path = "../http/app.rs"]
#[expect(dead_code, reason = "shared with tests/http, which uses all of it")]
mod app;
mod code_app;
#[path = "../http/engine.rs"]
#[expect(dead_code, reason = "shared with tests/http, which uses all of it")]
mod engine;
mod files;
mod mail;
mod providers;
mod text;

/// Where a server is that the script has started.
fn server(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: scripts/test_outside.sh starts the servers"))
}
