//! `lectern user ...`: accounts, for who runs the server.

use super::{UserCommand, open, open_existing, password_from_input, system};
use crate::accounts::model::{Email, PersonName, SiteRole};
use crate::accounts::policy::SystemTask;
use crate::accounts::store::NewAccount;
use crate::config::Config;
use crate::credentials::password::breached::Breached;
use crate::credentials::password::hashing::Hashing;
use crate::credentials::password::rules;
use crate::credentials::second_step;
use crate::error::FieldErrors;
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::caller::Caller;
use crate::sessions::policy::{Everywhere, RecentlyProven};

pub async fn run(config: Config, task: SystemTask, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { email, name, role } => add(config, task, &email, &name, &role).await,
        UserCommand::Role { email, role } => change_role(config, task, &email, &role).await,
        UserCommand::Disable { email, undo } => disable(config, task, &email, undo).await,
        UserCommand::ResetSecondStep { email, reason } => reset_second_step(config, task, &email, &reason).await,
        UserCommand::Link { email } => link(config, task, &email).await,
    }
}

async fn add(config: Config, task: SystemTask, email: &str, name: &str, role: &str) -> Result<(), Failure> {
    let (parsed, name) = (Email::parse(email)?, PersonName::parse(name)?);
    let role: SiteRole = role.parse()?;
    let password = password_from_input()?;
    let hash = match password {
        Some(password) => {
            rules::check("password", &password, &[name.as_str(), email])?;
            if let Some(file) = &config.breached_file
                && Breached::open(file)
                    .map_err(|failure| failure.of_setting("LECTERN_BREACHED_FILE"))?
                    .has(&password)?
            {
                return Err(FieldErrors::one("password", rules::BREACHED).into());
            }
            Some(
                Hashing::new(config.password_cost.here()?)?
                    .turn(Caller::of_the_system().address)?
                    .hash(password)
                    .await?,
            )
        }
        None => None,
    };
    let needs_link = hash.is_none();
    if let Some(file) = config.database.file().filter(|file| !file.exists()) {
        println!("{} is not there yet, and is made now.", file.display());
    }
    let db = open(&config).await?;
    let mut write = db.begin_write(system()).await?;
    let account = NewAccount { email: &parsed, name: &name, role, password_hash: hash };
    let user = task.admin(&mut write).add_account(account).await?;
    let token = if needs_link { Some(task.admin(&mut write).make_set_up_link(Some(user)).await?) } else { None };
    write.commit().await?;
    db.close().await;
    println!("{} can use Lectern as {}.", parsed.as_typed(), role.with_article());
    if let Some(token) = token {
        print_link(&config, &token);
    }
    Ok(())
}

fn print_link(config: &Config, token: &str) {
    println!("To set a password, open this once within a day: {}/set-up/{token}", config.public_url.origin);
}

async fn change_role(config: Config, task: SystemTask, email: &str, role: &str) -> Result<(), Failure> {
    let email = Email::parse(email)?;
    let role: SiteRole = role.parse()?;
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    let user = known(task.admin(&mut write).find_by_email(&email).await?)?;
    let mut admin = RecentlyProven::of(task.admin(&mut write))?;
    let changed = admin.change_role(user, role).await?;
    if changed.was != role {
        Everywhere::of(&mut admin, user).tighten(config.lasts(role)).await?;
    }
    write.commit().await?;
    db.close().await;
    println!("{} is now {}.", changed.name, role.with_article());
    Ok(())
}

async fn disable(config: Config, task: SystemTask, email: &str, undo: bool) -> Result<(), Failure> {
    let email = Email::parse(email)?;
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    let user = known(task.admin(&mut write).find_by_email(&email).await?)?;
    let mut admin = RecentlyProven::of(task.admin(&mut write))?;
    let said = if undo {
        format!("{} can sign in again.", admin.enable(user).await?.name)
    } else {
        let changed = admin.disable(user).await?;
        Everywhere::of(&mut admin, user).end_for_disabling().await?;
        format!("{} cannot sign in any more.", changed.name)
    };
    write.commit().await?;
    db.close().await;
    println!("{said}");
    Ok(())
}

async fn reset_second_step(config: Config, task: SystemTask, email: &str, reason: &str) -> Result<(), Failure> {
    let (email, reason) = (Email::parse(email)?, second_step::reason(reason)?);
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    let user = known(task.admin(&mut write).find_by_email(&email).await?)?;
    let reset = RecentlyProven::of(task.admin(&mut write))?.reset_ways(user, &reason).await?;
    write.commit().await?;
    db.close().await;
    println!("{} has no second step any more, and is signed out everywhere.", reset.name);
    if !reset.has_password {
        println!("They have no password either: `lectern user link` prints a link to set one.");
    }
    Ok(())
}

async fn link(config: Config, task: SystemTask, email: &str) -> Result<(), Failure> {
    let email = Email::parse(email)?;
    let db = open_existing(&config).await?;
    let mut write = db.begin_write(system()).await?;
    let mut admin = task.admin(&mut write);
    let user = known(admin.find_by_email(&email).await?)?;
    if admin.is_disabled(user).await? {
        let words =
            "this account is disabled, and a link for it would not work: `lectern user disable --undo` opens it again";
        return Err(FieldErrors::one("email", words).into());
    }
    let token = admin.make_set_up_link(Some(user)).await?;
    write.commit().await?;
    db.close().await;
    print_link(&config, &token);
    Ok(())
}

fn known(user: Option<UserId>) -> Result<UserId, Failure> {
    user.ok_or_else(|| FieldErrors::one("email", "there is no account with this email").into())
}
