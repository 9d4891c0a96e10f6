//! Signing up, signing in, changing the password.

use leptos::prelude::*;

use super::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    super::{
        policy::{Asks, PasswordShown},
        rules,
        signing_in::{self, Come},
        store,
    },
    crate::accounts::{
        model::{Email, PersonName, SiteRole},
        policy::Oneself,
        store::public_sign_up,
    },
    crate::credentials::guessing::{Few, Guess, public_take_one},
    crate::credentials::second_step::policy::{public_take_second, wrong_code},
    crate::credentials::sign_up_link::store::{Begun, public_begin_sign_up},
    crate::error::FieldErrors,
    crate::failure::Failure,
    crate::http::request::{self, SECOND_STEP_PAGE},
    crate::http::steady::steadily,
    crate::metrics::{self, Outcome},
    crate::network::place_of,
    crate::notices::{self, Notice},
    crate::random,
    crate::sessions::{
        policy::{Arriving, RecentlyProven},
        store::{Begins, How},
    },
    crate::ui::flash::Flash,
};

/// Makes a student's account and signs in with it; where mail is sent, sends the link that does.
#[server(prefix = "/fn", endpoint = "sign_up")]
pub async fn sign_up(
    /// Refused at `email` when an account has it already.
    email: String,
    /// One line of at most 100 characters, not empty.
    name: String,
    /// At least 15 characters and at most 1,024 bytes, and not among the first that are tried.
    password: Password,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let mut wrong = FieldErrors::default();
    let email = wrong.keep(Email::parse(&email));
    let name = wrong.keep(PersonName::parse(&name));
    // Their own words count where they are any: what is refused may be as long as a form.
    let own = [name.as_ref().map_or("", PersonName::as_str), email.as_ref().map_or("", Email::as_typed)];
    let ctx = request::current()?;
    wrong.keep(rules::check_new(ctx.site.breached.as_ref(), "password", &password, &own).await);
    let (Some(email), Some(name), true) = (email, name, wrong.is_empty()) else { return Err(wrong.into()) };

    request::sessions_answer().await?;
    let hash = request::hashing_turn()?.hash(password).await?;
    let next = request::next_or(next, "/");
    if ctx.site.mailer.is_some() {
        let (visit_digest, name) = (ctx.visit().map(random::digest), name.as_str().to_owned());
        steadily(begin_sign_up(&email, Begun { name, password_hash: hash, visit_digest, next })).await?;
        return request::go_on("/signup?sent=1", Flash::None);
    }
    let from = ctx.caller.address;
    let guess = Guess::at_accounts(from);
    let mut write = request::begin_write().await?;
    public_take_one(&mut write, Few::Accounts, &place_of(from)).await?;
    let made = public_sign_up(&mut write, &email, &name, hash).await;
    let user = match made {
        Ok(user) => user,
        // The refusal tells that there is such an account; asking for many of them is slowed down.
        Err(Failure::Refused(taken)) => {
            guess.count(&mut write).await?;
            write.commit().await?;
            return Err(taken);
        }
        Err(broken) => return Err(broken.into()),
    };
    request::end_current(&mut write).await?;
    let lasts = request::lasts(SiteRole::Student)?;
    let begins = Arriving::proven(&mut write, user).sign_in(How::SignUp, lasts, &next).await?;
    write.commit().await?;
    metrics::signing_in(How::SignUp, Outcome::Success);
    tracing::info!(event = "user_created", person = user.0, "somebody signed up");
    request::arrive(begins, lasts, &next, "Your account is ready").await
}

/// Writes the letter that opens the account, or says that there is one.
#[cfg(feature = "ssr")]
async fn begin_sign_up(email: &Email, begun: Begun) -> Result<(), Failure> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    public_take_one(&mut write, Few::Accounts, &place_of(ctx.caller.address)).await?;
    // One letter in a minute, whether it says that there is an account or that there will be.
    public_take_one(&mut write, Few::LettersForAddress, &format!("sign-up {}", email.key())).await?;
    if let Some(mailbox) = email.mailbox_of_a_tag() {
        public_take_one(&mut write, Few::SignUpsForMailbox, &mailbox).await?;
    }
    public_begin_sign_up(&mut write, &ctx.site, email, &begun).await?;
    write.commit().await
}

