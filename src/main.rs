//! The binary: reads the command line and hands it on.

use clap::Parser;
use lectern::accounts::policy::SystemTask;
use lectern::cli::{Cli, run};

#[tokio::main]
async fn main() -> std::process::ExitCode {
    #[expect(clippy::disallowed_methods, reason = "this is where work that nobody asked for begins")]
    let task = SystemTask::new();
    run(Cli::parse(), task).await
}
