//! The command line. Exit codes: 0 done, 1 refused or failed (one line on standard error says why), 2 wrong usage.

mod audit;
mod cleaning;
mod copies;
mod course;
mod doctor;
mod keys;
mod outbox;
mod people;
mod serve;

use std::io::{IsTerminal, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::accounts::policy::SystemTask;
use crate::clock::Clock;
use crate::config::Config;
use crate::credentials::password::hashing::Hashing;
use crate::credentials::password::model::Password;
use crate::db::{self, Db, Place};
use crate::demo;
use crate::error::AppError;
use crate::failure::Failure;
use crate::powers;
use crate::sessions::caller::Caller;

/// A course site in one binary and one file.
#[derive(Debug, Parser)]
#[command(
    name = "lectern",
    version,
    about,
    after_help = "Settings are read from LECTERN_* variables; see docs/OPERATING.md."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the site (the default)
    Serve,
    /// Loads the demo's people and courses; does nothing that is done already
    Demo {
        /// Adds 500 students, 40 courses and 2,000 enrolments besides, to see and measure Lectern at the size of a school
        #[arg(long)]
        school: bool,
    },
    /// Adds and changes accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Writes a verified copy of the database to FILE, while the site may be in use
    Backup { file: PathBuf },
    /// Puts a copy in the place of the database; stop the server first
    Restore { file: PathBuf },
    /// Copies everything into an empty database, of either engine, and compares; stop the server first
    Move {
        /// The database as it is; it only is read
        #[arg(long)]
        from: String,
        /// An empty database, or a file that is not there yet
        #[arg(long)]
        to: String,
    },
    /// The log of who did what
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Mail that waits or could not be sent, with its links; tries a letter again, or deletes it
    Outbox {
        /// Tries the letter with this number again
        #[arg(long, value_name = "NUMBER", conflicts_with = "delete")]
        retry: Option<i64>,
        /// Deletes the letter with this number
        #[arg(long, value_name = "NUMBER")]
        delete: Option<i64>,
    },
    /// What tokens are signed with
    #[command(subcommand)]
    Keys(KeysCommand),
    /// A course as a folder of Markdown, TOML and files, in a zip
    #[command(subcommand)]
    Course(CourseCommand),
    /// Gives up what a lost key had sealed (letters that wait, code apps), so that the server starts with a new one
    ForgetKey,
    /// Says in plain words what is misconfigured
    Doctor,
    /// Prints who may do what
    Powers,
}