/// Signs in.
#[server(prefix = "/fn", endpoint = "sign_in")]
pub async fn sign_in(
    /// Of the account, in capitals or not.
    email: String,
    /// A wrong one, an unknown address and a disabled account are all refused alike, at `email`.
    password: Password,
    /// Ticked: to last longer than others do, as far as the person's role may.
    remember: Option<String>,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let mut wrong = FieldErrors::default();
    let email = wrong.keep(Email::parse(&email));
    if password.is_empty() {
        wrong.0.extend(FieldErrors::one("password", "Enter your password").0);
    }
    let (Some(email), true) = (email, wrong.is_empty()) else { return Err(wrong.into()) };

    request::sessions_answer().await.inspect_err(|_| metrics::signing_in(How::Password, Outcome::Wait))?;
    let shown = signing_in::show(&email, password).await?;
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    request::end_current(&mut write).await?;
    let Come { arriving, user, role, arrival, were_wrong } = shown.arrive(&mut write).await?;
    let lasts = if remember.is_some() { request::lasts_remembered(role)? } else { request::lasts(role)? };
    let next = request::next_or(next, "/");
    let begins = arriving.sign_in(How::Password, lasts, &next).await?;
    if matches!(begins, Begins::In(_)) {
        arrival.tell(&mut write, &ctx.site, user, were_wrong).await?;
    }
    write.commit().await?;
    if !request::enter(begins, lasts).await? {
        return request::go_on(SECOND_STEP_PAGE, Flash::None);
    }
    metrics::signing_in(How::Password, Outcome::Success);
    tracing::info!(event = "authn_login_success", "somebody signed in");
    let said = if remember.is_some() && !lasts.is_remembered {
        Flash::said(format!(
            "You are signed in, but not for long: {} cannot stay signed in here.",
            match role {
                SiteRole::Admin => "admins",
                SiteRole::Instructor => "instructors",
                SiteRole::Student => "people",
            }
        ))
    } else {
        Flash::None
    };
    request::go_on(&next, said)
}

/// Shows once more who one is, and gives this sign-in a new session id. What waited for it is sent then.
#[server(prefix = "/fn", endpoint = "prove_again")]
pub async fn prove_again(
    /// The asker's own, unless they have shown it within ten minutes. A wrong one is refused at `password`; too many tries:
    /// `TooMany`.
    password: Option<Password>,
    /// A code of the asker's app or a recovery code, where the account has a second step. A wrong one is refused at `code`.
    code: Option<Password>,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let person = oneself.person().clone();
    let stored = oneself.find_stored().await?;
    drop(read);
    let ctx = request::current()?;
    let asks = Asks::of(&person, ctx.site.db.clock().now());
    let (password, code) = (password.unwrap_or_default(), code.unwrap_or_default());
    let mut wrong = FieldErrors::default();
    if asks.password && password.is_empty() {
        wrong.0.extend(FieldErrors::one("password", "Enter your password").0);
    }
    if asks.code && code.is_empty() {
        wrong.0.extend(FieldErrors::one("code", "Enter a code").0);
    }
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    request::sessions_answer().await?;
    let shown = match asks.password {
        true => Some(show_own_password(&person.email, stored, password, "password").await?),
        false => None,
    };
    let guess = Guess::at_code_inside(person.id, ctx.caller.address, person.sign_in);
    if asks.code {
        guess.take(Some(person.id)).await?;
    }

    let mut write = request::begin_write().await?;
    let mut second_shown = None;
    if asks.code {
        let Some(second) = public_take_second(&mut write, &ctx.site.key, person.id, code.as_typed()).await? else {
            drop(write);
            return Err(guess.was_wrong(wrong_code(code.as_typed()).into(), Some(person.id)).await.into());
        };
        guess.was_right(&mut write).await?;
        second_shown = Some(second.second);
        if let Some(left) = second.left {
            notices::tell(&mut write, &ctx.site, person.id, Notice::RecoveryCodeUsed(left)).await?;
        }
    }
    let mut oneself = Oneself::claim(&mut write).await?;
    let sign_in = oneself.person().sign_in;
    // More may be missing by now than was asked for: a role changed, or a proof was taken back.
    let missing = Asks::of(oneself.person(), ctx.site.db.clock().now());
    if (missing.password && shown.is_none()) || (missing.code && second_shown.is_none()) {
        return Err(AppError::ProveAgain);
    }
    if let Some(shown) = shown {
        oneself.prove_again(shown).await?;
    }
    if let Some(second) = second_shown {
        oneself.note_second_shown(second).await?;
    }
    write.commit().await?;
    tracing::info!(event = "authn_login_success", "somebody showed again who they are");
    request::renew_session().await?;
    request::proved_again(sign_in)?;
    request::go_on(&request::next_or(next, "/"), Flash::None)
}

/// Changes one's own password, and ends every other sign-in. `ProveAgain` where there is a second step, until both were shown
/// lately.
#[server(prefix = "/fn", endpoint = "change_password")]
pub async fn change_password(
    /// Asked for again, since whoever sits here may not be the account's person. Too many tries: `TooMany`.
    current_password: Password,
    /// At least 15 characters and at most 1,024 bytes, not the current one, and not among the first that are tried.
    new_password: Password,
) -> Result<(), AppError> {
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let (name, email) = (oneself.person().name.clone(), oneself.person().email.clone());
    let stored = oneself.find_stored().await?;
    // The password is one thing; who has two shows both, here and lately, before one of them is replaced.
    if oneself.person().has_second() {
        RecentlyProven::of(oneself)?;
    }
    drop(read);

    let mut wrong = FieldErrors::default();
    if current_password.is_empty() {
        wrong.0.extend(FieldErrors::one("current_password", "Enter your current password").0);
    }
    let site = request::site()?;
    wrong.keep(rules::check_new(site.breached.as_ref(), "new_password", &new_password, &[&name, &email]).await);
    if !current_password.is_empty() && current_password.as_typed() == new_password.as_typed() {
        wrong.0.extend(FieldErrors::one("new_password", "This is the password you have. Choose another").0);
    }
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    let shown = show_own_password(&email, stored, current_password, "current_password").await?;
    let hash = request::hashing_turn()?.hash(new_password).await?;

    let mut write = request::begin_write().await?;
    let user = shown.user();
    let ended = Oneself::claim(&mut write).await?.change_password(shown, hash).await?;
    notices::tell(&mut write, &site, user, Notice::PasswordChanged).await?;
    write.commit().await?;
    tracing::info!(event = "authn_password_change", "a password was changed");
    request::renew_session().await?;
    let said = match ended {
        0 => "Your password is changed.".to_owned(),
        1 => "Your password is changed, and your other sign-in ended.".to_owned(),
        many => format!("Your password is changed, and your {many} other sign-ins ended."),
    };
    request::go_on("/account", Flash::said(said))
}

/// Compares what somebody who is signed in typed at `field` with their own password. Counted together with the sign-in form: a
/// stolen session must not become a place to guess the password from.
#[cfg(feature = "ssr")]
async fn show_own_password(
    email: &str,
    stored: store::Stored,
    password: Password,
    field: &'static str,
) -> Result<PasswordShown, AppError> {
    let turn = request::hashing_turn()?;
    let ctx = request::current()?;
    let sign_in = ctx.person().ok_or(AppError::SignInRequired)?.sign_in;
    let guess = Guess::at_own_password(Email::parse(email)?.key(), ctx.caller.address, sign_in);
    let about = Some(stored.user);
    guess.take(about).await?;
    match PasswordShown::by_oneself(&turn, stored, password, field).await {
        Ok(shown) => {
            let mut write = request::begin_write().await?;
            guess.was_right(&mut write).await?;
            write.commit().await?;
            Ok(shown)
        }
        Err(refused) => Err(guess.was_wrong(refused, about).await.into()),
    }
}