#[derive(Debug, Subcommand)]
enum CourseCommand {
    /// Writes a course without its people to FILE
    Export {
        /// What stands in its address after /courses/
        slug: String,
        /// A zip that is not there yet
        file: PathBuf,
    },
    /// Makes a draft of FILE, as `course export` or the course's settings wrote it
    Import {
        /// A zip
        file: PathBuf,
        /// The address of whoever owns it from then on, whatever they are on the site
        #[arg(long)]
        owner: String,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Walks along the whole chain and finds whatever is not as it was written
    Verify {
        /// An event as an earlier run printed it, NUMBER:HASH, which must be the same still: keep it apart from the database
        #[arg(long)]
        known: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Lists the keys there are, the newest first
    List,
    /// Makes a new key, which signs in ten minutes; the ones before stay good as long as their tokens
    Rotate,
    /// Ends a key at once, with every token it signed: for one that got out
    Retire {
        /// Its name, as the list has it
        kid: String,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Makes an account. The password is read from standard input; without one, a one-time set-up link is printed
    Add {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// What they are on the site
        #[arg(long, default_value = "student", value_parser = ["student", "instructor", "admin"])]
        role: String,
    },
    /// Gives an account another site role
    Role {
        #[arg(long)]
        email: String,
        /// What they are on the site from now on
        #[arg(long, value_parser = ["student", "instructor", "admin"])]
        role: String,
    },
    /// Closes an account, or opens it again
    Disable {
        #[arg(long)]
        email: String,
        /// Opens it again instead
        #[arg(long)]
        undo: bool,
    },
    /// Takes somebody's second step away (code app, passkeys, recovery codes, accounts elsewhere); the password stays
    ResetSecondStep {
        #[arg(long)]
        email: String,
        /// How you made sure who they are: it is written down
        #[arg(long)]
        reason: String,
    },
    /// Prints a one-time link with which somebody sets a new password
    Link {
        #[arg(long)]
        email: String,
    },
}

/// Runs the command and says how it went.
pub async fn run(cli: Cli, task: SystemTask) -> ExitCode {
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(wrong) => return refuse(&wrong.to_string()),
    };
    let done = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(config, task).await,
        Command::Demo { school } => load_demo(config, task, school).await,
        Command::User(command) => people::run(config, task, command).await,
        Command::Backup { file } => copies::back_up(config, file).await,
        Command::Restore { file } => copies::restore(config, file).await,
        Command::Move { from, to } => transfer(&from, &to).await,
        Command::Audit(AuditCommand::Verify { known }) => audit::verify(config, known).await,
        Command::Outbox { retry: Some(id), .. } => outbox::retry(config, task, id).await,
        Command::Outbox { delete: Some(id), .. } => outbox::delete(config, task, id).await,
        Command::Outbox { .. } => outbox::list(config, task).await,
        Command::Keys(command) => keys::run(config, task, command).await,
        Command::Course(CourseCommand::Export { slug, file }) => course::export(config, task, &slug, &file).await,
        Command::Course(CourseCommand::Import { file, owner }) => course::import(config, task, file, &owner).await,
        Command::ForgetKey => outbox::forget_key(config, task).await,
        Command::Doctor => doctor::examine(config).await,
        Command::Powers => {
            print!("{}", powers::table());
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refused(AppError::Invalid(errors))) => {
            refuse(&errors.0.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; "))
        }
        Err(failure) => refuse(&failure.to_string()),
    }
}

fn refuse(line: &str) -> ExitCode {
    eprintln!("lectern: {}", line.replace('\n', " "));
    ExitCode::FAILURE
}

/// Opens the database for a command that is about what is in it: a wrong folder must not get an empty one.
async fn open_existing(config: &Config) -> Result<Db, Failure> {
    if config.database.file().is_some_and(|file| !file.exists()) {
        return Err(Failure::Broken(anyhow::anyhow!(
            "there is no database at {}; LECTERN_DATABASE_URL says where it is",
            config.database
        )));
    }
    open(config).await
}

async fn open(config: &Config) -> Result<Db, Failure> {
    let opened = Db::open(&config.database, &config.backups(), Clock::system()).await;
    opened.map_err(|failure| failure.of_setting("LECTERN_DATABASE_URL"))
}

fn system() -> Arc<Caller> {
    Arc::new(Caller::of_the_system())
}

async fn load_demo(config: Config, task: SystemTask, school: bool) -> Result<(), Failure> {
    if !config.addr.ip().is_loopback() {
        return Err(Failure::Broken(anyhow::anyhow!(
            "the demo's passwords are public, so it is not loaded for a server on {}; set LECTERN_ADDR to a loopback address",
            config.addr
        )));
    }
    let db = open(&config).await?;
    let hashing = Hashing::new(config.password_cost.here()?)?;
    let mut write = db.begin_write(system()).await?;
    let (mut people, mut courses) = demo::load(&task, &mut write, &hashing).await?;
    if school {
        let (more_people, more_courses) = demo::load_school(&task, &mut write).await?;
        people += more_people;
        courses += more_courses;
    }
    write.commit().await?;
    db.close().await;
    println!("{people} people and {courses} courses added.");
    Ok(())
}

async fn transfer(from: &str, to: &str) -> Result<(), Failure> {
    let place = |url: &str, option: &str| {
        Place::parse(url).ok_or_else(|| {
            Failure::Broken(anyhow::anyhow!(
                "{option} needs sqlite://relative/path, sqlite:///absolute/path or postgres://user:password@host/database"
            ))
        })
    };
    let (from, to) = (place(from, "--from")?, place(to, "--to")?);
    // A server would go on writing into what has been copied already.
    let _from_alone = alone(&from).await?;
    let _to_alone = alone(&to).await?;
    let sums = db::transfer(&from, &to).await?;
    for (table, sum) in &sums {
        println!("{table:<16} {:>8}  {sum}", sum.rows());
    }
    println!("{to} now holds all of it, compared row by row. {from} is as it was.");
    println!("Set LECTERN_DATABASE_URL to the new address and start. Nobody has to sign in anew.");
    Ok(())
}

/// Keeps servers off a file for as long as what is answered lives.
async fn alone(place: &Place) -> Result<Option<std::fs::File>, Failure> {
    match place.file() {
        Some(file) if file.exists() => db::serve_alone(file).await.map(Some),
        _ => Ok(None),
    }
}

/// The file that a command is about; of a server, `instead` says what does it there.
fn file_of<'c>(config: &'c Config, instead: &str) -> Result<&'c PathBuf, Failure> {
    config.database.file().ok_or_else(|| {
        Failure::Broken(anyhow::anyhow!(
            "this is for SQLite files, and the database is {}: {instead} (docs/OPERATING.md)",
            config.database
        ))
    })
}

fn rows(counts: &[(String, i64)]) -> String {
    counts.iter().map(|(table, count)| format!("{table} {count}")).collect::<Vec<_>>().join(", ")
}

/// A password from standard input, when something is piped in. Its last line end is not part of it.
fn password_from_input() -> Result<Option<Password>, Failure> {
    let mut input = std::io::stdin();
    if input.is_terminal() {
        return Ok(None);
    }
    let mut typed = String::new();
    crate::failure::Broken::broken(input.read_to_string(&mut typed), "read the password from standard input")?;
    let typed = typed.strip_suffix('\n').unwrap_or(&typed);
    let typed = typed.strip_suffix('\r').unwrap_or(typed);
    Ok((!typed.is_empty()).then(|| Password::new(typed.to_owned())))
}
